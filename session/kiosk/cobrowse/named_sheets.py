# SPDX-License-Identifier: GPL-3.0-only
"""Style sheets of the caller's pages by their names: in the second guard, which examines each text
once, and in the kiosk's program, which keeps them while the conversation lasts.

Used by `guard_worker` and `shared_page`. Only sheets of a `<link>` are named: files of a site, the
same for everybody. What stands in a `<style>` may be made for one caller, and stays in its page.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

import msgspec

from session.kiosk.cobrowse.pointer_filter import hides_letters
from session.masking.drawn import mask_style
from session.protocol.conversation.mirror import MirrorEvent
from session.protocol.conversation.sheets import (
    ATTRIBUTE,
    MAX_CHARS,
    MIN_CHARS,
    TEXT_ATTRIBUTE,
    in_full,
    sheet_name,
)

MARK = "rr_mark"
"""What the recorder calls a text: beside it the first time, in its place later."""

MOST_CHARS = 16 * 1024 * 1024
"""Of all sheets that are named in a conversation; later ones travel with their pages."""


class MarkUnknown(ValueError):
    """The recorder named a text that this guard has not seen: another one has, which is gone."""


class SheetNaming:
    """Puts names in the place of style sheets, in the guard's process."""

    def __init__(self) -> None:
        self._marked: dict[str, str] = {}
        self._marked_chars = 0
        self._names: dict[str, str] = {}
        self._chars = 0
        self._new: list[str] = []

    def put_names(self, links: Iterable[dict[str, Any]]) -> bool:
        """Replace the texts in these attributes of links. Returns whether any was.

        Raises:
            MarkUnknown: a text is needed anew.
        """
        changed = False
        for attributes in links:
            if (mark := attributes.pop(MARK, None)) is not None:
                self._follow(str(mark), attributes)
                changed = True
            text = attributes.get(TEXT_ATTRIBUTE)
            if attributes.pop(ATTRIBUTE, None) is not None:
                changed = True
            if isinstance(text, str) and (name := self._name_of(text)):
                attributes[ATTRIBUTE] = name
                del attributes[TEXT_ATTRIBUTE]
                changed = True
        return changed

    def take_new(self) -> list[str]:
        """Return the texts, as they may leave, that were named for the first time."""
        new, self._new = self._new, []
        return new

    def _follow(self, mark: str, attributes: dict[str, Any]) -> None:
        """Keep the text that is told with its mark, or put it in the mark's place."""
        text = attributes.get(TEXT_ATTRIBUTE)
        if text is None and mark not in self._marked:
            raise MarkUnknown
        if text is None:
            attributes[TEXT_ATTRIBUTE] = self._marked[mark]
        elif mark not in self._marked and self._marked_chars + len(text) <= MOST_CHARS:
            self._marked[mark] = text
            self._marked_chars += len(text)

    def _name_of(self, text: str) -> str:
        """The name, "" for a text that stays in its page."""
        name = self._names.get(text)
        if name is None and MIN_CHARS <= len(text) <= MAX_CHARS:
            name = self._take(text)
        return name or ""

    def _take(self, text: str) -> str:
        if self._chars + 2 * len(text) > MOST_CHARS or hides_letters(text):
            return ""
        masked = mask_style(text)
        try:
            name = sheet_name(masked)
        except ValueError:
            return ""
        self._chars += len(text) + len(masked)
        self._names[text] = name
        self._new.append(masked)
        return name


class KioskSheets:
    """The texts that one conversation's pages name.

    Attributes:
        are_named: the desks know names; else each event has the texts in full.
    """

    def __init__(self) -> None:
        self.are_named = False
        self._refused = False
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._chars = 0

    def follow(self, *, knows_names: bool) -> None:
        """A desk asked for a picture. One that knows no names settles it for all that watch."""
        self._refused = self._refused or not knows_names
        self.are_named = not self._refused

    def add(self, texts: Iterable[str]) -> None:
        """Take texts that may leave; the oldest give way."""
        for text in texts:
            self._chars += len(text) - len(self._texts.pop(name := sheet_name(text), ""))
            self._texts[name] = text
        while self._chars > MOST_CHARS:
            self._chars -= len(self._texts.popitem(last=False)[1])

    def texts(self, names: Iterable[str]) -> dict[str, str]:
        """Return the texts of these names, as far as there are any."""
        return {name: self._texts[name] for name in names if name in self._texts}

    def as_sent(self, event: MirrorEvent) -> MirrorEvent:
        """Return the event in the form that every desk of the conversation understands."""
        if self.are_named:
            return event
        data = in_full(bytes(event.data), self._texts.get)
        return MirrorEvent(event.type, msgspec.Raw(data), event.timestamp)

    def clear(self) -> None:
        """The conversation is over."""
        self._texts.clear()
        self._chars = 0
