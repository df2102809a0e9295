# SPDX-License-Identifier: GPL-3.0-only
"""Words as they were written, where Qt would read signs of its own into them.

Used by all that shows words of somebody else: a page, a kiosk, a device, a provider, an import, a
colleague. Qt guesses the format of a tool tip and of a label: a name with `<img src=...>` in it is
drawn as that picture, and the window opens the file. That labels of Qt's own are plain too is a
rule of `resources/styles/desk.qss`.
"""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QAbstractButton, QCheckBox, QLabel, QSizePolicy

from resources.plain_text import plain_text

if TYPE_CHECKING:
    _Button = QAbstractButton
else:
    _Button = object

LINE_LETTERS, MOST_LINES = 72, 24
"""Of a tool tip: Qt does not break a word that is wider than the screen."""

WORD_LETTERS, LEAST_LETTERS = 20, 40
"""A longer word may be broken; of a line so much is always shown."""

_SHOW_MNEMONIC = Qt.TextFlag.TextShowMnemonic.value
_LONG_WORD = re.compile(rf"\S{{{WORD_LETTERS}}}(?=\S)")
BREAK = "\u200b"
"""Is not seen; a line may end there."""

WORD_JOINER = "\u2060"
"""Is not seen: "<" with it behind begins no tag (`Qt::mightBeRichText`), "&" no entity."""


def tip_words(text: str) -> str:
    """Return a tool tip's words: in lines that have room on every screen, and such that Qt cannot
    take them for rich text. A style sheet's rule is not enough: it does not reach the tool tip of
    a box with choices.
    """
    text = plain_text(text.replace(WORD_JOINER, ""))
    written = text.splitlines()
    if len(text) > LINE_LETTERS or len(written) > MOST_LINES:
        lines = [part for line in written for part in _lines_of(line)]
        if len(lines) > MOST_LINES:
            lines[MOST_LINES - 1 :] = ["…"]
        text = "\n".join(lines)
    return text.replace("<", f"<{WORD_JOINER}").replace("&lt;", f"&{WORD_JOINER}lt;")


def _lines_of(line: str) -> list[str]:
    return textwrap.wrap(line, LINE_LETTERS, break_on_hyphens=False) or [""]


def face_words(text: str) -> str:
    """Return words for a button, a box or a line of a menu: "&" would underline the next letter and
    leave, and what stands behind a tab would be taken for keys.
    """
    return plain_text(text).replace("&", "&&").replace("\t", " ")


def written_words(face: str) -> str:
    """Return what stands on a button or in a menu, as it was written."""
    return face.replace("&&", "\0").replace("&", "").replace("\0", "&")


class PlainLabel(QLabel):
    """Plain text that makes do with its place. On one line it ends in dots where it has no room,
    and its tool tip says the whole; on several it breaks within a word that nobody could write.
    """

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self._written = self._hidden = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)

    def setText(self, text: str | None) -> None:
        """Shows these words."""
        self._written = text or ""
        copied = self.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse
        plain = plain_text(self._written)
        super().setText(plain if copied else _LONG_WORD.sub(f"\\g<0>{BREAK}", plain))

    def setTextInteractionFlags(self, flags: Qt.TextInteractionFlag) -> None:
        """Lets the words be copied: an address without signs that are not seen."""
        super().setTextInteractionFlags(flags)
        self.setText(self._written)

    def clear(self) -> None:
        """Shows nothing."""
        self.setText("")

    def text(self) -> str:
        """Return the words as they were given."""
        return self._written

    def minimumSizeHint(self) -> QSize:
        """No more than some words."""
        size, letters = super().minimumSizeHint(), LEAST_LETTERS
        if self.wordWrap():
            letters = WORD_LETTERS
        size.setWidth(min(size.width(), letters * self.fontMetrics().averageCharWidth()))
        return size

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paints what fits."""
        if self.wordWrap():
            super().paintEvent(event)
            return
        inside, line = self.contentsRect(), " ".join(plain_text(self._written).splitlines())
        elided = self.fontMetrics().elidedText(line, Qt.TextElideMode.ElideRight, inside.width())
        if self.toolTip() in ("", self._hidden):
            if elided == line:
                self._hidden = ""
            else:
                self._hidden = tip_words(self._written)
            self.setToolTip(tip_words(self._hidden))
        if elided == line:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(inside, int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), elided)
        painter.end()


class PlainFace(_Button):
    """Mixed into a kind of button: what is set is shown, and is what `text` gives. Words that have
    no room end in dots.
    """

    _is_painting = False
    _counted = ""

    def show_counted(self, counted: str) -> None:
        """Shows a time behind the words that changes each second. It is painted only: a screen
        reader would say each change of the words.
        """
        if counted != self._counted:
            is_other_width = len(counted) != len(self._counted)
            self._counted = counted
            if is_other_width:
                self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """Room for the words, and for what is counted."""
        size, words = super().sizeHint(), super().text()
        if self._counted:
            metrics = self.fontMetrics()
            with_time = metrics.size(_SHOW_MNEMONIC, f"{words} {self._counted}".strip()).width()
            without = metrics.size(_SHOW_MNEMONIC, words).width()
            size.setWidth(size.width() + with_time - without)
        return size

    def setText(self, text: str | None) -> None:
        """Shows these words; the key that presses it stays, which Qt would take away with them."""
        keys = self.shortcut()
        super().setText(face_words(text or ""))
        self.setShortcut(keys)

    def text(self) -> str:
        """Return the words as they are shown."""
        return f"{written_words(super().text())} {self._counted}".strip()

    def minimumSizeHint(self) -> QSize:
        """No more than some words, and what the style leaves free around them."""
        size, metrics = super().minimumSizeHint(), self.fontMetrics()
        spare = metrics.horizontalAdvance(self.text()) - LEAST_LETTERS * metrics.averageCharWidth()
        size.setWidth(size.width() - max(0, spare))
        return size

    def initStyleOption(self, option: Any) -> None:
        """Says to the style what fits."""
        super().initStyleOption(option)  # type: ignore[misc]  # each kind of button has its own
        if self._counted:
            option.text = face_words(self.text())
        if self._is_painting:
            metrics, words = self.fontMetrics(), self.text()
            room_px = metrics.horizontalAdvance(words) + self.width() - self.sizeHint().width()
            elided = metrics.elidedText(words, Qt.TextElideMode.ElideRight, max(0, room_px))
            option.text = face_words(elided)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paints what fits."""
        self._is_painting = self.width() < self.sizeHint().width()
        super().paintEvent(event)
        self._is_painting = False


class CheckBox(PlainFace, QCheckBox):
    """A box to tick, with its words."""

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self.setText(text)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
