# SPDX-License-Identifier: GPL-3.0-only
"""The keys with which a caller types a number. Used by the number page."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QGridLayout, QSizePolicy, QStackedWidget, QWidget

from resources.texts import _
from session.protocol.hub.number_check import LETTERS, PHONE
from views.kiosk.pages.number_display import TypedNumber
from views.kiosk.widgets.page_base import TouchButton
from views.kiosk.widgets.theme import spaced

ERASE, TO_LETTERS, TO_DIGITS = "⌫", "ABC", "123"
"""Faces of the keys that type nothing."""


class _Key(TouchButton):
    """One key of a pad."""

    def __init__(self, face: str) -> None:
        super().__init__("key", face)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)


class _Keys(QWidget):
    """A grid of one-character keys; only those that may follow are enabled."""

    def __init__(self, characters: str, columns: int) -> None:
        super().__init__()
        # a pad reads from left to right in every language
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.keys: dict[str, TouchButton] = {}
        self.grid = spaced(QGridLayout(self), (0,), 1.2)
        for place, character in enumerate(characters):
            self.keys[character] = _Key(character)
            self.grid.addWidget(self.keys[character], *divmod(place, columns))

    def wake(self, characters: str) -> None:
        """Only `characters` can be pressed."""
        for character, key in self.keys.items():
            key.setEnabled(character in characters)


class NumberPad(QStackedWidget):
    """Digits, or letters; a key turns from these to those.

    Signals:
        pressed(str): the face of a key: a character, `ERASE`, or one that has turned the pad.
    """

    pressed = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.digits = _Keys("123456789", 3)
        zero = _Key("0")
        self.letters_key = _Key(TO_LETTERS)
        self.erase = _Key(ERASE)
        self.digits.keys["0"] = zero
        for place, key in enumerate((self.letters_key, zero, self.erase)):
            self.digits.grid.addWidget(key, 3, place)
        self.letters = _Keys(LETTERS, 6)
        self._digits_key = _Key(TO_DIGITS)
        self._erase_too = _Key(ERASE)
        for place, key in enumerate((self._digits_key, self._erase_too)):
            self.letters.grid.addWidget(key, 4, 2 + 2 * place, 1, 2)
        self.addWidget(self.digits)
        self.addWidget(self.letters)
        self._connect()

    def _connect(self) -> None:
        faces = [*self.digits.keys.items(), *self.letters.keys.items()]
        faces += [(ERASE, self.erase), (ERASE, self._erase_too)]
        for face, key in faces:
            key.clicked.connect(lambda _checked, face=face: self.pressed.emit(face))
        self.letters_key.clicked.connect(lambda: self._turn(TO_LETTERS))
        self._digits_key.clicked.connect(lambda: self._turn(TO_DIGITS))

    def _turn(self, face: str) -> None:
        self.show_keys(letters=face == TO_LETTERS)
        self.pressed.emit(face)

    @property
    def shows_letters(self) -> bool:
        """True while the letters are on the screen."""
        return self.currentWidget() is self.letters

    def show_keys(self, *, letters: bool) -> None:
        """Shows the letters, or the digits."""
        if letters:
            self.setCurrentWidget(self.letters)
        else:
            self.setCurrentWidget(self.digits)

    def wake(self, typed: TypedNumber) -> None:
        """Only what may follow can be pressed."""
        following = typed.following
        self.digits.wake(following)
        self.letters.wake(following)
        self.letters_key.setEnabled(any(character in LETTERS for character in following))
        self.letters_key.setVisible(typed.kind not in ("allocataire", PHONE))
        self.erase.setEnabled(bool(typed.text))

    def retranslate(self) -> None:
        """Says every text again."""
        for key in (self.erase, self._erase_too):
            key.setAccessibleName(_("Erase the last character"))
        self.letters_key.setAccessibleName(_("Show the letters"))
        self._digits_key.setAccessibleName(_("Show the digits"))
