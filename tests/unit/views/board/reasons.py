# SPDX-License-Identifier: GPL-3.0-only
"""A reason given at the board, for tests."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QComboBox

from tests.support.screens.fingers import key, write
from views.board.window import BoardWindow

KEYS = Qt.Key


def give_reason(board: BoardWindow, reason: str) -> None:
    """Types the reason where the keyboard is, and Enter."""
    field = board.panel.findChild(QComboBox, "act_reason")
    assert field is not None
    line = field.lineEdit()
    assert line is not None
    line.setFocus()
    write(line, reason)
    key(line, KEYS.Key_Return)
