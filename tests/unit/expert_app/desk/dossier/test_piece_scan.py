# SPDX-License-Identifier: GPL-3.0-only
"""One act for one piece: preview, the papers that lie there, and whether they can be read; what
goes wrong ends it, and what is scanned by hand is not part of it.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from expert_app.desk.devices import DecodedPreview, ScanRequest
from expert_app.desk.dossier.piece_scan import PieceScan, ScannedPiece
from expert_app.desk.filing import CleanedPage, PageTrouble, ShownPage
from session.core.signals import Signal
from session.desk.devices.scanner_and_printer import PageNotReceived
from session.protocol.conversation.messages import Area, ScanEnded, ScanKind, ScanSource
from session.protocol.wire.ids import new_id

WHOLE = Area(width=2550, height=3508)
CARD, LETTER = Area(width=1000, height=600), Area(top=700, width=2400, height=2600)


class _Desk:
    """A desk's app, filing and devices, as far as scanning for a piece asks for them."""

    def __init__(self) -> None:
        self.session_opened: Signal[Any] = Signal()
        self.session_ended: Signal[Any] = Signal()
        self.preview_decoded: Signal[DecodedPreview] = Signal()
        self.page_kept: Signal[ShownPage] = Signal()
        self.page_cleaned: Signal[CleanedPage] = Signal()
        self.page_failed: Signal[PageTrouble] = Signal()
        self.devices = SimpleNamespace(scan_ended=Signal(), page_failed=Signal())
        self.asked: list[ScanRequest] = []
        self.ids: list[str] = []
        self.ready: list[ScannedPiece] = []
        as_any = cast(Any, self)
        self.piece = PieceScan(as_any, as_any, devices=as_any)
        self.piece.ready.connect(self.ready.append)
        self.session_opened.emit(cast(Any, self))

    def scan(self, request: ScanRequest) -> str:
        self.asked.append(request)
        self.ids.append(new_id())
        return self.ids[-1]

    def previewed(self, *areas: Area, of: int = -1) -> None:
        self.preview_decoded.emit(DecodedPreview(b"", WHOLE, areas, self.ids[of]))

    def ended(self, pages: int, code: str = "", of: int = -1) -> None:
        self.devices.scan_ended.emit(ScanEnded(scan_id=self.ids[of], pages=pages, code=code))

    def came(
        self, page_id: str, *, legible: bool = True, blank: bool = False, of: int = -1
    ) -> None:
        self.page_kept.emit(ShownPage(page_id, b"", scan_id=self.ids[of]))
        clean = cast(Any, SimpleNamespace(blank=blank))
        flaws = () if legible else cast(Any, ("too dark",))
        self.page_cleaned.emit(CleanedPage(page_id, clean, flaws=flaws))


@pytest.fixture
def desk() -> _Desk:
    return _Desk()


def test_the_paper_that_lies_on_the_glass_is_scanned_and_is_ready_when_it_was_read(
    desk: _Desk,
) -> None:
    desk.piece.begin("bail", ScanRequest(areas=(CARD,)))
    assert desk.asked[0].kind is ScanKind.PREVIEW
    desk.ended(0)
    desk.previewed(LETTER)
    assert (desk.asked[1].kind, desk.asked[1].areas) == (ScanKind.PAGE, (LETTER,))
    desk.came("p1")
    assert desk.ready == [], "more pages may come"
    desk.ended(1)
    assert desk.ready == [ScannedPiece("bail", ("p1",))]


def test_two_papers_are_two_pages_and_what_cannot_be_read_is_counted(desk: _Desk) -> None:
    desk.piece.begin("bail", ScanRequest())
    desk.previewed(CARD, LETTER)
    desk.ended(2)
    desk.came("p1", legible=False)
    assert desk.ready == []
    desk.came("p2", blank=True)
    assert desk.ready == [ScannedPiece("bail", ("p1", "p2"), unread=2)]


def test_a_pile_needs_no_preview(desk: _Desk) -> None:
    desk.piece.begin("bail", ScanRequest(source=ScanSource.FEEDER))
    assert [one.kind for one in desk.asked] == [ScanKind.PAGE]
    desk.came("p1")
    desk.ended(1)
    assert len(desk.ready) == 1


def test_a_page_that_nobody_asked_for_is_no_part_of_the_piece(desk: _Desk) -> None:
    desk.piece.begin("bail", ScanRequest(source=ScanSource.FEEDER))
    desk.page_kept.emit(ShownPage("p9", b"", unasked=True))
    desk.devices.page_failed.emit(PageNotReceived("p8", "page_unasked", new_id()))
    desk.ended(1)
    assert desk.ready == []
    desk.came("p1")
    assert desk.ready == [ScannedPiece("bail", ("p1",))]


def test_pages_of_an_earlier_scan_that_come_late_are_no_part_of_the_piece(desk: _Desk) -> None:
    desk.scan(ScanRequest(source=ScanSource.FEEDER))
    desk.piece.begin("bail", ScanRequest(source=ScanSource.FEEDER))
    desk.came("p8", of=0)
    for kind in (ScanKind.PAGE, ScanKind.PREVIEW):
        desk.devices.page_failed.emit(PageNotReceived("p9", "page_damaged", desk.ids[0], kind))
    desk.ended(1)
    assert desk.ready == []
    desk.came("p1")
    assert desk.ready == [ScannedPiece("bail", ("p1",))]


def test_a_scan_that_fails_ends_it_and_nothing_is_done_by_itself_later(desk: _Desk) -> None:
    desk.piece.begin("bail", ScanRequest())
    desk.ended(0, "scanner_jammed")
    desk.previewed(LETTER)
    assert len(desk.asked) == 1
    desk.piece.begin("bail", ScanRequest())
    desk.session_ended.emit(None)
    desk.previewed(LETTER)
    assert len(desk.asked) == 2


def test_a_preview_that_the_agent_asked_for_by_hand_scans_nothing(desk: _Desk) -> None:
    desk.scan(ScanRequest(kind=ScanKind.PREVIEW))
    desk.piece.begin("bail", ScanRequest())
    desk.previewed(LETTER, of=0)
    assert len(desk.asked) == 2
    desk.ended(1, of=0)
    desk.previewed(LETTER)
    assert len(desk.asked) == 3
