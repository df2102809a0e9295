# SPDX-License-Identifier: GPL-3.0-only
"""Whose dossier it is, and giving a number to a caller who has one now."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from session.core.dossier_model import CallerIdentity
from tests.support.screens.fingers import click, key, rewrite, write
from tests.support.screens.invented import DOSSIER
from views.desk.dossier import acts
from views.desk.dossier.person_card import PersonCard
from views.widgets.parts import column

WITHOUT = msgspec.structs.replace(DOSSIER, caller_number="")


def made(asked: list[acts.DossierAct]) -> PersonCard:
    return PersonCard(lambda: date(2026, 3, 2), asked.append, find_another=lambda: None)


@pytest.fixture
def asked() -> list[acts.DossierAct]:
    return []


@pytest.fixture
def person(qtbot: QtBot, desk_theme: QApplication, asked: list[acts.DossierAct]) -> PersonCard:
    card = made(asked)
    qtbot.addWidget(card)
    card.show_kind("allocataire")
    card.resize(380, 300)
    card.show()
    qtbot.waitExposed(card)
    return card


def _find[Kind: QWidget](person: PersonCard, kind: type[Kind], name: str) -> Kind:
    found = person.findChild(kind, name)
    assert found is not None
    return found


def test_contact_other_numbers_and_what_is_provisional_are_said(person: PersonCard) -> None:
    person.show_person(
        msgspec.structs.replace(
            DOSSIER, contact="06 00 00 00 00", merged=("D-2026-00001",), provisional=True
        )
    )
    assert _find(person, QLabel, "dossier_more").text() == (
        "To reach: 06 00 00 00 00 · Also filed as: D-2026-00001"
    )
    assert _find(person, QWidget, "dossier_provisional").isVisible()
    person.show_person(DOSSIER)
    assert not _find(person, QWidget, "dossier_provisional").isVisible()


def test_a_number_is_given_later_and_checked(
    person: PersonCard, asked: list[acts.DossierAct]
) -> None:
    person.show_person(DOSSIER)
    assert _find(person, QPushButton, "dossier_give_number").text() == "Correct the number"
    person.show_person(WITHOUT)
    assert _find(person, QPushButton, "dossier_give_number").text() == "Give a number"
    click(_find(person, QPushButton, "dossier_give_number"))
    number = _find(person, QLineEdit, "dossier_new_number")
    write(number, "12345")
    key(number, Qt.Key.Key_Return)
    assert asked == []
    assert "7 figures" in _find(person, QLabel, "dossier_new_number_wrong").text()
    write(number, "123")  # in the place of what was refused
    key(number, Qt.Key.Key_Return)
    assert number.text() == "123"
    key(number, Qt.Key.Key_End)
    write(number, "45 67")
    key(number, Qt.Key.Key_Return)
    key(number, Qt.Key.Key_Return)
    assert asked == [acts.GiveNumber("1234567")]
    person.show_person(msgspec.structs.replace(DOSSIER, caller_number="1234567"))
    assert not number.isVisible()


def test_a_wrongly_typed_number_is_corrected_with_the_caller(
    person: PersonCard, asked: list[acts.DossierAct]
) -> None:
    wrong = msgspec.structs.replace(DOSSIER, caller_number="1234567")
    person.show_person(wrong)
    correct = _find(person, QPushButton, "dossier_give_number")
    click(correct)
    number = _find(person, QLineEdit, "dossier_new_number")
    write(number, "1234567")
    key(number, Qt.Key.Key_Return)
    assert (asked, number.isVisible(), correct.isVisible()) == ([], False, True), "the same number"
    click(correct)
    write(number, "7654321")
    person.show_person(msgspec.structs.replace(wrong, notes=()))
    assert number.text() == "7654321", "a note does not close it"
    key(number, Qt.Key.Key_Return)
    assert asked == [acts.GiveNumber("7654321")]
    person.show_person(msgspec.structs.replace(wrong, caller_number="7654321"))
    assert (number.isVisible(), correct.isVisible()) == (False, True)


def test_a_number_that_another_dossier_has_stays_and_is_told_below(
    person: PersonCard, asked: list[acts.DossierAct]
) -> None:
    person.show_person(WITHOUT)
    click(_find(person, QPushButton, "dossier_give_number"))
    number = _find(person, QLineEdit, "dossier_new_number")
    write(number, "1234567")
    key(number, Qt.Key.Key_Return)
    person.show_refused("number_taken", {"dossier": "D-2026-00001"})
    assert "D-2026-00001" in _find(person, QLabel, "dossier_new_number_wrong").text()
    assert number.text() == "1234567"
    key(number, Qt.Key.Key_Return)
    assert asked == [acts.GiveNumber("1234567"), acts.GiveNumber("1234567")]


def test_a_note_in_the_dossier_does_not_close_what_is_typed(person: PersonCard) -> None:
    person.show_person(WITHOUT)
    click(_find(person, QPushButton, "dossier_give_number"))
    number = _find(person, QLineEdit, "dossier_new_number")
    write(number, "123")
    person.show_person(msgspec.structs.replace(WITHOUT, notes=()))
    assert (number.isVisible(), number.text()) == (True, "123")
    key(number, Qt.Key.Key_Escape)
    assert not number.isVisible()
    assert _find(person, QPushButton, "dossier_give_number").isVisible()
    person.show_person(None)
    number.undo()
    assert number.text() == ""


def test_a_wrong_name_is_corrected_by_the_keyboard_and_the_card_is_free_again(
    person: PersonCard, asked: list[acts.DossierAct]
) -> None:
    known = msgspec.structs.replace(DOSSIER, family_name="Verdelin", given_names="Josiane")
    person.show_person(known)
    correct = _find(person, QPushButton, "dossier_correct_person")
    give = _find(person, QPushButton, "dossier_give_number")
    click(correct)
    family = _find(person, QLineEdit, "person_family_name")
    assert family.hasFocus()
    assert (give.isVisible(), correct.isVisible()) == (False, False), "one thing at a time"
    key(family, Qt.Key.Key_Escape)
    assert (family.isVisible(), correct.hasFocus(), give.isVisible()) == (False, True, True)
    click(correct)
    rewrite(family, "Verdelain")
    person.show_person(msgspec.structs.replace(known, notes=()))
    assert family.text() == "Verdelain", "a note does not close it"
    write(_find(person, QLineEdit, "person_reason"), "Faute de frappe")
    key(family, Qt.Key.Key_Return)
    right = CallerIdentity(family_name="Verdelain", given_names="Josiane", born_on="1984-05-12")
    assert asked == [acts.CorrectCaller(right, False, "Faute de frappe")]
    person.form.show_refused("dossier_was_merged", {"dossier": "D-9"})
    assert "D-9" in _find(person, QLabel, "person_words").text()
    corrected = msgspec.structs.replace(
        known, caller_name="Josiane Verdelain", family_name="Verdelain"
    )
    person.show_person(corrected)
    assert (family.isVisible(), correct.isVisible(), family.text()) == (False, True, "")


def test_what_is_done_leaves_the_keyboard_on_the_person_and_on_no_button_after_it(
    qtbot: QtBot, desk_theme: QApplication
) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    card, after = made([]), QPushButton("Scan")
    column(page, card, after)
    page.resize(420, 900)
    with qtbot.waitActive(page):
        page.show()
        page.activateWindow()
    card.show_kind("allocataire")
    card.show_person(WITHOUT)
    click(_find(card, QPushButton, "dossier_give_number"))
    card.show_person(DOSSIER)
    assert card.hasFocus()
    click(_find(card, QPushButton, "dossier_correct_person"))
    _find(card, QPushButton, "person_keep").setFocus()
    card.show_person(msgspec.structs.replace(DOSSIER, caller_name="Josiane Verdelain"))
    assert card.hasFocus()
