# SPDX-License-Identifier: GPL-3.0-only
"""A window around one view that emits a signal when it is asked to close.
Used by every program of a person at a computer but the agent's.
"""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QCloseEvent
from PyQt6.QtWidgets import QMainWindow, QWidget

from views.widgets.announcer import announcer_of
from views.widgets.keyboard.tab_order import order_window

SMALLEST_PX = 1024
"""Nobody works on a narrower screen; Qt's screen without a display has 800 px."""
TITLE_BAR_PX = 40


def resize_on_screen(window: QWidget, width_px: int, height_px: int) -> None:
    """A window of this size, or as large as its screen has room for."""
    screen = window.screen()
    if screen is not None:
        room = screen.availableGeometry()
    else:
        room = None
    if room is not None and room.width() >= SMALLEST_PX:
        width_px = min(width_px, room.width())
        height_px = min(height_px, room.height() - TITLE_BAR_PX)
    window.resize(width_px, height_px)


class PlainWindow(QMainWindow):
    """Holds `view`.

    Signals:
        close_requested(): the person closes the window; it stays until `close_now`.
    """

    close_requested = pyqtSignal()

    def __init__(self, view: QWidget, title: str) -> None:
        super().__init__()
        announcer_of(self)
        self._may_close = False
        self.setCentralWidget(view)
        self.setWindowTitle(title)

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002  # its name in Qt
        """Tab goes as the eye reads what is on the screen at this moment."""
        order_window(self)
        return super().focusNextPrevChild(next)

    def close_now(self) -> None:
        """Closes; the program has stopped everything before."""
        self._may_close = True
        self.close()

    def closeEvent(self, a0: QCloseEvent | None) -> None:
        """Asks the program to stop in order."""
        if a0 is not None and not self._may_close:
            a0.ignore()
            self.close_requested.emit()
