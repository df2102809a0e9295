# SPDX-License-Identifier: GPL-3.0-only
"""The lines of a log where they lie, read a piece at a time:
a plain file, a packed one, or memory. Used by `session.log.playback.opening`.

A packed log is a row of zstd frames (RFC 8878, section 3.1). `write_log` makes them small, so
that a line in the middle costs one frame and not the file; another program may write one frame.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

import zstandard

from session.core.errors import LogUnreadable

BLOCK_BYTES = 256 * 1024
"""Read at once: short enough that another thread waits for some milliseconds only."""

FRAME_BYTES = 1024 * 1024
"""Text in one frame of a packed log."""

MAX_FRAME_BYTES = 512 * 1024 * 1024
"""Unpacked; a log that another program packed may be one frame."""

_MAGIC = b"\x28\xb5\x2f\xfd"  # RFC 8878, section 3.1.1
_SKIPPABLE = b"\x2a\x4d\x18"  # section 3.1.2: the first byte is 0x50 to 0x5f
_UNPACKED_KEPT = 4


class LogText(Protocol):
    """The text of a log, addressed by bytes from its beginning."""

    is_cut: bool
    """Known after `blocks`: what follows cannot be unpacked, or is not there."""

    size_bytes: int
    """Of what lies on the disk, for progress."""

    def blocks(self) -> Iterator[tuple[bytes, int]]:
        """The whole text in order, with how much of `size_bytes` is behind."""
        ...

    def read(self, start: int, length: int) -> bytes:
        """A piece of what `blocks` gave. Raises `LogUnreadable`, `OSError`."""
        ...


class HeldText:
    """A text in memory: what came from the keeper, or was brought to today's form."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self.is_cut = False
        self.size_bytes = len(text)

    def blocks(self) -> Iterator[tuple[bytes, int]]:
        """See `LogText`."""
        for start in range(0, len(self._text), BLOCK_BYTES):
            block = self._text[start : start + BLOCK_BYTES]
            yield block, start + len(block)

    def read(self, start: int, length: int) -> bytes:
        """See `LogText`."""
        return self._text[start : start + length]


class PlainText:
    """A file of lines; opened each time, so that nothing stays open."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.is_cut = False
        self.size_bytes = path.stat().st_size

    def blocks(self) -> Iterator[tuple[bytes, int]]:
        """See `LogText`."""
        start = 0
        with self._path.open("rb") as stream:
            while block := stream.read(BLOCK_BYTES):
                start += len(block)
                yield block, start

    def read(self, start: int, length: int) -> bytes:
        """See `LogText`."""
        with self._path.open("rb", buffering=0) as stream:
            stream.seek(start)
            return stream.read(length)


class _Frame(NamedTuple):
    """The place of a frame: where it begins in the text, and where it lies in the file."""

    text_start: int
    start: int
    length: int
    text_length: int


class PackedText:
    """A row of zstd frames; the few that were read last stay unpacked."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.is_cut = False
        self.size_bytes = path.stat().st_size
        self._frames: list[_Frame] = []
        self._unpacked: OrderedDict[int, bytes] = OrderedDict()
        self._unpacking = threading.Lock()  # the window reads, and whoever saves the log

    def blocks(self) -> Iterator[tuple[bytes, int]]:
        """See `LogText`."""
        self._frames.clear()
        start = text_start = 0
        with self._path.open("rb") as stream:
            while start < self.size_bytes and not self.is_cut:
                length = _frame_length(stream, start, self.size_bytes)
                text_length = 0
                try:
                    for block in _unpack(stream, start, length):
                        text_length += len(block)
                        yield block, start
                except zstandard.ZstdError:
                    self.is_cut = True
                self._frames.append(_Frame(text_start, start, length, text_length))
                start, text_start = start + length, text_start + text_length
                self.is_cut = self.is_cut or start > self.size_bytes

    def read(self, start: int, length: int) -> bytes:
        """See `LogText`."""
        data = b""
        number = bisect_right(self._frames, start, key=lambda frame: frame.text_start) - 1
        while len(data) < length and number < len(self._frames):
            frame = self._frames[number]
            inside = start + len(data) - frame.text_start
            with self._unpacking:
                data += self._text_of(number)[inside : inside + length - len(data)]
            number += 1
        return data

    def _text_of(self, number: int) -> bytes:
        if number not in self._unpacked:
            frame = self._frames[number]
            text, size = [], 0
            try:
                with self._path.open("rb") as stream:
                    for block in _unpack(stream, frame.start, frame.length):
                        text.append(block)
                        size += len(block)
                        if size >= frame.text_length:
                            break
            except zstandard.ZstdError as error:
                raise LogUnreadable(line=0) from error
            self._unpacked[number] = b"".join(text)
        self._unpacked.move_to_end(number)
        while len(self._unpacked) > _UNPACKED_KEPT:
            self._unpacked.popitem(last=False)
        return self._unpacked[number]


def _unpack(stream: BinaryIO, start: int, length: int) -> Iterator[bytes]:
    """The text of a frame, as far as it is there. Raises `ZstdError`."""
    stream.seek(start)
    with zstandard.ZstdDecompressor().stream_reader(stream.read(length)) as reader:
        total = 0
        while (block := reader.read(BLOCK_BYTES)) and total < MAX_FRAME_BYTES:
            total += len(block)
            yield block


def _frame_length(stream: BinaryIO, start: int, end: int) -> int:
    """Bytes of the frame that begins at `start`, told by the heads of its blocks; up to `end` or
    beyond for one that is cut, or is none.
    """
    stream.seek(start)
    head = stream.read(18)  # the longest head, section 3.1.1.1
    if head[1:4] == _SKIPPABLE and 0x50 <= head[0] <= 0x5F:
        return 8 + int.from_bytes(head[4:8], "little")
    try:
        at = start + zstandard.frame_header_size(head)
        has_checksum = zstandard.get_frame_parameters(head).has_checksum
    except zstandard.ZstdError:
        return end - start
    while at < end:
        stream.seek(at)
        block = int.from_bytes(stream.read(3), "little")  # section 3.1.1.2
        is_last, kind, size = block & 1, block >> 1 & 3, block >> 3
        at += 3 + (1 if kind == 1 else size)
        if is_last:
            return at + (4 if has_checksum else 0) - start
    return end + 1 - start


def open_text(path: Path) -> LogText:
    """The text of a file. Raises `OSError`."""
    with path.open("rb") as stream:
        is_packed = stream.read(4) == _MAGIC
    if is_packed:
        return PackedText(path)
    return PlainText(path)


def packed_frames(text: Iterator[bytes]) -> Iterator[bytes]:
    """Lines as frames of a packed log."""
    compressor = zstandard.ZstdCompressor(level=9, write_checksum=True)
    waiting: list[bytes] = []
    size = 0
    for line in text:
        waiting.append(line)
        size += len(line)
        if size >= FRAME_BYTES:
            yield compressor.compress(b"".join(waiting))
            waiting, size = [], 0
    if waiting:
        yield compressor.compress(b"".join(waiting))
