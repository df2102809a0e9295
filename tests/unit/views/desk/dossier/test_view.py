# SPDX-License-Identifier: GPL-3.0-only
"""The dossier shows who and what is missing; accepting, refusing and opening are requests."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from session.core.clock import ManualClock
from session.core.dossier_model import PieceState, PieceStep
from session.protocol.dossier.identity import RegisterState
from session.protocol.dossier.pieces import ActStep, PieceHistory
from tests.accessibility.layout import settle
from tests.support.screens.acts import acts_of
from tests.support.screens.dossier_scenes import HITS
from tests.support.screens.fingers import click, key, write
from tests.support.screens.invented import DOSSIER, NOW
from tests.support.screens.parts import part
from views.desk.devices.acts import ScanPiece
from views.desk.dossier import acts
from views.desk.dossier.view import DossierView
from views.widgets.parts import Chip


@pytest.fixture
def dossier(qtbot: QtBot, desk_theme: QApplication) -> DossierView:
    view = DossierView(ManualClock(NOW))
    qtbot.addWidget(view)
    view.resize(410, 800)
    view.show()
    qtbot.waitExposed(view)
    return view


def press(view: QWidget, qtbot: QtBot, name: str) -> None:
    found = view.findChild(QWidget, name)
    assert found is not None
    qtbot.waitUntil(lambda: found.isVisible() and found.height() > 8)
    click(found)


def words(view: QWidget, name: str) -> str:
    found = view.findChild(QLabel, name)
    assert found is not None
    return found.text()


def state(view: QWidget, piece_id: str) -> str:
    found = view.findChild(Chip, f"piece_state_{piece_id}")
    assert found is not None
    return found.text()


def test_dossier_says_who_for_what_and_how_far(dossier: DossierView) -> None:
    dossier.show_dossier(DOSSIER)
    assert words(dossier, "dossier_name") == "Josiane Verdelin"
    assert (
        words(dossier, "dossier_who")
        == "Dossier D-2026-00417 · caller number 4821906 · born on 12/05/1984"
    )
    assert words(dossier, "pieces_title") == "Pieces settled: 2 of 5"
    assert [state(dossier, f"p{n}") for n in range(1, 6)] == [
        "Filed",
        "Scanned",
        "Expected",
        "Refused",
        "Accepted",
    ]


def test_older_notes_are_shown_by_and_by_and_another_dossier_begins_anew(
    dossier: DossierView, qtbot: QtBot
) -> None:
    first = DOSSIER.notes[0]
    notes = tuple(
        msgspec.structs.replace(first, id=f"n{n}", text=f"Note {n}", at_utc=NOW) for n in range(60)
    )
    long = msgspec.structs.replace(DOSSIER, notes=notes)

    def shown() -> list[str]:
        labels = [words for words in dossier.findChildren(QLabel) if words.isVisible()]
        return [words.text() for words in labels if words.text().startswith("Note ")]

    dossier.show_dossier(long)
    settle()
    assert shown() == ["Note 59", "Note 58", "Note 57", "Note 56", "Note 55"]
    older = part(dossier, QPushButton, "notes_older")
    assert older.text() == "55 older notes"
    for _press in range(2):
        press(dossier, qtbot, "notes_older")
    dossier.show_dossier(msgspec.structs.replace(long, contact="06 00 00 00 00"))
    settle()
    assert len(shown()) == 45, "the same dossier keeps what was asked for"
    press(dossier, qtbot, "notes_older")
    settle()
    assert shown()[-1] == "Note 0"
    assert not older.isVisible()
    dossier.show_dossier(msgspec.structs.replace(long, number="D-2"))
    settle()
    assert len(shown()) == 5


def test_accepting_a_piece_is_a_wish(dossier: DossierView, qtbot: QtBot) -> None:
    dossier.show_dossier(DOSSIER)
    wished = acts_of(dossier, acts.DecidePiece)
    press(dossier, qtbot, "piece_accept_p2")
    assert wished == [acts.DecidePiece("p2", PieceState.ACCEPTED, "")]
    assert state(dossier, "p2") == "Scanned"


def test_refusing_wants_a_reason(dossier: DossierView, qtbot: QtBot) -> None:
    dossier.show_dossier(DOSSIER)
    told = acts_of(dossier, acts.DecidePiece)
    press(dossier, qtbot, "piece_refuse_p2")
    reason = dossier.findChild(QComboBox, "piece_reason_p2")
    assert reason is not None
    qtbot.waitUntil(reason.isVisible)
    reason.setCurrentText("   ")
    press(dossier, qtbot, "piece_refuse_sure_p2")
    assert told == []
    reason.setCurrentText("Tampon illisible")
    press(dossier, qtbot, "piece_refuse_sure_p2")
    assert told == [acts.DecidePiece("p2", PieceState.REFUSED, "Tampon illisible")]


def test_escape_gives_a_refusal_up(dossier: DossierView, qtbot: QtBot) -> None:
    dossier.show_dossier(DOSSIER)
    press(dossier, qtbot, "piece_refuse_p2")
    reason = dossier.findChild(QComboBox, "piece_reason_p2")
    assert reason is not None
    qtbot.waitUntil(reason.isVisible)
    key(reason, Qt.Key.Key_Escape)
    assert not reason.isVisible()


def test_an_expected_piece_can_only_be_scanned_for(dossier: DossierView, qtbot: QtBot) -> None:
    dossier.show_dossier(DOSSIER)
    accept = dossier.findChild(QWidget, "piece_accept_p3")
    assert accept is not None
    assert not accept.isVisible()
    chosen = acts_of(dossier, ScanPiece)
    press(dossier, qtbot, "piece_scan_p3")
    assert chosen == [ScanPiece("p3")]


def test_a_change_at_the_store_changes_the_row_and_keeps_the_others(dossier: DossierView) -> None:
    dossier.show_dossier(DOSSIER)
    before = dossier.findChild(QWidget, "piece_p3")
    pieces = [
        msgspec.structs.replace(one, state=PieceState.FILED) if one.id == "p3" else one
        for one in DOSSIER.pieces
    ]
    dossier.show_dossier(msgspec.structs.replace(DOSSIER, pieces=pieces))
    assert state(dossier, "p3") == "Filed"
    assert dossier.findChild(QWidget, "piece_p3") is before


def line(view: QWidget, name: str) -> QLineEdit:
    found = view.findChild(QLineEdit, name)
    assert found is not None
    return found


def test_the_card_stays_as_it_was_left_whatever_asks_for_it_again(dossier: DossierView) -> None:
    dossier.show_search()
    write(line(dossier, "dossier_family_name"), "Exemple")
    dossier.show_search()
    dossier.finder.show_refused("open", "hub_unreachable")
    dossier.show_search()
    assert line(dossier, "dossier_family_name").text() == "Exemple"
    dossier.show_nothing()
    dossier.show_search()
    assert line(dossier, "dossier_family_name").text() == ""


def test_a_document_that_is_filed_meanwhile_does_not_close_the_card(dossier: DossierView) -> None:
    dossier.show_dossier(DOSSIER)
    dossier.show_search()
    dossier.show_dossier(msgspec.structs.replace(DOSSIER, pieces=DOSSIER.pieces[:1]))
    assert line(dossier, "dossier_number").isVisible()
    dossier.finder.show_busy("open")
    dossier.show_dossier(DOSSIER)
    assert not line(dossier, "dossier_number").isVisible()


def test_what_was_found_is_scrolled_into_sight(dossier: DossierView, qtbot: QtBot) -> None:
    dossier.resize(360, 260)
    dossier.show_search()
    line(dossier, "dossier_born_on").setFocus()
    finder = dossier.finder
    finder.show_busy("search")
    finder.show_found(HITS, more=False, register=RegisterState.NONE)

    def is_in_sight() -> bool:
        top = finder.hits.mapTo(dossier, finder.hits.rect().topLeft()).y()
        return top >= 0 and top + finder.hits.height() <= dossier.height()

    assert finder.hits.hasFocus() or not dossier.isActiveWindow()
    qtbot.waitUntil(is_in_sight)


def test_the_keyboard_goes_from_the_card_to_whose_dossier_it_is(
    dossier: DossierView, qtbot: QtBot
) -> None:
    dossier.activateWindow()
    qtbot.waitUntil(dossier.isActiveWindow)
    dossier.show_search()
    line(dossier, "dossier_number").setFocus()
    dossier.show_dossier(DOSSIER)
    assert dossier.person.hasFocus()
    assert dossier.person.accessibleName().startswith("Josiane Verdelin, Dossier D-2026-00417")
    other = dossier.findChild(QWidget, "dossier_other")
    assert other is not None
    other.setFocus()
    dossier.show_dossier(msgspec.structs.replace(DOSSIER, number="D-2026-00001"))
    assert other.hasFocus()


def test_another_dossier_is_asked_for_with_a_reason(dossier: DossierView, qtbot: QtBot) -> None:
    dossier.show_dossier(DOSSIER)
    press(dossier, qtbot, "dossier_other")
    assert line(dossier, "dossier_reason").isVisible()


def test_looking_for_another_dossier_leads_back(dossier: DossierView, qtbot: QtBot) -> None:
    dossier.show_dossier(DOSSIER)
    press(dossier, qtbot, "dossier_other")
    press(dossier, qtbot, "dossier_back")
    name = dossier.findChild(QLabel, "dossier_name")
    assert name is not None
    assert name.isVisible()


def test_nothing_of_a_caller_stays(dossier: DossierView) -> None:
    dossier.show_dossier(DOSSIER)
    dossier.show_nothing()
    assert dossier.facts() is None
    texts = [label.text() for label in dossier.findChildren(QLabel) if not label.isHidden()]
    assert not any("Verdelin" in text or "4821906" in text for text in texts)


def test_a_date_that_is_none_stays_as_it_is(dossier: DossierView) -> None:
    dossier.show_dossier(msgspec.structs.replace(DOSSIER, born_on="vers 1950"))
    assert "vers 1950" in words(dossier, "dossier_who")


def test_the_history_tells_acts_among_the_steps(dossier: DossierView, qtbot: QtBot) -> None:
    dossier.show_dossier(DOSSIER)
    press(dossier, qtbot, "piece_history")
    step = PieceStep(
        piece_id="p1",
        was=PieceState.EXPECTED,
        state=PieceState.FILED,
        by_name="Alice M.",
        at_utc=NOW,
    )
    act = ActStep(
        kind="exported", reason="Recours", by_name="Chantal V.", at_utc=NOW + timedelta(minutes=5)
    )
    dossier.pieces_bar.show_history(PieceHistory(steps=[step], acts=[act]), {"p1": "Identité"})
    first, second = words(dossier, "piece_steps").splitlines()
    assert first.endswith("Whole dossier exported  Recours · Chantal V.")
    assert second.endswith("Identité : Filed  Alice M.")
