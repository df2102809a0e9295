# SPDX-License-Identifier: GPL-3.0-only
"""The wire form of shared-page events: the kiosk packs, the desk, the log and the replay unpack. No I/O.

A payload of the raw topic "mirror" is one zstd frame (RFC 8878) of a JSON array of rrweb events, cut in parts when it
is larger than a chunk. Its headers: `Epoch` counts web documents, `Seq` counts payloads of a session without gap,
`Snapshot` is "1" when the array begins with a full picture of the page, `Part` and `Parts` number the parts from 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
import zstandard

from session.errors import MessageMalformed, MessageTooLarge
from session.protocol.version import MAX_CHUNK_BYTES

TOPIC = "mirror"

MAX_EVENTS_BYTES = 8 * 1024 * 1024
"""Largest JSON array of one payload; a page of 60,000 elements is about this."""

MAX_PARTS = 64

META, FULL_SNAPSHOT, INCREMENTAL, CUSTOM = 4, 2, 3, 5
"""Event types of rrweb 2 (`EventType`)."""

_LEVEL = 3


class MirrorEvent(msgspec.Struct, frozen=True):
    """One rrweb event; `data` stays undecoded, `timestamp` is in milliseconds of the kiosk's UTC clock."""

    type: int
    data: msgspec.Raw
    timestamp: int | float


class MirrorEvents(msgspec.Struct, frozen=True):
    """What one payload holds: `text` is the JSON array, `is_snapshot` says that it needs nothing before it."""

    text: str
    is_snapshot: bool
    epoch: int
    events: int


_events = msgspec.json.Decoder(list[MirrorEvent])


def decode_events(text: str | bytes) -> list[MirrorEvent]:
    """Events of a JSON array. Raises `MessageMalformed`."""
    try:
        return _events.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MessageMalformed(why=str(error)[:200]) from error


def encode_events(events: list[MirrorEvent]) -> bytes:
    """JSON array of events."""
    return msgspec.json.encode(events)


def starts_with_snapshot(events: list[MirrorEvent]) -> bool:
    """True when a mirror can be built from these events alone."""
    return len(events) > 1 and events[0].type == META and events[1].type == FULL_SNAPSHOT


def pack(text: bytes) -> bytes:
    """The zstd frame of a JSON array. Raises `MessageTooLarge`."""
    if len(text) > MAX_EVENTS_BYTES:
        raise MessageTooLarge(size_bytes=len(text), limit_bytes=MAX_EVENTS_BYTES)
    return zstandard.ZstdCompressor(level=_LEVEL).compress(text)


def unpack(data: bytes) -> bytes:
    """The JSON array in a zstd frame, never more than `MAX_EVENTS_BYTES` of it.

    Raises:
        MessageTooLarge: the frame claims or holds more (a decompression bomb).
        MessageMalformed: not a zstd frame.
    """
    try:
        claimed = zstandard.frame_content_size(data)
        if claimed > MAX_EVENTS_BYTES:
            raise MessageTooLarge(size_bytes=claimed, limit_bytes=MAX_EVENTS_BYTES)
        return zstandard.ZstdDecompressor().decompress(data, max_output_size=MAX_EVENTS_BYTES)
    except zstandard.ZstdError as error:
        raise MessageMalformed(why=str(error)[:200]) from error


def parts_of(data: bytes, *, epoch: int, seq: int, is_snapshot: bool) -> Iterable[tuple[bytes, dict[str, str]]]:
    """The payloads to send, with their headers, for one zstd frame."""
    count = max(1, -(-len(data) // MAX_CHUNK_BYTES))
    for part in range(count):
        headers = {"Epoch": str(epoch), "Seq": str(seq), "Snapshot": "1" if is_snapshot else "0"}
        if count > 1:
            headers |= {"Part": str(part), "Parts": str(count)}
        yield data[part * MAX_CHUNK_BYTES : (part + 1) * MAX_CHUNK_BYTES], headers


class Frame(msgspec.Struct, frozen=True):
    """A whole zstd frame as it arrived. `in_order` is False when something before it was lost."""

    data: bytes
    epoch: int
    is_snapshot: bool
    in_order: bool


def _number(headers: Mapping[str, str], name: str, missing: int | None = None) -> int:
    value = headers.get(name)
    if value is None and missing is not None:
        return missing
    if value is None or not value.isascii() or not value.isdigit() or len(value) > 12:
        raise MessageMalformed(why=f"header {name}")
    return int(value)


class FrameAssembler:
    """Puts parts together and notices what is missing. One per session, at the receiving end."""

    def __init__(self) -> None:
        self._next_seq: int | None = None
        self._parts: list[bytes] = []
        self._open_seq = -1

    def add(self, payload: bytes, headers: Mapping[str, str]) -> Frame | None:
        """The frame that `payload` completes, or None.

        Raises:
            MessageMalformed: headers that no kiosk sends.
        """
        seq, part, parts = _number(headers, "Seq"), _number(headers, "Part", 0), _number(headers, "Parts", 1)
        if not 0 < parts <= MAX_PARTS or part >= parts:
            raise MessageMalformed(why="header Part")
        if part == 0:
            self._parts, self._open_seq = [], seq
        if seq != self._open_seq or part != len(self._parts):
            self._parts, self._open_seq = [], -1
            return None
        self._parts.append(payload)
        if part + 1 < parts:
            return None
        in_order = seq == self._next_seq
        self._next_seq, self._open_seq = seq + 1, -1
        whole, self._parts = b"".join(self._parts), []
        return Frame(whole, _number(headers, "Epoch"), headers.get("Snapshot") == "1", in_order)
