# SPDX-License-Identifier: GPL-3.0-only
"""The number pad: the caller types the organisation's number, or says "I don't have it".
Used by the kiosk window.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from resources.texts import N_, _, ngettext
from session.kiosk.caller_acts import EnterNumber, QueueAct, Step, Touch
from session.protocol.hub.number_check import (
    DIGITS,
    FORMS,
    LETTERS,
    PHONE,
    TICKET,
    NumberState,
    check_number,
    grouped,
    next_characters,
)
from views.kiosk.widgets.icons import IconView
from views.kiosk.widgets.page_base import BigButton, KioskPage, TouchButton, label, restyle
from views.kiosk.widgets.theme import BLUE, GREEN, INK, WHITE, sized, spaced

MASKED_AFTER_MS = 1000
"""A digit is seen for so long by whoever stands behind the caller."""
MASK = "•"
MISSING = "_"
LONG = 11
"""A number with more characters is shown in smaller type."""

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


class _Key(TouchButton):
    """One key of a pad."""

    def __init__(self, face: str) -> None:
        super().__init__("key", face)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)


class _Keys(QWidget):
    """A grid of one-character keys; only those that may follow are enabled."""

    pressed = pyqtSignal(str)

    def __init__(self, characters: str, columns: int) -> None:
        super().__init__()
        # a pad reads from left to right in every language
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.keys: dict[str, TouchButton] = {}
        self.grid = spaced(QGridLayout(self), (0,), 1.2)
        self.columns = columns
        for place, character in enumerate(characters):
            key = _Key(character)
            key.clicked.connect(lambda _checked, character=character: self.pressed.emit(character))
            self.keys[character] = key
            self.grid.addWidget(key, *divmod(place, columns))

    def wake(self, characters: str) -> None:
        """Only `characters` can be pressed."""
        for character, key in self.keys.items():
            key.setEnabled(character in characters)


class NumberPage(KioskPage):
    """Asks for one number and checks it while it is typed."""

    def __init__(self) -> None:
        super().__init__()
        self._kind = "allocataire"
        self._act_of: Callable[[str], QueueAct] = EnterNumber
        self._numbers: frozenset[str] = frozenset()
        self._text = ""
        self._refused = self._sent = self._in_clear = False
        self._fresh = 0
        self._mask_soon = QTimer(self)
        self._mask_soon.setSingleShot(True)
        self._mask_soon.setInterval(MASKED_AFTER_MS)
        self._mask_soon.timeout.connect(self.hide_last)
        self._build_texts()
        self._build_keys()
        self._lay_out()
        self.ask("allocataire", EnterNumber)

    # ---- building ----

    def _build_texts(self) -> None:
        self._title = label("title")
        self._hint = label("lead", tone="grey")
        self._shown = label("number", centred=True, wrap=False)
        self._shown.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        display = QFrame()
        display.setObjectName("display")
        self.show_number = BigButton("plain", "eye", icon_u=4, margins=(1, 0.2, 1, 0.2))
        self.show_number.setCheckable(True)
        self.show_number.toggled.connect(self._on_show)
        row = spaced(QHBoxLayout(display), (1, 0, 1, 0), 1)
        row.addWidget(self._shown, 1)
        row.addWidget(self.show_number)
        self._display = sized(display, None, 11.5)
        self._state_icon = IconView("information-outline", 4, colour=BLUE)
        self._state_words = label("body", heavy=True)
        self._state = QFrame()
        self._state.setObjectName("state")
        state = spaced(QHBoxLayout(self._state), (1.2, 1, 1.2, 1), 1.2)
        state.addWidget(self._state_icon)
        state.addWidget(self._state_words, 1)
        self._comfort = label("body", tone="grey")
        self.skip = BigButton("plain", "help-circle-outline")
        self.back = BigButton("plain", "arrow-left")
        self.skip.clicked.connect(lambda: self.acted.emit(Touch.NO_NUMBER))
        self.back.clicked.connect(lambda: self.acted.emit(Step.BACK))

    def _build_keys(self) -> None:
        self.digits = _Keys("123456789", 3)
        zero, self.letters_key, self.erase = _Key("0"), _Key("ABC"), _Key("⌫")
        zero.clicked.connect(lambda: self._type("0"))
        self.digits.keys["0"] = zero
        self.digits.grid.addWidget(self.letters_key, 3, 0)
        self.digits.grid.addWidget(zero, 3, 1)
        self.digits.grid.addWidget(self.erase, 3, 2)
        self.letters = _Keys(LETTERS, 6)
        self.digits_key = _Key("123")
        self.erase_too = _Key("⌫")
        for place, key in enumerate((self.digits_key, self.erase_too)):
            self.letters.grid.addWidget(key, 4, 2 + 2 * place, 1, 2)
        self.pad = QStackedWidget()
        self.pad.addWidget(self.digits)
        self.pad.addWidget(self.letters)
        self.letters_key.clicked.connect(lambda: self._turn_to(self.letters))
        self.digits_key.clicked.connect(lambda: self._turn_to(self.digits))
        self.erase.clicked.connect(self._erase)
        self.erase_too.clicked.connect(self._erase)
        for keys in (self.digits, self.letters):
            keys.pressed.connect(self._type)
        self.send = BigButton("primary", "check-bold", colour=WHITE, size="large")
        self.send.clicked.connect(self._send)

    def _lay_out(self) -> None:
        says = spaced(QVBoxLayout(), (0,), 1.6)
        for widget in (self._title, self._hint, self._display, self._state):
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
        self, kind: str, act_of: Callable[[str], QueueAct], numbers: Iterable[str] = ()
    ) -> None:
        """Asks for a number of this kind (a key of `FORMS`), from the beginning.

        Args:
            act_of: what the caller does with the number, complete and right in form.
            numbers: those that can be meant, if it is known; another one is refused here.
        """
        if kind not in FORMS:
            raise KeyError(kind)
        self._kind = kind
        self._act_of = act_of
        self._numbers = frozenset(numbers)
        self._shown.setProperty(
            "look", "number-long" if FORMS[kind].lengths[-1] > LONG else "number"
        )
        restyle(self._shown)
        self.clear()

    @property
    def is_of_waiting(self) -> bool:
        """It asks for no caller number, but where to be called or which ticket comes back."""
        return self._kind in (PHONE, TICKET)

    def show_refused(self) -> None:
        """The hub does not know this number; the caller may correct it."""
        self._refused = True
        self._sent = False
        self._refresh()

    def show_again(self) -> None:
        """The same number can be sent once more."""
        self._sent = False
        self._refresh()

    def clear(self) -> None:
        """Forgets what was typed."""
        self._text = ""
        self._refused = False
        self._sent = False
        self._fresh = 0
        self.show_number.setChecked(False)
        self._turn_to_what_follows()
        self._refresh()

    # ---- typing ----

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:
        """A keyboard works too, where there is one."""
        if a0 is None:
            return
        key, text = a0.key(), a0.text().upper()
        if key == Qt.Key.Key_Backspace:
            self._erase()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._send()
        elif len(text) == 1 and text in next_characters(self._kind, self._text):
            self._type(text)

    def _turn_to(self, keys: _Keys) -> None:
        self.acted.emit(Step.KEY)
        self.pad.setCurrentWidget(keys)
        self._show_state()

    def _type(self, character: str) -> None:
        self.acted.emit(Step.KEY)
        self._text += character
        self._fresh = 1
        self._mask_soon.start()
        self._refused = self._sent = False
        if character in LETTERS:
            self.pad.setCurrentWidget(self.digits)
        self._refresh()

    def _erase(self) -> None:
        self.acted.emit(Step.KEY)
        self._text = self._text[:-1]
        self._fresh = 0
        self._refused = self._sent = False
        self._turn_to_what_follows()
        self._refresh()

    def _turn_to_what_follows(self) -> None:
        """The digits, unless only a letter can follow."""
        needs_letter = not set(DIGITS) & set(next_characters(self._kind, self._text))
        is_full = check_number(self._kind, self._text) is NumberState.COMPLETE
        self.pad.setCurrentWidget(self.letters if needs_letter and not is_full else self.digits)

    @property
    def _can_send(self) -> bool:
        is_whole = check_number(self._kind, self._text) is NumberState.COMPLETE
        return is_whole and not self._refused and not self._sent

    def _send(self) -> None:
        if self._can_send:  # a second touch is not a second wish
            self._sent = True
            self._refresh()
            if self._numbers and self._text not in self._numbers:
                self.show_refused()
            else:
                self.acted.emit(self._act_of(self._text))

    # ---- showing ----

    def hide_last(self) -> None:
        """Hides the last character too: its second is over."""
        self._fresh = 0
        self._show_number()

    def _on_show(self, in_clear: bool) -> None:
        self._in_clear = in_clear
        self.acted.emit(Step.KEY)
        self.retranslate()
        self._show_number()

    def _show_number(self) -> None:
        """The number with its last character only, unless the caller asked to see it or it is on a
        slip that everybody sees.
        """
        if self._in_clear or self._kind == TICKET:
            hidden = 0
        else:
            hidden = len(self._text) - self._fresh
        missing = max(0, FORMS[self._kind].lengths[0] - len(self._text))
        masked = MASK * hidden + self._text[hidden:] + MISSING * missing
        self._shown.setText(grouped(self._kind, masked))
        if self._in_clear:
            spoken = self._text
        else:
            spoken = self._text[hidden:]
        self._shown.setAccessibleName(" ".join(spoken))

    def words(self) -> list[str]:
        """The sentences on the page, to be spoken; never the number itself."""
        texts = (self._title, self._hint, self._state_words, self._comfort)
        sentences = [text.text() for text in texts if text.text() and text.isVisibleTo(self)]
        if self.skip.isVisibleTo(self):
            return [*sentences, self.skip.accessibleName()]
        return sentences

    def retranslate(self) -> None:
        """Says every text again."""
        title, hint = _TITLES[self._kind]
        self._title.setText(_(title))
        self._hint.setText(_(hint))
        self.skip.set_words(_("I don't have it"))
        self.back.set_words(_("Back"))
        self._comfort.setText(
            {
                PHONE: _("The adviser alone sees it. It is deleted after the call."),
                TICKET: _("You do not have it any more? Touch “Back” and choose a service."),
            }.get(
                self._kind, _("You do not have it? That is no problem, we can help you without it.")
            )
        )
        self.send.set_words(_("Confirm"))
        self.show_number.set_words(
            "", _("Hide the number") if self._in_clear else _("Show the number")
        )
        for key in (self.erase, self.erase_too):
            key.setAccessibleName(_("Erase the last character"))
        self.letters_key.setAccessibleName(_("Show the letters"))
        self.digits_key.setAccessibleName(_("Show the digits"))
        self._show_state()

    def _refresh(self) -> None:
        following = next_characters(self._kind, self._text)
        self.digits.wake(following)
        self.letters.wake(following)
        has_letters = any(character in LETTERS for character in following)
        self.letters_key.setEnabled(has_letters)
        self.letters_key.setVisible(self._kind not in ("allocataire", PHONE))
        self.skip.setVisible(self._kind not in (PHONE, TICKET))
        self.erase.setEnabled(bool(self._text))
        self.show_number.setVisible(self._kind != TICKET)
        self._show_number()
        self.send.setEnabled(self._can_send)
        self.retranslate()

    def _show_state(self) -> None:
        state = check_number(self._kind, self._text)
        if self._refused or state is NumberState.WRONG:
            look = "wrong"
        else:
            look = state.value
        words, icon, colour = self._state_of(state)
        self._state_words.setText(words)
        self._state_icon.show_icon(icon, colour)
        if self._state.property("state") != look:
            self._state.setProperty("state", look)
            for widget in (self._state, self._state_words):
                restyle(widget)

    def _state_of(self, state: NumberState) -> tuple[str, str, str]:
        if self._refused:
            words = {
                PHONE: _("This number cannot be called. Please check it."),
                TICKET: _("Nobody waits with this number. Please check it on your slip."),
            }.get(
                self._kind, _("This number is not known. Correct it, or touch “I don't have it”.")
            )
            return words, "alert-circle-outline", INK
        if self._sent:
            return _("One moment, please"), "progress-clock", BLUE
        if state is NumberState.COMPLETE:
            return _("Well done. Now touch “Confirm”."), "check-circle", GREEN
        if state is NumberState.WRONG:
            return (
                _("There is a mistake in this number. Please check it."),
                "alert-circle-outline",
                INK,
            )
        if not self._text:
            return _("Type it with the keys."), "gesture-tap", BLUE
        return self._missing_words(), "dots-horizontal-circle-outline", BLUE

    def _missing_words(self) -> str:
        following = next_characters(self._kind, self._text)
        if self.pad.currentWidget() is self.letters:
            return _("Touch the letter.")
        if self._kind == TICKET and not self._text:
            return _("Touch “ABC” for the letter.")
        if set(LETTERS) <= set(following):
            return _("Does it end with a letter? Touch “ABC”. Else go on with the digits.")
        if "A" in following:
            return _("Born in Corsica? Touch “ABC” for the letter A or B.")
        missing = next(
            length for length in FORMS[self._kind].lengths if length > len(self._text)
        ) - len(self._text)
        if self._kind == "france_travail" and len(self._text) > len(DIGITS) - 3:
            missing = FORMS[self._kind].lengths[-1] - len(self._text)
        words = ngettext("One more character.", "{count} more characters.", missing)
        return words.format(count=missing)
