# SPDX-License-Identifier: GPL-3.0-only
"""Frames of the shared page: cut, joined, lost, damaged, and too large."""

from __future__ import annotations

import json
import random

import pytest
import zstandard

from session.core.errors import MessageMalformed, MessageTooLarge
from session.protocol.conversation import mirror
from session.protocol.conversation.mirror import (
    MAX_EVENTS_BYTES,
    MAX_PACKED_BYTES,
    PART_BYTES,
    FrameAssembler,
    MirrorFrame,
    Packer,
    Unpacker,
)

META = '{"type":4,"data":{"href":"http://h/","width":8,"height":6},"timestamp":1}'
PICTURE = '{"type":2,"data":{"node":{}},"timestamp":2}'
MOVE = '{"type":3,"data":{"source":1},"timestamp":3.5}'


def send(
    assembler: FrameAssembler, data: bytes, seq: int, skip: int = -1, *, start: bool = True
) -> list[MirrorFrame]:
    """Gives all parts but `skip`; returns what could be shown."""
    frames = []
    for index, (part, headers) in enumerate(mirror.parts_of(data, epoch=3, seq=seq, start=start)):
        if index != skip:
            frames += assembler.add(part, headers)
    return frames


def test_events_survive_the_way_there() -> None:
    text = mirror.encode_events(mirror.decode_events(f"[{META},{PICTURE},{MOVE}]"))
    packed = Packer().pack(text, start=True)
    assert Unpacker().unpack(packed, start=True) == f"[{META},{PICTURE},{MOVE}]".encode()


def test_what_was_said_before_costs_little_the_second_time() -> None:
    page = json.dumps([{"type": 2, "data": random.Random(3).randbytes(9000).hex()}]).encode()
    packer, unpacker = Packer(), Unpacker()
    first, second = packer.pack(page, start=True), packer.pack(page, start=False)
    assert len(second) < len(first) / 50
    assert [unpacker.unpack(first, start=True), unpacker.unpack(second, start=False)] == [
        page,
        page,
    ]


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
    assert send(FrameAssembler(), data, 7) == [MirrorFrame(data, 3, True, True)]


def test_parts_may_come_in_any_order() -> None:
    assembler = FrameAssembler()
    data = random.Random(4).randbytes(3 * PART_BYTES)
    parts = list(mirror.parts_of(data, epoch=3, seq=7, start=True))
    assert [assembler.add(*parts[index]) for index in (2, 0)] == [[], []]
    assert assembler.add(*parts[1]) == [MirrorFrame(data, 3, True, True)]


def test_a_frame_that_never_ends_is_given_up() -> None:
    assembler, part = FrameAssembler(), bytes(40_000)
    count = MAX_PACKED_BYTES // len(part)
    assert not any(assembler.add(part, {"Frame": f"1 1 {index} 4000"}) for index in range(count))
    with pytest.raises(MessageMalformed):
        assembler.add(part, {"Frame": f"1 1 {count} 4000"})


@pytest.mark.parametrize("size_bytes", [1, 128 * 1024 - 2, 128 * 1024, 700_001, MAX_EVENTS_BYTES])
def test_a_payload_of_any_size_comes_out_whole(size_bytes: int) -> None:
    text = b"x" * size_bytes
    packer, unpacker = Packer(), Unpacker()
    assert unpacker.unpack(packer.pack(text, start=True), start=True) == text
    assert unpacker.unpack(packer.pack(text[::-1], start=False), start=False) == text[::-1]


def datas(frames: list[MirrorFrame]) -> list[bytes]:
    return [frame.data for frame in frames]


def test_payloads_that_overtook_each_other_come_in_order() -> None:
    assembler = FrameAssembler()
    assert datas(send(assembler, b"1", 1)) == [b"1"]
    assert send(assembler, b"3", 3, start=False) == []
    found = send(assembler, b"2", 2, start=False)
    assert (datas(found), [frame.in_order for frame in found]) == ([b"2", b"3"], [True, True])
    assert not assembler.has_gap
    assert send(assembler, b"2", 2, start=False) == []


def test_parts_of_two_payloads_may_be_mixed() -> None:
    assembler = FrameAssembler()
    send(assembler, b"1", 1)
    first, second = (random.Random(n).randbytes(2 * PART_BYTES) for n in (5, 6))
    parts = [
        list(mirror.parts_of(data, epoch=3, seq=seq, start=False))
        for data, seq in ((first, 2), (second, 3))
    ]
    mixed = [parts[0][0], parts[1][0], parts[1][1], parts[0][1]]
    assert [datas(assembler.add(*part)) for part in mixed] == [[], [], [], [first, second]]


def test_a_gap_that_stays_is_given_up_and_the_next_payload_is_in_order_again() -> None:
    assembler = FrameAssembler()
    send(assembler, b"5", 5)
    assert send(assembler, b"7", 7, start=False) == []
    assert [(frame.data, frame.in_order) for frame in assembler.give_up()] == [(b"7", False)]
    assert [frame.in_order for frame in send(assembler, b"8", 8, start=False)] == [True]
    assert assembler.give_up() == []


def test_a_gap_is_given_up_when_much_waits_behind_it() -> None:
    assembler = FrameAssembler()
    send(assembler, b"1", 1)
    found = [frame for seq in range(3, 20) for frame in send(assembler, b"x", seq, start=False)]
    assert not found[0].in_order
    assert len(found) >= 9


def test_a_start_waits_for_nothing_before_it() -> None:
    assembler = FrameAssembler()
    send(assembler, b"1", 1)
    send(assembler, b"3", 3, start=False)
    assert datas(send(assembler, b"5", 5)) == [b"5"]
    assert not assembler.has_gap


def test_who_comes_in_the_middle_is_told_so() -> None:
    assert [frame.in_order for frame in send(FrameAssembler(), b"x", 9, start=False)] == [False]


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_a_frame_with_a_lost_part_never_comes(lost: int) -> None:
    assembler = FrameAssembler()
    send(assembler, b"x", 1)
    data = random.Random(2).randbytes(2 * PART_BYTES + 9)
    assert send(assembler, data, 2, skip=lost, start=False) == []
    assert send(assembler, b"y", 3, start=False) == []
    assert [(frame.data, frame.in_order) for frame in assembler.give_up()] == [(b"y", False)]


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
        Unpacker().unpack(
            wide.compress(b"[]") + wide.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK), start=True
        )


@pytest.mark.parametrize(
    "data", [b"", b"no zstd", zstandard.ZstdCompressor().compress(b"[]" * 99)[:-3]]
)
def test_what_is_no_frame_is_refused(data: bytes) -> None:
    with pytest.raises(MessageMalformed):
        mirror.unpack(data)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[1]",
        '[{"type":"x"}]',
        "[" * 4000,
        '["\\ud800"]',
        b"\xff",
        b'[{"type":3,"timestamp":1,"data":{"a":"\xff"}}]',
        b'[{"type":3,"timestamp":1,"data":{"a":"\xed\xa0\x80"}}]',
    ],
)
def test_what_is_no_event_is_refused(text: str | bytes) -> None:
    with pytest.raises(MessageMalformed):
        mirror.decode_events(text)
