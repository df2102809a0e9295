# SPDX-License-Identifier: GPL-3.0-only
"""Says to a screen reader where the keyboard is in the caller's page: the field's name, what it is,
what it holds, what is wrong with it, and the letter at its caret.

Used by the shared page's view. The keyboard is in another computer's browser, so nothing of this
reaches the agent's screen reader by itself.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from PyQt6 import sip
from PyQt6.QtCore import QObject, QTimer

from resources.texts import _
from session.protocol.conversation.remote_control import PageKey
from views.desk.shared_page.marks import Focus
from views.desk.shared_page.mirror_pane import MirrorPane
from views.desk.shared_page.page_words import PagePart, error_words, spoken
from views.widgets.announcer import announce

LOOK_MS = 150
"""Between two looks at the field: what is wrong with it may be said after a moment."""
MOST_TRIES = 10
"""A field may be told before it is drawn."""

_part = msgspec.json.Decoder(PagePart)
_MOVES = (
    PageKey.LEFT,
    PageKey.RIGHT,
    PageKey.UP,
    PageKey.DOWN,
    PageKey.HOME,
    PageKey.END,
)


class SpokenFocus(QObject):
    """Follows the keyboard in the caller's page, and speaks while the agent's is over the page."""

    def __init__(self, mirror: MirrorPane) -> None:
        super().__init__(mirror)
        self._mirror = mirror
        self._place = Focus()
        self._said: PagePart | None = None
        self._tries = 0
        self._last_key: PageKey | None = None
        self._looking = QTimer(self)
        self._looking.setInterval(LOOK_MS)
        self._looking.timeout.connect(self._look)
        mirror.focus.told.connect(self._on_focus)
        mirror.overlay.keyboard_changed.connect(self._on_keyboard)
        mirror.overlay.key_pressed.connect(self._on_key)
        mirror.overlay.typed.connect(lambda _text: self._on_key(None))

    def _on_key(self, key: PageKey | None) -> None:
        self._last_key = key

    def _on_keyboard(self) -> None:
        """The keyboard has come over the page: where it is there is said at once."""
        if self._mirror.overlay.has_keyboard:
            self._begin()
        else:
            self._looking.stop()

    def _on_focus(self, place: Focus) -> None:
        before = self._place
        self._place = place
        if not self._mirror.overlay.has_keyboard:
            return
        if place.id != before.id:
            self._begin()
        elif place.at != before.at and self._last_key in _MOVES:
            self._ask(place, self._on_letter)

    def _begin(self) -> None:
        self._said = None
        self._tries = 0
        if self._place.id > 0:
            self._looking.start()
            self._look()
        else:  # of a hidden field the kiosk's answer is said instead
            self._looking.stop()

    def _look(self) -> None:
        self._ask(self._place, self._on_part)

    def _ask(self, place: Focus, on_answer: Callable[[object], None]) -> None:
        """Look up what is there; not called back when the keyboard has gone elsewhere."""

        def on_found(answer: object) -> None:
            is_here = not sip.isdeleted(self) and self._looking.isActive()
            if is_here and place.id == self._place.id:
                on_answer(answer)

        self._mirror.engine.run(f"pagePart({place.id}, {place.at})", on_found)

    def _on_part(self, answer: object) -> None:
        if not isinstance(answer, str):
            self._tries += 1
            if self._tries >= MOST_TRIES:
                self._looking.stop()
            return
        part = _part.decode(answer)
        before = self._said
        self._said = part
        if before is None:
            announce(self._mirror, spoken(part))
        elif error_words(part) and error_words(part) != error_words(before):
            announce(self._mirror, error_words(part))
        elif _is_answered(part, before):
            announce(self._mirror, spoken(part))

    def _on_letter(self, answer: object) -> None:
        if not isinstance(answer, str):
            return
        letter = _part.decode(answer).letter
        if letter is not None:
            announce(self._mirror, {"": _("end of the field"), " ": _("space")}.get(letter, letter))


def _is_answered(part: PagePart, before: PagePart) -> bool:
    """True for what a key changes without a letter: a box that is checked, another choice."""
    if part.checked != before.checked or part.open != before.open:
        return True
    return part.kind == "choice" and part.value != before.value
