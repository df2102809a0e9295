# SPDX-License-Identifier: GPL-3.0-only
"""The shared page's frames, joined for the log."""

from __future__ import annotations

import json
from typing import Any

import pytest
import zstandard

from session.core.clock import ManualClock
from session.core.tasks import Tasks
from session.log.events import MirrorChunk
from session.log.mirror import MAX_AGE_S, MOST_WAITING_CHARS, MirrorCollector
from session.log.page_structure import PageStructure
from tests.support.log_story import frame


def resized(width: int) -> dict[str, Any]:
    """An event that can be told by its number."""
    return {"type": 3, "data": {"source": 4, "width": width, "height": 1}, "timestamp": 1}


def events(chunk: MirrorChunk) -> list[int]:
    text = zstandard.ZstdDecompressor().decompress(chunk.data)
    return [event["data"]["width"] for event in json.loads(text)]


def collecting(chunks: list[MirrorChunk], clock: ManualClock) -> MirrorCollector:
    return MirrorCollector(chunks.append, clock, structure=PageStructure())


def test_frames_are_joined_and_cut_at_each_snapshot() -> None:
    clock = ManualClock()
    chunks: list[MirrorChunk] = []
    collector = collecting(chunks, clock)
    collector.add_frame(frame(resized(1), resized(2)), is_snapshot=True, events=2)
    clock.advance(1)
    collector.add_frame(frame(resized(3)), is_snapshot=False, events=1)
    assert chunks == []
    collector.add_frame(frame(resized(4)), is_snapshot=True, events=1)
    collector.flush()
    collector.flush()
    assert [events(chunk) for chunk in chunks] == [[1, 2, 3], [4]]
    assert [(chunk.is_snapshot, chunk.events) for chunk in chunks] == [(True, 3), (True, 1)]
    assert chunks[0].started_at_utc < chunks[1].started_at_utc


def test_a_quiet_page_is_written_when_the_chunk_is_old() -> None:
    clock = ManualClock()
    chunks: list[MirrorChunk] = []
    collector = collecting(chunks, clock)
    collector.add_frame(frame(resized(1)), is_snapshot=False, events=1)
    collector.flush_if_due()
    assert chunks == []
    clock.advance(MAX_AGE_S)
    collector.flush_if_due()
    assert [(events(chunk), chunk.is_snapshot) for chunk in chunks] == [([1], False)]


def test_a_damaged_frame_is_left_out_and_spoils_nothing() -> None:
    chunks: list[MirrorChunk] = []
    collector = collecting(chunks, ManualClock())
    collector.add_frame(frame(resized(1)), is_snapshot=True, events=1)
    collector.add_frame(b"not zstd", is_snapshot=False, events=1)
    collector.add_frame(
        zstandard.ZstdCompressor().compress(b'{"n": 9}'), is_snapshot=False, events=1
    )
    collector.add_frame(frame(), is_snapshot=False, events=0)
    collector.add_frame(frame({"type": 3}), is_snapshot=False, events=1)
    collector.flush()
    assert [events(chunk) for chunk in chunks] == [[1]]


async def test_chunks_made_in_a_worker_keep_their_order() -> None:
    chunks: list[MirrorChunk] = []
    tasks = Tasks()
    collector = MirrorCollector(
        chunks.append, ManualClock(), structure=PageStructure(), tasks=tasks
    )
    for number in range(5):
        collector.add_frame(frame(resized(number)), is_snapshot=True, events=1)
    await collector.finish()
    assert [events(chunk) for chunk in chunks] == [[0], [1], [2], [3], [4]]
    await tasks.close()


async def test_more_of_a_page_than_can_be_looked_through_waits_for_the_next_picture() -> None:
    chunks: list[MirrorChunk] = []
    tasks = Tasks()
    collector = MirrorCollector(
        chunks.append, ManualClock(), structure=PageStructure(), tasks=tasks
    )
    large = frame(resized(1), {"type": 3, "data": {"x": "a" * MOST_WAITING_CHARS}, "timestamp": 1})
    for _time in range(3):
        collector.add_frame(large, is_snapshot=True, events=2)
    collector.add_frame(frame(resized(2)), is_snapshot=False, events=1)  # of a picture not kept
    await collector.finish()
    assert len(chunks) == 1
    collector.add_frame(frame(resized(3)), is_snapshot=False, events=1)
    await collector.finish()
    collector.add_frame(frame(resized(4)), is_snapshot=True, events=1)
    await collector.finish()
    assert [events(chunk) for chunk in chunks[1:]] == [[4]]


def test_a_chunk_in_which_a_number_of_a_person_is_found_keeps_no_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The last guard: were a number left by the structure, the page would go."""
    chunks: list[MirrorChunk] = []
    number = b'[{"n":"2 88 05 78 006 084 91"}]'
    number = number.replace(b"91", str(97 - 2880578006084 % 97).encode())
    monkeypatch.setattr(PageStructure, "keep", lambda *_given, **_sheets: number)
    collector = collecting(chunks, ManualClock())
    collector.add_frame(frame(resized(1)), is_snapshot=True, events=1)
    collector.flush()
    assert [chunk.data for chunk in chunks] == [b""]
