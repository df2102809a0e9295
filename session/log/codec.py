# SPDX-License-Identifier: GPL-3.0-only
"""Encode and decode one record of a log, a line of JSON; used by all that write, keep and read
logs.
"""

from __future__ import annotations

import msgspec

from session.core.errors import LogFormatUnknown, LogUnreadable
from session.core.field_types import NOT_DECODED
from session.log.events import FORMAT, Record


class _Numbered(msgspec.Struct):
    format: int


_numbered = msgspec.json.Decoder(_Numbered)
_record = msgspec.json.Decoder(Record)
_encoder = msgspec.json.Encoder()


def encode_record(record: Record) -> bytes:
    """Return one line of JSON, without its line end."""
    return _encoder.encode(record)


def format_of(line: bytes) -> int | None:
    """Return the number of a record's format; None for a line that is no record."""
    try:
        return _numbered.decode(line).format
    except NOT_DECODED:
        return None


def check_format(theirs: int) -> None:
    """Raise `LogFormatUnknown` for another number than ours."""
    if theirs != FORMAT:
        raise LogFormatUnknown(theirs=theirs, ours=FORMAT)


def decode_record(line: bytes, number: int = 0) -> Record:
    """Return the record of a line.

    Args:
        number: the line's number, for the error.

    Raises:
        LogUnreadable: not a record, or damaged. LogFormatUnknown: of another version.
    """
    theirs = format_of(line)
    if theirs is None:
        raise LogUnreadable(line=number)
    check_format(theirs)  # first: another version has events that we do not know
    try:
        return _record.decode(line)
    except NOT_DECODED as error:
        raise LogUnreadable(line=number) from error
