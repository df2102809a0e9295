# SPDX-License-Identifier: GPL-3.0-only
"""One test of the line to the hub: a few hundred kilobytes, up and down. Used by the kiosk now and
then, and by a desk: before the first caller, and when its person lets the helpdesk measure.

Small pieces, three on the way at once: enough to fill a rural line, and what is left on it when a
caller presses the button is gone in half a second. Of a line wider than some 5 Mb/s it finds less
than there is, and more than a call needs. The hub's end is `session.hub.queue.line_quality`.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable

from session.core.clock import Clock
from session.protocol.hub.line_probe import LineProbe, LineProbed
from session.protocol.hub.line_rates import LineRates

PIECE_BYTES = 12 * 1024
IN_FLIGHT = 3
MOST_BYTES = 144 * 1024
"""Each way."""

MOST_S = 4.0
HEADERS = 1.06
"""Bytes on the line for one of ours: TCP, IP and TLS."""

LEAST_PIECES = 4

LEAST_KBPS, SLOW_MS = 150.0, 300.0
"""A line that carries less is narrow for a call; one that takes longer there and back is slow."""

Ask = Callable[[LineProbe], Awaitable[LineProbed]]


class LineTest:
    """Args: ask: asks the hub. go_on: False ends a test: the line is somebody's."""

    def __init__(self, ask: Ask, go_on: Callable[[], bool], *, clock: Clock) -> None:
        self._ask = ask
        self._go_on = go_on
        self._clock = clock

    async def run(self) -> LineRates | None:
        """Return what the line carries; None when it was ended, or nobody can say.
        Raises `SessionError`.
        """
        rtt_ms = await self._round_trip_ms()
        filler = secrets.token_urlsafe(PIECE_BYTES)[:PIECE_BYTES]
        up_kbps = await self._rate_kbps(LineProbe(filler=filler))
        down_kbps = await self._rate_kbps(LineProbe(want_bytes=PIECE_BYTES))
        if up_kbps is None or down_kbps is None:
            return None
        return LineRates(
            up_kbps=round(up_kbps),
            down_kbps=round(down_kbps),
            rtt_ms=rtt_ms,
            at_utc=self._clock.utc_now(),
        )

    async def _round_trip_ms(self) -> float:
        """The quickest of three."""
        took_s = []
        for _ in range(3):
            began_s = self._clock.monotonic_s()
            await self._ask(LineProbe())
            took_s.append(self._clock.monotonic_s() - began_s)
        return round(min(took_s) * 1000, 1)

    async def _rate_kbps(self, probe: LineProbe) -> float | None:
        """Return the rate from the answer to the first pieces to the last one;
        None when nobody can say.

        What waits in buffers on this side does not count:
        the answers come as fast as the line takes the pieces.
        """
        began_s = self._clock.monotonic_s()
        done_s: list[float] = []
        pieces = iter(range(MOST_BYTES // PIECE_BYTES))

        async def worker() -> None:
            for _piece in pieces:
                await self._ask(probe)
                done_s.append(self._clock.monotonic_s())
                if not self._go_on() or done_s[-1] - began_s > MOST_S:
                    return

        workers = [asyncio.ensure_future(worker()) for _ in range(IN_FLIGHT)]
        try:
            await asyncio.gather(*workers)
        finally:
            for task in workers:
                task.cancel()
        if not self._go_on() or len(done_s) < LEAST_PIECES:
            return None
        # The first answers tell how long the way is, not how wide:
        # counted from when the line was full.
        from_piece = min(IN_FLIGHT, len(done_s) - 2)
        took_s = max(1e-4, done_s[-1] - done_s[from_piece - 1])
        return (len(done_s) - from_piece) * PIECE_BYTES * HEADERS * 8 / 1000 / took_s
