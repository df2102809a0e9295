# SPDX-License-Identifier: GPL-3.0-only
"""The texts of a shared page in their order, so that a number cut over several of them is found.
Used by the second guard's process, `guard_worker`.

It follows rrweb's events as the desk's mirror does and keeps of the page only what is needed for
that: which node follows which, texts, and the values of fields. A number may be cut over any nodes
that follow each other: spans however deep, cells of a table, boxes for one digit each.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from session.masking.numbers import LIVE, MASK, find

JsonNode = dict[str, Any]

_ELEMENT, _TEXT = 2, 3  # rrweb-snapshot 2, `NodeType`
_MUTATION, _INPUT = 0, 5  # rrweb 2, `IncrementalSource`
TEXT_SOURCES = frozenset({_MUTATION, _INPUT})
"""Incremental sources that change texts."""

_NO_TEXT = {"script", "style", "noscript", "template"}
_FIELDS = {"input", "textarea"}
_NO_VALUES = {"button", "submit", "reset", "checkbox", "radio", "image"}
_INLINE = frozenset(
    (
        *("a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em"),
        *("font", "i", "ins", "kbd", "label", "mark", "q", "ruby", "s", "samp", "small", "span"),
        *("strong", "sub", "sup", "time", "tspan", "tt", "u", "var", "wbr"),
    )
)
"""Elements that do not part the text before them from the text in them."""

_DIGIT = re.compile(r"\d")
_HEAD = re.compile(r"[\W_]{0,60}([^\W_]{1,60})")
_TAIL = re.compile(r"([^\W_]{1,60})[\W_]{0,60}\Z")
_EDGE_CHARS = 60
_LETTERS_OF_ACCOUNT = (1, 2, 4)
"""Letters alone that stand together in an account number: its country, its bank, Corsica's."""

_FEWEST_DIGITS = 10
_STEPS = 80
"""So many nodes at most are looked at on either side of a text that changed."""

_BOXES = 4
"""So many fields for one character each, one after the other, hold a code."""

_MOST_GLUED = 3
"""A number may be cut at any place into so many texts that stand apart, not into more:
the days of a calendar are many.
"""


class _Node:
    """One node of the page, and its neighbours."""

    __slots__ = ("first", "id", "is_box", "last", "next", "parent", "prev", "tag", "text")

    def __init__(self, node_id: int, *, tag: str, text: str | None) -> None:
        self.id = node_id
        self.tag = tag
        self.text = text
        self.is_box = False
        self.parent: _Node | None = None
        self.prev: _Node | None = None
        self.next: _Node | None = None
        self.first: _Node | None = None
        self.last: _Node | None = None


class _Piece:
    """A text of the page, and whether it stands apart from the one before it."""

    __slots__ = ("apart", "node", "text")

    def __init__(self, node: _Node, *, text: str, apart: bool) -> None:
        self.node = node
        self.text = text
        self.apart = apart


Write = Callable[[str], None]
"""Puts another text in its place, in the event that is looked at."""


