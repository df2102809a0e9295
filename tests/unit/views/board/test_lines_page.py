# SPDX-License-Identifier: GPL-3.0-only
"""The page of lines and its tile say what the hub counted, or that it was not read."""

from __future__ import annotations

import msgspec
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from session.protocol.hub.history import LinesAnswer, LineTotals
from tests.support.screens.board_scenes import delivered, lines
from tests.support.screens.fingers import click, key, write
from views.board.window import BoardWindow


@pytest.fixture
def board(qtbot: QtBot, desk_theme: QApplication) -> BoardWindow:
    window = delivered()
    qtbot.addWidget(window)
    window.close_requested.connect(window.close_now)
    window.show()
    window.show_page("lines")
    return window


def _title(board: BoardWindow) -> str:
    title = board.lines.findChild(QLabel, "lines_title")
    assert title is not None
    return title.text()


LARGE = LinesAnswer(
    totals=LineTotals(kiosks=5000, present=4800, good=590, weak=8, bad=2),
    hits=5000,
    lines=lines().lines,
    next="200",
)


def test_the_hubs_totals_are_shown_not_a_count_of_the_rows(board: BoardWindow) -> None:
    board.show_lines(LARGE)
    assert "4800 of 5000" in _title(board)
    assert "590/600" in board.figures.lines.accessibleName()


def test_more_kiosks_are_asked_for_by_a_press_and_a_place_by_its_words(
    board: BoardWindow, qtbot: QtBot
) -> None:
    questions: list[tuple[str, int]] = []
    board.lines.acted.connect(lambda wish: questions.append((wish.words, wish.rows)))
    board.show_lines(LARGE)
    more = board.lines.findChild(QPushButton, "lines_more")
    words = board.lines.findChild(QLineEdit, "lines_words")
    assert more is not None
    assert words is not None
    click(more)
    write(words, "oyen")
    key(words, Qt.Key.Key_Return)
    assert questions == [("", 212), ("oyen", 200)]
    board.show_lines(msgspec.structs.replace(LARGE, lines=[], hits=0, next=""))
    assert "No such kiosk" in [one.text() for one in board.lines.findChildren(QLabel)]


def test_a_refused_answer_is_not_nought_of_nought(board: BoardWindow) -> None:
    board.show_lines_refused("What was sent is too large.")
    assert board.lines.list.trouble.startswith("What was sent is too large.")
    assert not board.lines._empty.isVisible()
    assert "0 of 0" not in _title(board)
    assert "Not read" in board.figures.lines.accessibleName()
