# SPDX-License-Identifier: GPL-3.0-only
"""A picture's packets on their way out, while the next picture is filmed and encoded.
Used by `aiortc_internals`.

Pictures are of different sizes: one may take three times as long to leave as the camera needs for
the next. A sender that films the next one only when the last has left loses one of twenty (measured
on 512 kb/s: 23.6 instead of 25 a second).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from session.media.video.packet_pacer import HEADERS_BYTES, PacketPacer

MOST_WAITING_S = 0.04
"""How much of the last pictures may still wait when the next one is filmed: a picture that waits
gets old.
"""


class PacketQueue[Packet]:
    """Sends what is put into it, at the pacer's pace, while `run` runs."""

    def __init__(self, pacer: PacketPacer, send: Callable[[Packet], Awaitable[None]]) -> None:
        self._pacer, self._send = pacer, send
        self._waiting: deque[tuple[Packet, int]] = deque()
        self._bytes = 0
        self._filled = asyncio.Event()
        self._error: Exception | None = None

    def put(self, packet: Packet, payload_bytes: int) -> None:
        """Takes a packet of so many bytes."""
        self._waiting.append((packet, payload_bytes))
        self._bytes += payload_bytes + HEADERS_BYTES
        self._filled.set()

    async def wait_for_space(self) -> None:
        """Waits until no more than `MOST_WAITING_S` of packets wait. Raises the error that has
        ended the sending.
        """
        while True:
            if self._error is not None:
                raise self._error
            too_long_s = self._pacer.behind_s(self._bytes) - MOST_WAITING_S
            if too_long_s <= 0:
                return
            await asyncio.sleep(too_long_s)

    async def run(self) -> None:
        """Sends until it is cancelled, or until a packet cannot be sent."""
        try:
            while True:
                await self._filled.wait()
                packet, payload_bytes = self._waiting.popleft()
                if not self._waiting:
                    self._filled.clear()
                self._bytes -= payload_bytes + HEADERS_BYTES
                await self._pacer.wait(payload_bytes)
                await self._send(packet)
        except Exception as error:
            self._error = error
