# SPDX-License-Identifier: GPL-3.0-only
"""What people wrote and chose in a shared page is not in what is kept of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from session.log.mirror_fields import FIELD_MASK, FieldMask

SECRET = "Val-Doré"

Node = dict[str, Any]


def element(tag: str, number: int, *children: Node, **attributes: object) -> Node:
    return {
        "type": 2,
        "tagName": tag,
        "id": number,
        "attributes": attributes,
        "childNodes": list(children),
    }


def text(number: int, words: str = SECRET) -> Node:
    return {"type": 3, "id": number, "textContent": words}


def picture(*nodes: Node) -> Node:
    return {
        "type": 2,
        "data": {"node": {"type": 0, "id": 1, "childNodes": list(nodes)}},
        "timestamp": 1,
    }


def change(**data: object) -> Node:
    return {"type": 3, "data": data, "timestamp": 2}


PAGE = picture(
    element("div", 2, text(3, "Bonjour"), contenteditable=""), element("p", 4, text(5, "Bonjour"))
)

PLACES: dict[str, list[Node]] = {
    "value of a field": [picture(element("input", 2, type="text", value=SECRET))],
    "value of a field without a type": [picture(element("input", 2, value=SECRET))],
    "value of a choice": [
        picture(element("select", 2, element("option", 3, text(4, "x"), value=SECRET)))
    ],
    "value of a text area": [picture(element("textarea", 2, value=SECRET))],
    "text in a text area": [picture(element("textarea", 2, text(3)))],
    "editable text": [picture(element("div", 2, element("b", 3, text(4)), contenteditable="true"))],
    "plain editable text": [picture(element("div", 2, text(4), contenteditable="plaintext-only"))],
    "typed": [change(source=5, id=7, text=SECRET, isChecked=False)],
    "value set as attribute": [
        change(source=0, attributes=[{"id": 7, "attributes": {"value": SECRET}}])
    ],
    "field that comes later": [
        change(source=0, adds=[{"parentId": 4, "node": element("input", 9, value=SECRET)}])
    ],
    "editable text that changes": [PAGE, change(source=0, texts=[{"id": 3, "value": SECRET}])],
    "editable text that comes later": [
        PAGE,
        change(source=0, adds=[{"parentId": 2, "node": text(9)}]),
    ],
    "text that changes before any picture": [change(source=0, texts=[{"id": 3, "value": SECRET}])],
    "text that becomes editable": [
        PAGE,
        change(source=0, attributes=[{"id": 4, "attributes": {"contenteditable": "true"}}]),
        change(source=0, adds=[{"parentId": 4, "node": text(9)}]),
    ],
}


def kept(*events: Node) -> str:
    return FieldMask().mask(json.dumps(list(events), ensure_ascii=False).encode()).decode()


@pytest.mark.parametrize("place", PLACES)
def test_no_value_is_kept(place: str) -> None:
    masked = kept(*PLACES[place])
    assert SECRET not in masked
    assert FIELD_MASK in masked


def test_no_choice_is_kept() -> None:
    box = element("input", 2, type="checkbox", checked=True)
    option = element("option", 3, text(4, "Veuve"), selected=True)
    masked = kept(
        picture(box, option),
        change(source=5, id=2, text="on", isChecked=True),
        {
            "type": 5,
            "data": {
                "tag": "select",
                "payload": {"id": 3, "open": True, "index": 2, "options": []},
            },
        },
    )
    assert "checked" not in masked
    assert "selected" not in masked
    assert '"isChecked":true' not in masked
    assert '"index":-1' in masked


def test_words_of_the_page_and_labels_of_its_buttons_stay() -> None:
    button = element("input", 2, type="submit", value="Envoyer")
    masked = kept(
        picture(button, element("p", 3, text(4, "Bonjour"))),
        change(source=0, texts=[{"id": 4, "value": "Là"}]),
    )
    assert all(words in masked for words in ("Envoyer", "Bonjour", "Là"))


@pytest.mark.parametrize(
    "damaged", [b"[1]", b'[{"type":2,"data":{"node":1}}]', b"[", b"[" * 200_000]
)
def test_what_cannot_be_understood_is_not_kept(damaged: bytes) -> None:
    assert FieldMask().mask(damaged) == b"[]"
