# SPDX-License-Identifier: GPL-3.0-only
"""Paints the agent's marks over a page, the same on both ends: laser, frame, arrow, line."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPen, QPolygonF

_RED, _WHITE = QColor(214, 30, 40), QColor(255, 255, 255)


def paint_spot(painter: QPainter, centre: QPointF, radius: float) -> None:
    """The laser's spot, the same on both ends:
    red with a white edge and a soft halo, seen on any page.
    """
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(214, 30, 40, 60))
    painter.drawEllipse(centre, radius * 2.2, radius * 2.2)
    painter.setPen(QPen(QColor(255, 255, 255), radius / 4))
    painter.setBrush(QColor(214, 30, 40))
    painter.drawEllipse(centre, radius, radius)


def paint_frame(painter: QPainter, box: QRectF) -> None:
    """A frame around `box`, seen on light and on dark pages; the same on both ends."""
    around = box.adjusted(-5, -5, 5, 5)
    painter.setBrush(QColor(214, 30, 40, 28))
    for pen in (QPen(_WHITE, 7), QPen(_RED, 4)):
        painter.setPen(pen)
        painter.drawRoundedRect(around, 6, 6)
        painter.setBrush(Qt.BrushStyle.NoBrush)


def paint_arrow(painter: QPainter, start: QPointF, end: QPointF) -> None:
    """An arrow whose tip is at `end`; the same on both ends."""
    length = math.hypot(end.x() - start.x(), end.y() - start.y())
    if length < 2:
        return
    along = QPointF((end.x() - start.x()) / length, (end.y() - start.y()) / length)
    across = QPointF(-along.y(), along.x())
    head = min(26.0, length * 0.6)
    neck = end - along * head
    tip = QPolygonF([end, neck + across * head * 0.5, neck - across * head * 0.5])
    for colour, width in ((_WHITE, 11.0), (_RED, 7.0)):
        pen = QPen(
            colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
        )
        painter.setPen(pen)
        painter.drawLine(start, neck)
        painter.setPen(QPen(colour, 5.0 if colour is _WHITE else 1.0))
        painter.setBrush(colour)
        painter.drawPolygon(tip)


def paint_line(painter: QPainter, places: Sequence[QPointF]) -> None:
    """A line drawn by hand; the same on both ends."""
    line = QPolygonF(list(places))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((_WHITE, 8.0), (_RED, 4.5)):
        painter.setPen(
            QPen(
                colour,
                width,
                Qt.PenStyle.SolidLine,
                Qt.PenCapStyle.RoundCap,
                Qt.PenJoinStyle.RoundJoin,
            )
        )
        painter.drawPolyline(line)
