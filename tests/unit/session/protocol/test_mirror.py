# SPDX-License-Identifier: GPL-3.0-only
"""Frames of the shared page: cut, joined, lost, damaged, and too large."""

from __future__ import annotations

import json
import random

import pytest
import zstandard

from session.errors import MessageMalformed, MessageTooLarge
from session.protocol import mirror
from session.protocol.mirror import (
    MAX_EVENTS_BYTES,
    MAX_PACKED_BYTES,
    PART_BYTES,
    Frame,
    FrameAssembler,
    Packer,
    Unpacker,
)

META = '{"type":4,"data":{"href":"http://h/","width":8,"height":6},"timestamp":1}'
PICTURE = '{"type":2,"data":{"node":{}},"timestamp":2}'
MOVE = '{"type":3,"data":{"source":1},"timestamp":3.5}'


def send(assembler: FrameAssembler, data: bytes, seq: int, skip: int = -1) -> Frame | None:
    """Gives all parts but `skip`; returns what the last one completed."""
    frame = None
    for index, (part, headers) in enumerate(mirror.parts_of(data, epoch=3, seq=seq, start=True)):
        if index != skip:
            frame = assembler.add(part, headers)
    return frame


def test_events_survive_the_way_there() -> None:
    text = mirror.encode_events(mirror.decode_events(f"[{META},{PICTURE},{MOVE}]"))
    packed = Packer().pack(text, start=True)
    assert Unpacker().unpack(packed, start=True) == f"[{META},{PICTURE},{MOVE}]".encode()


def test_what_was_said_before_costs_little_the_second_time() -> None:
    page = json.dumps([{"type": 2, "data": random.Random(3).randbytes(9000).hex()}]).encode()
    packer, unpacker = Packer(), Unpacker()
    first, second = packer.pack(page, start=True), packer.pack(page, start=False)
    assert len(second) < len(first) / 50
    assert [unpacker.unpack(first, start=True), unpacker.unpack(second, start=False)] == [page, page]


def test_who_comes_late_can_begin_at_a_start_and_only_there() -> None:
    packer, late = Packer(), Unpacker()
    packer.pack(b"[1]", start=True)
    with pytest.raises(MessageMalformed):
        late.unpack(packer.pack(b"[2]", start=False), start=False)
    assert late.unpack(packer.pack(b"[3]", start=True), start=True) == b"[3]"
    assert late.unpack(packer.pack(b"[4]", start=False), start=False) == b"[4]"


def test_after_damage_the_stream_needs_a_new_start() -> None:
    packer, unpacker = Packer(), Unpacker()
    unpacker.unpack(packer.pack(b"[1]", start=True), start=True)
    with pytest.raises(MessageMalformed):
        unpacker.unpack(b"no zstd", start=False)
    with pytest.raises(MessageMalformed):
        unpacker.unpack(packer.pack(b"[2]", start=False), start=False)


def test_a_snapshot_is_a_meta_event_and_a_picture() -> None:
    assert mirror.starts_with_snapshot(mirror.decode_events(f"[{META},{PICTURE}]"))
    assert not mirror.starts_with_snapshot(mirror.decode_events(f"[{META},{MOVE}]"))
    assert not mirror.starts_with_snapshot(mirror.decode_events(f"[{META}]"))


def test_a_large_frame_is_cut_and_joined() -> None:
    data = random.Random(1).randbytes(3 * PART_BYTES + 5)
    parts = list(mirror.parts_of(data, epoch=3, seq=7, start=True))
    assert [len(part) for part, _headers in parts] == [PART_BYTES] * 3 + [5]
    frame = send(FrameAssembler(), data, 7)
    assert frame == Frame(data, 3, True, False)


def test_parts_may_come_in_any_order() -> None:
    assembler = FrameAssembler()
    data = random.Random(4).randbytes(3 * PART_BYTES)
    parts = list(mirror.parts_of(data, epoch=3, seq=7, start=True))
    assert [assembler.add(*parts[index]) for index in (2, 0)] == [None, None]
    assert assembler.add(*parts[1]) == Frame(data, 3, True, False)


