# SPDX-License-Identifier: GPL-3.0-only
"""The browser's program does what the kiosk's screen tells it."""

from __future__ import annotations

from typing import Any, cast

from PyQt6.QtCore import QObject, QSize, pyqtSignal
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from expert_app.kiosk.wiring.page_program import PageProgram
from session.kiosk.cobrowse import browser_messages as messages
from session.kiosk.cobrowse.browser_frames import frame


class Window(QWidget):
    """A page's view without an engine, that keeps the sizes it was shown at."""

    reported = pyqtSignal(object, bytes)

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[QSize] = []

    def take_keyboard(self) -> None:
        """Nobody types here."""

    def resize(self, *size: Any) -> None:
        """Keeps it."""
        super().resize(*size)
        self.sizes.append(self.size())


class Screen(QObject):
    """What the screen writes."""

    read = pyqtSignal(bytes)

    def write(self, _fact: messages.BrowserFact, _body: bytes) -> None:
        """Nobody reads."""


def test_of_the_sizes_that_wait_the_window_takes_the_last_only(qtbot: QtBot) -> None:
    window, screen = Window(), Screen()
    qtbot.addWidget(window)
    program = PageProgram(cast(Any, window), cast(Any, screen), proxy=cast(Any, None))
    for height_px in (663, 603):
        screen.read.emit(frame(messages.ShowWindow(width_px=1046, height_px=height_px)))
    qtbot.waitUntil(window.isVisible)
    assert window.sizes == [QSize(1046, 603)]
    assert program is not None
