# SPDX-License-Identifier: GPL-3.0-only
"""One picture of two pages: the page that was just scanned, and the filed page that is the same or
looks like it. Shown in the desk's viewer.
"""

from __future__ import annotations

from typing import NamedTuple

from PyQt6.QtCore import QRect, Qt
from PyQt6.QtGui import QColor, QFont, QImage, QPainter

from resources.plain_text import plain_text

HEIGHT_PX = 1600
HEAD_PX, GAP_PX, EDGE_PX = 140, 60, 30
_PAPER, _WORDS, _LINE = QColor("#ffffff"), QColor("#1b1f24"), QColor("#8a94a3")
_GROUND = QColor("#e9edf2")


class Side(NamedTuple):
    """One of the two: its picture, None when there is none, and the words above it."""

    image: QImage | None
    words: str


def side_by_side(new: Side, earlier: Side) -> QImage:
    """Both pages in the same height, each under its words."""
    pages = [_scaled(side.image) for side in (new, earlier)]
    width = 2 * EDGE_PX + GAP_PX + sum(page.width() for page in pages)
    picture = QImage(width, HEAD_PX + HEIGHT_PX + EDGE_PX, QImage.Format.Format_RGB32)
    picture.fill(_GROUND)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    font = QFont(painter.font())
    font.setPixelSize(46)
    font.setBold(True)
    painter.setFont(font)
    left_px = EDGE_PX
    for page, side in zip(pages, (new, earlier), strict=True):
        painter.setPen(_WORDS)
        head = QRect(left_px, 0, page.width(), HEAD_PX)
        centred = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(head, centred, plain_text(side.words))
        painter.drawImage(left_px, HEAD_PX, page)
        painter.setPen(_LINE)
        painter.drawRect(QRect(left_px, HEAD_PX, page.width() - 1, page.height() - 1))
        left_px += page.width() + GAP_PX
    painter.end()
    return picture


def _scaled(image: QImage | None) -> QImage:
    if image is None or image.isNull():
        blank = QImage(round(HEIGHT_PX / 1.414), HEIGHT_PX, QImage.Format.Format_RGB32)
        blank.fill(_PAPER)
        return blank
    return image.scaledToHeight(HEIGHT_PX, Qt.TransformationMode.SmoothTransformation)