def test_a_frame_that_never_ends_is_given_up() -> None:
    assembler, part = FrameAssembler(), bytes(40_000)
    count = MAX_PACKED_BYTES // len(part)
    assert {assembler.add(part, {"Frame": f"1 1 {index} 4000"}) for index in range(count)} == {None}
    with pytest.raises(MessageMalformed):
        assembler.add(part, {"Frame": f"1 1 {count} 4000"})


@pytest.mark.parametrize("size_bytes", [1, 128 * 1024 - 2, 128 * 1024, 700_001, MAX_EVENTS_BYTES])
def test_a_payload_of_any_size_comes_out_whole(size_bytes: int) -> None:
    text = b"x" * size_bytes
    packer, unpacker = Packer(), Unpacker()
    assert unpacker.unpack(packer.pack(text, start=True), start=True) == text
    assert unpacker.unpack(packer.pack(text[::-1], start=False), start=False) == text[::-1]


def test_a_gap_is_noticed_and_the_next_frame_is_in_order_again() -> None:
    assembler = FrameAssembler()
    assert [frame.in_order for seq in (5, 6, 8, 9) if (frame := send(assembler, b"x", seq))] == [
        False,
        True,
        False,
        True,
    ]


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_a_frame_with_a_lost_part_never_comes(lost: int) -> None:
    assembler = FrameAssembler()
    send(assembler, b"x", 1)
    data = random.Random(2).randbytes(2 * PART_BYTES + 9)
    assert send(assembler, data, 2, skip=lost) is None
    after = send(assembler, b"y", 3)
    assert after is not None
    assert not after.in_order


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Frame": ""},
        {"Frame": "1 one"},
        {"Frame": "1 -1"},
        {"Frame": "1"},
        {"Frame": "1 1 2 2"},
        {"Frame": "1 1 0 0"},
        {"Frame": "1 1 0"},
        {"Frame": "1 1 0 99999"},
        {"Frame": f"1 {'9' * 30}"},
        {"Frame": "1 ²"},
        {"Frame": "1  1"},
    ],
)
def test_headers_that_no_kiosk_sends_are_refused(headers: dict[str, str]) -> None:
    with pytest.raises(MessageMalformed):
        FrameAssembler().add(b"x", headers)


def test_a_decompression_bomb_is_refused_before_it_unfolds() -> None:
    zeros = bytes(MAX_EVENTS_BYTES + 1)
    with pytest.raises(MessageTooLarge):
        mirror.unpack(zstandard.ZstdCompressor().compress(zeros))
    nameless = zstandard.ZstdCompressor(write_content_size=False).compress(zeros)
    with pytest.raises((MessageTooLarge, MessageMalformed)):
        mirror.unpack(nameless)
    with pytest.raises(MessageTooLarge):
        Packer().pack(zeros, start=True)
    stream = zstandard.ZstdCompressor().compressobj()
    bomb = stream.compress(zeros) + stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
    with pytest.raises(MessageTooLarge):
        Unpacker().unpack(bomb, start=True)
    wide = zstandard.ZstdCompressor(
        compression_params=zstandard.ZstdCompressionParameters.from_level(3, window_log=27)
    ).compressobj()
    with pytest.raises(MessageMalformed):
        Unpacker().unpack(wide.compress(b"[]") + wide.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK), start=True)


@pytest.mark.parametrize("data", [b"", b"no zstd", zstandard.ZstdCompressor().compress(b"[]" * 99)[:-3]])
def test_what_is_no_frame_is_refused(data: bytes) -> None:
    with pytest.raises(MessageMalformed):
        mirror.unpack(data)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '[{"type":"x"}]', "[" * 4000, '["\\ud800"]', b"\xff"])
def test_what_is_no_event_is_refused(text: str | bytes) -> None:
    with pytest.raises(MessageMalformed):
        mirror.decode_events(text)
