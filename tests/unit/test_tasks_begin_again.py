# SPDX-License-Identifier: GPL-3.0-only
"""A loop without an end is started so that it begins again: one that dies in silence is a part of
the product that nobody misses until it is needed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.support.private_names import sources

ENDS = {
    "_fetch": "a part of a page arrives, or is given up",
    "_keep_page": "a page is kept, and told when it cannot be",
    "_save": "a list is saved",
}
"""Work with a loop in it that comes to an end of its own, and what ends it."""
SUPERVISOR = "session/core/tasks.py"

type Works = dict[str, ast.AsyncFunctionDef]


def test_no_endless_loop_is_started_without_a_keeper() -> None:
    works = {path: _works(tree) for path, tree in sources().items() if path != SUPERVISOR}
    anywhere = {name for own in works.values() for name in _direct(own)}
    guilty = {
        f"{path}: {work}"
        for path, own in works.items()
        for work in _started(sources()[path])
        if work not in ENDS and work in (_endless(own) if work in own else anywhere)
    }
    assert guilty == set()


def _started(tree: ast.Module) -> Iterator[str]:
    """Names of the coroutines of this module that are given to `Tasks.start`."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="start" | "start_now"),
                args=[ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)), *_],
            ):
                yield name


def _works(tree: ast.Module) -> Works:
    """Its coroutines, by name."""
    return {node.name: node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)}


def _direct(works: Works) -> set[str]:
    """Those with `while True` in them."""
    return {name for name, work in works.items() if any(map(_is_endless, ast.walk(work)))}


def _endless(works: Works) -> set[str]:
    """Those with `while True`, themselves or in what they await of their own."""
    direct = _direct(works)
    return direct | {
        name
        for name, work in works.items()
        for node in ast.walk(work)
        if isinstance(node, ast.Await)
        and isinstance(node.value, ast.Call)
        and getattr(node.value.func, "attr", "") in direct
    }


def _is_endless(node: ast.AST) -> bool:
    match node:
        case ast.While(test=ast.Constant(value=True)):
            return True
        case _:
            return False
