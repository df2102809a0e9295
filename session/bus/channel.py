# SPDX-License-Identifier: GPL-3.0-only
"""A session's way to its other end, over the bus and through the hub.
Made by `BusClient`, used by desk and kiosk.
"""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping

import msgspec

from session.bus.rate_limits import Bursts, RateLimits
from session.bus.sealing.channel import NO_KEY, SEALED_TOPICS, ChannelSeal
from session.bus.transport.connection import Incoming
from session.core.clock import Clock
from session.core.errors import (
    MessageMalformed,
    MessageTooLarge,
    NotAllowed,
    RateLimited,
    SessionError,
)
from session.core.field_types import NOT_DECODED
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.protocol.codec import decode_session, encode_session
from session.protocol.conversation.messages import MessageRefused, SessionMessage
from session.protocol.endpoints.channel import MessageHandler, MessageRate, RawHandler
from session.protocol.endpoints.chunks import parse_headers
from session.protocol.endpoints.refusals import END_TOPIC, HUB_TOPIC, LATE, Refusals
from session.protocol.message_rates import ORDINARY, QUIET_S, RAW_RATES, rate_of
from session.protocol.topics import (
    CHUNK_TOPIC,
    CONTROL_TOPICS,
    RAW_TOPICS,
    SEAL_TOPIC,
    SendingEnd,
    may_send,
    may_send_raw,
)
from session.protocol.wire.version import MAX_CHUNK_BYTES

log = logging.getLogger(__name__)

EARLY_LIMIT = 64
"""Messages per topic that are kept until the first listener of that topic comes;
older ones give way.
"""

NONSENSE = "what is not understood"
"""Counted together, whatever type it says it has."""

Publish = Callable[[str, bytes, Mapping[str, str] | None], Awaitable[None]]


class _Typed(msgspec.Struct):
    type: str = ""


def _type_of(payload: bytes) -> str:
    """The type that a message which is not taken says it has; "" when that cannot be read."""
    try:
        return msgspec.json.decode(payload, type=_Typed).type
    except NOT_DECODED:
        return ""


