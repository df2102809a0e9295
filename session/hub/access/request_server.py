# SPDX-License-Identifier: GPL-3.0-only
"""Answers requests: the subject says who asks, `ALL_VERBS` who may, a handler answers.
Used by `session.hub.composition`.

Role and user come from the subject alone, which the server enforces; never from the payload.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from session.bus.hub_connection import HubConnection
from session.bus.rate_limits import RateLimits
from session.bus.request_context import (
    RequestContext,
    answered_request,
    answering,
    read_context,
)
from session.bus.transport.connection import Incoming
from session.core.clock import Clock
from session.core.computer import printable_name
from session.core.errors import (
    BusUnreachable,
    NotAllowed,
    RateLimited,
    SessionError,
    StoreUnreachable,
)
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.hub.access.flood_watch import FloodWatch
from session.hub.access.handlers import Asker, Handler, answer_bytes
from session.hub.access.pages import PagedAnswers
from session.protocol.codec import decode_request, encode
from session.protocol.hub.requests import HubMessage, Refusal
from session.protocol.verbs import ALL_VERBS
from session.protocol.wire.program import COMPUTER, DESK
from session.protocol.wire.roles import Role

log = logging.getLogger(__name__)

PER_S, BURST = 20.0, 100.0
"""What a person's clicks need, with room for a desk that starts."""

SUBJECT, TO_ALL = "svc.*.*.*.*", "all.*.*.*.*"
"""One hub gets the first, each hub the second."""

MOST_REPLIES = 4
"""So many times one request in hand is answered; an honest client asks twice."""

FINISH_S = 5.0
"""How long a hub that stops goes on with what it has begun:
longer than a client waits for an answer.
"""

REFUSED_PER_S, REFUSED_BURST = 20.0, 200.0
"""So many requests over the limit are refused in words;
who goes on all the same gets no answer and costs no work.
"""

LOGGED_PER_S, LOGGED_BURST = 0.2, 20.0
"""Refusals of one client that stand in the hub's log: nobody writes it full."""

BULK = frozenset(
    {
        "upload_chunk",
        "document",
        "export_part",
        "library_document",
        "log",
        "read_log",
        "read_events",
        "vault_ends",
        "vault_owned",
    }
)
BULK_PER_S, BULK_BURST = 1000.0, 2000.0
"""Parts of documents and logs come one after the other, as fast as the line allows; a vault is one
client that asks for all its organisation's desks and kiosks.
"""


class AnsweredRequest(NamedTuple):
    """One request: seconds until its answer, and the code of its refusal, "" for none."""

    verb: str
    seconds: float
    code: str


@dataclass
class RequestCounts:
    """A hub's counts since its start.

    Attributes:
        dropped: not even refused, because there were too many.
        late: not begun, because nobody waited for the answer any more.
        odd_headers: which could not be a trace id or seconds, and were left aside.
    """

    answered: int = 0
    refused: int = 0
    dropped: int = 0
    late: int = 0
    odd_headers: int = 0


Forward = Callable[[Asker, str, bytes], Awaitable[bytes | None]]
"""(asker, verb, payload) -> what another network answers, None when the question is for us. May
raise a session error, which refuses the request.
"""


class _NobodyWaits(Exception):
    """The time of a request is over before it was begun."""


def _check_time() -> None:
    if answered_request().is_late:
        raise _NobodyWaits


StillAllowed = Callable[[Asker, HubMessage], Awaitable[None]]


async def _role_alone(asker: Asker, request: HubMessage) -> None:
    return None


async def _nobody(asker: Asker, verb: str, payload: bytes) -> bytes | None:
    return None


class _RequestsInHand:
    """Requests that are being answered, each with the subjects that its answer goes to.

    A client that hears nothing for a while asks all hubs (`session.bus.client.SECOND_S`). The hub
    that already has the request answers both questions with one answer; the others begin it.
    """

    def __init__(self) -> None:
        self._replies: dict[tuple[str, bytes], list[str]] = {}

    @contextlib.contextmanager
    def answering(self, message: Incoming) -> Iterator[list[str]]:
        """Gives the subjects for the answer; others may join them until this ends."""
        replies = [message.reply]
        is_first = self._replies.setdefault(_content(message), replies) is replies
        try:
            yield replies
        finally:
            if is_first:
                del self._replies[_content(message)]

    def replies(self, message: Incoming) -> list[str] | None:
        """Return where the answer of the same request goes;
        None for one that nobody has begun.
        """
        return self._replies.get(_content(message))


def _content(message: Incoming) -> tuple[str, bytes]:
    """Return what makes two requests the same: who asks what, whether of one hub or of all."""
    return message.subject.partition(".")[2], message.payload


