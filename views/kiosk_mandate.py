# SPDX-License-Identifier: GPL-3.0-only
"""Where somebody who acts for the caller types the reference of their mandate. Used by the kiosk's consent panel."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from resources.texts import _
from session.kiosk.grants import is_mandate
from views.kiosk_page import TouchButton, label
from views.kiosk_theme import spaced

_ROWS = ("1234567890-⌫", "ABCDEFGHIJKLM", "NOPQRSTUVWXYZ")
_LONGEST = 40


class MandateEntry(QWidget):
    """The reference as typed so far, and the keys.

    Signals:
        changed(text): what is typed now, whole or not.
    """

    changed = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._text = ""
        self._advice = label("body")
        self._shown = label("large", centred=True, wrap=False)
        self.keys: dict[str, TouchButton] = {}
        grid = spaced(QGridLayout(), (0,), 0.6)
        for row, characters in enumerate(_ROWS):
            for column, character in enumerate(characters):
                key = TouchButton("key", character)
                key.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
                key.clicked.connect(lambda _checked, character=character: self._press(character))
                self.keys[character] = key
                grid.addWidget(key, row, column)
        box = spaced(QVBoxLayout(self), (0,), 0.8)
        says = spaced(QHBoxLayout(), (0,), 2)
        says.addWidget(self._advice, 3)
        says.addWidget(self._shown, 2)
        box.addLayout(says)
        box.addLayout(grid)
        self.retranslate()

    @property
    def text(self) -> str:
        """What is typed."""
        return self._text

    def clear(self) -> None:
        """Another caller: nothing stays. Tells nobody."""
        self._text = ""
        self.retranslate()

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:
        """A keyboard works too, where there is one."""
        if a0 is None:
            return
        character = "⌫" if a0.key() == Qt.Key.Key_Backspace else a0.text().upper()
        if character in self.keys:
            self._press(character)
        else:
            super().keyPressEvent(a0)

    def _press(self, character: str) -> None:
        self._text = self._text[:-1] if character == "⌫" else (self._text + character)[:_LONGEST]
        self.retranslate()
        self.changed.emit(self._text)

    def retranslate(self) -> None:
        """Says every text again."""
        whole = is_mandate(self._text)
        self._advice.setText(
            _("Your mandate is written into the record of this conversation.")
            if whole
            else _("Type the reference of the mandate that the caller has signed (Aidants Connect).")
        )
        self._shown.setText(self._text or "•••")
        self._shown.setAccessibleName(f"{_('Reference of the mandate')}: {' '.join(self._text)}")
        self.keys["⌫"].setAccessibleName(_("Erase the last character"))
