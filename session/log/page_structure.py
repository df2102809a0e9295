# SPDX-License-Identifier: GPL-3.0-only
"""A shared page as it is kept: its structure, without what stands in it.
Used by `session.log.mirror` for what is shared now, and by `session.log.upgrade` for old records.

Words become bars of about the same width, pictures become boxes of the same size; names of classes,
ids and unknown elements lose their meaning, style sheets keep their words, numbers and colours.
What the caller did (pointer, touch, selection, fields, what was chosen) is left out; so is how a
control looks while it is pressed, which would tell the key that was meant. All that is not known
to be structure is left out.

Words are kept on pages that the organisation calls public, but for fields, digits and frames.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from session.log.structure_words import (
    BOXES,
    CHOICES,
    CHOSEN,
    CONTROL_ROLES,
    CONTROLS,
    EMPTIED,
    ENUMS,
    FLAGS,
    HTML,
    LABELLED,
    NUMBERS,
    PRIVATE,
    TEXTS,
    is_small_number,
)
from session.log.style_structure import (
    BAR,
    Names,
    StyleStructure,
    bars,
    element_name,
    split_texts,
)
from session.protocol.conversation.allowed_addresses import AllowList, without_query
from session.protocol.conversation.mirror import CUSTOM, FULL_SNAPSHOT, INCREMENTAL, META
from session.protocol.conversation.sheets import ATTRIBUTE as SHEET
from session.protocol.conversation.sheets import named_text

ADDRESS = "address"
"""Tag of the kiosk's own event: the page's address changed without another page."""

# rrweb-snapshot 2, `NodeType`
_DOCUMENT, _DOCTYPE, _ELEMENT, _TEXT, _CDATA, _COMMENT = range(6)
# rrweb 2, `IncrementalSource`
_MUTATION, _SCROLL, _RESIZE, _RULE, _DECLARATION, _ADOPTED = 0, 3, 4, 8, 13, 15

_IS_STYLE, _IS_DOCUMENT, _IS_QUIET, _IS_PRIVATE, _IS_MARKED, _IS_BOX, _IS_LABEL, _IS_FIELD = (
    1 << place for place in range(8)
)
"""What is known of a node: its text is a style sheet; it is a document; nothing in it is told any
more; its words are never kept; its attributes are not told any more; a picture; its value is a
label; its value is what somebody wrote.
"""
_INHERITED = _IS_QUIET | _IS_PRIVATE | _IS_STYLE

FILLED = BAR * 6
"""What stands in a field, whatever it is."""

_BOX = "background:#c3cad3;"
_NO_PICTURE = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
_KEY_LETTERS, _KEY_ELEMENTS = 2, 4
"""An element that holds so little may be a key of a pad."""
_MOST = 2**31
_KNOWN_CHARS = 16 * 1024 * 1024
"""Of style sheets, as they were and as they are kept, that need not be read again."""

_PIXELS = re.compile(r"([0-9]{1,5})(?:\.[0-9]{1,20})?px", re.ASCII)
_NATURAL = re.compile(r"([0-9]{1,5}) ([0-9]{1,5})", re.ASCII)
_VIEW_BOX = re.compile(r"(?:-?[0-9]{1,4}(?:\.[0-9]{1,2})?[ ,]+){3}[0-9]{1,4}(?:\.[0-9]{1,2})?")

Node = dict[str, Any]
_encoder = msgspec.json.Encoder()

DAMAGE = (
    msgspec.MsgspecError,
    RecursionError,
    AttributeError,
    TypeError,
    KeyError,
    ValueError,
    OverflowError,
)
"""What events of another form than rrweb's can meet here."""


