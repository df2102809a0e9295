# SPDX-License-Identifier: GPL-3.0-only
"""Hold and third people at the kiosk: stops and starts its calls as the ticket says. Used by `session.kiosk.live`.

A third person is named on the screen first; only when the banner has been painted is the hub told, and only when both
screens show it does the call with the third person begin.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

from session.clock import Clock
from session.errors import SessionError, TicketUnknown
from session.kiosk.call import CallMedia, CallPage, KioskCall
from session.notify import Notifier
from session.protocol.channel import SessionChannel
from session.protocol.session_messages import THIRD_TOPIC
from session.protocol.talk_messages import TalkAnswer
from session.protocol.talk_state import Talk, Third, ThirdState
from session.protocol.tickets import Ticket
from session.tasks import Tasks

log = logging.getLogger(__name__)

AGAIN_S = 1.0


class TalkAsker(Protocol):
    """What is needed of the link to the hub; `session.kiosk.link` has it."""

    async def talk(self, session_id: str) -> TalkAnswer:
        """Who is in the conversation, with names."""
        ...

    async def banner_shown(self, session_id: str, third: Third) -> None:
        """Our screen names the third person now."""
        ...


class KioskTalk:
    """One session's talk at the kiosk.

    Args:
        call: with the agent. page: runs the call with a third person, beside the first.

    Attributes:
        changed: the talk with names, at each change; a banner stands as long as there is a third person.
        third_call: the call with the third person, while there is one.
    """

    def __init__(
        self,
        channel: SessionChannel,
        call: KioskCall,
        page: CallPage,
        link: TalkAsker,
        clock: Clock,
        tasks: Tasks,
        media: CallMedia,
    ) -> None:
        self.changed: Notifier[TalkAnswer] = Notifier()
        self.talk = Talk()
        self.third_call: KioskCall | None = None
        self._channel, self._call, self._page, self._link = channel, call, page, link
        self._clock, self._tasks, self._media = clock, tasks, media
        self._acknowledged: Third | None = None

    def on_ticket(self, ticket: Ticket) -> None:
        """The ticket as the hub has it now."""
        talk = ticket.talk or Talk()
        if ticket.session != self._channel.session_id or talk == self.talk:
            return
        before, self.talk = self.talk, talk
        if talk.held != before.held:
            self._call.set_held(talk.held)
        if before.third is not None and (talk.third is None or not _same(before.third, talk.third)):
            self._end_third()
        self._follow_third()
        self._tasks.spawn(self._tell_names(), name="kiosk talk names")

    async def _tell_names(self) -> None:
        third = self.talk.third
        if third is None or third.state is ThirdState.CALLED:
            self.changed.emit(TalkAnswer(session_id=self._channel.session_id, talk=self.talk))
            return
        try:
            answer = await self._link.talk(self._channel.session_id)
        except SessionError as error:
            log.info("who has joined is not known yet: %s", error.code)
            return
        if self.talk.third is not None and answer.talk.third is not None and _same(answer.talk.third, self.talk.third):
            self.changed.emit(
                TalkAnswer(
                    session_id=answer.session_id, talk=self.talk, third_name=answer.third_name, by_name=answer.by_name
                )
            )

    def banner_painted(self, user: str) -> None:
        """The banner that names this third person has been painted: the hub may let it in."""
        third = self.talk.third
        if third is None or third.user != user or third.state is ThirdState.CALLED:
            return
        if self._acknowledged is not None and _same(self._acknowledged, third):
            return
        self._acknowledged = third
        self._tasks.spawn(self._acknowledge(third), name="kiosk banner shown")

    async def _acknowledge(self, third: Third) -> None:
        """Says it until the hub has heard it, as long as the same person is announced."""
        while self._acknowledged is third:
            try:
                await self._link.banner_shown(self._channel.session_id, third)
            except TicketUnknown:
                return
            except SessionError as error:
                log.info("the banner is not acknowledged yet: %s", error.code)
                await asyncio.sleep(AGAIN_S)
            else:
                return

    def _follow_third(self) -> None:
        third = self.talk.third
        if self.third_call is not None:
            self.third_call.set_held(self.talk.held)
        elif third is not None and third.state is ThirdState.IN:
            self._call.share_line(2)
            self.third_call = KioskCall(
                self._channel,
                self._page,
                self._clock,
                self._tasks,
                self._clock.monotonic_s(),
                self._media,
                topic=THIRD_TOPIC,
                peer="third",
                sharers=2,
            )
            self.third_call.start(held=self.talk.held)

    def _end_third(self) -> None:
        self._acknowledged = None
        if self.third_call is not None:
            third_call, self.third_call = self.third_call, None
            self._tasks.spawn(third_call.hang_up(), name="end the call with the third person")
            self._call.share_line(1)

    async def close(self) -> None:
        """The conversation is over."""
        if self.third_call is not None:
            third_call, self.third_call = self.third_call, None
            await third_call.hang_up()


def _same(one: Third, other: Third) -> bool:
    return (one.role, one.user, one.at_utc) == (other.role, other.user, other.at_utc)
