# SPDX-License-Identifier: GPL-3.0-only
"""Both ends of the devices conversation on a line that can be spoiled, and devices that fail in one
named way.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import random
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from PIL import Image

from session.bus.transport.nkeys import new_seed, public_key, sign
from session.core.clock import Clock, ManualClock
from session.core.device_errors import ScanCancelled, ScannerCoverOpen
from session.core.errors import SessionError
from session.core.tasks import Tasks
from session.desk.call.consent import DeskGrants
from session.desk.devices.scanner_and_printer import (
    DeskDevices,
    PageDisk,
    PageNotReceived,
    PageProgressed,
    ReceivedPage,
)
from session.kiosk.call.consent import KioskGrants
from session.kiosk.devices.page_encryption import KEY_FILE
from session.kiosk.devices.page_store import PageStore
from session.kiosk.devices.print_preview import ShownPrint
from session.kiosk.devices.prints import PrintRules
from session.kiosk.devices.quick_copies import MakeQuickCopy
from session.kiosk.devices.scanner_and_printer import DeviceEquipment, KioskDevices
from session.kiosk.drivers.printer import JobProgress, Printer, PrinterStatus
from session.kiosk.drivers.scanner import (
    ScannedPage,
    Scanner,
    ScannerStatus,
    ScanProgress,
    ScanSettings,
)
from session.protocol.conversation.messages import (
    DevicesReported,
    Grant,
    GrantRequested,
    PageOffered,
    PrintChanged,
    PrintState,
    ScanEnded,
    ScanKind,
    ScannerState,
    ScanProgressed,
    ScanSource,
    SessionMessage,
)
from session.protocol.conversation.page_signing import words_of
from session.protocol.topics import SendingEnd
from tests.support.memory.channel import MemoryChannel
from tests.support.waiting import until

KIOSK_SEED = new_seed()
KIOSK_KEY = public_key(KIOSK_SEED)


def invented_page(seed: int, size: int = 300_000) -> bytes:
    """Bytes that no other page has."""
    return b"\xff\xd8" + random.Random(seed).randbytes(size - 2)


def drawn_page(seed: int = 1) -> bytes:
    """A small JPEG that decodes."""
    picture = Image.effect_noise((310, 438), 20 + seed)
    out = io.BytesIO()
    picture.save(out, "JPEG")
    return out.getvalue()


def invented_pdf(size: int = 120_000) -> bytes:
    """Bytes that begin as a PDF does."""
    return b"%PDF-1.7\n" + random.Random(7).randbytes(size)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


async def settle(turns: int = 60) -> None:
    """Lets everything that can happen now happen; a worker thread gets as many turns as we do,
    unless it waits for something itself.
    """
    for _round in range(3):
        for _turn in range(turns):
            await asyncio.sleep(0)
        for _look in range(40):
            await asyncio.sleep(0.002)
            if not _threads_work():
                break
    for _turn in range(turns):
        await asyncio.sleep(0)


def _threads_work() -> bool:
    """Whether a thread of the loop's own executor has something to do."""
    executor: Any = getattr(asyncio.get_running_loop(), "_default_executor", None)
    if executor is None:
        return False
    return bool(executor._work_queue.qsize()) or executor._idle_semaphore._value < len(
        executor._threads
    )


class SpoiledChannel(MemoryChannel):
    """A line that loses the messages `loses` says, and hands chunks through `spoil`."""

    def __init__(self, session_id: str, me: SendingEnd | None = None) -> None:
        super().__init__(session_id, me)
        self.loses: Callable[[SessionMessage], bool] = lambda message: False
        self.spoil: Callable[[bytes, int], bytes | None] = lambda payload, index: payload
        self.chunks_sent: list[int] = []

    async def send(self, topic: str, message: SessionMessage) -> None:
        if self.cut or not self.loses(message):
            await super().send(topic, message)

    async def send_raw(self, topic: str, payload: bytes, headers: Mapping[str, str]) -> None:
        index = int(headers["Index"])
        spoiled = self.spoil(payload, index)
        if self.cut or spoiled is not None:
            await super().send_raw(topic, spoiled or payload, headers)
        self.chunks_sent.append(index)


