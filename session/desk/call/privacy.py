# SPDX-License-Identifier: GPL-3.0-only
"""The privacy pause at the desk: nobody sees anything for a moment, the voice goes on.
The other end is `session.kiosk.call.privacy`. Used by `session.desk.session`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from session.core.errors import BusUnreachable, MessageTooLarge
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.desk.call.third_parties import DeskThirdParties
from session.desk.call.video_call import DeskCall
from session.protocol.conversation.chat_and_privacy import TOPIC, PrivacyAsked, PrivacyShown
from session.protocol.conversation.messages import CallAnswered, SessionMessage
from session.protocol.endpoints.channel import SessionChannel

log = logging.getLogger(__name__)


class DeskPrivacy:
    """One session's privacy pauses: the agent's, and the caller's, which the kiosk reports. Each
    person ends the pause that they began.

    Attributes:
        changed: whether this end shows and sends no picture; at once.
        confirmed: what the kiosk shows, and whose pause.
        on: as `changed`.
        mine, callers: whose pauses go on.
    """

    def __init__(
        self, channel: SessionChannel, call: DeskCall, *, talk: DeskThirdParties, tasks: Tasks
    ) -> None:
        self.changed: Signal[bool] = Signal()
        self.confirmed: Signal[PrivacyShown] = Signal()
        self.on = self.mine = self.callers = False
        self._asked = False
        self._channel = channel
        self._call = call
        self._talk = talk
        self._tasks = tasks
        self._stops: list[Callable[[], None]] = [channel.on_message(TOPIC, self._on_message)]
        call.answered.connect(self._on_answered)

    def set(self, on: bool) -> None:
        """Begins or ends the agent's pause."""
        self.mine = on
        self._asked = True
        self._show()
        self._publish()

    def close(self) -> None:
        """The conversation is over."""
        for stop in self._stops:
            stop()
        self._stops.clear()
        self.mine = self.callers = False
        self._show()

    def _show(self) -> None:
        on = self.mine or self.callers
        if on != self.on:
            self.on = on
            self._call.set_private(on)
            self._talk.set_private(on)
            self.changed.emit(on)

    def _publish(self) -> None:
        self._tasks.start(self._send(PrivacyAsked(on=self.mine)), name="desk privacy pause")

    async def _send(self, message: PrivacyAsked) -> None:
        try:
            await self._channel.send(TOPIC, message)
        except (BusUnreachable, MessageTooLarge) as error:
            log.warning("the kiosk was not told of the privacy pause: %s", error.code)

    def _on_message(self, message: SessionMessage) -> None:
        if not isinstance(message, PrivacyShown):
            return
        self.callers = message.caller
        # from before a restart of this desk: it goes on until the agent ends it
        if message.agent and not self._asked:
            self.mine = self._asked = True
        self._show()
        self.confirmed.emit(message)

    def _on_answered(self, answer: CallAnswered) -> None:
        """A new call may come from a kiosk that was restarted: it must not show what is hidden,
        and it reports what it knows of the caller's pause.
        """
        if self.on:
            self._publish()
