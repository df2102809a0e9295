# SPDX-License-Identifier: GPL-3.0-only
"""The number pad: the caller types the organisation's number, or says "I don't have it".
Used by the kiosk window.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec.structs import replace
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout

from resources.texts import N_, _
from session.kiosk.caller_acts import CallerAct, EnterNumber, Step, Touch
from session.protocol.hub.number_check import (
    DIGITS,
    FORMS,
    LETTERS,
    PHONE,
    TICKET,
    NumberState,
)
from views.kiosk.pages.number_display import NumberDisplay, TypedNumber
from views.kiosk.pages.number_pad import ERASE, TO_DIGITS, TO_LETTERS, NumberPad
from views.kiosk.pages.number_state import NumberStateStrip
from views.kiosk.widgets.page_base import BigButton, KioskPage, label
from views.kiosk.widgets.theme import WHITE, sized, spaced

_TITLES = {
    "allocataire": (
        N_("Your family allowance number"),
        N_("7 digits, at the top of our letters, without the letter"),
    ),
    "france_travail": (N_("Your job seeker number"), N_("7 digits and a letter, or 11 digits")),
    "nir": (N_("Your social security number"), N_("15 characters, on your health card")),
    PHONE: (N_("Your telephone number"), N_("10 digits, it begins with 0")),
    TICKET: (N_("Your ticket number"), N_("A letter and 3 digits, on your slip")),
}


class NumberPage(KioskPage):
    """Asks for one number and checks it while it is typed."""

    def __init__(self) -> None:
        super().__init__()
        self._typed = TypedNumber("allocataire")
        self._act_of: Callable[[str], CallerAct] = EnterNumber
        self._numbers: frozenset[str] = frozenset()
        self._without: CallerAct = Touch.NO_NUMBER
        self._title = label("title")
        self._hint = label("lead", tone="grey")
        self.display = NumberDisplay()
        self.display.show_number.toggled.connect(lambda _on: self.acted.emit(Step.KEY))
        self._state = NumberStateStrip()
        self._comfort = label("body", tone="grey")
        self.skip = BigButton("plain", "help-circle-outline")
        self.back = BigButton("plain", "arrow-left")
        self.skip.clicked.connect(lambda: self.acted.emit(self._without))
        self.back.clicked.connect(lambda: self.acted.emit(Step.BACK))
        self.pad = NumberPad()
        self.pad.pressed.connect(self._on_key)
        self.send = BigButton("primary", "check-bold", colour=WHITE, size="large")
        self.send.clicked.connect(self._send)
        self._lay_out()
        self.ask("allocataire", EnterNumber)

    # ---- building ----

    def _lay_out(self) -> None:
        says = spaced(QVBoxLayout(), (0,), 1.6)
        for widget in (self._title, self._hint, self.display, self._state):
            says.addWidget(widget)
        buttons = spaced(QHBoxLayout(), (0,), 1.6)
        buttons.addWidget(self.skip, 3)
        buttons.addWidget(self.back, 2)
        self._others = spaced(QVBoxLayout(), (0,), 1.2)
        self._others.addWidget(self._comfort)
        self._others.addLayout(buttons)
        self._left = spaced(QVBoxLayout(), (0,), 1.6)
        self._left.addLayout(says)
        self._left.addStretch(1)
        self._right = spaced(QVBoxLayout(), (0,), 1.6)
        self._right.addWidget(self.pad, 1)
        self._right.addWidget(sized(self.send, None, 10))
        self._box: QBoxLayout = spaced(QHBoxLayout(self), (6, 5, 6, 5), 6)
        self._box.addLayout(self._left, 11)
        self._box.addLayout(self._right, 10)
        self._left.addLayout(self._others)

    def set_portrait(self, portrait: bool) -> None:
        """Pad under the words."""
        directions = QBoxLayout.Direction
        self._box.setDirection(directions.TopToBottom if portrait else directions.LeftToRight)
        self._box.setProperty("spacing_u", 3 if portrait else 6)
        self._box.setStretch(0, 0 if portrait else 11)
        self._left.removeItem(self._others)
        self._right.removeItem(self._others)
        self._others.setParent(None)
        (self._right if portrait else self._left).addLayout(self._others)

    # ---- facts ----

    def ask(
        self,
        kind: str,
        act_of: Callable[[str], CallerAct],
        *,
        numbers: Iterable[str] = (),
        without: CallerAct = Touch.NO_NUMBER,
    ) -> None:
        """Asks for a number of this kind (a key of `FORMS`), from the beginning.

        Args:
            act_of: what the caller does with the number, complete and right in form.
            numbers: those that can be meant, if it is known; another one is refused here.
            without: what a caller does who does not have it.
        """
        if kind not in FORMS:
            raise KeyError(kind)
        self._typed = TypedNumber(kind)
        self._act_of = act_of
        self._numbers = frozenset(numbers)
        self._without = without
        self.display.show_kind(kind)
        self.clear()

    @property
    def is_of_waiting(self) -> bool:
        """It asks for no caller number, but where to be called or which ticket comes back."""
        return self._typed.kind in (PHONE, TICKET)

    def show_refused(self) -> None:
        """The hub does not know this number; the caller may correct it."""
        self._show(replace(self._typed, refused=True, sent=False))

    def show_again(self) -> None:
        """The same number can be sent once more."""
        self._show(replace(self._typed, sent=False))

    def clear(self) -> None:
        """Forgets what was typed."""
        self._typed = TypedNumber(self._typed.kind)
        self.display.show_number.setChecked(False)
        self.display.hide_last()
        self._turn_to_what_follows()
        self._show(self._typed)

    # ---- typing ----

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:
        """A keyboard works too, where there is one."""
        if a0 is None:
            return
        key, text = a0.key(), a0.text().upper()
        if key == Qt.Key.Key_Backspace:
            self._on_key(ERASE)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._send()
        elif len(text) == 1 and text in self._typed.following:
            self._on_key(text)

    def _on_key(self, face: str) -> None:
        self.acted.emit(Step.KEY)
        if face == ERASE:
            self._erase()
        elif face in (TO_LETTERS, TO_DIGITS):
            self._show_state()
        else:
            self._type(face)

    def _type(self, character: str) -> None:
        self.display.show_last()
        if character in LETTERS:
            self.pad.show_keys(letters=False)
        self._show(TypedNumber(self._typed.kind, self._typed.text + character))

    def _erase(self) -> None:
        self._typed = TypedNumber(self._typed.kind, self._typed.text[:-1])
        self.display.hide_last()
        self._turn_to_what_follows()
        self._show(self._typed)

    def _turn_to_what_follows(self) -> None:
        """The digits, unless only a letter can follow."""
        needs_letter = not set(DIGITS) & set(self._typed.following)
        is_full = self._typed.state is NumberState.COMPLETE
        self.pad.show_keys(letters=needs_letter and not is_full)

    def _send(self) -> None:
        if not self._typed.can_be_sent:  # a second touch is not a second wish
            return
        self._show(replace(self._typed, sent=True))
        if self._numbers and self._typed.text not in self._numbers:
            self.show_refused()
        else:
            self.acted.emit(self._act_of(self._typed.text))

    # ---- showing ----

    def words(self) -> list[str]:
        """The sentences on the page, to be spoken; never the number itself."""
        texts = (self._title, self._hint, self._state.words, self._comfort)
        sentences = [text.text() for text in texts if text.text() and text.isVisibleTo(self)]
        if self.skip.isVisibleTo(self):
            return [*sentences, self.skip.accessibleName()]
        return sentences

    def retranslate(self) -> None:
        """Says every text again."""
        title, hint = _TITLES[self._typed.kind]
        self._title.setText(_(title))
        self._hint.setText(_(hint))
        self.skip.set_words(_("I don't have it"))
        self.back.set_words(_("Back"))
        self._comfort.setText(
            {
                PHONE: _("Only your adviser sees it. It is deleted after the call."),
                TICKET: _("You do not have it any more? Touch “Back” and choose a service."),
            }.get(
                self._typed.kind,
                _("You do not have it? That is no problem, we can help you without it."),
            )
        )
        self.send.set_words(_("Confirm"))
        self.display.retranslate()
        self.pad.retranslate()
        self._show_state()

    def _show(self, typed: TypedNumber) -> None:
        self._typed = typed
        self.pad.wake(typed)
        self.skip.setVisible(not self.is_of_waiting)
        self.display.show_typed(typed)
        self.send.setEnabled(typed.can_be_sent)
        self.retranslate()

    def _show_state(self) -> None:
        self._state.show_state(self._typed, shows_letters=self.pad.shows_letters)
