# SPDX-License-Identifier: GPL-3.0-only
"""Quick copies of pages whose originals are still on their way.
The other end: `session.kiosk.devices.quick_copies`.

They are shown and forgotten: nothing of them is kept, acknowledged or filed.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import NamedTuple

from session.core.clock import Clock
from session.core.errors import MessageMalformed, MessageTooLarge, PageDamaged
from session.core.signals import Signal
from session.protocol.conversation.messages import ChunksRequested, PageGlimpsed
from session.protocol.endpoints.chunks import MAX_ASKS, Arrivals, parse_headers
from session.protocol.endpoints.sending import OrderedSender
from session.protocol.message_rates import KEPT

log = logging.getLogger(__name__)

MAX_QUICK_COPY_BYTES = 400_000


class ReceivedQuickCopy(NamedTuple):
    """A quick copy of a page, complete as announced; not decoded yet."""

    page_id: str
    media_type: str
    data: bytes


class QuickCopies:
    """The quick copies of one session that are on their way.

    Attributes:
        received: one is here, before its original.
    """

    def __init__(self, sure: OrderedSender, clock: Clock) -> None:
        self.received: Signal[ReceivedQuickCopy] = Signal()
        self._sure = sure
        self.arrivals = Arrivals(clock)
        self._announced: dict[str, PageGlimpsed] = {}
        self._over: set[str] = set()

    def __len__(self) -> int:
        return len(self.arrivals)

    def on_announced(self, announced: PageGlimpsed) -> None:
        """A quick copy is announced."""
        if announced.page_id in self._over or announced.size_bytes > MAX_QUICK_COPY_BYTES:
            return
        if len(self.arrivals) >= KEPT[PageGlimpsed]:
            return  # the original comes anyway
        try:
            self.arrivals.expect(
                announced.item_id, announced.size_bytes, announced.sha256, announced.chunks
            )
        except (MessageMalformed, MessageTooLarge) as error:
            log.warning("a quick copy is refused: %s", error.code)
            return
        self._announced[announced.item_id] = announced

    def takes(self, headers: Mapping[str, str]) -> bool:
        """True when this chunk belongs to a quick copy."""
        try:
            return self.arrivals.has(parse_headers(headers)[0])
        except MessageMalformed:
            return False

    def on_chunk(self, payload: bytes, headers: Mapping[str, str]) -> None:
        """A chunk of a quick copy came. Raises `MessageMalformed`, `PageDamaged`."""
        try:
            assembly = self.arrivals.take(payload, headers)
            if assembly is None or not assembly.is_complete:
                return
            data = assembly.finish()
        except (MessageMalformed, PageDamaged) as error:
            log.warning("a quick copy is damaged: %s", error.code)
            self._forget(parse_headers(headers)[0])
            raise
        announced = self._announced[assembly.item_id]
        self._forget(assembly.item_id)
        self.received.emit(ReceivedQuickCopy(announced.page_id, announced.media_type, data))

    def page_came(self, page_id: str) -> None:
        """The original is here: its quick copy is not needed any more."""
        self._over.add(page_id)
        for announced in [
            announced for announced in self._announced.values() if announced.page_id == page_id
        ]:
            self._forget(announced.item_id)

    def tick(self) -> None:
        """Asks for missing chunks; gives up silently, because the original comes anyway."""
        for overdue in self.arrivals.due():
            if overdue.asked <= MAX_ASKS:
                self._sure.send(ChunksRequested(item_id=overdue.item_id, missing=overdue.missing))
            else:
                self._forget(overdue.item_id)

    def _forget(self, item_id: str) -> None:
        self.arrivals.forget(item_id)
        self._announced.pop(item_id, None)
