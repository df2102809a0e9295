# SPDX-License-Identifier: GPL-3.0-only
"""The second guard of the shared page:
checks what the recorder in the page let through, before it leaves the kiosk.

Used by `session.kiosk.cobrowse.shared_page`. The first guard (`resources/pages/record.js`) knows
the page: passwords, hidden fields, fields that are sensitive by name. This one knows only text, and
trusts nothing: unknown events are dropped, and numbers of people and accounts are made unreadable
wherever they stand.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Annotated

import msgspec

from session.protocol.conversation.allowed_addresses import without_query
from session.protocol.conversation.mirror import (
    CUSTOM,
    FULL_SNAPSHOT,
    INCREMENTAL,
    MAX_EVENTS_BYTES,
    META,
    MirrorEvent,
)

log = logging.getLogger(__name__)

MASK = "•••"

# rrweb 2, `IncrementalSource`: mutation, mouse move, mouse interaction, scroll, viewport resize,
# input, touch move, media interaction, style sheet rule, drag, style declaration, selection,
# adopted style sheet. Not canvas (9), font (10), log (11), custom element (16): the recorder never
# sends them.
_SOURCES = frozenset({0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 14, 15})
MOVES = frozenset({1, 6, 12})
"""Sources that only move a cursor: the first to go when the line is full."""

_MAX_CUSTOM_BYTES = 300_000

# Between digits: any white space (also no-break), dots, dashes, invisible characters, and the
# escapes of JSON.
_GAP = r"(?:\\[nrt]|[\s.\-_/\u00ad\u200b-\u200d\u2060\ufeff]){0,3}"

_NIR = re.compile(
    rf"(?<!\d)[1-478]{_GAP}\d\d{_GAP}(?:0[1-9]|1[0-2]|[2-9]\d){_GAP}(?:0[1-9]|[1-9]\d|2[AaBb]){_GAP}"
    rf"\d\d\d{_GAP}\d\d\d(?:{_GAP}\d\d)?(?!\d)"
)
"""The French social security number (INSEE:
sex, year, month, department, commune, order), with or without its key.
"""

_FRENCH_ACCOUNT = re.compile(
    rf"(?<![A-Za-z0-9])FR{_GAP}\d{_GAP}\d(?:{_GAP}\d){{10}}"
    rf"(?:(?:{_GAP}[A-Z0-9]){{11}}(?:{_GAP}\d){{2}}(?![A-Za-z0-9])|(?:{_GAP}\d){{0,13}})",
    re.IGNORECASE,
)
"""A French account number (ISO 13616: bank and branch are ten digits), also mistyped or cut short.
"""

_ACCOUNT = re.compile(rf"(?<![A-Za-z0-9])[A-Z]{{2}}\d\d(?:{_GAP}[A-Z0-9]){{11,30}}", re.IGNORECASE)
"""What may be an account number of another country; `_mask_account` decides."""

_CARD = re.compile(
    r"(?<![\w.])(?:[2-6]\d{3}(?:[ \u00a0\u202f.-]?\d{4}){3}"
    r"|3[47]\d{2}[ \u00a0\u202f.-]?\d{6}[ \u00a0\u202f.-]?\d{5})(?!\d)"
)
"""What may be the number of a payment card (ISO/IEC 7812-1); `_mask_card` decides."""

_JOB_SEEKER = re.compile(r"(?<![\w#./+=-])\d{7}[A-Z](?![\w/+=])")
"""The number that France Travail, and some family funds, give a person: seven digits and a letter.
"""

_BENEFICIARY = re.compile(
    r"(?i)(allocataire|identifiant(?: france "
    r"travail)?)((?:\W|n[o°]|num[ée]ro|est){0,12}?)\d{5,11}[A-Z]?\b"
)
"""A number that is a person's only because the word before it says so."""

_COUNTRIES_BY_LENGTH = {
    15: "NO",
    16: "BE",
    18: "DK FI NL",
    19: "SI",
    20: "AT EE LT LU",
    21: "CH HR LI LV",
    22: "BG DE GB IE VA",
    23: "GI",
    24: "AD CZ ES RO SE SK",
    25: "PT",
    26: "IS",
    27: "GR IT MC SM",
    28: "CY HU PL",
    31: "MT",
}
_ACCOUNT_LENGTHS = {
    country: length for length, names in _COUNTRIES_BY_LENGTH.items() for country in names.split()
}
"""Characters of an account number per country of the euro payments area (ISO 13616 registry)."""

_FEW_DIGITS = re.compile(r"(?:\d\D*){5}")
_SHORTEST = 7
"""Every number above has five digits and more;
most strings of a page have fewer, and need no closer look.
"""

_STRING = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)', re.DOTALL)
"""A string of JSON, or what is there of it: a search never begins anew inside one."""

_REST_OF_STRING = re.compile(r'(?:[^"\\]|\\.)*', re.DOTALL)
_SIGN = re.compile(r'\\.|"', re.DOTALL)
_PIECE_CHARS = 128 * 1024
_CHARACTER = re.compile(rf"{_GAP}[A-Za-z0-9]")


def _mask_account(found: re.Match[str]) -> str:
    """Masks the number when its check digits are right (ISO 7064, MOD 97-10), and leaves the words
    after it.
    """
    text = found[0]
    steps = _CHARACTER.findall(text)
    plain = "".join(step[-1] for step in steps).upper()
    length = _ACCOUNT_LENGTHS.get(plain[:2], 0)
    if not length or len(plain) < length:
        return text
    number = plain[4:length] + plain[:4]
    if int("".join(str(int(letter, 36)) for letter in number)) % 97 != 1:
        return text
    return MASK + text[len("".join(steps[:length])) :]


