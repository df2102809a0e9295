# SPDX-License-Identifier: GPL-3.0-only
"""Measures how much of a window carries something: `carried(window)`, used by the tests of the
page between two callers.

Words, pictures and what is pressed carry, and the rows of lists; each as high as it needs to be,
at most `WIDEST_PX` wide (but the line of time), with `AROUND_PX` around it. So a card, a list or a
label that is stretched over a void gains nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PyQt6.QtCore import QPoint, QRect
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QComboBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QWidget,
)

from views.desk.my_day.day_line import DayLine
from views.desk.my_day.open_work import WorkRow
from views.desk.queue.service_waits import ServiceLine
from views.desk.queue.ticket_row import TicketRow
from views.widgets.icons import IconLabel

WIDEST_PX, AROUND_PX = 640, 12

_CARRIES = (QAbstractButton, QComboBox, QLabel, QLineEdit, IconLabel, DayLine)
_ROWS = (WorkRow, TicketRow, ServiceLine)


def carried(window: QWidget) -> float:
    """Return the share of the window that carries something, 0 to 1."""
    pixels = np.zeros((window.height(), window.width()), dtype=bool)
    for place in _places(window):
        around = place.adjusted(-AROUND_PX, -AROUND_PX, AROUND_PX, AROUND_PX)
        around = around.intersected(window.rect())
        if not place.isEmpty():
            pixels[around.top() : around.bottom() + 1, around.left() : around.right() + 1] = True
    return float(pixels.mean())


def _places(window: QWidget) -> Iterator[QRect]:
    for part in window.findChildren(QWidget):
        if not part.isVisible():
            continue
        if isinstance(part, QListWidget) and (viewport := part.viewport()) is not None:
            for number in range(part.count()):
                yield _seen(viewport, window, part.visualItemRect(part.item(number)))
        if isinstance(part, _ROWS):
            yield _seen(part, window, part.rect())
        elif isinstance(part, _CARRIES) and not (isinstance(part, QLabel) and not part.text()):
            high = part.heightForWidth(part.width())
            if high < 0:
                high = part.sizeHint().height()
            above = max(0, (part.height() - high) // 2)
            yield _seen(part, window, part.rect().adjusted(0, above, 0, -above))


def _seen(part: QWidget, window: QWidget, place: QRect) -> QRect:
    """Return where it is in the window, without what is scrolled away."""
    place = QRect(part.mapTo(window, place.topLeft()), place.size())
    if not isinstance(part, DayLine):
        place.setWidth(min(place.width(), WIDEST_PX))
    holder = part.parentWidget()
    while holder is not None and holder is not window:
        if isinstance(holder.parentWidget(), QAbstractScrollArea):
            room = QRect(holder.mapTo(window, QPoint(0, 0)), holder.size())
            place = place.intersected(room)
        holder = holder.parentWidget()
    return place