class DrawerScanner:
    """Gives the pages it was given; `fault` is raised after them."""

    def __init__(self) -> None:
        self.pages = [invented_page(1)]
        self.fault: SessionError | None = None
        self.fails_from = 1000
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.scans: list[ScanSettings] = []
        self.status = ScannerStatus(state=ScannerState.READY, name="Drawer 100", feeder=True)
        self._is_cancelled = False

    async def state(self) -> ScannerStatus:
        return self.status

    async def scan(self, settings: ScanSettings) -> AsyncGenerator[ScanProgress | ScannedPage]:
        self.scans.append(settings)
        if len(self.scans) > self.fails_from:
            raise ScannerCoverOpen
        for number, data in enumerate(
            self.pages if settings.source is ScanSource.FEEDER else self.pages[:1]
        ):
            yield ScanProgress(50)
            await self.go_on.wait()
            if self._is_cancelled:
                raise ScanCancelled
            if self.fault is not None and number == 0 and settings.source is ScanSource.GLASS:
                raise self.fault
            if settings.kind is ScanKind.PREVIEW:
                yield ScannedPage(
                    data=drawn_page(), media_type="image/jpeg", width_px=310, height_px=438, dpi=75
                )
                continue
            yield ScannedPage(
                data=data, media_type="image/jpeg", width_px=2480, height_px=3508, dpi=settings.dpi
            )
        if self.fault is not None:
            raise self.fault

    async def cancel(self) -> None:
        self._is_cancelled = True
        self.go_on.set()

    async def close(self) -> None:
        await self.cancel()


class DrawerPrinter:
    """Stores what it gets; `steps` is what it says of each job, `refusal` what it says instead of
    taking one.
    """

    def __init__(self) -> None:
        self.received: list[tuple[bytes, str, int]] = []
        self.cancelled: list[int] = []
        self.refusal: SessionError | None = None
        self.steps = [
            JobProgress(state=PrintState.PRINTING),
            JobProgress(state=PrintState.DONE, impressions=1),
        ]
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.status = PrinterStatus(state=ScannerState.READY, name="Drawer 200")

    async def state(self) -> PrinterStatus:
        return self.status

    async def submit(self, document: bytes, name: str, copies: int = 1) -> int:
        if self.refusal is not None:
            raise self.refusal
        self.received.append((document, name, copies))
        return 40 + len(self.received)

    async def follow(self, job_id: int) -> AsyncGenerator[JobProgress]:
        for step in self.steps:
            if step.is_last:
                await self.go_on.wait()
            if job_id in self.cancelled:
                yield JobProgress(state=PrintState.CANCELLED)
                return
            yield step

    async def cancel(self, job_id: int) -> None:
        self.cancelled.append(job_id)
        self.go_on.set()

    async def close(self) -> None:
        return None


class DeskSide:
    """A desk that keeps its pages in a folder and notes all it hears."""

    def __init__(self, channel: MemoryChannel, clock: Clock, *, folder: Path) -> None:
        self.tasks = Tasks(on_error=lambda name, error: self.crashes.append(error))
        self.crashes: list[BaseException] = []
        self.folder = folder
        self.before_keep: Callable[[PageOffered, bytes], Awaitable[None]] | None = None
        self.kept: list[str] = []
        self.marked: list[bool] = []
        self.grants = DeskGrants(channel, clock, tasks=self.tasks)
        self.devices = DeskDevices(
            channel,
            clock,
            tasks=self.tasks,
            disk=PageDisk(
                keep=self._keep,
                is_kept=self._is_kept,
                scan_memory=folder.parent / "scans" / channel.session_id,
            ),
            may_scan=lambda: self.grants.allowed(Grant.SCAN),
            chunk_kbps=None,
            tick_s=0.005,
            kiosk_key=KIOSK_KEY,
        )
        self.grants.changed.connect(
            lambda change: (
                self.devices.scan_allowed()
                if change.grant is Grant.SCAN and change.allowed
                else None
            )
        )
        self.reports: list[DevicesReported] = []
        self.progress: list[ScanProgressed] = []
        self.ended: list[ScanEnded] = []
        self.page_progress: list[PageProgressed] = []
        self.pages: list[ReceivedPage] = []
        self.previews: list[ReceivedPage] = []
        self.failures: list[PageNotReceived] = []
        self.prints: list[PrintChanged] = []
        self.devices.report_changed.connect(self.reports.append)
        self.devices.scan_progressed.connect(self.progress.append)
        self.devices.scan_ended.connect(self.ended.append)
        self.devices.page_progressed.connect(self.page_progress.append)
        self.devices.page_received.connect(self.pages.append)
        self.devices.preview_received.connect(self.previews.append)
        self.devices.page_failed.connect(self.failures.append)
        self.devices.print_changed.connect(self.prints.append)

    async def _keep(self, offer: PageOffered, data: bytes, unasked: bool) -> None:
        if self.before_keep is not None:
            await self.before_keep(offer, data)
        (self.folder / offer.page_id).write_bytes(data)
        self.kept.append(offer.page_id)
        self.marked.append(unasked)

    def _is_kept(self, offer: PageOffered) -> bool:
        return (self.folder / offer.page_id).exists()

    async def kill(self) -> None:
        """Nothing is said, nothing is tidied."""
        for stop in self.devices._unsubscribe:
            stop()
        self.grants._stop_listening()
        await self.tasks.close()


