# SPDX-License-Identifier: GPL-3.0-only
"""Quick copies of scanned pages, sent ahead of originals that take long. The other end:
`session.desk.devices.quick_copies`.

A quick copy is for the agent's eyes only:
it is in memory, never in the page store, and gone when the desk has the original.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Awaitable, Callable

from session.core.tasks import Tasks
from session.protocol.conversation.messages import ChunksRequested, PageGlimpsed, PageOffered
from session.protocol.endpoints.chunks import count_chunks
from session.protocol.endpoints.sending import ChunkSender, OrderedSender
from session.protocol.wire.ids import new_id

log = logging.getLogger(__name__)

SOON_S = 2.0
"""An original that is across in this time needs no quick copy."""

MakeQuickCopy = Callable[[bytes, int], Awaitable[tuple[str, bytes] | None]]
"""(the page as scanned, its dpi) -> (media type, bytes) of a quick copy, or None when there is
none. Raises nothing.
"""


class QuickCopies:
    """The quick copies of one session.

    Args:
        make: see `MakeQuickCopy`; None: this kiosk makes none.
    """

    def __init__(
        self,
        make: MakeQuickCopy | None,
        sender: OrderedSender,
        *,
        chunks: ChunkSender,
        tasks: Tasks,
    ) -> None:
        self._make = make
        self._sender = sender
        self._chunks = chunks
        self._tasks = tasks
        self._data: dict[str, bytes] = {}
        self._announced: dict[str, PageGlimpsed] = {}
        self._wanted: set[str] = set()

    def start(self, offer: PageOffered, data: bytes) -> None:
        """A page was offered: a quick copy follows when the original takes long."""
        if self._make is not None and self._chunks.seconds_for(offer.size_bytes) > SOON_S:
            self._wanted.add(offer.page_id)
            self._tasks.start(self._send(self._make, offer, data), name="quick copy")

    async def _send(self, make: MakeQuickCopy, offer: PageOffered, data: bytes) -> None:
        quick_copy = await make(data, offer.dpi)
        if quick_copy is None or offer.page_id not in self._wanted:
            return
        media_type, copy = quick_copy
        announced = PageGlimpsed(
            page_id=offer.page_id,
            item_id=new_id(),
            media_type=media_type,
            size_bytes=len(copy),
            sha256=hashlib.sha256(copy).hexdigest(),
            chunks=count_chunks(len(copy), self._chunks.chunk_bytes),
        )
        self._data[announced.item_id], self._announced[announced.item_id] = copy, announced
        self._sender.send(
            announced, then=lambda: self._chunks.hurry(announced.item_id, announced.chunks)
        )

    def read(self, item_id: str) -> bytes:
        """The bytes of a quick copy. Raises `KeyError`: there is none (any more)."""
        return self._data[item_id]

    def send_again(self, request: ChunksRequested) -> None:
        """Chunks that the desk lacks."""
        announced = self._announced.get(request.item_id)
        if announced is not None:
            self._chunks.again(announced.item_id, announced.chunks, request.missing)

    def release(self, page_id: str) -> None:
        """The desk has the page itself."""
        self._wanted.discard(page_id)
        for announced in [
            announced for announced in self._announced.values() if announced.page_id == page_id
        ]:
            self._chunks.drop(announced.item_id)
            del self._announced[announced.item_id], self._data[announced.item_id]

    def clear(self) -> None:
        """The caller has gone."""
        self._wanted.clear()
        self._announced.clear()
        self._data.clear()
