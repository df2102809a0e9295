# SPDX-License-Identifier: GPL-3.0-only
"""The board's acts are found by words, those of its page with their keys."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from session.core.clock import ManualClock
from tests.support.memory.window_settings import MemorySettings
from tests.support.screens.fingers import key, write
from tests.support.screens.invented import NOW
from views.board.window import STATISTICS, BoardWindow
from views.widgets.keyboard.command_palette import CommandPalette
from views.widgets.keyboard.window_actions import WindowActions


def test_a_page_is_opened_by_a_word_and_acts_of_another_page_are_not_there(
    qtbot: QtBot, desk_theme: QApplication
) -> None:
    window = BoardWindow(ManualClock(NOW))
    qtbot.addWidget(window)
    window.set_connection(True)
    window.show()
    actions = WindowActions(window, {})
    assert "F9" in {one.keys for one in actions.entries()}
    palette = CommandPalette(window, [actions.entries], settings=MemorySettings())
    palette.open_palette()
    write(palette.field, "figurse")
    key(palette.field, Qt.Key.Key_Return)
    assert window.page() == STATISTICS
    assert "F9" not in {one.keys for one in actions.entries()}
    window.close_now()
