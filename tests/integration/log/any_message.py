# SPDX-License-Identifier: GPL-3.0-only
"""A valid message of any kind, made from its fields' types: for tests that try every verb."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from msgspec import inspect

_DAY = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def made[Kind: msgspec.Struct](kind: type[Kind], known: Mapping[str, str]) -> Kind:
    """A message with every field set; `known`: what fields of these names say."""
    whole = inspect.type_info(kind)
    assert isinstance(whole, inspect.StructType)
    return msgspec.convert(_struct(whole, known), kind)


def _struct(whole: inspect.StructType, known: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {whole.tag_field: whole.tag} if whole.tag_field else {}
    for one in whole.fields:
        if one.name in known and isinstance(one.type, inspect.StrType):
            found[one.encode_name] = known[one.name]
        elif one.name != "v":
            found[one.encode_name] = _value(one.type, known)
    return found


def _value(kind: inspect.Type, known: Mapping[str, str]) -> Any:
    match kind:
        case inspect.Metadata():
            return _value(kind.type, known)
        case inspect.StructType():
            return _struct(kind, known)
        case inspect.UnionType():
            return _value(kind.types[0], known)
        case inspect.EnumType():
            return next(iter(kind.cls)).value
        case inspect.LiteralType():
            return kind.values[0]
        case inspect.StrType():
            return _text(kind)
    return _plain(kind)


def _text(kind: inspect.StrType) -> str:
    least = kind.min_length or 0
    for text in (
        "x" * max(1, least),
        "",
        "2026-03-01",
        "A001",
        "a" * 64,
        "A" * 43 + "=",
        "U" + "A" * 55,
    ):
        if len(text) >= least and (kind.pattern is None or re.search(kind.pattern, text)):
            return text
    raise AssertionError(kind.pattern)


def _plain(kind: inspect.Type) -> Any:
    match kind:
        case inspect.IntType() | inspect.FloatType():
            return max(1, int(kind.ge or 0))
        case inspect.BoolType():
            return True
        case inspect.BytesType():
            return b""
        case inspect.DateTimeType():
            return _DAY
        case inspect.DateType():
            return date(2026, 3, 1)
        case inspect.DictType() | inspect.RawType():
            return {}
        case inspect.NoneType() | inspect.AnyType():
            return None
        case inspect.ListType() if kind.min_length:
            return [_value(kind.item_type, {})]
    return []
