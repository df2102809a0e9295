# SPDX-License-Identifier: GPL-3.0-only
"""No window of the engine's own beside the page: a colour picker would take the keyboard, speak
English, and stand where nobody can move it. Used by the process of the caller's browser.
"""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, QTimer
from PyQt6.QtWidgets import QApplication, QDialog


class SystemDialogs(QObject):
    """Answers every dialog of the toolkit with "Cancel"; ours are cards in the page's window.

    Args:
        application: whose dialogs.
    """

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        application.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Hears of each window that is shown."""
        shows = event is not None and event.type() == QEvent.Type.Show
        if shows and isinstance(watched, QDialog):
            QTimer.singleShot(0, watched.reject)
        return False
