# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's end of the conversation about scanner and printer. The other end:
`session.desk.devices.scanner_and_printer`.

The desk requests, the kiosk decides:
it asks its grants, knows its devices, and keeps each page until the desk has it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from session.core.clock import Clock
from session.core.device_errors import PrinterGone, ScannerGone
from session.core.errors import MessageMalformed, PageDamaged, PageNotSigned, PageUnasked
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.kiosk.call.consent import KioskGrants
from session.kiosk.devices.given_files import GivenFiles
from session.kiosk.devices.page_store import PageStore
from session.kiosk.devices.pages import Pages
from session.kiosk.devices.prints import PrintRules, Prints
from session.kiosk.devices.quick_copies import MakeQuickCopy, QuickCopies
from session.kiosk.devices.scans import Scans
from session.kiosk.drivers.printer import Printer, PrinterStatus
from session.kiosk.drivers.scanner import Scanner, ScannerStatus
from session.protocol.conversation.messages import (
    ChunksRequested,
    DevicesReported,
    DevicesRequested,
    PageKept,
    PageOffered,
    PageRefused,
    PagesRequested,
    PrintCancelRequested,
    PrintChanged,
    PrintOffered,
    ScanCancelRequested,
    ScanEnded,
    ScannerState,
    ScanRequested,
    SessionMessage,
)
from session.protocol.endpoints import chunks
from session.protocol.endpoints.channel import SessionChannel
from session.protocol.endpoints.sending import ChunkSender, OrderedSender

log = logging.getLogger(__name__)

KEPT_THOUGH_REFUSED = frozenset({PageDamaged.code, PageNotSigned.code, PageUnasked.code})
"""The page here is good, the way was not: it is offered again when the desk asks for pages."""

TOPIC = "device"
DEFAULT_CHUNK_KBPS = 240
"""Of a 512 kb/s line: the rest is for voice, picture and the shared page."""
STATE_TIMEOUT_S = 8.0
_NO_SCANNER = ScannerStatus(state=ScannerState.NONE, name="")
_NO_PRINTER = PrinterStatus(state=ScannerState.NONE, name="")


def _unsigned(offer: PageOffered) -> PageOffered:
    return offer


@dataclass(frozen=True, kw_only=True)
class DeviceEquipment:
    """The devices that a kiosk scans and prints with.

    Attributes:
        scanner, printer: None when the kiosk has none.
        files: asks the caller for a file; the session's own. None: no files are taken.
        chunk_kbps: kilobits per second that pages may use, so that they never starve the voice;
            None: all.
        make_quick_copy: makes quick copies of pages that take long.
        sign_page: puts the kiosk's signature on a page that was just scanned.
    """

    scanner: Scanner | None = None
    printer: Printer | None = None
    files: GivenFiles | None = None
    chunk_kbps: int | None = DEFAULT_CHUNK_KBPS
    make_quick_copy: MakeQuickCopy | None = None
    sign_page: Callable[[PageOffered], PageOffered] = _unsigned


