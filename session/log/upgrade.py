# SPDX-License-Identifier: GPL-3.0-only
"""Whole logs of older formats brought to today's; used by the writer for what waits on an end's
disk, by the keepers for what they hold, and by the reader for files.

Each record keeps its place and number, since ends and keepers count them. A record alone is brought
to today's form by `session.log.migrate`, which gives up what it holds of a page; here the records
around it are known, so the structure of the page is kept.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import zstandard

from session.core.errors import LogTooNew, LogUnreadable, MessageMalformed, MessageTooLarge
from session.log.events import (
    FORMAT,
    MAX_MIRROR_PART_BYTES,
    MirrorChunk,
    Record,
    TroubleShown,
    Writer,
    mirror_parts,
)
from session.log.migrate import decode_record, decode_with_page, encode_record, format_of
from session.log.page_structure import PageStructure
from session.log.redact import MAX_MIRROR_BYTES
from session.protocol.conversation.mirror import unpack

_GROWS_BYTES = 512
"""A page's structure may take so much more than the page took, and a quarter."""


def is_old(line: bytes) -> bool:
    """True if a record's line is of an older format; a damaged one is."""
    try:
        return format_of(line) < FORMAT
    except LogUnreadable:
        return True


def upgraded_line(line: bytes) -> bytes:
    """One record in today's form, without what it holds of a page; a newer or damaged one stays as
    it is.
    """
    try:
        if format_of(line) < FORMAT:
            return encode_record(decode_record(line))
        return line
    except (LogUnreadable, LogTooNew):
        return line


def upgraded_log(lines: Sequence[bytes]) -> list[bytes]:
    """Return as many lines, in today's form;
    those of newer formats stay as they are.

    In place of one that cannot be read stands a record that says so: what is in it is not
    known.
    """
    upgrade = _Upgrade()
    return [
        encode_record(entry) if isinstance(entry, Record) else entry for entry in upgrade.all(lines)
    ]


class _Upgrade:
    """One log on its way; each writer's pages are followed on their own."""

    def __init__(self) -> None:
        self._structures: dict[Writer, PageStructure] = {}
        self._next: dict[Writer, int] = {}
        self._latest: Record | None = None

    def all(self, lines: Sequence[bytes]) -> list[Record | bytes]:
        """The records; lines as they are where nothing is to be done."""
        upgraded: list[Record | bytes] = []
        parts: dict[Writer, list[int]] = {}
        for line in lines:
            record = self._record(line)
            upgraded.append(record)
            if not isinstance(record, Record) or not isinstance(record.event, MirrorChunk):
                continue
            waiting = parts.setdefault(record.writer, [])
            if record.event.part == 0:
                _empty(upgraded, waiting)
                waiting.clear()
            waiting.append(len(upgraded) - 1)
            if len(waiting) == record.event.parts:
                self._restructure(upgraded, waiting)
                waiting.clear()
        for waiting in parts.values():
            _empty(upgraded, waiting)
        return upgraded

    def _record(self, line: bytes) -> Record | bytes:
        """Return the record in today's form, but with the page as it was."""
        try:
            if format_of(line) >= FORMAT:
                return line
            record = decode_with_page(line)
        except LogTooNew:
            return line
        except LogUnreadable:
            return self._unreadable()
        self._latest = record
        self._next[record.writer] = record.number + 1
        return record

    def _unreadable(self) -> Record | bytes:
        latest = self._latest
        if latest is None:
            return b"{}"
        number = self._next[latest.writer]
        self._next[latest.writer] = number + 1
        event = TroubleShown(by=latest.writer, code=LogUnreadable.code)
        return msgspec.structs.replace(latest, number=number, event=event)

    def _restructure(self, upgraded: list[Record | bytes], places: list[int]) -> None:
        """Puts the structure of a whole frame where its parts were."""
        records = [record for place in places if isinstance(record := upgraded[place], Record)]
        chunks = [record.event for record in records if isinstance(record.event, MirrorChunk)]
        structure = self._structures.setdefault(records[0].writer, PageStructure())
        old = b"".join(event.data for event in chunks)
        try:
            reduced = structure.keep(unpack(old, MAX_MIRROR_BYTES))
            new = zstandard.ZstdCompressor(level=6, write_checksum=True).compress(reduced)
        except (MessageMalformed, MessageTooLarge):
            new = b""
        if len(new) > min(len(old) * 5 // 4 + _GROWS_BYTES, len(places) * MAX_MIRROR_PART_BYTES):
            new = b""
        pieces = mirror_parts(
            chunks[0].started_at_utc,
            new,
            is_snapshot=chunks[0].is_snapshot,
            events=chunks[0].events,
        )
        nothing = msgspec.structs.replace(chunks[0], data=b"", part=0, parts=1)
        for at, (place, record) in enumerate(zip(places, records, strict=True)):
            if at < len(pieces):
                event = pieces[at]
            else:
                event = nothing
            upgraded[place] = msgspec.structs.replace(record, event=event)


def _empty(upgraded: list[Record | bytes], places: list[int]) -> None:
    """Parts of a frame whose others are not here: nobody could read them."""
    for place in places:
        record = upgraded[place]
        if isinstance(record, Record) and isinstance(record.event, MirrorChunk):
            event = msgspec.structs.replace(record.event, data=b"", part=0, parts=1)
            upgraded[place] = msgspec.structs.replace(record, event=event)
