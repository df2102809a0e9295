# SPDX-License-Identifier: GPL-3.0-only
"""Measures from its pixels how well each word of a shown window stands out: `faint(window)`
names those under WCAG's 4.5:1 (3:1 for large letters and for icons). Used by the tests of every
window.

The window is painted three times as large, so that the middle of a letter's stroke has the
letter's own colour and not one mixed with the ground.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPoint, QRect
from PyQt6.QtGui import QImage, QPainter
from PyQt6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QPlainTextEdit, QWidget

TEXT, LARGE = 4.5, 3.0
"""WCAG 2.2, 1.4.3 and 1.4.11."""
LARGE_PX, LARGE_BOLD_PX = 24, 18.66
_TIMES = 3
_LEAST_PIXELS = 8

Picture = NDArray[np.uint8]


def painted(window: QWidget) -> Picture:
    """The window as uint8 (height, width, 3), RGB, three times as large."""
    image = QImage(window.size() * _TIMES, QImage.Format.Format_RGB888)
    image.setDevicePixelRatio(_TIMES)
    image.fill(0)
    painter = QPainter(image)
    window.render(painter)
    painter.end()
    bits = image.constBits()
    assert bits is not None
    rows = np.frombuffer(bits.asstring(image.sizeInBytes()), np.uint8).reshape(
        image.height(), image.bytesPerLine()
    )
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def faint(window: QWidget) -> list[str]:
    """Words of a shown window that do not stand out enough, with their contrast."""
    picture, found = painted(window), []
    for part in window.findChildren(QWidget):
        words = _words(part)
        if not words.strip() or not part.isVisible() or part.window() is not window.window():
            continue
        if _is_covered(part, window) or _is_scrolled_away(part):
            continue
        inside = QRect(part.mapTo(window, QPoint(0, 0)), part.size()).intersected(window.rect())
        measured = contrast_in(picture, inside) if part.visibleRegion().boundingRect() else None
        if measured is not None and measured < needed(part) - 0.05:
            found.append(f"{words!r} ({part.objectName()}): {measured:.2f}:1")
    return found


def needed(part: QWidget) -> float:
    """What its letters need by their size."""
    font, height = part.font(), part.fontInfo().pixelSize()
    return LARGE if height >= (LARGE_BOLD_PX if font.bold() else LARGE_PX) else TEXT


def contrast_in(picture: Picture, place: QRect) -> float | None:
    """Contrast of the ground and of what stands out most from it, of those colours that fill
    more than a few pixels; None where there is nothing but ground.
    """
    left, top = place.x() * _TIMES, place.y() * _TIMES
    part = picture[top : top + place.height() * _TIMES, left : left + place.width() * _TIMES]
    packed = part.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    colours, counts = np.unique(packed, return_counts=True)
    if len(colours) < 2:
        return None
    ground = luminance(_unpacked(colours[counts.argmax()][None]))[0]
    often = luminance(_unpacked(colours[counts >= _LEAST_PIXELS]))
    lighter, darker = np.maximum(often, ground), np.minimum(often, ground)
    best = float(((lighter + 0.05) / (darker + 0.05)).max()) if len(often) else 1.0
    return best if best > 1.02 else None


def _unpacked(colours: NDArray[np.uint32]) -> Picture:
    parts = [colours >> 16, (colours >> 8) & 0xFF, colours & 0xFF]
    return np.stack(parts, axis=1).astype(np.uint8)


def luminance(colours: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Relative luminance, 0 to 1, of uint8 (n, 3), RGB (WCAG 2.2)."""
    parts = colours.astype(np.float64) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    weighed: NDArray[np.float64] = linear @ np.array([0.2126, 0.7152, 0.0722])
    return weighed


def _is_covered(part: QWidget, window: QWidget) -> bool:
    """Whether something lies over its middle, such as the veil behind the shortcuts."""
    there = window.childAt(part.mapTo(window, part.rect().center()))
    return there is not None and there is not part and not part.isAncestorOf(there)


def _is_scrolled_away(part: QWidget) -> bool:
    """A part of it is: the edges of halved letters are paler than the letters."""
    return part.visibleRegion().boundingRect().height() < part.height() - 1


def _words(part: QWidget) -> str:
    """What it says; an empty field says what belongs into it."""
    if isinstance(part, QPlainTextEdit):
        return part.toPlainText() or part.placeholderText()
    if isinstance(part, QLineEdit):
        return part.text() or part.placeholderText()
    return part.text() if isinstance(part, QLabel | QAbstractButton) else ""