class KioskDevices:
    """Scanner and printer of this kiosk for one session.

    Args:
        equipment: outlives the session; whoever made it closes it.
        page_store: the session's own.
        rules: for whom this kiosk prints, and how it looks at documents.
        tick_s: how often a stalled document is asked for.

    Attributes:
        pages, chunks: what is offered, and its way to the desk.
        scan_started, scan_ended, print_changed: for the kiosk's screen and the log.
        showing: shows each print to the caller and takes the answer.
        page_offered: a page lies safe in the page store and is offered.
        reported: what the desk was told of the devices.
    """

    def __init__(
        self,
        channel: SessionChannel,
        equipment: DeviceEquipment,
        *,
        page_store: PageStore,
        grants: KioskGrants,
        rules: PrintRules,
        clock: Clock,
        tasks: Tasks,
        tick_s: float = 0.25,
    ) -> None:
        self.reported: Signal[DevicesReported] = Signal()
        self._scanner = equipment.scanner
        self._printer = equipment.printer
        self._store = page_store
        self._tasks = tasks
        self._tick_s = tick_s
        self._channel = channel
        self._sender = OrderedSender(channel, TOPIC, tasks=tasks)
        self.chunks = ChunkSender(
            channel, clock, tasks=tasks, read=self._read, kbps=equipment.chunk_kbps
        )
        self._quick_copies = QuickCopies(
            equipment.make_quick_copy, self._sender, chunks=self.chunks, tasks=tasks
        )
        self.pages = Pages(
            page_store,
            self._sender,
            chunks=self.chunks,
            quick_copies=self._quick_copies,
            sign=equipment.sign_page,
            clock=clock,
        )
        self._scans = Scans(
            self.pages,
            self._sender,
            scanner=equipment.scanner,
            files=equipment.files,
            grants=grants,
            tasks=tasks,
        )
        self._prints = Prints(
            equipment.printer, self._sender, grants=grants, rules=rules, clock=clock, tasks=tasks
        )
        self._takes_files = equipment.files is not None
        self._kiosk_key = rules.kiosk_key
        self._report: asyncio.Task[None] | None = None
        self._watch: asyncio.Task[None] | None = None
        self.scan_started: Signal[ScanRequested] = self._scans.started
        self.scan_ended: Signal[ScanEnded] = self._scans.ended
        self.page_offered: Signal[PageOffered] = self.pages.offered
        self.print_changed: Signal[PrintChanged] = self._prints.changed
        self.pages_began: Signal[None] = self.chunks.began
        self.showing = self._prints.showing
        self._stop_listening = [
            channel.on_message(TOPIC, self._on_message),
            channel.on_raw(chunks.TOPIC, self._on_chunk),
        ]

    @property
    def held_pages(self) -> int:
        """Pages that the desk does not have yet."""
        return len(self._store)

    @property
    def sent_bytes(self) -> int:
        """The bytes of pages that were sent so far."""
        return self.chunks.sent_bytes

    @property
    def pages_cross(self) -> bool:
        """Pages are on their way to the desk now."""
        return self.chunks.waiting > 0

    def _read(self, item_id: str) -> bytes:
        """A page of the page store, or a quick copy of one."""
        try:
            return self._quick_copies.read(item_id)
        except KeyError:
            return self._store.read(item_id)

    def _on_message(self, message: SessionMessage) -> None:
        match message:
            case DevicesRequested():
                self._start_report()
            case ScanRequested():
                self._scans.on_requested(message)
            case ScanCancelRequested(scan_id=scan_id):
                self._scans.on_cancel(scan_id)
            case PagesRequested():
                self.pages.offer_all()
            case ChunksRequested():
                self.pages.send_again(message)
            case PageKept(page_id=page_id):
                self.pages.release(page_id)
            case PageRefused(page_id=page_id, code=code):
                log.warning("the desk refused a page: %s", code)
                if code not in KEPT_THOUGH_REFUSED:
                    self.pages.release(page_id)
            case PrintOffered():
                self._prints.on_offered(message)
                self._start_watch()
            case PrintCancelRequested(print_id=print_id):
                self._prints.on_cancel(print_id)

    def _on_chunk(self, payload: bytes, headers: Mapping[str, str]) -> None:
        try:
            self._prints.on_chunk(payload, headers)
        except MessageMalformed as error:
            why, item_id = str(error.detail.get("why", "")), headers[chunks.ITEM_HEADER]
            self._channel.refuse(chunks.TOPIC, error.code, why, item_id)

    def _start_watch(self) -> None:
        if self._watch is None or self._watch.done():
            self._watch = self._tasks.start(self._watch_prints(), name="devices-watch")

    async def _watch_prints(self) -> None:
        while self._prints.awaits_chunks:
            await asyncio.sleep(self._tick_s)
            self._prints.tick()

    # ---- report

    def _start_report(self) -> None:
        if self._report is None or self._report.done():
            self._report = self._tasks.start(self._send_report(), name="devices-report")

    async def _send_report(self) -> None:
        scanner, printer = await self._scanner_status(), await self._printer_status()
        report = DevicesReported(
            scanner=scanner.state,
            scanner_name=scanner.name[:500],
            scanner_code=scanner.code,
            printer=printer.state,
            printer_name=printer.name[:500],
            printer_code=printer.code,
            feeder=scanner.feeder,
            duplex=scanner.duplex,
            files=self._takes_files,
            kiosk_key=self._kiosk_key,
        )
        self._sender.send(report)
        self.reported.emit(report)

    async def _scanner_status(self) -> ScannerStatus:
        if self._scanner is None:
            return _NO_SCANNER
        try:
            async with asyncio.timeout(STATE_TIMEOUT_S):
                return await self._scanner.state()
        except TimeoutError:
            return ScannerStatus(state=ScannerState.FAULT, name="", code=ScannerGone.code)

    async def _printer_status(self) -> PrinterStatus:
        if self._printer is None:
            return _NO_PRINTER
        try:
            async with asyncio.timeout(STATE_TIMEOUT_S):
                return await self._printer.state()
        except TimeoutError:
            return PrinterStatus(state=ScannerState.FAULT, name="", code=PrinterGone.code)

    # ---- the end

    async def wipe(self) -> int:
        """The caller has gone: stops everything and removes every page;
        says how many pages were removed.

        A sheet that is being printed is let out; what still waits at the printer is cancelled.
        """
        await self.close()
        self._quick_copies.clear()
        count = await asyncio.to_thread(self._store.wipe)
        await self._prints.end()
        return count

    async def close(self) -> None:
        """Stops talking and scanning; the pages stay in the page store."""
        for stop in self._stop_listening:
            stop()
        await self._scans.close()
        self.chunks.close()
        self._sender.close()
        for task in (self._report, self._watch):
            if task is not None:
                task.cancel()
