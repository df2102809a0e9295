# SPDX-License-Identifier: GPL-3.0-only
"""The second guard: numbers wherever they stand in an event, and events that nobody knows."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from session.kiosk.cobrowse.mirror_filter import filter_event, filter_events, source_of
from session.masking.numbers import MASK
from session.protocol.conversation.mirror import MirrorEvent


def event(kind: int, data: Any) -> MirrorEvent:
    return MirrorEvent(
        kind, msgspec.Raw(json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()), 1
    )


def data_of(kept: MirrorEvent | None) -> Any:
    assert kept is not None
    return json.loads(bytes(kept.data))


def test_a_number_is_masked_wherever_it_stands_in_an_event() -> None:
    kept = filter_event(
        event(
            2,
            {
                "node": {
                    "textContent": "n° 1 85 05 78\n006 084",
                    "attributes": {"title": "FR76 3000 6000 0112 3456"},
                },
                "initialOffset": {"left": 0, "top": 0},
            },
        )
    )
    node = data_of(kept)["node"]
    assert node == {"textContent": f"n° {MASK}", "attributes": {"title": MASK}}


def test_a_picture_in_the_page_is_left_as_it_is() -> None:
    picture = "data:image/png;base64,FR7630006000011234567890189"
    kept = filter_event(event(3, {"source": 0, "adds": [{"src": picture, "alt": "1850578006084"}]}))
    assert data_of(kept)["adds"] == [{"src": picture, "alt": MASK}]


def test_a_shape_or_a_style_is_no_text_and_a_text_of_the_same_letters_is() -> None:
    strokes, style = "M75 38L48 80 27 51 49 68 34 30", "a{color:rgb(189.3375,220.89375,252.45)}"
    node = {
        "tagName": "path",
        "attributes": {"d": strokes, "style": style, "_cssText": style, "alt": strokes},
        "childNodes": [{"textContent": strokes}, {"textContent": style}],
    }
    kept = data_of(filter_event(event(2, {"node": node, "adds": [{"rule": style}]})))
    attributes, (text, other) = kept["node"]["attributes"], kept["node"]["childNodes"]
    assert (attributes["d"], attributes["style"], attributes["_cssText"]) == (strokes, style, style)
    assert kept["adds"] == [{"rule": style}]
    assert MASK in attributes["alt"]
    assert MASK in text["textContent"]
    assert MASK in other["textContent"]


def test_a_shape_is_known_wherever_a_long_page_is_cut() -> None:
    strokes = "M75 38L48 80 27 51 49 68 34 30"
    for filler in range(128 * 1024 - 120, 128 * 1024):
        nodes = [{"name": "x" * filler}, {"attributes": {"d": strokes}}]
        assert data_of(filter_event(event(2, {"node": nodes}))) == {"node": nodes}


def test_the_address_of_a_page_leaves_without_its_query() -> None:
    kept = filter_event(
        event(
            4, {"href": "https://h.example/a?nom=Zoe#b", "width": 1000, "height": 700, "more": "x"}
        )
    )
    assert data_of(kept) == {
        "href": "https://h.example/a",
        "width": 1000,
        "height": 700,
        "follows": True,
    }


@pytest.mark.parametrize(
    "unknown",
    [
        event(0, {}),
        event(1, {}),
        event(6, {"plugin": "console"}),
        event(99, {}),
        event(3, {"source": 9}),
        event(3, {"source": 10}),
        event(3, {"source": 11}),
        event(3, {"source": "0"}),
        event(3, []),
        event(4, {"href": 1}),
        event(5, {"tag": "other", "payload": {"id": 1, "url": "data:image/webp;base64,x"}}),
        event(5, {"tag": "canvas", "payload": {"id": 1, "url": "https://h.example/x.png"}}),
        event(
            5,
            {
                "tag": "canvas",
                "payload": {"id": 1, "url": "data:image/webp;base64," + "x" * 400_000},
            },
        ),
        MirrorEvent(2, msgspec.Raw(b'{"node":"\xff"}'), 1),
    ],
)
def test_what_is_unknown_or_malformed_never_leaves(unknown: MirrorEvent) -> None:
    assert filter_event(unknown) is None


def test_moves_can_be_told_from_the_rest() -> None:
    assert source_of(event(3, {"source": 1})) == 1
    assert source_of(event(2, {})) == -1


@pytest.mark.parametrize(
    ("payload", "passes"),
    [
        (
            '{"tag":"select","payload":{"id":3,"open":true,"index":0,"options":["FR7630006000011234567890189"]}}',
            True,
        ),
        ('{"tag":"select","payload":{"id":3,"open":true,"index":0,"options":"un"}}', False),
        (
            '{"tag":"canvas","payload":{"id":3,"url":"","display":"block","width":10.5,"height":4}}',
            True,
        ),
        ('{"tag":"canvas","payload":{"id":3,"url":"http://h/"}}', False),
        ('{"tag":"canvas","payload":{"id":3,"url":"","display":"block;background:url(x)"}}', False),
        ('{"tag":"other","payload":{"id":3}}', False),
    ],
)
def test_of_our_own_events_only_known_shapes_pass(payload: str, passes: bool) -> None:
    kept = filter_events([MirrorEvent(5, msgspec.Raw(payload.encode()), 1)])
    assert bool(kept) is passes
    assert b"FR7630006" not in b"".join(bytes(event.data) for event in kept)
