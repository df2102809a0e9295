# SPDX-License-Identifier: GPL-3.0-only
"""Frames of the shared page: cut, joined, lost, damaged, and too large."""

from __future__ import annotations

import random

import pytest
import zstandard

from session.errors import MessageMalformed, MessageTooLarge
from session.protocol import mirror
from session.protocol.mirror import MAX_EVENTS_BYTES, Frame, FrameAssembler
from session.protocol.version import MAX_CHUNK_BYTES

META = '{"type":4,"data":{"href":"http://h/","width":8,"height":6},"timestamp":1}'
PICTURE = '{"type":2,"data":{"node":{}},"timestamp":2}'
MOVE = '{"type":3,"data":{"source":1},"timestamp":3.5}'


def send(assembler: FrameAssembler, data: bytes, seq: int, skip: int = -1) -> Frame | None:
    """Gives all parts but `skip`; returns what the last one completed."""
    frame = None
    for index, (part, headers) in enumerate(mirror.parts_of(data, epoch=3, seq=seq, is_snapshot=True)):
        if index != skip:
            frame = assembler.add(part, headers)
    return frame


def test_events_survive_the_way_there() -> None:
    text = mirror.encode_events(mirror.decode_events(f"[{META},{PICTURE},{MOVE}]"))
    assert mirror.unpack(mirror.pack(text)) == f"[{META},{PICTURE},{MOVE}]".encode()


def test_a_snapshot_is_a_meta_event_and_a_picture() -> None:
    assert mirror.starts_with_snapshot(mirror.decode_events(f"[{META},{PICTURE}]"))
    assert not mirror.starts_with_snapshot(mirror.decode_events(f"[{META},{MOVE}]"))
    assert not mirror.starts_with_snapshot(mirror.decode_events(f"[{META}]"))


def test_a_large_frame_is_cut_and_joined() -> None:
    data = random.Random(1).randbytes(3 * MAX_CHUNK_BYTES + 5)
    parts = list(mirror.parts_of(data, epoch=3, seq=7, is_snapshot=True))
    assert [len(part) for part, _headers in parts] == [MAX_CHUNK_BYTES] * 3 + [5]
    frame = send(FrameAssembler(), data, 7)
    assert frame == Frame(data, 3, True, False)


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
    data = random.Random(2).randbytes(2 * MAX_CHUNK_BYTES + 9)
    assert send(assembler, data, 2, skip=lost) is None
    after = send(assembler, b"y", 3)
    assert after is not None
    assert not after.in_order


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Seq": "one", "Epoch": "1"},
        {"Seq": "-1", "Epoch": "1"},
        {"Seq": "1"},
        {"Seq": "1", "Epoch": "1", "Part": "2", "Parts": "2"},
        {"Seq": "1", "Epoch": "1", "Part": "0", "Parts": "0"},
        {"Seq": "1", "Epoch": "1", "Part": "0", "Parts": "9999"},
        {"Seq": "9" * 30, "Epoch": "1"},
        {"Seq": "²", "Epoch": "1"},
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
        mirror.pack(zeros)


@pytest.mark.parametrize("data", [b"", b"no zstd", zstandard.ZstdCompressor().compress(b"[]" * 99)[:-3]])
def test_what_is_no_frame_is_refused(data: bytes) -> None:
    with pytest.raises(MessageMalformed):
        mirror.unpack(data)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '[{"type":"x"}]', "[" * 4000, '["\\ud800"]', b"\xff"])
def test_what_is_no_event_is_refused(text: str | bytes) -> None:
    with pytest.raises(MessageMalformed):
        mirror.decode_events(text)
