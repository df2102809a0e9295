# SPDX-License-Identifier: GPL-3.0-only
"""A field where somebody who acts for the caller types the reference of their mandate.
Used by the kiosk's session page.

It stands beside the face, in the place of the web page, for as long as it is typed.
"""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from resources.texts import _
from session.kiosk.call.consent import is_mandate
from views.kiosk.widgets.page_base import TouchButton, label
from views.kiosk.widgets.theme import spaced

_DIGITS, _LETTERS = "1234567890-", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LONGEST = 40
_ERASE, _TO_LETTERS, _TO_DIGITS = "⌫", "ABC", "123"


class MandateEntry(QFrame):
    """The reference as typed so far, and the keys: digits, or letters.

    Signals:
        changed(text): what is typed now, whole or not.
    """

    changed = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._text = ""
        self._shown = label("large", centred=True, wrap=False)
        self.keys: dict[str, TouchButton] = {}
        self._erase = self._key(_ERASE)
        says = spaced(QHBoxLayout(), (0,), 1)
        says.addWidget(self._shown, 1)
        says.addWidget(self._erase)
        self._pads = QStackedWidget()
        for characters, columns in (((*_DIGITS, _TO_LETTERS), 6), ((*_LETTERS, _TO_DIGITS), 9)):
            self._pads.addWidget(self._pad(characters, columns))
        box = spaced(QVBoxLayout(self), (0.3,), 0.3)
        box.addLayout(says)
        box.addWidget(self._pads, 1)
        self.retranslate()

    def _pad(self, characters: tuple[str, ...], columns: int) -> QWidget:
        pad = QWidget()
        grid = spaced(QGridLayout(pad), (0,), 0.15)
        for place, character in enumerate(characters):
            key = self._key(character)
            key.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
            grid.addWidget(key, *divmod(place, columns))
        return pad

    def _key(self, character: str) -> TouchButton:
        key = self.keys[character] = TouchButton("key", character)
        key.clicked.connect(lambda: self._press(character))
        return key

    @property
    def text(self) -> str:
        """The text that is typed."""
        return self._text

    def clear(self) -> None:
        """Another caller: nothing stays. Tells nobody."""
        self._text = ""
        self._pads.setCurrentIndex(0)
        self.retranslate()

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:
        """A keyboard works too, where there is one."""
        if a0 is None:
            return
        if a0.key() == Qt.Key.Key_Backspace:
            character = _ERASE
        else:
            character = a0.text().upper()
        if character in self.keys:
            self._press(character)
        else:
            super().keyPressEvent(a0)

    def _press(self, character: str) -> None:
        if character in (_TO_LETTERS, _TO_DIGITS):
            self._pads.setCurrentIndex(1 if character == _TO_LETTERS else 0)
        elif character == _ERASE:
            self._text = self._text[:-1]
        else:
            self._text = (self._text + character)[:_LONGEST]
        self.retranslate()
        self.changed.emit(self._text)

    def advice(self) -> str:
        """Return what is still to be done, or what becomes of it."""
        if is_mandate(self._text):
            return _("Your mandate is recorded in the log of this conversation.")
        return _("Type the reference of the mandate that the caller has signed (Aidants Connect).")

    def retranslate(self) -> None:
        """Says every text again."""
        self._shown.setText(self._text or "•••")
        self._shown.setAccessibleName(f"{_('Reference of the mandate')}: {' '.join(self._text)}")
        self.keys[_ERASE].setAccessibleName(_("Erase the last character"))
        self.keys[_TO_LETTERS].setAccessibleName(_("Show the letters"))
        self.keys[_TO_DIGITS].setAccessibleName(_("Show the digits"))