def _mask_card(found: re.Match[str]) -> str:
    """Masks the number when its check digit is right (ISO/IEC 7812-1, annex B: Luhn)."""
    digits = [int(sign) for sign in reversed(found[0]) if sign.isdigit()]
    total = sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return found[0] if total % 10 else MASK


def mask_text(text: str) -> str:
    """`text` with social security, account, card and beneficiaries' numbers made unreadable."""
    text = _BENEFICIARY.sub(rf"\1\2{MASK}", _JOB_SEEKER.sub(MASK, _CARD.sub(_mask_card, text)))
    for pattern in (_NIR, _FRENCH_ACCOUNT):
        text = pattern.sub(MASK, text)
    return _ACCOUNT.sub(_mask_account, text)


def _mask_literal(found: re.Match[str]) -> str:
    literal = found[0]
    if len(literal) < _SHORTEST or _FEW_DIGITS.search(literal) is None:
        return literal
    # Pictures are not text; their letters would look like account numbers.
    return literal if literal.startswith('"data:image/') else mask_text(literal)


def _pieces(text: str) -> Iterator[str]:
    """JSON in pieces of some size, never cut inside a string:
    no search holds the whole program up, and each letter is looked at a few times only, whatever
    the page wrote.

    Raises:
        ValueError: a string has no end.
    """
    at = 0
    while at < len(text):
        end = min(at + _PIECE_CHARS, len(text))
        while end < len(text) and text[end - 1] == "\\":
            end += 1
        if _is_open(text[at:end]):
            rest = _REST_OF_STRING.match(text, end)
            end = rest.end() + 1 if rest is not None else end
            if end > len(text) or text[end - 1] != '"':
                raise ValueError("a string has no end")
        yield text[at:end]
        at = end


def _is_open(piece: str) -> bool:
    """Whether JSON that begins outside a string ends inside one: it has an odd number of quotes.
    One scan; a search for whole strings would begin anew at every escaped quote.
    """
    return _SIGN.findall(piece).count('"') % 2 == 1


def _mask_json(text: str) -> str:
    """Every string of the JSON, masked; in pieces, see `_pieces`."""
    return "".join(_STRING.sub(_mask_literal, piece) for piece in _pieces(text))


class _Incremental(msgspec.Struct):
    source: int


class _Meta(msgspec.Struct):
    href: str
    width: int | float
    height: int | float


class _Canvas(msgspec.Struct):
    id: int
    url: str
    display: Annotated[str, msgspec.Meta(pattern="^[a-z-]{1,20}$")] = "inline"
    width: int | float = 0
    height: int | float = 0


class _Select(msgspec.Struct):
    id: int
    open: bool
    index: int
    options: Annotated[
        list[Annotated[str, msgspec.Meta(max_length=200)]], msgspec.Meta(max_length=200)
    ]


class _Tagged(msgspec.Struct):
    tag: str
    payload: msgspec.Raw


_PAYLOADS: dict[str, type[_Canvas] | type[_Select]] = {"canvas": _Canvas, "select": _Select}
"""What our own recorder adds to rrweb's events, by tag; nothing else passes."""


def _allowed_data(event: MirrorEvent) -> bytes | None:
    """The event's data as it may leave, or None."""
    data = bytes(event.data)
    if event.type == META:
        meta = msgspec.json.decode(data, type=_Meta)
        return msgspec.json.encode(_Meta(without_query(meta.href), meta.width, meta.height))
    if event.type == FULL_SNAPSHOT:
        return data
    if event.type == INCREMENTAL:
        return data if msgspec.json.decode(data, type=_Incremental).source in _SOURCES else None
    if event.type == CUSTOM and len(data) <= _MAX_CUSTOM_BYTES:
        return _allowed_custom(data)
    return None


def _allowed_custom(data: bytes) -> bytes | None:
    custom = msgspec.json.decode(data, type=_Tagged)
    if custom.tag not in _PAYLOADS:
        return None
    payload = msgspec.json.decode(custom.payload, type=_PAYLOADS[custom.tag])
    if isinstance(payload, _Canvas) and payload.url and not payload.url.startswith("data:image/"):
        return None
    return msgspec.json.encode({"tag": custom.tag, "payload": payload})


def source_of(event: MirrorEvent) -> int:
    """rrweb's incremental source of the event, -1 for other types."""
    return (
        msgspec.json.decode(event.data, type=_Incremental).source
        if event.type == INCREMENTAL
        else -1
    )


def filter_event(event: MirrorEvent) -> MirrorEvent | None:
    """The event as it may leave the kiosk, or None:
    unknown, malformed or too large events never do.
    """
    if len(event.data) > MAX_EVENTS_BYTES:
        return None
    try:
        data = _allowed_data(event)
        text = _mask_json(data.decode()) if data is not None else None
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        log.warning(
            "a shared-page event of type %d was dropped: %s", event.type, type(error).__name__
        )
        return None
    return (
        MirrorEvent(event.type, msgspec.Raw(text.encode()), event.timestamp)
        if text is not None
        else None
    )


def filter_events(events: list[MirrorEvent]) -> list[MirrorEvent]:
    """What may leave the kiosk, in order."""
    return [kept for event in events if (kept := filter_event(event)) is not None]
