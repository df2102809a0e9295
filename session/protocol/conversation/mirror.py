# SPDX-License-Identifier: GPL-3.0-only
"""The wire form of shared-page events: the kiosk packs, the desk, the log and the replay unpack.
No I/O.

All payloads of a session's raw topic "mirror" together are zstd frames (RFC 8878), one after the
other: a frame begins with a payload whose header `Start` is "1" and whose events begin with a full
picture, and goes on, flushed at each payload, until the next `Start`. So what is said again costs
little; whoever comes late asks for a picture and begins there. A payload is a JSON array of rrweb
events, cut in parts. Its header `Frame` has the web document's number (`epoch`), the payload's
number without gap (`seq`) and, when it is in parts, the part from 0 and how many there are. `Ack`,
when present, is a number to be said back in `MirrorReceived`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import zstandard

from session.core.errors import MessageMalformed, MessageTooLarge
from session.core.field_types import NOT_DECODED

TOPIC = "mirror"

MAX_EVENTS_BYTES = 8 * 1024 * 1024
"""Largest JSON array of one payload; a page of 60,000 elements is about this."""

MAX_PARTS = 4096
_OPEN_AT_ONCE, _HELD = 4, 8
"""Payloads whose parts are coming; whole ones that wait for one before them."""

MAX_PACKED_BYTES = 4 * 1024 * 1024
"""Largest payload in all its parts, as it travels."""

PART_BYTES = 2048
"""Payloads are cut so small because the voice shares the line:
a part holds it up for 32 ms at 512 kb/s.
"""

META = 4
FULL_SNAPSHOT = 2
INCREMENTAL = 3
CUSTOM = 5
"""Event types of rrweb 2 (`EventType`)."""

_LEVEL = 9
_WINDOW_LOG = 22
"""4 MiB (RFC 8878, section 3.1.1.1.2):
the picture after a page of 20,000 elements still finds the one before.
"""


class MirrorEvent(msgspec.Struct, frozen=True):
    """One rrweb event; `data` stays undecoded, `timestamp` is in milliseconds of the kiosk's UTC
    clock.
    """

    type: int
    data: msgspec.Raw
    timestamp: int | float


class MirrorEvents(msgspec.Struct, frozen=True):
    """The content of one payload: `text` is the JSON array,
    `is_snapshot` says that it needs nothing before it, `sheets` are the style sheets that it names.
    """

    text: str
    is_snapshot: bool
    epoch: int
    events: int
    sheets: Mapping[str, str] = {}


_events = msgspec.json.Decoder(list[MirrorEvent])


def decode_events(text: str | bytes) -> list[MirrorEvent]:
    """Events of a JSON array. Raises `MessageMalformed`."""
    try:
        # what is left undecoded in an event would not be looked at
        return _events.decode(text if isinstance(text, str) else text.decode())
    except NOT_DECODED as error:
        raise MessageMalformed(why=str(error)[:200]) from error


def encode_events(events: list[MirrorEvent]) -> bytes:
    """JSON array of events."""
    return msgspec.json.encode(events)


def starts_with_snapshot(events: list[MirrorEvent]) -> bool:
    """True when a mirror can be built from these events alone."""
    return len(events) > 1 and events[0].type == META and events[1].type == FULL_SNAPSHOT


class Packer:
    """The kiosk's end of the stream: one compression context per session, begun anew where a late
    comer may start.
    """

    def __init__(self) -> None:
        parameters = zstandard.ZstdCompressionParameters.from_level(_LEVEL, window_log=_WINDOW_LOG)
        self._compressor = zstandard.ZstdCompressor(compression_params=parameters)
        self._stream = self._compressor.compressobj()

    def pack(self, text: bytes, *, start: bool) -> bytes:
        """The next piece of the stream, for a JSON array. `start` begins a new frame.
        Raises `MessageTooLarge`.
        """
        if len(text) > MAX_EVENTS_BYTES:
            raise MessageTooLarge(size_bytes=len(text), limit_bytes=MAX_EVENTS_BYTES)
        if start:
            self._stream = self._compressor.compressobj()
        return self._stream.compress(text) + self._stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)


_SLICE_BYTES = 256
"""Four bytes can unfold to one block of 128 KiB (RFC 8878, section 3.1.1.2.2):
so much at most between two looks.
"""


class Unpacker:
    """The receiving end of the stream.
    After an error, or after a gap, it needs a payload with `Start`.
    """

    def __init__(self) -> None:
        self._stream: Any = None

    def unpack(self, data: bytes, *, start: bool) -> bytes:
        """The JSON array that a payload holds.

        Raises:
            MessageTooLarge: it holds more than `MAX_EVENTS_BYTES` (a decompression bomb).
            MessageMalformed: not the next piece of the stream.
        """
        if start:
            self._stream = zstandard.ZstdDecompressor(
                max_window_size=1 << _WINDOW_LOG
            ).decompressobj()
        stream, self._stream = self._stream, None
        if stream is None:
            raise MessageMalformed(why="no start")
        text = bytearray()
        try:
            for at in range(0, len(data), _SLICE_BYTES):
                text += stream.decompress(data[at : at + _SLICE_BYTES])
                if len(text) > MAX_EVENTS_BYTES:
                    raise MessageTooLarge(size_bytes=len(text), limit_bytes=MAX_EVENTS_BYTES)
        except zstandard.ZstdError as error:
            raise MessageMalformed(why=str(error)[:200]) from error
        self._stream = stream
        return bytes(text)


def unpack(data: bytes, limit_bytes: int = MAX_EVENTS_BYTES) -> bytes:
    """The JSON in a whole zstd frame (of the log, or a packed message), never more than
    `limit_bytes` of it.

    Raises:
        MessageTooLarge: the frame claims or holds more (a decompression bomb).
        MessageMalformed: not a zstd frame.
    """
    try:
        claimed = zstandard.frame_content_size(data)
        if claimed > limit_bytes:
            raise MessageTooLarge(size_bytes=claimed, limit_bytes=limit_bytes)
        return zstandard.ZstdDecompressor().decompress(
            data, max_output_size=limit_bytes, allow_extra_data=False
        )
    except zstandard.ZstdError as error:
        raise MessageMalformed(why=str(error)[:200]) from error


def parts_of(
    data: bytes, *, epoch: int, seq: int, start: bool
) -> Iterable[tuple[bytes, dict[str, str]]]:
    """The raw payloads to send, with their headers, for one piece of the stream."""
    count = max(1, -(-len(data) // PART_BYTES))
    for part in range(count):
        headers = {"Frame": f"{epoch} {seq}" if count == 1 else f"{epoch} {seq} {part} {count}"}
        if start:
            headers["Start"] = "1"
        yield data[part * PART_BYTES : (part + 1) * PART_BYTES], headers


class MirrorFrame(msgspec.Struct, frozen=True):
    """A whole piece of the stream as it arrived.
    `in_order` is False when something before it was lost.
    """

    data: bytes
    epoch: int
    start: bool
    in_order: bool


def _numbers(text: str) -> list[int]:
    numbers = text.split(" ")
    if len(numbers) not in (2, 4) or not all(
        n.isascii() and n.isdigit() and len(n) <= 12 for n in numbers
    ):
        raise MessageMalformed(why="header Frame")
    return [int(n) for n in numbers]


class _Open:
    """Parts of one payload as they come."""

    def __init__(self) -> None:
        self.parts: dict[int, bytes] = {}
        self.size_bytes = 0

    def add(self, part: int, payload: bytes) -> None:
        """Raises `MessageMalformed` when it grows too large."""
        self.size_bytes += len(payload)
        if self.size_bytes > MAX_PACKED_BYTES:
            raise MessageMalformed(why="too much")
        self.parts[part] = payload

    def joined(self) -> bytes:
        """All of them, in order."""
        return b"".join(self.parts[index] for index in sorted(self.parts))


class FrameAssembler:
    """Puts parts together, puts payloads in order, and notices what is missing.
    One per session, at the receiving end.

    Several hubs may pass on what one kiosk says, so what follows closely may come in another order.
    """

    def __init__(self) -> None:
        self._next_seq: int | None = None
        self._open: dict[int, _Open] = {}
        self._whole: dict[int, MirrorFrame] = {}

    @property
    def has_gap(self) -> bool:
        """Something is here that cannot be shown before what is missing;
        `give_up` after a moment.
        """
        return bool(self._whole)

    def add(self, payload: bytes, headers: Mapping[str, str]) -> list[MirrorFrame]:
        """The pieces that can be shown now, in order; mostly none or one.

        Raises:
            MessageMalformed: headers that no kiosk sends, or too much.
        """
        epoch, seq, part, parts = [*_numbers(headers.get("Frame", "")), 0, 1][:4]
        if not 0 < parts <= MAX_PARTS or part >= parts:
            raise MessageMalformed(why="header Frame")
        if self._next_seq is not None and seq < self._next_seq:
            return []
        try:
            self._open.setdefault(seq, _Open()).add(part, payload)
        except MessageMalformed:
            del self._open[seq]
            raise
        while len(self._open) > _OPEN_AT_ONCE:
            del self._open[min(self._open)]
        if seq not in self._open or len(self._open[seq].parts) < parts:
            return []
        data, start = self._open.pop(seq).joined(), headers.get("Start") == "1"
        self._whole[seq] = MirrorFrame(data, epoch, start, True)
        return self._ready()

    def _ready(self) -> list[MirrorFrame]:
        starts = [seq for seq, frame in self._whole.items() if frame.start]
        if starts:
            self._go_to(max(starts))  # nothing before it is needed any more
        elif self._next_seq is None or len(self._whole) > _HELD:
            return self.give_up()
        return self._take()

    def _take(self) -> list[MirrorFrame]:
        ready = []
        while self._next_seq is not None and self._next_seq in self._whole:
            ready.append(self._whole.pop(self._next_seq))
            self._next_seq += 1
        return ready

    def give_up(self) -> list[MirrorFrame]:
        """Return all that is here, the first of it marked as out of order:
        what is missing will not come.
        """
        if not self._whole:
            return []
        first = min(self._whole)
        self._go_to(first)
        self._whole[first] = msgspec.structs.replace(self._whole[first], in_order=False)
        return self._take()

    def _go_to(self, seq: int) -> None:
        self._next_seq = seq
        self._whole = {number: frame for number, frame in self._whole.items() if number >= seq}
        self._open = {number: parts for number, parts in self._open.items() if number >= seq}
