# SPDX-License-Identifier: GPL-3.0-only
"""A picture leaves at its pace while the next one is filmed;
little waits, in order, and an end is told. Time passes only when everybody sleeps.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
from collections.abc import AsyncIterator

import pytest

from session.media.video.packet_pacer import MOST_WAITING_S, PacketPacer, PacketQueue

RATE_BPS = 480_000
PACKET_BYTES = 1140  # with its headers 20 ms at this rate


class SleptTime:
    """A clock that jumps to the next sleeper's end when nobody runs."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    async def sleep(self, delay_s: float) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now_s + delay_s, id(woken), woken))
        await woken

    async def run(self) -> None:
        while True:
            for _turn in range(10):
                await asyncio.tasks.sleep(0)
            if self._sleepers:
                self.now_s, _order, woken = heapq.heappop(self._sleepers)
                if not woken.done():
                    woken.set_result(None)


@pytest.fixture
async def time(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SleptTime]:
    made = SleptTime()
    running = asyncio.ensure_future(made.run())
    with monkeypatch.context() as patch:
        patch.setattr(asyncio, "sleep", made.sleep)
        yield made
    running.cancel()


async def test_the_next_picture_may_be_filmed_before_the_last_one_has_left(
    time: SleptTime,
) -> None:
    sent: list[int] = []

    async def send(packet: int) -> None:
        sent.append(packet)

    packet_queue = PacketQueue(PacketPacer(lambda: RATE_BPS, clock=lambda: time.now_s), send)
    running = asyncio.ensure_future(packet_queue.run())
    for packet in range(10):
        packet_queue.put(packet, PACKET_BYTES)
    await packet_queue.wait_for_space()
    left = 10 - len(sent)
    assert 0 < left <= MOST_WAITING_S / 0.02 + 1, (
        "two packets' time, and the one that is on its way"
    )
    await time.sleep(0.2)
    assert sent == list(range(10))
    await packet_queue.wait_for_space()  # nothing waits: at once
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def test_waiting_for_space_fails_when_nothing_can_be_sent_any_more() -> None:
    async def send(packet: int) -> None:
        raise ConnectionError("closed")

    packet_queue = PacketQueue(PacketPacer(lambda: RATE_BPS), send)
    running = asyncio.ensure_future(packet_queue.run())
    for packet in range(50):
        packet_queue.put(packet, PACKET_BYTES)
    with pytest.raises(ConnectionError):
        async with asyncio.timeout(30):
            await packet_queue.wait_for_space()
    await running


def test_what_waits_is_counted_behind_what_has_been_sent() -> None:
    now_s = 5.0
    pacer = PacketPacer(lambda: RATE_BPS, clock=lambda: now_s)
    assert pacer.behind_s(0) == 0.0
    for _packet in range(5):
        pacer.delay_s(PACKET_BYTES)
    assert pacer.behind_s(0) == pytest.approx(0.095)
    assert pacer.behind_s(1200) == pytest.approx(0.115)
    now_s = 6.0
    assert pacer.behind_s(0) == 0.0
