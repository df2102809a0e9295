# SPDX-License-Identifier: GPL-3.0-only
"""Icons by the project's names for them, drawn from the font Material Design Icons.
Used by all views of the desk; `letter_of` by the kiosk's, too.

An icon is painted in the colours of the theme in use at that moment, so nothing is rebuilt when the
theme changes. Where the font fails, there is no icon and the words beside it remain.
"""

from __future__ import annotations

import logging
from functools import cache, lru_cache

import msgspec
from PyQt6.QtCore import QPoint, QRect, QSize, Qt
from PyQt6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QGuiApplication,
    QIcon,
    QIconEngine,
    QPainter,
    QPixmap,
)
from PyQt6.QtWidgets import QWidget

from resources import ResourceMissing, resource_path
from views.widgets.theme import size_icons, tokens_for

logger = logging.getLogger(__name__)

_GLYPHS = {
    "accept": "phone",
    "add": "plus",
    "address": "map-marker-outline",
    "agent": "account-circle-outline",
    "allowed": "check-circle",
    "appointment": "calendar-clock-outline",
    "arrow_left": "arrow-left",
    "arrow_tool": "arrow-bottom-left-bold-outline",
    "arrow_right": "arrow-right",
    "ask": "hand-back-right-outline",
    "available": "check-circle-outline",
    "bell": "bell-ring-outline",
    "call": "phone",
    "caller": "account-outline",
    "camera": "video-outline",
    "camera_off": "video-off-outline",
    "cancel": "close-circle-outline",
    "chart": "chart-line",
    "cleaned": "auto-fix",
    "close": "close",
    "collapse_left": "chevron-double-left",
    "collapse_right": "chevron-double-right",
    "colour": "palette-outline",
    "connected": "lan-connect",
    "control": "cursor-pointer",
    "damaged": "file-alert-outline",
    "dark": "weather-night",
    "disconnected": "lan-disconnect",
    "document": "file-document-outline",
    "dossier": "folder-account-outline",
    "down": "chevron-down",
    "empty_queue": "coffee-outline",
    "error": "alert-octagon",
    "expand_left": "chevron-double-right",
    "expand_right": "chevron-double-left",
    "expected": "circle-outline",
    "face": "account-box-outline",
    "family": "human-male-female-child",
    "file": "tray-arrow-down",
    "filed": "check-decagram",
    "filter": "filter-variant",
    "frame": "border-outside",
    "forbidden": "hand-back-right-off-outline",
    "given": "card-account-details-outline",
    "glass": "scanner",
    "hang_up": "phone-hangup",
    "health": "heart-pulse",
    "help": "help-circle-outline",
    "history": "history",
    "home": "home-outline",
    "housing": "home-city-outline",
    "info": "information-outline",
    "keyboard": "keyboard-outline",
    "kept": "check",
    "library": "bookshelf",
    "form": "file-document-edit-outline",
    "light": "white-balance-sunny",
    "merge": "call-merge",
    "microphone": "microphone",
    "more": "dots-horizontal",
    "microphone_off": "microphone-off",
    "money": "cash-multiple",
    "original": "image-outline",
    "own_window": "open-in-new",
    "page": "file-outline",
    "paused": "pause-circle-outline",
    "pen": "draw",
    "pdf": "file-pdf-box",
    "piece": "paperclip",
    "point": "cursor-default-click-outline",
    "preview": "image-search-outline",
    "printer": "printer-outline",
    "privacy": "eye-off-outline",
    "propose": "form-textbox",
    "needs": "human-greeting-variant",
    "priority": "arrow-up-bold-circle-outline",
    "quality_bad": "signal-cellular-1",
    "quality_good": "signal-cellular-3",
    "quality_medium": "signal-cellular-2",
    "queue": "account-group-outline",
    "receipt": "receipt-text-outline",
    "receiving": "progress-download",
    "refused": "close-circle-outline",
    "remove": "trash-can-outline",
    "reload": "refresh",
    "retry": "refresh",
    "rotate_left": "rotate-left",
    "rotate_right": "rotate-right",
    "save": "content-save-outline",
    "side_by_side": "view-split-vertical",
    "sign_language": "sign-language",
    "scanned": "file-check-outline",
    "signal_bad": "signal-cellular-outline",
    "signal_good": "signal-cellular-3",
    "signal_weak": "signal-cellular-1",
    "scanner": "scanner",
    "search": "magnify",
    "see_page": "monitor-eye",
    "settings": "cog-outline",
    "shared_page": "monitor-share",
    "sign_in": "login",
    "sign_out": "logout",
    "site": "map-marker-outline",
    "split": "content-cut",
    "stages": "format-list-checks",
    "stethoscope": "stethoscope",
    "table": "table",
    "time": "clock-outline",
    "undo": "undo",
    "unemployment": "briefcase-search-outline",
    "up": "chevron-up",
    "written": "message-text-outline",
    "wait_long": "clock-alert-outline",
    "wait_over": "clock-plus-outline",
    "warning": "alert-outline",
    "work": "briefcase-outline",
    "wrap_up": "clipboard-check-outline",
    "zoom_in": "magnify-plus-outline",
    "zoom_out": "magnify-minus-outline",
    "fit": "fit-to-page-outline",
}


