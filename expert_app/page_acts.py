# SPDX-License-Identifier: GPL-3.0-only
"""What the agent does with received pages: take out with a reason, bring back, split. The log has each act.

Originals stay on the disk until the session is over, so each act can be undone. Used beside `expert_app.filing`.
"""

from __future__ import annotations

from typing import NamedTuple

from documents.edits import CropPage
from expert_app.desk import DeskApp
from expert_app.filing import Filing
from session.log.events import AnyEvent
from session.log.page_events import PageRemoved, PageRestored, PageSplit
from session.notify import Notifier
from session.protocol.page_removal import RemovalReason

LEFT_RIGHT = [CropPage(0.0, 0.0, 0.5, 1.0), CropPage(0.5, 0.0, 1.0, 1.0)]
UPPER_LOWER = [CropPage(0.0, 0.0, 1.0, 0.5), CropPage(0.0, 0.5, 1.0, 1.0)]


class Parted(NamedTuple):
    """A page was split; its parts are pages of their own."""

    page_id: str
    parts: list[str]


class PageActs:
    """Acts on pages.

    Attributes:
        parted: a page was split.
    """

    def __init__(self, app: DeskApp, filing: Filing) -> None:
        self.parted: Notifier[Parted] = Notifier()
        self._app, self._filing = app, filing

    def remove(self, page_id: str, reason: RemovalReason) -> None:
        """Takes a page out."""
        self._filing.remove(page_id)
        self._write(PageRemoved(page_id=page_id, reason=reason))

    def restore(self, page_id: str) -> None:
        """The page is wanted after all."""
        self._filing.restore(page_id)
        self._write(PageRestored(page_id=page_id))

    def split(self, page_id: str, boxes: list[CropPage]) -> None:
        """Makes a page of each part of a page as it is seen; see `parted`."""
        self._app.do(self._split(page_id, boxes), "split a page")

    async def _split(self, page_id: str, boxes: list[CropPage]) -> None:
        parts = await self._filing.split(page_id, boxes)
        for part in parts:
            self._write(PageSplit(page_id=part, of_page_id=page_id))
        self.parted.emit(Parted(page_id, parts))

    def _write(self, event: AnyEvent) -> None:
        if self._app.session is not None:
            self._app.session.chronicle.write(event)
