# SPDX-License-Identifier: GPL-3.0-only
"""A picture leaves at its pace while the next one is filmed;
little waits, in order, and an end is told.
"""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from session.media.video.packet_pacer import MOST_WAITING_S, PacketPacer, PacketQueue
from tests.support.waiting import until

RATE_BPS = 480_000
PACKET_BYTES = 1140  # with its headers 20 ms at this rate


async def test_the_next_picture_may_be_filmed_before_the_last_one_has_left() -> None:
    sent: list[int] = []

    async def send(packet: int) -> None:
        sent.append(packet)

    packet_queue = PacketQueue(PacketPacer(lambda: RATE_BPS), send)
    running = asyncio.ensure_future(packet_queue.run())
    for packet in range(10):
        packet_queue.put(packet, PACKET_BYTES)
    async with asyncio.timeout(30):
        await packet_queue.wait_for_space()
    left = 10 - len(sent)
    assert 0 < left <= MOST_WAITING_S / 0.02 + 1, (
        "two packets' time, and the one that is on its way"
    )
    await until(lambda: len(sent) == 10)
    assert sent == list(range(10))
    await packet_queue.wait_for_space()  # nothing waits: at once
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def test_who_puts_in_hears_that_nothing_can_be_sent_any_more() -> None:
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