@cache
def _font() -> tuple[str, dict[str, str]]:
    """Family of the icon font, and its letters by name, as hexadecimal numbers."""
    try:
        file = resource_path("fonts/MaterialDesignIcons.ttf")
        names = resource_path("fonts/MaterialDesignIcons.json").read_bytes()
    except ResourceMissing:
        return "", {}
    families = QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFont(str(file)))
    return next(iter(families), ""), msgspec.json.decode(names, type=dict[str, str])


def letter_of(design_name: str) -> tuple[str, str]:
    """Font family and letter of a Material Design name ("home"); empty when there is none.
    Needs the application to exist.
    """
    family, letters = _font()
    letter = letters.get(design_name, "")
    if family and letter:
        return (family, chr(int(letter, 16)))
    return ("", "")


@lru_cache(maxsize=256)
def _glyph(name: str) -> tuple[str, str]:
    """The same by a name of our table, or of the icon font."""
    family, letter = letter_of(_GLYPHS.get(name, name.removeprefix("mdi6.")))
    if not letter:  # an icon is never worth a stop
        logger.warning("no icon %r", name)
    return family, letter


class LetterEngine(QIconEngine):
    """Paints one letter of the icon font: what the icons of desk and kiosk share."""

    def letter(self, mode: QIcon.Mode) -> tuple[str, str, QColor]:
        """Family, letter and colour; no letter where nothing is painted."""
        raise NotImplementedError

    def place(self, rect: QRect) -> tuple[QRect, float]:
        """Return where in `rect` the letter has its middle, and its height in pixels."""
        raise NotImplementedError

    def paint(
        self, painter: QPainter | None, rect: QRect, mode: QIcon.Mode, state: QIcon.State
    ) -> None:
        """The letter in its place."""
        family, letter, colour = self.letter(mode)
        if painter is None or not letter:
            return
        place, height_px = self.place(rect)
        font = QFont(family)
        font.setPixelSize(max(1, round(height_px)))
        painter.save()
        painter.setFont(font)
        painter.setPen(colour)
        painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), letter)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """The letter on a transparent ground."""
        picture = QPixmap(size)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return picture


class _GlyphEngine(LetterEngine):
    """By a name of our table, in a colour of the theme."""

    def __init__(self, name: str, tone: str) -> None:
        super().__init__()
        self._name = name
        self._tone = tone

    def letter(self, mode: QIcon.Mode) -> tuple[str, str, QColor]:
        """Paler where nothing can be pressed."""
        tokens, is_off = tokens_for(QGuiApplication.palette()), mode == QIcon.Mode.Disabled
        colour = QColor(getattr(tokens, "soft" if is_off else self._tone))
        if is_off:
            colour.setAlphaF(0.6)
        return (*_glyph(self._name), colour)

    def place(self, rect: QRect) -> tuple[QRect, float]:
        """A button's icon is wider than tall: the rest is the space before the words."""
        side_px = min(rect.width(), rect.height())
        return QRect(rect.topLeft(), QSize(side_px, rect.height())), side_px

    def clone(self) -> QIconEngine:
        """A copy of the engine."""
        return _GlyphEngine(self._name, self._tone)


def icon(name: str, tone: str = "text") -> QIcon:
    """The icon for one of our words, or of a Material Design name ("mdi6.home").

    Args:
        name: a key of our table, or a name of the icon font.
        tone: the colour's name in `Tokens`.
    """
    return QIcon(_GlyphEngine(name, tone))


class IconLabel(QWidget):
    """An icon beside words; a screen reader reads the words only."""

    def __init__(
        self,
        name: str = "",
        tone: str = "text",
        *,
        size_px: int = 16,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon = QIcon()
        self._shown = ("", "")
        size_icons(self, size_px, size_px)
        self.set_icon(name, tone)

    def setIconSize(self, size: QSize) -> None:
        """Set how large it is."""
        self._size = size
        self._take_place()

    def set_icon(self, name: str, tone: str = "text") -> None:
        """Shows another icon; "" shows none and takes no place."""
        self._shown = (name, tone)
        if name:
            self._icon = icon(name, tone)
        else:
            self._icon = QIcon()
        self._take_place()
        self.update()

    def _take_place(self) -> None:
        self.setFixedSize(self._size if self._shown[0] else QSize(0, 0))

    def paintEvent(self, event: object) -> None:
        """Paints the icon in the middle."""
        painter = QPainter(self)
        if self.isEnabled():
            mode = QIcon.Mode.Normal
        else:
            mode = QIcon.Mode.Disabled
        self._icon.paint(painter, self.rect(), Qt.AlignmentFlag.AlignCenter, mode)
        painter.end()
