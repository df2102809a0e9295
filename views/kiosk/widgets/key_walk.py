# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk by keyboard or by two switches: everything that can be touched, in the order in which
it stands on the screen. Used by the kiosk window.
"""

from __future__ import annotations

from PyQt6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QApplication, QLineEdit, QWidget

from views.kiosk.widgets.page_base import TouchButton


def in_order(window: QWidget) -> list[QWidget]:
    """Return what can have the focus now, row by row, from left to right."""
    placed_widgets: list[tuple[int, int, QWidget]] = []
    for widget in window.findChildren(QWidget):
        takes_keys = isinstance(widget, TouchButton | QLineEdit)
        if takes_keys and widget.isVisible() and widget.isEnabled():
            middle = widget.mapTo(window, widget.rect().center())
            placed_widgets.append((middle.y() // 24, middle.x(), widget))
    return [widget for _row, _x, widget in sorted(placed_widgets, key=lambda entry: entry[:2])]


def walk(window: QWidget, *, forward: bool) -> bool:
    """Moves the focus to the next widget, or the one before; False when there is none."""
    widgets = in_order(window)
    if not widgets:
        return False
    now = QApplication.focusWidget()
    if now in widgets:
        at = widgets.index(now) + (1 if forward else -1)
    else:
        at = 0 if forward else -1
    if forward:
        reason = Qt.FocusReason.TabFocusReason
    else:
        reason = Qt.FocusReason.BacktabFocusReason
    widgets[at % len(widgets)].setFocus(reason)
    return True


class TwoSwitches(QObject):
    """Somebody who has two switches instead of fingers: one sends the space bar and goes on to the
    next thing, the other one sends Enter and takes it.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        application = QCoreApplication.instance()
        if application is not None:
            application.installEventFilter(self)

    def eventFilter(self, a0: QObject | None, a1: QEvent | None) -> bool:
        """Takes the space bar."""
        if not isinstance(a1, QKeyEvent) or a1.type() != QEvent.Type.KeyPress:
            return False
        if a1.key() != Qt.Key.Key_Space or not isinstance(a0, QWidget):
            return False
        if not self._window.isVisible():
            return False
        if a0.window() is not self._window:
            return False
        if not a1.isAutoRepeat():
            walk(self._window, forward=True)
        return True
