# SPDX-License-Identifier: GPL-3.0-only
"""The words that a person types into a request and somebody keeps: a reason, a note. A field's
type says so; the door of hub and vault (`session.protocol.codec.decode_request`) takes numbers
of people out.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec
from msgspec import inspect

from session.core.errors import ReasonWithoutWords
from session.masking.numbers import mask

_MARK = "typed"
TYPED_WORDS: dict[str, Any] = {_MARK: "words"}
TYPED_REASON: dict[str, Any] = {_MARK: "reason"}
TYPED_LINES: dict[str, Any] = {_MARK: "lines"}
"""`extra` of a field's `msgspec.Meta`: on one line, with words in it, or in lines as typed."""

LEAST_LETTERS = 3


def is_reason(text: str) -> bool:
    """True for words. A dot, "ok" or "xxx" is no reason."""
    letters = [letter for letter in text.casefold() if letter.isalpha()]
    return len(letters) >= LEAST_LETTERS and len(set(letters)) > 1


def kept_words(text: str) -> str:
    """The words as they are kept: on one line, each number of a person masked."""
    return mask(" ".join(text.split()))


def as_kept[Request](request: Request) -> Request:
    """The request with what a person typed as it is kept. Raises `ReasonWithoutWords`."""
    changed: dict[str, str] = {}
    kind: Any = type(request)
    for name, mark in typed_fields(kind).items():
        text = getattr(request, name)
        if not text:
            continue
        if mark == TYPED_REASON[_MARK] and not is_reason(text):
            raise ReasonWithoutWords(letters=LEAST_LETTERS)
        if mark == TYPED_LINES[_MARK]:
            changed[name] = mask(text)
        else:
            changed[name] = kept_words(text)
    if not changed:
        return request
    assert isinstance(request, msgspec.Struct)
    return msgspec.structs.replace(request, **changed)


@cache
def typed_fields(kind: type) -> dict[str, str]:
    """The marked fields of a request, each with its mark."""
    info = inspect.type_info(kind)
    if isinstance(info, inspect.StructType):
        fields = info.fields
    else:
        fields = ()
    marks = {field.encode_name: _mark_of(field.type) for field in fields}
    return {name: mark for name, mark in marks.items() if mark}


def _mark_of(kind: inspect.Type) -> str:
    if isinstance(kind, inspect.Metadata):
        return str((kind.extra or {}).get(_MARK, ""))
    if isinstance(kind, inspect.UnionType):
        return next((mark for mark in map(_mark_of, kind.types) if mark), "")
    return ""
