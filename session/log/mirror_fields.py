# SPDX-License-Identifier: GPL-3.0-only
"""Takes what people wrote and chose in a shared page out of its events, before they are kept.

The live view shows ordinary fields while the caller lets the agent see;
the record never does, whatever came. Used by `session.log.mirror`.
"""

from __future__ import annotations

from typing import Any

import msgspec

from session.protocol.conversation.mirror import CUSTOM, FULL_SNAPSHOT, INCREMENTAL, META

FIELD_MASK = "••••••"
"""Always of the same length: the real length would reveal something."""

_MUTATION, _INPUT = 0, 5  # rrweb 2, `IncrementalSource`
_TEXT = 3  # rrweb-snapshot 2, `NodeType`
_LABELS = {"button", "submit", "reset"}  # an <input> whose value is its label
_CHOSEN = ("checked", "selected", "rr_checked", "rr_selected")
_HOLDS_TEXT = {"textarea"}

_encoder = msgspec.json.Encoder()

Node = dict[str, Any]


def _is_editable(attributes: Node) -> bool:
    editable = attributes.get("contenteditable")
    return editable is not None and editable is not False and str(editable).lower() != "false"


class FieldMask:
    """Masks the events of one shared page in their order;
    remembers which nodes are fields until the next picture.
    """

    def __init__(self) -> None:
        self._labels: set[int] = set()
        self._inside: set[int] = set()
        self._knows_page = False

    def mask(self, text: bytes) -> bytes:
        """A JSON array of rrweb events without any field's value;
        an empty array when it cannot be understood.
        """
        try:
            events: list[Node] = msgspec.json.decode(text, type=list[dict[str, Any]])
            for event in events:
                self._mask_event(event)
            return _encoder.encode(events)
        except (
            msgspec.MsgspecError,
            RecursionError,
            AttributeError,
            TypeError,
            KeyError,
            UnicodeError,
        ):
            return b"[]"

    def _mask_event(self, event: Node) -> None:
        data = event.get("data")
        match event.get("type"):
            case t if t == META:
                self._labels, self._inside, self._knows_page = set(), set(), False
            case t if t == FULL_SNAPSHOT and data:
                self._labels, self._inside, self._knows_page = set(), set(), True
                self._mask_tree(data["node"], inside=False)
            case t if t == INCREMENTAL and data:
                self._mask_change(data)
            case t if t == CUSTOM and data and data.get("tag") == "select":
                data["payload"]["index"] = -1

    def _mask_change(self, data: Node) -> None:
        if data.get("source") == _INPUT:
            data["text"] = FIELD_MASK if data.get("text") else ""
            data["isChecked"] = False
        if data.get("source") != _MUTATION:
            return
        for added in data.get("adds") or []:
            self._mask_tree(added["node"], inside=added.get("parentId") in self._inside)
        for change in data.get("texts") or []:
            # Before the first picture nobody knows what is a field.
            if change.get("value") and (change.get("id") in self._inside or not self._knows_page):
                change["value"] = FIELD_MASK
        for change in data.get("attributes") or []:
            if _is_editable(change["attributes"]):
                self._inside.add(change["id"])
            self._mask_attributes(change["attributes"], is_label=change.get("id") in self._labels)

    def _mask_tree(self, root: Node, *, inside: bool) -> None:
        pending = [(root, inside)]
        while pending:
            node, within = pending.pop()
            attributes: Node = node.get("attributes") or {}
            tag = str(node.get("tagName", "")).lower()
            within = within or tag in _HOLDS_TEXT or _is_editable(attributes)
            if within:
                self._inside.add(node["id"])
            if within and node.get("type") == _TEXT and node.get("textContent"):
                node["textContent"] = FIELD_MASK
            is_label = tag == "button" or (
                tag == "input" and str(attributes.get("type", "")).lower() in _LABELS
            )
            if is_label:
                self._labels.add(node["id"])
            self._mask_attributes(attributes, is_label=is_label)
            pending.extend((child, within) for child in node.get("childNodes") or [])

    @staticmethod
    def _mask_attributes(attributes: Node, *, is_label: bool) -> None:
        if attributes.get("value") and not is_label:
            attributes["value"] = FIELD_MASK
        for name in _CHOSEN:
            attributes.pop(name, None)
