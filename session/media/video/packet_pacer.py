# SPDX-License-Identifier: GPL-3.0-only
"""Spreads a picture's packets over time, so that packets of voice pass between them.
Used by `aiortc_call` and `aiortc_internals`.

A key frame sent as one burst fills the queue of a rural line:
measured, a twentieth of all packets was lost in a call's first seconds, and voice waited 200 ms.

Pictures are of different sizes: one may take three times as long to leave as the camera needs for
the next. A sender that films the next one only when the last has left loses one of twenty (measured
on 512 kb/s: 23.6 instead of 25 a second).
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable

BURST_S = 0.005
MOST_OVERSLEPT_S = 0.1
"""A busy computer wakes us late. This much of the delay is made up for: at 2 Mb/s a pause comes
after each packet, and each delay would make its picture some milliseconds later.
"""

HEADERS_BYTES = 60
"""RTP with extensions, SRTP's tag, UDP and IP."""

REPEATED_SHARE = 0.3
"""Repeated packets may use this part of the rate: a flood of requests does not starve the picture.
"""

REPEATED_BURST_BYTES = 12_000

MOST_WAITING_S = 0.04
"""How much of the last pictures may still wait when the next one is filmed: a picture that waits
gets old.
"""


class PacketPacer:
    """The rate at which the picture's packets leave.

    Args:
        rate_bps: asked before each packet, so that it may follow the encoder's target.
        clock: monotonic seconds.
    """

    def __init__(
        self, rate_bps: Callable[[], float], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate_bps = rate_bps
        self._clock = clock
        self._free_at_s = 0.0
        self._overslept_s = 0.0
        self._repeat_bytes = float(REPEATED_BURST_BYTES)
        self._repeat_at_s = clock()

    def delay_s(self, payload_bytes: int) -> float:
        """Return how long this packet waits; it counts as sent then."""
        now_s = self._clock()
        if self._free_at_s < now_s - BURST_S - self._overslept_s:
            # there was nothing to send for a while
            self._free_at_s = now_s - BURST_S
            self._overslept_s = 0.0
        delay_s = self._free_at_s - now_s
        self._free_at_s += (payload_bytes + HEADERS_BYTES) * 8 / max(1.0, self._rate_bps())
        return max(0.0, delay_s)

    async def wait(self, payload_bytes: int) -> None:
        """Waits until this packet may leave."""
        delay_s = self.delay_s(payload_bytes)
        if delay_s > 0.002:
            due_s = self._clock() + delay_s
            await asyncio.sleep(delay_s)
            self.woke(due_s)

    def behind_s(self, waiting_bytes: int) -> float:
        """Return how long it is until the last of so many bytes (headers counted) may leave,
        after all that has been sent.
        """
        return max(0.0, self._free_at_s - self._clock()) + waiting_bytes * 8 / max(
            1.0, self._rate_bps()
        )

    def woke(self, due_s: float) -> None:
        """Takes note that a pause is over that should have ended at `due_s`."""
        self._overslept_s = min(MOST_OVERSLEPT_S, max(0.0, self._clock() - due_s))

    def may_repeat(self, payload_bytes: int) -> bool:
        """True if a lost packet may be sent again now."""
        now_s = self._clock()
        gained = max(0.0, now_s - self._repeat_at_s) * self._rate_bps() * REPEATED_SHARE / 8
        self._repeat_at_s = now_s
        self._repeat_bytes = min(REPEATED_BURST_BYTES, self._repeat_bytes + gained)
        if self._repeat_bytes < payload_bytes + HEADERS_BYTES:
            return False
        self._repeat_bytes -= payload_bytes + HEADERS_BYTES
        self.delay_s(payload_bytes)  # the picture's next packets wait for it
        return True


class PacketQueue[Packet]:
    """Sends what is put into it, at the pacer's pace, while `run` runs."""

    def __init__(self, pacer: PacketPacer, send: Callable[[Packet], Awaitable[None]]) -> None:
        self._pacer = pacer
        self._send = send
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
