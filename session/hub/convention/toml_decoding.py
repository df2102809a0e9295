# SPDX-License-Identifier: GPL-3.0-only
"""Decodes TOML into structs and names everything that does not fit, not only the first thing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, get_args, get_origin

import msgspec

from session.hub.convention.problems import CatalogueWrong, Problem


def decode[Entry: msgspec.Struct](text: bytes, kind: type[Entry], where: str) -> Entry:
    """The struct that the TOML says.

    Raises:
        CatalogueWrong: it is no UTF-8, no TOML, or does not fit; with every place that does not.
    """
    try:
        raw = msgspec.toml.decode(text.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise CatalogueWrong([Problem("not_utf8", where)]) from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise CatalogueWrong([Problem("not_toml", where, {"why": str(error)})]) from error
    misfits = list(_misfits(raw, kind, where, ""))
    if misfits:
        raise CatalogueWrong(misfits)
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:  # what only the whole can say
        raise CatalogueWrong([Problem("misfit", where, {"why": str(error)})]) from error


def _misfits(
    raw: Mapping[str, Any], kind: type[msgspec.Struct], where: str, path: str
) -> Iterator[Problem]:
    fields = _fields(kind)
    for name in raw:
        if name not in fields:
            yield Problem("unknown_field", _place(where, path, name), {"field": name})
    for name, field in fields.items():
        if name not in raw:
            if field.required:
                yield Problem("missing_field", _place(where, path, ""), {"field": name})
            continue
        yield from _misfit(raw[name], field.type, where, f"{path}{name}")


@cache
def _fields(kind: type[msgspec.Struct]) -> Mapping[str, msgspec.structs.FieldInfo]:
    """Fields by their name in the file; msgspec reads the class's annotations at each question."""
    return {field.encode_name: field for field in msgspec.structs.fields(kind)}


def _misfit(value: Any, kind: Any, where: str, path: str) -> Iterator[Problem]:
    if get_origin(kind) is list:
        inner = get_args(kind)[0]
    else:
        inner = None
    if inner is not None and isinstance(value, list) and _is_struct(inner):
        for number, item in enumerate(value, start=1):
            if isinstance(item, dict):
                name = item.get("id")
            else:
                name = None
            yield from _misfit(
                item, inner, where, f"{path}.{name if isinstance(name, str) else number}"
            )
    elif _is_struct(kind) and isinstance(value, dict):
        yield from _misfits(value, kind, where, f"{path}.")
    else:
        try:
            msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            yield Problem("misfit", _place(where, path, ""), {"why": str(error)})


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _place(where: str, path: str, name: str) -> str:
    inside = f"{path}{name}".rstrip(".")
    if inside:
        return f"{where}, {inside}"
    return where
