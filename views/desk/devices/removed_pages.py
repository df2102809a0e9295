# SPDX-License-Identifier: GPL-3.0-only
"""The pages that were taken out of the strip, and the line that puts the last one back.
Used by the panel of pages.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PyQt6.QtWidgets import QWidget

from resources.texts import _, ngettext
from session.protocol.conversation.page_removal import RemovalReason
from views.desk.devices.acts import DevicesAct, PutPageBack, TakePageOut
from views.desk.devices.page_strip import PageStrip
from views.desk.devices.removal_menu import REASON_WORDS
from views.desk.devices.strip_page import PageStatus, StripPage
from views.widgets.parts import ElidedLabel, push_button, row


class RemovedPages(QWidget):
    """One line under the pages: how many are out, and why the last one is.

    Args:
        act: told that a page is back, or that its parts are out.
        changed: called when the strip has other pages.
    """

    def __init__(
        self, strip: PageStrip, *, act: Callable[[DevicesAct], None], changed: Callable[[], None]
    ) -> None:
        super().__init__()
        self._strip = strip
        self._act = act
        self._changed = changed
        self._pages: list[tuple[StripPage, int, RemovalReason]] = []
        self._parts_of: dict[str, tuple[str, ...]] = {}
        self._words = ElidedLabel(role="small", name="page_undo_words")
        undo = push_button(_("Put it back"), "undo", "quiet", name="page_undo", keys="Ctrl+Z")
        undo.clicked.connect(self.put_back)
        box = row(self)
        box.addWidget(self._words, 1)
        box.addWidget(undo)

    def facts(self, page_id: str) -> StripPage | None:
        """A page as it was when it was taken out."""
        pages = (facts for facts, _place, _reason in self._pages if facts.page_id == page_id)
        return next(pages, None)

    def take(self, facts: StripPage, reason: RemovalReason, parts: Sequence[str] = ()) -> int:
        """Takes a page out of the strip; returns its place.

        Args:
            parts: the pages that were cut from it; they go when it comes back.
        """
        place = self._strip.take(facts.page_id)
        self._pages.append((facts, place, reason))
        if parts:
            self._parts_of[facts.page_id] = tuple(parts)
        self._changed()
        return place

    def change(self, page_id: str, change: Callable[[StripPage], StripPage]) -> None:
        """Changes what is known of a page that is out."""
        self._pages = [
            (change(facts) if facts.page_id == page_id else facts, place, reason)
            for facts, place, reason in self._pages
        ]

    def put_back(self) -> None:
        """Puts the page that was taken out last in its old place."""
        if self._pages:
            facts, place, _reason = self._pages.pop()
            for part in self._parts_of.pop(facts.page_id, ()):
                self._drop_part(part)
            self._strip.put_at(facts, place)
            self._act(PutPageBack(facts.page_id))
        self._changed()

    def _drop_part(self, page_id: str) -> None:
        """Removes a part when the page that it was cut from is back; a filed part stays."""
        facts = self._strip.facts(page_id)
        if facts is not None and facts.status != PageStatus.FILED:
            self._strip.take(page_id)
            self._act(TakePageOut(page_id, RemovalReason.SPLIT))
        self._pages = [entry for entry in self._pages if entry[0].page_id != page_id]

    def forget(self) -> None:
        """Nothing can be put back any more."""
        self._pages.clear()
        self._parts_of.clear()

    def refresh(self) -> None:
        """Show how many pages are out; without any there is no line."""
        self.setVisible(bool(self._pages))
        if self._pages:
            reason = _(REASON_WORDS[self._pages[-1][2]])
            count = len(self._pages)
            words = ngettext(
                "One page taken out ({reason})", "{count} pages taken out ({reason})", count
            )
            self._words.setText(words.format(count=count, reason=reason))
