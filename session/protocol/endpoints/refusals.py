# SPDX-License-Identifier: GPL-3.0-only
"""Tells the other end which of its messages are not taken. Used by both ends and their channel.

Whoever writes an end of their own learns so what is wrong, in their own program and at once. A
refusal is never answered, and there are few of them: two ends that do not understand each other
must not talk of that for ever.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Awaitable, Callable

from session.core.errors import RateLimited, SessionError
from session.core.tasks import Tasks
from session.protocol.conversation.messages import MessageRefused

log = logging.getLogger(__name__)

END_TOPIC = "end"
"""Where the two ends tell each other."""

HUB_TOPIC = "refused"
"""Where the hub tells an end; no end can speak there."""

MOST, IN_S = 10, 10.0
"""So many refusals in so many seconds; the others are only counted."""

LATE = "late"
"""Counted and not told: it answers something that is over by now."""


class Refusals:
    """The refusals that one end tells of the other's messages.

    Args:
        send: to the other end, on `END_TOPIC`.

    Attributes:
        by_code: messages that were not taken, told or not.
    """

    def __init__(self, send: Callable[[MessageRefused], Awaitable[None]], tasks: Tasks) -> None:
        self.by_code: Counter[str] = Counter()
        self._send = send
        self._tasks = tasks
        self._told_s: deque[float] = deque(maxlen=MOST)

    def refuse(
        self, topic: str, code: str, why: str = "", of: str = "", *, is_reported: bool = True
    ) -> None:
        """See `SessionChannel.refuse`."""
        self.by_code[code] += 1
        if not is_reported:
            return
        now_s = asyncio.get_running_loop().time()
        is_full = len(self._told_s) == MOST and now_s - self._told_s[0] < IN_S
        if is_full and code != RateLimited.code:  # that is told once for each burst
            return
        log.warning("a message on %s is refused: %s", topic, code)
        self._told_s.append(now_s)
        refused = MessageRefused(topic=topic, code=code, why=why[:200], of=of[:60])
        self._tasks.start(self._send_refusal(refused), name="refuse a message")

    async def _send_refusal(self, refused: MessageRefused) -> None:
        try:
            await self._send(refused)
        except SessionError as error:
            log.info("the other end is not told of its mistake: %s", error.code)
