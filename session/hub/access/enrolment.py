# SPDX-License-Identifier: GPL-3.0-only
"""Enrols invited kiosks and people, and keeps the server's keys up to date with the identity book.
Used by the hub's program.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection

from session.bus.hub_connection import HubConnection
from session.bus.transport.connection import Incoming
from session.bus.transport.nkeys import is_signed
from session.core.clock import Clock
from session.core.errors import (
    BusUnreachable,
    EnrolmentRefused,
    MessageMalformed,
    RateLimited,
    SessionError,
)
from session.core.spoken_letters import tidy_code
from session.core.tasks import Tasks
from session.hub.access.identities import Identity, IdentityBook
from session.hub.access.newcomers import (
    Knock,
    NewcomerQueue,
    Source,
    Standing,
    overstayed,
    source_of,
)
from session.hub.access.rate_limits import RateLimits
from session.protocol.codec import decode_request, encode
from session.protocol.hub.enrolment import EnrolAnswer, EnrolRequest, proof_text
from session.protocol.hub.requests import HubMessage, Refusal
from session.protocol.wire import subjects

log = logging.getLogger(__name__)

POLL_S = 0.3
"""Between two looks for a change that a command made: the time within which a lost key is dead."""

WRONG_PAUSE_S = 0.01
"""After each code that was none: at a hundred guesses a second by all newcomers together, an hour
finds one code of eight letters in three millions.
"""

REPEAT_S = 60.0
"""The door stays open so long after an enrolment: the same request may come again."""

CLOSED_PER_S, CLOSED_BURST = 5.0, 20.0
"""Messages that are read while nobody is invited, so that a late code is refused in words."""

CUT_OFF_PAUSE_S = 0.02
"""Connections that flood are cut off together, so often: each leaves the server as many answers to
wait for as it has sent messages.
"""

DOOR_LOOK_S = 1.0
"""Between two looks at who stands at the door without a word."""

TOLD_EACH_S = 10.0


_TOO_MANY = Refusal(code=RateLimited().code)


class Enrolment:
    """Answers `svc.enrol`, and reloads the server whenever the book has changed.

    Its messages come on a connection of its own: a flood of them is no matter of callers.

    Args:
        connection: into the hub's account, for nothing else.
        reload: takes the book's keys to the server;
            may raise a `SessionError`, then it is tried again.
        cut_off: ends connections of the server; nobody is cut off without it.
        standing: who is connected to the door now.

    Attributes:
        newcomers: who waits to be read.
    """

    def __init__(
        self,
        connection: HubConnection,
        book: IdentityBook,
        *,
        reload: Callable[[], Awaitable[None]],
        clock: Clock,
        tasks: Tasks,
        cut_off: Callable[[Collection[Source]], Awaitable[None]] | None = None,
        standing: Callable[[], Awaitable[Collection[Standing]]] | None = None,
    ) -> None:
        self._standing = standing
        self.newcomers = NewcomerQueue(clock)
        self._connection, self._book, self._reload = connection, book, reload
        self._clock, self._tasks, self._cut_off = clock, tasks, cut_off
        self._closed_rate = RateLimits(clock, CLOSED_PER_S, burst=CLOSED_BURST)
        self._is_open = True
        self._repeat_until_s = float("-inf")
        self._flooding: set[Source] = set()
        self._has_flood, self._has_news = asyncio.Event(), asyncio.Event()
        self._applying = asyncio.Lock()
        self._running: list[asyncio.Task[None]] = []
        self._unsubscribe: Callable[[], None] | None = None

    async def start(self) -> None:
        """Opens the door; the server has been started with the book's keys."""
        self._running = [
            self._tasks.start(self._poll(), name="watch the book of identities"),
            self._tasks.start(self._read(), name="answer newcomers"),
            self._tasks.start(self._end_floods(), name="cut off whoever floods"),
            self._tasks.start(self._clear_door(), name="send away who stands at the door"),
        ]
        self._unsubscribe = await self._connection.serve(subjects.ENROL_AT_HUB, self._on_request)

    async def stop(self) -> None:
        """Closes the door."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running, timeout=2.0)
        self._running = []

    def _on_request(self, message: Incoming) -> None:
        """Costs next to nothing, whatever comes."""
        if not message.reply:
            return
        is_read = self._is_open or self._closed_rate.take("closed")
        knock = self.newcomers.knock(message, is_read=is_read)
        if knock is Knock.WAITS:
            self._has_news.set()
        elif knock is Knock.REFUSED:
            self._tasks.start(self._say(message, _TOO_MANY), name="refuse a newcomer")
        elif knock is Knock.CUT_OFF:
            self._cut_off_soon(source_of(message))

    def _cut_off_soon(self, source: Source) -> None:
        """No program of ours sends so much, or what cannot be read."""
        self.newcomers.forget(source)
        if source.server:
            self._flooding.add(source)
            self._has_flood.set()

    async def _read(self) -> None:
        while True:
            while not self.newcomers:  # who came may have been cut off since
                self._has_news.clear()
                await self._has_news.wait()
            message = self.newcomers.next()
            try:
                identity = await self._identity(message)
            except MessageMalformed as error:
                await self._say(message, Refusal(code=error.code, detail=error.detail))
                self._cut_off_soon(source_of(message))
            except SessionError as error:
                log.info("an enrolment is refused: %s", error.code)
                await self._say(message, Refusal(code=error.code, detail=error.detail))
                await asyncio.sleep(WRONG_PAUSE_S)
            except Exception:  # the boundary: whoever asks gets an answer, and the hub goes on
                log.exception("an enrolment failed")
                await self._say(message, Refusal(code="unexpected"))
            else:
                self._tasks.start(self._let_in(message, identity), name="let a newcomer in")

    async def _identity(self, message: Incoming) -> Identity:
        """Whose code this is. Raises what a newcomer is told."""
        if not self._is_open:
            await self._look()  # the invitation may be younger than our newest look
            if not self._is_open:
                raise EnrolmentRefused
        request = decode_request(EnrolRequest, message.payload)
        if not is_signed(request.key, proof_text(request.code, request.key), request.proof):
            raise EnrolmentRefused
        now = self._clock.utc_now()
        return await asyncio.to_thread(
            self._book.enrol, tidy_code(request.code), request.key, now, frozenset(request.roles)
        )

    async def _let_in(self, message: Incoming, identity: Identity) -> None:
        self._repeat_until_s = self._clock.monotonic_s() + REPEAT_S
        try:
            await self._apply()
            answer: HubMessage = EnrolAnswer(
                organisation=identity.organisation, role=identity.role, user=identity.user
            )
        except SessionError as error:
            answer = Refusal(code=error.code, detail=error.detail)
        await self._say(message, answer)

    async def _say(self, message: Incoming, answer: HubMessage) -> None:
        try:
            await self._connection.bus.publish(message.reply, encode(answer))
        except BusUnreachable:
            log.info("an answer to a newcomer is lost; the same request may be repeated")

    async def _end_floods(self) -> None:
        told_s, count = float("-inf"), 0
        while True:
            await self._has_flood.wait()
            self._has_flood.clear()
            flooding, self._flooding = self._flooding, set()
            count += len(flooding)
            if self._clock.monotonic_s() - told_s >= TOLD_EACH_S:
                told_s = self._clock.monotonic_s()
                log.warning("the door for newcomers is flooded; cut off by now: %d", count)
            if self._cut_off is not None:
                try:
                    await self._cut_off(flooding)
                except SessionError as error:
                    log.warning("they are not cut off: %s", error.code)
            await asyncio.sleep(CUT_OFF_PAUSE_S)

    async def _clear_door(self) -> None:
        """Who connects and says nothing takes the room of others."""
        while self._standing is not None and self._cut_off is not None:
            await asyncio.sleep(DOOR_LOOK_S)
            try:
                leave = overstayed(await self._standing())
                if leave:
                    log.info("sent away from the door for newcomers: %d", len(leave))
                    await self._cut_off(leave)
            except SessionError as error:
                log.info("nobody looks at the door for newcomers: %s", error.code)

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(POLL_S)
            try:
                await self._look()
                await self._apply()
            except SessionError as error:
                log.warning("the server has not taken the keys yet: %s", error.code)

    async def _look(self) -> None:
        """Whether anybody is invited, or was let in a moment ago."""
        invited = await asyncio.to_thread(self._book.is_anybody_invited, self._clock.utc_now())
        self._is_open = invited or self._clock.monotonic_s() < self._repeat_until_s

    async def _apply(self) -> None:
        """Takes every change to the server; returns once it has them all."""
        async with self._applying:
            wanted = await asyncio.to_thread(self._book.wanted)
            if wanted > await asyncio.to_thread(self._book.applied):
                await self._reload()
                await asyncio.to_thread(self._book.set_applied, wanted)
