# SPDX-License-Identifier: GPL-3.0-only
"""All that the helpdesk's window says of its work, to the person and to whoever watches it.
Used by the helpdesk's program and its conversation.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from expert_app.workplace.wiring.role_program import LINE
from resources.texts import _
from session.core.errors import Detail
from session.core.signals import Signal
from views.helpdesk.window import HelpdeskView
from views.widgets.message_bar import Level
from views.words.errors import sentence

LINE_TROUBLES = frozenset({"bus_unreachable", "hub_unreachable", "store_unreachable"})
"""Of a moment: they are over once anything is answered."""

TOLD = "told"


class Noted(NamedTuple):
    """An act of the window that has ended, by name, and with which values."""

    name: str
    values: dict[str, str | int | float | bool]


class Reports:
    """Speaks in the message bar of the helpdesk's window.

    Attributes:
        noted: what has just been done, for whoever watches the window.
    """

    def __init__(self, view: HelpdeskView) -> None:
        self._view = view
        self._messages = view.messages
        self.noted: Signal[Noted] = Signal()

    def note(self, name: str, **values: str | int | float | bool) -> None:
        """An act has ended, with these values."""
        self.noted.emit(Noted(name, values))

    def tell(self, words: str) -> None:
        """Says what was done."""
        self._messages.show_message(Level.INFO, words, key=TOLD)

    def clear_told(self) -> None:
        """Nothing that was told holds any more."""
        self._messages.clear(TOLD)

    def on_answer(self) -> None:
        """The hub answers: the trouble of a moment is over."""
        self._messages.clear(LINE)

    def refuse(self, words: str, code: str) -> None:
        """Says why something was not done."""
        self._view.show_trouble(words)
        self.note("trouble", code=code)

    def refuse_file(self, path: Path, error: OSError) -> None:
        """Says why a file was neither read nor written."""
        words = _("{file} cannot be used: {why}.")
        self.refuse(words.format(file=path, why=error.strerror or error), "file_unusable")

    def show_trouble(self, code: str, detail: Detail) -> None:
        """Puts an error in words into the message bar; one of a moment leaves with any answer."""
        words = sentence(code, detail).sentence
        if code in LINE_TROUBLES:
            self._messages.show_message(Level.ERROR, words, key=LINE)
            self.note("trouble", code=code)
        else:
            self.refuse(words, code)
