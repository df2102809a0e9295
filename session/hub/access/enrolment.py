# SPDX-License-Identifier: GPL-3.0-only
"""Enrols invited kiosks and people, and keeps the server's keys up to date with the identity book.
Used by the hub's program.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from session.bus.hub_connection import HubConnection
from session.bus.rate_limits import RateLimits
from session.bus.transport.connection import Incoming
from session.bus.transport.nkeys import is_signed
from session.core.clock import Clock
from session.core.computer import printable_name
from session.core.errors import (
    BusUnreachable,
    EnrolmentRefused,
    MessageMalformed,
    RateLimited,
    SessionError,
    SignOnNotOffered,
    SignOnRefused,
)
from session.core.spoken_letters import tidy_code
from session.core.tasks import Tasks
from session.hub.access.identities import IdentityBook, SignedOn
from session.hub.access.newcomers import (
    Knock,
    NewcomerQueue,
    Source,
    Standing,
    overstayed,
    source_of,
)
from session.hub.access.sign_on import SignOnGate
from session.protocol.codec import decode_request, encode
from session.protocol.hub.enrolment import (
    EnrolAnswer,
    EnrolRequest,
    Newcomer,
    SignOffRequest,
    SignOnAnswer,
    SignOnOffersAnswer,
    SignOnOffersRequest,
    SignOnRequest,
    SignOnTrouble,
    proof_text,
    sign_off_proof_text,
    sign_on_proof_text,
)
from session.protocol.hub.requests import Done, HubMessage, Refusal
from session.protocol.wire import subjects
from session.protocol.wire.program import ANSWER_TO

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

LOGGED_EACH_S = 10.0


_NEWCOMER: Any = Newcomer
_TOO_MANY = Refusal(code=RateLimited().code)

SIGNING_ON = 16
"""Sign-ons that wait for one provider at once: a slow one keeps nobody with a code waiting, and
nobody who signs on with another one.
"""

FINISH_FOR = timedelta(hours=2)
"""A conversation that goes on when the hours of a sign-on are over is finished, within this time.
"""

SIGN_ONS_KEPT = 200
"""Outcomes that are remembered for clients that ask again because the answer was lost."""


class Enrolment:
    """Answers `svc.enrol`, and reloads the server whenever the book has changed.

    Its messages come on a connection of its own: a flood of them is no matter of callers.

    Args:
        connection: into the hub's account, for nothing else.
        reload: takes the book's keys to the server;
            may raise a `SessionError`, then it is tried again.
        cut_off: ends connections of the server; nobody is cut off without it.
        standing: who is connected to the door now.
        sign_on: providers with which people sign on; None where only codes count.

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
        sign_on: SignOnGate | None = None,
    ) -> None:
        self._standing = standing
        self._sign_on = sign_on
        self._sign_ons: dict[SignOnRequest, asyncio.Task[SignedOn | SessionError]] = {}
        self.newcomers = NewcomerQueue(clock)
        self._connection = connection
        self._book = book
        self._reload = reload
        self._clock = clock
        self._tasks = tasks
        self._cut_off = cut_off
        self._closed_rate = RateLimits(clock, CLOSED_PER_S, burst=CLOSED_BURST)
        self._is_open = True
        self._repeat_until_s = float("-inf")
        self._flooding: set[Source] = set()
        self._answering: set[Source] = set()
        self._has_flood = asyncio.Event()
        self._has_news = asyncio.Event()
        self._applying = asyncio.Lock()
        self._running: list[asyncio.Task[None]] = []
        self._unsubscribe: Callable[[], None] | None = None

    async def start(self) -> None:
        """Opens the door; the server has been started with the book's keys."""
        self._running = [
            self._tasks.keep(self._poll, name="watch the book of identities"),
            self._tasks.keep(self._read, name="answer newcomers"),
            self._tasks.keep(self._cut_off_flooding, name="cut off whoever floods"),
            self._tasks.keep(self._clear_door, name="send away who stands at the door"),
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
            self._tasks.start(self._publish_answer(message, _TOO_MANY), name="refuse a newcomer")
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
            source = source_of(message)
            self._answering.add(source)
            try:
                answer = await self._answer(message)
            except MessageMalformed as error:
                await self._publish_answer(message, Refusal(code=error.code, detail=error.detail))
                self._cut_off_soon(source)
            except SessionError as error:
                await self._refuse(message, error)
                await asyncio.sleep(WRONG_PAUSE_S)
            except Exception:  # the boundary: whoever asks gets an answer, and the hub goes on
                log.exception("an enrolment failed")
                await self._publish_answer(message, Refusal(code="unexpected"))
            else:
                self._tasks.start(self._let_in(message, answer), name="let a newcomer in")
                continue
            self._answering.discard(source)

    async def _answer(self, message: Incoming) -> Awaitable[HubMessage]:
        """Return what will be answered. Raises what a newcomer is told at once."""
        if not self._is_open:
            await self._check_door()  # the invitation may be younger than our newest look
            if not self._is_open:
                raise EnrolmentRefused
        newcomer: Newcomer = decode_request(_NEWCOMER, message.payload)
        match newcomer:
            case SignOnOffersRequest():
                return self._offers()
            case SignOnRequest() as request:
                return self._signed_on(request)
            case SignOffRequest() as request:
                return self._signed_off(request)
            case EnrolRequest() as request:
                return await self._enrolled(request)

    async def _enrolled(self, request: EnrolRequest) -> Awaitable[HubMessage]:
        if not is_signed(request.key, proof_text(request.code, request.key), request.proof):
            raise EnrolmentRefused
        now = self._clock.utc_now()
        identity = await asyncio.to_thread(
            self._book.enrol,
            tidy_code(request.code),
            request.key,
            now,
            frozenset(request.roles),
            computer=printable_name(request.computer),
        )
        self._repeat_until_s = self._clock.monotonic_s() + REPEAT_S
        who = identity.organisation, identity.role.name.lower(), identity.user
        log.info("%s is enrolled", "/".join(who))
        answer = EnrolAnswer(
            organisation=identity.organisation, role=identity.role, user=identity.user
        )
        return self._applied(answer)

    async def _applied(self, answer: HubMessage) -> HubMessage:
        """The answer, once the server knows the key."""
        await self._apply()
        return answer

    # ---- sign-on with an organisation's provider

    async def _offers(self) -> HubMessage:
        if self._sign_on is not None:
            offers = await self._sign_on.offers()
        else:
            offers = []
        return SignOnOffersAnswer(offers=tuple(offers))

    async def _signed_on(self, request: SignOnRequest) -> HubMessage:
        """Asked again while or after the provider answers, it is the same sign-on: its code counts
        once.
        """
        if self._sign_on is None:
            raise SignOnNotOffered
        text = sign_on_proof_text(request.code, request.key)
        if not is_signed(request.key, text, request.proof):
            raise SignOnRefused(why=SignOnTrouble.PROOF)
        sign_on = self._sign_ons.get(request)
        if sign_on is None:
            at_once = [
                running_request
                for running_request, task in self._sign_ons.items()
                if running_request.offer == request.offer and not task.done()
            ]
            if len(at_once) >= SIGNING_ON:
                raise RateLimited
            sign_on = self._tasks.start(self._sign_on_once(request), name="sign somebody on")
            self._sign_ons[request] = sign_on
            while len(self._sign_ons) > SIGN_ONS_KEPT:
                del self._sign_ons[next(iter(self._sign_ons))]
        person = await asyncio.shield(sign_on)
        if isinstance(person, SessionError):
            raise person
        await self._apply()
        return SignOnAnswer(
            organisation=person.identity.organisation,
            role=person.identity.role,
            user=person.identity.user,
            until_utc=person.until_utc,
        )

    async def _sign_on_once(self, request: SignOnRequest) -> SignedOn | SessionError:
        assert self._sign_on is not None
        try:
            person = await self._sign_on.person(request)
            computer = printable_name(request.computer)
            now = self._clock.utc_now()
            await asyncio.to_thread(self._book.sign_on, person, now, computer=computer)
        except SessionError as error:
            return error
        log.info("%s signed on with %s", person.identity.user, person.offer)
        return person

    async def _signed_off(self, request: SignOffRequest) -> HubMessage:
        if not is_signed(request.key, sign_off_proof_text(request.key), request.proof):
            raise EnrolmentRefused
        await self.sign_off(request.key)
        return Done()

    async def sign_off(self, key: str) -> None:
        """Lets this key in no more; nothing happens to one that did not sign on."""
        if await asyncio.to_thread(self._book.sign_off, key):
            if self._sign_on is not None:
                await self._sign_on.signed_off(key)
            await self._apply()

    async def _let_in(self, message: Incoming, answer: Awaitable[HubMessage]) -> None:
        try:
            await self._publish_answer(message, await answer)
        except SessionError as error:
            await self._refuse(message, error)
        except Exception:  # the same boundary
            log.exception("a sign-on failed")
            await self._publish_answer(message, Refusal(code="unexpected"))
        finally:
            self._answering.discard(source_of(message))

    async def _refuse(self, message: Incoming, error: SessionError) -> None:
        log.info("an enrolment is refused: %s", error.code)
        await self._publish_answer(message, Refusal(code=error.code, detail=error.detail))

    async def _publish_answer(self, message: Incoming, answer: HubMessage) -> None:
        inbox = subjects.newcomers_inbox(message.headers.get(ANSWER_TO, ""))
        try:
            await self._connection.bus.publish(inbox or message.reply, encode(answer))
        except BusUnreachable:
            log.info("an answer to a newcomer is lost; the same request may be repeated")

    async def _cut_off_flooding(self) -> None:
        logged_s, count = float("-inf"), 0
        while True:
            await self._has_flood.wait()
            self._has_flood.clear()
            flooding, self._flooding = self._flooding, set()
            count += len(flooding)
            if self._clock.monotonic_s() - logged_s >= LOGGED_EACH_S:
                logged_s = self._clock.monotonic_s()
                log.warning("the door for newcomers is flooded; cut off by now: %d", count)
            if self._cut_off is not None:
                try:
                    await self._cut_off(flooding)
                except SessionError as error:
                    log.warning("they are not cut off: %s", error.code)
            await asyncio.sleep(CUT_OFF_PAUSE_S)

    async def _clear_door(self) -> None:
        """Send away whoever connects and says nothing: it takes the room of others."""
        while self._standing is not None and self._cut_off is not None:
            await asyncio.sleep(DOOR_LOOK_S)
            try:
                standing = await self._standing()
                leave = overstayed(standing, self.newcomers.waiting() | self._answering)
                if leave:
                    log.info("sent away from the door for newcomers: %d", len(leave))
                    await self._cut_off(leave)
            except SessionError as error:
                log.info("nobody looks at the door for newcomers: %s", error.code)

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(POLL_S)
            try:
                await self._check_door()
                await self._apply()
            except SessionError as error:
                log.warning("the server has not taken the keys yet: %s", error.code)

    async def _check_door(self) -> None:
        """Open the door if anybody is invited, or was let in a moment ago."""
        now = self._clock.utc_now()
        invited = await asyncio.to_thread(self._book.is_anybody_invited, now)
        repeats = self._clock.monotonic_s() < self._repeat_until_s
        self._is_open = invited or repeats or self._sign_on is not None
        for person in await asyncio.to_thread(self._book.ended_sign_ons, now):
            if not self._may_finish(person, now):
                await asyncio.to_thread(self._book.sign_off, person.key)

    def _may_finish(self, person: SignedOn, now: datetime) -> bool:
        """Nobody is cut out of a conversation because hours are over."""
        late = now - person.until_utc
        return (
            late < FINISH_FOR
            and self._sign_on is not None
            and self._sign_on.is_with_caller(person.identity)
        )

    async def _apply(self) -> None:
        """Takes every change to the server; returns once it has them all."""
        async with self._applying:
            revision = await asyncio.to_thread(self._book.wanted)
            if revision > await asyncio.to_thread(self._book.applied):
                await self._reload()
                await asyncio.to_thread(self._book.set_applied, revision)
