# SPDX-License-Identifier: GPL-3.0-only
"""The sign of a conversation: a colour and a picture that no page can know. Used by the session
page, whose bar and whose questions bear the same.

It is drawn by chance for each conversation and told to nobody. On a question it runs across the
whole screen, under the face too, where a page cannot paint; beside STOP it is there all the time. A
question without it is a page's own.
"""

from __future__ import annotations

import secrets
from typing import NamedTuple

from PyQt6.QtCore import QRect, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from views.kiosk.widgets.icons import find_icon
from views.kiosk.widgets.theme import WHITE, sized

COLOURS = ("#1D4E9E", "#17693E", "#6A2C91", "#0B6B75", "#7A4B12", "#9B1B5A")
"""White is read on each of them (7:1 and more, 6:1 on the green blue)."""

PICTURES = ("star", "heart", "leaf", "key-variant", "umbrella", "anchor", "bell", "fish", "feather")


class SessionSign(NamedTuple):
    """A colour and a picture."""

    colour: str
    picture: str


def chosen_sign(but: SessionSign | None = None) -> SessionSign:
    """A sign by chance, another one than `but`."""
    others = [
        SessionSign(colour, picture)
        for colour in COLOURS
        for picture in PICTURES
        if but is None or (colour != but.colour and picture != but.picture)
    ]
    return secrets.choice(others)


class SignBand(QWidget):
    """The sign across the whole width, again and again; `height_u` in units of the screen."""

    def __init__(self, height_u: float) -> None:
        super().__init__()
        self.sign: SessionSign | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        sized(self, None, height_u)

    def show_sign(self, sign: SessionSign) -> None:
        """This conversation's sign."""
        self.sign = sign
        self._icon = find_icon(sign.picture, WHITE)
        self.update()

    def paintEvent(self, a0: QPaintEvent | None) -> None:
        """The colour, and the picture at each step."""
        if self.sign is None:
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self.sign.colour))
        side = self.height() * 9 // 10
        top, step = (self.height() - side) // 2, self.height() * 2
        for left_px in range(step // 2, self.width() - side, step):
            self._icon.paint(painter, QRect(left_px, top, side, side))
        painter.end()
