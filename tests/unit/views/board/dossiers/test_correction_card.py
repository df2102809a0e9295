# SPDX-License-Identifier: GPL-3.0-only
"""A supervisor looks at a dossier for a reason, then corrects its name or birth date."""

from __future__ import annotations

import msgspec
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from session.core.dossier_model import CallerIdentity
from tests.support.screens.dossier_scenes import doubles
from tests.support.screens.fingers import click, key, rewrite, write
from tests.support.screens.invented import DOSSIER
from views.board.page_acts import CorrectPerson, ViewDossier
from views.board.window import BoardWindow

KNOWN = msgspec.structs.replace(DOSSIER, family_name="Verdelin", given_names="Josiane")


@pytest.fixture
def board(qtbot: QtBot, desk_theme: QApplication) -> BoardWindow:
    window = doubles()
    qtbot.addWidget(window)
    window.close_requested.connect(window.close_now)
    window.resize(1280, 800)
    window.show()
    qtbot.waitExposed(window)
    return window


def _find[Kind: QWidget](board: BoardWindow, kind: type[Kind], name: str) -> Kind:
    found = board.findChild(kind, name)
    assert found is not None
    return found


def test_a_number_and_a_reason_are_needed_to_see_it(board: BoardWindow) -> None:
    asked: list[object] = []
    board.doubles.correction.acted.connect(asked.append)
    number = _find(board, QLineEdit, "correction_number")
    key(number, Qt.Key.Key_Return)
    assert "number of a dossier" in _find(board, QLabel, "correction_number_wrong").text()
    assert "Say why" in _find(board, QLabel, "correction_reason_wrong").text()
    write(number, "D-2026-00417")
    reason = _find(board, QLineEdit, "correction_reason")
    write(reason, "Demande ecrite")
    key(reason, Qt.Key.Key_Return)
    assert asked == [ViewDossier("D-2026-00417", "Demande ecrite")]
    board.doubles.correction.show_refused("dossier_unknown", {})
    assert "No dossier" in _find(board, QLabel, "correction_number_wrong").text()
    assert reason.text() == "Demande ecrite"


def test_it_is_corrected_and_the_card_is_free_again(board: BoardWindow) -> None:
    said: list[object] = []
    card = board.doubles.correction
    card.acted.connect(said.append)
    card.show_dossier(KNOWN, "Demande écrite")
    number = _find(board, QLineEdit, "correction_number")
    assert not number.isVisible()
    assert not _find(board, QWidget, "merge_card").isVisible(), "one thing at a time"
    assert _find(board, QLabel, "correction_side_who").text() == "Josiane Verdelin"
    family = _find(board, QLineEdit, "person_family_name")
    rewrite(family, "Verdelain")
    key(family, Qt.Key.Key_Return)
    right = CallerIdentity(family_name="Verdelain", given_names="Josiane", born_on="1984-05-12")
    assert said == [CorrectPerson("D-2026-00417", right, confirmed=False, reason="Demande écrite")]
    card.show_refused("dossier_of_register", {})
    assert "register says whom" in _find(board, QLabel, "person_words").text()
    card.show_corrected()
    assert _find(board, QWidget, "merge_card").isVisible()
    assert (number.isVisible(), number.text(), family.text()) == (True, "", "")
    assert number.hasFocus()


def test_cancel_goes_back_to_the_number(board: BoardWindow) -> None:
    board.doubles.correction.show_dossier(KNOWN, "Demande écrite")
    click(_find(board, QPushButton, "person_cancel"))
    number = _find(board, QLineEdit, "correction_number")
    assert (number.hasFocus(), number.text()) == (True, "")
    assert not _find(board, QLabel, "correction_side_who").isVisible()
