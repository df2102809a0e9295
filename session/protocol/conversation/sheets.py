# SPDX-License-Identifier: GPL-3.0-only
"""Style sheets of the shared page by their names, so that each travels once. No I/O.

Used by both ends' `cobrowse` and by the log. A `<link>` in rrweb's events may have `rr_sheet`
where rrweb writes `_cssText`: the name of the text, its SHA-256 (FIPS 180-4) in letters, because
whoever looks for numbers would take hexadecimal digits for one. Who lacks a text asks for it
(`SheetsRequested`); it comes in the stream, as a custom event alone in its payload.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any

import msgspec

from session.core.field_types import NOT_DECODED, whole
from session.protocol.conversation.mirror import CUSTOM, MirrorEvent

ATTRIBUTE, TEXT_ATTRIBUTE = "rr_sheet", "_cssText"
TAG = "sheets"

MIN_CHARS, MAX_CHARS = 1_000, 2 * 1024 * 1024
"""A shorter text is hardly more than its name; a longer one travels with its page."""

MOST_NAMED = 500
"""Names in one payload, and in one request."""

_LETTERS = str.maketrans("0123456789", "ghijklmnop")
_NAMED = re.compile(rb'"rr_sheet":"([a-p]{64})"')

SheetName = Annotated[str, msgspec.Meta(pattern=whole("[a-p]{64}"))]


class _Texts(msgspec.Struct):
    texts: list[str]


class _Sheets(msgspec.Struct, tag_field="tag", tag=TAG):
    payload: _Texts


_sheets = msgspec.json.Decoder(_Sheets)


def sheet_name(text: str) -> str:
    """Return the text's name. Raises `ValueError` for what is no Unicode text."""
    return hashlib.sha256(text.encode()).hexdigest().translate(_LETTERS)


def names_in(text: bytes) -> list[str]:
    """Return the names in a JSON array of events, each once, at most `MOST_NAMED`."""
    names = dict.fromkeys(match.decode() for match in _NAMED.findall(text))
    return list(names)[:MOST_NAMED]


def in_full(data: bytes, text_of: Callable[[str], str | None]) -> bytes:
    """Return the JSON of an event with the texts in place of their names, as far as known."""

    def written(match: re.Match[bytes]) -> bytes:
        text = text_of(match[1].decode())
        if text is None:
            return match[0]
        return b'"_cssText":' + msgspec.json.encode(text)

    return _NAMED.sub(written, data)


def sheets_event(texts: Iterable[str], timestamp: float) -> MirrorEvent:
    """Return the event that brings texts."""
    data = {"tag": TAG, "payload": {"texts": list(texts)}}
    return MirrorEvent(CUSTOM, msgspec.Raw(msgspec.json.encode(data)), timestamp)


def texts_of(events: list[MirrorEvent]) -> list[str] | None:
    """Return the texts that a payload brings; None when it brings none."""
    if len(events) != 1 or events[0].type != CUSTOM:
        return None
    try:
        return _sheets.decode(events[0].data).payload.texts
    except NOT_DECODED:
        return None


def named_text(attributes: Mapping[str, Any], texts: Mapping[str, str]) -> str | None:
    """Return the text that a link's attributes name; None when they name none."""
    name = attributes.get(ATTRIBUTE)
    if isinstance(name, str):
        return texts.get(name, "")
    return None
