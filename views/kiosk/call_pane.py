# SPDX-License-Identifier: GPL-3.0-only
"""The call as the caller sees it: the agent large, the caller small, a third person beside.
Used by `views.kiosk.window` and by the wiring of the kiosk.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from html import escape

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QWidget

from resources.texts import _, language, language_tag
from session.core.signals import Signal
from session.media.call_page import PageEvent
from views.media.call_page import LockedCallPage, json_for_script


class ThirdCallPage:
    """The same page's second call, with a third person;
    satisfies `session.media.call_page.CallPage` too.
    """

    def __init__(self, run: Callable[[str], asyncio.Future[object]]) -> None:
        self.happened: Signal[PageEvent] = Signal()
        self._run = run

    def run(self, script: str) -> asyncio.Future[object]:
        """See `LockedCallPage.run`."""
        return self._run(script)


class KioskCallPane(LockedCallPage):
    """`third` is the page's call with a third person, whose picture comes beside the agent's.

    Args:
        only_drawn: whether all faces that the page may show now are drawn.
    """

    def __init__(
        self, parent: QWidget | None = None, *, only_drawn: Callable[[], bool] = lambda: False
    ) -> None:
        super().__init__("kiosk", _words(), parent=parent)
        self.third = ThirdCallPage(self.run)
        self._only_drawn = only_drawn
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._view.setAccessibleName(_("Call with your adviser"))
        self.load()

    @property
    def shows_person(self) -> bool:
        """True if a filmed face may be here."""
        return not self._only_drawn()

    def show_names(self, agent: str, third: str) -> None:
        """Names under the two faces; none while there is one face."""
        self.run_soon(f"showNames({json.dumps(agent)}, {json.dumps(third)})")

    def retranslate(self) -> None:
        """Says every text again, in the language in use."""
        self._view.setAccessibleName(_("Call with your adviser"))
        words = {"lang": language_tag(language()), "heads": _heads(), "texts": _texts()}
        self.run_soon(f"useWords({json_for_script(words)})")

    def show_asking(self, asking: bool) -> None:
        """While a question stands the face is shown whole and the caller's own picture is not."""
        self.run_soon(f"call.showAsking({json.dumps(asking)})")

    def show_life_size(self, share: float) -> None:
        """The agent as large as in the room: the picture is so many times as wide as the screen;
        0 fits the pane.
        """
        self.run_soon(f"call.lifeSize({share:.4f})")

    def emit_event(self, event: PageEvent) -> None:
        """Hands an event to the listeners of its call; both calls are told of a lost page."""
        if event.name == "page_lost":
            self.happened.emit(event)
            self.third.happened.emit(event)
        else:
            (self.third if event.detail.get("peer") == "third" else self).happened.emit(event)


def _words() -> dict[str, str]:
    (_hold, hold_title, hold_words), (_private, private_title, private_words) = _heads()
    return {
        "__LANG__": language_tag(language()),
        "__HOLD_TITLE__": escape(hold_title),
        "__HOLD_WORDS__": escape(hold_words),
        "__PRIVATE_TITLE__": escape(private_title),
        "__PRIVATE_WORDS__": escape(private_words),
        "__TEXTS__": json_for_script(_texts()),
    }


def _heads() -> tuple[tuple[str, str, str], tuple[str, str, str]]:
    """Return what stands over the whole call: element, title, words."""
    return (
        (
            "hold",
            _("One moment, please"),
            _("Your adviser cannot see or hear you now and will be back in a moment."),
        ),
        (
            "private",
            _("Privacy pause"),
            _(
                "You and your adviser do not see each other, and nobody sees the page. You can go "
                "on talking."
            ),
        ),
    )


def _texts() -> dict[str, str]:
    return {
        "you": _("You"),
        "youSimulated": _("You, simulated"),
        "simulated": _("Simulated picture"),
        "connecting": _("Connecting you with your adviser…"),
        "connectingSlow": _("Your adviser has answered. The picture takes a while to arrive."),
        "connectingLong": _(
            "The picture does not arrive. Touch “{button}” to write to your adviser."
        ).format(button=_("Type instead")),
        "connectingThird": _("One more person is joining…"),
        "unstable": _("The line is unsteady. Please wait a moment…"),
        "agentCameraOff": _("Your adviser's camera is off."),
        "agentMicrophoneOff": _("Your adviser's microphone is off."),
    }
