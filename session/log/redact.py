# SPDX-License-Identifier: GPL-3.0-only
"""The last guard before a record is kept:
nothing that looks like a person's number or address may pass.

Used by the log writer. Masking happens at the source (the kiosk); this only catches what should
never have come.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import StrEnum

import msgspec
import zstandard

from session.log.events import Event, MirrorChunk, Record

REPLACEMENT = "redacted"
"""Stands where a string was; it fits the pattern of every id, code and host."""

MAX_MIRROR_BYTES = 16 * 1024 * 1024
"""A chunk of the mirror that unpacks to more than this is not kept."""

# not within an id, nor the decimals of a number
_START, _END = r"(?<![0-9A-Za-z.])", r"(?![0-9A-Za-z])"
_NIR = re.compile(_START + r"[1-478] ?\d\d ?\d\d ?(?:\d\d|2[ABab]) ?\d{3} ?\d{3}(?: ?\d\d)?" + _END)
_IBAN = re.compile(
    _START + r"(?:[A-Z]{2}\d\d(?: ?[0-9A-Z]){11,30}|[Ff][Rr]\d\d(?: ?[0-9A-Za-z]){23})" + _END
)
_EMAIL = re.compile(r"(?<![^\s@<>\"'])[^\s@<>\"']+@[^\s@<>\"']+\.[A-Za-z]{2,}")
_PHONE = re.compile(r"(?<![0-9A-Za-z])(?:(?:\+|00)33[ .-]?|0)[1-9](?:[ .-]?\d\d){4}" + _END)
_CALLER_NUMBER = re.compile(_START + r"(?:\d{7}[A-Za-z]?|\d{11})" + _END)
_QUERY = re.compile(r"[?#][^\s?#]*=|://")


def _nir_key_fits(text: str) -> bool:
    """INSEE: key = 97 - (number mod 97); Corsica 2A counts as 19, 2B as 18."""
    digits = text.replace(" ", "").upper()
    number = digits[:13].replace("2A", "19").replace("2B", "18")
    return len(digits) == 15 and number.isdigit() and 97 - int(number) % 97 == int(digits[13:])


def _iban_fits(text: str) -> bool:
    """ISO 13616-1: first four characters to the end, letters as 10..35, remainder 1 by 97 (ISO
    7064).
    """
    compact = text.replace(" ", "").upper()
    return int("".join(str(int(sign, 36)) for sign in compact[4:] + compact[:4])) % 97 == 1


def _any(
    pattern: re.Pattern[str], fits: Callable[[str], bool] = lambda text: True
) -> Callable[[str], bool]:
    return lambda text: any(fits(match.group()) for match in pattern.finditer(text))


KINDS: dict[str, Callable[[str], bool]] = {
    "nir": _any(_NIR),
    "iban": _any(_IBAN, _iban_fits),
    "email": _any(_EMAIL),
    "phone": _any(_PHONE),
    "caller_number": _any(_CALLER_NUMBER),
    "address": _any(_QUERY),
}
"""The patterns that are searched in the strings of an event."""

_ON_PURPOSE = {"mandate": {"nir", "iban"}}
"""A mandate's reference is recorded on purpose and may look like any number, but never like these.
"""

_MIRROR_KINDS: dict[str, Callable[[str], bool]] = {
    "nir": _any(_NIR, _nir_key_fits),
    "iban": _any(_IBAN, _iban_fits),
}
"""The patterns for a mirrored page: only numbers with a check digit, because times, sizes and a
public body's telephone number are no secrets.
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


def _frame_findings(data: bytes) -> list[RedactionFinding]:
    """What a whole zstd frame of the mirror holds that it must not;
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
    return [RedactionFinding("data", kind) for kind, holds in _MIRROR_KINDS.items() if holds(page)]


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
    """What the record holds that no log may hold; empty when it is clean.
    A `MirrorChunk` is checked before its cut.
    """
    event = record.event
    found = [
        RedactionFinding(name, kind)
        for name, text in _strings(event)
        for kind, holds in KINDS.items()
        if kind in _ON_PURPOSE.get(name, KINDS) and holds(text)
    ]
    if isinstance(event, MirrorChunk):
        found += _frame_findings(event.data)
    return found or _shape_findings(event)


def redact(record: Record) -> Record:
    """The record itself when it is clean;
    else the same event with its strings replaced and `redacted` set.
    """
    found = check_clean(record)
    if not found:
        return record
    fields = {finding.field for finding in found}
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