class RequestServer:
    """Answers `svc.<organisation>.<role>.<user>.<verb>`, and `all...` for a hub that does not.

    Args:
        counts: written here, read by whoever reports on this hub.
        flood_watch: told what is not done, and of whom, and who sends more than every limit.
        forward: asks another network first, where the asker's caller is there.
        still_allowed: asked before a page of an answer that is kept: raises when what the answer
            was given for has been taken away since.

    Attributes:
        received: each request that is within the limits, before its answer.
        answered: each request, once its answer is known.
    """

    def __init__(
        self,
        connection: HubConnection,
        handlers: dict[str, Handler],
        *,
        clock: Clock,
        tasks: Tasks,
        counts: RequestCounts,
        flood_watch: FloodWatch,
        forward: Forward = _nobody,
        still_allowed: StillAllowed = _role_alone,
    ) -> None:
        if missing := set(ALL_VERBS) ^ set(handlers):
            raise ValueError(f"verbs without handler, or handlers without verb: {sorted(missing)}")
        self.counts = counts
        self._refused = flood_watch.refused
        self._on_excess = flood_watch.dropped
        self.received: Signal[Incoming] = Signal()
        self.answered: Signal[AnsweredRequest] = Signal()
        self._connection = connection
        self._handlers = handlers
        self._clock = clock
        self._tasks = tasks
        self._forward = forward
        self._still_allowed = still_allowed
        self._answering: set[asyncio.Task[None]] = set()
        self._in_hand = _RequestsInHand()
        self._pages = PagedAnswers(clock)
        self._rates = RateLimits(clock, PER_S, burst=BURST)
        self._bulk_rates = RateLimits(clock, BULK_PER_S, burst=BULK_BURST)
        self._refused_rates = RateLimits(clock, REFUSED_PER_S, burst=REFUSED_BURST)
        self._logged = RateLimits(clock, LOGGED_PER_S, burst=LOGGED_BURST)

    async def start(self) -> None:
        """Begins to answer; several hubs share the work."""
        await self._connection.hear(SUBJECT, self.take)
        await self._connection.hear(TO_ALL, self.take_again, shared=False)

    async def stop(self) -> None:
        """Takes no more requests; returns once those taken are answered.

        It drains instead of unsubscribing, because requests that the server has already sent here
        would be lost without a word. So one hub of several can be upgraded and no request is lost.
        """
        await self._connection.bus.drain(SUBJECT)
        await self._connection.bus.drain(TO_ALL)
        if self._answering:
            await asyncio.wait(self._answering, timeout=FINISH_S)
        with contextlib.suppress(StoreUnreachable):
            await self._connection.settle()

    def take(self, message: Incoming) -> None:
        """A request `svc.<organisation>.<role letter>.<user>.<verb>`, as the server or a partner's
        link proved it.
        """
        who, _, verb = message.subject.partition(".")[2].rpartition(".")
        if verb in BULK:
            rates = self._bulk_rates
        else:
            rates = self._rates
        within = rates.take(who)
        if not message.reply or (not within and not self._refused_rates.take(who)):
            self.counts.dropped += 1
            if message.reply:
                self._refused.note(who, verb, RateLimited.code, why="no longer answered")
            else:
                why = "no reply subject in its own inbox"
                self._refused.note(who, verb, NotAllowed.code, why=why)
            self._on_excess(who)
            return
        self.received.emit(message)
        context, odd_headers = read_context(message.headers)
        self.counts.odd_headers += odd_headers
        task = self._tasks.start_now(self._serve(message, context, within), name=f"answer {verb}")
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    def take_again(self, message: Incoming) -> None:
        """A request that a client repeats to all hubs, because it had no answer yet. The hub that
        has it in hand answers both.
        """
        replies = self._in_hand.replies(message)
        if replies is None:
            self.take(message)
        elif message.reply and len(replies) < MOST_REPLIES:
            replies.append(message.reply)
        else:
            self.counts.dropped += 1

    async def _serve(self, message: Incoming, context: RequestContext, within: bool) -> None:
        with answering(context), self._in_hand.answering(message) as replies:
            try:
                await self._answer_to(replies, message, within)
            except _NobodyWaits:
                self.counts.late += 1

    async def _answer_to(self, replies: list[str], message: Incoming, within: bool) -> None:
        since_s, code = self._clock.monotonic_s(), ""
        try:
            if not within:
                raise RateLimited
            answer = await self._answer(message)
            self.counts.answered += 1
        except SessionError as error:
            self.counts.refused += 1
            code = error.code
            self._note(message, error)
            answer = encode(Refusal(code=code, detail=error.detail))
        except _NobodyWaits:
            raise
        except Exception:  # the boundary: whoever asks gets an answer, and the hub goes on
            self.counts.refused += 1
            code = "unexpected"
            verb = message.subject.rpartition(".")[2]
            log.exception("a request failed: %s, trace %s", verb, answered_request().trace)
            answer = encode(Refusal(code=code))
        verb = message.subject.rpartition(".")[2]
        self.answered.emit(
            AnsweredRequest(
                verb if verb in ALL_VERBS else "unknown", self._clock.monotonic_s() - since_s, code
            )
        )
        try:
            for reply in replies:
                await self._connection.bus.publish(reply, answer)
        except BusUnreachable:
            log.info("an answer is lost, the bus is away; the same request may be repeated")

    def _note(self, message: Incoming, error: SessionError) -> None:
        who, _, verb = message.subject.partition(".")[2].rpartition(".")
        why = ", ".join(f"{name} {value}" for name, value in error.detail.items())
        self._refused.note(who, verb, error.code, why=why)
        if verb in ALL_VERBS and self._logged.take(who):
            trace = answered_request().trace
            log.info("%s of %s is refused: %s, trace %s", verb, who, error.code, trace)

    async def _answer(self, message: Incoming) -> bytes:
        _, organisation, letter, user, verb = message.subject.split(".")
        desk, computer = (message.headers.get(name, "") for name in (DESK, COMPUTER))
        asker = Asker(organisation, Role(letter), user, desk, printable_name(computer))
        kind = ALL_VERBS.get(verb)
        if kind is None:
            raise NotAllowed(why="unknown verb")
        if asker.role not in kind.roles:
            raise NotAllowed(why="role")
        request = decode_request(kind, message.payload)
        _check_time()
        forwarded_answer = await self._forward(asker, verb, message.payload)
        if forwarded_answer is not None:
            return forwarded_answer
        _check_time()
        answer: HubMessage | None = self._pages.rest(asker, request)
        if answer is None:
            answer = await self._handlers[verb](asker, request)
            self._pages.keep(asker, request, answer)
        else:
            await self._still_allowed(asker, request)
        return answer_bytes(request, answer)
