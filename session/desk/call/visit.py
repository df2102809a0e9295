# SPDX-License-Identifier: GPL-3.0-only
"""The third person's end of somebody else's conversation:
a call with the kiosk and one with the agent.

Used by the desk of a colleague who was called in, and by the board of a supervisor who joins.
"""

from __future__ import annotations

import logging

from session.core.clock import Clock
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.desk.call.video_call import DeskCall
from session.media.engine import MediaEngine
from session.media.line.picture_limits import picture_limits
from session.protocol.conversation.line import LineGoverned
from session.protocol.endpoints.channel import SessionChannel
from session.protocol.hub.talk_state import Talk, ThirdState
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.topics import ASIDE_TOPIC, THIRD_TOPIC
from session.protocol.wire.roles import Role

log = logging.getLogger(__name__)


class Visit:
    """One visit.

    Args:
        me: our role and user.
        channel: the session's.
        caller_engine, agent_engine: one for each call.

    Attributes:
        changed: the talk, at each change.
        let_in: both banners are on the screens; voice and picture begin.
        ended: the visit is over.
    """

    def __init__(
        self,
        me: tuple[Role, str],
        channel: SessionChannel,
        *,
        caller_engine: MediaEngine,
        agent_engine: MediaEngine,
        clock: Clock,
        tasks: Tasks,
    ) -> None:
        self.changed: Signal[Talk] = Signal()
        self.let_in: Signal[None] = Signal()
        self.ended: Signal[Ticket | None] = Signal()
        self.session_id = channel.session_id
        self._me = me
        self._clock = clock
        self._tasks = tasks
        now_s = clock.monotonic_s()
        self.caller = DeskCall(
            channel, caller_engine, clock=clock, tasks=tasks, accepted_at_s=now_s, topic=THIRD_TOPIC
        )
        self.agent = DeskCall(
            channel, agent_engine, clock=clock, tasks=tasks, accepted_at_s=now_s, topic=ASIDE_TOPIC
        )
        self._talk: Talk | None = None
        self._is_in = self._is_over = False
        self._engine = caller_engine
        self.caller.governed.connect(self._on_governed)

    @property
    def own_simulated(self) -> bool:
        """True when our own picture is drawn."""
        return self._engine.simulated_camera

    @property
    def is_in(self) -> bool:
        """True once voice and picture may travel."""
        return self._is_in

    def on_ticket(self, ticket: Ticket | None) -> None:
        """The ticket as the hub has it now; None when there is none any more."""
        if self._is_over:
            return
        if ticket is not None and ticket.talk is not None:
            third = ticket.talk.third
        else:
            third = None
        is_open = (
            ticket is not None
            and ticket.session == self.session_id
            and ticket.state is TicketState.IN_SESSION
        )
        if ticket is None or not is_open or third is None or (third.role, third.user) != self._me:
            self._is_over = True
            self._tasks.start(self._end(ticket), name="visit ends")
            return
        if ticket.talk == self._talk:
            return
        self._talk = ticket.talk
        assert ticket.talk is not None
        if third.state is ThirdState.IN and not self._is_in:
            self._is_in = True
            self.caller.start()
            self.agent.start()
            self.let_in.emit(None)
        if self._is_in:
            self.caller.set_held(ticket.talk.held)
        self.changed.emit(ticket.talk)

    @property
    def is_seen(self) -> bool:
        """True once the queue has shown us as the third person."""
        return self._talk is not None

    def set_microphone(self, on: bool) -> None:
        """Our voice on or off, for both."""
        for call in (self.caller, self.agent):
            call.set_microphone(on)

    def speak(self, is_pressed: bool) -> None:
        """Push-to-talk, for both: a microphone that is off is on while the keys are held."""
        for call in (self.caller, self.agent):
            call.speak(is_pressed)

    def set_camera(self, on: bool) -> None:
        """Our picture on or off, for both."""
        for call in (self.caller, self.agent):
            call.set_camera(on)

    def _on_governed(self, rule: LineGoverned) -> None:
        """The kiosk's line carries two faces: ours takes what the agent's takes."""
        face = picture_limits(rule.step, rule.face_kbps, motion=rule.motion)
        self._engine.set_picture_limit(
            face.kbps, height_px=face.height_px, fps=face.fps, motion=face.motion
        )
        self._engine.set_line(round(rule.budget_kbps / 2))

    async def close(self) -> None:
        """Ends both calls; the engines can take others."""
        self._is_over = True
        self._engine.set_picture_limit(0)
        self._engine.set_line(0)
        await self.caller.hang_up()
        await self.agent.hang_up()

    async def _end(self, ticket: Ticket | None) -> None:
        try:
            await self.close()
        finally:
            self.ended.emit(ticket)