class PageTexts:
    """The texts of one page, as far as its events have told.

    Attributes:
        links: attributes of the `<link>` elements in the newest event.
    """

    def __init__(self) -> None:
        self.links: list[JsonNode] = []
        self._nodes: dict[int, _Node] = {}
        self._root: _Node | None = None

    def mask_picture(self, data: JsonNode) -> bool:
        """Begins anew with a full picture, and masks in it what is cut over several texts.
        Says whether anything was.
        """
        self._nodes.clear()
        self.links = []
        places: dict[int, Write] = {}
        self._root = self._build(data["node"], places)
        written = _Written(places)
        self._mask(_pieces(self._root, None), written)
        return written.any

    def mask_change(self, data: JsonNode) -> bool:
        """Follows a change, and masks in it what is a part of a number with the texts beside it.
        Says whether anything was.
        """
        self.links = []
        if data.get("source") == _INPUT:
            return self._mask_input(data)
        if data.get("source") != _MUTATION:
            return False
        places: dict[int, Write] = {}
        for removed in data.get("removes") or []:
            self._remove(removed["id"])
        for added in data.get("adds") or []:
            self._add(added, places)
        for change in data.get("attributes") or []:
            self._change_attributes(change, places)
        for change in data.get("texts") or []:
            node = self._nodes.get(change["id"])
            if node is not None and isinstance(change.get("value"), str):
                node.text = change["value"]
                places[node.id] = _setter(change, "value")
        written = _Written(places, data.setdefault("texts", []))
        self._mask_around(list(places), written)
        return written.any

    # ---- following ----

    def _build(self, tree: JsonNode, places: dict[int, Write]) -> _Node:
        root = self._made(tree, places)
        pending = [(root, tree)]
        while pending:
            parent, json_node = pending.pop()
            for child in json_node.get("childNodes") or []:
                node = self._made(child, places)
                _put(parent, node, None)
                pending.append((node, child))
        return root

    def _made(self, json_node: JsonNode, places: dict[int, Write]) -> _Node:
        kind, tag, text = json_node.get("type"), str(json_node.get("tagName", "")).lower(), None
        if kind == _TEXT and not json_node.get("isStyle"):
            text = str(json_node.get("textContent") or "")
        node = _Node(int(json_node.get("id", 0)), tag=tag, text=text)
        if text is not None:
            places[node.id] = _setter(json_node, "textContent")
        attributes = json_node.get("attributes")
        if kind == _ELEMENT and isinstance(attributes, dict):
            if tag in _FIELDS:
                self._read_field(node, attributes, places)
            elif tag == "link":
                self.links.append(attributes)
        self._nodes[node.id] = node
        return node

    @staticmethod
    def _read_field(node: _Node, attributes: JsonNode, places: dict[int, Write]) -> None:
        if str(attributes.get("type", "")).lower() in _NO_VALUES:
            return
        if "maxlength" in attributes:
            node.is_box = str(attributes["maxlength"]).strip() == "1"
        if "value" in attributes:
            node.text = str(attributes["value"] or "")
            places[node.id] = _setter(attributes, "value")
        elif node.text is None:
            node.text = ""

    def _add(self, added: JsonNode, places: dict[int, Write]) -> None:
        parent = self._nodes.get(added["parentId"])
        if parent is None:
            return
        json_node = added["node"]
        self._remove(int(json_node["id"]))
        next_id = added.get("nextId")
        if next_id is not None:
            before = self._nodes.get(next_id)
        else:
            before = None
        _put(parent, self._build(json_node, places), before)

    def _remove(self, node_id: int) -> None:
        node = self._nodes.get(node_id)
        if node is None:
            return
        _take_out(node)
        for gone in _subtree(node):
            self._nodes.pop(gone.id, None)

    def _change_attributes(self, change: JsonNode, places: dict[int, Write]) -> None:
        node = self._nodes.get(change["id"])
        if node is not None and node.tag in _FIELDS:
            self._read_field(node, change["attributes"], places)
        elif node is not None and node.tag == "link":
            self.links.append(change["attributes"])

    # ---- masking ----

    def _mask_input(self, data: JsonNode) -> bool:
        node = self._nodes.get(data.get("id", 0))
        if node is None or not isinstance(data.get("text"), str) or node.text is None:
            return False
        node.text = data["text"]
        written = _Written({node.id: _setter(data, "text")})
        self._mask_around([node.id], written)
        return written.any

    def _mask_around(self, changed: Iterable[int], written: _Written) -> None:
        """Looks at each text that changed together with those beside it."""
        looked_at: set[int] = set()
        for node_id in changed:
            node = self._nodes.get(node_id)
            if node is None or node_id in looked_at or not _matters(node):
                continue
            pieces = _pieces(_back(node, _STEPS), _STEPS, written.places)
            looked_at.update(piece.node.id for piece in pieces)
            self._mask(pieces, written)

    def _mask(self, pieces: list[_Piece], written: _Written) -> None:
        _mask_boxes(pieces, written)
        for stretch in _stretches(pieces):
            for glue in (
                [("\n" if piece.apart else "") for piece in stretch],
                ["\n"] * len(stretch),
            ):
                _mask_stretch(stretch, glue, len(stretch), written)
            _mask_stretch(stretch, [""] * len(stretch), _MOST_GLUED, written)


class _Written:
    """The texts that were put in the place of those of one event.

    Args:
        places: where the event holds the text of a node.
        texts: rrweb's list of changed texts, for nodes that the event does not hold.
    """

    def __init__(self, places: dict[int, Write], texts: list[JsonNode] | None = None) -> None:
        self.places = places
        self._texts = texts
        self.any = False

    def put(self, node: _Node, text: str) -> None:
        """The desk is told this text of the node; what it really is stays known here."""
        if node.id in self.places:
            self.places[node.id](text)
        elif self._texts is not None and node.tag not in _FIELDS:
            self._texts.append({"id": node.id, "value": text})
        else:
            return
        self.any = True


def _setter(holder: JsonNode, key: str) -> Write:
    def write(text: str) -> None:
        holder[key] = text

    return write


# ---- the tree ----


def _put(parent: _Node, node: _Node, before: _Node | None) -> None:
    """Makes `node` a child of `parent`, before another child or as its last."""
    if before is not None and before.parent is not parent:
        before = None
    node.parent = parent
    node.next = before
    if before is not None:
        node.prev = before.prev
    else:
        node.prev = parent.last
    if node.prev is not None:
        node.prev.next = node
    else:
        parent.first = node
    if before is not None:
        before.prev = node
    else:
        parent.last = node


def _take_out(node: _Node) -> None:
    parent = node.parent
    if parent is None:
        return
    if node.prev is not None:
        node.prev.next = node.next
    else:
        parent.first = node.next
    if node.next is not None:
        node.next.prev = node.prev
    else:
        parent.last = node.prev
    node.parent = node.prev = node.next = None


def _subtree(root: _Node) -> Iterator[_Node]:
    pending = [root]
    while pending:
        node = pending.pop()
        yield node
        child = node.first
        while child is not None:
            pending.append(child)
            child = child.next


