# SPDX-License-Identifier: GPL-3.0-only
"""Pictures of the kiosk: icons that grow with the screen, the stop sign, the countdown, the people
in the queue.
"""

from __future__ import annotations

import math

from PyQt6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PyQt6.QtGui import (
    QColor,
    QIcon,
    QIconEngine,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PyQt6.QtWidgets import QSizePolicy, QWidget

from views.kiosk.widgets.theme import (
    ACCENT,
    BLACK,
    BLUE,
    GREY,
    INK,
    LINE,
    RED,
    WHITE,
    YELLOW,
    in_contrast,
    sized,
)
from views.widgets.icons import LetterEngine, letter_of

SERVICE_ICONS = {
    "help": "account-question",
    "family": "human-male-female-child",
    "child": "baby-carriage",
    "home": "home-heart",
    "housing": "home-city",
    "work": "briefcase",
    "unemployment": "briefcase-search",
    "health": "heart-pulse",
    "retirement": "human-cane",
    "disability": "wheelchair-accessibility",
    "money": "currency-eur",
    "farm": "tractor",
    "business": "store",
    "student": "school",
    "document": "file-document-outline",
    "appointment": "calendar-clock",
    "stethoscope": "stethoscope",
}
"""Words a catalogue may use in `Service.icon` (the desk knows the same);
names of Material Design icons work too.
"""


class _CallerIcon(LetterEngine):
    """One letter in one colour."""

    def __init__(self, letter: tuple[str, str], colour: str) -> None:
        super().__init__()
        self._letter = letter
        self._colour = colour

    def letter(self, mode: QIcon.Mode) -> tuple[str, str, QColor]:
        """The same in every mode."""
        return (*self._letter, QColor(self._colour))

    def place(self, rect: QRect) -> tuple[QRect, float]:
        """In the middle; what the font leaves free around it is in its size."""
        return rect, 0.875 * rect.height()

    def clone(self) -> QIconEngine:
        """A copy of the engine."""
        return _CallerIcon(self._letter, self._colour)


def find_icon(name: str, colour: str) -> QIcon:
    """An icon by a word of `SERVICE_ICONS` or a Material Design name;
    unknown names give the question mark.
    """
    letter = letter_of(SERVICE_ICONS.get(name, name.removeprefix("mdi6.")))
    if not letter[1]:
        letter = letter_of(SERVICE_ICONS["help"])
    return QIcon(_CallerIcon(letter, colour))


POINTING = frozenset({"arrow-left", "arrow-right"})
"""Icons that point the other way where people read from right to left."""


def is_contrast(widget: QWidget) -> bool:
    """True if the caller has asked for high contrast."""
    window = widget.window()
    return window is not None and bool(window.property("contrast"))


def drawn(colour: str, widget: QWidget) -> QColor:
    """The colour in which `widget` draws what is `colour` without high contrast."""
    if is_contrast(widget):
        contrast_colours = {INK: WHITE, BLUE: YELLOW, LINE: GREY}
    else:
        contrast_colours = {}
    return QColor(contrast_colours.get(colour, colour))


class IconView(QWidget):
    """One icon, `size_u` units wide; on a disc when `disc` names a colour. It grows by this part
    (0 to 1) of what the letters do.
    """

    def __init__(
        self, name: str, size_u: float, *, colour: str = BLUE, disc: str = "", grows: float = 0
    ) -> None:
        super().__init__()
        self._disc = disc
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        sized(self, size_u, size_u)
        self.setProperty("wider", grows)
        self.setProperty("higher", grows)
        self.show_icon(name, colour)

    def show_icon(self, name: str, colour: str = BLUE, disc: str = "") -> None:
        """Another icon in the same place; `disc` gives its disc another colour."""
        self.name = name
        self._colour = colour
        self._disc = disc or self._disc
        self._icon = find_icon(name, colour)
        self._painted = colour
        self.update()

    def place(self) -> QRect:
        """Where it is painted."""
        return self.rect()

    def paintEvent(self, a0: QPaintEvent | None) -> None:
        """The icon, on its disc."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = self.place()
        contrast = is_contrast(self)
        if contrast:
            colour = in_contrast(self._colour, self.parentWidget())
        else:
            colour = self._colour
        if colour != self._painted:
            self._icon = find_icon(self.name, colour)
            self._painted = colour
        if self._disc:
            is_dark = contrast and self._colour != WHITE
            painter.setBrush(QColor(BLACK if is_dark else self._disc))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(room)
            inset = room.width() * 22 // 100
            room = room.adjusted(inset, inset, -inset, -inset)
        if self.name in POINTING and self.isRightToLeft():
            painter.translate(self.width(), 0)
            painter.scale(-1, 1)
        self._icon.paint(painter, room)


class RoomyIcon(IconView):
    """An icon in the middle of what room there is; it gives way to words."""

    def __init__(self, name: str, *, colour: str = BLUE, disc: str = "") -> None:
        super().__init__(name, 0, colour=colour, disc=disc)
        for side in ("width_u", "height_u"):
            self.setProperty(side, None)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)

    def place(self) -> QRect:
        """A square of about four lines, or less."""
        side = min(self.width(), self.height(), 4 * self.fontMetrics().height())
        return QRect((self.width() - side) // 2, (self.height() - side) // 2, side, side)


class StopSign(QWidget):
    """The red octagon with a raised hand."""

    def __init__(self, size_u: float) -> None:
        super().__init__()
        self._hand = find_icon("hand-back-right", WHITE)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        sized(self, size_u, size_u)

    def paintEvent(self, a0: QPaintEvent | None) -> None:
        """The octagon, then the hand."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        centre, radius = QRectF(self.rect()).center(), self.width() / 2
        for scale, colour in ((1.0, WHITE), (0.9, RED)):
            corners = [
                centre + QPointF(math.cos(angle), math.sin(angle)) * (radius * scale)
                for angle in (math.pi / 8 + step * math.pi / 4 for step in range(8))
            ]
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colour))
            painter.drawPolygon(QPolygonF(corners))
        inset = self.width() * 26 // 100
        self._hand.paint(painter, self.rect().adjusted(inset, inset, -inset, -inset))