class KioskSide:
    """A kiosk with its grants, store and devices."""

    def __init__(
        self,
        channel: MemoryChannel,
        clock: Clock,
        *,
        folder: Path,
        scanner: Scanner,
        printer: Printer,
        kbps: int | None = None,
        make_quick_copy: MakeQuickCopy | None = None,
    ) -> None:
        self.tasks = Tasks()
        self.seed, self.session_id = KIOSK_SEED, channel.session_id
        self.page_store = PageStore(folder, bytes(32))
        self.grants = KioskGrants(channel, clock, tasks=self.tasks)
        self.devices = KioskDevices(
            channel,
            DeviceEquipment(
                scanner=scanner,
                printer=printer,
                chunk_kbps=kbps,
                make_quick_copy=make_quick_copy,
                sign_page=self.signed,
            ),
            page_store=self.page_store,
            grants=self.grants,
            clock=clock,
            tasks=self.tasks,
            rules=PrintRules("s1", KIOSK_KEY, self._count_pages),
            tick_s=0.005,
        )
        self.pages = 1
        self._counted = threading.Event()
        self._counted.set()
        self.shown: list[ShownPrint] = []
        self.wants: bool | None = True
        self.devices.showing.asked.connect(self._on_shown)

    def counts_slowly(self) -> threading.Event:
        """From now on a document is looked through until the event is set."""
        self._counted.clear()
        return self._counted

    async def _count_pages(self, _document: bytes) -> int:
        await asyncio.to_thread(self._counted.wait, 30)
        return self.pages

    def signed(self, offer: PageOffered) -> PageOffered:
        """As `session.kiosk.session` does it."""
        signature = sign(self.seed, words_of(self.session_id, offer))
        return msgspec.structs.replace(offer, signer=public_key(self.seed), signature=signature)

    def _on_shown(self, is_shown: ShownPrint) -> None:
        """The caller says yes at once, unless a test wants otherwise; None: nobody answers."""
        self.shown.append(is_shown)
        if self.wants is not None:
            self.devices.showing.answer(is_shown.print_id, self.wants)

    async def kill(self) -> None:
        """As a power cut of the program: the stored files stay."""
        for stop in self.devices._stop_listening:
            stop()
        self.grants.close()
        await self.tasks.close()


class Talk:
    """The whole conversation; ends can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock()
        self.kiosk_line = SpoiledChannel("s1", SendingEnd.KIOSK)
        self.desk_line = SpoiledChannel("s1", SendingEnd.DESK)
        self.kiosk_line.peer, self.desk_line.peer = self.desk_line, self.kiosk_line
        self.scanner, self.printer = DrawerScanner(), DrawerPrinter()
        self._folder = folder
        (folder / "desk").mkdir()
        self.kiosk = self._kiosk()
        self.desk = DeskSide(self.desk_line, self.clock, folder=folder / "desk")

    def _kiosk(self) -> KioskSide:
        return KioskSide(
            self.kiosk_line,
            self.clock,
            folder=self._folder / "shelf",
            scanner=self.scanner,
            printer=self.printer,
        )

    @property
    def stored_files(self) -> list[str]:
        return sorted(
            path.name for path in (self._folder / "shelf").iterdir() if path.name != KEY_FILE
        )

    async def give(self, *grants: Grant) -> None:
        """The agent asks and the caller says yes."""
        for grant in grants:
            await self.desk_line.send("grant", GrantRequested(grant=grant))
            await until(lambda: bool(self.kiosk.grants.question))
            self.kiosk.grants.answer((grant,), (grant,))

    async def scan_page(self) -> str:
        """Asks for a page with the caller's consent."""
        await self.give(Grant.SCAN)
        return await self.desk.devices.scan(ScanKind.PAGE)

    async def restart_kiosk(self) -> None:
        await self.kiosk.kill()
        self.kiosk = self._kiosk()

    async def restart_desk(self) -> None:
        await self.desk.kill()
        self.desk = DeskSide(self.desk_line, self.clock, folder=self._folder / "desk")

    async def close(self) -> None:
        await self.desk.devices.close()
        await self.desk.tasks.close()
        await self.kiosk.devices.close()
        await self.kiosk.tasks.close()
