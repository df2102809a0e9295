# SPDX-License-Identifier: GPL-3.0-only
"""Several papers in one scan: looked for in a worker process and offered to the agent.
Used by the desk.
"""

from __future__ import annotations

import asyncio
import logging
from typing import NamedTuple

from documents.imaging.page_box import PageBox
from documents.pages.outbox import Outbox
from documents.workers import Workers
from expert_app.desk.app import DeskApp
from expert_app.desk.filing import CleanedPage, Filing
from session.core.errors import SessionError
from session.core.signals import Signal

log = logging.getLogger(__name__)


class PapersFound(NamedTuple):
    """Several papers lie on one page; boxes are fractions of the page as it was scanned."""

    page_id: str
    boxes: tuple[PageBox, ...]


class PapersFinder:
    """Asks once of each page that nobody has changed yet.

    Attributes:
        found: see `PapersFound`.
    """

    def __init__(
        self,
        app: DeskApp,
        filing: Filing,
        *,
        outbox: Outbox,
        workers: Workers,
    ) -> None:
        self.found: Signal[PapersFound] = Signal()
        self._app = app
        self._outbox = outbox
        self._workers = workers
        self._boxes: dict[str, tuple[PageBox, ...]] = {}
        filing.page_cleaned.connect(self._on_cleaned)
        app.session_closed.connect(lambda _outcome: self._boxes.clear())

    def on_page(self, page_id: str) -> tuple[PageBox, ...]:
        """Return the places where papers were found on a page; none when there are not several."""
        return self._boxes.get(page_id, ())

    def _on_cleaned(self, page: CleanedPage) -> None:
        if page.page_id not in self._boxes:
            self._boxes[page.page_id] = ()
            self._app.do(self._find(page.page_id), "look for papers")

    async def _find(self, page_id: str) -> None:
        from documents.imaging.several_papers import find_papers

        session = self._app.session
        if session is not None:
            pages = self._outbox.pages(session.facts.id)
        else:
            pages = []
        page = next((page for page in pages if page.page_id == page_id), None)
        if page is None or page.given or page.edits.steps:
            return
        try:
            data = await asyncio.to_thread(self._outbox.page_bytes, page.session_id, page_id)
            boxes = await asyncio.wrap_future(self._workers.submit(find_papers, data, page.dpi))
        except (SessionError, OSError) as error:
            log.info("papers are not looked for: %s", type(error).__name__)
            return
        self._boxes[page_id] = boxes
        if boxes:
            self.found.emit(PapersFound(page_id, boxes))
