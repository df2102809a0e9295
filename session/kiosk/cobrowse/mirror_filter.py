# SPDX-License-Identifier: GPL-3.0-only
"""The second guard of the shared page:
checks what the recorder in the page let through, before it leaves the kiosk.

Used by `session.kiosk.cobrowse.guard_worker`. The first guard (`resources/pages/record.js`) knows
the page: passwords, hidden fields, fields that are sensitive by name. This one knows only text, and
trusts nothing: unknown events are dropped, and numbers of people and accounts are made unreadable
wherever they stand.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator
from typing import Annotated

import msgspec

from session.core.field_types import whole
from session.masking.drawn import mask_picture, mask_shape, mask_style
from session.masking.numbers import mask, mask_each
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

# rrweb 2, `IncrementalSource`: mutation, mouse move, mouse interaction, scroll, viewport resize,
# input, touch move, media interaction, style sheet rule, drag, style declaration, selection,
# adopted style sheet. Not canvas (9), font (10), log (11), custom element (16): the recorder never
# sends them.
_SOURCES = frozenset({0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 14, 15})
MOVES = frozenset({1, 6, 12})
"""Sources that only move a cursor: the first to go when the line is full."""

_MAX_CUSTOM_BYTES = 300_000
MASKED_CHARS = 2_000
"""Of an address, a title, a question: what is longer is cut before it is looked at."""

_FEW_DIGITS = re.compile(r"(?:\d\D*){5}")
_SHORTEST = 5
"""Every number of `session.masking` has five digits and more;
most strings of a page have fewer, and need no closer look.
"""

_SHAPES = frozenset(
    (
        *("d", "points", "path", "viewBox", "values", "keyTimes", "keySplines", "tableValues"),
        *("transform", "gradientTransform", "patternTransform", "kernelMatrix", "stroke-dasharray"),
    )
)
"""What `resources/pages/page_parts.js` calls so: attributes of drawings that hold figures only."""

_STYLES = frozenset({"_cssText", "style"})
"""Names of strings that are styles; a page gives its attributes no other names than our own
recorder lets through. `rule` is one only where it begins an object of a list.
"""

_VALUE = re.compile(r':?"(?:[^"\\]|\\.)*(?:"|\\?\Z)', re.DOTALL)

_REST_OF_STRING = re.compile(r'(?:[^"\\]|\\.)*', re.DOTALL)
_SIGN = re.compile(r'\\.|"', re.DOTALL)
_PIECE_CHARS = 128 * 1024


def _text_of(literal: str) -> str:
    """The text that stands between two quotes of JSON."""
    if "\\" in literal:
        return str(json.loads(f'"{literal}"', strict=False))
    return literal


def _strings_of(piece: str) -> list[str]:
    """What stands before the first quote, between it and the second, and so on."""
    parts = piece.split('"')
    if '\\"' not in piece:
        return parts
    strings: list[str] = []
    whole: list[str] = []
    for part in parts:
        whole.append(part)
        is_string = len(strings) % 2 == 1
        if is_string and (len(part) - len(part.rstrip("\\"))) % 2 == 1:
            continue  # a quote inside the string
        strings.append('"'.join(whole))
        whole = []
    if whole:
        raise ValueError("a string has no end")
    return strings


def _mask_of(strings: list[str], at: int) -> Callable[[str], str]:
    """How the string at this place is masked, which the name before it says."""
    if at > 2 and strings[at - 1] == ":":
        name = strings[at - 2]
        if name in _STYLES or (name == "rule" and strings[at - 3][-2:] in ("[{", ",{")):
            return mask_style
        if name in _SHAPES:
            return mask_shape
    if strings[at].startswith("data:image/"):
        return mask_picture
    return mask


def _mask_piece(piece: str) -> str:
    """Every string of a piece, masked; plain texts are looked at together."""
    strings = _strings_of(piece)
    harmless: set[str] = set()
    plain: list[tuple[int, str]] = []
    for at in range(1, len(strings), 2):
        literal = strings[at]
        if len(literal) < _SHORTEST or literal in harmless:
            continue
        if literal.isascii() and _FEW_DIGITS.search(literal) is None:
            harmless.add(literal)
            continue
        text, masked_by = _text_of(literal), _mask_of(strings, at)
        if masked_by is mask:
            plain.append((at, text))
        elif (masked := masked_by(text)) != text:
            strings[at] = _written(masked)
    for (at, text), masked in zip(plain, mask_each([text for _at, text in plain]), strict=True):
        if masked != text:
            strings[at] = _written(masked)
    return '"'.join(strings)


def _written(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


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
            if rest is not None:
                end = rest.end() + 1
            if end > len(text) or text[end - 1] != '"':
                raise ValueError("a string has no end")
        if ":" in text[end - 1 : end + 1] and (value := _VALUE.match(text, end)):
            end = value.end()
        yield text[at:end]
        at = end


def _is_open(piece: str) -> bool:
    """True if JSON that begins outside a string ends inside one: it has an odd number of
    quotes. One scan; a search for whole strings would begin anew at every escaped quote.
    """
    if "\\" not in piece:
        return piece.count('"') % 2 == 1
    return _SIGN.findall(piece).count('"') % 2 == 1


def _mask_json(text: str) -> str:
    """Every string of the JSON, masked; in pieces, see `_pieces`."""
    return "".join(map(_mask_piece, _pieces(text)))


class _Incremental(msgspec.Struct):
    source: int


class _Meta(msgspec.Struct):
    href: str
    width: int | float
    height: int | float
    follows: bool = True
    """This kiosk also tells where a page goes without being loaded anew (`address_event`)."""


class _Canvas(msgspec.Struct):
    id: int
    url: str
    display: Annotated[str, msgspec.Meta(pattern=whole("[a-z-]{1,20}"))] = "inline"
    width: int | float = 0
    height: int | float = 0


class _Select(msgspec.Struct):
    id: int
    open: bool
    index: int
    options: Annotated[
        list[Annotated[str, msgspec.Meta(max_length=200)]], msgspec.Meta(max_length=200)
    ]


class _Focus(msgspec.Struct):
    id: int
    at: int = -1


class _Tagged(msgspec.Struct):
    tag: str
    payload: msgspec.Raw


_PAYLOADS: dict[str, type[_Canvas] | type[_Select] | type[_Focus]] = {
    "canvas": _Canvas,
    "select": _Select,
    "focus": _Focus,
}
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
        if msgspec.json.decode(data, type=_Incremental).source in _SOURCES:
            return data
        return None
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


def address_event(address: str, timestamp: float) -> MirrorEvent:
    """Says that the page has this address from here on: what the log keeps depends on it."""
    data = {"tag": "address", "payload": {"href": mask(without_query(address)[:MASKED_CHARS])}}
    return MirrorEvent(CUSTOM, msgspec.Raw(msgspec.json.encode(data)), timestamp)


def source_of(event: MirrorEvent) -> int:
    """rrweb's incremental source of the event, -1 for other types."""
    if event.type == INCREMENTAL:
        return msgspec.json.decode(event.data, type=_Incremental).source
    return -1


def filter_event(event: MirrorEvent) -> MirrorEvent | None:
    """The event as it may leave the kiosk, or None:
    unknown, malformed or too large events never do.
    """
    if len(event.data) > MAX_EVENTS_BYTES:
        return None
    try:
        data = _allowed_data(event)
        if data is not None:
            text = _mask_json(data.decode())
        else:
            text = None
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        log.warning(
            "a shared-page event of type %d was dropped: %s", event.type, type(error).__name__
        )
        return None
    if text is not None:
        return MirrorEvent(event.type, msgspec.Raw(text.encode()), event.timestamp)
    return None


def filter_events(events: list[MirrorEvent]) -> list[MirrorEvent]:
    """Return what may leave the kiosk, in order."""
    return [filtered for event in events if (filtered := filter_event(event)) is not None]
