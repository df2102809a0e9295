# SPDX-License-Identifier: GPL-3.0-only
"""The browser's program does what the kiosk's screen tells it."""

from __future__ import annotations

from typing import Any, cast

from PyQt6.QtCore import QObject, QRect, pyqtSignal
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from expert_app.kiosk.wiring.page_program import PageProgram
from session.kiosk.cobrowse import browser_messages as messages
from session.kiosk.cobrowse.browser_frames import frame


class Window(QWidget):
    """A page's view without an engine, that keeps where it was shown."""

    reported = pyqtSignal(object, bytes)

    def __init__(self) -> None:
        super().__init__()
        self.places: list[QRect] = []

    def take_keyboard(self) -> None:
        """Nobody types here."""

    def setGeometry(self, *place: Any) -> None:  # noqa: N802 - Qt's name
        """Keeps it."""
        super().setGeometry(*place)
        self.places.append(self.geometry())


class Screen(QObject):
    """What the screen writes."""

    read = pyqtSignal(bytes)

    def write(self, _fact: messages.BrowserFact, _body: bytes) -> None:
        """Nobody reads."""


def test_the_window_fills_its_place_and_takes_the_last_of_the_sizes_that_wait(
    qtbot: QtBot,
) -> None:
    window, screen = Window(), Screen()
    qtbot.addWidget(window)
    window.move(333, 84)  # as X11 tells a window that another program's screen has taken in
    program = PageProgram(cast(Any, window), cast(Any, screen), proxy=cast(Any, None))
    for height_px in (663, 603):
        screen.read.emit(frame(messages.ShowWindow(width_px=1046, height_px=height_px)))
    qtbot.waitUntil(window.isVisible)
    assert window.places == [QRect(0, 0, 1046, 603)]
    assert program is not None
