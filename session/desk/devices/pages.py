# SPDX-License-Identifier: GPL-3.0-only
"""Pages on their way from the kiosk: checked, kept, acknowledged.
The other end: `session.kiosk.devices.pages`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from enum import Enum, auto
from typing import NamedTuple

from session.bus.transport.nkeys import is_signed
from session.core.clock import Clock
from session.core.errors import (
    DeskDiskUnusable,
    MessageMalformed,
    MessageTooLarge,
    PageDamaged,
    PageNotSigned,
    PageTooLarge,
    PageUnasked,
    PageUnreadable,
    SessionError,
    TransferInterrupted,
)
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.protocol.conversation.messages import (
    ChunksRequested,
    PageKept,
    PageOffered,
    PageRefused,
    ScanKind,
)
from session.protocol.conversation.page_signing import words_of
from session.protocol.endpoints.chunks import MAX_ASKS, Arrivals, Assembly
from session.protocol.endpoints.sending import OrderedSender
from session.protocol.message_rates import KEPT

log = logging.getLogger(__name__)

DISK_RETRY_S = 5.0
"""Between two tries to write a page to a disk that takes nothing."""

Keep = Callable[[PageOffered, bytes, bool], Awaitable[None]]
"""Writes a page to the disk, and whether nobody asked for it; returns when it would survive a power
cut.
Raises `PageUnreadable` or `PageTooLarge` for an image that is no use; any other error leaves the
page at the kiosk.
"""


class PageStanding(Enum):
    """What becomes of a page: taken, taken and marked, or left at the kiosk."""

    ASKED = auto()
    UNASKED = auto()
    NOT_ALLOWED = auto()


class ReceivedPage(NamedTuple):
    """A whole page with the right hash; a page (not a preview) is on disk too.
    `unasked`: the agent did not ask for it.
    """

    offer: PageOffered
    data: bytes
    unasked: bool = False


class PageProgressed(NamedTuple):
    """`received` of `chunks` of a page or preview of this scan are here."""

    page_id: str
    scan_id: str
    kind: ScanKind
    received: int
    chunks: int


class PageNotReceived(NamedTuple):
    """A page is not here; `code` of `session.core.errors`.
    After `transfer_interrupted` it goes on by itself when it can.
    """

    page_id: str
    code: str
    scan_id: str
    kind: ScanKind = ScanKind.PAGE


class Pages:
    """The pages of one session that are on their way.

    Args:
        keep: see `Keep`.
        session_id: of which the kiosk signs its pages.
        kiosk_key: by which the hub knows the kiosk; "" when it does not.
        is_kept: whether an earlier desk already kept this page, so that it is only acknowledged.
        standing: of a page of the scan with this id, at this moment.
    """

    def __init__(
        self,
        sure: OrderedSender,
        clock: Clock,
        *,
        tasks: Tasks,
        keep: Keep,
        is_kept: Callable[[PageOffered], bool],
        standing: Callable[[str], PageStanding],
        session_id: str = "",
        kiosk_key: str = "",
    ) -> None:
        self.progressed: Signal[PageProgressed] = Signal()
        self.received: Signal[ReceivedPage] = Signal()
        self.preview_received: Signal[ReceivedPage] = Signal()
        self.failed: Signal[PageNotReceived] = Signal()
        self._sure = sure
        self._tasks = tasks
        self._keep = keep
        self._is_kept = is_kept
        self._standing = standing
        self._session_id = session_id
        self._kiosk_key = kiosk_key
        self.arrivals = Arrivals(clock)
        self._offers: dict[str, PageOffered] = {}
        self._damaged: set[str] = set()
        self._kept: set[str] = set()
        self._interrupted: set[str] = set()

    def __len__(self) -> int:
        return len(self.arrivals)

    def has_room_for(self, page_id: str) -> bool:
        """False when so many pages are on their way that this one is to be offered later."""
        return len(self.arrivals) < KEPT[PageOffered] or self.arrivals.has(page_id)

    def may_show(self, page_id: str) -> bool:
        """True when a quick copy of this page may be looked at: the page is on its way, or would
        be taken whoever asked for it.
        """
        return page_id in self._offers or self._standing("") is not PageStanding.NOT_ALLOWED

    def on_offered(self, offer: PageOffered) -> None:
        """A page is announced, perhaps once more."""
        if offer.page_id in self._kept or self._is_kept(offer):
            self._kept.add(offer.page_id)
            self._sure.send(PageKept(page_id=offer.page_id))
            return
        if offer.page_id in self._offers and not self.arrivals.has(offer.page_id):
            return  # it is being kept at this moment
        if not self._is_of_kiosk(offer):
            self._on_forged(offer)
            return
        if self._standing(offer.scan_id) is PageStanding.NOT_ALLOWED:
            self._refuse(offer, PageUnasked())
            return
        self._offers[offer.page_id] = offer
        try:
            assembly = self.arrivals.expect(
                offer.page_id, offer.size_bytes, offer.sha256, offer.chunks
            )
        except (MessageMalformed, MessageTooLarge) as error:
            self._refuse(offer, error)
            return
        self._progress(assembly)

    def _is_of_kiosk(self, offer: PageOffered) -> bool:
        """True when the kiosk that the hub knows has signed the page.
        Where the hub does not know the kiosk's key, the document says who signed.
        """
        if self._kiosk_key and offer.signer != self._kiosk_key:
            return False
        if not self._kiosk_key and not offer.signature:
            return True
        return is_signed(offer.signer, words_of(self._session_id, offer), offer.signature)

    def _on_forged(self, offer: PageOffered) -> None:
        """Somebody changed the page on the way, or it is of another kiosk."""
        log.error("the signature of a page is not the kiosk's")
        self._refuse(offer, PageNotSigned())

    def on_chunk(self, payload: bytes, headers: Mapping[str, str]) -> None:
        """A chunk came; chunks of other items are left alone. Raises `MessageMalformed`."""
        assembly = self.arrivals.take(payload, headers)
        if assembly is not None:
            self._interrupted.discard(assembly.item_id)
            self._progress(assembly)
        self.tick()

    def _progress(self, assembly: Assembly) -> None:
        offer = self._offers.get(assembly.item_id)
        if offer is not None:
            progress = PageProgressed(
                assembly.item_id, offer.scan_id, offer.kind, assembly.received, assembly.chunks
            )
            self.progressed.emit(progress)
        if not assembly.is_complete:
            return
        offer = self._offers[assembly.item_id]
        try:
            data = assembly.finish()
        except PageDamaged as error:
            self._on_damaged(offer, error)
            return
        self.arrivals.forget(offer.page_id)
        self._tasks.start(self._keep_page(offer, data), name="page-keep")

    def _on_damaged(self, offer: PageOffered, error: PageDamaged) -> None:
        """Asks for the page once more from the start, and refuses it at the second time."""
        if offer.page_id not in self._damaged:
            self._damaged.add(offer.page_id)
            self.arrivals.restart(offer.page_id)
            return
        self._refuse(offer, error)

    async def _keep_page(self, offer: PageOffered, data: bytes) -> None:
        """Acknowledges a page only after `keep` has stored it."""
        code = SessionError.code
        unasked = self._standing(offer.scan_id) is not PageStanding.ASKED
        try:
            if offer.kind is ScanKind.PAGE:
                await self._until_kept(offer, data, unasked)
            code = ""
        except (PageUnreadable, PageTooLarge) as error:
            code = error.code
            self._sure.send(PageRefused(page_id=offer.page_id, code=code))
        except SessionError as error:
            code = error.code
        except asyncio.CancelledError:
            code = ""  # the desk closes; the kiosk still has the page
            raise
        finally:
            self._forget(offer.page_id)
            if code:
                self._tell_failed(offer, code)
        if code:
            return
        self._kept.add(offer.page_id)
        self._sure.send(PageKept(page_id=offer.page_id))
        if offer.kind is ScanKind.PREVIEW:
            notifier = self.preview_received
        else:
            notifier = self.received
        notifier.emit(ReceivedPage(offer, data, unasked))

    async def _until_kept(self, offer: PageOffered, data: bytes, unasked: bool) -> None:
        """Tries again while the disk takes nothing: somebody may make room. The kiosk keeps the
        page until then.
        """
        is_told = False
        while True:
            try:
                return await self._keep(offer, data, unasked)
            except OSError as error:
                log.error("a page cannot be kept: %s", error.strerror)
                if not is_told:
                    is_told = True
                    self._tell_failed(offer, DeskDiskUnusable.code)
            await asyncio.sleep(DISK_RETRY_S)

    def _refuse(self, offer: PageOffered, error: SessionError) -> None:
        self._forget(offer.page_id)
        self._sure.send(PageRefused(page_id=offer.page_id, code=error.code))
        self._tell_failed(offer, error.code)

    def _tell_failed(self, offer: PageOffered, code: str) -> None:
        self.failed.emit(PageNotReceived(offer.page_id, code, offer.scan_id, offer.kind))

    def _forget(self, page_id: str) -> None:
        self.arrivals.forget(page_id)
        self._offers.pop(page_id, None)
        self._damaged.discard(page_id)

    def tick(self) -> None:
        """Asks for missing chunks; reports a page as failed when nothing comes, and goes on when
        it comes again.
        """
        for overdue in self.arrivals.due():
            if overdue.asked <= MAX_ASKS:
                self._sure.send(ChunksRequested(item_id=overdue.item_id, missing=overdue.missing))
            elif overdue.item_id not in self._interrupted:
                self._interrupted.add(overdue.item_id)
                if (offer := self._offers.get(overdue.item_id)) is not None:
                    self._tell_failed(offer, TransferInterrupted.code)
