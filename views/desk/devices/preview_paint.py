# SPDX-License-Identifier: GPL-3.0-only
"""Paints the marks on the preview: what is scanned is clear, the rest is in shade.
Used by the preview.
"""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen

from views.widgets.theme import Tokens

_SHADE = QColor(10, 14, 20, 120)
_BADGE_PX = 20


def paint_marks(
    painter: QPainter, flatbed: QRectF, marks: Sequence[QRectF], *, current: int, tokens: Tokens
) -> None:
    """`marks` in widget pixels; the one at place `current` has corners and the stronger frame."""
    shade, clear = QPainterPath(), QPainterPath()
    shade.addRect(flatbed)
    for mark in marks:
        one = QPainterPath()
        one.addRect(mark)
        clear = clear.united(one)
    painter.fillPath(shade.subtracted(clear), _SHADE)
    for place, mark in enumerate(marks):
        _paint_frame(painter, mark, tokens, chosen=place == current)
        if len(marks) > 1:
            _paint_badge(painter, mark, str(place + 1), tokens, chosen=place == current)


def _paint_frame(painter: QPainter, mark: QRectF, tokens: Tokens, *, chosen: bool) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor("#ffffff"), 3))
    painter.drawRect(mark)
    style = Qt.PenStyle.SolidLine if chosen else Qt.PenStyle.DashLine
    painter.setPen(QPen(QColor(tokens.accent), 2, style))
    painter.drawRect(mark)
    if chosen:
        for corner in (mark.topLeft(), mark.topRight(), mark.bottomLeft(), mark.bottomRight()):
            painter.fillRect(QRectF(corner.x() - 4, corner.y() - 4, 8, 8), QColor(tokens.accent))


def _paint_badge(
    painter: QPainter, mark: QRectF, text: str, tokens: Tokens, *, chosen: bool
) -> None:
    place = QRectF(mark.left() + 5, mark.top() + 5, _BADGE_PX, _BADGE_PX)
    painter.setPen(QPen(QColor("#ffffff"), 1.5))
    painter.setBrush(QColor(tokens.accent if chosen else tokens.text))
    painter.drawEllipse(place)
    font = QFont(painter.font())
    font.setPixelSize(12)
    font.setWeight(QFont.Weight.Bold)
    painter.setFont(font)
    painter.setPen(QColor(tokens.on_accent if chosen else tokens.raised))
    painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), text)
