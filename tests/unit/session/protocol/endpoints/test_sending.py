# SPDX-License-Identifier: GPL-3.0-only
"""What gets through a line that comes and goes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from functools import partial

import pytest

from session.core.clock import SystemClock
from session.core.tasks import Tasks
from session.protocol.conversation.messages import PageKept, ScanProgressed, SessionMessage
from session.protocol.endpoints.chunks import split
from session.protocol.endpoints.sending import MAX_WAITING, ChunkSender, OrderedSender
from tests.support.memory.channel import MemoryChannel
from tests.support.waiting import until

RETRY_S = (0.01, 0.02)


def channel_pair() -> tuple[MemoryChannel, MemoryChannel]:
    """Two ends that take everything, whoever says it."""
    one, other = MemoryChannel("s1"), MemoryChannel("s1")
    one.peer, other.peer = other, one
    return one, other


class Heard:
    """All that came to the other end."""

    def __init__(self, channel: MemoryChannel) -> None:
        self.messages: list[SessionMessage] = []
        self.chunks: list[tuple[str, int, bytes]] = []
        channel.on_message("device", self.messages.append)
        channel.on_raw("chunk", self._on_chunk)

    def _on_chunk(self, payload: bytes, headers: Mapping[str, str]) -> None:
        self.chunks.append((headers["Item"], int(headers["Index"]), payload))

    @property
    def page_ids(self) -> list[str]:
        return [message.page_id for message in self.messages if isinstance(message, PageKept)]


@pytest.fixture
async def tasks() -> AsyncIterator[Tasks]:
    nursery = Tasks()
    yield nursery
    await nursery.close()


async def test_messages_wait_for_the_line_and_come_in_order(tasks: Tasks) -> None:
    kiosk, desk = channel_pair()
    heard = Heard(desk)
    sure = OrderedSender(kiosk, "device", tasks=tasks, retry_s=RETRY_S)
    done: list[str] = []
    kiosk.cut = True
    for number in range(5):
        sure.send(PageKept(page_id=f"p{number}"), then=partial(done.append, f"p{number}"))
    await asyncio.sleep(0.03)
    assert (heard.messages, done) == ([], [])
    kiosk.cut = False
    await until(lambda: len(heard.messages) == 5)
    assert heard.page_ids == done == ["p0", "p1", "p2", "p3", "p4"]


async def test_of_progress_only_the_latest_waits(tasks: Tasks) -> None:
    kiosk, desk = channel_pair()
    heard = Heard(desk)
    sure = OrderedSender(kiosk, "device", tasks=tasks, retry_s=RETRY_S)
    kiosk.cut = True
    sure.send(PageKept(page_id="p1"))
    for percent in range(0, 100, 10):
        sure.send(ScanProgressed(scan_id="n1", percent=percent), latest=True)
    sure.send(PageKept(page_id="p2"))
    kiosk.cut = False
    await until(lambda: len(heard.page_ids) == 2)
    assert [
        message.percent for message in heard.messages if isinstance(message, ScanProgressed)
    ] == [90]


async def test_a_message_that_is_too_large_holds_up_nothing(
    tasks: Tasks, caplog: pytest.LogCaptureFixture
) -> None:
    kiosk, desk = channel_pair()
    heard = Heard(desk)
    sure = OrderedSender(kiosk, "device", tasks=tasks, retry_s=RETRY_S)
    sure.send(PageKept(page_id="x" * 300_000))
    sure.send(PageKept(page_id="p2"))
    await until(lambda: heard.page_ids)
    assert heard.page_ids == ["p2"]
    assert "a PageKept cannot be sent: message_too_large" in caplog.text


async def test_a_line_that_stays_away_does_not_fill_the_memory(tasks: Tasks) -> None:
    kiosk, desk = channel_pair()
    heard = Heard(desk)
    sure = OrderedSender(kiosk, "device", tasks=tasks, retry_s=RETRY_S)
    kiosk.cut = True
    for number in range(MAX_WAITING + 50):
        sure.send(PageKept(page_id=f"p{number}"))
    kiosk.cut = False
    await until(lambda: heard.page_ids and heard.page_ids[-1] == f"p{MAX_WAITING + 49}")
    assert len(heard.page_ids) == MAX_WAITING


async def test_after_close_nothing_is_said(tasks: Tasks) -> None:
    kiosk, desk = channel_pair()
    heard = Heard(desk)
    sure = OrderedSender(kiosk, "device", tasks=tasks, retry_s=RETRY_S)
    sure.send(PageKept(page_id="p1"))
    await sure.drain()
    sure.close()
    sure.send(PageKept(page_id="p2"))
    await asyncio.sleep(0.02)
    assert heard.page_ids == ["p1"]


def sender(
    channel: MemoryChannel, tasks: Tasks, items: dict[str, bytes], kbps: int | None = None
) -> ChunkSender:
    return ChunkSender(
        channel, SystemClock(), tasks=tasks, read=items.__getitem__, kbps=kbps, retry_s=RETRY_S
    )


async def test_chunks_wait_for_the_line_and_none_is_lost(tasks: Tasks) -> None:
    kiosk, desk = channel_pair()
    heard = Heard(desk)
    items = {"p1": bytes(range(256)) * 1000, "p2": b"b" * 100_000}
    chunks = sender(kiosk, tasks, items)
    kiosk.cut = True
    for item_id, data in items.items():
        chunks.send(item_id, len(split(data)))
    await asyncio.sleep(0.03)
    assert chunks.waiting == 9
    kiosk.cut = False
    await until(lambda: len(heard.chunks) == 9)
    for item_id, data in items.items():
        assert (
            b"".join(payload for owner, _index, payload in heard.chunks if owner == item_id) == data
        )
    assert (chunks.waiting, chunks.outgoing.has("p1")) == (0, False)


async def test_a_beginning_is_told_once_and_again_after_a_pause(tasks: Tasks) -> None:
    kiosk, _desk = channel_pair()
    chunks = sender(kiosk, tasks, {"p1": b"a" * 10, "p2": b"b" * 10, "p3": b"c"})
    begun = list[int]()
    chunks.began.connect(lambda _none: begun.append(chunks.waiting))
    chunks.send("p1", 1)
    chunks.send("p2", 1)
    await until(lambda: chunks.waiting == 0)
    assert begun == [1], "it waits already when it is told: who looks then sees that pages cross"
    await asyncio.sleep(0.02)
    chunks.send("p3", 1)
    assert begun == [1, 1]


async def test_an_item_that_is_gone_is_left_out(tasks: Tasks) -> None:
    kiosk, desk = channel_pair()
    heard = Heard(desk)
    chunks = sender(kiosk, tasks, {"p2": b"b" * 10})
    chunks.send("p1", 3)
    chunks.send("p2", 1)
    await until(lambda: heard.chunks)
    assert heard.chunks == [("p2", 0, b"b" * 10)]


async def test_pages_leave_the_voice_its_part_of_the_line(tasks: Tasks) -> None:
    kiosk, desk = channel_pair()
    heard = Heard(desk)
    data = bytes(40_000)
    chunks = sender(kiosk, tasks, {"p1": data}, kbps=1000)
    parts = split(data, chunks.chunk_bytes)
    assert len(parts) == 3
    start_s = time.monotonic()
    chunks.send("p1", len(parts))
    await until(lambda: len(heard.chunks) == len(parts))
    assert time.monotonic() - start_s >= 2 * len(parts[0]) * 8 / 1_000_000 - 0.01
