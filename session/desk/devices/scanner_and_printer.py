# SPDX-License-Identifier: GPL-3.0-only
"""The desk's end of the conversation about the kiosk's scanner and printer. The other end:
`session.kiosk.devices.scanner_and_printer`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from session.core.clock import Clock
from session.core.errors import (
    BusUnreachable,
    MessageMalformed,
    PageDamaged,
    PageUnasked,
    RateLimited,
)
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.desk.devices.pages import (
    Keep,
    PageNotReceived,
    PageProgressed,
    Pages,
    PageStanding,
    ReceivedPage,
)
from session.desk.devices.prints import Prints
from session.desk.devices.quick_copies import QuickCopies, ReceivedQuickCopy
from session.desk.devices.scans import Scans
from session.protocol.conversation.messages import (
    Area,
    ChunksRequested,
    DevicesReported,
    DevicesRequested,
    PageGlimpsed,
    PageOffered,
    PagesRequested,
    PrintChanged,
    PrintOffered,
    ScanCancelRequested,
    ScanEnded,
    ScanKind,
    ScanProgressed,
    ScanRequested,
    ScanSource,
    SessionMessage,
)
from session.protocol.endpoints import chunks
from session.protocol.endpoints.channel import SessionChannel
from session.protocol.endpoints.sending import OrderedSender
from session.protocol.wire.ids import new_id

log = logging.getLogger(__name__)

TOPIC = "device"
PREVIEW_DPI = 75

__all__ = [
    "DeskDevices",
    "Keep",
    "PageDisk",
    "PageNotReceived",
    "PageProgressed",
    "ReceivedPage",
    "ReceivedQuickCopy",
]


@dataclass(frozen=True, kw_only=True)
class PageDisk:
    """What a desk keeps of a session's pages.

    Attributes:
        keep: puts a page on disk; only after it returned the kiosk may forget the page (see
            `session.desk.devices.pages.Keep`).
        is_kept: whether an earlier run of the desk has already kept this page.
        scan_memory: see `session.desk.devices.scans.Scans`.
    """

    keep: Keep
    is_kept: Callable[[PageOffered], bool] = lambda offer: False
    scan_memory: Path | None = None


class DeskDevices:
    """The kiosk's scanner and printer, as the agent's desk has them in one session.

    Every request raises `BusUnreachable` when the line is away; then nothing was asked.

    Args:
        disk: where pages are kept.
        may_scan: whether the caller allows it now: if not, no page is taken that nobody asked for.
        chunk_kbps: kilobits per second that printed documents may use; None: all.
        tick_s: how often stalled work is looked for.
        kiosk_key: the public key by which the hub knows the kiosk;
            "" when it does not, and the kiosk says it.

    Attributes:
        scans, prints: what is asked for; forgotten, or cancelled, there.
        report_changed: how scanner and printer are.
        scan_requested, print_offered: the request was sent (for the log).
        scan_progressed, scan_ended: of a scan;
        `scan_ended` with code `peer_gone` after 30 s of silence.
        page_progressed: chunks of a page or preview so far.
        page_received: a page is whole, right and on disk.
        preview_received: a preview is whole and right.
        quick_copy_received: a quick copy of a page that is still on its way.
        page_failed: a page did not come, or is no use.
        print_changed: of a print.
    """

    def __init__(
        self,
        channel: SessionChannel,
        clock: Clock,
        *,
        tasks: Tasks,
        disk: PageDisk,
        may_scan: Callable[[], bool],
        chunk_kbps: int | None = 240,
        tick_s: float = 0.25,
        kiosk_key: str = "",
    ) -> None:
        self._channel = channel
        self._tasks = tasks
        self._tick_s = tick_s
        self._may_scan = may_scan
        self._sure = OrderedSender(channel, TOPIC, tasks=tasks)
        self.scans = Scans(channel, TOPIC, clock=clock, tasks=tasks, memory=disk.scan_memory)
        self._pages = Pages(
            self._sure,
            clock,
            tasks=tasks,
            keep=disk.keep,
            is_kept=disk.is_kept,
            standing=self._standing_of,
            session_id=channel.session_id,
            kiosk_key=kiosk_key,
        )
        self._quick_copies = QuickCopies(self._sure, clock)
        self._pages.received.connect(lambda page: self._quick_copies.page_came(page.offer.page_id))
        self.prints = Prints(
            channel, TOPIC, clock=clock, tasks=tasks, sure=self._sure, kbps=chunk_kbps
        )
        self.prints.kiosk_key = kiosk_key
        self._is_known = bool(kiosk_key)
        self._watch: asyncio.Task[None] | None = None
        self._left_at_kiosk = False
        self.report_changed: Signal[DevicesReported] = Signal()
        self.scan_requested: Signal[ScanRequested] = self.scans.requested
        self.print_offered: Signal[PrintOffered] = self.prints.offered
        self.scan_progressed: Signal[ScanProgressed] = self.scans.progressed
        self.scan_ended: Signal[ScanEnded] = self.scans.ended
        self.page_progressed: Signal[PageProgressed] = self._pages.progressed
        self.page_received: Signal[ReceivedPage] = self._pages.received
        self.preview_received: Signal[ReceivedPage] = self._pages.preview_received
        self.quick_copy_received: Signal[ReceivedQuickCopy] = self._quick_copies.received
        self.page_failed: Signal[PageNotReceived] = self._pages.failed
        self.print_changed: Signal[PrintChanged] = self.prints.changed
        self.pages_began: Signal[None] = self.prints.chunks.began
        self.page_failed.connect(self._on_page_failed)
        self._unsubscribe = [
            channel.on_message(TOPIC, self._on_message),
            channel.on_raw(chunks.TOPIC, self._on_chunk),
        ]

    @property
    def sent_bytes(self) -> int:
        """Bytes of printed documents sent so far."""
        return self.prints.chunks.sent_bytes

    @property
    def pages_cross(self) -> bool:
        """A document is on its way to the printer now."""
        return self.prints.chunks.waiting > 0

    # ---- requests of the agent

    async def request_report(self) -> None:
        """Asks for the state of scanner and printer; answered by `report_changed`."""
        await self._channel.send(TOPIC, DevicesRequested())

    async def preview(self, source: ScanSource = ScanSource.GLASS, *, colour: bool = True) -> str:
        """A quick look at the whole glass, 75 dpi.
        Returns the scan's id; answered by `preview_received`.
        """
        return await self.scan(ScanKind.PREVIEW, source, dpi=PREVIEW_DPI, colour=colour)

    async def scan(
        self,
        kind: ScanKind = ScanKind.PAGE,
        source: ScanSource = ScanSource.GLASS,
        *,
        dpi: int = 300,
        colour: bool = True,
        area: Area | None = None,
        duplex: bool = False,
        areas: Sequence[Area] = (),
        scan_id: str = "",
    ) -> str:
        """Scans; `dpi` 50 to 600, `area` in 1/300 inch; `areas`: a page of each instead.

        Returns the scan's id (a new one unless given); answered by `scan_ended` and pages.
        """
        scan_id = scan_id or new_id()
        request = ScanRequested(
            scan_id=scan_id,
            kind=kind,
            source=source,
            dpi=dpi,
            colour=colour,
            area=area or Area(),
            duplex=duplex,
            areas=list(areas),
        )
        await self.scans.request(request)
        self._start_watch()
        return scan_id

    async def cancel_scan(self, scan_id: str) -> None:
        """Stops a scan; answered by `scan_ended`."""
        await self._channel.send(TOPIC, ScanCancelRequested(scan_id=scan_id))

    async def ask_pages(self) -> None:
        """Asks the kiosk to offer the pages that it still holds: after a restart of the desk, and
        when the line is back.
        """
        await self._channel.send(TOPIC, PagesRequested())

    def _standing_of(self, scan_id: str) -> PageStanding:
        if self.scans.is_asked(scan_id):
            return PageStanding.ASKED
        if self._may_scan():
            return PageStanding.UNASKED
        return PageStanding.NOT_ALLOWED

    def _on_page_failed(self, failed: PageNotReceived) -> None:
        self._left_at_kiosk = self._left_at_kiosk or failed.code == PageUnasked.code

    def scan_allowed(self) -> None:
        """The caller allows scanning: pages that were left at the kiosk may come."""
        if self._left_at_kiosk:
            self._left_at_kiosk = False
            self._tasks.start(self._ask_left(), name="pages left at the kiosk")

    async def _ask_left(self) -> None:
        try:
            await self.ask_pages()
        except BusUnreachable:
            log.info("pages are asked for when the line is back")

    async def print_document(self, document: bytes, name: str, copies: int = 1) -> str:
        """Prints a PDF at the kiosk, 1 to 5 copies.
        Returns the print's id; answered by `print_changed`.

        Raises:
            PageTooLarge, ValueError, BusUnreachable.
        """
        print_id = await self.prints.print_document(document, name, copies)
        self._start_watch()
        return print_id

    # ---- facts

    def _on_message(self, message: SessionMessage) -> None:
        match message:
            case DevicesReported():
                if not self._is_known:
                    self.prints.kiosk_key = message.kiosk_key
                self.report_changed.emit(message)
            case ScanProgressed():
                self.scans.on_progressed(message)
            case ScanEnded():
                self.scans.on_ended(message)
            case PageOffered() if not self._pages.has_room_for(message.page_id):
                why = f"{len(self._pages)} pages are on their way"
                self._channel.refuse(TOPIC, RateLimited.code, why, message.page_id)
            case PageOffered():
                self.scans.on_page(message.scan_id)
                self._pages.on_offered(message)
            case PageGlimpsed() if not self._pages.may_show(message.page_id):
                why = "nobody asked for the page, and scanning is not allowed"
                self._channel.refuse(TOPIC, PageUnasked.code, why, message.page_id)
            case PageGlimpsed():
                self._quick_copies.on_announced(message)
            case ChunksRequested():
                self.prints.send_again(message)
            case PrintChanged():
                self.prints.on_changed(message)
        self._start_watch()

    def _on_chunk(self, payload: bytes, headers: Mapping[str, str]) -> None:
        try:
            self._take_chunk(payload, headers)
        except (MessageMalformed, PageDamaged) as error:
            why, item_id = str(error.detail.get("why", "")), headers[chunks.ITEM_HEADER]
            self._channel.refuse(chunks.TOPIC, error.code, why, item_id)

    def _take_chunk(self, payload: bytes, headers: Mapping[str, str]) -> None:
        if self._quick_copies.takes(headers):
            self._quick_copies.on_chunk(payload, headers)
            self._pages.arrivals.sender_is_there()  # a chunk that waits behind it is not lost
        else:
            self._quick_copies.arrivals.sender_is_there()
            self._pages.on_chunk(payload, headers)

    # ---- watching

    @property
    def is_busy(self) -> bool:
        """True while something is asked for or on its way."""
        return bool(
            len(self.scans) or len(self._pages) or len(self._quick_copies) or len(self.prints)
        )

    def _start_watch(self) -> None:
        if self.is_busy and (self._watch is None or self._watch.done()):
            self._watch = self._tasks.start(self._watch_all(), name="devices-watch")

    async def _watch_all(self) -> None:
        while self.is_busy:
            await asyncio.sleep(self._tick_s)
            for part in (self.scans, self._pages, self._quick_copies, self.prints):
                part.tick()

    async def close(self) -> None:
        """Stops; messages to the kiosk that still wait are sent first, for at most 2 s."""
        for stop in self._unsubscribe:
            stop()
        await self._sure.drain()
        self._sure.close()
        self.prints.close()
        if self._watch is not None:
            self._watch.cancel()
