# SPDX-License-Identifier: GPL-3.0-only
"""Rests the mouse on a widget, as a person does who waits for its tool tip. Used by tests."""

from __future__ import annotations

from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QHelpEvent
from PyQt6.QtWidgets import QApplication, QLabel, QToolTip, QWidget


def hover(widget: QWidget, at: QPoint | None = None) -> QLabel | None:
    """Return the tool tip that Qt shows for a point of a widget, None when it shows none."""
    at = at if at is not None else widget.rect().center()
    QToolTip.hideText()
    event = QHelpEvent(QHelpEvent.Type.ToolTip, at, widget.mapToGlobal(at))
    QApplication.sendEvent(widget, event)
    return tip() if QToolTip.isVisible() else None


def tip() -> QLabel | None:
    """Return the tool tip that is shown."""
    return next(
        (
            window
            for window in QApplication.topLevelWidgets()
            if isinstance(window, QLabel)
            and window.windowType() == Qt.WindowType.ToolTip
            and window.isVisible()
            and window.text() == QToolTip.text()
        ),
        None,
    )
