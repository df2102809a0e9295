# SPDX-License-Identifier: GPL-3.0-only
"""Hold and third people in the agent's own conversation.
Used by `session.desk.session`; the other end is `session.kiosk.call.third_parties`.

The ticket is the truth and this end follows it: it stops and starts the calls, and reports to the
hub that the banner is on the screen. After a restart of the desk the ticket is read again.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable

from session.core.errors import SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.desk.call.third_party_call import OfferingEngine, ThirdPartyCall
from session.desk.call.video_call import DeskCall
from session.desk.hub.third_parties import ThirdPartyClient
from session.protocol.endpoints.channel import SessionChannel
from session.protocol.endpoints.third_party_banner import ThirdBanner, named_talk, same_third
from session.protocol.hub.talk_state import Talk, Third, ThirdState
from session.protocol.hub.third_parties import TalkAnswer
from session.protocol.hub.tickets import Ticket

log = logging.getLogger(__name__)


class DeskThirdParties:
    """Hold and third persons of one session at the desk.

    Args:
        call: with the caller.
        engine: for the call with a third person, beside the first one.

    Attributes:
        changed: the talk with names, at each change.
        held_changed: the caller waits, or no longer.
        third_changed: the third person, or None, at each change.
        third_simulated: whether its picture is drawn.
    """

    def __init__(
        self,
        channel: SessionChannel,
        call: DeskCall,
        *,
        engine: OfferingEngine,
        link: ThirdPartyClient,
        tasks: Tasks,
    ) -> None:
        self.changed: Signal[TalkAnswer] = Signal()
        self.held_changed: Signal[Talk] = Signal()
        self.third_changed: Signal[Third | None] = Signal()
        self.third_simulated: Signal[bool] = Signal()
        self.talk = Talk()
        self._channel = channel
        self._call = call
        self._engine = engine
        self._link = link
        self._tasks = tasks
        self._third_party_call: ThirdPartyCall | None = None
        self._camera_on = self._microphone_on = True
        self._private = self._is_over = False
        self._banner = ThirdBanner(channel.session_id, link, tasks=tasks)

    @property
    def engine(self) -> OfferingEngine:
        """The source of the third person's picture."""
        return self._engine

    def set_own(self, *, camera_on: bool, microphone_on: bool) -> None:
        """Our camera and microphone, towards a third person too."""
        self._camera_on = camera_on
        self._engine.set_camera(camera_on and not self._private)
        self._microphone_on = microphone_on
        self._engine.set_microphone(microphone_on)
        if self._third_party_call is not None:
            self._third_party_call.send_switches(camera_on=camera_on, microphone_on=microphone_on)

    def speak(self, is_pressed: bool) -> None:
        """Push-to-talk, towards a third person too."""
        self._engine.set_microphone(self._microphone_on or is_pressed)
        if self._third_party_call is not None:
            self._third_party_call.send_switches(
                camera_on=self._camera_on, microphone_on=self._microphone_on or is_pressed
            )

    def set_private(self, on: bool) -> None:
        """A third person sees nothing of us either."""
        self._private = on
        self._engine.set_camera(self._camera_on and not on)

    def on_ticket(self, ticket: Ticket) -> None:
        """The ticket as the hub has it now."""
        talk = ticket.talk or Talk()
        if ticket.session != self._channel.session_id or talk == self.talk:
            return
        before, self.talk = self.talk, talk
        if talk.held != before.held:
            self._call.set_held(talk.held)
            self.held_changed.emit(talk)
        if before.third is not None and (
            talk.third is None or not same_third(before.third, talk.third)
        ):
            self._end_third()
        if talk.third != before.third:
            self._follow_third(talk.third)
            self.third_changed.emit(talk.third)
        self._tasks.start(self._emit_names(), name="desk talk names")

    async def _emit_names(self) -> None:
        if self.talk.third is None:
            self.changed.emit(TalkAnswer(session_id=self._channel.session_id, talk=self.talk))
            return
        answer = await named_talk(
            self._channel.session_id, self._link, lambda: Talk() if self._is_over else self.talk
        )
        if answer is not None:
            self.changed.emit(answer)

    def banner_painted(self, user: str) -> None:
        """The banner that names this third person has been painted: the hub may let it in."""
        self._banner.painted(self.talk.third, user)

    def _follow_third(self, third: Third | None) -> None:
        if third is not None and third.state is ThirdState.IN and self._third_party_call is None:
            self._third_party_call = ThirdPartyCall(self._channel, self._engine, tasks=self._tasks)
            self._third_party_call.peer_simulated.connect(self.third_simulated.emit)
            self._third_party_call.start()

    def _end_third(self) -> None:
        self._banner.gone()
        if self._third_party_call is not None:
            aside, self._third_party_call = self._third_party_call, None
            self._tasks.start(_quietly(aside.hang_up()), name="end the call with the third person")

    async def close(self) -> None:
        """The conversation is over."""
        self._is_over = True
        if self._third_party_call is not None:
            aside, self._third_party_call = self._third_party_call, None
            await _quietly(aside.hang_up())


async def _quietly(work: Awaitable[None]) -> None:
    try:
        await work
    except SessionError as error:
        log.warning("a call did not end in order: %s", error.code)
