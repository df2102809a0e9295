# SPDX-License-Identifier: GPL-3.0-only
"""The line's test on a line whose rate the test knows; a caller ends it at once."""

from __future__ import annotations

import asyncio

import pytest

from session.core.clock import ManualClock
from session.core.errors import HubUnreachable
from session.core.tasks import Tasks
from session.kiosk.hub.line_measurement import EVERY_S, LineMeasurement, LineReports
from session.protocol.endpoints.line_test import MOST_BYTES
from session.protocol.hub.history import LineSample
from session.protocol.hub.line_probe import LineProbe, LineProbed
from session.protocol.hub.line_rates import LineRates
from session.protocol.hub.requests import HubMessage

HEADERS = 1.06


class NarrowHub:
    """Answers when a line of so many kb/s each way would have carried it;
    time is the manual clock's.
    """

    def __init__(
        self, clock: ManualClock, up_kbps: float, *, down_kbps: float, rtt_s: float = 0.04
    ) -> None:
        self.clock, self.rates, self.rtt_s = clock, (up_kbps, down_kbps), rtt_s
        self.free_s = [0.0, 0.0]
        self.sent_bytes = 0
        self.answers: list[tuple[float, asyncio.Future[LineProbed], LineProbed]] = []
        self.away = False

    async def ask(self, probe: LineProbe) -> LineProbed:
        if self.away:
            raise HubUnreachable(why="away")
        at_s = self.clock.monotonic_s()
        for way, size_bytes in enumerate((len(probe.filler) + 60, probe.want_bytes + 60)):
            self.sent_bytes += size_bytes
            at_s = max(at_s, self.free_s[way]) + size_bytes * HEADERS * 8 / 1000 / self.rates[way]
            self.free_s[way] = at_s
        answer: asyncio.Future[LineProbed] = asyncio.get_running_loop().create_future()
        self.answers.append((at_s + self.rtt_s, answer, LineProbed(filler="x" * probe.want_bytes)))
        return await answer

    async def let_pass(self, seconds: float) -> None:
        """Time passes; answers come when they are due."""
        end_s = self.clock.monotonic_s() + seconds
        while True:
            for _ in range(8):
                await asyncio.sleep(0)
            due = [entry for entry in self.answers if entry[0] <= end_s]
            if not due:
                break
            first = min(due, key=lambda entry: entry[0])
            self.answers.remove(first)
            self.clock.advance(max(0.0, first[0] - self.clock.monotonic_s()))
            if not first[1].done():
                first[1].set_result(first[2])
        self.clock.advance(max(0.0, end_s - self.clock.monotonic_s()))


class Kiosk:
    """An idle kiosk on a narrow line."""

    def __init__(self, up_kbps: float = 420, down_kbps: float = 420) -> None:
        self.clock, self.tasks = ManualClock(), Tasks()
        self.hub = NarrowHub(self.clock, up_kbps, down_kbps=down_kbps)
        self.is_idle = True
        self.test = LineMeasurement(
            self.hub.ask, lambda: self.is_idle, clock=self.clock, tasks=self.tasks, first_s=5
        )
        self.found: list[LineRates] = []
        self.test.measured.connect(self.found.append)

    async def seconds(self, count: int) -> None:
        for _ in range(count * 2):
            self.test.tick()
            await self.hub.let_pass(0.5)


@pytest.mark.parametrize(("up", "down"), [(420, 420), (128, 900), (2000, 2000), (4000, 4000)])
async def test_the_rates_are_found(up: float, down: float) -> None:
    kiosk = Kiosk(up, down)
    await kiosk.seconds(20)
    (rates,) = kiosk.found
    assert 0.8 * up <= rates.up_kbps <= 1.05 * up, "never above what the line carries"
    assert 0.8 * down <= rates.down_kbps <= 1.05 * down
    assert 35 <= rates.rtt_ms <= 60
    assert kiosk.hub.sent_bytes <= 2.3 * MOST_BYTES


async def test_a_test_is_made_seldom() -> None:
    kiosk = Kiosk()
    await kiosk.seconds(60)
    assert len(kiosk.found) == 1
    kiosk.clock.advance(EVERY_S)
    await kiosk.seconds(10)
    assert len(kiosk.found) == 2


async def test_a_caller_ends_it_at_once_and_it_is_made_again_later() -> None:
    kiosk = Kiosk()
    await kiosk.seconds(6)
    sent = kiosk.hub.sent_bytes
    assert 0 < sent < MOST_BYTES
    kiosk.is_idle = False
    await kiosk.seconds(10)
    assert kiosk.hub.sent_bytes <= sent + 12_400, "at most what one worker had begun"
    assert kiosk.found == []
    kiosk.is_idle = True
    await kiosk.seconds(130)
    assert len(kiosk.found) == 1


async def test_a_hub_that_is_away_is_asked_again_later() -> None:
    kiosk = Kiosk()
    kiosk.hub.away = True
    await kiosk.seconds(10)
    kiosk.hub.away = False
    await kiosk.seconds(100)
    assert kiosk.found == []
    await kiosk.seconds(40)
    assert len(kiosk.found) == 1


def test_the_signs_of_life_keep_the_rates_through_a_call() -> None:
    said: list[HubMessage | None] = []
    reports = LineReports(said.append)
    reports.session_over()
    rates = LineRates(up_kbps=400, down_kbps=410, rtt_ms=41, at_utc=ManualClock().utc_now())
    reports.on_rates(rates)
    reports.on_sample(LineSample(session_id="s1", loss_percent=2))
    reports.session_over()
    assert said == [
        None,
        LineSample(rates=rates),
        LineSample(session_id="s1", loss_percent=2, rates=rates),
        LineSample(rates=rates),
    ]
