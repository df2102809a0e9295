# SPDX-License-Identifier: GPL-3.0-only
"""Scanned pages on their way to the desk: kept, offered, sent, forgotten.
The other end: `session.desk.devices.pages`.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable

from session.core.clock import Clock
from session.core.errors import PageTooLarge, PageUnreadable
from session.core.signals import Signal
from session.kiosk.devices.page_store import PageStore
from session.kiosk.devices.preview import small_preview
from session.kiosk.devices.quick_copies import QuickCopies
from session.kiosk.drivers.scanner import ScannedPage
from session.protocol.conversation.messages import (
    ChunksRequested,
    PageOffered,
    ScanKind,
    ScanRequested,
    ScanSource,
)
from session.protocol.endpoints.chunks import count_chunks
from session.protocol.endpoints.sending import ChunkSender, OrderedSender
from session.protocol.wire.ids import new_id
from session.protocol.wire.version import MAX_ITEM_BYTES


class Pages:
    """The pages of one session that the desk does not have yet.

    Args:
        sign: puts the kiosk's signature on a page that was just scanned.

    Attributes:
        offered: a page lies safe in the page store and is offered.
    """

    def __init__(
        self,
        store: PageStore,
        sender: OrderedSender,
        *,
        chunks: ChunkSender,
        quick_copies: QuickCopies,
        sign: Callable[[PageOffered], PageOffered],
        clock: Clock,
    ) -> None:
        self.offered: Signal[PageOffered] = Signal()
        self._store = store
        self._sender = sender
        self._chunks = chunks
        self._clock = clock
        self._quick_copies = quick_copies
        self._sign = sign

    async def put(self, request: ScanRequested, page: ScannedPage) -> None:
        """Keeps a page on disk, then offers it.

        Raises:
            PageUnreadable: empty. PageTooLarge. ScanCancelled: the session was wiped.
                OSError: the disk.
        """
        if not page.data:
            raise PageUnreadable
        if request.kind is ScanKind.PREVIEW:
            page = await asyncio.to_thread(small_preview, page)
        if len(page.data) > MAX_ITEM_BYTES:
            raise PageTooLarge(size_bytes=len(page.data), limit_bytes=MAX_ITEM_BYTES)
        offer = PageOffered(
            page_id=new_id(),
            scan_id=request.scan_id,
            kind=request.kind,
            media_type=page.media_type,
            size_bytes=len(page.data),
            sha256=await asyncio.to_thread(lambda: hashlib.sha256(page.data).hexdigest()),
            width_px=page.width_px,
            height_px=page.height_px,
            dpi=page.dpi,
            chunks=count_chunks(len(page.data), self._chunks.chunk_bytes),
            taken_at_utc=self._clock.utc_now(),
            given=request.source is ScanSource.FILE,
        )
        offer = self._sign(offer)
        await asyncio.to_thread(self._store.put, offer, page.data)
        if offer.kind is ScanKind.PREVIEW:
            self._forget_previews(but=offer.page_id)
        self.offered.emit(offer)
        if offer.kind is ScanKind.PAGE and offer.media_type.startswith("image/"):
            self._quick_copies.start(offer, page.data)
        self._offer(offer)

    def _forget_previews(self, but: str) -> None:
        for old in self._store.offers():
            if old.kind is ScanKind.PREVIEW and old.page_id != but:
                self.release(old.page_id)

    def _offer(self, offer: PageOffered) -> None:
        self._sender.send(offer, then=lambda: self._send(offer))

    def _send(self, offer: PageOffered) -> None:
        if self._store.find(offer.page_id) is None:
            return
        if offer.kind is ScanKind.PREVIEW:  # the agent waits for it, pages do not mind
            self._chunks.hurry(offer.page_id, offer.chunks)
        else:
            self._chunks.send(offer.page_id, offer.chunks)

    def offer_all(self) -> None:
        """Offers again all that lies in the page store, oldest first."""
        for offer in self._store.offers():
            self._offer(offer)

    def send_again(self, request: ChunksRequested) -> None:
        """Sends chunks that the desk lacks."""
        self._quick_copies.send_again(request)
        if (offer := self._store.find(request.item_id)) is not None:
            self._chunks.again(offer.page_id, offer.chunks, request.missing)

    def release(self, page_id: str) -> None:
        """The page is not needed here any more."""
        self._chunks.drop(page_id)
        self._quick_copies.release(page_id)
        self._store.forget(page_id)
