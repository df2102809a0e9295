# SPDX-License-Identifier: GPL-3.0-only
"""Mouse and keyboard for tests of views, with types (those of PyQt6's QTest do not fit how it is
called).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QLineEdit, QWidget

_test: Any = QTest
_LEFT = Qt.MouseButton.LeftButton
_NONE = Qt.KeyboardModifier.NoModifier


def click(widget: QWidget) -> None:
    """Presses and releases the left button in the middle."""
    _test.mouseClick(widget, _LEFT)


def drag(widget: QWidget, start: QPoint, end: QPoint) -> None:
    """Presses at `start`, moves, releases at `end` (widget pixels)."""
    stroke(widget, [start, end])


def stroke(widget: QWidget, places: Sequence[QPoint]) -> None:
    """Presses at the first place, moves to each other one, releases at the last."""
    _test.mousePress(widget, _LEFT, _NONE, places[0])
    for place in places[1:]:
        _test.mouseMove(widget, place)
    _test.mouseRelease(widget, _LEFT, _NONE, places[-1])


def key(widget: QWidget, pressed: Qt.Key, held: Qt.KeyboardModifier = _NONE) -> None:
    """Presses and releases one key."""
    _test.keyClick(widget, pressed, held)


def write(widget: QWidget, text: str) -> None:
    """Types a text."""
    _test.keyClicks(widget, text)


def rewrite(line: QLineEdit, text: str) -> None:
    """Types a text, of ASCII letters, in the place of what is there."""
    line.selectAll()
    key(line, Qt.Key.Key_Backspace)
    write(line, text)
