# SPDX-License-Identifier: GPL-3.0-only
"""The strip that says how a number is going, and what to touch next. Used by the number page."""

from __future__ import annotations

from PyQt6.QtWidgets import QFrame, QHBoxLayout

from resources.texts import _, ngettext
from session.protocol.hub.number_check import DIGITS, FORMS, LETTERS, PHONE, TICKET, NumberState
from views.kiosk.pages.number_display import TypedNumber
from views.kiosk.widgets.icons import IconView
from views.kiosk.widgets.page_base import label, restyle
from views.kiosk.widgets.theme import BLUE, GREEN, INK, spaced


class NumberStateStrip(QFrame):
    """One sentence, its sign, and a colour."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("state")
        self._icon = IconView("information-outline", 4, colour=BLUE)
        self.words = label("body", heavy=True)
        row = spaced(QHBoxLayout(self), (1.2, 1, 1.2, 1), 1.2)
        row.addWidget(self._icon)
        row.addWidget(self.words, 1)

    def show_state(self, typed: TypedNumber, *, shows_letters: bool) -> None:
        """Says what is missing or wrong, for the keys that are on the screen."""
        state = typed.state
        if typed.refused or state is NumberState.WRONG:
            look = "wrong"
        else:
            look = state.value
        words, icon, colour = self._state_of(typed, shows_letters)
        self.words.setText(words)
        self._icon.show_icon(icon, colour)
        if self.property("state") != look:
            self.setProperty("state", look)
            for widget in (self, self.words):
                restyle(widget)

    def _state_of(self, typed: TypedNumber, shows_letters: bool) -> tuple[str, str, str]:
        if typed.refused:
            return _refused_words(typed.kind), "alert-circle-outline", INK
        if typed.sent:
            return _("One moment, please"), "progress-clock", BLUE
        if typed.state is NumberState.COMPLETE:
            return _("That is right. Now touch “Confirm”."), "check-circle", GREEN
        if typed.state is NumberState.WRONG:
            return (
                _("There is a mistake in this number. Please check it."),
                "alert-circle-outline",
                INK,
            )
        if not typed.text:
            return _("Type it with the keys."), "gesture-tap", BLUE
        if shows_letters:
            words = _("Touch the letter.")
        else:
            words = _missing_words(typed)
        return words, "dots-horizontal-circle-outline", BLUE


def _refused_words(kind: str) -> str:
    return {
        PHONE: _("This number cannot be called. Please check it."),
        TICKET: _("Nobody waits with this number. Please check it on your slip."),
    }.get(kind, _("This number is not known. Correct it, or touch “I don't have it”."))


def _missing_words(typed: TypedNumber) -> str:
    if set(LETTERS) <= set(typed.following):
        return _("Does it end with a letter? Touch “ABC”. If not, go on with the digits.")
    if "A" in typed.following:
        return _("Born in Corsica? Touch “ABC” for the letter A or B.")
    lengths, count = FORMS[typed.kind].lengths, len(typed.text)
    missing = next(length for length in lengths if length > count) - count
    if typed.kind == "france_travail" and count > len(DIGITS) - 3:
        missing = lengths[-1] - count
    words = ngettext("One more character.", "{count} more characters.", missing)
    return words.format(count=missing)
