# SPDX-License-Identifier: GPL-3.0-only
"""The duty of both ends to a third person's banner: the hub hears that it is on the screen.
Used by desk and kiosk.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

import msgspec

from session.core.errors import SessionError, TicketUnknown
from session.core.tasks import Tasks
from session.protocol.hub.talk_state import Talk, Third, ThirdState
from session.protocol.hub.third_parties import TalkAnswer

log = logging.getLogger(__name__)

AGAIN_S = 1.0


class TalkAsker(Protocol):
    """The part of the link to the hub that is needed; each end's link has it."""

    async def talk(self, session_id: str) -> TalkAnswer:
        """Return who is in the conversation, with names."""
        ...

    async def banner_shown(self, session_id: str, third: Third) -> None:
        """Our screen names the third person now."""
        ...


def same_third(first: Third, other: Third) -> bool:
    """True when both are one visit of one person, whatever its state."""
    return (first.role, first.user, first.at_utc) == (other.role, other.user, other.at_utc)


async def named_talk(
    session_id: str, link: TalkAsker, current_talk: Callable[[], Talk]
) -> TalkAnswer | None:
    """The talk with the third person's name, asked until the hub answers: who is in a conversation
    is named, whatever the line did when that was asked first. None when it is somebody else's or
    nobody's business any more.

    Args:
        current_talk: the talk as the ticket has it now; without a third person once it is over.
    """
    visitor = current_talk().third
    while visitor is not None:
        try:
            answer = await link.talk(session_id)
        except TicketUnknown:
            return None
        except SessionError as error:
            log.info("who has joined is not known yet: %s", error.code)
            await asyncio.sleep(AGAIN_S)
        else:
            answered, now = answer.talk.third, current_talk().third
            if answered is not None and now is not None and same_third(answered, now):
                return msgspec.structs.replace(answer, talk=current_talk())
            return None
        now = current_talk().third
        if now is None or not same_third(visitor, now):
            return None  # the change that says so asks for itself
    return None


class ThirdBanner:
    """Says to the hub, once for each visit and until it is heard, that the banner has been
    painted.
    """

    def __init__(self, session_id: str, link: TalkAsker, *, tasks: Tasks) -> None:
        self._session_id = session_id
        self._link = link
        self._tasks = tasks
        self._acknowledged: Third | None = None

    def painted(self, third: Third | None, user: str) -> None:
        """The screen names `user`: the hub may let it in, when that is the person of the ticket."""
        if third is None or third.user != user or third.state is ThirdState.CALLED:
            return
        if self._acknowledged is not None and same_third(self._acknowledged, third):
            return
        self._acknowledged = third
        self._tasks.start(self._acknowledge(third), name="banner shown")

    def gone(self) -> None:
        """The visit is over: nothing more is said of it."""
        self._acknowledged = None

    async def _acknowledge(self, third: Third) -> None:
        while self._acknowledged is third:
            try:
                await self._link.banner_shown(self._session_id, third)
            except TicketUnknown:
                return
            except SessionError as error:
                log.info("the banner is not acknowledged yet: %s", error.code)
                await asyncio.sleep(AGAIN_S)
            else:
                return
