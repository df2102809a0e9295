# SPDX-License-Identifier: GPL-3.0-only
"""Tab goes in the order in which the eye reads: Qt's own order is that in which widgets were made.
Used by the desk's window after each change of what is seen, and by the other windows whenever Tab
is pressed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from PyQt6.QtCore import QPoint, QRect, Qt
from PyQt6.QtWidgets import QWidget

OVERLAP_PX = 3
"""What two rows may share and still be two."""


def order_by_sight(parts: Sequence[QWidget]) -> list[QWidget]:
    """Orders what takes the keyboard: part after part, each as `order_window` does.

    Returns:
        All of it, in that order.
    """
    return _chain([stop for part in parts if part.isVisible() for stop in _walk(part)])


def order_window(window: QWidget) -> list[QWidget]:
    """Orders what takes the keyboard in a whole window: what stands in one frame is walked through
    before the next one begins.

    Returns:
        All of it, in that order.
    """
    return _chain(_walk(window))


def _chain(stops: list[QWidget]) -> list[QWidget]:
    for before, after in pairwise(stops):
        if before.window() is after.window():  # the page may have a window of its own
            QWidget.setTabOrder(before, after)
    return stops


def _walk(part: QWidget) -> list[QWidget]:
    """A widget and all inside it: its rows from top to bottom, in a row its columns."""
    if not part.isWindow() and _takes_keyboard(part):
        widgets = [part]
    else:
        widgets = []
    inside = [
        child
        for child in part.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
        if child.isVisible() and not child.isWindow()
    ]
    for child in _read([(_place(child, part), child) for child in inside]):
        widgets += _walk(child)
    return widgets


def _read(placed: list[tuple[QRect, QWidget]]) -> list[QWidget]:
    for start, end in ((QRect.top, QRect.bottom), (QRect.left, QRect.right)):
        groups = _apart(placed, start, end)
        if len(groups) > 1:
            return [widget for group in groups for widget in _read(group)]
    ordered = sorted(placed, key=lambda entry: (entry[0].top(), entry[0].left()))
    return [widget for _rect, widget in ordered]


def _apart(
    placed: list[tuple[QRect, QWidget]],
    start: Callable[[QRect], int],
    end: Callable[[QRect], int],
) -> list[list[tuple[QRect, QWidget]]]:
    """Cuts where nothing lies across."""
    groups: list[list[tuple[QRect, QWidget]]] = []
    reached = 0
    for rect, widget in sorted(placed, key=lambda entry: start(entry[0])):
        if groups and start(rect) <= reached - OVERLAP_PX:
            groups[-1].append((rect, widget))
            reached = max(reached, end(rect))
        else:
            groups.append([(rect, widget)])
            reached = end(rect)
    return groups


def _takes_keyboard(widget: QWidget) -> bool:
    takes = bool(widget.focusPolicy().value & Qt.FocusPolicy.TabFocus.value)
    return takes and widget.focusProxy() is None


def _place(widget: QWidget, part: QWidget) -> QRect:
    return QRect(widget.mapTo(part, QPoint(0, 0)), widget.size())
