# SPDX-License-Identifier: GPL-3.0-only
"""Names and birth date are corrected by the keyboard, for a reason; nothing is lost on the way."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from session.core.dossier_model import CallerIdentity
from tests.support.screens.dossier_scenes import HITS
from tests.support.screens.fingers import click, key, rewrite
from tests.support.screens.invented import DOSSIER
from views.widgets.dossier.person_form import PersonForm

KNOWN = msgspec.structs.replace(DOSSIER, family_name="Verdelin", given_names="Josiane")
RIGHT = CallerIdentity(family_name="Verdelain", given_names="Josiane", born_on="1984-05-12")


class Made:
    """The form with a dossier, and what it said."""

    def __init__(self, qtbot: QtBot) -> None:
        self.form = PersonForm(lambda: date(2026, 3, 2))
        qtbot.addWidget(self.form)
        self.kept: list[tuple[object, ...]] = []
        self.left = 0
        self.form.kept.connect(lambda *said: self.kept.append(said))
        self.form.left.connect(self._on_left)
        self.form.resize(380, 400)
        self.form.show()
        qtbot.waitExposed(self.form)
        self.form.show_person(KNOWN)

    def _on_left(self) -> None:
        self.left += 1

    def line(self, name: str) -> QLineEdit:
        return self._find(QLineEdit, f"person_{name}")

    def button(self, name: str) -> QPushButton:
        return self._find(QPushButton, f"person_{name}")

    def words(self, name: str) -> str:
        found = self._find(QLabel, f"person_{name}")
        return "" if found.isHidden() else found.text()

    def _find[Kind: QWidget](self, kind: type[Kind], name: str) -> Kind:
        found = self.form.findChild(kind, name)
        assert found is not None
        return found


@pytest.fixture
def made(qtbot: QtBot, desk_theme: QApplication) -> Made:
    return Made(qtbot)


def test_what_is_written_now_is_there_and_only_a_difference_with_a_reason_is_kept(
    made: Made,
) -> None:
    texts = [made.line(name).text() for name in ("family_name", "given_names", "born_on")]
    assert texts == ["Verdelin", "Josiane", "12/05/1984"]
    rewrite(made.line("reason"), "Faute de frappe")
    key(made.line("reason"), Qt.Key.Key_Return)
    assert made.words("family_name_wrong") == "Nothing is different yet."
    rewrite(made.line("family_name"), "Verdelain")
    rewrite(made.line("reason"), "")
    key(made.line("family_name"), Qt.Key.Key_Return)
    assert "Say why" in made.words("reason_wrong")
    assert made.kept == []
    rewrite(made.line("reason"), "Faute de frappe")
    key(made.line("reason"), Qt.Key.Key_Return)
    key(made.line("reason"), Qt.Key.Key_Return)
    assert made.kept == [(RIGHT, False, "Faute de frappe")], "pressed twice, said once"


def test_a_date_that_no_calendar_has_is_said_below_it(made: Made) -> None:
    rewrite(made.line("born_on"), "30/02/1984")
    rewrite(made.line("given_names"), "")
    rewrite(made.line("reason"), "Faute de frappe")
    click(made.button("keep"))
    assert "does not exist" in made.words("born_on_wrong")
    assert made.words("given_names_wrong") == "Ask for the given names."
    assert made.kept == []


def test_likely_doubles_are_looked_at_before_it_is_corrected_all_the_same(made: Made) -> None:
    rewrite(made.line("family_name"), "Verdelain")
    rewrite(made.line("reason"), "Faute de frappe")
    key(made.line("reason"), Qt.Key.Key_Return)
    made.form.show_likely(HITS)
    assert "supervisor merges" in made.words("words")
    assert not made.button("keep").isVisible()
    key(made.form._hits, Qt.Key.Key_Return)
    assert made.button("anyway").hasFocus()
    click(made.button("anyway"))
    assert made.kept[-1] == (RIGHT, True, "Faute de frappe")
    rewrite(made.line("family_name"), "Verdelains")
    assert (made.button("keep").isVisible(), made.button("anyway").isVisible()) == (True, False)


def test_a_refusal_leaves_what_was_typed_and_may_be_tried_again(made: Made) -> None:
    rewrite(made.line("family_name"), "Verdelain")
    rewrite(made.line("reason"), "Faute de frappe")
    key(made.line("reason"), Qt.Key.Key_Return)
    made.form.show_refused("dossier_of_register")
    assert "register says whom" in made.words("words")
    assert made.line("family_name").text() == "Verdelain"
    key(made.line("reason"), Qt.Key.Key_Return)
    assert len(made.kept) == 2


def test_escape_leaves_and_nothing_typed_stays(made: Made) -> None:
    rewrite(made.line("family_name"), "Verdelain")
    key(made.line("family_name"), Qt.Key.Key_Escape)
    assert made.left == 1
    made.form.clear()
    assert made.line("family_name").text() == ""
    assert not made.line("family_name").isUndoAvailable()


def test_a_name_whose_parts_are_not_known_stands_whole_in_the_first_field(made: Made) -> None:
    made.form.show_person(DOSSIER)
    assert made.line("family_name").text() == "Josiane Verdelin"
    assert made.line("given_names").text() == ""
