# SPDX-License-Identifier: GPL-3.0-only
"""The layouts of a conversation, where each puts face and page, and what is remembered of them for
each screen. Used by the stage and the window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from PyQt6.QtCore import QPoint, QRect, QSize
from PyQt6.QtGui import QScreen

from resources.texts import N_
from views.widgets.theme import text_scale
from views.widgets.window_settings import WindowSettings

_CARD_PX = QSize(236, 164)
_CARD_GROWS = 0.5
"""Of how much the letters grow: its words are few, and it lies over the page."""
COLUMN_SHARE, COLUMN_MORE_PX = 0.3, 24
"""The face beside the page: of the stage's width, and how much wider than a card at least."""
BELOW_SHARE = 0.6
"""Of the width, what the face has at most below a page that leaves room there."""
_GAP_PX, SCROLL_PX = 8, 12


class Layout(StrEnum):
    """The content of the middle of a conversation."""

    FACE = "face"
    PAGE = "page"
    SIDE = "side"
    WINDOW = "window"
    PAPER = "paper"


LAYOUTS: dict[Layout, tuple[str, str, str, str]] = {
    Layout.FACE: (N_("Face"), N_("The face alone"), "face", "Shift+F1"),
    Layout.PAGE: (N_("Page"), N_("The page, the face small over it"), "shared_page", "Shift+F2"),
    Layout.SIDE: (N_("Both"), N_("Page and face side by side"), "side_by_side", "Shift+F3"),
    Layout.WINDOW: (
        N_("Two screens"),
        N_("The page in a window of its own"),
        "own_window",
        "Shift+F4",
    ),
    Layout.PAPER: (N_("Paper"), N_("Scanned pages, the face small over them"), "page", "Shift+F5"),
}
"""In a word, what it shows, its icon and its key."""

WITH_PAGE = (Layout.PAGE, Layout.SIDE, Layout.WINDOW)
"""The agent's choice among these is what a page that is shared opens in."""


@dataclass(frozen=True, kw_only=True)
class Remembered:
    """The memory of one screen.

    Attributes:
        page: the layout for a shared page.
        card_x, card_y: where the small face lies, as a share of the room it can move in.
        side_open: dossier and devices are seen beside a shared page; None: nobody said so.
    """

    page: Layout = Layout.PAGE
    card_x: float = 1.0
    card_y: float = 1.0
    side_open: bool | None = None


class LayoutMemory:
    """Reads and writes what each screen remembers.

    Args:
        settings: of the window.
    """

    def __init__(self, settings: WindowSettings) -> None:
        self._settings = settings
        self._screen = ""
        self.now = Remembered()

    def use_screen(self, screen: QScreen | None) -> None:
        """The window is on this screen from now on."""
        self._screen = _screen_name(screen)
        self.now = _read(self._settings.read(self._key()))

    def keep(self, **changes: object) -> None:
        """Writes what the agent changed."""
        self.now = replace(self.now, **changes)  # type: ignore[arg-type]  # names of its fields
        now = self.now
        if now.side_open is None:
            side = "-"
        else:
            side = str(int(now.side_open))
        words = (now.page.value, f"{now.card_x:.3f}", f"{now.card_y:.3f}", side)
        self._settings.write(self._key(), " ".join(words))

    def _key(self) -> str:
        return f"layout/{self._screen or 'only'}"


def _screen_name(screen: QScreen | None) -> str:
    """Two screens of one name are two, if they have different sizes."""
    if screen is None:
        return ""
    name = "".join(letter for letter in screen.name() if letter.isalnum())
    return f"{name}_{screen.size().width()}x{screen.size().height()}"


def _read(text: str) -> Remembered:
    try:
        page, x, y, side_open = text.split()
        places = [min(max(float(at), 0.0), 1.0) for at in (x, y)]
        layout = Layout(page)
    except ValueError:
        return Remembered()
    return Remembered(
        page=layout if layout in WITH_PAGE else Layout.PAGE,
        card_x=places[0],
        card_y=places[1],
        side_open=None if side_open == "-" else side_open == "1",
    )


def side_by_side(size: QSize) -> tuple[QRect, QRect]:
    """Return where page and face are when both stand beside each other."""
    least_px = card_size().width() + COLUMN_MORE_PX
    width = min(max(round(size.width() * COLUMN_SHARE), least_px), size.width() // 2)
    page = QRect(0, 0, size.width() - width, size.height())
    return page, QRect(page.width(), 0, width, size.height())


def card_size() -> QSize:
    """The face that lies over the page, with its controls; larger with larger letters."""
    return _CARD_PX * (1 + _CARD_GROWS * (max(1.0, text_scale()) - 1))


def card_place(size: QSize, x: float, y: float) -> QRect:
    """Return where the small face lies in a stage of this size; `x`, `y` 0..1."""
    room = _space(size)
    left_px, top = _GAP_PX + round(room.width() * x), _GAP_PX + round(room.height() * y)
    return QRect(QPoint(left_px, top), card_size())


def card_share(size: QSize, at: QPoint) -> tuple[float, float]:
    """The reverse: which share of the room lies before it."""
    room = _space(size)
    shares = (at.x() - _GAP_PX) / max(1, room.width()), (at.y() - _GAP_PX) / max(1, room.height())
    return min(max(shares[0], 0.0), 1.0), min(max(shares[1], 0.0), 1.0)


def _space(size: QSize) -> QSize:
    """Return how far the small face can go; not over the bar on the right
    that scrolls the page.
    """
    return (size - card_size() - QSize(2 * _GAP_PX + SCROLL_PX, 2 * _GAP_PX)).expandedTo(
        QSize(0, 0)
    )


def below_page(free: QRect, x: float) -> QRect:
    """Return where the face lies in the room that the page leaves below it, as large as that
    allows; empty where there is too little. `x`: how far to the right, 0..1.
    """
    least, room = card_size(), free.adjusted(_GAP_PX, _GAP_PX, -_GAP_PX, -_GAP_PX)
    if room.height() < least.height() or room.width() < least.width():
        return QRect()
    wide = least.width() * room.height() // least.height()
    width = max(least.width(), min(wide, round(free.width() * BELOW_SHARE)))
    left_px = room.left() + round((room.width() - width) * x)
    return QRect(left_px, room.top(), width, room.height())


def clear_of(size: QSize, target: QRect, busy: Sequence[QRect]) -> QRect:
    """Return where the small face goes so that it does not lie over what is in use: where it
    was wanted, else in the nearest corner or edge that is free; where none is, it hides the least.
    """

    def hidden_px(at: QRect) -> int:
        covered = [at.intersected(area) for area in busy]
        return sum(area.width() * area.height() for area in covered if not area.isEmpty())

    if not hidden_px(target):
        return target
    steps = (0.0, 0.5, 1.0)
    places = [target, *(card_place(size, x, y) for x in steps for y in steps)]
    least_px = min(hidden_px(at) for at in places)
    free = [at for at in places if hidden_px(at) == least_px]
    return min(free, key=lambda at: (at.center() - target.center()).manhattanLength())