def _following(node: _Node) -> tuple[_Node | None, bool]:
    """The next node in the page's order, and whether an element that parts texts ends before it."""
    if node.first is not None and node.tag not in _NO_TEXT:
        return node.first, False
    apart = False
    up: _Node | None = node
    while up is not None:
        if up.tag and up.tag not in _INLINE:
            apart = True
        if up.next is not None:
            return up.next, apart
        up = up.parent
    return None, apart


def _back(node: _Node, steps: int) -> _Node:
    """A node that comes so many before this one."""
    for _ in range(steps):
        if node.prev is not None:
            node = node.prev
            while node.last is not None:
                node = node.last
        elif node.parent is not None:
            node = node.parent
        else:
            break
    return node


def _pieces(
    start: _Node, steps_after: int | None, changed: Iterable[int] | None = None
) -> list[_Piece]:
    """The texts from `start` on: all, or until so many nodes after the last that changed."""
    pieces: list[_Piece] = []
    node: _Node | None = start
    apart, nodes_left = True, 2 * steps_after if steps_after is not None else None
    while node is not None and nodes_left != 0:
        if nodes_left is not None and steps_after is not None:
            if changed and node.id in changed:
                nodes_left = max(nodes_left - 1, steps_after)
            else:
                nodes_left = nodes_left - 1
        if node.tag and node.tag not in _INLINE:
            apart = True
        if node.text is not None:
            if node.text.strip():
                pieces.append(_Piece(node, text=node.text, apart=apart or node.text[0].isspace()))
                apart = node.text[-1:].isspace() or node.tag in _FIELDS
            elif node.text or node.is_box:
                apart = True
            if node.is_box and not node.text:
                pieces.append(_Piece(node, text="", apart=True))
        node, ends = _following(node)
        apart = apart or ends
    return pieces


# ---- numbers ----


def _matters(node: _Node) -> bool:
    return node.is_box or (node.text is not None and _DIGIT.search(node.text) is not None)


def _stretches(pieces: list[_Piece]) -> Iterator[list[_Piece]]:
    """Texts that follow each other, of which a number may be cut over two and more."""
    stretch: list[_Piece] = []
    ends_open = False
    for piece in pieces:
        if stretch and not (ends_open and _fits(_HEAD.match(piece.text))):
            if _holds_digits(stretch):
                yield stretch
            stretch = []
        stretch.append(piece)
        ends_open = _fits(_TAIL.search(piece.text[-_EDGE_CHARS:]))
    if _holds_digits(stretch):
        yield stretch


def _holds_digits(stretch: list[_Piece]) -> bool:
    digits = sum(len(_DIGIT.findall(piece.text)) for piece in stretch)
    return len(stretch) > 1 and digits >= _FEWEST_DIGITS


def _fits(word: re.Match[str] | None) -> bool:
    """True if the word at a text's edge may be a part of a number."""
    return word is not None and (
        _DIGIT.search(word[1]) is not None or len(word[1]) in _LETTERS_OF_ACCOUNT
    )


def _mask_stretch(stretch: list[_Piece], glue: list[str], most: int, written: _Written) -> None:
    """Masks the numbers in these texts put together that stand in two texts and more, at most in
    `most`.
    """
    starts: list[int] = []
    parts: list[str] = []
    at = 0
    for piece, between in zip(stretch, glue, strict=True):
        at += len(between)
        starts.append(at)
        parts += between, piece.text
        at += len(piece.text)
    first = 0
    for _kind, start, end in find("".join(parts), LIVE):
        while first + 1 < len(stretch) and starts[first + 1] <= start:
            first += 1
        last = first
        while last + 1 < len(stretch) and starts[last + 1] < end:
            last += 1
        if first < last < first + most:
            for index in range(first, last + 1):
                _mask_part(stretch[index], start - starts[index], end - starts[index], written)


def _mask_part(piece: _Piece, start: int, end: int, written: _Written) -> None:
    """Masks a part of a text, without changing its length for those that are still to come."""
    text = piece.text
    start, end = max(start, 0), min(end, len(text))
    if not text[start:end].strip():
        return
    piece.text = text[:start] + "•" * (end - start) + text[end:]
    written.put(piece.node, re.sub("•+", MASK, piece.text))


def _mask_boxes(pieces: list[_Piece], written: _Written) -> None:
    """Masks what stands in fields for one character each."""
    run: list[_Piece] = []
    for piece in [*pieces, None]:
        if piece is not None and piece.node.tag in _FIELDS and _is_box(piece):
            run.append(piece)
            continue
        if len(run) >= _BOXES:
            for box in run:
                if box.text:
                    written.put(box.node, MASK)
        if piece is None or piece.node.tag in _FIELDS or len(piece.text.strip()) > 1:
            run = []


def _is_box(piece: _Piece) -> bool:
    text = piece.text.strip()
    if text and text != MASK:
        return len(text) == 1
    return piece.node.is_box