class PageStructure:
    """Rewrites the events of one conversation's shared pages in their order.

    Args:
        public: addresses of pages whose words are kept.
    """

    def __init__(self, public: Sequence[str] = ()) -> None:
        self._public = AllowList(public)
        self._style = StyleStructure(names := Names())
        self._names = names
        self._nodes: dict[int, int] = {}
        self._sheets: dict[str, str] = {}
        self._named: Mapping[str, str] = {}
        self._known_chars = 0
        self._epoch: int | None = None
        self._was_private = False
        self._keeps_words = False

    def keep(
        self, text: bytes | str, epoch: int = 0, *, sheets: Mapping[str, str] | None = None
    ) -> bytes:
        """A JSON array of rrweb events with nothing but structure;
        an empty array when it cannot be understood.

        Args:
            epoch: number of the web document that they are of.
            sheets: the style sheets that they name.
        """
        self._named = sheets or {}
        if epoch != self._epoch:
            self._epoch = epoch
            self._was_private = False
            self._keeps_words = False
        try:
            events = msgspec.json.decode(text, type=list[dict[str, Any]])
        except DAMAGE:
            return b"[]"
        structures = []
        for event in events:
            try:
                if (data := self._data(event.get("type"), event["data"])) is not None:
                    at = event["timestamp"]
                    structures.append(
                        {"type": event["type"], "data": data, "timestamp": _place(at)}
                    )
            except DAMAGE:
                self._nodes.clear()  # what came after it could not be understood either
        return _encoder.encode(structures)

    def _data(self, kind: object, data: Node) -> Node | None:
        if kind == META:
            return self._meta(data)
        if kind == FULL_SNAPSHOT:
            self._nodes.clear()
            offset = data.get("initialOffset") or {}
            return {
                "node": self._tree(data["node"], 0),
                "initialOffset": {
                    "left": _place(offset.get("left", 0)),
                    "top": _place(offset.get("top", 0)),
                },
            }
        if kind == INCREMENTAL:
            return self._change(data)
        if kind == CUSTOM:
            return self._custom(data)
        return None

    def _meta(self, data: Node) -> Node:
        href = without_query(str(data["href"]))
        # A kiosk that does not tell where a page goes without being loaded anew is not believed.
        self._follow(href if data.get("follows") is True else "")
        if href.startswith("http"):
            host = "/".join(href.split("/", 3)[:3]) + "/"
        else:
            host = "about:blank"
        return {"href": host, "width": _place(data["width"]), "height": _place(data["height"])}

    def _follow(self, address: str) -> None:
        """The page is at this address: words are kept while a document was at public ones only."""
        self._was_private = self._was_private or not self._public.allows(address)
        self._keeps_words = not self._was_private

    def _custom(self, data: Node) -> Node | None:
        payload = data["payload"]
        if data["tag"] == ADDRESS:
            self._follow(str(payload["href"]))
        if data["tag"] != "canvas" or not self._nodes.get(_id(payload["id"]), 0) & _IS_BOX:
            return None
        size = {name: _place(payload.get(name, 0)) for name in ("width", "height")}
        display = self._style.value("display", str(payload.get("display", "inline")))
        box = {"id": _id(payload["id"]), "url": "", "display": display, **size}
        return {"tag": "canvas", "payload": box}

    # ---- the tree

    def _tree(self, root: Node, inherited: int) -> Node:
        """A node with all that is in it."""
        holder: Node = {"childNodes": []}
        pending: list[tuple[Node, int, list[Node]]] = [(root, inherited, holder["childNodes"])]
        while pending:
            node, flags, place = pending.pop()
            structure, flags = self._node(node, flags)
            self._nodes[structure["id"]] = flags
            place.append(structure)
            if "childNodes" in structure:
                inside = flags & _INHERITED
                children = [] if _is_empty(structure, flags) else node.get("childNodes") or []
                pending += [
                    (child, inside, structure["childNodes"]) for child in reversed(children)
                ]
        self._mark_keys(root)
        return holder["childNodes"][0]  # type: ignore[no-any-return]

    def _node(self, node: Node, inherited: int) -> tuple[Node, int]:
        kind, structure = node["type"], {"type": node["type"], "id": _id(node["id"])}
        if "rootId" in node:
            structure["rootId"] = _id(node["rootId"])
        if kind == _ELEMENT:
            return self._element(node, structure, inherited)
        if kind == _DOCUMENT:
            if node.get("compatMode") in ("BackCompat", "CSS1Compat"):
                structure["compatMode"] = node["compatMode"]
            # The address of a document in a frame is not known.
            if self._nodes:
                within = _IS_PRIVATE
            else:
                within = 0
            return structure | {"childNodes": []}, inherited | within | _IS_DOCUMENT
        if kind == _DOCTYPE:
            return structure | {"name": "html", "publicId": "", "systemId": ""}, 0
        for name in ("isShadow", "isStyle"):
            if node.get(name) is True:
                structure[name] = True
        if node.get("isStyle") is True:
            inherited |= _IS_STYLE
        words = node.get("textContent") or ""
        structure["textContent"] = self._text(words, inherited) if kind == _TEXT else ""
        return (
            structure if kind in (_TEXT, _COMMENT) else {**structure, "type": _COMMENT}
        ), inherited

    def _element(self, node: Node, structure: Node, inherited: int) -> tuple[Node, int]:
        tag = str(node["tagName"]).lower()
        if tag in HTML or tag in BOXES:
            safe_tag = tag
        else:
            safe_tag = element_name(tag, self._names)
        for name in ("isSVG", "isShadow", "isShadowHost", "needBlock"):
            if node.get(name) is True:
                structure[name] = True
        attributes: Node = node.get("attributes") or {}
        flags = inherited | _flags_of(tag, attributes)
        structure |= {"tagName": safe_tag, "childNodes": []}
        structure["attributes"] = self._attributes(attributes, flags)
        if flags & _IS_BOX:
            _add_box(structure["attributes"], safe_tag, attributes)
        return structure, flags

    def _text(self, text: str, flags: int) -> str:
        if flags & _IS_STYLE:
            return self._sheet(text)
        return self._words(text, flags)

    def _words(self, text: str, flags: int) -> str:
        if not self._keeps_words or flags & _IS_PRIVATE:
            return bars(text)
        return "".join(BAR if sign.isnumeric() else sign for sign in text)

    def _sheet(self, text: str) -> str:
        """The same sheets come again with each full picture."""
        if (reduced := self._sheets.get(text)) is None:
            reduced = split_texts(text, self._style.sheet)
            self._sheets[text] = reduced
            self._known_chars += len(text) + len(reduced)
            while self._known_chars > _KNOWN_CHARS:
                oldest = next(iter(self._sheets))
                self._known_chars -= len(oldest) + len(self._sheets.pop(oldest))
        return reduced

    def _mark_keys(self, root: Node) -> None:
        """Nothing is told any more of what may be a key of a pad, nor of what is in it."""
        for node, words, elements in _words_below(root):
            if words.isalnum() and len(words) <= _KEY_LETTERS and elements <= _KEY_ELEMENTS:
                self._nodes[node["id"]] = self._nodes.get(node["id"], 0) | _IS_QUIET

    # ---- attributes

    def _attributes(self, attributes: Node, flags: int) -> Node:
        reduced: Node = {}
        if (sheet := named_text(attributes, self._named)) is not None:
            reduced["_cssText"] = self._sheet(sheet)
        for name, value in attributes.items():
            if value is None:  # taken away
                if _is_kept(name):
                    reduced[name] = None
            elif (new := self._attribute(name, value, flags)) is not None:
                reduced[name] = new
        return reduced

    def _attribute(self, name: str, value: object, flags: int) -> object:
        """The value that is kept, None for no such attribute."""
        if name in FLAGS:
            return "" if value is not False else None
        text = str(value)
        if name == "class":
            return " ".join(map(self._names.of, text.split()))
        if name in ("id", "for"):
            return self._names.of(text)
        if name == "style":
            if isinstance(value, dict):
                return self._style_changes(value)
            return self._style.declarations(text)
        if name == "_cssText":
            return self._sheet(text)
        if name == "media":
            return self._style.media(text)
        if name in TEXTS or (name == "value" and flags & _IS_LABEL):
            return bars(text)
        if name == "value" and flags & _IS_FIELD:
            return FILLED if text else None
        return text if _is_plain(name, text) else None

    def _style_changes(self, changes: Node) -> Node:
        """rrweb's short form: property to value, [value, priority], or false for none."""
        reduced: Node = {}
        for name, value in changes.items():
            if new := self._style.property(name):
                if isinstance(value, list):
                    if value[1:] == ["important"]:
                        priority = "important"
                    else:
                        priority = ""
                    reduced[new] = [self._style.value(name, str(value[0])), priority]
                else:
                    reduced[new] = value and self._style.value(name, str(value))
        return reduced

    # ---- changes

    def _change(self, data: Node) -> Node | None:
        match data["source"]:
            case kind if kind == _MUTATION:
                return self._mutation(data)
            case kind if kind == _SCROLL and self._is(data["id"], _IS_DOCUMENT):
                # Inside a page it may be a wheel of digits.
                return {
                    "source": _SCROLL,
                    "id": _id(data["id"]),
                    "x": _place(data["x"]),
                    "y": _place(data["y"]),
                }
            case kind if kind == _RESIZE:
                sizes = {name: _place(data[name]) for name in ("width", "height")}
                return {"source": _RESIZE, **sizes}
            case kind if kind in (_RULE, _DECLARATION, _ADOPTED):
                return self._style_event(data)
        return None

    def _is(self, node_id: object, flag: int) -> bool:
        return bool(self._nodes.get(_id(node_id), 0) & flag)

    def _mutation(self, data: Node) -> Node | None:
        adds = [reduced for change in data.get("adds") or [] if (reduced := self._added(change))]
        removes = [
            {"parentId": removal["parentId"], "id": removal["id"], **_shadow(removal)}
            for removal in data.get("removes") or []
            if _id(removal["id"]) in self._nodes and self._may_change(removal["parentId"])
        ]
        texts = [
            {
                "id": change["id"],
                "value": self._text(change.get("value") or "", self._nodes[change["id"]]),
            }
            for change in data.get("texts") or []
            if self._may_change(change["id"])
        ]
        attributes = [
            reduced for change in data.get("attributes") or [] if (reduced := self._changed(change))
        ]
        if not (adds or removes or texts or attributes):
            return None
        reduced = {"source": _MUTATION, "texts": texts, "attributes": attributes}
        reduced |= {"removes": removes, "adds": adds}
        return reduced | ({"isAttachIframe": True} if data.get("isAttachIframe") is True else {})

    def _may_change(self, node_id: object) -> bool:
        flags = self._nodes.get(_id(node_id))
        return flags is not None and not flags & _IS_QUIET

    def _added(self, added: Node) -> Node | None:
        parent = added["parentId"]
        if not self._may_change(parent) or self._is(parent, _IS_BOX):
            return None
        following = added.get("nextId")
        return {
            "parentId": parent,
            "nextId": _id(following) if following is not None else None,
            "node": self._tree(added["node"], self._nodes[parent] & _INHERITED),
        }

    def _changed(self, change: Node) -> Node | None:
        node_id, attributes = _id(change["id"]), change["attributes"]
        flags = self._nodes.get(node_id)
        if "contenteditable" in attributes:
            self._was_private = True
            self._keeps_words = False
        if flags is None or flags & (_IS_QUIET | _IS_MARKED):
            return None
        reduced = self._attributes(attributes, flags)
        if flags & _IS_BOX and isinstance(reduced.get("style", 0), str | None):
            reduced["style"] = (reduced["style"] or "") + _BOX
        if reduced:
            return {"id": node_id, "attributes": reduced}
        return None

    def _style_event(self, data: Node) -> Node | None:
        reduced: Node = {"source": data["source"]}
        for name in ("id", "styleId"):
            if data.get(name) is not None:
                reduced[name] = _id(data[name])
        if "index" in data:
            reduced["index"] = _index(data["index"])
        if data["source"] == _ADOPTED:
            reduced["styleIds"] = [_id(style_id) for style_id in data["styleIds"]]
            reduced["styles"] = [
                {"styleId": _id(style["styleId"]), "rules": self._rules(style["rules"])}
                for style in data.get("styles") or []
            ]
        if data.get("adds"):
            reduced["adds"] = self._rules(data["adds"])
        if data.get("removes"):
            reduced["removes"] = [
                {"index": _index(removal["index"])} for removal in data["removes"]
            ]
        for name in ("replace", "replaceSync"):
            if isinstance(data.get(name), str):
                reduced[name] = self._sheet(data[name])
        if self._declaration_event(data, reduced):
            return reduced
        return None

    def _declaration_event(self, data: Node, reduced: Node) -> bool:
        """Writes what is set and removed; whether the event is kept."""
        for verb in ("set", "remove"):
            if not isinstance(data.get(verb), dict):
                continue
            name = str(data[verb]["property"])
            if not (new := self._style.property(name)):
                return False
            reduced[verb] = {"property": new}
            if verb == "set":
                value = data[verb].get("value")
                reduced[verb]["value"] = self._style.value(name, str(value)) if value else None
                reduced[verb]["priority"] = "important" if data[verb].get("priority") else None
        return True

    def _rules(self, rules: list[Node]) -> list[Node]:
        return [
            {"rule": self._style.rule(str(rule["rule"]))}
            | ({"index": _index(rule["index"])} if rule.get("index") is not None else {})
            for rule in rules
        ]


