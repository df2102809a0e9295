# SPDX-License-Identifier: GPL-3.0-only
"""Enrols invited kiosks and people, and keeps the server's keys up to date with the identity book.
Used by the hub's program.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from session.bus.hub_connection import HubConnection
from session.bus.transport.connection import Incoming
from session.bus.transport.nkeys import is_signed
from session.core.clock import Clock
from session.core.errors import BusUnreachable, EnrolmentRefused, RateLimited, SessionError
from session.core.tasks import Tasks
from session.hub.access.identities import IdentityBook
from session.hub.access.rate_limits import RateLimits
from session.protocol.codec import decode_request, encode
from session.protocol.hub.enrolment import EnrolAnswer, EnrolRequest, proof_text, tidy_code
from session.protocol.hub.requests import HubMessage, Refusal
from session.protocol.wire import subjects

log = logging.getLogger(__name__)

PER_S, BURST = 1.0, 10.0
"""Codes that may be tried, by all newcomers together:
they share one identity, and guessing must stay hopeless.
"""

POLL_S = 0.3
"""Between two looks for a change that a command made: the time within which a lost key is dead."""


class Enrolment:
    """Answers `svc.enrol`, and reloads the server whenever the book has changed.

    Args:
        reload: takes the book's keys to the server;
            may raise a `SessionError`, then it is tried again.
    """

    def __init__(
        self,
        connection: HubConnection,
        book: IdentityBook,
        *,
        reload: Callable[[], Awaitable[None]],
        clock: Clock,
        tasks: Tasks,
    ) -> None:
        self._connection, self._book, self._reload = connection, book, reload
        self._clock, self._tasks = clock, tasks
        self._rates = RateLimits(clock, PER_S, burst=BURST)
        self._applying = asyncio.Lock()
        self._watch: asyncio.Task[None] | None = None
        self._unsubscribe: Callable[[], None] | None = None

    async def start(self) -> None:
        """Opens the door; the server has been started with the book's keys."""
        self._unsubscribe = await self._connection.serve(subjects.ENROL_AT_HUB, self._on_request)
        self._watch = self._tasks.start(self._poll(), name="watch the book of identities")

    async def stop(self) -> None:
        """Closes the door."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.wait([self._watch], timeout=2.0)
            self._watch = None

    def _on_request(self, message: Incoming) -> None:
        if message.reply:
            self._tasks.start(self._serve(message), name="answer a newcomer")

    async def _serve(self, message: Incoming) -> None:
        try:
            answer: HubMessage = await self._answer(message)
        except SessionError as error:
            log.info("an enrolment is refused: %s", error.code)
            answer = Refusal(code=error.code, detail=error.detail)
        except Exception:  # the boundary: whoever asks gets an answer, and the hub goes on
            log.exception("an enrolment failed")
            answer = Refusal(code="unexpected")
        try:
            await self._connection.bus.publish(message.reply, encode(answer))
        except BusUnreachable:
            log.info("an answer to a newcomer is lost; the same request may be repeated")

    async def _answer(self, message: Incoming) -> EnrolAnswer:
        if not self._rates.take("enrol"):
            raise RateLimited
        request = decode_request(EnrolRequest, message.payload)
        if not is_signed(request.key, proof_text(request.code, request.key), request.proof):
            raise EnrolmentRefused
        now = self._clock.utc_now()
        identity = await asyncio.to_thread(
            self._book.enrol, tidy_code(request.code), request.key, now, frozenset(request.roles)
        )
        await self._apply()
        return EnrolAnswer(
            organisation=identity.organisation, role=identity.role, user=identity.user
        )

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(POLL_S)
            try:
                await self._apply()
            except SessionError as error:
                log.warning("the server has not taken the keys yet: %s", error.code)

    async def _apply(self) -> None:
        """Takes every change to the server; returns once it has them all."""
        async with self._applying:
            wanted = await asyncio.to_thread(self._book.wanted)
            if wanted > await asyncio.to_thread(self._book.applied):
                await self._reload()
                await asyncio.to_thread(self._book.set_applied, wanted)
