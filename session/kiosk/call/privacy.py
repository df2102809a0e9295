# SPDX-License-Identifier: GPL-3.0-only
"""The privacy pause at the kiosk: neither face nor page is shown or sent, the voice goes on.
The other end is `session.desk.call.privacy`. Used by `session.kiosk.session`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

from session.core.errors import BusUnreachable, MessageTooLarge
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.kiosk.call.video_call import KioskCall
from session.protocol.conversation.chat_and_privacy import TOPIC, PrivacyAsked, PrivacyShown
from session.protocol.conversation.messages import GrantsRequested, SessionMessage
from session.protocol.endpoints.channel import SessionChannel

log = logging.getLogger(__name__)


class HidesPage(Protocol):
    """The shared page, which may not be seen for a moment."""

    def set_private(self, on: bool) -> None:
        """Nothing of it is shown or sent while this is on."""
        ...


class KioskPrivacy:
    """One session's privacy pauses: the agent's and the caller's.
    Each side ends its own pause; one pause is enough to hide the faces.

    Attributes:
        changed: whether nothing may be seen; the screen follows at once.
        shown: the same, after the pictures are gone from this screen and from the line; `by_caller`
            whose it was.
        caller_changed: whether the caller's own pause goes on.
    """

    def __init__(
        self, channel: SessionChannel, call: KioskCall, *, page: HidesPage, tasks: Tasks
    ) -> None:
        self.changed: Signal[bool] = Signal()
        self.shown: Signal[bool] = Signal()
        self.caller_changed: Signal[bool] = Signal()
        self.on = self.by_agent = self.by_caller = False
        self._channel = channel
        self._call = call
        self._page = page
        self._tasks = tasks
        self._stops: list[Callable[[], None]] = [
            channel.on_message(TOPIC, self._on_message),
            channel.on_message("grant", self._on_question),
        ]

    def set_by_caller(self, on: bool) -> None:
        """The caller touched the button: begins or ends the caller's own pause."""
        if on != self.by_caller:
            self.by_caller = on
            self.caller_changed.emit(on)
        self._tasks.start(self._follow(), name="kiosk privacy pause by the caller")

    async def close(self) -> None:
        """The conversation is over: the next caller is seen."""
        for stop in self._stops:
            stop()
        self._stops.clear()
        if self.on:
            self.on = False
            await self._call.set_private(False)

    def _on_message(self, message: SessionMessage) -> None:
        if isinstance(message, PrivacyAsked):
            self.by_agent = message.on
            self._tasks.start(self._follow(), name="kiosk privacy pause")

    def _on_question(self, message: SessionMessage) -> None:
        """A desk that was restarted asks how things are."""
        if isinstance(message, GrantsRequested) and self.on:
            self._tasks.start(self._send(), name="kiosk privacy pause told")

    async def _follow(self) -> None:
        on = self.by_agent or self.by_caller
        if on != self.on:
            self.on = on
            self._page.set_private(on)
            self.changed.emit(on)
            await self._call.set_private(on)
            if on != self.on:
                return
            self.shown.emit(on)
        await self._send()

    async def _send(self) -> None:
        try:
            await self._channel.send(
                TOPIC, PrivacyShown(on=self.on, agent=self.by_agent, caller=self.by_caller)
            )
        except (BusUnreachable, MessageTooLarge) as error:
            log.warning("the desk was not told of the privacy pause: %s", error.code)
