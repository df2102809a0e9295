# SPDX-License-Identifier: GPL-3.0-only
"""Measures the kiosk's line to the hub while nobody uses it: a few hundred kilobytes, now and then.
Built by the kiosk's wiring.

The test itself is `session.protocol.endpoints.line_test`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import msgspec

from session.core.clock import Clock
from session.core.errors import SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.protocol.endpoints.line_test import Ask, LineTest
from session.protocol.hub.history import LineSample
from session.protocol.hub.line_rates import LineRates
from session.protocol.hub.requests import HubMessage

log = logging.getLogger(__name__)

FIRST_S = 20.0
EVERY_S = 1800.0
AGAIN_S = 120.0
"""After a test that a caller ended, or the line."""

TICK_S = 2.0


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
        self._line = LineTest(ask, idle, clock=clock)
        self._idle = idle
        self._clock = clock
        self._tasks = tasks
        self._every_s = every_s
        self._due_s = clock.monotonic_s() + first_s
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to look for quiet moments."""
        self._tasks.keep(self._watch, name="line-test")

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
        measurements: list[LineRates] = []
        forget = self.measured.connect(measurements.append)
        try:
            await asyncio.wait([self._running])
        finally:
            forget()
        if measurements:
            return measurements[-1]
        return None

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
            rates = await self._line.run()
        except SessionError as error:
            log.info("the line could not be measured: %s", error.code)
            self._due_s = self._clock.monotonic_s() + AGAIN_S
            return
        if rates is None:
            self._due_s = self._clock.monotonic_s() + AGAIN_S
            return
        log.info(
            "the line carries %.0f kb/s up, %.0f kb/s down, %.0f ms",
            rates.up_kbps,
            rates.down_kbps,
            rates.rtt_ms,
        )
        self.measured.emit(rates)


class LineReports:
    """The kiosk's reports of its line in its signs of life: the last test, samples of a call.
    So a hub that was just started knows all lines after 5 s.

    Args:
        send: sends a message with each sign of life from now on, see `BusClient.set_beat_message`.
    """

    def __init__(self, send: Callable[[HubMessage | None], None]) -> None:
        self._send = send
        self._rates: LineRates | None = None

    @property
    def rates(self) -> LineRates | None:
        """The rates that the last test has found."""
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
