# SPDX-License-Identifier: GPL-3.0-only
"""A keyboard on the kiosk's screen for free text, laid out as French people know it.
Used by pages that ask for words.

It stands beside the face, in the place of the web page.
It types into one field and never takes the focus away from it, so that a real keyboard may be used
at the same time.
"""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from resources.texts import _
from views.kiosk.widgets.page_base import TouchButton
from views.kiosk.widgets.theme import spaced

ROWS = ("éèêàâçîôùû", "azertyuiop", "qsdfghjklm", "wxcvbn'")
"""AZERTY as on a French telephone, with its accents above:
nobody has to know that a long touch brings them.
"""

SIGNS = ("1234567890", "@#&_-+()/€", "«»:;!?", ".,\"°%ëïœü'")


class TouchKeyboard(QFrame):
    """Letters and signs on two sheets.

    Args:
        entry: the field that is typed into; the keyboard opens when it is touched.

    Signals:
        sent(): the key at the lower right.
        opened(bool): it takes room now, or no longer.

    Attributes:
        is_open: it takes room, or is about to.
    """

    sent = pyqtSignal()
    opened = pyqtSignal(bool)

    def __init__(self, entry: QLineEdit) -> None:
        super().__init__()
        self.is_open = False
        self.setObjectName("panel")
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self._entry = entry
        self._capital = False
        self.keys: dict[str, TouchButton] = {}
        self._sheets = QStackedWidget()
        self.shift = self._key("⇧")
        self.erase = self._key("⌫")
        self.erase.setAutoRepeat(True)
        self.to_signs = self._key("123")
        self.to_letters = self._key("ABC")
        self.space = self._key(" ")
        self.send = self._key("↵")
        self.shut = self._key("⌄")
        self.send.setProperty("words", True)  # a word in the letters of a key would be cut
        self._sheets.addWidget(self._sheet(ROWS, before=self.shift, after=self.erase))
        self._sheets.addWidget(self._sheet(SIGNS))
        box = spaced(QVBoxLayout(self), (0.8,), 0.6)
        box.addWidget(self._sheets, 4)
        box.addLayout(self._foot(), 1)
        self._connect()
        entry.installEventFilter(self)
        self.retranslate()
        self.hide()

    def _key(self, face: str) -> TouchButton:
        key = TouchButton("key", face)
        key.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        key.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        return key

    def _sheet(
        self,
        rows: tuple[str, ...],
        before: TouchButton | None = None,
        after: TouchButton | None = None,
    ) -> QWidget:
        """Rows of keys; `before` and `after` stand around the last one."""
        sheet = QWidget()
        box = spaced(QVBoxLayout(sheet), (0,), 0.6)
        for characters in rows:
            row = spaced(QHBoxLayout(), (0,), 0.6)
            is_last = characters == rows[-1]
            if is_last and before is not None:
                row.addWidget(before, 3)
            for character in characters:
                key = self._key(character)
                key.clicked.connect(lambda _checked, character=character: self._type(character))
                self.keys[character] = key
                row.addWidget(key, 2)
            if is_last and after is not None:
                row.addWidget(after, 3)
            box.addLayout(row)
        return sheet

    def _foot(self) -> QHBoxLayout:
        row = spaced(QHBoxLayout(), (0,), 0.6)
        for key, share in (
            (self.to_signs, 3),
            (self.to_letters, 3),
            (self.space, 8),
            (self.send, 4),
            (self.shut, 2),
        ):
            row.addWidget(key, share)
        return row

    def _connect(self) -> None:
        self.shift.clicked.connect(lambda: self._shift(not self._capital))
        self.erase.clicked.connect(self._entry.backspace)
        self.space.clicked.connect(lambda: self._type(" "))
        self.to_signs.clicked.connect(lambda: self._turn(1))
        self.to_letters.clicked.connect(lambda: self._turn(0))
        self.send.clicked.connect(self.sent)
        self.shut.clicked.connect(self.close_keyboard)

    # ---- opening ----

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """The field was touched: the keyboard comes.
        Somebody who types on a real one does without.
        """
        if event is None or watched is not self._entry:
            return False
        if event.type() == QEvent.Type.MouseButtonPress:
            self.open_keyboard()
        elif (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.spontaneous()
        ):
            self.close_keyboard()
        return False

    def open_keyboard(self) -> None:
        """Shows the letters; a first letter is a capital."""
        self._turn(0)
        self._shift(not self._entry.text())
        if not self.is_open:
            self.is_open = True
            self.opened.emit(True)  # first: whoever stands in its place goes away at full width
            self.show()
        self._entry.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_keyboard(self) -> None:
        """Gives the room back."""
        if self.is_open:
            self.is_open = False
            self.hide()
            self.opened.emit(False)

    # ---- typing ----

    def _type(self, character: str) -> None:
        self._entry.insert(character.upper() if self._capital else character)
        self._shift(False)

    def _shift(self, capital: bool) -> None:
        self._capital = capital
        for character, key in self.keys.items():
            if character.isalpha():
                key.setText(character.upper() if capital else character)

    def _turn(self, sheet: int) -> None:
        self._sheets.setCurrentIndex(sheet)
        self.to_signs.setVisible(sheet == 0)
        self.to_letters.setVisible(sheet == 1)

    def retranslate(self) -> None:
        """Says every text again."""
        self.send.setText(_("Send"))
        for key, spoken in (
            (self.shift, _("Capital letter")),
            (self.erase, _("Delete the last character")),
            (self.space, _("Space")),
            (self.to_signs, _("Digits and signs")),
            (self.to_letters, _("Letters")),
            (self.send, _("Send")),
            (self.shut, _("Close the keyboard")),
        ):
            key.setAccessibleName(spoken)
