# SPDX-License-Identifier: GPL-3.0-only
"""Tests wait for a condition, not for a time: a time is too short on a busy machine, and too long
on every other.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.support.private_names import parsed
from tests.unit.source_files import sources

MOST, FALLS_BY = 166, 10
"""Fixed waits in tests; it only falls, and is lowered once so many are gone."""

SLEEPS = {("asyncio", "sleep"), ("time", "sleep"), ("qtbot", "wait")}


def fixed_sleeps(node: ast.AST, *, looks_again: bool = False) -> Iterator[int]:
    """The lines that wait for a number that stands there. Between two looks of a `while` it is no
    fixed wait; `sleep(0)` gives way to others and waits for nothing.
    """
    for child in ast.iter_child_nodes(node):
        again = looks_again or isinstance(child, ast.While)
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            again = False
        match child:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=owner), attr=name),
                args=[ast.Constant(value=wait), *_],
            ) if (owner, name) in SLEEPS and wait and not again:
                yield child.lineno
        yield from fixed_sleeps(child, looks_again=again)


def test_fewer_tests_than_before_wait_for_a_time() -> None:
    waits = [line for path in sources("tests") for line in fixed_sleeps(parsed(path))]
    assert len(waits) <= MOST
    assert len(waits) > MOST - FALLS_BY, "some are gone: lower the most to what is left"


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("await asyncio.sleep(0.5)", [1]),
        ("time.sleep(2)", [1]),
        ("qtbot.wait(50)", [1]),
        ("await asyncio.sleep(0)", []),
        ("await asyncio.sleep(2 * PULSE_S)", []),
        ("while not seen:\n    await asyncio.sleep(0.01)", []),
        ("while True:\n    def later():\n        time.sleep(1)", [3]),
    ],
)
def test_the_search_finds_what_it_should(source: str, lines: list[int]) -> None:
    assert list(fixed_sleeps(ast.parse(source))) == lines
