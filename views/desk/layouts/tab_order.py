# SPDX-License-Identifier: GPL-3.0-only
"""Tab goes in the order in which the eye reads: Qt's own order is that in which widgets were made.
Used by the desk's window after each change of what is seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PyQt6.QtCore import QPoint, QRect, Qt
from PyQt6.QtWidgets import QWidget


def order_by_sight(parts: Sequence[QWidget]) -> list[QWidget]:
    """Orders what takes the keyboard: part after part, in each line after line, from left to right.

    Returns:
        All of it, in that order.
    """
    ordered = [stop for part in parts if part.isVisible() for stop in _stops(part)]
    for before, after in pairwise(ordered):
        if before.window() is after.window():  # the page may have a window of its own
            QWidget.setTabOrder(before, after)
    return ordered


def _stops(part: QWidget) -> list[QWidget]:
    found = [one for one in (part, *part.findChildren(QWidget)) if _is_stop(one, part)]
    lines: list[tuple[QRect, list[tuple[int, QWidget]]]] = []
    for stop in sorted(found, key=lambda one: _place(one, part).top()):
        place = _place(stop, part)
        if lines and place.center().y() <= lines[-1][0].bottom():
            lines[-1][1].append((place.left(), stop))
        else:
            lines.append((place, [(place.left(), stop)]))
    return [stop for _line, stops in lines for _x, stop in sorted(stops, key=lambda at: at[0])]


def _is_stop(one: QWidget, part: QWidget) -> bool:
    takes = bool(one.focusPolicy().value & Qt.FocusPolicy.TabFocus.value)
    return takes and one.focusProxy() is None and one.isVisibleTo(part) and not one.isWindow()


def _place(one: QWidget, part: QWidget) -> QRect:
    return QRect(one.mapTo(part, QPoint(0, 0)), one.size())
