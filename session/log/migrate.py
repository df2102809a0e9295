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
from session.log.events import FORMAT, Record

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


STEPS: dict[int, Callable[[Loose], Loose]] = {0: _from_0, 1: _from_1, 2: _from_2}
"""From format n to n + 1."""


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
)
"""What decoding or an upgrade step can meet in a line that is no record."""

_format = msgspec.json.Decoder(_Format)
_record = msgspec.json.Decoder(Record)
_encoder = msgspec.json.Encoder()


def upgrade(record: Loose) -> Loose:
    """The record in today's form. Raises `LogTooNew`; one of `_DAMAGE` for what is no record at
    all.
    """
    while (theirs := int(record.get("format", 0))) != FORMAT:
        if theirs not in STEPS:
            raise LogTooNew(theirs=theirs, ours=FORMAT)
        record = STEPS[theirs](dict(record))
    return record


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