class Countdown(QWidget):
    """A ring that empties, the seconds left inside."""

    def __init__(self, size_u: float) -> None:
        super().__init__()
        self.left_s = 0
        self._total_s = 1
        sized(self, size_u, size_u)

    def show_seconds(self, left_s: int, total_s: int) -> None:
        """`left_s` of `total_s` seconds are left."""
        self.left_s = left_s
        self._total_s = max(1, total_s)
        self.update()

    def paintEvent(self, a0: QPaintEvent | None) -> None:
        """The ring, then the number."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = self.width() / 9
        room = QRectF(self.rect()).adjusted(width, width, -width, -width)
        painter.setPen(QPen(drawn(LINE, self), width))
        painter.drawEllipse(room)
        painter.setPen(QPen(drawn(BLUE, self), width, cap=Qt.PenCapStyle.FlatCap))
        painter.drawArc(room, 90 * 16, round(360 * 16 * self.left_s / self._total_s))
        font = self.font()
        font.setPixelSize(max(8, round(self.width() * 0.36)))
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(drawn(INK, self))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, str(self.left_s))


class WaitingDots(QWidget):
    """Three dots, one of them dark: something is going on."""

    def __init__(self, size_u: float) -> None:
        super().__init__()
        self._step = 0
        sized(self, size_u * 4, size_u)

    def step(self, step: int) -> None:
        """The dark dot is number `step` modulo three."""
        if step % 3 != self._step:
            self._step = step % 3
            self.update()

    def paintEvent(self, a0: QPaintEvent | None) -> None:
        """The dots."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for place in range(3):
            painter.setBrush(drawn(BLUE if place == self._step else LINE, self))
            painter.drawEllipse(
                QRectF(place * self.width() * 0.375, 0, self.height(), self.height())
            )


class PeopleRow(QWidget):
    """The number of people before you: pale ones ahead, you in colour.
    More than five ahead become a number. Where words need the room, the people are smaller.
    """

    MOST = 5

    def __init__(self, size_u: float, least_u: float) -> None:
        super().__init__()
        self._ahead = 0
        sized(self, None, size_u)
        self.setProperty("min_height_u", least_u)

    def sizeHint(self) -> QSize:
        """As high as it may be."""
        return QSize(0, self.maximumHeight())

    def show_ahead(self, ahead: int) -> None:
        """`ahead` people are served before the caller."""
        self._ahead = max(0, ahead)
        self.update()

    def paintEvent(self, a0: QPaintEvent | None) -> None:
        """You first, then the people ahead."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        step, height = round(self.height() * 0.62), self.height()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ACCENT))
        painter.drawEllipse(
            QRect(round(height * 0.05), height - height // 8, height - height // 5, height // 9)
        )
        you = find_icon("human-greeting", drawn(BLUE, self).name())
        person = find_icon("human-male", drawn(LINE, self).name())
        you.paint(painter, QRect(0, 0, height - height // 10, height - height // 10))
        people = min(self._ahead, self.MOST)
        for place in range(people):
            person.paint(
                painter, QRect(height + place * step, height // 8, step, height - height // 5)
            )
        if self._ahead > self.MOST:
            font = self.font()
            font.setPixelSize(max(8, height // 3))
            font.setBold(True)
            painter.setFont(font)
            painter.setPen(drawn(BLUE, self))
            room = QRect(height + people * step, 0, height, height)
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, f"+{self._ahead - self.MOST}")
