# SPDX-License-Identifier: GPL-3.0-only
"""Measures the kiosk's line to the hub while nobody uses it: a few hundred kilobytes, now and then.
Built by the kiosk's wiring.

Small pieces, three on the way at once: enough to fill a rural line, and what is left on it when a
caller presses the button is gone in half a second. Of a line wider than some 5 Mb/s it finds less
than there is, and more than a call needs. The hub's end is `session.hub.queue.line_quality`.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable

import msgspec

from session.core.clock import Clock
from session.core.errors import SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.protocol.hub.history import LineSample
from session.protocol.hub.line_probe import LineProbe, LineProbed
from session.protocol.hub.line_rates import LineRates
from session.protocol.hub.requests import HubMessage

log = logging.getLogger(__name__)

PIECE_BYTES = 12 * 1024
IN_FLIGHT = 3
MOST_BYTES = 144 * 1024
"""Each way."""

MOST_S = 4.0
FIRST_S = 20.0
EVERY_S = 1800.0
AGAIN_S = 120.0
"""After a test that a caller ended, or the line."""

TICK_S = 2.0
HEADERS = 1.06
"""Bytes on the line for one of ours: TCP, IP and TLS."""

LEAST_PIECES = 4

Ask = Callable[[LineProbe], Awaitable[LineProbed]]


class LineMeasurement:
    """Tests the line of an idle kiosk.

    Args:
        ask: asks the hub.
        idle: nobody is here, no ticket waits, the bus is there.
        first_s: from the start to the first test.
        every_s: between two tests.

    Attributes:
        measured: what the line carries.
    """

    def __init__(
        self,
        ask: Ask,
        idle: Callable[[], bool],
        *,
        clock: Clock,
        tasks: Tasks,
        first_s: float = FIRST_S,
        every_s: float = EVERY_S,
    ) -> None:
        self.measured: Signal[LineRates] = Signal()
        self._ask = ask
        self._idle = idle
        self._clock = clock
        self._tasks = tasks
        self._every_s = every_s
        self._due_s = clock.monotonic_s() + first_s
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to look for quiet moments."""
        self._tasks.start(self._watch(), name="line-test")

    def cancel(self) -> None:
        """Somebody is here: the line is theirs at once.
        A test that was running is made again later.
        """
        if self._running is not None and not self._running.done():
            self._running.cancel()
            self._due_s = self._clock.monotonic_s() + AGAIN_S

    async def measure_now(self) -> LineRates | None:
        """A test at once; None when somebody is here, or the line did not bear it."""
        if not self._idle():
            return None
        if self._running is None or self._running.done():
            self._due_s = self._clock.monotonic_s() + self._every_s
            self._running = self._tasks.start(self._test(), name="line-test-run")
        found: list[LineRates] = []
        forget = self.measured.connect(found.append)
        try:
            await asyncio.wait([self._running])
        finally:
            forget()
        return found[-1] if found else None

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            self.tick()

    def tick(self) -> None:
        """Starts a test when one is due and nobody is here; ends one that is in somebody's way."""
        if not self._idle():
            self.cancel()
        elif self._clock.monotonic_s() >= self._due_s and (
            self._running is None or self._running.done()
        ):
            self._due_s = self._clock.monotonic_s() + self._every_s
            self._running = self._tasks.start(self._test(), name="line-test-run")

    async def _test(self) -> None:
        try:
            rtt_ms = await self._round_trip_ms()
            filler = secrets.token_urlsafe(PIECE_BYTES)[:PIECE_BYTES]
            up_kbps = await self._rate_kbps(LineProbe(filler=filler))
            down_kbps = await self._rate_kbps(LineProbe(want_bytes=PIECE_BYTES))
        except SessionError as error:
            log.info("the line could not be measured: %s", error.code)
            self._due_s = self._clock.monotonic_s() + AGAIN_S
            return
        if up_kbps is None or down_kbps is None:
            self._due_s = self._clock.monotonic_s() + AGAIN_S
            return
        log.info(
            "the line carries %.0f kb/s up, %.0f kb/s down, %.0f ms", up_kbps, down_kbps, rtt_ms
        )
        self.measured.emit(
            LineRates(
                up_kbps=round(up_kbps),
                down_kbps=round(down_kbps),
                rtt_ms=rtt_ms,
                at_utc=self._clock.utc_now(),
            )
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
        """From the answer to the first pieces to the last one; None when nobody can say.

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
                if not self._idle() or done_s[-1] - began_s > MOST_S:
                    return

        workers = [asyncio.ensure_future(worker()) for _ in range(IN_FLIGHT)]
        try:
            await asyncio.gather(*workers)
        finally:
            for one in workers:
                one.cancel()
        if not self._idle() or len(done_s) < LEAST_PIECES:
            return None
        # The first answers tell how long the way is, not how wide:
        # counted from when the line was full.
        from_piece = min(IN_FLIGHT, len(done_s) - 2)
        took_s = max(1e-4, done_s[-1] - done_s[from_piece - 1])
        return (len(done_s) - from_piece) * PIECE_BYTES * HEADERS * 8 / 1000 / took_s


class LineReports:
    """What the kiosk reports of its line in its signs of life: the last test, samples of a call.
    So a hub that was just started knows all lines after 5 s.

    Args:
        send: sends a message with each sign of life from now on, see `BusClient.set_beat_message`.
    """

    def __init__(self, send: Callable[[HubMessage | None], None]) -> None:
        self._send = send
        self._rates: LineRates | None = None

    @property
    def rates(self) -> LineRates | None:
        """What the last test has found."""
        return self._rates

    def on_rates(self, rates: LineRates) -> None:
        """A test was made."""
        self._rates = rates
        self.session_over()

    def on_sample(self, sample: LineSample) -> None:
        """Ten seconds of a call were measured."""
        self._send(msgspec.structs.replace(sample, rates=self._rates))

    def session_over(self) -> None:
        """No call any more."""
        self._send(LineSample(rates=self._rates) if self._rates is not None else None)