def _flags_of(tag: str, attributes: Node) -> int:
    kind, role = str(attributes.get("type", "")).lower(), str(attributes.get("role", "")).lower()
    editable = attributes.get("contenteditable")
    flags = 0
    if tag == "style" or (tag == "link" and not {"_cssText", SHEET}.isdisjoint(attributes)):
        flags |= _IS_STYLE
    if tag in BOXES or (tag == "input" and kind == "image"):
        flags |= _IS_BOX
    if tag in PRIVATE or (editable is not None and str(editable).lower() != "false"):
        flags |= _IS_PRIVATE
    if tag in CONTROLS or tag in EMPTIED or role in CONTROL_ROLES:
        flags |= _IS_QUIET
    if tag in CHOICES:
        flags |= _IS_MARKED
    if tag == "button" or (tag == "input" and kind in LABELLED):
        flags |= _IS_LABEL
    elif tag == "textarea" or (tag == "input" and kind not in CHOSEN):
        flags |= _IS_FIELD
    return flags


def _is_empty(structure: Node, flags: int) -> bool:
    return bool(flags & _IS_BOX) or structure.get("tagName") in EMPTIED


def _is_kept(name: str) -> bool:
    """True if an attribute of this name may be on a kept element."""
    names = ("class", "id", "for", "style", "_cssText", "media", "rr_width", "rr_height", "viewBox")
    return name in FLAGS or name in NUMBERS or name in ENUMS or name in TEXTS or name in names


