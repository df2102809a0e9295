# SPDX-License-Identifier: GPL-3.0-only
"""Small shared pages as rrweb events, for the tests of the mirror and of the replay."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

from pytestqt.qtbot import QtBot

from views.desk.shared_page.mirror_engine import register_schemes
from views.desk.shared_page.mirror_pane import MirrorPane

register_schemes()

Event = dict[str, Any]


def picture(words: str, at_ms: int = 0, size: tuple[int, int] = (800, 600)) -> list[Event]:
    """A page with one heading and one field, ids 8 and 9."""
    heading = _node(6, "h1", [{"type": 3, "textContent": words, "id": 8}])
    field = _node(9, "input", [], {"id": "champ", "value": ""})
    body = _node(5, "body", [heading, field])
    html = _node(3, "html", [_node(4, "head", []), body])
    tree = {"type": 0, "childNodes": [html], "id": 1}
    return [
        {
            "type": 4,
            "data": {"href": "http://h/", "width": size[0], "height": size[1]},
            "timestamp": at_ms,
        },
        {
            "type": 2,
            "data": {"node": tree, "initialOffset": {"left": 0, "top": 0}},
            "timestamp": at_ms + 1,
        },
    ]


def _node(
    number: int, tag: str, children: list[Event], attributes: dict[str, str] | None = None
) -> Event:
    return {
        "type": 2,
        "tagName": tag,
        "attributes": attributes or {},
        "childNodes": children,
        "id": number,
    }


def new_words(words: str, at_ms: int) -> Event:
    """The heading changes."""
    data = {
        "source": 0,
        "texts": [{"id": 8, "value": words}],
        "attributes": [],
        "removes": [],
        "adds": [],
    }
    return {"type": 3, "data": data, "timestamp": at_ms}


def typed(text: str, at_ms: int) -> Event:
    """The field changes."""
    return {
        "type": 3,
        "data": {"source": 5, "id": 9, "text": text, "isChecked": False},
        "timestamp": at_ms,
    }


def text_of(*events: Event) -> str:
    """The JSON array that a pane is fed."""
    return json.dumps(events)


def in_mirror(qtbot: QtBot, pane: MirrorPane, code: str) -> Any:
    """What `code` gives in the shell, `document` being the mirrored one."""
    answers: list[Any] = []
    pane.engine.page.runJavaScript(
        f"((document) => ({code}))(mirror.document())", 0, answers.append
    )
    qtbot.waitUntil(lambda: bool(answers))
    return answers[0]


def wait_mirrored(qtbot: QtBot, pane: MirrorPane, code: str) -> None:
    """Waits until `code` is true in the mirrored document."""

    def holds() -> bool:
        return in_mirror(qtbot, pane, f"document !== null && ({code})") is True

    qtbot.waitUntil(holds)


class _Reader(HTMLParser):
    """Reads a little HTML into rrweb's nodes, numbered from 20."""

    def __init__(self) -> None:
        super().__init__()
        self.next = 20
        self.stack: list[Event] = []

    def _number(self) -> int:
        self.next += 1
        return self.next

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = _node(self._number(), tag, [], {name: value or "" for name, value in attrs})
        self.stack[-1]["childNodes"].append(element)
        if tag != "input":
            self.stack.append(element)

    def handle_endtag(self, tag: str) -> None:
        self.stack.pop()

    def handle_data(self, data: str) -> None:
        self.stack[-1]["childNodes"].append({"type": 3, "textContent": data, "id": self._number()})


def page_text(*elements: str) -> str:
    """A page of 640 x 480 with each element in a line of 40 pixels of its own, as a pane is fed."""
    reader = _Reader()
    body = _node(5, "body", [], {"style": "margin: 0"})
    for element in elements:
        line = _node(reader._number(), "div", [], {"style": "height: 40px; overflow: hidden"})
        body["childNodes"].append(line)
        reader.stack = [line]
        reader.feed(element.replace(">", ' style="margin: 0; width: 300px; height: 40px">', 1))
    tree = {"type": 0, "childNodes": [_node(3, "html", [_node(4, "head", []), body])], "id": 1}
    return text_of(
        {"type": 4, "data": {"href": "http://h/", "width": 640, "height": 480}, "timestamp": 0},
        {"type": 2, "data": {"node": tree, "initialOffset": {"left": 0, "top": 0}}, "timestamp": 1},
    )


DECLARATION = (
    "<h1>Déclaration</h1>",
    '<nav aria-label="Rubriques"><a href="#">Accueil</a></nav>',
    '<label>Nom<input id="nom" value="Rostane" required></label>',
    '<label>Mot de passe<input type="password" id="mdp" value="••••••"></label>',
    '<p id="tort">Dix chiffres.</p>',
    '<label>Téléphone<input id="tel" value="12" aria-invalid="true" aria-describedby="tort">'
    "</label>",
    '<label>Activité <select id="act"><option>Salarié</option><option selected>Retraité</option>'
    "</select></label>",
    '<label>Enfants<input type="checkbox" id="enfants"></label>',
    "<table><caption>Pièces</caption><tbody><tr><th>Nom</th><th>État</th></tr>"
    "<tr><td>Bail</td><td>Reçu</td></tr></tbody></table>",
    "<p aria-hidden=true>Caché aux lecteurs</p>",
    "<button disabled>Valider</button>",
)
"""A form with what a screen reader has to say: a heading, fields, an error, a table."""


def ids_in(text: str) -> dict[str, int]:
    """The node of each element that has an id, in a page as a pane is fed."""
    nodes: dict[str, int] = {}
    waiting = [json.loads(text)[1]["data"]["node"]]
    while waiting:
        node = waiting.pop()
        if name := node.get("attributes", {}).get("id"):
            nodes[name] = node["id"]
        waiting += node.get("childNodes", [])
    return nodes


def focus_text(node: int, at: int = -1) -> str:
    """The keyboard of the caller's browser comes to a node, as a pane is fed."""
    data = {"tag": "focus", "payload": {"id": node, "at": at}}
    return text_of({"type": 5, "data": data, "timestamp": 9})
