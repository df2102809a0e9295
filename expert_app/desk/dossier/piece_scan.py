# SPDX-License-Identifier: GPL-3.0-only
"""One act for one piece, without Qt: preview, the scan of what lies there, and whether it can be
read. `wiring.pieces` connects it with the window.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from expert_app.desk.app import DeskApp
from expert_app.desk.devices import DecodedPreview, DevicesJob, ScanRequest
from expert_app.desk.filing import CleanedPage, Filing, PageTrouble, ShownPage
from session.core.signals import Signal
from session.desk.devices.scanner_and_printer import PageNotReceived
from session.desk.session import DeskSession
from session.protocol.conversation.messages import ScanEnded, ScanKind, ScanSource

PREVIEW_DPI = 75


class ScannedPiece(NamedTuple):
    """The pages that were scanned for a piece, in their order; `unread` of them cannot be read."""

    piece_id: str
    page_ids: tuple[str, ...]
    unread: int = 0


class PieceScan:
    """At most one piece is scanned at a time; the next one takes its place.

    What the agent scans by hand meanwhile is not part of it. What goes wrong ends it: the devices
    say it where they say it of every scan.

    Attributes:
        ready: its pages are here and looked through; the agent may file them.
    """

    def __init__(self, app: DeskApp, filing: Filing, *, devices: DevicesJob) -> None:
        self.ready: Signal[ScannedPiece] = Signal()
        self._devices = devices
        self._piece_id = ""
        self._scan_id = ""
        self._page: ScanRequest | None = None
        self._expected: int | None = None
        self._kept: list[str] = []
        self._read: dict[str, bool] = {}
        app.session_opened.connect(self._on_opened)
        app.session_ended.connect(lambda _ended: self.stop())
        devices.preview_decoded.connect(self._on_preview)
        filing.page_kept.connect(self._on_kept)
        filing.page_cleaned.connect(self._on_cleaned)
        filing.page_failed.connect(self._on_failed)

    def begin(self, piece_id: str, page: ScanRequest) -> None:
        """Scans for a piece, as `page` says; what lies on the glass is looked for first."""
        self.stop()
        self._piece_id = piece_id
        if page.source is ScanSource.GLASS:
            self._page = replace(page, areas=())
            look = ScanRequest(kind=ScanKind.PREVIEW, dpi=PREVIEW_DPI, colour=page.colour)
            self._scan_id = self._devices.scan(look)
        else:
            self._scan_id = self._devices.scan(page)

    def stop(self) -> None:
        """Nothing more is done by itself."""
        self._piece_id = ""
        self._scan_id = ""
        self._page = None
        self._expected = None
        self._kept.clear()
        self._read.clear()

    def _on_opened(self, session: DeskSession) -> None:
        self.stop()
        session.devices.scan_ended.connect(self._on_scan_ended)
        session.devices.page_failed.connect(self._on_not_received)

    def _on_preview(self, preview: DecodedPreview) -> None:
        """Each paper that was found becomes a page of its own."""
        if self._page is not None and preview.scan_id == self._scan_id:
            page, self._page = replace(self._page, areas=preview.areas), None
            self._scan_id = self._devices.scan(page)

    def _on_scan_ended(self, ended: ScanEnded) -> None:
        if not self._scan_id or ended.scan_id != self._scan_id:
            return
        if ended.code:
            self.stop()
        elif self._page is None:
            self._expected = ended.pages
            self._check()

    def _on_not_received(self, failed: PageNotReceived) -> None:
        if not self._scan_id or failed.scan_id != self._scan_id:
            return
        if failed.kind is ScanKind.PREVIEW:
            self.stop()
        elif self._expected is not None:
            self._expected -= 1
            self._check()

    def _on_kept(self, page: ShownPage) -> None:
        if self._scan_id and page.scan_id == self._scan_id:
            self._kept.append(page.page_id)

    def _on_cleaned(self, page: CleanedPage) -> None:
        self._judge(page.page_id, legible=not page.flaws and not page.clean.blank)

    def _on_failed(self, trouble: PageTrouble) -> None:
        self._judge(trouble.page_id, legible=False)

    def _judge(self, page_id: str, *, legible: bool) -> None:
        if page_id in self._kept:
            self._read[page_id] = legible
            self._check()

    def _check(self) -> None:
        """Emits once everything of the scan is here and looked through."""
        is_complete = self._expected is not None and len(self._kept) >= self._expected
        if not is_complete or set(self._kept) - self._read.keys():
            return
        scanned_piece = ScannedPiece(
            self._piece_id, tuple(self._kept), sum(not read for read in self._read.values())
        )
        self.stop()
        if scanned_piece.page_ids:
            self.ready.emit(scanned_piece)
