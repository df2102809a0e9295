# SPDX-License-Identifier: GPL-3.0-only
"""The last guard before a record is kept:
nothing that looks like a person's number or address may pass.

Used by the log writer. Masking happens at the source (the kiosk); this only catches what should
never have come.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from enum import StrEnum

import msgspec
import zstandard

from session.log.events import Event, MirrorChunk, Record
from session.masking.numbers import KEPT, FoundNumber, NumberKind, find, is_proven

REPLACEMENT = "redacted"
"""Stands where a string was; it fits the pattern of every id, code and host."""

MAX_MIRROR_BYTES = 16 * 1024 * 1024
"""A chunk of the mirror that unpacks to more than this is not kept."""

_CALLER_NUMBER = re.compile(r"(?<![0-9A-Za-z.])(?:\d{7}[A-Za-z]?|\d{11})(?![0-9A-Za-z])")
_QUERY = re.compile(r"[?#][^\s?#]*=|://")

CALLER_NUMBER, ADDRESS = "caller_number", "address"
"""What is searched in the strings of an event beside `session.masking`'s kinds."""

_ON_PURPOSE = {"mandate": {NumberKind.NIR, NumberKind.IBAN}}
"""A mandate's reference is recorded on purpose and may look like any number, but never like these.
"""

_PROVEN = (NumberKind.NIR, NumberKind.IBAN)
"""The kinds that a mirrored page is searched for: only with right check digits, because times,
sizes and a public body's telephone number are no secrets.
"""


class RedactionFinding(msgspec.Struct, frozen=True):
    """A field of an event and the kind of thing it seems to hold, never the thing."""

    field: str
    kind: str


def _strings(event: Event) -> Iterator[tuple[str, str]]:
    for name in event.__struct_fields__:
        value = getattr(event, name)
        if isinstance(value, str) and not isinstance(value, StrEnum):
            yield name, value


SLICE_CHARS, _AROUND_CHARS = 128 * 1024, 1024
"""So much of a page is searched at once, and what is looked at on both sides of it."""


def _frame_findings(data: bytes) -> list[RedactionFinding]:
    """Return what a whole zstd frame of the mirror holds that it must not;
    one that cannot be unpacked is a finding too.
    """
    try:
        with zstandard.ZstdDecompressor().stream_reader(data) as reader:
            text = reader.read(MAX_MIRROR_BYTES + 1)
    except zstandard.ZstdError:
        return [RedactionFinding("data", "unreadable")]
    if len(text) > MAX_MIRROR_BYTES:
        return [RedactionFinding("data", "too_large")]
    page = text.decode("utf-8", errors="replace")
    kinds = {kind for at in range(0, len(page), SLICE_CHARS) for kind in _proven_from(page, at)}
    return [RedactionFinding("data", kind) for kind in sorted(kinds)]


def _proven_from(page: str, at: int) -> set[NumberKind]:
    """Kinds of the numbers that begin in one slice of a page. One search of a whole page would keep
    every other thread waiting for half a second.
    """
    first = max(0, at - _AROUND_CHARS)
    around = page[first : at + SLICE_CHARS + _AROUND_CHARS]
    return {
        one.kind
        for one in _standing_alone(around, _PROVEN)
        if at <= first + one.start < at + SLICE_CHARS
        and is_proven(one.kind, around[one.start : one.end])
    }


def _standing_alone(text: str, kinds: Collection[NumberKind]) -> Iterator[FoundNumber]:
    """Numbers that are not part of an id, nor the decimals of a number."""
    for number in find(text, kinds):
        before, after = text[number.start - 1 : number.start], text[number.end : number.end + 1]
        if not (before.isalnum() or before == "." or after.isalnum()):
            yield number


def _kinds_in(name: str, text: str) -> set[str]:
    """The kinds of things that a field of an event holds and should not."""
    kinds: set[str] = {number.kind for number in _standing_alone(text, _ON_PURPOSE.get(name, KEPT))}
    if name in _ON_PURPOSE:
        return kinds
    if _CALLER_NUMBER.search(text):
        kinds.add(CALLER_NUMBER)
    if _QUERY.search(text):
        kinds.add(ADDRESS)
    return kinds


def _shape_findings(event: Event) -> list[RedactionFinding]:
    """Structs do not check their patterns when they are built:
    a field that breaks its pattern may be free text.
    """
    try:
        msgspec.convert(msgspec.to_builtins(event), type(event))
    except msgspec.ValidationError:
        return [RedactionFinding("*", "shape")]
    return []


def check_clean(record: Record) -> list[RedactionFinding]:
    """Return what the record holds that no log may hold; empty when it is clean.
    A `MirrorChunk` is checked before its cut.
    """
    event = record.event
    findings = [
        RedactionFinding(name, kind)
        for name, text in _strings(event)
        for kind in sorted(_kinds_in(name, text))
    ]
    if isinstance(event, MirrorChunk):
        findings += _frame_findings(event.data)
    return findings or _shape_findings(event)


def searched(chunk: MirrorChunk) -> MirrorChunk:
    """The chunk itself when its page is clean, else without it. A page of some megabytes takes a
    second: call it in a worker thread.
    """
    if _frame_findings(chunk.data):
        return msgspec.structs.replace(chunk, data=b"")
    return chunk


def redact(record: Record) -> Record:
    """The record itself when it is clean;
    else the same event with its strings replaced and `redacted` set.
    """
    findings = check_clean(record)
    if not findings:
        return record
    fields = {finding.field for finding in findings}
    event = record.event
    replaced: dict[str, str | bytes] = {
        name: REPLACEMENT for name, _text in _strings(event) if name in fields or "*" in fields
    }
    replaced = {name: "" if name == "sha256" else value for name, value in replaced.items()}
    if "data" in fields:
        replaced["data"] = b""
    return msgspec.structs.replace(
        record, event=msgspec.structs.replace(event, **replaced), redacted=True
    )
