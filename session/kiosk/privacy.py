# SPDX-License-Identifier: GPL-3.0-only
"""The privacy pause at the kiosk: neither face nor page is shown or sent, the voice goes on. The other end is
`session.desk.privacy`. Used by `session.kiosk.live`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from session.errors import BusUnreachable, MessageTooLarge
from session.kiosk.call import KioskCall
from session.kiosk.cobrowse import KioskCobrowse
from session.notify import Notifier
from session.protocol.beside_messages import TOPIC, PrivacyAsked, PrivacyShown
from session.protocol.channel import SessionChannel
from session.protocol.session_messages import GrantsRequested, SessionMessage
from session.tasks import Tasks

log = logging.getLogger(__name__)


class KioskPrivacy:
    """One session's privacy pauses.

    Attributes:
        changed: whether nothing may be seen; the screen follows at once.
        shown: the same, after the pictures are gone from this screen and from the line.
    """

    def __init__(self, channel: SessionChannel, call: KioskCall, page: KioskCobrowse, tasks: Tasks) -> None:
        self.changed: Notifier[bool] = Notifier()
        self.shown: Notifier[bool] = Notifier()
        self.on = False
        self._channel, self._call, self._page, self._tasks = channel, call, page, tasks
        self._stops: list[Callable[[], None]] = [
            channel.on_message(TOPIC, self._on_message),
            channel.on_message("grant", self._on_question),
        ]

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
            self._tasks.spawn(self._follow(message.on), name="kiosk privacy pause")

    def _on_question(self, message: SessionMessage) -> None:
        """A desk that was restarted asks how things are."""
        if isinstance(message, GrantsRequested) and self.on:
            self._tasks.spawn(self._send(PrivacyShown(on=True)), name="kiosk privacy pause told")

    async def _follow(self, on: bool) -> None:
        if on != self.on:
            self.on = on
            self._page.set_private(on)
            self.changed.emit(on)
            await self._call.set_private(on)
            if on != self.on:
                return
            self.shown.emit(on)
        await self._send(PrivacyShown(on=on))

    async def _send(self, message: PrivacyShown) -> None:
        try:
            await self._channel.send(TOPIC, message)
        except (BusUnreachable, MessageTooLarge) as error:
            log.warning("the desk was not told of the privacy pause: %s", error.code)
