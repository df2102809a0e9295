# SPDX-License-Identifier: GPL-3.0-only
"""Asks for letters of a slip, a birth date or a name, with keys on the screen. A real keyboard
works too, and a code reader that types like one. Used by the kiosk window.
"""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from resources.texts import N_, _
from session.core.appointment_model import CODE_LETTERS
from session.core.birth_date import birth_date
from session.core.spoken_letters import ALPHABET, in_groups, tidy_code
from session.kiosk.appointment_acts import Asked, TypeAnswer, Way
from session.kiosk.caller_acts import Step
from session.protocol.appointments.booking import QR_START
from views.kiosk.widgets.page_base import BigButton, KioskPage, TouchButton, label
from views.kiosk.widgets.theme import WHITE, sized, spaced

_TEXTS = {
    Asked.LETTERS: (N_("The letters of your slip"), N_("6 letters and digits, in large print")),
    Asked.BIRTH_DATE: (N_("Your birth date"), N_("Day, month and year, for example 05 03 1950")),
    Asked.FAMILY_NAME: (N_("Your family name"), ""),
    Asked.GIVEN_NAMES: (N_("Your first name"), ""),
}
_NAME_ROWS = ("AZERTYUIOP", "QSDFGHJKLM", "WXCVBN'- ", "ÉÈÊËÀÂÇÎÏÔ")
_ROWS = {
    Asked.LETTERS: tuple(ALPHABET[at : at + 8] for at in range(0, len(ALPHABET), 8)),
    Asked.BIRTH_DATE: ("12345", "67890"),
    Asked.FAMILY_NAME: _NAME_ROWS,
    Asked.GIVEN_NAMES: _NAME_ROWS,
}
_DATE_DIGITS = 8
_LONGEST = {Asked.LETTERS: CODE_LETTERS, Asked.BIRTH_DATE: _DATE_DIGITS}
_LONGEST_NAME = 40
_YEARS = range(1880, 2101)
_SPACE_FACE = "␣"
_MISSING = "_"
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def written_birth_date(digits: str) -> str:
    """A birth date typed as day, month and year, in its written form; zeros stand for what nobody
    knows. "" for one that no calendar has.
    """
    if len(digits) != _DATE_DIGITS or int(digits[4:]) not in _YEARS:
        return ""
    try:
        return birth_date(int(digits[4:]), int(digits[2:4]), int(digits[:2]))
    except ValueError:
        return ""


class _Keys(QWidget):
    """Rows of keys of one character; they read from left to right in every language."""

    def __init__(self, rows: tuple[str, ...]) -> None:
        super().__init__()
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.keys: dict[str, TouchButton] = {}
        box = spaced(QVBoxLayout(self), (0,), 0.8)
        for characters in rows:
            row = spaced(QHBoxLayout(), (0,), 0.8)
            for character in characters:
                key = self.keys[character] = TouchButton("key", character.replace(" ", _SPACE_FACE))
                key.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
                row.addWidget(key, 1)
            box.addLayout(row, 1)


