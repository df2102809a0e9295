# SPDX-License-Identifier: GPL-3.0-only
"""The second guard of a caller's finger, on its own."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from session.kiosk.cobrowse.pointer_filter import POINTER, PointerFilter
from session.protocol.conversation.mirror import FULL_SNAPSHOT, INCREMENTAL, MirrorEvent


def event(kind: int, data: Any) -> MirrorEvent:
    return MirrorEvent(kind, msgspec.Raw(json.dumps(data, separators=(",", ":")).encode()), 1)


def picture(*nodes: dict[str, Any]) -> MirrorEvent:
    return event(FULL_SNAPSHOT, {"node": {"type": 0, "id": 1, "childNodes": list(nodes)}})


def field(**attributes: str) -> dict[str, Any]:
    return {"type": 2, "tagName": "input", "id": 2, "attributes": attributes, "childNodes": []}


def digits(count: int) -> list[dict[str, Any]]:
    return [{"type": 3, "id": 10 + n, "textContent": str(n)} for n in range(count)]


MOVES = [event(INCREMENTAL, {"source": source, "id": 5, "x": 1, "y": 2}) for source in POINTER]


@pytest.mark.parametrize(
    "nodes",
    [
        [field(type="password")],
        [field(type="text", style="-webkit-text-security: disc")],
        digits(9),
        [field(alt=str(n)) for n in range(10)],
    ],
)
def test_no_finger_is_told_of_where_a_page_asks_for_a_secret(nodes: list[dict[str, Any]]) -> None:
    kept = PointerFilter().filter([picture(*nodes), *MOVES])
    assert [each.type for each in kept] == [FULL_SNAPSHOT]


def test_an_ordinary_page_tells() -> None:
    ordinary = [field(type="text", style="-webkit-text-security: none"), *digits(8), *digits(8)]
    assert len(PointerFilter().filter([picture(*ordinary), *MOVES])) == 1 + len(MOVES)


def test_what_comes_later_counts_until_the_next_picture() -> None:
    guard = PointerFilter()
    assert guard.filter([picture(), MOVES[0]])[1:] == [MOVES[0]]
    added = [{"parentId": 1, "nextId": None, "node": each} for each in digits(10)]
    assert len(guard.filter([event(INCREMENTAL, {"source": 0, "adds": added}), *MOVES])) == 1
    assert guard.filter(MOVES) == []
    assert len(guard.filter([picture(), *MOVES])) == 1 + len(MOVES)
