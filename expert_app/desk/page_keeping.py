# SPDX-License-Identifier: GPL-3.0-only
"""Stores a page that came from the kiosk on disk, untouched: a scan as one page, a caller's PDF as
all of its pages.

Used by filing. What the files hold is looked at in a worker process only.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from documents.imaging.edits import DrawPage, Edits, LeaveAsScanned
from documents.pages.outbox import KeptPage, Outbox
from documents.workers import Workers
from session.core.device_errors import FileLocked
from session.core.errors import PageDamaged, PageTooLarge, PageUnreadable
from session.protocol.conversation.messages import PageOffered

if TYPE_CHECKING:
    from documents.pdf.given_pdf import GivenPdf

EditChange = Callable[[Edits], Edits]

PDF = "application/pdf"
MOST_BYTES = 250_000_000
"""Each page of a caller's PDF holds the whole untouched file on the disk:
together no more than this.
"""


class Kept(NamedTuple):
    """Pages that are on disk now, each with a JPEG or PNG to show, and the active parts of a
    caller's file that were left out.
    """

    pages: list[tuple[KeptPage, bytes]]
    left_behind: tuple[str, ...] = ()


class PageKeeper:
    """Stores pages; edits that the agent made before a page was here are applied then."""

    def __init__(self, outbox: Outbox, workers: Workers) -> None:
        self._outbox = outbox
        self._workers = workers
        self._early: dict[str, list[EditChange]] = {}

    def change_later(self, page_id: str, change: EditChange) -> None:
        """Notes an edit of a page that is still on its way."""
        self._early.setdefault(page_id, []).append(change)

    def forget(self) -> None:
        """Forgets the noted edits at the end of a session."""
        self._early.clear()

    async def keep(
        self, session_id: str, offer: PageOffered, data: bytes, *, unasked: bool
    ) -> Kept:
        """Raises `PageUnreadable`, `FileLocked`, `PageTooLarge`, `PageDamaged`; `OSError`:
        the disk is full.
        """
        from documents.pages.check import check_page

        try:
            if offer.given and data.startswith(b"%PDF-"):
                return await self._keep_pdf(session_id, offer, data, unasked=unasked)
            facts = await asyncio.wrap_future(self._workers.submit(check_page, data, offer.sha256))
            page = await asyncio.to_thread(
                self._keep, session_id, offer, data, facts.media_type, unasked=unasked
            )
        except PageUnreadable as error:
            if error.detail.get("why") == "encrypted":
                raise FileLocked from error
            raise
        return Kept([(page, data)])

    async def to_show(self, page: KeptPage) -> bytes:
        """The page as it came, as a picture. Raises `PageUnreadable`."""
        from documents.pdf.given_pdf import page_jpeg

        data = await asyncio.to_thread(self._outbox.page_bytes, page.session_id, page.page_id)
        if page.media_type != PDF:
            return data
        return await asyncio.wrap_future(self._workers.submit(page_jpeg, data, page.edits.pdf_page))

    async def _keep_pdf(
        self, session_id: str, offer: PageOffered, data: bytes, *, unasked: bool
    ) -> Kept:
        from documents.pdf.given_pdf import flatten

        drawn = await asyncio.wrap_future(self._workers.submit(flatten, data))
        if drawn.sha256 != offer.sha256:
            raise PageDamaged(size_bytes=len(data))
        if len(drawn.pages) * len(data) > MOST_BYTES:
            raise PageTooLarge(pages=len(drawn.pages), size_bytes=len(data))
        pages = await asyncio.to_thread(
            self._keep_pages, session_id, offer, data, drawn, unasked=unasked
        )
        return Kept(list(zip(pages, drawn.pages, strict=True)), drawn.left_behind)

    def _keep_pages(
        self, session_id: str, offer: PageOffered, data: bytes, drawn: GivenPdf, *, unasked: bool
    ) -> list[KeptPage]:
        """Stores the page with the offer's id last: once it is here, all are, and the kiosk may
        forget the file.
        """
        from documents.imaging.pictures import open_header

        ids = [
            offer.page_id,
            *(_id_of(offer.page_id, number) for number in range(1, len(drawn.pages))),
        ]
        for number in reversed(range(len(ids))):
            picture = open_header(drawn.pages[number])
            page = KeptPage(
                session_id=session_id,
                page_id=ids[number],
                sha256=offer.sha256,
                size_bytes=len(data),
                media_type=PDF,
                width_px=picture.width,
                height_px=picture.height,
                dpi=offer.dpi,
                taken_at_utc=offer.taken_at_utc,
                signer=offer.signer,
                signature=offer.signature,
                given=True,
                unasked=unasked,
                scanned_as=offer.page_id if number else "",
                edits=Edits((DrawPage(number), LeaveAsScanned())),
            )
            self._outbox.keep_page(page, data)
        others = [
            page.page_id for page in self._outbox.pages(session_id) if page.page_id not in ids
        ]
        pages_by_id = {
            page.page_id: page for page in self._outbox.set_order(session_id, [*others, *ids])
        }
        return [pages_by_id[page_id] for page_id in ids]

    def _keep(
        self, session_id: str, offer: PageOffered, data: bytes, media_type: str, *, unasked: bool
    ) -> KeptPage:
        new = KeptPage(
            session_id=session_id,
            page_id=offer.page_id,
            sha256=offer.sha256,
            size_bytes=len(data),
            media_type=media_type,
            width_px=offer.width_px,
            height_px=offer.height_px,
            dpi=offer.dpi,
            taken_at_utc=offer.taken_at_utc,
            signer=offer.signer,
            signature=offer.signature,
            given=offer.given,
            unasked=unasked,
        )
        page = self._outbox.keep_page(new, data)
        edits = page.edits
        for change in self._early.pop(page.page_id, ()):
            edits = change(edits)
        return self._outbox.set_edits(session_id, page.page_id, edits)


def _id_of(page_id: str, number: int) -> str:
    """The id of a further page of a file; the same however often the file is offered."""
    return hashlib.blake2b(f"{page_id}|{number}".encode(), digest_size=8).hexdigest()
