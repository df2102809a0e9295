# SPDX-License-Identifier: GPL-3.0-only
"""The tool that acts takes the keyboard, but not from an agent who looks for a page."""

from __future__ import annotations

from PyQt6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from views.desk.shared_page.overlay import MirrorOverlay, Tool
from views.widgets.parts import column


def test_a_yes_that_comes_while_the_agent_searches_leaves_the_keyboard_there(qtbot: QtBot) -> None:
    window, mirrored, search = QWidget(), QWidget(), QLineEdit()
    overlay = MirrorOverlay(mirrored, takes_keys=True)
    column(window, search, mirrored)
    qtbot.addWidget(window)
    mirrored.hide()
    window.show()
    window.activateWindow()
    search.setFocus()
    overlay.set_tool(Tool.CONTROL)
    assert window.focusWidget() is search
    mirrored.show()
    overlay.set_tool(Tool.CONTROL)
    assert window.focusWidget() is overlay
