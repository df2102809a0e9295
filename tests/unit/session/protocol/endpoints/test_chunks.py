# SPDX-License-Identifier: GPL-3.0-only
"""Cut and put together again, and what is asked for when."""

from __future__ import annotations

import hashlib
import random

import pytest

from session.core.clock import ManualClock
from session.core.errors import MessageMalformed, MessageTooLarge, PageDamaged
from session.protocol.endpoints.chunks import (
    MAX_ASKS,
    MAX_HELD_BYTES,
    MAX_NAMED,
    STALL_S,
    Arrivals,
    Assembly,
    ChunkPace,
    Outgoing,
    chunk_bytes_for,
    count_chunks,
    headers_of,
    parse_headers,
    piece,
    split,
)
from session.protocol.wire.version import MAX_CHUNK_BYTES, MAX_ITEM_BYTES


def some(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def hash_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("size", [1, 2, 9, 100, 49_151, 49_152, 49_153, 98_304, 1_060_000])
@pytest.mark.parametrize("chunk_bytes", [1, 7, 1024, 4500, MAX_CHUNK_BYTES])
def test_what_was_cut_is_put_together_in_any_order(size: int, chunk_bytes: int) -> None:
    if size / chunk_bytes > 5000:
        size = chunk_bytes * 5000 - 1
    data = some(size)
    parts = split(data, chunk_bytes)
    assert len(parts) == count_chunks(size, chunk_bytes)
    assert all(1 <= len(part) <= chunk_bytes for part in parts)
    assembly = Assembly("p1", size, sha256=hash_of(data), chunks=len(parts))
    order = list(range(len(parts)))
    random.Random(1).shuffle(order)
    for index in order:
        assert parts[index] == piece(data, len(parts), index)
        assert assembly.add(index, parts[index])
        assert not assembly.add(index, parts[index])
    assert assembly.is_complete
    assert assembly.finish() == data


def test_nothing_is_no_chunk() -> None:
    assert split(b"") == []


def test_a_changed_byte_or_a_missing_chunk_is_damage() -> None:
    data = some(1000)
    assembly = Assembly("p1", 1000, sha256=hash_of(data), chunks=4)
    for index in range(3):
        assembly.add(index, piece(data, 4, index))
    assert assembly.missing() == [3]
    with pytest.raises(PageDamaged) as caught:
        assembly.finish()
    assert caught.value.detail == {"item": "p1", "missing": 1}
    assembly.add(3, b"x" * 250)
    with pytest.raises(PageDamaged):
        assembly.finish()
    assembly.restart()
    assert assembly.missing() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("index", "size"), [(-1, 250), (4, 250), (0, 249), (0, 251), (3, 251), (3, 0)]
)
def test_a_chunk_that_does_not_fit_is_refused(index: int, size: int) -> None:
    assembly = Assembly("p1", 1000, sha256="0" * 64, chunks=4)
    with pytest.raises(MessageMalformed):
        assembly.add(index, bytes(size))


@pytest.mark.parametrize(
    ("size", "chunks"), [(0, 0), (0, 1), (10, 0), (10, 11), (10, 9), (1000, 999)]
)
def test_numbers_that_do_not_fit_each_other_are_refused(size: int, chunks: int) -> None:
    with pytest.raises(MessageMalformed):
        Assembly("p1", size, sha256="0" * 64, chunks=chunks)


def test_what_is_too_large_is_refused_before_a_byte_is_kept() -> None:
    with pytest.raises(MessageTooLarge):
        Assembly("p1", MAX_ITEM_BYTES + 1, sha256="0" * 64, chunks=1000)
    with pytest.raises(MessageTooLarge):
        Assembly("p1", 10 * MAX_CHUNK_BYTES, sha256="0" * 64, chunks=2)


def test_headers_are_read_back_and_nonsense_is_refused() -> None:
    assert parse_headers(headers_of("p_1", 12)) == ("p_1", 12)
    for headers in (
        {},
        {"Item": "p1"},
        {"Item": "../x", "Index": "1"},
        {"Item": "p1", "Index": "1e3"},
    ):
        with pytest.raises(MessageMalformed):
            parse_headers(headers)


def test_chunks_are_small_where_voice_shares_the_line() -> None:
    assert chunk_bytes_for(None) == MAX_CHUNK_BYTES
    assert chunk_bytes_for(240) == 4500
    assert chunk_bytes_for(1) == 1024
    assert chunk_bytes_for(1_000_000) == MAX_CHUNK_BYTES


