# SPDX-License-Identifier: GPL-3.0-only
"""Seals what the two ends of a session send each other, so that the hub only passes it on.
Used by `BusChannel`.

The desk begins (`session.desk.sealing`): a fresh key, signed, with its vault's certificate. The
kiosk checks them and answers with a fresh key of its own (`session.kiosk.sealing`). Whoever
restarts makes a new key, so nothing recorded opens again. What is sent before there is a key waits
here; what comes under no key that we know is dropped, as a bad connection would drop it.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from session.bus.sealing.box import SEAL_HEADER, SealBox, Stamp, shared
from session.bus.transport.connection import Incoming
from session.core.errors import BusUnreachable, SealBroken, SessionError
from session.core.field_types import NOT_DECODED
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.protocol.topics import ASIDE_TOPIC, CONTROL_TOPICS, RAW_TOPICS, SEAL_TOPIC, THIRD_TOPIC

log = logging.getLogger(__name__)

SEALED_TOPICS = frozenset({*CONTROL_TOPICS, *RAW_TOPICS}) - {SEAL_TOPIC, THIRD_TOPIC, ASIDE_TOPIC}
"""All but the calls with a third person, who is no end of the session."""

NO_KEY = "no key"
"""Why a message cannot be opened after a restart of either end."""

WAITING = 2000
"""Messages kept until there is a key."""

Publish = Callable[[str, bytes, Mapping[str, str] | None], Awaitable[None]]
Deliver = Callable[[str, Incoming], None]


class ChannelSeal(Protocol):
    """One end's sealing of one session."""

    refused: Signal[SessionError]
    not_taken: Signal[tuple[str, SessionError]]

    def attach(self, publish: Publish, deliver: Deliver) -> None:
        """Called once by the channel: how to publish, and where opened messages go."""
        ...

    async def send(self, topic: str, payload: bytes, headers: Mapping[str, str]) -> None:
        """Sends it sealed, now or as soon as there is a key.
        Raises `BusUnreachable` when too much waits.
        """
        ...

    def receive(self, topic: str, message: Incoming) -> None:
        """Takes what came on the topic "seal" or on a sealed one."""
        ...

    def close(self) -> None:
        """The session is over."""
        ...


class SealBase:
    """The behaviour that both ends share once they have a key.

    Attributes:
        refused: the other end cannot be believed, or a message could not be opened; once per kind.
        not_taken: (topic, why) of each message that could not be opened.
        dropped: how many there were.
    """

    def __init__(self, organisation: str, session_id: str, *, tasks: Tasks) -> None:
        self.refused: Signal[SessionError] = Signal()
        self.not_taken: Signal[tuple[str, SessionError]] = Signal()
        self.dropped = 0
        self._purpose = f"session\n{organisation}\n{session_id}"
        self._tasks = tasks
        self._box: SealBox | None = None
        self._before: SealBox | None = None
        self._waiting: deque[tuple[str, bytes, Mapping[str, str]]] = deque()
        self._logged: set[str] = set()
        self._lock = asyncio.Lock()
        self._publish: Publish = _nowhere
        self._deliver: Deliver = lambda topic, message: None

    @property
    def is_sealed(self) -> bool:
        """True once there is a key."""
        return self._box is not None

    def attach(self, publish: Publish, deliver: Deliver) -> None:
        """See `ChannelSeal.attach`."""
        self._publish = publish
        self._deliver = deliver

    async def send(self, topic: str, payload: bytes, headers: Mapping[str, str]) -> None:
        """See `ChannelSeal.send`."""
        if self._box is None or self._waiting:
            if len(self._waiting) >= WAITING:
                raise BusUnreachable(why="seal")
            self._waiting.append((topic, payload, headers))
            if self._box is not None:
                await self._send_waiting()
            return
        await self._send_sealed(self._box, topic, payload, headers)

    async def _send_sealed(
        self, box: SealBox, topic: str, payload: bytes, headers: Mapping[str, str]
    ) -> None:
        stamp, sealed = box.seal(topic, _packed(payload, headers))
        await self._publish(topic, sealed, {SEAL_HEADER: str(stamp)})

    async def _send_waiting(self) -> None:
        async with self._lock:  # one at a time, or what waits would leave in another order
            while self._waiting and self._box is not None:
                await self._send_sealed(self._box, *self._waiting[0])
                self._waiting.popleft()

    def _take_box(self, box: SealBox) -> None:
        self._before = self._box
        self._box = box
        self._tasks.start(self._flush(), name="send what waited for a key")

    async def _flush(self) -> None:
        try:
            await self._send_waiting()
        except BusUnreachable:
            log.info("what waits for a key waits for the connection too")

    def receive(self, topic: str, message: Incoming) -> None:
        """See `ChannelSeal.receive`."""
        try:
            if topic == SEAL_TOPIC:
                self._on_seal(message)
                return
            stamp = Stamp.read(message.headers.get(SEAL_HEADER, ""))
            box = next(
                (
                    candidate
                    for candidate in (self._box, self._before)
                    if candidate and candidate.epoch == stamp.epoch
                ),
                None,
            )
            if box is None:
                self._on_unknown()
                raise SealBroken(why=NO_KEY)
            payload, headers = _unpacked(box.open(topic, stamp, message.payload))
        except SessionError as error:
            self._refuse(error)
            self.not_taken.emit((topic, error))
            return
        self._deliver(topic, Incoming(message.subject, payload, headers, message.reply))

    def _refuse(self, error: SessionError) -> None:
        self.dropped += 1
        why = f"{error.code} {error.detail.get('why', '')}"
        if why not in self._logged:
            self._logged.add(why)
            log.warning("a message of the session was not taken: %s", why)
        # a restart or an old message is nobody's trouble
        if error.detail.get("why") not in (NO_KEY, "stamp"):
            self.refused.emit(error)

    def _on_seal(self, message: Incoming) -> None:
        raise NotImplementedError

    def _on_unknown(self) -> None:
        return

    def close(self) -> None:
        """See `ChannelSeal.close`."""
        self._waiting.clear()


async def _nowhere(topic: str, payload: bytes, headers: Mapping[str, str] | None) -> None:
    raise BusUnreachable(why="seal")


def _packed(payload: bytes, headers: Mapping[str, str]) -> bytes:
    """Headers are as private as the rest: two bytes of length, their JSON, the payload."""
    if headers:
        text = json.dumps(dict(headers)).encode()
    else:
        text = b""
    return len(text).to_bytes(2, "big") + text + payload


def _unpacked(data: bytes) -> tuple[bytes, dict[str, str]]:
    """Raises `SealBroken`: the other end has the key, and writes what it likes."""
    end = 2 + int.from_bytes(data[:2], "big")
    try:
        if end > 2:
            headers = msgspec.json.decode(data[2:end], type=dict[str, str])
        else:
            headers = {}
    except NOT_DECODED as error:
        raise SealBroken(why="headers") from error
    return data[end:], headers


def agree(
    mine: X25519PrivateKey, theirs: str, keys: tuple[str, str], purpose: str, *, opens_first: bool
) -> SealBox:
    """The box of two fresh keys; `keys` are (desk's, kiosk's), public."""
    return SealBox(shared(mine, theirs), "\n".join(keys), purpose=purpose, opens_first=opens_first)
