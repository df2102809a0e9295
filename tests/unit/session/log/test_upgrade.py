# SPDX-License-Identifier: GPL-3.0-only
"""Whole logs of older formats: of their pages the structure is left, in the file, in what waits on
an end's disk, and at the keepers.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import zstandard

from session.log.events import FORMAT, MirrorChunk, Record
from session.log.migrate import decode_record
from session.log.playback.replay import whole_chunks
from session.log.reader import read_log
from session.log.upgrade import is_old, upgraded_line, upgraded_log
from session.protocol.conversation.mirror import unpack

SAMPLE = Path(__file__).parents[3] / "data" / "logs" / "format-3.jsonl"
WORDS = ("Garrigue", "Glycines", "14/05/1988", "Bonjour", "Quentin", "839172", "espace")
"""What stands in the pages of the sample."""


def lines_of_sample() -> list[bytes]:
    return SAMPLE.read_bytes().splitlines()[1:]


def pages(records: list[Record]) -> str:
    return b"".join(unpack(chunk.data) for chunk in whole_chunks(records)).decode()


def raw_pages(lines: list[bytes]) -> str:
    """As they were, parts joined."""
    events: list[dict[str, Any]] = [json.loads(line)["event"] for line in lines]
    data = b"".join(
        msgspec.convert(event["data"], bytes) for event in events if event["type"] == "MirrorChunk"
    )
    text, rest = b"", data
    while rest:
        unpacker = zstandard.ZstdDecompressor().decompressobj()
        text += unpacker.decompress(rest)
        rest = unpacker.unused_data
    return text.decode()


def test_the_sample_really_has_words_in_its_pages() -> None:
    assert [word for word in WORDS if word not in raw_pages(lines_of_sample())] == []


def test_each_record_keeps_its_place_and_its_number_and_pages_keep_their_structure() -> None:
    old = lines_of_sample()
    new = upgraded_log(old)
    records = [decode_record(line) for line in new]
    assert [(one.writer, one.number) for one in records] == [
        (one["writer"], one["number"]) for one in map(json.loads, old)
    ]
    assert not any(map(is_old, new))
    left = pages(records)
    assert '"tagName":"h1"' in left
    assert '"tagName":"ul"' in left
    everything = left + b"".join(new).decode()
    assert [word for word in WORDS if word in everything] == []


def test_a_file_of_the_old_format_is_read_as_today_s() -> None:
    records = read_log(SAMPLE).records
    assert {record.format for record in records} == {FORMAT}
    assert '"tagName":"h1"' in pages(records)
    assert [word for word in WORDS if word in pages(records)] == []


def test_one_record_alone_gives_its_page_up() -> None:
    for line in lines_of_sample():
        record = decode_record(upgraded_line(line))
        assert not isinstance(record.event, MirrorChunk) or record.event.data == b""


def test_twice_is_once() -> None:
    once = upgraded_log(lines_of_sample())
    assert upgraded_log(once) == once


def test_a_frame_of_which_a_part_is_missing_is_empty() -> None:
    lines = [line for line in lines_of_sample() if b'"part":1,' not in line]
    assert len(lines) < len(lines_of_sample())
    records = [decode_record(line) for line in upgraded_log(lines)]
    assert [word for word in WORDS if word in pages(records)] == []


def test_what_cannot_be_read_is_replaced_and_what_is_newer_stays() -> None:
    first, *rest = lines_of_sample()
    newer = b'{"format":99,"whatever":true}'
    kept = upgraded_log([first, b"Maelle Garrigue", newer, *rest])
    assert len(kept) == len(rest) + 3
    assert b"Garrigue" not in kept[1]
    assert decode_record(kept[1]).number == decode_record(first).number + 1
    assert kept[2] == newer
