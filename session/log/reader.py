# SPDX-License-Identifier: GPL-3.0-only
"""A session's log as a file, read and written;
used by the replay, the helpdesk's export and the tests.

Form: JSON lines, UTF-8, `.jsonl` or zstd-packed `.jsonl.zst`.
The first line is the `Header`, then one `Record` a line.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec
import zstandard

from session.core.errors import LogTooLarge, LogUnreadable
from session.core.field_types import NOT_DECODED
from session.log.codec import check_format, decode_record, encode_record
from session.log.events import FORMAT, Record, Writer
from session.log.merge import merge
from session.log.text import packed_frames
from session.protocol.wire.ids import Id

NAME = "poste-expert-log"
MAX_LINE_BYTES = 4 * 1024 * 1024
MAX_LOG_BYTES = 512 * 1024 * 1024
"""Unpacked; a day-long session with a busy shared page is below a tenth of it."""

_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"  # RFC 8878, section 3.1.1


class Header(msgspec.Struct, frozen=True, kw_only=True, rename={"format": NAME}):
    """First line: `{"poste-expert-log": <format>, "session_id": ...}`."""

    format: int
    session_id: Id


class LogFile(NamedTuple):
    """A log as read: records ordered by corrected time (`session.log.merge`), and the skew found
    per writer.
    """

    session_id: str
    records: list[Record]
    skew_s: dict[Writer, float]


_header = msgspec.json.Decoder(Header)


def header_of(line: bytes) -> Header:
    """Return the first line of a log. Raises `LogUnreadable`, `LogFormatUnknown`."""
    try:
        header = _header.decode(line)
    except NOT_DECODED as error:
        raise LogUnreadable(line=1) from error
    check_format(header.format)
    return header


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Numbered lines from 1, bounded;
    a file that cannot be unpacked ends in `LogUnreadable` at its line.
    """
    number, total = 0, 0
    while True:
        number += 1
        try:
            line = stream.readline(MAX_LINE_BYTES + 1)
        except (zstandard.ZstdError, OSError) as error:
            raise LogUnreadable(line=number) from error
        total += len(line)
        if len(line) > MAX_LINE_BYTES:
            raise LogUnreadable(line=number)
        if total > MAX_LOG_BYTES:
            raise LogTooLarge(limit_mb=MAX_LOG_BYTES // 1_048_576)
        if not line:
            return
        yield number, line


def _open(path: Path) -> BinaryIO:
    stream = path.open("rb")
    packed = stream.read(4) == _ZSTD_MAGIC
    stream.seek(0)
    if not packed:
        return stream
    return io.BufferedReader(
        zstandard.ZstdDecompressor().stream_reader(stream, read_across_frames=True, closefd=True)
    )


def read_log(path: Path) -> LogFile:
    """Read a whole log.

    Raises:
        LogUnreadable: no log, or damaged at `line`. LogFormatUnknown: of another version.
            LogTooLarge, OSError.
    """
    with _open(path) as stream:
        lines = _lines(stream)
        header = header_of(next(lines, (1, b""))[1])
        records = [decode_record(line, number) for number, line in lines]
    merged = merge(records)
    return LogFile(header.session_id, [moment.record for moment in merged.placed], merged.skew_s)


def write_log(path: Path, session_id: str, records: Iterable[Record]) -> None:
    """Writes a log; a name ending in ".zst" packs it, in frames that can be read one by one. The
    file appears whole or not at all.
    """
    header = msgspec.json.encode(Header(format=FORMAT, session_id=session_id))
    text = (line + b"\n" for line in chain((header,), map(encode_record, records)))
    part = path.with_name(path.name + ".part")
    with part.open("wb") as stream:
        stream.writelines(packed_frames(text) if path.suffix == ".zst" else text)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)
