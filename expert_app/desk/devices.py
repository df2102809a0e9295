# SPDX-License-Identifier: GPL-3.0-only
"""The agent's work with the kiosk's scanner and printer, without Qt.
`wiring.devices` connects it with the window.

A preview is decoded in a worker process before anybody sees it.
It stands beside `expert_app.desk.app`, whose session it uses.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from documents.workers import WorkerLost, Workers
from expert_app.desk.app import DeskApp
from expert_app.desk.duplex_pile import DuplexPile
from session.core.clock import Clock
from session.core.device_errors import PileUneven, PrintRefused
from session.core.errors import PageNotSigned, PageUnasked, PageUnreadable
from session.core.signals import Signal
from session.desk.devices.scanner_and_printer import (
    PageNotReceived,
    PageProgressed,
    ReceivedPage,
)
from session.desk.hub.client import DeskClient
from session.desk.session import DeskSession
from session.protocol.conversation.messages import (
    Area,
    PrintChanged,
    PrintState,
    ScanEnded,
    ScanKind,
    ScanSource,
)
from session.protocol.wire.ids import new_id

if TYPE_CHECKING:
    from documents.imaging.flatbed_preview import FlatbedPreview

PREVIEW_S = 20.0
"""For a preview that takes a tenth of a second; a hostile one is killed by the worker's own limits.
"""

_GRAVE = frozenset({PageNotSigned.code, PageUnasked.code})

PRINT_OVER = (PrintState.DONE, PrintState.FAILED, PrintState.CANCELLED)


class Printing(NamedTuple):
    """A print and the name it was given."""

    changed: PrintChanged
    name: str


class DecodedPreview(NamedTuple):
    """A preview that is safe to show: JPEG, what it covers, and what lies there; no areas:
    the whole flatbed.
    """

    jpeg: bytes
    flatbed: Area
    areas: tuple[Area, ...]
    scan_id: str


class Replaced(NamedTuple):
    """A page was scanned again: the new one stands in the place of the old one."""

    page_id: str
    old_page_id: str


class PileState(NamedTuple):
    """The state of a pile whose two sides are scanned by hand; `missing` backs are still to
    come.
    """

    sheets: int
    missing: int
    is_turned: bool


@dataclass(frozen=True, kw_only=True)
class ScanRequest:
    """One scan as the agent wants it.
    `areas`: a page of each, on the flatbed; `replaces`: the page scanned again.
    """

    kind: ScanKind = ScanKind.PAGE
    source: ScanSource = ScanSource.GLASS
    dpi: int = 300
    colour: bool = True
    duplex: bool = False
    by_hand: bool = False
    areas: tuple[Area, ...] = ()
    replaces: str = ""


class DevicesJob:
    """Scans and prints for the session in hand.

    Attributes:
        preview_decoded: a preview came and is safe to show.
        printing: a print moved on.
        page_replaced: see `Replaced`; emitted once the new page is complete.
        pile_changed: see `PileState`; None when there is no pile any more.
        pile_ordered: its pages, front and back.
    """

    def __init__(
        self,
        app: DeskApp,
        link: DeskClient,
        *,
        workers: Workers,
        clock: Clock,
    ) -> None:
        self.preview_decoded: Signal[DecodedPreview] = Signal()
        self.printing: Signal[Printing] = Signal()
        self.page_replaced: Signal[Replaced] = Signal()
        self.pile_changed: Signal[PileState | None] = Signal()
        self.pile_ordered: Signal[list[str]] = Signal()
        self._app = app
        self._link = link
        self._workers = workers
        self._clock = clock
        self._scan_id = ""
        self._requests: dict[str, ScanRequest] = {}
        self._came: dict[str, int] = {}
        self._pages: dict[str, ScanRequest] = {}
        self._replaces: dict[str, str] = {}
        self._pile: DuplexPile | None = None
        self._prints: dict[str, str] = {}
        app.session_opened.connect(self._on_opened)
        app.session_closed.connect(lambda _outcome: self._forget())

    def _on_opened(self, session: DeskSession) -> None:
        self._forget()
        session.devices.page_progressed.connect(self._on_page)
        session.devices.page_received.connect(self._on_received)
        session.devices.preview_received.connect(self._on_preview)
        session.devices.scan_ended.connect(self._on_scan_ended)
        session.devices.page_failed.connect(self._on_page_failed)
        session.devices.print_changed.connect(self._on_print)

    def _forget(self) -> None:
        self._scan_id = ""
        self._requests.clear()
        self._pages.clear()
        self._came.clear()
        self._replaces.clear()
        self._prints.clear()
        self._end_pile()

    # ---- scanning

    def scan(self, request: ScanRequest) -> str:
        """Scans a preview, a page, or all pages of the feeder; returns the scan's id."""
        if request.by_hand and self._pile is None and request.kind is ScanKind.PAGE:
            self._pile = DuplexPile()
        scan_id = new_id()
        self._app.do(self._scan(request, scan_id), "ask for a scan")
        return scan_id

    async def _scan(self, request: ScanRequest, scan_id: str) -> None:
        session = self._app.session
        if session is None:
            return
        self._app.clear_trouble("scan")
        self._scan_id = scan_id
        self._requests[scan_id] = request  # before the first word of the kiosk
        await session.devices.scan(
            request.kind,
            request.source,
            dpi=request.dpi,
            colour=request.colour,
            area=request.areas[0] if len(request.areas) == 1 else None,
            duplex=request.duplex,
            areas=request.areas if len(request.areas) > 1 else (),
            scan_id=scan_id,
        )

    def scan_again(self, page_id: str, otherwise: ScanRequest) -> None:
        """Scans one page once more, as it was scanned, or as `otherwise` when that is not known any
        more.
        """
        request = self._pages.get(page_id, otherwise)
        self.scan(
            replace(request, areas=request.areas[:1], duplex=False, by_hand=False, replaces=page_id)
        )

    def is_file(self, scan_id: str) -> bool:
        """True when this asks the caller for a file instead of scanning."""
        request = self._requests.get(scan_id)
        return request is not None and request.source is ScanSource.FILE

    def is_preview(self, scan_id: str) -> bool:
        """True when this only looks what lies on the glass."""
        request = self._requests.get(scan_id)
        return request is not None and request.kind is ScanKind.PREVIEW

    def cancel_scan(self) -> None:
        """Stops the scan under way."""
        if self._app.session is not None and self._scan_id:
            self._app.do(self._app.session.devices.cancel_scan(self._scan_id), "cancel the scan")

    def _on_page(self, progress: PageProgressed) -> None:
        """The first message about a page: notes which scan it belongs to."""
        request = self._requests.get(progress.scan_id)
        if progress.kind is not ScanKind.PAGE or progress.page_id in self._pages or request is None:
            return
        place = self._came[progress.scan_id] = self._came.get(progress.scan_id, -1) + 1
        self._pages[progress.page_id] = replace(
            request, areas=request.areas[place : place + 1], replaces=""
        )
        if request.replaces and request.replaces not in self._replaces.values():
            self._replaces[progress.page_id] = request.replaces
        if request.by_hand and self._pile is not None:
            self._pile.came(progress.page_id)

    def _on_received(self, page: ReceivedPage) -> None:
        old = self._replaces.pop(page.offer.page_id, "")
        if old:
            self.page_replaced.emit(Replaced(page.offer.page_id, old))

    def _on_page_failed(self, failed: PageNotReceived) -> None:
        """A page of its own has its place among the pages, where it says why; a preview has none.
        Not to be signed by the kiosk, or asked for by nobody, is grave enough for both.
        """
        if failed.kind is ScanKind.PREVIEW or failed.code in _GRAVE:
            self._app.trouble(failed.code, {}, key="scan")

    def _on_scan_ended(self, ended: ScanEnded) -> None:
        if ended.code:
            self._app.trouble(ended.code, ended.detail, key="scan")
        self._app.ask_devices()
        request = self._requests.get(ended.scan_id)
        if request is not None and request.by_hand:
            self._publish_pile()

    # ---- a pile of sheets whose backs are scanned by hand

    def turn_pile(self) -> None:
        """The caller has turned the pile over: what comes now are backs."""
        if self._pile is not None:
            self._pile.is_turned = True

    def end_pile(self) -> None:
        """Ends the pile with the backs that it has now."""
        if self._pile is not None:
            self.pile_ordered.emit(self._pile.pages())
        self._end_pile()

    def _publish_pile(self) -> None:
        pile = self._pile
        if pile is None or not pile.sheets:
            self._end_pile()
        elif pile.is_turned and pile.missing <= 0:
            if pile.missing < 0:
                self._app.trouble(
                    PileUneven.code,
                    {"fronts": pile.sheets, "backs": pile.sheets - pile.missing},
                    "pile",
                )
            self.end_pile()
        else:
            self.pile_changed.emit(PileState(pile.sheets, pile.missing, pile.is_turned))

    def _end_pile(self) -> None:
        if self._pile is not None:
            self._pile = None
            self.pile_changed.emit(None)

    # ---- previews

    def _on_preview(self, page: ReceivedPage) -> None:
        self._app.do(self._check_preview(page), "decode the preview")

    async def _check_preview(self, page: ReceivedPage) -> None:
        from documents.imaging.flatbed_preview import check_flatbed

        try:
            async with asyncio.timeout(PREVIEW_S):
                look = await asyncio.wrap_future(self._workers.submit(check_flatbed, page.data))
        except TimeoutError as error:
            raise PageUnreadable(why="preview") from error
        flatbed = _flatbed_of(look, page.offer.dpi)
        areas = tuple(_area_of(box, flatbed) for box in look.areas)
        self.preview_decoded.emit(DecodedPreview(look.jpeg, flatbed, areas, page.offer.scan_id))

    # ---- printing

    def print_file(self, path: str, copies: int = 1) -> None:
        """Checks a PDF of the agent and prints it at the kiosk."""
        self._app.do(self._print_file(Path(path), copies), "print a file")

    async def _print_file(self, path: Path, copies: int) -> None:
        data = await asyncio.to_thread(path.read_bytes)
        await self._check_pdf(data)
        await self.print_document(data, path.stem, copies)

    async def _check_pdf(self, data: bytes) -> None:
        """In a worker, which a damaged file may end. Raises `PrintRefused`."""
        from documents.pdf.check import print_safe

        try:
            await asyncio.wrap_future(self._workers.submit(print_safe, data))
        except WorkerLost as error:
            raise PrintRefused(status="damaged") from error

    async def print_document(self, pdf: bytes, name: str, copies: int = 1) -> None:
        """Prints a PDF of ours at the kiosk, where the caller sees it first."""
        session = self._app.session
        if session is not None:
            print_id = await session.devices.print_document(pdf, name[:100], copies)
            self._prints[print_id] = name

    def cancel_print(self, print_id: str) -> None:
        """Stops a print."""
        if self._app.session is not None:
            self._app.do(self._app.session.devices.prints.cancel(print_id), "cancel a print")

    def _on_print(self, change: PrintChanged) -> None:
        if change.code:
            self._app.trouble(change.code, change.detail, key="print")
        else:
            self._app.clear_trouble("print")
        if change.code or change.state in PRINT_OVER:
            self._app.ask_devices()
        self.printing.emit(Printing(change, self._prints.get(change.print_id, "")))


def _flatbed_of(look: FlatbedPreview, dpi: int) -> Area:
    width, height = (
        max(1, round(side * 300 / max(1, dpi))) for side in (look.width_px, look.height_px)
    )
    return Area(width=width, height=height)


def _area_of(box: tuple[float, float, float, float], flatbed: Area) -> Area:
    left_edge, top = round(box[0] * flatbed.width), round(box[1] * flatbed.height)
    width, height = round(box[2] * flatbed.width) - left_edge, round(box[3] * flatbed.height) - top
    return Area(left=left_edge, top=top, width=max(1, width), height=max(1, height))