class TypingPage(KioskPage):
    """One question, what is typed so far, and the keys."""

    def __init__(self) -> None:
        super().__init__()
        self._asked = Asked.LETTERS
        self._text = self._stream = ""
        self._title = label("title")
        self._hint = label("lead", tone="grey")
        self._display = QFrame()
        self._display.setObjectName("display")
        self._shown = label("number", centred=True, wrap=False)
        self._shown.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.erase = TouchButton("key", "⌫")
        self.erase.clicked.connect(lambda: self._take(self._text[:-1]))
        typed = spaced(QHBoxLayout(self._display), (1, 0.8, 1, 0.8), 1)
        typed.addWidget(self._shown, 1)
        typed.addWidget(sized(self.erase, 14))
        self._pads = QStackedWidget()
        self.pads = {rows: _Keys(rows) for rows in dict.fromkeys(_ROWS.values())}
        for pad in self.pads.values():
            self._pads.addWidget(pad)
            for character, key in pad.keys.items():
                key.clicked.connect(lambda _checked, character=character: self._press(character))
        box = spaced(QVBoxLayout(self), (6, 2.4, 6, 2.4), 1.4)
        for widget in (self._title, self._hint, self._display):
            box.addWidget(widget)
        box.addWidget(self._pads, 2)
        box.addStretch(0)
        box.addLayout(self._build_foot())
        self._box = box
        self.ask(Asked.LETTERS)

    def _build_foot(self) -> QHBoxLayout:
        self.back = BigButton("plain", "arrow-left", wrap=True)
        self.back.clicked.connect(lambda: self.acted.emit(Step.BACK))
        self.no_slip = BigButton("plain", "help-circle-outline", wrap=True)
        self.no_slip.clicked.connect(lambda: self.acted.emit(Way.NO_SLIP))
        self.send = BigButton("primary", "check-bold", colour=WHITE, size="large", wrap=True)
        self.send.clicked.connect(self._send)
        foot = spaced(QHBoxLayout(), (0,), 1.6)
        foot.addWidget(self.back, 2)
        foot.addWidget(self.no_slip, 4)
        foot.addWidget(self.send, 3)
        return foot

    def set_portrait(self, portrait: bool) -> None:
        """Keys that are not much taller than wide."""
        self._box.setStretch(self._box.count() - 2, 2 if portrait else 0)

    @property
    def keys(self) -> dict[str, TouchButton]:
        """The keys of this question."""
        return self.pads[_ROWS[self._asked]].keys

    def ask(self, asked: Asked) -> None:
        """Asks this, from the beginning."""
        self._asked = asked
        self._pads.setCurrentWidget(self.pads[_ROWS[asked]])
        self.no_slip.setVisible(asked is Asked.LETTERS)
        self.clear()

    def clear(self) -> None:
        """Forgets what was typed."""
        self._stream = ""
        self._take("")

    # ---- typing ----

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:
        """A keyboard, or a code reader that types like one."""
        if a0 is None:
            return
        typed = a0.text()
        if a0.key() in _ENTER:
            self._send()
        elif a0.key() == Qt.Key.Key_Backspace:
            self._take(self._text[:-1])
        elif self._asked is Asked.LETTERS and typed.isprintable() and typed:
            self._read(typed)
        elif typed and typed.upper() in self.keys:
            self._press(typed.upper())
        else:
            super().keyPressEvent(a0)

    def _read(self, typed: str) -> None:
        """Letters of a keyboard, with look-alikes as what they stand for; a reader's text begins
        with `QR_START`, and is sent by itself.
        """
        self._stream = (self._stream + typed.lower())[-len(QR_START) - CODE_LETTERS :]
        start, is_code, letters = self._stream.partition(QR_START)
        if is_code:
            self._take("")
        else:
            letters = typed
        for letter in tidy_code(letters):
            if letter in self.keys:
                self._press(letter)
        if is_code and not start and len(self._text) == CODE_LETTERS:
            self._send()

    def _press(self, character: str) -> None:
        self._take((self._text + character)[: _LONGEST.get(self._asked, _LONGEST_NAME)])

    def _take(self, text: str) -> None:
        self._text = text
        self.retranslate()

    def _answer(self) -> str:
        """What is typed as it is sent; "" as long as it cannot be."""
        if self._asked is Asked.BIRTH_DATE:
            return written_birth_date(self._text)
        if self._asked is Asked.LETTERS and len(self._text) < CODE_LETTERS:
            return ""
        return self._text.strip(" '-")

    def _send(self) -> None:
        answer = self._answer()
        if answer:
            self.acted.emit(TypeAnswer(self._asked, answer))

    # ---- showing ----

    def _shown_text(self) -> str:
        if self._asked is Asked.LETTERS:
            return in_groups(self._text.ljust(CODE_LETTERS, _MISSING), 3)
        if self._asked is Asked.BIRTH_DATE:
            digits = self._text.ljust(_DATE_DIGITS, _MISSING)
            return f"{digits[:2]} / {digits[2:4]} / {digits[4:]}"
        return self._text + _MISSING

    def words(self) -> list[str]:
        """The sentences on the page, to be spoken; never what is typed."""
        words = [self._title.text(), self._hint.text()]
        if self.no_slip.isVisibleTo(self):
            words.append(self.no_slip.accessibleName())
        return [text for text in words if text]

    def retranslate(self) -> None:
        """Says every text again."""
        title, hint = _TEXTS[self._asked]
        is_wrong = self._asked is Asked.BIRTH_DATE and len(self._text) == _DATE_DIGITS
        if is_wrong and not self._answer():
            hint = N_("There is a mistake in this date. Please check it.")
        self._title.setText(_(title))
        self._hint.setText(_(hint))
        self._hint.setVisible(bool(hint))
        self._shown.setText(self._shown_text())
        self._shown.setAccessibleName(" ".join(self._text))
        self.erase.setAccessibleName(_("Erase the last character"))
        self.erase.setEnabled(bool(self._text))
        for pad in self.pads.values():
            if " " in pad.keys:
                pad.keys[" "].setAccessibleName(_("Space"))
        self.back.set_words(_("Back"))
        self.no_slip.set_words(_("I don't have my slip"))
        self.send.set_words(_("Confirm"))
        self.send.setEnabled(bool(self._answer()))
