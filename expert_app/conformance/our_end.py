# SPDX-License-Identifier: GPL-3.0-only
"""Our end of a conversation with the end under test: what `desk_end` and `kiosk_end` have alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from session.bus.client import BusClient
from session.core.tasks import Tasks
from session.media.engines.plain_peer import PlainPeer
from session.protocol.conversation.messages import SessionMessage
from session.protocol.endpoints.chunks import TOPIC as CHUNK
from session.protocol.endpoints.chunks import headers_of, piece


class OurEnd:
    """A desk or a kiosk without a window.

    Attributes:
        peer: of the newest call; `call_id` its id, "" before.
        received: what the end under test said, opened where it was sealed.
    """

    def __init__(self, bus: BusClient, *, tasks: Tasks) -> None:
        self.peer: PlainPeer | None = None
        self.call_id = ""
        self.received: list[SessionMessage] = []
        self._bus = bus
        self._tasks = tasks

    async def close(self) -> None:
        """Go, as by a power cut: nothing is said."""
        await self.close_call()
        await self._bus.close()

    async def say(self, session: str, topic: str, message: SessionMessage) -> None:
        """Say something to the end under test. Raises `BusUnreachable`."""
        await self._bus.channel(session).send(topic, message)

    async def say_raw(
        self, session: str, topic: str, payload: bytes, headers: Mapping[str, str]
    ) -> None:
        """Send bytes to the end under test. Raises `BusUnreachable`."""
        await self._bus.channel(session).send_raw(topic, payload, headers)

    async def say_chunks(
        self, session: str, item: str, data: bytes, *, count: int, indexes: Iterable[int]
    ) -> None:
        """Send these of the chunks into which an item is cut. Raises `BusUnreachable`."""
        for index in indexes:
            part = piece(data, count, index)
            await self.say_raw(session, CHUNK, part, headers_of(item, index))

    async def close_call(self) -> None:
        """Let nothing travel any more."""
        peer, self.peer, self.call_id = self.peer, None, ""
        if peer is not None:
            await peer.close()

    def media_count(self) -> int:
        """Return how many pictures and pieces of voice came in the present call."""
        if self.peer is None:
            return 0
        return self.peer.frames + self.peer.audio_packets

    def has_media(self) -> bool:
        """True if picture and voice have come in the present call."""
        peer = self.peer
        return peer is not None and peer.frames > 0 and peer.audio_packets > 5
