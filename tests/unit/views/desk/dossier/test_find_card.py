# SPDX-License-Identifier: GPL-3.0-only
"""The card that finds a dossier, by keyboard: search, choose, create, open for a reason, and what
is never lost.
"""

from __future__ import annotations

from datetime import date

import pytest
from PyQt6.QtCore import QObject, Qt
from PyQt6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from session.core.dossier_model import CallerIdentity, DossierHit, HitReason
from session.protocol.dossier.identity import RegisterState
from tests.support.screens.fingers import click, key, write
from views.desk.dossier import acts
from views.desk.dossier.find_card import CREATE, OPEN, SEARCH, FindCard
from views.widgets.parts import column

JEANNE = CallerIdentity(family_name="Exemple-Dupre", given_names="Jeanne", born_on="1988-05-14")
HITS = [
    DossierHit(
        number="D-2026-00417",
        caller_name="Jeanne Exemple-Dupre",
        born_on="1988-05-14",
        has_caller_number=True,
        procedure="Aide au logement",
        why=HitReason.SAME_NAME_AND_BIRTH,
    ),
    DossierHit(
        number="D-2026-00555",
        caller_name="Jane Exemple",
        born_on="1988-05-14",
        provisional=True,
        why=HitReason.SIMILAR_NAME_AND_BIRTH,
    ),
]


class Shown:
    """The card in a window, and what it asked for."""

    def __init__(self, qtbot: QtBot) -> None:
        self.window = QWidget()
        self.card = FindCard(lambda: date(2026, 3, 2), self._on_act, back=lambda: None)
        self.elsewhere = QPlainTextEdit()
        column(self.window, self.card, self.elsewhere)
        qtbot.addWidget(self.window)
        self.window.resize(410, 900)
        self.searched: list[CallerIdentity] = []
        self.created: list[tuple[CallerIdentity, bool, str]] = []
        self.opened: list[tuple[str, str]] = []
        self.card.show_caller("allocataire", "")
        self.card.begin(bound=False)
        self.window.show()
        qtbot.waitExposed(self.window)
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)
        self.line("dossier_family_name").setFocus()

    def _on_act(self, act: acts.DossierAct) -> None:
        match act:
            case acts.FindDossiers(person):
                self.searched.append(person)
            case acts.CreateDossier(person, confirmed, reason):
                self.created.append((person, confirmed, reason))
            case acts.OpenDossier(number, reason):
                self.opened.append((number, reason))

    def line(self, name: str) -> QLineEdit:
        return self._find(QLineEdit, name)

    def button(self, name: str) -> QPushButton:
        return self._find(QPushButton, name)

    def words(self, name: str) -> str:
        said = self._find(QLabel, name)
        return said.text() if said.isVisible() else ""

    def _find[Kind: QObject](self, kind: type[Kind], name: str) -> Kind:
        found = self.window.findChild(kind, name)
        assert found is not None
        return found

    def focus(self) -> str:
        here = QApplication.focusWidget()
        return here.objectName() if here is not None else ""

    def type_caller(self, born_on: str = "14/05/1988") -> None:
        for text in ("Exemple-Dupre", "Jeanne", born_on):
            here = QApplication.focusWidget()
            assert here is not None
            write(here, text)
            key(here, Qt.Key.Key_Tab)


@pytest.fixture
def shown(qtbot: QtBot, desk_theme: QApplication) -> Shown:
    return Shown(qtbot)


def test_name_and_birth_date_are_typed_and_searched_by_keyboard(shown: Shown) -> None:
    shown.type_caller()
    assert shown.focus() == "dossier_find"
    key(shown.button("dossier_find"), Qt.Key.Key_Space)
    assert shown.searched == [JEANNE]


def test_a_search_needs_both_and_says_below_each_field_what_is_missing(shown: Shown) -> None:
    key(shown.line("dossier_family_name"), Qt.Key.Key_Return)
    assert shown.searched == []
    assert shown.words("dossier_family_name_wrong") == "Ask for the family name."
    assert "a name alone finds nobody" in shown.words("dossier_born_on_wrong")
    assert "a name alone" in shown.line("dossier_born_on").accessibleDescription()
    write(shown.line("dossier_family_name"), "Exemple")
    assert shown.words("dossier_family_name_wrong") == ""
    write(shown.line("dossier_born_on"), "30/02/1988")
    key(shown.line("dossier_born_on"), Qt.Key.Key_Return)
    assert shown.searched == []
    assert (
        shown.words("dossier_born_on_wrong")
        == "This day does not exist. Write 00 for a day or month not known."
    )
    assert shown.focus() == "dossier_born_on"


def test_the_only_exact_hit_is_what_the_blue_button_opens(shown: Shown) -> None:
    find, take = shown.button("dossier_find"), shown.button("dossier_open_hit")
    for hits, blue in ((HITS[:1], take), (HITS, find), ((), find)):
        shown.card.show_busy(SEARCH)
        shown.card.show_found(hits, more=False, register=RegisterState.NONE)
        kinds = {each: each.property("kind") for each in (find, take)}
        assert [each for each, kind in kinds.items() if kind == "primary"] == [blue]


