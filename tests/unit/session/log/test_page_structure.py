# SPDX-License-Identifier: GPL-3.0-only
"""What is kept of a shared page: its structure, and nothing that stands in it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from session.log.page_structure import FILLED, PageStructure

SECRET = "Val-Doré"
PUBLIC = "https://www.caf.example/aides/"

Node = dict[str, Any]


def element(tag: str, number: int, *children: Node, **attributes: object) -> Node:
    return {
        "type": 2,
        "tagName": tag,
        "id": number,
        "attributes": {
            name.rstrip("_").replace("__", "-"): value for name, value in attributes.items()
        },
        "childNodes": list(children),
    }


def text(number: int, words: str = SECRET, **more: object) -> Node:
    return {"type": 3, "id": number, "textContent": words, **more}


def meta(href: str = "https://prive.example/", **more: object) -> Node:
    return {"type": 4, "data": {"href": href, "width": 9, "height": 9, **more}, "timestamp": 1}


def picture(*nodes: Node) -> Node:
    data = {
        "node": {"type": 0, "id": 1, "childNodes": list(nodes)},
        "initialOffset": {"left": 0, "top": 0},
    }
    return {"type": 2, "data": data, "timestamp": 1}


def change(**data: object) -> Node:
    return {"type": 3, "data": data, "timestamp": 2}


def own(tag: str, **payload: object) -> Node:
    return {"type": 5, "data": {"tag": tag, "payload": payload}, "timestamp": 2}


def kept(*events: Node, public: tuple[str, ...] = (), epoch: int = 0) -> list[Node]:
    given = json.dumps(list(events), ensure_ascii=False)
    decoded: list[Node] = json.loads(PageStructure(public).keep(given, epoch))
    return decoded


PAGE = picture(
    element("div", 2, text(3, "Bonjour")),
    element("p", 4, text(5, "Bonjour")),
    element("style", 6, text(7, ".a{top:0}", isStyle=True)),
    element("canvas", 8),
    element("button", 9, element("span", 10, text(11, "7"))),
    element("div", 12, element("span", 13, text(14, "8"))),
)


def attribute(number: int, **attributes: object) -> Node:
    return change(source=0, attributes=[{"id": number, "attributes": attributes}])


PLACES: dict[str, list[Node]] = {
    "text": [picture(text(2))],
    "title": [picture(element("head", 2, element("title", 3, text(4))))],
    "comment": [picture({"type": 5, "id": 2, "textContent": SECRET})],
    "cdata": [picture({"type": 4, "id": 2, "textContent": SECRET})],
    "doctype": [
        picture({"type": 1, "id": 2, "name": SECRET, "publicId": SECRET, "systemId": SECRET})
    ],
    "unknown kind of node": [picture({"type": 9, "id": 2, "textContent": SECRET})],
    "mode of the document": [
        {"type": 2, "data": {"node": {"type": 0, "id": 1, "compatMode": SECRET}}, "timestamp": 1}
    ],
    "value of a field": [picture(element("input", 2, type="text", value=SECRET))],
    "value of a field without a type": [picture(element("input", 2, value=SECRET))],
    "kind of a field": [picture(element("input", 2, type=SECRET))],
    "value of a choice": [
        picture(element("select", 2, element("option", 3, text(4), value=SECRET)))
    ],
    "label of a choice": [picture(element("option", 2, label=SECRET))],
    "value of a text area": [picture(element("textarea", 2, value=SECRET))],
    "text in a text area": [picture(element("textarea", 2, text(3)))],
    "value of a button": [picture(element("input", 2, type="submit", value=SECRET))],
    "editable text": [picture(element("div", 2, element("b", 3, text(4)), contenteditable="true"))],
    **{
        f"attribute {name}": [picture(element(tag, 2, **{name: SECRET}))]
        for tag, name in (
            ("img", "alt"),
            ("img", "src"),
            ("img", "srcset"),
            ("img", "title"),
            ("p", "title"),
            ("a", "href"),
            ("a", "download"),
            ("a", "ping"),
            ("p", "aria__label"),
            ("p", "data__nom"),
            ("p", "lang"),
            ("p", "onclick"),
            ("p", "id"),
            ("p", "class"),
            ("p", "style"),
            ("p", "role"),
            ("p", "dir"),
            ("p", "hidden"),
            ("input", "placeholder"),
            ("input", "name"),
            ("input", "pattern"),
            ("input", "list"),
            ("form", "action"),
            ("meta", "content"),
            ("link", "href"),
            ("link", "_cssText"),
            ("base", "href"),
            ("iframe", "src"),
            ("iframe", "srcdoc"),
            ("iframe", "rr_src"),
            ("iframe", "name"),
            ("video", "poster"),
            ("video", "src"),
            ("object", "data"),
            ("embed", "src"),
            ("source", "srcset"),
            ("track", "label"),
            ("td", "abbr"),
            ("td", "width"),
            ("div", "rr_width"),
            ("canvas", "rr_dataURL"),
            ("video", "rr_mediaState"),
            ("svg", "viewBox"),
            ("time", "datetime"),
            ("q", "cite"),
            ("meter", "value"),
            ("style", "media"),
            ("script", "src"),
            ("p", "valdore"),
        )
    },
    "name of an element": [picture(element("x-val-doré", 2, text(3, "x")))],
    "text of an unknown element": [picture(element("x-nom", 2, text(3)))],
    "name of an attribute": [picture({**element("p", 2), "attributes": {SECRET: "x"}})],
    "style": [picture(element("style", 2, text(3, f'.a{{content:"{SECRET}"}}', isStyle=True)))],
    "style of an element": [
        picture(element("p", 2, style=f"--a:'{SECRET}';background:url({SECRET})"))
    ],
    "script": [picture(element("script", 2, text(3)))],
    "no script": [picture(element("noscript", 2, text(3)))],
    "template": [picture(element("template", 2, element("p", 3, text(4))))],
    "drawing": [
        picture(element("svg", 2, element("text", 3, text(4)), element("title", 5, text(6))))
    ],
    "formula": [picture(element("math", 2, element("mi", 3, text(4))))],
    "shadow tree": [
        picture(
            {
                **element("div", 2, {**element("p", 3, text(4)), "isShadow": True}),
                "isShadowHost": True,
            }
        )
    ],
    "address of the page": [meta(f"https://x.example/{SECRET}?{SECRET}#{SECRET}")],
    "address with a user": [meta(f"https://{SECRET}:{SECRET}@x.example/")],
    "picture of a canvas": [PAGE, own("canvas", id=8, url=f"data:image/png;base64,{SECRET}")],
    "kind of a canvas": [PAGE, own("canvas", id=8, url="", display=SECRET)],
    "open list": [PAGE, own("select", id=2, open=True, index=0, options=[SECRET])],
    "event of an unknown tag": [PAGE, own(SECRET, id=2, words=SECRET)],
    "event of an unknown type": [{"type": 6, "data": {"plugin": SECRET}, "timestamp": 1}],
    "unknown change": [change(source=99, text=SECRET)],
    "line of the console": [change(source=11, payload=[SECRET])],
    "typed": [PAGE, change(source=5, id=2, text=SECRET, isChecked=False)],
    "value set as attribute": [PAGE, attribute(2, value=SECRET)],
    "title set as attribute": [PAGE, attribute(2, title=SECRET)],
    "style set as attribute": [PAGE, attribute(2, style={"background-image": f"url({SECRET})"})],
    "property set as attribute": [PAGE, attribute(2, style={"--a": [f'"{SECRET}"', SECRET]})],
    "text that changes": [PAGE, change(source=0, texts=[{"id": 3, "value": SECRET}])],
    "text of nobody knows what": [change(source=0, texts=[{"id": 3, "value": SECRET}])],
    "style that changes": [
        PAGE,
        change(source=0, texts=[{"id": 7, "value": f'.a{{content:"{SECRET}"}}'}]),
    ],
    "text that comes later": [PAGE, change(source=0, adds=[{"parentId": 2, "node": text(90)}])],
    "element that comes later": [
        PAGE,
        change(
            source=0,
            adds=[{"parentId": 2, "nextId": None, "node": element("i", 90, text(91), alt=SECRET)}],
        ),
    ],
    "style that comes later": [
        PAGE,
        change(source=0, adds=[{"parentId": 6, "node": text(90, f"{SECRET}", isStyle=True)}]),
    ],
    "frame that comes later": [
        PAGE,
        change(
            source=0,
            isAttachIframe=True,
            adds=[{"parentId": 2, "node": {"type": 0, "id": 90, "childNodes": [text(91)]}}],
        ),
    ],
    "rule": [
        PAGE,
        change(source=8, id=6, adds=[{"rule": f'.a{{content:"{SECRET}"}}', "index": 0}]),
    ],
    "replaced sheet": [PAGE, change(source=8, id=6, replace=f'.a{{content:"{SECRET}"}}')],
    "declaration": [
        PAGE,
        change(
            source=13,
            id=6,
            index=[0],
            set={"property": "content", "value": f'"{SECRET}"', "priority": SECRET},
        ),
    ],
    "property": [
        PAGE,
        change(source=13, id=6, index=[0], set={"property": SECRET, "value": "red"}),
    ],
    "sheet of a shadow tree": [
        PAGE,
        change(
            source=15,
            id=1,
            styleIds=[1],
            styles=[{"styleId": 1, "rules": [{"rule": f"{SECRET} {{}}"}]}],
        ),
    ],
    "key of an event": [{**PAGE, SECRET: SECRET}],
    "key of a node": [picture({**element("p", 2), SECRET: SECRET})],
}


@pytest.mark.parametrize("place", PLACES)
def test_no_word_is_kept(place: str) -> None:
    left = json.dumps(kept(*PLACES[place]), ensure_ascii=False)
    assert "Dor" not in left
    assert "dor" not in left


@pytest.mark.parametrize("source", [1, 2, 5, 6, 7, 9, 10, 11, 12, 14, 16])
def test_what_the_caller_does_is_not_kept(source: int) -> None:
    acts = change(source=source, id=4, type=2, x=1, y=1, text="on", isChecked=True, positions=[])
    assert kept(PAGE, acts) == kept(PAGE)


def test_the_page_still_has_its_form() -> None:
    link = {"_cssText": ".a > .b { color: red }"}
    page = picture(
        element("link", 2, **link),
        element("div", 3, element("p", 4, text(5, "Bonjour Madame")), class_="a", hidden=True),
        element("td", 6, colspan="2", width="50%", style="color: red; width: 12px"),
        element("input", 7, type="checkbox", checked=True, disabled=""),
    )
    root = kept(page)[0]["data"]["node"]
    sheet, block, cell, box = root["childNodes"]
    assert sheet["attributes"] == {"_cssText": ".n0 > .n1{color:red;}"}
    assert block["attributes"] == {"class": "n0", "hidden": ""}
    assert block["childNodes"][0]["childNodes"][0]["textContent"] == "▆▆▆▆▆▆ ▆▆▆▆"
    assert cell["attributes"] == {"colspan": "2", "width": "50%", "style": "color:red;width:12px;"}
    assert box["attributes"] == {"type": "checkbox", "disabled": ""}


def test_a_field_tells_only_that_something_is_in_it() -> None:
    fields = [
        element("input", n, type="text", value=value) for n, value in ((2, "4"), (3, "Quentin"))
    ]
    values = [
        node["attributes"]["value"]
        for node in kept(picture(*fields))[0]["data"]["node"]["childNodes"]
    ]
    assert values == [FILLED, FILLED]
    empty = kept(picture(element("input", 2, type="text", value="")))[0]["data"]["node"]
    assert "value" not in empty["childNodes"][0]["attributes"]


def test_a_picture_becomes_a_box_of_its_size() -> None:
    image = element("img", 2, src="x.png", width="120", height="80", rr_natural="640 480")
    node = kept(picture(image))[0]["data"]["node"]["childNodes"][0]
    assert node["attributes"]["width"] == "120"
    assert "width='640' height='480'" in node["attributes"]["src"]
    assert "background" in node["attributes"]["style"]


def test_changes_of_the_page_are_kept() -> None:
    changed = kept(
        PAGE,
        attribute(2, class_="x", style={"display": "none"}),
        change(source=0, adds=[{"parentId": 2, "nextId": 3, "node": element("p", 90)}]),
        change(source=0, removes=[{"parentId": 2, "id": 3}]),
        change(source=3, id=1, x=0, y=210.4),
    )[1:]
    first, added, removed, scrolled = [event["data"] for event in changed]
    assert first["attributes"] == [{"id": 2, "attributes": {"style": {"display": "none"}}}]
    assert added["adds"][0]["node"]["tagName"] == "p"
    assert removed["removes"] == [{"parentId": 2, "id": 3}]
    assert scrolled == {"source": 3, "id": 1, "x": 0, "y": 210}


@pytest.mark.parametrize(
    "pressed",
    [
        attribute(9, **{"class": "pressed"}),
        attribute(10, **{"class": "pressed"}),
        attribute(12, **{"class": "pressed"}),
        attribute(13, style={"color": "red"}),
        change(source=0, adds=[{"parentId": 9, "nextId": None, "node": element("i", 90)}]),
        change(source=0, adds=[{"parentId": 12, "nextId": None, "node": element("i", 90)}]),
        change(source=0, texts=[{"id": 11, "value": "x"}]),
        change(source=3, id=12, x=0, y=40),
    ],
)
def test_which_key_of_a_pad_was_pressed_is_not_kept(pressed: Node) -> None:
    assert kept(PAGE, pressed) == kept(PAGE)


def test_what_cannot_be_understood_is_not_kept() -> None:
    structure = PageStructure()
    for damaged in (b"[1]", b"[", b"[" * 200_000, b'[{"type":2,"data":{"node":1},"timestamp":1}]'):
        assert structure.keep(damaged) == b"[]"
    unknown = change(source=0, adds=[{"parentId": 77, "nextId": None, "node": text(90, "Bonjour")}])
    assert kept(unknown) == []


# ---- public pages


def words(
    *events: Node, address: str = PUBLIC + "logement", epoch: int = 0, follows: bool = True
) -> str:
    first = meta(address, follows=follows)
    events_kept = kept(first, *events, public=(PUBLIC,), epoch=epoch)
    return json.dumps(events_kept, ensure_ascii=False)


def test_words_of_a_public_page_are_kept_without_its_numbers() -> None:
    left = words(picture(element("p", 2, text(3, "Aide au logement : 06 12 34 ２３ ²"))))
    assert "Aide au logement : ▆▆ ▆▆ ▆▆ ▆▆ ▆" in left
    assert "/logement" not in left


@pytest.mark.parametrize(
    "address",
    [
        "https://www.caf.example/mon-compte/",
        "https://www.caf.example/aides/../mon-compte/",
        "https://www.caf.example.org/aides/",
        "http://www.caf.example/aides/",
        "https://x@www.caf.example/",
        "about:blank",
        "",
    ],
)
def test_no_words_are_kept_of_other_pages(address: str) -> None:
    assert "Bonjour" not in words(PAGE, address=address)


def test_fields_and_frames_of_a_public_page_keep_no_words() -> None:
    frame = {"type": 0, "id": 90, "childNodes": [text(91)]}
    left = words(
        picture(
            element("div", 2, text(3), contenteditable=""),
            element("select", 4, element("option", 5, text(6))),
            element("textarea", 7, text(8)),
            element("iframe", 9, frame),
            element("img", 10, alt=SECRET),
        )
    )
    assert SECRET not in left


def test_a_page_that_went_elsewhere_without_being_loaded_keeps_no_words_any_more() -> None:
    went = own("address", href="https://www.caf.example/mon-compte/")
    back = own("address", href=PUBLIC)
    later = change(source=0, adds=[{"parentId": 2, "nextId": None, "node": text(90)}])
    assert SECRET in words(PAGE, later)
    assert SECRET not in words(PAGE, went, later)
    assert SECRET not in words(PAGE, went, back, later)
    again = meta(PUBLIC, follows=True)
    assert SECRET not in words(PAGE, went, back, again, picture(text(2)))


def test_another_document_is_looked_at_anew() -> None:
    structure = PageStructure([PUBLIC])
    private = [meta("https://www.caf.example/mon-compte/", follows=True), picture(text(2))]
    public = [meta(PUBLIC, follows=True), picture(text(2))]
    assert SECRET not in structure.keep(json.dumps(private), 1).decode()
    assert SECRET not in structure.keep(json.dumps(public), 1).decode()
    assert SECRET in structure.keep(json.dumps(public), 2).decode()


def test_a_kiosk_that_does_not_tell_where_pages_go_is_not_believed() -> None:
    assert "Bonjour" not in words(PAGE, follows=False)


def test_what_becomes_editable_keeps_no_words() -> None:
    editable = attribute(2, contenteditable="true")
    typed = change(source=0, texts=[{"id": 3, "value": SECRET}])
    assert SECRET not in words(PAGE, editable, typed)
