# SPDX-License-Identifier: GPL-3.0-only
"""Walks the objects of a program from its root, and says which class exists more than once.

```python
assert classes_that_exist_twice(program, may_be_many={Stream, Timer}) == {}
```

A test of each program uses it: a part that is built twice by mistake (one copy is asked, the other
one is connected) shows neither in types nor in behaviour.
"""

from __future__ import annotations

import dataclasses
import gc
from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator
from enum import Enum
from functools import partial
from types import BuiltinMethodType, CellType, FunctionType, MethodType, ModuleType
from typing import Any

import msgspec

from session.core.signals import Signal

OURS = ("session", "views", "documents", "expert_app")
"""The top-level packages whose objects are counted."""

CONTAINERS = (dict, list, tuple, set, frozenset, deque)


def classes_that_exist_twice(root: object, *, may_be_many: Collection[type] = ()) -> dict[str, int]:
    """ "module.Class" -> number of its objects, of each class that exists more than once.

    Args:
        may_be_many: classes of which a program has several on purpose; subclasses are not included.
            Signals always may.
    """
    counted = Counter(type(each) for each in objects_of(root))
    return {
        f"{kind.__module__}.{kind.__qualname__}": count
        for kind, count in counted.items()
        if count > 1 and kind not in may_be_many and kind is not Signal
    }


def objects_of(root: object) -> list[object]:
    """Every object of our own classes that can be reached from `root`, values left out.

    It follows attributes, containers, bound methods, closures and partials. What only Qt holds
    (a slot connected to a Qt signal) is not seen.
    """
    return [each for each in _reached(root) if _is_ours(each) and not _is_value(each)]


def most_kept(root: object) -> int:
    """Return the length of the longest container that can be reached from `root`: as much as it
    remembers of anything.
    """
    return max(len(each) for each in _reached(root) if isinstance(each, dict | list | set | deque))


def _reached(root: object) -> list[object]:
    seen = {id(root)}
    waiting: deque[Any] = deque([root])
    reached: list[object] = []
    while waiting:
        each = waiting.popleft()
        reached.append(each)
        for other in _held_by(each):
            if id(other) not in seen:
                seen.add(id(other))
                waiting.append(other)
    return reached


def _held_by(each: Any) -> Iterator[object]:
    if isinstance(each, (type, ModuleType)):
        return
    if isinstance(each, FunctionType):
        yield from each.__closure__ or ()
        yield from each.__defaults__ or ()
        yield from (each.__kwdefaults__ or {}).values()
    elif isinstance(each, CellType):
        yield from _content(each)
    elif isinstance(each, MethodType | BuiltinMethodType):
        yield each.__self__
    elif isinstance(each, partial):
        yield from (each.func, each.args, each.keywords)
    elif isinstance(each, CONTAINERS) or _is_ours(each):
        yield from _referents(each)


def _content(cell: CellType) -> Iterator[object]:
    try:
        yield cell.cell_contents
    except ValueError:  # a cell that is not filled yet
        return


def _referents(each: object) -> Iterable[object]:
    return gc.get_referents(each)


def _is_ours(each: object) -> bool:
    return type(each).__module__.partition(".")[0] in OURS


def _is_value(each: object) -> bool:
    """Messages, their classes, entries and other frozen things may exist as often as they like."""
    if isinstance(each, type):
        return True
    kind = type(each)
    frozen = dataclasses.is_dataclass(kind) and kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
    return frozen or isinstance(each, msgspec.Struct | Enum | BaseException)