def test_a_hit_is_chosen_by_arrows_and_opened_by_enter(shown: Shown) -> None:
    shown.type_caller()
    shown.card.show_busy(SEARCH)
    shown.card.show_found(HITS, more=True, register=RegisterState.NONE)
    assert shown.focus() == "dossier_hits"
    assert shown.words("dossier_refused") == (
        "2 dossiers found. There are more: type the given names too."
    )
    key(shown.card.hits, Qt.Key.Key_Down)
    key(shown.card.hits, Qt.Key.Key_Return)
    assert shown.opened == [("D-2026-00555", "")]
    second = shown.card.hits.item(1)
    assert second is not None
    assert second.text().splitlines() == [
        "Jane Exemple · born on 14/05/1988",
        "D-2026-00555 · provisional · without number",
        "similar name, same birth date",
    ]
    key(shown.card.hits, Qt.Key.Key_Up)
    key(shown.card.hits, Qt.Key.Key_Up)
    assert shown.focus() == "dossier_born_on"


def test_nothing_found_leads_to_a_new_dossier_with_what_was_typed(shown: Shown) -> None:
    shown.type_caller()
    shown.card.show_busy(SEARCH)
    shown.card.show_found([], more=False, register=RegisterState.AWAY)
    assert "No dossier has this name" in shown.words("dossier_refused")
    assert "register does not answer" in shown.words("dossier_refused")
    assert shown.focus() == "dossier_create_begin"
    key(shown.button("dossier_create_begin"), Qt.Key.Key_Space)
    assert shown.focus() == "dossier_caller_number"
    assert shown.line("dossier_family_name").text() == "Exemple-Dupre"
    write(shown.line("dossier_caller_number"), "123 4567")
    write(shown.line("dossier_contact"), "06 00 00 00 00")
    key(shown.line("dossier_contact"), Qt.Key.Key_Return)
    made = CallerIdentity(
        family_name="Exemple-Dupre",
        given_names="Jeanne",
        born_on="1988-05-14",
        caller_number="1234567",
        contact="06 00 00 00 00",
    )
    assert shown.created == [(made, False, "")]


def test_who_goes_on_to_a_new_dossier_is_not_called_back_by_the_search(shown: Shown) -> None:
    shown.type_caller()
    click(shown.button("dossier_find"))
    shown.card.show_busy(SEARCH)
    click(shown.button("dossier_create_begin"))
    click(shown.button("dossier_create"))
    assert len(shown.created) == 1
    shown.card.show_busy(CREATE)
    shown.card.show_found(HITS, more=False, register=RegisterState.NONE)
    shown.card.show_refused(SEARCH, "hub_unreachable")
    assert shown.words("dossier_refused") == "Creating the dossier…"
    assert shown.card.hits.count() == 0


def test_the_number_of_a_new_dossier_is_checked_by_its_kind(shown: Shown) -> None:
    shown.type_caller()
    click(shown.button("dossier_create_begin"))
    write(shown.line("dossier_caller_number"), "12345")
    click(shown.button("dossier_create"))
    assert shown.created == []
    assert "7 figures" in shown.words("dossier_caller_number_wrong")
    assert shown.focus() == "dossier_caller_number"


def test_given_names_are_needed_to_create(shown: Shown) -> None:
    write(shown.line("dossier_family_name"), "Exemple")
    click(shown.button("dossier_create_begin"))
    assert shown.focus() == "dossier_given_names"
    write(shown.line("dossier_born_on"), "14051988")
    click(shown.button("dossier_create"))
    assert shown.created == []
    assert shown.words("dossier_given_names_wrong") == "Ask for the given names."


def test_likely_doubles_are_looked_at_before_anything_is_made(shown: Shown) -> None:
    shown.type_caller()
    click(shown.button("dossier_create_begin"))
    click(shown.button("dossier_create"))
    shown.card.show_busy(CREATE)
    shown.card.show_likely(HITS)
    assert "may have a dossier already" in shown.words("dossier_refused")
    assert not shown.button("dossier_create").isVisible()
    click(shown.button("dossier_open_hit"))
    assert shown.opened == [("D-2026-00417", "")]
    click(shown.button("dossier_create_anyway"))
    assert [confirmed for _caller, confirmed, _reason in shown.created] == [False, True]


def test_who_types_another_name_has_looked_at_no_double(shown: Shown) -> None:
    shown.type_caller()
    click(shown.button("dossier_create_begin"))
    click(shown.button("dossier_create"))
    shown.card.show_likely(HITS)
    write(shown.line("dossier_given_names"), " Marie")
    assert not shown.button("dossier_create_anyway").isVisible()
    click(shown.button("dossier_create"))
    assert shown.created[-1][1] is False


