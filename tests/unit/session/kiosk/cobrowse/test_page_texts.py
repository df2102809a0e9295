# SPDX-License-Identifier: GPL-3.0-only
"""Numbers that are cut over several nodes of a page, in pictures and in what changes later."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from session.kiosk.cobrowse.guard_worker import PushFilter

NIR = ("2 79 0", "1 35 238 411")


class Page:
    """Makes rrweb's nodes and events, and shows what the guard lets through."""

    def __init__(self) -> None:
        self._last = 0
        self._filter = PushFilter()

    def node(self, tag: str, *children: Any, **attributes: Any) -> dict[str, Any]:
        self._last += 1
        number = self._last
        told = [self.text(child) if isinstance(child, str) else child for child in children]
        return {
            "type": 2,
            "id": number,
            "tagName": tag,
            "attributes": attributes,
            "childNodes": told,
        }

    def text(self, text: str) -> dict[str, Any]:
        self._last += 1
        return {"type": 3, "id": self._last, "textContent": text}

    def leaves(self, kind: int, data: dict[str, Any]) -> str:
        event = {"type": kind, "data": data, "timestamp": 1}
        push = {"document": "d", "address": "http://h.example/", "events": [event]}
        (left,) = self._filter.filtered(json.dumps(push).encode()).events
        return json.dumps(msgspec.json.decode(left.data), ensure_ascii=False)

    def picture(self, *body: Any) -> str:
        return self.leaves(2, {"node": self.node("body", *body)})


def spans(page: Page, *texts: str, depth: int = 1) -> list[dict[str, Any]]:
    made = []
    for text in texts:
        node = page.node("span", text)
        for _ in range(depth - 1):
            node = page.node("span", node)
        made.append(node)
    return made


@pytest.mark.parametrize("depth", [1, 4])
def test_a_number_cut_over_spans_is_masked(depth: int) -> None:
    page = Page()
    left = page.picture(page.node("p", *spans(page, *NIR, depth=depth)))
    assert not any(part in left for part in NIR)


def test_a_number_in_a_long_paragraph_is_masked_and_its_words_stay() -> None:
    page = Page()
    words = "texte " * 50
    left = page.picture(
        page.node("p", words, page.node("b", "2 76 07"), " ", page.node("b", "44 109 512"), words)
    )
    assert "2 76 07" not in left
    assert "44 109 512" not in left
    assert left.count(words) == 2


@pytest.mark.parametrize(
    ("cells", "secret"),
    [
        (("2", "81", "03", "69", "387", "145", "22"), '"387"'),
        (("2810369387", "145"), "2810369387"),
        (("DE89", "3704", "0044", "0532", "0130", "00"), '"3704"'),
        (("4970", "1012", "3456", "7893"), '"1012"'),
        (("4970 10", "12 3456 7893"), "3456"),
        (tuple("2810369387145"), '"8"'),
    ],
)
@pytest.mark.parametrize("tag", ["td", "div", "li", "x-cell"])
def test_a_number_cut_over_cells_is_masked(cells: tuple[str, ...], secret: str, tag: str) -> None:
    page = Page()
    left = page.picture(page.node("p", "N°"), *(page.node(tag, cell) for cell in cells))
    assert secret not in left
    assert "N°" in left


def test_a_number_with_a_line_break_in_it_is_masked() -> None:
    page = Page()
    left = page.picture(page.node("p", "2 77 08", page.node("br"), "13 055 118"))
    assert "055" not in left


@pytest.mark.parametrize(
    "values", [["2", "74", "11", "93", "421", "337", "58"], list("2741193421337")]
)
def test_a_number_over_boxes_is_masked(values: list[str]) -> None:
    page = Page()
    boxes = [page.node("input", type="text", value=value) for value in values]
    left = page.picture(page.node("form", *boxes))
    assert '"value": "•••"' in left
    assert not any(f'"value": "{value}"' in left for value in values)


def test_a_code_in_boxes_for_one_character_is_masked_also_while_it_is_typed() -> None:
    page = Page()
    boxes = [page.node("input", type="text", maxlength="1") for _ in range(6)]
    page.picture(page.node("p", "Code"), page.node("form", *boxes))
    for box, digit in zip(boxes, "839172", strict=True):
        typed = page.leaves(3, {"source": 5, "id": box["id"], "text": digit, "isChecked": False})
        assert f'"{digit}"' not in typed


def test_days_and_amounts_of_a_table_stay() -> None:
    page = Page()
    days = [page.node("td", str(day)) for day in range(1, 32)]
    years = [page.node("td", str(year)) for year in range(2016, 2027)]
    amounts = [page.node("td", text) for text in ("1 204,50 €", "850,00 €", "354,50 €", "12,00 €")]
    left = page.picture(
        page.node("table", page.node("tr", *days), page.node("tr", *years), *amounts)
    )
    assert "•" not in left


def test_what_comes_later_is_seen_together_with_what_is_there() -> None:
    page = Page()
    first, paragraph = page.text("2 79 01"), page.node("p")
    paragraph["childNodes"] = [first]
    page.picture(paragraph)
    later = page.node("span", " 35 238 411")
    added = {"parentId": paragraph["id"], "nextId": None, "node": later}
    left = page.leaves(3, {"source": 0, "adds": [added], "texts": [], "removes": []})
    assert "238" not in left
    assert json.loads(left)["texts"] == [{"id": first["id"], "value": "•••"}]


def test_a_text_that_grows_is_seen_together_with_the_one_beside_it() -> None:
    page = Page()
    first, second = page.text("2 79 01 35"), page.text("")
    page.picture(page.node("p", page.node("b", first), page.node("b", second)))
    change = {"id": second["id"], "value": " 238 411"}
    left = page.leaves(3, {"source": 0, "texts": [change], "adds": [], "removes": []})
    assert "238" not in left
    grown = {"id": second["id"], "value": " 238 411 50"}
    left = page.leaves(3, {"source": 0, "texts": [grown], "adds": [], "removes": []})
    assert "411" not in left


def test_what_was_removed_is_no_longer_beside_it() -> None:
    page = Page()
    first, second = page.node("b", "2 79 01 35"), page.text("")
    body = page.node("p", first, page.node("b", second))
    page.picture(body)
    removed = {"id": first["id"], "parentId": body["id"]}
    change = {"id": second["id"], "value": " 238 411"}
    left = page.leaves(3, {"source": 0, "texts": [change], "adds": [], "removes": [removed]})
    assert "238 411" in left


@pytest.mark.timeout(20)
def test_a_page_of_many_nodes_that_all_change_is_looked_at_once() -> None:
    page = Page()
    cells = [page.text(f"{number} ") for number in range(20_000)]
    page.picture(*(page.node("b", cell) for cell in cells))
    texts = [{"id": cell["id"], "value": f"{number}"} for number, cell in enumerate(cells)]
    page.leaves(3, {"source": 0, "texts": texts, "adds": [], "removes": []})
