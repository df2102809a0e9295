# SPDX-License-Identifier: GPL-3.0-only
"""The line on top of the board."""

from __future__ import annotations

from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from views.board.header import BoardHeader


def test_the_settings_are_asked_for_by_button_and_by_key(qtbot: QtBot) -> None:
    header = BoardHeader()
    qtbot.addWidget(header)
    button = header.findChild(QToolButton, "board_settings")
    keys = header.findChild(QShortcut)
    assert button is not None
    assert keys is not None
    assert keys.key() == QKeySequence("Ctrl+,")
    with qtbot.waitSignal(header.tools.acted):
        button.click()
    with qtbot.waitSignal(header.tools.acted):
        keys.activated.emit()
