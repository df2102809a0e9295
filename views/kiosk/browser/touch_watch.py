# SPDX-License-Identifier: GPL-3.0-only
"""Notices touches anywhere in a window, so that it takes the keyboard.

Used by both sides of the page: a window inside another program's does not get the keyboard from
the system by itself, and does not give it back.
"""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, pyqtSignal
from PyQt6.QtGui import QWindow


class TouchWatch(QObject):
    """Watches one window at a time.

    Signals:
        touched(): a press anywhere in it.
    """

    touched = pyqtSignal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._window: QWindow | None = None

    def watch(self, window: QWindow | None) -> None:
        """Watches this window from now on."""
        if window is not None and window is not self._window:
            self._window = window
            window.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Sees what comes to the window and lets it all through."""
        if event is not None and event.type() in (
            QEvent.Type.MouseButtonPress,
            QEvent.Type.TouchBegin,
        ):
            self.touched.emit()
        return super().eventFilter(watched, event)
