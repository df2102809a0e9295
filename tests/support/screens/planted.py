# SPDX-License-Identifier: GPL-3.0-only
"""Scenes whose every text of somebody else is hostile: a picture, a link, an entity, a shortcut,
a mark of direction, and as long as the message allows. Used by
`tests/accessibility/test_planted_words.py`.

A text is found by the types of the messages, so a new field is planted by itself:

    plant_scenes(monkeypatch, LONG_WORDS)
    window = EVERY["desk/offered"]()
"""

from __future__ import annotations

import functools
import inspect
import re
import sys
from collections.abc import Callable
from types import FunctionType
from typing import Any, Literal

import msgspec
import pytest
from msgspec import inspect as kinds
from PyQt6.QtCore import QObject

from session.core import dossier_model
from session.protocol.hub.tickets import Ticket

PICTURE = "p.png"
TURN = "\u202e"
SIGNS = f"<img src='{PICTURE}'> &amp; &Val <a href='x'>\u200f{TURN}on"
"""What Qt could take for a picture, an entity, a shortcut, a link, an Arabic beginning, and for the
order to write all that follows from right to left.
"""

MOST_LETTERS = 500
"""Of a text that the message itself does not bound: what `Text` of the protocol has."""

Filling = Literal["", "mot ", "W"]
SHORT: Filling = ""
LONG_WORDS: Filling = "mot "
ONE_WORD: Filling = "W"

NUMBER_LETTERS = 40
"""Of a dossier's number: what the register's column has."""

STRANGERS = ("title", "text", "words", "agent_name", "organisation", "organisation_name", "site")
"""Parameters of windows that take words of somebody else by themselves, in no message."""

OUR_OWN = {"icon", "number_kind", "ticket_number"}
"""Fields whose words are chosen from a list of ours, or made by the hub, though their type does not
say so.
"""

cut_lengths: set[int] = set()
"""How many signs of `SIGNS` were planted where a message allows no more."""

planted_fields: set[tuple[str, str]] = set()
"""(message, field) of each text that was planted since the program began."""


def planted_text(original: str, most: int, filling: Filling) -> str:
    """Return a hostile text of at most so many letters; of another text, another one."""
    if most < len(SIGNS):
        cut_lengths.add(most)
    text = f"{SIGNS}{original}"
    return (text + filling * most)[:most] if filling else text[:most]


def planted(value: Any, kind: kinds.Type | None, filling: Filling) -> Any:
    """Return a value of a message with every free text in it hostile."""
    match kind:
        case kinds.UnionType(types=members):
            for member in members:
                if _is_of(value, member):
                    return planted(value, member, filling)
        case kinds.StrType(pattern=None, max_length=most) if isinstance(value, str) and value:
            return planted_text(value, most or MOST_LETTERS, filling)
        case kinds.StructType() if isinstance(value, msgspec.Struct):
            return planted_message(value, filling)
        case kinds.ListType(item_type=item) | kinds.VarTupleType(item_type=item):
            if isinstance(value, list | tuple):
                return type(value)(planted(one, item, filling) for one in value)
        case kinds.DictType(value_type=item) if isinstance(value, dict):
            return {key: planted(one, item, filling) for key, one in value.items()}
    return value


def _is_of(value: Any, kind: kinds.Type) -> bool:
    match kind:
        case kinds.StructType(cls=cls):
            return isinstance(value, cls)
        case kinds.StrType():
            return type(value) is str
        case kinds.ListType() | kinds.VarTupleType():
            return isinstance(value, list | tuple)
        case kinds.DictType():
            return isinstance(value, dict)
    return False


@functools.cache
def _fields(message: type[msgspec.Struct]) -> tuple[kinds.Field, ...]:
    kind = kinds.type_info(message)
    assert isinstance(kind, kinds.StructType)
    return kind.fields


def planted_message(message: msgspec.Struct, filling: Filling) -> msgspec.Struct:
    """Return a message with every free text in it hostile."""
    changes = {}
    for field in _fields(type(message)):
        if field.name in OUR_OWN or (type(message), field.name) == (Ticket, "number"):
            continue
        before = getattr(message, field.name)
        after = planted(before, field.type, filling)
        if field.name == "number" and type(message).__module__ == dossier_model.__name__:
            after = planted_text(before, NUMBER_LETTERS, filling)
        if after is not before and after != before:
            changes[field.name] = after
            planted_fields.add((type(message).__name__, field.name))
    return msgspec.structs.replace(message, **changes)


def _planted_argument(name: str, value: Any, filling: Filling) -> Any:
    if isinstance(value, msgspec.Struct):
        return planted_message(value, filling)
    if isinstance(value, str) and value and name in STRANGERS:
        return planted_text(value, MOST_LETTERS, filling)
    if isinstance(value, tuple) and (names := getattr(value, "_fields", ())):
        parts = zip(names, value, strict=True)
        return type(value)(*(_planted_argument(part, one, filling) for part, one in parts))
    if isinstance(value, list | tuple):
        return type(value)(_planted_argument("", one, filling) for one in value)
    if isinstance(value, dict):
        return {key: _planted_argument("", one, filling) for key, one in value.items()}
    return value


def plant_scenes(monkeypatch: pytest.MonkeyPatch, filling: Filling) -> None:
    """Let every window be told hostile words instead of those that a scene tells it."""
    for name, module in list(sys.modules.items()):
        if not name.startswith("views.") or module is None:
            continue
        for view in vars(module).values():
            if inspect.isclass(view) and view.__module__ == name and issubclass(view, QObject):
                for method, function in list(vars(view).items()):
                    if isinstance(function, FunctionType) and re.fullmatch("[a-z][a-z_]+", method):
                        monkeypatch.setattr(view, method, _hostile(function, filling))


def _hostile(function: FunctionType, filling: Filling) -> Callable[..., Any]:
    names = list(inspect.signature(function).parameters)

    @functools.wraps(function)
    def told(*given: Any, **named: Any) -> Any:
        if sys._getframe(1).f_globals["__name__"].startswith("tests."):
            given = tuple(
                _planted_argument(name, one, filling)
                for name, one in zip(names, given, strict=False)
            )
            named = {name: _planted_argument(name, one, filling) for name, one in named.items()}
        return function(*given, **named)

    return told