def _is_plain(name: str, text: str) -> bool:
    """An attribute that says a size, or one of a few words."""
    if name in NUMBERS:
        return is_small_number(text)
    if name in ("rr_width", "rr_height"):
        return _PIXELS.fullmatch(text) is not None
    if name == "viewBox":
        return _VIEW_BOX.fullmatch(text) is not None
    return text in ENUMS.get(name, ())


def _add_box(reduced: Node, tag: str, attributes: Node) -> None:
    """Lets a picture be seen as a box of its size."""
    reduced["style"] = f"{reduced.get('style', '')}{_BOX}"
    if tag not in ("img", "input"):
        return
    natural = _NATURAL.fullmatch(str(attributes.get("rr_natural", "")))
    if natural is None:
        reduced["src"] = _NO_PICTURE
        return
    reduced["src"] = (
        "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'"
        f" width='{natural[1]}' height='{natural[2]}'/>"
    )


def _words_below(root: Node) -> Iterator[tuple[Node, str, int]]:
    """Each element below, the beginning of the words in it, and how many elements there are."""
    order: list[tuple[Node, Node | None]] = []
    pending: list[tuple[Node, Node | None]] = [(root, None)]
    while pending:
        node, parent = pending.pop()
        order.append((node, parent))
        pending += [(child, node) for child in node.get("childNodes") or ()]
    below: dict[int, tuple[str, int]] = {}
    for node, parent in reversed(order):
        words, elements = below.pop(id(node), ("", 0))
        if node["type"] == _ELEMENT:
            elements += 1
            yield node, words, elements
        elif node["type"] == _TEXT:
            words = (node.get("textContent") or "").strip()[: _KEY_LETTERS + 1]
        if parent is not None:
            earlier, count = below.get(id(parent), ("", 0))
            below[id(parent)] = (earlier + words)[: _KEY_LETTERS + 1], count + elements


def _shadow(removed: Node) -> Node:
    if removed.get("isShadow") is True:
        return {"isShadow": True}
    return {}


def _id(number: object) -> int:
    if not isinstance(number, int) or isinstance(number, bool) or abs(number) >= _MOST:
        raise ValueError("not a node")
    return number


def _place(number: object) -> int:
    """A place or a time in whole units."""
    if not isinstance(number, int | float):
        raise TypeError("not a number")
    return round(number)


def _index(index: object) -> object:
    if isinstance(index, list):
        return [_id(number) for number in index]
    return _id(index)