class Line:
    """Arrivals of items of 10 bytes a chunk."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.arrivals = Arrivals(self.clock)

    def expect(self, item_id: str, chunks: int) -> Assembly:
        return self.arrivals.expect(item_id, chunks * 10, "0" * 64, chunks)

    def take(self, item_id: str, *indexes: int) -> None:
        for index in indexes:
            self.arrivals.take(bytes(10), headers_of(item_id, index))

    def due(self) -> list[tuple[str, list[int], int]]:
        return [(wanted.item_id, wanted.missing, wanted.asked) for wanted in self.arrivals.due()]


def test_silence_makes_the_missing_due_until_it_is_given_up() -> None:
    line = Line()
    line.expect("p1", 5)
    line.take("p1", 0, 2)
    line.clock.advance(STALL_S - 0.1)
    assert line.due() == []
    for asked in range(1, MAX_ASKS + 2):
        line.clock.advance(STALL_S + 0.01)
        assert line.due() == [("p1", [1, 3, 4], asked)]
    line.clock.advance(STALL_S + 0.01)
    assert line.due() == []
    line.take("p1", 1)
    line.clock.advance(STALL_S + 0.01)
    assert line.due() == [("p1", [3, 4], 1)]


def test_a_hole_is_due_at_once_when_the_last_chunk_came() -> None:
    line = Line()
    line.expect("p1", 5)
    line.take("p1", 0, 2, 4)
    assert line.due() == [("p1", [1, 3], 1)]
    assert line.due() == []


def test_a_second_item_that_waits_its_turn_is_not_stalled() -> None:
    line = Line()
    line.expect("p1", 20)
    line.expect("p2", 5)
    for index in range(19):
        line.clock.advance(STALL_S * 0.9)
        line.take("p1", index)
        assert line.due() == []


def test_many_missing_chunks_are_named_in_turns() -> None:
    line = Line()
    line.expect("p1", 250)
    line.take("p1", 249)
    assert line.due() == [("p1", list(range(MAX_NAMED)), 1)]
    line.take("p1", *range(MAX_NAMED - 1))
    assert line.due() == []
    line.take("p1", MAX_NAMED - 1)
    assert line.due() == [("p1", list(range(100, 200)), 1)]


def test_a_chunk_that_overtook_its_announcement_is_not_lost() -> None:
    line = Line()
    line.take("p1", 1)
    assert line.expect("p1", 3).missing() == [0, 2]


def test_early_chunks_are_bounded_and_a_wrong_one_is_dropped() -> None:
    line = Line()
    line.arrivals.take(bytes(11), headers_of("p1", 0))
    line.take("p1", 1)
    line.take("other", *range(31))
    assert line.expect("p1", 3).missing() == [0, 2]
    line.take("p2", 0)
    line.take("other", *range(31, 70))
    assert line.expect("p2", 3).missing() == [0, 1, 2]


def test_an_item_announced_again_goes_on_and_one_that_changed_is_refused() -> None:
    line = Line()
    first = line.expect("p1", 3)
    line.take("p1", 0)
    assert line.expect("p1", 3) is first
    with pytest.raises(MessageMalformed):
        line.expect("p1", 4)
    line.arrivals.forget("p1")
    assert (len(line.arrivals), line.arrivals.has("p1")) == (0, False)


def order_of(outgoing: Outgoing) -> list[tuple[str, int]]:
    order = []
    while (job := outgoing.first()) is not None:
        order.append((job[0], job[2]))
        outgoing.sent(job[0], job[2])
    return order


def test_items_go_one_after_the_other_and_repeats_go_first() -> None:
    outgoing = Outgoing()
    outgoing.add("p1", 3)
    outgoing.add("p2", 2)
    outgoing.sent("p1", 0)
    outgoing.again("p2", 2, [1])
    outgoing.add("p1", 3)
    assert len(outgoing) == 4
    assert order_of(outgoing) == [("p2", 1), ("p2", 0), ("p1", 1), ("p1", 2)]


def test_a_chunk_asked_for_twice_goes_once_and_one_out_of_range_never() -> None:
    outgoing = Outgoing()
    outgoing.again("p1", 3, [2, 2, 7, -1])
    outgoing.again("p1", 3, [2, 0])
    assert order_of(outgoing) == [("p1", 2), ("p1", 0)]
    outgoing.again("p1", 3, [9])
    assert outgoing.first() is None
    assert not outgoing.has("p1")


def test_a_dropped_item_goes_no_more() -> None:
    outgoing = Outgoing()
    outgoing.add("p1", 3)
    outgoing.add("p2", 1)
    outgoing.drop("p1")
    outgoing.sent("p1", 0)
    assert order_of(outgoing) == [("p2", 0)]


def test_the_pace_holds_the_allowance_over_time() -> None:
    clock = ManualClock()
    pace = ChunkPace(240, clock)
    spent_s = 0.0
    for _chunk in range(100):
        wait_s = pace.wait_s(4500)
        clock.advance(wait_s)
        spent_s += wait_s
    assert spent_s == pytest.approx(99 * 4500 * 8 / 240_000)
    clock.advance(3600)
    assert pace.wait_s(4500) == 0.0
    assert pace.wait_s(4500) == pytest.approx(0.15)
    assert ChunkPace(None, clock).wait_s(10**9) == 0.0


def test_items_that_are_never_whole_fill_no_memory() -> None:
    arrivals = Arrivals(ManualClock())
    size, chunks = MAX_ITEM_BYTES, count_chunks(MAX_ITEM_BYTES)
    data = bytes(-(-size // chunks))
    assemblies = [
        arrivals.expect(f"page{number}", size, hash_of(data), chunks) for number in range(5)
    ]
    for assembly in assemblies:
        for index in range(chunks - 1):
            assert arrivals.take(data, headers_of(assembly.item_id, index)) is assembly
            assert sum(each.held_bytes for each in assemblies) <= MAX_HELD_BYTES
    assert assemblies[-1].received == chunks - 1  # the newest is never the one that gives way
    assert assemblies[0].received == chunks - 1