def test_a_dossier_is_opened_by_its_number(shown: Shown) -> None:
    key(shown.line("dossier_number"), Qt.Key.Key_Return)
    write(shown.line("dossier_number"), " D-2026-00417 ")
    key(shown.line("dossier_number"), Qt.Key.Key_Return)
    assert shown.opened == [("D-2026-00417", "")]
    shown.card.show_busy(OPEN)
    click(shown.button("dossier_open"))
    assert len(shown.opened) == 1
    shown.card.show_refused(OPEN, "dossier_unknown", {})
    assert "dossier" in shown.words("dossier_number_wrong")
    assert shown.line("dossier_number").text().strip() == "D-2026-00417"


def test_another_dossier_needs_a_reason(shown: Shown) -> None:
    shown.card.begin(bound=True)
    assert "register of accesses" in shown.words("dossier_find_hint")
    write(shown.line("dossier_number"), "D-2026-00417")
    click(shown.button("dossier_open"))
    assert shown.opened == []
    assert "only with a reason" in shown.words("dossier_reason_wrong")
    assert shown.focus() == "dossier_reason"
    write(shown.line("dossier_reason"), "Dossier du conjoint")
    click(shown.button("dossier_open"))
    assert shown.opened == [("D-2026-00417", "Dossier du conjoint")]


def test_the_hub_may_want_a_reason_that_the_card_did_not_ask_for(shown: Shown) -> None:
    write(shown.line("dossier_number"), "D-2026-00417")
    click(shown.button("dossier_open"))
    shown.card.show_refused(OPEN, "reason_needed", {"dossier": "D-2026-00001"})
    assert shown.line("dossier_reason").isVisible()
    assert shown.words("dossier_reason_wrong") != ""


def test_the_limit_of_an_hour_is_said_in_words(shown: Shown) -> None:
    shown.type_caller()
    shown.card.show_busy(SEARCH)
    shown.card.show_refused(SEARCH, "too_many_dossiers", {"limit": 20})
    assert "20" in shown.words("dossier_refused")


@pytest.mark.parametrize("code", ["bus_unreachable", "hub_unreachable", "vault_away"])
def test_a_cut_line_loses_nothing_and_the_same_key_tries_again(shown: Shown, code: str) -> None:
    shown.type_caller()
    click(shown.button("dossier_find"))
    shown.card.show_busy(SEARCH)
    click(shown.button("dossier_find"))
    assert len(shown.searched) == 1
    shown.card.show_refused(SEARCH, code, {})
    assert "Nothing that you typed is lost" in shown.words("dossier_refused")
    assert shown.line("dossier_family_name").text() == "Exemple-Dupre"
    shown.card.begin(bound=False)
    click(shown.button("dossier_find"))
    assert shown.searched == [JEANNE, JEANNE]
    shown.card.show_line_back()
    assert shown.words("dossier_refused") == ""


def test_nothing_of_the_caller_before_stays_not_even_to_undo(shown: Shown) -> None:
    shown.type_caller()
    click(shown.button("dossier_create_begin"))
    write(shown.line("dossier_caller_number"), "1234567")
    write(shown.line("dossier_contact"), "06 00 00 00 00")
    shown.card.show_likely(HITS)
    shown.card.clear()
    for line in shown.window.findChildren(QLineEdit):
        for _time in range(3):
            line.undo()
        assert (line.objectName(), line.text()) == (line.objectName(), "")
    assert shown.card.hits.count() == 0
    assert shown.words("dossier_find_title") == "Which dossier?"


def test_a_number_typed_at_the_kiosk_that_nobody_has_goes_into_the_new_dossier(
    shown: Shown,
) -> None:
    shown.card.show_caller("allocataire", "7654321")
    assert "No dossier has the number" in shown.words("dossier_find_hint")
    shown.type_caller()
    click(shown.button("dossier_create_begin"))
    click(shown.button("dossier_create"))
    assert shown.created[0][0].caller_number == "7654321"


def test_the_keyboard_does_not_jump_out_of_what_the_agent_writes(shown: Shown) -> None:
    shown.elsewhere.setFocus()
    shown.card.begin(bound=False)
    shown.card.show_busy(SEARCH)
    shown.card.show_found(HITS, more=False, register=RegisterState.NONE)
    assert QApplication.focusWidget() is shown.elsewhere


def test_every_field_has_a_name_and_tab_goes_from_top_to_bottom(shown: Shown) -> None:
    shown.card.begin(bound=True)
    click(shown.button("dossier_create_begin"))
    shown.card.show_likely(HITS)
    shown.line("dossier_reason").setFocus()
    order = []
    for _step in range(12):
        here = QApplication.focusWidget()
        assert here is not None
        if here is shown.elsewhere:
            break
        order.append(here.objectName())
        assert here.accessibleName()
        key(here, Qt.Key.Key_Tab)
    assert order == [
        "dossier_reason",
        "dossier_family_name",
        "dossier_given_names",
        "dossier_born_on",
        "dossier_caller_number",
        "dossier_contact",
        "dossier_hits",
        "dossier_open_hit",
        "dossier_create_anyway",
        "dossier_search_again",
        "dossier_back",
    ]
