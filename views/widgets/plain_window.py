# SPDX-License-Identifier: GPL-3.0-only
"""A window around one view that emits a signal when it is asked to close.
Used by replay, sign-in and the windows of a site.
"""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QCloseEvent
from PyQt6.QtWidgets import QMainWindow, QWidget

from views.widgets.announcer import announcer_of


class PlainWindow(QMainWindow):
    """Holds `view`.

    Signals:
        close_requested(): the person closes the window; it stays until the program hides it.
    """

    close_requested = pyqtSignal()

    def __init__(self, view: QWidget, title: str) -> None:
        super().__init__()
        announcer_of(self)
        self.setCentralWidget(view)
        self.setWindowTitle(title)

    def closeEvent(self, a0: QCloseEvent | None) -> None:
        """Asks the program to stop in order."""
        if a0 is not None:
            a0.ignore()
        self.close_requested.emit()
