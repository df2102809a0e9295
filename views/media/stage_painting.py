# SPDX-License-Identifier: GPL-3.0-only
"""The plates, figures and pictures on the dark stage of a video pane. Used by the video pane."""

from __future__ import annotations

from typing import cast

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPainterPath, QPen
from PyQt6.QtWidgets import QWidget

from resources.plain_text import plain_text
from session.media.frames import VideoFrame
from views.widgets.theme import SPACE, tokens_for

ROUND_PX = 8.0
PLATE = "#0b0f14"
WARNING = "#f0bd62"
"""The same in the light and the dark theme: they lie on a picture, not on a window."""


def as_image(frame: VideoFrame) -> QImage:
    """The frame as an image, without a copy: keep the frame as long as the image."""
    pixels = cast(bytes, frame.pixels)  # any buffer will do; PyQt's stub names only one
    return QImage(
        pixels, frame.width_px, frame.height_px, frame.stride_bytes, QImage.Format.Format_RGB32
    )


class StagePainting:
    """Paints with the letters and colours of one pane."""

    def __init__(self, pane: QWidget) -> None:
        self._pane = pane

    def colour(self, token: str) -> QColor:
        """Return a colour of the theme."""
        return QColor(str(getattr(tokens_for(self._pane.palette()), token)))

    @property
    def caption_height(self) -> int:
        """The height of the words under our own picture."""
        return QFontMetrics(self._pane.font()).height() + SPACE[0]

    def paint_own(self, painter: QPainter, own_frame: VideoFrame, room: QRectF, words: str) -> None:
        """Our own picture, with words under it."""
        caption = QRectF(
            room.left(),
            room.bottom() - self.caption_height,
            room.width(),
            self.caption_height,
        )
        edge = QPainterPath()
        edge.addRoundedRect(room, ROUND_PX, ROUND_PX)
        painter.save()
        painter.setClipPath(edge)
        painter.fillRect(room, QColor(PLATE))
        painter.drawImage(room.adjusted(0, 0, 0, -caption.height()), as_image(own_frame))
        painter.restore()
        painter.setPen(QPen(self.colour("on_stage"), 1.5))
        painter.drawPath(edge)
        short = QFontMetrics(self._pane.font()).elidedText(
            words, Qt.TextElideMode.ElideRight, int(room.width()) - SPACE[1]
        )
        painter.drawText(caption, Qt.AlignmentFlag.AlignCenter, short)

    def paint_label(self, painter: QPainter, corner: QPointF, text: str, token: str) -> float:
        """Words on a dark plate; returns where the plate ends below."""
        metrics, text = QFontMetrics(self._pane.font()), plain_text(text)
        plate = QRectF(
            corner,
            corner
            + QPointF(metrics.horizontalAdvance(text) + SPACE[2], metrics.height() + SPACE[0]),
        )
        back = QColor(PLATE)
        back.setAlphaF(0.78)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(back)
        painter.drawRoundedRect(plate, SPACE[0], SPACE[0])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QColor(WARNING) if token == "warn" else self.colour(token))
        painter.setFont(self._pane.font())
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)
        return plate.bottom()

    def paint_empty(self, painter: QPainter, room: QRectF, words: str) -> None:
        """A calm head and shoulders, and what to expect."""
        size = min(room.width(), room.height()) * 0.34
        middle = room.center() - QPointF(0, size * 0.22)
        circle = QPainterPath()
        circle.addEllipse(middle, size / 2, size / 2)
        figure = QPainterPath()
        figure.addEllipse(middle - QPointF(0, size * 0.12), size * 0.17, size * 0.19)
        figure.addEllipse(middle + QPointF(0, size * 0.42), size * 0.34, size * 0.28)
        plate, person = self.colour("on_stage"), self.colour("on_stage")
        plate.setAlphaF(0.10)
        person.setAlphaF(0.42)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.fillPath(circle, plate)
        painter.fillPath(figure.intersected(circle), person)
        painter.setPen(self.colour("on_stage"))
        font = self._pane.font()
        font.setPointSizeF(font.pointSizeF() * 1.15)
        painter.setFont(font)
        below = QRectF(
            room.left() + SPACE[2], middle.y() + size * 0.62, room.width() - 2 * SPACE[2], size
        )
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap, words)
