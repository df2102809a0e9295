# SPDX-License-Identifier: GPL-3.0-only
"""Hold and third people at the kiosk: stops and starts its calls as the ticket says.
Used by `session.kiosk.session`.

A third person is named on the screen first. The hub is told once the banner is painted, and the
call with the third person begins once both screens show the banner.
"""

from __future__ import annotations

import logging

from session.core.clock import Clock
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.kiosk.call.video_call import CallMedia, CallPage, CallPeer, KioskCall
from session.protocol.endpoints.channel import SessionChannel
from session.protocol.endpoints.third_party_banner import (
    TalkAsker,
    ThirdBanner,
    named_talk,
    same_third,
)
from session.protocol.hub.talk_state import Talk, ThirdState
from session.protocol.hub.third_parties import TalkAnswer
from session.protocol.hub.tickets import Ticket
from session.protocol.topics import THIRD_TOPIC

log = logging.getLogger(__name__)


THIRD = CallPeer(THIRD_TOPIC, "third")


class KioskThirdParties:
    """Hold and third people in one session at the kiosk.

    Args:
        call: with the agent.
        page: runs the call with a third person, beside the first.

    Attributes:
        changed: the talk with names, at each change;
            a banner stands as long as there is a third person.
        third_call: the call with the third person, while there is one.
        third_called: it begins, or None: it has ended.
    """

    def __init__(
        self,
        channel: SessionChannel,
        call: KioskCall,
        *,
        page: CallPage,
        link: TalkAsker,
        clock: Clock,
        tasks: Tasks,
        media: CallMedia,
    ) -> None:
        self.changed: Signal[TalkAnswer] = Signal()
        self.third_called: Signal[KioskCall | None] = Signal()
        self.talk = Talk()
        self.third_call: KioskCall | None = None
        self._is_over = False
        self._channel = channel
        self._call = call
        self._page = page
        self._link = link
        self._clock = clock
        self._tasks = tasks
        self._media = media
        self._banner = ThirdBanner(channel.session_id, link, tasks=tasks)

    def on_ticket(self, ticket: Ticket) -> None:
        """The ticket as the hub has it now."""
        talk = ticket.talk or Talk()
        if ticket.session != self._channel.session_id or talk == self.talk:
            return
        before, self.talk = self.talk, talk
        if talk.held != before.held:
            self._call.set_held(talk.held)
        if before.third is not None and (
            talk.third is None or not same_third(before.third, talk.third)
        ):
            self._end_third()
        self._follow_third()
        self._tasks.start(self._show_names(), name="kiosk talk names")

    async def _show_names(self) -> None:
        third = self.talk.third
        if third is None or third.state is ThirdState.CALLED:
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

    def _follow_third(self) -> None:
        third = self.talk.third
        if self.third_call is not None:
            self.third_call.set_held(self.talk.held)
        elif third is not None and third.state is ThirdState.IN:
            self._call.share_line(2)
            self.third_call = KioskCall(
                self._channel,
                self._page,
                clock=self._clock,
                tasks=self._tasks,
                accepted_at_s=self._clock.monotonic_s(),
                media=self._media,
                peer=THIRD,
                sharers=2,
            )
            self.third_called.emit(self.third_call)
            self.third_call.start(is_on_hold=self.talk.held)

    def _end_third(self) -> None:
        self._banner.gone()
        if self.third_call is not None:
            third_call, self.third_call = self.third_call, None
            self._tasks.start(third_call.hang_up(), name="end the call with the third person")
            self._call.share_line(1)
            self.third_called.emit(None)

    async def close(self) -> None:
        """The conversation is over."""
        self._is_over = True
        if self.third_call is not None:
            third_call, self.third_call = self.third_call, None
            await third_call.hang_up()
