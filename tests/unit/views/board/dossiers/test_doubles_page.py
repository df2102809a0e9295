# SPDX-License-Identifier: GPL-3.0-only
"""Two dossiers of one person: both are looked at, for a reason, before they become one."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.support.screens.dossier_scenes import OTHER, doubles
from tests.support.screens.fingers import click, key, write
from tests.support.screens.invented import DOSSIER
from tests.unit.views.board.reasons import give_reason
from views.board.page_acts import CompareDossiers, MergeDossiers, UnmergeDossiers
from views.board.window import BoardWindow


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


def _line(board: BoardWindow, name: str) -> QLineEdit:
    return _find(board, QLineEdit, name)


def test_two_numbers_and_a_reason_are_needed(board: BoardWindow) -> None:
    asked: list[object] = []
    board.doubles.acted.connect(asked.append)
    key(_line(board, "merge_keep"), Qt.Key.Key_Return)
    assert "number of a dossier" in _find(board, QLabel, "merge_keep_wrong").text()
    write(_line(board, "merge_keep"), "D-2026-00417")
    write(_line(board, "merge_other"), "D-2026-00417")
    write(_line(board, "merge_reason"), "Une seule personne")
    key(_line(board, "merge_reason"), Qt.Key.Key_Return)
    assert "same dossier" in _find(board, QLabel, "merge_other_wrong").text()
    assert asked == []
    _line(board, "merge_other").setText("D-2026-00555")
    click(_find(board, QPushButton, "merge_compare"))
    assert asked == [CompareDossiers("D-2026-00417", "D-2026-00555", "Une seule personne")]


def test_both_are_shown_side_by_side_and_what_differs_stands_out(board: BoardWindow) -> None:
    assert not _find(board, QPushButton, "merge_confirm").isVisible()
    board.doubles.show_compared(DOSSIER, OTHER, "Une seule personne")
    keep, other = (_find(board, QLabel, f"merge_side_{one}_who") for one in ("keep", "other"))
    assert (keep.text(), other.text()) == ("Josiane Verdelin", "Josianne Verdelain")
    assert keep.property("tone") == "warn"
    assert _find(board, QLabel, "merge_side_keep_born").property("tone") == ""
    assert _find(board, QLabel, "merge_side_other_caller_number").text() == "without number"
    assert "2 documents filed" in _find(board, QLabel, "merge_side_keep_what").text()
    assert "All of D-2026-00555 moves into D-2026-00417" in (
        _find(board, QLabel, "merge_warning").text()
    )


def test_the_other_one_may_be_kept(board: BoardWindow) -> None:
    wanted: list[object] = []
    board.doubles.acted.connect(wanted.append)
    board.doubles.show_compared(DOSSIER, OTHER, "Une seule personne")
    click(_find(board, QPushButton, "merge_swap"))
    assert _line(board, "merge_keep").text() == "D-2026-00555"
    click(_find(board, QPushButton, "merge_confirm"))
    assert wanted == [MergeDossiers("D-2026-00555", "D-2026-00417", "Une seule personne")]


def test_enter_shows_both_and_never_merges_by_itself(board: BoardWindow) -> None:
    merged: list[object] = []
    board.doubles.acted.connect(merged.append)
    board.doubles.show_compared(DOSSIER, OTHER, "Une seule personne")
    for _time in range(3):
        key(_line(board, "merge_reason"), Qt.Key.Key_Return)
    assert merged == []
    assert _find(board, QPushButton, "merge_confirm").hasFocus()


def test_what_is_shown_belongs_to_the_numbers_that_were_typed(board: BoardWindow) -> None:
    board.doubles.show_compared(DOSSIER, OTHER, "Une seule personne")
    write(_line(board, "merge_other"), "1")
    assert not _find(board, QPushButton, "merge_confirm").isVisible()
    board.doubles.show_refused("No dossier has this number.", _line(board, "merge_other").text())
    assert _find(board, QLabel, "merge_other_wrong").text() == "No dossier has this number."


def test_a_provisional_dossier_is_taken_into_the_form(board: BoardWindow) -> None:
    assert "2 provisional dossiers, not matched" in (
        _find(board, QLabel, "provisional_title").text()
    )
    board.doubles.provisional.choose("D-2026-00560")
    key(board.doubles.provisional, Qt.Key.Key_Return)
    assert _line(board, "merge_other").text() == "D-2026-00560"


def test_a_merge_is_taken_back_with_a_reason_while_it_may(board: BoardWindow) -> None:
    wanted: list[object] = []
    board.doubles.acted.connect(wanted.append)
    undo = _find(board, QPushButton, "merge_undo")
    table = board.doubles.table
    assert [table.texts(one)[4] for one in ("m0", "m1", "m2")] == [
        "Can be taken back until 31/03/2026",
        "Taken back on 28/02/2026",
        "For good",
    ]
    for merge_id, may in (("m1", False), ("m2", False), ("m0", True)):
        table.choose(merge_id)
        assert undo.isEnabled() is may
    click(undo)
    assert "D-2026-00550 → D-2026-00417" in _find(board, QLabel, "act_title").text()
    give_reason(board, "Deux personnes")
    assert wanted == [UnmergeDossiers("m0", "Deux personnes")]


def test_without_a_line_nothing_is_asked(board: BoardWindow) -> None:
    asked: list[object] = []
    board.doubles.acted.connect(asked.append)
    board.doubles.show_compared(DOSSIER, OTHER, "Une seule personne")
    board.set_connection(False)
    click(_find(board, QPushButton, "merge_confirm"))
    assert asked == []
