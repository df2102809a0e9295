# SPDX-License-Identifier: GPL-3.0-only
"""The agent's acts on received pages: take out with a reason, bring back, split. Each act is
written into the log.

Originals stay on the disk until the session is over, so each act can be undone.
Used beside `expert_app.desk.filing`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from documents.imaging.edits import CropPage, Edits, TakeArea
from documents.pages.outbox import KeptPage, Outbox, PageState
from expert_app.desk.app import DeskApp
from expert_app.desk.filing import Filing
from expert_app.desk.several_papers import PapersFinder
from session.core.errors import DossierUnknown
from session.core.signals import Signal
from session.log.events import AnyEvent, PageRemoved, PageRestored, PageSplit
from session.protocol.conversation.page_removal import RemovalReason
from session.protocol.wire.ids import new_id

LEFT_RIGHT = [CropPage(0.0, 0.0, 0.5, 1.0), CropPage(0.5, 0.0, 1.0, 1.0)]
UPPER_LOWER = [CropPage(0.0, 0.0, 1.0, 0.5), CropPage(0.0, 0.5, 1.0, 1.0)]


class SplitPage(NamedTuple):
    """A page was split; its parts are pages of their own."""

    page_id: str
    parts: list[str]


class PageEdits:
    """Takes pages out, brings them back and splits them.

    Attributes:
        page_split: a page was split.
        papers: finds several on one page.
    """

    def __init__(
        self, app: DeskApp, filing: Filing, *, outbox: Outbox, papers: PapersFinder
    ) -> None:
        self.page_split: Signal[SplitPage] = Signal()
        self.papers = papers
        self._app = app
        self._filing = filing
        self._outbox = outbox

    def remove(self, page_id: str, reason: RemovalReason) -> None:
        """Takes a page out."""
        self._filing.remove(page_id)
        self._write(PageRemoved(page_id=page_id, reason=reason))

    def restore(self, page_id: str) -> None:
        """Brings a removed page back."""
        self._filing.restore(page_id)
        self._write(PageRestored(page_id=page_id))

    def split(self, page_id: str, boxes: list[CropPage]) -> None:
        """Makes a page of each part of a page as it is seen; see `page_split`."""
        self._app.do(self._split(page_id, boxes), "split a page")

    def split_papers(self, page_id: str) -> None:
        """Makes a page of each paper that was found on a scan, as if each had been scanned alone;
        see `page_split`.
        """
        boxes = self.papers.on_page(page_id)
        areas = [TakeArea(box.left, box.top, box.right, box.bottom) for box in boxes]
        if areas:
            self._app.do(self._split(page_id, areas), "split a page")

    async def _split(self, page_id: str, boxes: Sequence[CropPage | TakeArea]) -> None:
        session = self._app.session
        if session is not None:
            pages = self._outbox.pages(session.facts.id)
        else:
            pages = []
        page = next((page for page in pages if page.page_id == page_id), None)
        if page is None:
            raise DossierUnknown(what="page")
        parts = [await asyncio.to_thread(self._keep_part, page, box) for box in boxes]
        await self._filing.adopt(parts)
        for part in parts:
            self._write(PageSplit(page_id=part.page_id, of_page_id=page_id))
        self.page_split.emit(SplitPage(page_id, [part.page_id for part in parts]))

    def _keep_part(self, page: KeptPage, box: CropPage | TakeArea) -> KeptPage:
        """Stores the same original with one more editing step: what is cut away is not lost."""
        data = self._outbox.page_bytes(page.session_id, page.page_id)
        part = msgspec.structs.replace(
            page,
            page_id=new_id(),
            scanned_as=page.scanned_as or page.page_id,
            edits=Edits((box,)) if isinstance(box, TakeArea) else page.edits.cropped(box),
            state=PageState.KEPT,
        )
        return self._outbox.keep_page(part, data)

    def _write(self, event: AnyEvent) -> None:
        if self._app.session is not None:
            self._app.session.event_log.write(event)