class BusChannel:
    """One session's `SessionChannel` (see `session.protocol.endpoints.channel`).

    What arrives on a topic before anybody listened to it is kept for the first listener:
    the other end may speak as soon as it knows of the session, a little before this end has built
    its parts.

    Args:
        me: which end this is; what only this end says is not taken from the other.
    """

    def __init__(
        self, session_id: str, publish: Publish, *, me: SendingEnd, tasks: Tasks, clock: Clock
    ) -> None:
        self.flooded: Signal[str] = Signal()
        self._clock = clock
        self._rates: dict[str, RateLimits] = {}
        self._bursts = Bursts(clock, QUIET_S)
        self._refusals = Refusals(self._send_refusal, tasks)
        self._other = me.other
        self._session_id = session_id
        self._publish = publish
        self._message_handlers: dict[str, list[MessageHandler]] = {}
        self._raw_handlers: dict[str, list[RawHandler]] = {}
        self._early: dict[str, deque[Incoming]] = {}
        self._seal: ChannelSeal | None = None

    @property
    def session_id(self) -> str:
        """The session."""
        return self._session_id

    @property
    def refused(self) -> Counter[str]:
        """The number of messages of the other end that were not taken, by code."""
        return self._refusals.by_code

    def refuse(
        self, topic: str, code: str, why: str = "", of: str = "", *, is_reported: bool = True
    ) -> None:
        """See `SessionChannel`."""
        self._refusals.refuse(topic, code, why, of, is_reported=is_reported)

    def protect(self, seal: ChannelSeal) -> None:
        """Seal all of the session and believe nothing unsealed from now on.
        Call it before anybody listens.
        """
        self._seal = seal
        seal.attach(self._publish, self._hand_out)
        seal.not_taken.connect(self._on_not_opened)
        for topic in [
            topic for topic in self._early if topic in SEALED_TOPICS or topic == SEAL_TOPIC
        ]:
            for message in self._early.pop(topic):
                seal.receive(topic, message)

    def _on_not_opened(self, refusal: tuple[str, SessionError]) -> None:
        """The seal could not open a message. Without a key in common it is nobody's mistake."""
        topic, error = refusal
        why = str(error.detail.get("why", ""))
        self.refuse(topic, error.code, why, is_reported=why != NO_KEY)

    def close(self) -> None:
        """The session is over."""
        if self._seal is not None:
            self._seal.close()

    async def _send_refusal(self, refused: MessageRefused) -> None:
        await self.send(END_TOPIC, refused)

    async def _send(self, topic: str, payload: bytes, headers: Mapping[str, str] | None) -> None:
        if self._seal is not None and topic in SEALED_TOPICS:
            await self._seal.send(topic, payload, headers or {})
        else:
            await self._publish(topic, payload, headers)

    async def send(self, topic: str, message: SessionMessage) -> None:
        """Sends a control message. Raises `BusUnreachable`, `MessageTooLarge`."""
        if topic not in CONTROL_TOPICS:
            raise ValueError(f"not a control topic: {topic}")
        await self._send(topic, encode_session(message), None)

    async def send_raw(self, topic: str, payload: bytes, headers: Mapping[str, str]) -> None:
        """Sends bytes on a raw topic. Raises `BusUnreachable`, `MessageTooLarge`."""
        if topic not in RAW_TOPICS:
            raise ValueError(f"not a raw topic: {topic}")
        if len(payload) > MAX_CHUNK_BYTES:
            raise MessageTooLarge(size_bytes=len(payload), limit_bytes=MAX_CHUNK_BYTES)
        await self._send(topic, payload, headers)

    def on_message(self, topic: str, handler: MessageHandler) -> Callable[[], None]:
        """Calls `handler` for each control message of `topic`; returns the call that stops it."""
        if topic not in CONTROL_TOPICS:
            raise ValueError(f"not a control topic: {topic}")
        handlers = self._message_handlers.setdefault(topic, [])
        handlers.append(handler)
        self._hand_out_early(topic)
        return lambda: handlers.remove(handler) if handler in handlers else None

    def on_raw(self, topic: str, handler: RawHandler) -> Callable[[], None]:
        """Calls `handler` with payload and headers for each raw payload of `topic`;
        returns the call that stops it.
        """
        if topic not in RAW_TOPICS:
            raise ValueError(f"not a raw topic: {topic}")
        handlers = self._raw_handlers.setdefault(topic, [])
        handlers.append(handler)
        self._hand_out_early(topic)
        return lambda: handlers.remove(handler) if handler in handlers else None

    def _hand_out_early(self, topic: str) -> None:
        for message in self._early.pop(topic, ()):
            self._hand_out(topic, message)

    def deliver(self, topic: str, message: Incoming) -> None:
        """Takes what the bus brought for this session; the other end is told of wrong messages."""
        if topic == HUB_TOPIC:  # the hub says it, sealed conversation or not
            self._hand_out(END_TOPIC, message)
        elif self._seal is not None and (topic in SEALED_TOPICS or topic == SEAL_TOPIC):
            self._seal.receive(topic, message)
        else:
            self._hand_out(topic, message)

    def _hand_out(self, topic: str, message: Incoming) -> None:
        if topic in RAW_TOPICS:
            self._deliver_raw(topic, message)
        elif topic in CONTROL_TOPICS:
            self._deliver_message(topic, message)
        else:
            self.refuse(topic, MessageMalformed.code, "unknown topic")

    def takes(self, topic: str, kind: str, rate: MessageRate, amount: float = 1.0) -> bool:
        """See `SessionChannel`."""
        if self._may_say(kind, rate, amount):
            return True
        self._leave_out(topic, kind, rate)
        return False

    def _may_say(self, kind: str, rate: MessageRate, amount: float = 1.0) -> bool:
        """False when the other end says this more often than the table has it."""
        if kind not in self._rates:
            self._rates[kind] = RateLimits(self._clock, rate.per_s, burst=rate.burst)
        return self._rates[kind].take(kind, amount)

    def _leave_out(self, topic: str, kind: str, rate: MessageRate) -> None:
        """Too much of this comes; the first of a burst is told at both ends."""
        is_first = self._bursts.begins(kind)
        why = f"more than {rate.burst} at once and {rate.per_s:g} a second"
        self.refuse(topic, RateLimited.code, why, kind, is_reported=is_first)
        if is_first:
            self.flooded.emit(topic)

    def _keep_early(self, topic: str, message: Incoming) -> None:
        early = self._early.setdefault(topic, deque(maxlen=EARLY_LIMIT))
        if len(early) == EARLY_LIMIT:
            is_reported = self._bursts.begins(f"early {topic}")
            self.refuse(topic, RateLimited.code, "nobody listens yet", is_reported=is_reported)
        early.append(message)

    def _deliver_raw(self, topic: str, message: Incoming) -> None:
        if not may_send_raw(topic, self._other):
            self.refuse(topic, NotAllowed.code, "not from this end")
            return
        if not self._may_say(topic, RAW_RATES[topic]):
            self._leave_out(topic, topic, RAW_RATES[topic])
            return
        try:
            if topic == CHUNK_TOPIC:
                parse_headers(message.headers)
        except MessageMalformed as error:
            self.refuse(topic, error.code, str(error.detail["why"]))
            return
        if topic not in self._raw_handlers:
            self._keep_early(topic, message)
            return
        handlers = list(self._raw_handlers[topic])
        if not handlers:
            self.refuse(topic, LATE, is_reported=False)
        for handler in handlers:
            handler(message.payload, message.headers)

    def _deliver_message(self, topic: str, message: Incoming) -> None:
        if topic not in self._message_handlers:
            self._keep_early(topic, message)
            return
        try:
            decoded = decode_session(message.payload)
            kind = type(decoded)
            if not self._may_say(kind.__name__, rate_of(kind)):
                self._leave_out(topic, kind.__name__, rate_of(kind))
                return
            if not may_send(kind, topic, self._other):
                raise NotAllowed(why=f"not from a {self._other} on this topic")
        except SessionError as error:
            if not self._may_say(NONSENSE, ORDINARY):
                self._leave_out(topic, NONSENSE, ORDINARY)
                return
            why = str(error.detail.get("why", "")) or _numbers(error)
            self.refuse(topic, error.code, why, _type_of(message.payload))
            return
        if isinstance(decoded, MessageRefused):
            log.warning(
                "a message of ours on %s was not taken: %s %s (%s)",
                decoded.topic,
                decoded.code,
                decoded.of,
                decoded.why,
            )
        handlers = list(self._message_handlers[topic])
        if not handlers:
            self.refuse(topic, LATE, is_reported=False)
        for handler in handlers:
            handler(decoded)


def _numbers(error: SessionError) -> str:
    """The values of an error that has no words of its own: "theirs 9, ours 1"."""
    return ", ".join(f"{name} {value}" for name, value in error.detail.items())
