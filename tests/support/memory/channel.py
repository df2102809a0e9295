# SPDX-License-Identifier: GPL-3.0-only
"""Two ends of a session in one process:
real encoding both ways, order kept, frames lost on request.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping

from session.core.errors import BusUnreachable, MessageMalformed, NotAllowed
from session.core.signals import Signal
from session.protocol.codec import decode_session, encode_session
from session.protocol.conversation.messages import MessageRefused, SessionMessage
from session.protocol.endpoints.channel import MessageHandler, MessageRate, RawHandler
from session.protocol.endpoints.chunks import parse_headers
from session.protocol.topics import SendingEnd, may_send


class MemoryChannel:
    """One end; `peer` is the other. `drop_raw` decides which raw payloads get lost; `cut` makes
    sending fail.

    `deaf`: what is sent to this end goes nowhere, as when the bus took it while this end's line was
    away. `me`: which end this is; the other refuses what this one must not say. None: nobody looks.
    `refused`: by code, what this end did not take.
    """

    def __init__(self, session_id: str, me: SendingEnd | None = None) -> None:
        self.session_id = session_id
        self.me = me
        self.refused: Counter[str] = Counter()
        self.flooded: Signal[str] = Signal()
        self.peer: MemoryChannel | None = None
        self.cut = self.deaf = False
        self.drop_raw: Callable[[str, bytes, Mapping[str, str]], bool] = (
            lambda topic, payload, headers: False
        )
        self.sent: list[SessionMessage] = []
        self._messages: dict[str, list[MessageHandler]] = {}
        self._raw: dict[str, list[RawHandler]] = {}

    async def send(self, topic: str, message: SessionMessage) -> None:
        if self.cut:
            raise BusUnreachable
        self.sent.append(message)
        payload = encode_session(message)
        asyncio.get_running_loop().call_soon(self._deliver, topic, payload)

    def _deliver(self, topic: str, payload: bytes) -> None:
        assert self.peer is not None
        if self.peer.deaf:
            return
        message = decode_session(payload)
        if self.me is not None and not may_send(type(message), topic, self.me):
            self.peer.refuse(topic, NotAllowed.code, "not from this end", type(message).__name__)
            return
        for handler in list(self.peer._messages.get(topic, [])):
            handler(message)

    def takes(self, topic: str, kind: str, rate: MessageRate, amount: float = 1.0) -> bool:
        return True

    def refuse(
        self, topic: str, code: str, why: str = "", of: str = "", *, is_reported: bool = True
    ) -> None:
        self.refused[code] += 1
        if is_reported and not self.cut:
            refused = MessageRefused(topic=topic, code=code, why=why, of=of)
            self.sent.append(refused)
            asyncio.get_running_loop().call_soon(self._deliver, "end", encode_session(refused))

    async def send_raw(self, topic: str, payload: bytes, headers: Mapping[str, str]) -> None:
        if self.cut:
            raise BusUnreachable
        if not self.drop_raw(topic, payload, headers):
            asyncio.get_running_loop().call_soon(
                self._deliver_raw, topic, bytes(payload), dict(headers)
            )

    def _deliver_raw(self, topic: str, payload: bytes, headers: Mapping[str, str]) -> None:
        assert self.peer is not None
        if self.peer.deaf:
            return
        try:
            if topic == "chunk":
                parse_headers(headers)
        except MessageMalformed as error:
            self.peer.refuse(topic, error.code, str(error.detail["why"]))
            return
        for handler in list(self.peer._raw.get(topic, [])):
            handler(payload, headers)

    def on_message(self, topic: str, handler: MessageHandler) -> Callable[[], None]:
        handlers = self._messages.setdefault(topic, [])
        handlers.append(handler)
        return lambda: handlers.remove(handler) if handler in handlers else None

    def on_raw(self, topic: str, handler: RawHandler) -> Callable[[], None]:
        handlers = self._raw.setdefault(topic, [])
        handlers.append(handler)
        return lambda: handlers.remove(handler) if handler in handlers else None


def channel_pair(session_id: str = "s1") -> tuple[MemoryChannel, MemoryChannel]:
    """(kiosk end, desk end)."""
    kiosk = MemoryChannel(session_id, SendingEnd.KIOSK)
    desk = MemoryChannel(session_id, SendingEnd.DESK)
    kiosk.peer, desk.peer = desk, kiosk
    return kiosk, desk
