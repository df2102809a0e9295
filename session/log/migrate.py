# SPDX-License-Identifier: GPL-3.0-only
"""Old records made new, one step per format number; used by the reader.
Samples lie in `tests/data/logs`.

Here, before the decoder, a record is still a loose dictionary: old forms have no struct any more.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from session.core.errors import LogTooNew, LogUnreadable
from session.log.events import FORMAT, MirrorChunk, Record

Loose = dict[str, Any]


def _from_0(record: Loose) -> Loose:
    """Format 0 had no number of its own, the time as milliseconds since 1970, and called the desk
    "agent".
    """
    record["at_utc"] = datetime.fromtimestamp(record.pop("time_ms") / 1000, tz=UTC)
    record["writer"] = {"agent": "desk"}.get(record["writer"], record["writer"])
    record["event"] = {
        key: "desk" if key == "by" and value == "agent" else value
        for key, value in record["event"].items()
    }
    record["format"] = 1
    return record


def _from_1(record: Loose) -> Loose:
    """Format 1 said of a grant only whether it was given:
    the defaults say the rest, and fewer kinds of events.
    """
    record["format"] = 2
    return record


def _from_2(record: Loose) -> Loose:
    """Format 2 knew nothing of how good the line was: fewer kinds of events."""
    record["format"] = 3
    return record


def _from_3(record: Loose) -> Loose:
    """Format 3 kept pages with their words. A record alone gives them up; `session.log.upgrade`
    makes their structure of them first, where the whole log is known.
    """
    event = record.get("event")
    if isinstance(event, dict) and event.get("type") == MirrorChunk.__name__:
        record["event"] = event | {"data": "", "part": 0, "parts": 1}
    record["format"] = 4
    return record


STEPS: dict[int, Callable[[Loose], Loose]] = {0: _from_0, 1: _from_1, 2: _from_2, 3: _from_3}
"""From format n to n + 1."""

_WITH_WORDS = 3
"""The last format in which pages had their words."""


class _Format(msgspec.Struct):
    format: int = 0


_DAMAGE = (
    msgspec.MsgspecError,
    UnicodeDecodeError,
    LookupError,
    TypeError,
    ValueError,
    ArithmeticError,
    AttributeError,
    RecursionError,
)
"""What decoding or an upgrade step can meet in a line that is no record."""

_format = msgspec.json.Decoder(_Format)
_record = msgspec.json.Decoder(Record)
_encoder = msgspec.json.Encoder()


def upgrade(record: Loose, to: int = FORMAT) -> Loose:
    """The record in today's form. Raises `LogTooNew`; one of `_DAMAGE` for what is no record at
    all.
    """
    while (theirs := int(record.get("format", 0))) != to:
        if theirs not in STEPS:
            raise LogTooNew(theirs=theirs, ours=FORMAT)
        record = STEPS[theirs](dict(record))
    return record


def format_of(line: bytes) -> int:
    """The format of a record's line. Raises `LogUnreadable`."""
    try:
        return _format.decode(line).format
    except _DAMAGE as error:
        raise LogUnreadable(line=0) from error


def decode_with_page(line: bytes) -> Record:
    """An older record in today's form, but with the words of its page: for `session.log.upgrade`
    only. Raises as `decode_record`.
    """
    try:
        old = upgrade(msgspec.json.decode(line), _WITH_WORDS)
        return msgspec.convert(upgrade(dict(old)) | {"event": old["event"]}, Record)
    except _DAMAGE as error:
        raise LogUnreadable(line=0) from error


def encode_record(record: Record) -> bytes:
    """One line of JSON, without its line end."""
    return _encoder.encode(record)


def decode_record(line: bytes, number: int = 0) -> Record:
    """A record of any known format.

    Args:
        number: the line's number, for the error.

    Raises:
        LogUnreadable: not a record, or damaged. LogTooNew: of a later format.
    """
    try:
        if _format.decode(line).format == FORMAT:
            return _record.decode(line)
        return msgspec.convert(upgrade(msgspec.json.decode(line)), Record)
    except _DAMAGE as error:
        raise LogUnreadable(line=number) from error
