# SPDX-License-Identifier: GPL-3.0-only
"""The dossier shows who and what is missing; accepting, refusing and opening are wishes."""

from __future__ import annotations

import msgspec
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from session.protocol.hub_messages import PieceState
from tests.unit.views.fingers import click, key, write
from tests.unit.views.invented import DOSSIER
from views.desk_parts import Chip
from views.dossier_view import DossierView


@pytest.fixture
def dossier(qtbot: QtBot, desk_theme: QApplication) -> DossierView:
    view = DossierView()
    qtbot.addWidget(view)
    view.resize(410, 800)
    view.show()
    qtbot.waitExposed(view)
    return view


def press(view: QWidget, qtbot: QtBot, name: str) -> None:
    found = view.findChild(QWidget, name)
    assert found is not None
    qtbot.waitUntil(lambda: found.isVisible() and found.height() > 8, timeout=2000)
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
    assert words(dossier, "dossier_who") == "Dossier D-2026-00417 · caller number 4821906 · born on 12/05/1984"
    assert words(dossier, "pieces_title") == "Pieces settled: 2 of 5"
    assert [state(dossier, f"p{n}") for n in range(1, 6)] == ["Filed", "Scanned", "Expected", "Refused", "Accepted"]


def test_accepting_a_piece_is_a_wish(dossier: DossierView, qtbot: QtBot) -> None:
    dossier.show_dossier(DOSSIER)
    with qtbot.waitSignal(dossier.piece_requested) as wished:
        press(dossier, qtbot, "piece_accept_p2")
    assert wished.args == ["p2", PieceState.ACCEPTED, ""]
    assert state(dossier, "p2") == "Scanned"


def test_refusing_wants_a_reason(dossier: DossierView, qtbot: QtBot) -> None:
    dossier.show_dossier(DOSSIER)
    told: list[tuple[str, PieceState, str]] = []
    dossier.piece_requested.connect(lambda *wish: told.append(wish))
    press(dossier, qtbot, "piece_refuse_p2")
    reason = dossier.findChild(QComboBox, "piece_reason_p2")
    assert reason is not None
    qtbot.waitUntil(reason.isVisible, timeout=2000)
    reason.setCurrentText("   ")
    press(dossier, qtbot, "piece_refuse_sure_p2")
    assert told == []
    reason.setCurrentText("Tampon illisible")
    press(dossier, qtbot, "piece_refuse_sure_p2")
    assert told == [("p2", PieceState.REFUSED, "Tampon illisible")]


def test_escape_gives_a_refusal_up(dossier: DossierView, qtbot: QtBot) -> None:
    dossier.show_dossier(DOSSIER)
    press(dossier, qtbot, "piece_refuse_p2")
    reason = dossier.findChild(QComboBox, "piece_reason_p2")
    assert reason is not None
    qtbot.waitUntil(reason.isVisible, timeout=2000)
    key(reason, Qt.Key.Key_Escape)
    assert not reason.isVisible()


def test_an_expected_piece_can_only_be_scanned_for(dossier: DossierView, qtbot: QtBot) -> None:
    dossier.show_dossier(DOSSIER)
    accept = dossier.findChild(QWidget, "piece_accept_p3")
    assert accept is not None
    assert not accept.isVisible()
    with qtbot.waitSignal(dossier.piece_chosen) as chosen:
        press(dossier, qtbot, "piece_scan_p3")
    assert chosen.args == ["p3"]


def test_documents_stand_newest_first_and_open_on_a_wish(dossier: DossierView, qtbot: QtBot) -> None:
    dossier.show_dossier(DOSSIER)
    with qtbot.waitSignal(dossier.document_requested) as wished:
        press(dossier, qtbot, "document_open_d2")
    assert wished.args == ["d2"]
    first, second = dossier.findChild(QWidget, "document_d1"), dossier.findChild(QWidget, "document_d2")
    assert first is not None
    assert second is not None
    assert first.y() < second.y()


def test_a_change_at_the_store_changes_the_row_and_keeps_the_others(dossier: DossierView) -> None:
    dossier.show_dossier(DOSSIER)
    before = dossier.findChild(QWidget, "piece_p3")
    pieces = [msgspec.structs.replace(one, state=PieceState.FILED) if one.id == "p3" else one for one in DOSSIER.pieces]
    dossier.show_dossier(msgspec.structs.replace(DOSSIER, pieces=pieces))
    assert state(dossier, "p3") == "Filed"
    assert dossier.findChild(QWidget, "piece_p3") is before


def test_a_caller_without_number_is_looked_up(dossier: DossierView, qtbot: QtBot) -> None:
    dossier.show_search()
    number = dossier.findChild(QLineEdit, "dossier_number")
    assert number is not None
    asked: list[str] = []
    dossier.dossier_requested.connect(asked.append)
    key(number, Qt.Key.Key_Return)
    write(number, " D-2026-00417 ")
    key(number, Qt.Key.Key_Return)
    assert asked == ["D-2026-00417"]
    dossier.show_search("No dossier has this number.")
    assert words(dossier, "dossier_refused") == "No dossier has this number."


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
