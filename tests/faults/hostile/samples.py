# SPDX-License-Identifier: GPL-3.0-only
"""A message of every type, with new ids each time, and made from the types alone: a new message is
tried without a word here. Used by the bench of hostile ends.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from typing import Annotated, Any

import msgspec
from msgspec import inspect

from session.protocol.codec import decode_session, encode_session
from session.protocol.conversation.messages import SessionMessage
from session.protocol.topics import MESSAGE_ROWS, MessageLevel, MessageRow, SendingEnd

WORDS = (
    "0" * 64,
    "a" * 64,
    "A" * 43 + "=",
    "A" * 86 + "==",
    "U" + "A" * 55,
    "https://www.valdore.example/",
    "image/jpeg",
    "Bonjour",
    "x",
)
"""Tried in turn for a text that must look like something."""

LEVELS = (MessageLevel.TALK, MessageLevel.PAGE, MessageLevel.PAPERS)


def rows_of(end: SendingEnd) -> list[MessageRow]:
    """What an end may say in a conversation that is not sealed."""
    said = (end, SendingEnd.EITHER)
    return [row for row in MESSAGE_ROWS if row.level in LEVELS and row.by in said]


def sample(message: type[SessionMessage], number: int) -> SessionMessage:
    """A message that its receiver can read; texts as long as the type allows are not tried here."""
    kind = inspect.type_info(message)
    assert isinstance(kind, inspect.StructType)
    values = {
        field.encode_name: _value(field.type, f"{field.name}{number}")
        for field in kind.fields
        if field.required
    }
    made = msgspec.convert(values, message)
    return decode_session(encode_session(made))


def _value(kind: inspect.Type, name: str) -> Any:
    match kind:
        case inspect.Metadata():
            return _value(kind.type, name)
        case inspect.BoolType():
            return True
        case inspect.IntType() | inspect.FloatType():
            return max(kind.ge or 0, 1 if kind.gt is not None else 0)
        case inspect.StrType():
            return _text(kind, name)
        case inspect.EnumType():
            return next(iter(kind.cls)).value if issubclass(kind.cls, Enum) else None
        case inspect.LiteralType():
            return kind.values[0]
        case inspect.DateTimeType():
            return datetime.now(UTC)
        case inspect.StructType():
            return {
                field.encode_name: _value(field.type, name)
                for field in kind.fields
                if field.required
            }
        case inspect.ListType():
            return [_value(kind.item_type, name)] * max(1, kind.min_length or 1)
        case inspect.DictType():
            return {}
        case inspect.UnionType():
            return _value(kind.types[0], name)
    raise TypeError(f"no sample of {kind}")


def _text(kind: inspect.StrType, name: str) -> str:
    limits = {
        key: getattr(kind, key)
        for key in ("min_length", "max_length", "pattern")
        if getattr(kind, key) is not None
    }
    for text in (name, *WORDS):
        try:
            return str(msgspec.convert(text, _constrained(limits)))
        except msgspec.ValidationError:
            continue
    raise ValueError(f"no text for {limits}")


def _constrained(limits: dict[str, Any]) -> Any:
    return Annotated[str, msgspec.Meta(**limits)] if limits else str
