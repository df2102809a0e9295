# SPDX-License-Identifier: GPL-3.0-only
"""The agent requests, the caller consents, the scanner works or not."""

from __future__ import annotations

import asyncio
import io

import pytest
from PIL import Image

from session.core.device_errors import (
    ScannerBusy,
    ScannerCoverOpen,
    ScannerEmpty,
    ScannerFailed,
    ScannerGone,
    ScannerJammed,
)
from session.core.errors import PageUnreadable, SessionError
from session.kiosk.devices.page_store import PageStore
from session.kiosk.devices.prints import PrintRules
from session.kiosk.devices.scanner_and_printer import DeviceEquipment, KioskDevices
from session.protocol.conversation.messages import (
    Area,
    Grant,
    ScanEnded,
    ScanKind,
    ScannerState,
    ScanRequested,
    ScanSource,
)
from tests.support.device_ends import KIOSK_KEY, Talk, invented_page, settle, sha256
from tests.support.program_parts import one_page
from tests.support.waiting import until

NO_RULES = PrintRules("s1", KIOSK_KEY, one_page)


async def test_a_page_comes_whole_and_is_on_disk_before_the_kiosk_forgets_it(talk: Talk) -> None:
    held_while_keeping: list[list[str]] = []
    may_keep = asyncio.Event()

    async def slow_disk(_offer: object, _data: bytes) -> None:
        await settle()
        held_while_keeping.append(talk.stored_files)
        await may_keep.wait()

    talk.desk.before_keep = slow_disk
    scan_id = await talk.scan_page()
    await until(lambda: held_while_keeping)
    assert len(held_while_keeping[0]) == 2
    assert talk.desk.pages == []
    may_keep.set()
    await until(lambda: talk.desk.pages and not talk.stored_files)
    offer, data, _unasked = talk.desk.pages[0]
    assert data == invented_page(1)
    assert (offer.scan_id, offer.kind, offer.sha256) == (scan_id, ScanKind.PAGE, sha256(data))
    assert (offer.width_px, offer.height_px, offer.dpi) == (2480, 3508, 300)
    assert (talk.desk.folder / offer.page_id).read_bytes() == data
    assert talk.desk.ended == [ScanEnded(scan_id=scan_id, pages=1, code="")]
    assert (
        talk.desk.page_progress[-1].received == talk.desk.page_progress[-1].chunks == offer.chunks
    )
    assert [progress.percent for progress in talk.desk.progress] == [-1, 50]


async def test_a_preview_is_shown_but_not_kept(talk: Talk) -> None:
    await talk.give(Grant.SCAN)
    await talk.desk.devices.preview()
    await until(lambda: talk.desk.previews and not talk.stored_files)
    assert talk.desk.previews[0].offer.kind is ScanKind.PREVIEW
    assert talk.scanner.scans[0].dpi == 75
    assert (talk.desk.kept, talk.desk.pages) == ([], [])


async def test_a_newer_preview_replaces_the_one_that_is_still_on_its_way(talk: Talk) -> None:
    await talk.give(Grant.SCAN)
    talk.kiosk_line.spoil = lambda payload, index: None
    await talk.desk.devices.preview()
    await until(lambda: talk.kiosk.devices.held_pages == 1 and talk.desk.ended)
    [earlier] = talk.kiosk.page_store.offers()
    await talk.desk.devices.preview()
    await until(lambda: len(talk.desk.ended) == 2)
    [later] = talk.kiosk.page_store.offers()
    assert later.page_id != earlier.page_id


async def test_the_scanner_gets_what_the_agent_chose(talk: Talk) -> None:
    await talk.give(Grant.SCAN)
    asked: list[ScanRequested] = []
    talk.desk.devices.scan_requested.connect(asked.append)
    area = Area(left=100, top=200, width=1000, height=600)
    await talk.desk.devices.scan(ScanKind.PAGE, ScanSource.GLASS, dpi=200, colour=False, area=area)
    await until(lambda: talk.desk.pages)
    assert [request.area for request in asked] == [area]
    settings = talk.scanner.scans[0]
    assert (settings.dpi, settings.colour, settings.area) == (200, False, area)


async def test_the_feeders_pages_come_in_order(talk: Talk) -> None:
    await talk.give(Grant.SCAN)
    talk.scanner.pages = [invented_page(number) for number in range(4)]
    await talk.desk.devices.scan(ScanKind.PAGE, ScanSource.FEEDER)
    await until(lambda: len(talk.desk.pages) == 4)
    assert [page.data for page in talk.desk.pages] == talk.scanner.pages
    assert talk.desk.ended[0].pages == 4


async def test_pages_before_a_jam_are_not_lost(talk: Talk) -> None:
    await talk.give(Grant.SCAN)
    talk.scanner.pages = [invented_page(1), invented_page(2)]
    talk.scanner.fault = ScannerJammed()
    await talk.desk.devices.scan(ScanKind.PAGE, ScanSource.FEEDER)
    await until(lambda: len(talk.desk.pages) == 2)
    assert [(ended.pages, ended.code) for ended in talk.desk.ended] == [(2, "scanner_jammed")]


async def test_without_the_callers_consent_nothing_is_scanned(talk: Talk) -> None:
    await talk.desk.devices.scan(ScanKind.PAGE)
    await until(lambda: talk.desk.ended)
    assert (talk.desk.ended[0].code, talk.desk.ended[0].detail) == (
        "grant_missing",
        {"grant": "scan"},
    )
    assert talk.scanner.scans == []


async def test_a_consent_taken_back_stops_the_scanner_and_its_page_is_not_kept(talk: Talk) -> None:
    talk.scanner.go_on.clear()
    await talk.scan_page()
    await until(lambda: len(talk.desk.progress) == 2)
    talk.kiosk.grants.withdraw(Grant.SCAN)
    await until(lambda: talk.desk.ended)
    assert (talk.desk.ended[0].code, talk.desk.ended[0].pages) == ("grant_missing", 0)
    assert talk.stored_files == []


@pytest.mark.parametrize(
    "fault",
    [
        ScannerGone(),
        ScannerBusy(),
        ScannerJammed(),
        ScannerEmpty(),
        ScannerCoverOpen(),
        ScannerFailed(status="lamp"),
        PageUnreadable(),
    ],
    ids=lambda fault: fault.code,
)
async def test_each_fault_of_the_scanner_has_its_own_code_and_the_next_scan_works(
    talk: Talk, fault: SessionError
) -> None:
    talk.scanner.fault = fault
    await talk.scan_page()
    await until(lambda: talk.desk.ended)
    assert (talk.desk.ended[0].code, talk.desk.ended[0].detail) == (fault.code, fault.detail)
    talk.scanner.fault = None
    await talk.desk.devices.scan(ScanKind.PAGE)
    await until(lambda: talk.desk.pages)


async def test_a_page_of_no_bytes_is_unreadable(talk: Talk) -> None:
    talk.scanner.pages = [b""]
    await talk.scan_page()
    await until(lambda: talk.desk.ended)
    assert talk.desk.ended[0].code == "page_unreadable"


async def test_a_scanner_that_breaks_in_an_unknown_way_still_ends_the_scan(
    talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    talk.scanner.pages = [None]  # type: ignore[list-item]
    await talk.scan_page()
    await until(lambda: talk.desk.ended)
    assert talk.desk.ended[0].code == "page_unreadable"
    talk.scanner.pages = [object()]  # type: ignore[list-item]
    await talk.desk.devices.scan(ScanKind.PAGE)
    await until(lambda: len(talk.desk.ended) == 2)
    assert (talk.desk.ended[1].code, talk.desk.ended[1].detail) == (
        "scanner_failed",
        {"status": "unexpected"},
    )
    assert "task scan failed: TypeError" in caplog.text


async def test_a_second_scan_meanwhile_is_refused_as_busy(talk: Talk) -> None:
    talk.scanner.go_on.clear()
    first = await talk.scan_page()
    await until(lambda: talk.desk.progress)
    second = await talk.desk.devices.scan(ScanKind.PAGE)
    await until(lambda: talk.desk.ended)
    assert (talk.desk.ended[0].scan_id, talk.desk.ended[0].code) == (second, "scanner_busy")
    talk.scanner.go_on.set()
    await until(lambda: talk.desk.pages)
    assert talk.desk.pages[0].offer.scan_id == first


async def test_a_cancelled_scan_says_so_and_leaves_nothing(talk: Talk) -> None:
    talk.scanner.go_on.clear()
    scan_id = await talk.scan_page()
    await until(lambda: len(talk.desk.progress) == 2)
    await talk.desk.devices.cancel_scan(scan_id)
    await until(lambda: talk.desk.ended)
    assert (talk.desk.ended[0].code, talk.desk.ended[0].pages) == ("scan_cancelled", 0)
    assert talk.stored_files == []


async def test_a_cancel_that_overtakes_its_wish_wins(talk: Talk) -> None:
    await talk.give(Grant.SCAN)
    await talk.desk.devices.cancel_scan("n1")
    await talk.desk_line.send("device", ScanRequested(scan_id="n1", kind=ScanKind.PAGE))
    await until(lambda: talk.desk.ended)
    await settle()
    assert talk.desk.ended[0].code == "scan_cancelled"
    assert talk.scanner.scans == []


async def test_a_wish_that_was_lost_is_repeated_and_one_that_was_heard_scans_once(
    talk: Talk,
) -> None:
    await talk.give(Grant.SCAN)
    lost = iter([True, False])
    talk.desk_line.loses = lambda message: isinstance(message, ScanRequested) and next(lost, False)
    await talk.desk.devices.scan(ScanKind.PAGE)
    await settle()
    assert talk.scanner.scans == []
    talk.clock.advance(4.1)
    await until(lambda: talk.desk.pages)
    request = next(message for message in talk.desk_line.sent if isinstance(message, ScanRequested))
    await talk.desk_line.send("device", request)
    await settle()
    assert len(talk.scanner.scans) == 1
    assert len(talk.desk.ended) == 1


async def test_a_kiosk_that_falls_silent_is_gone_after_half_a_minute(talk: Talk) -> None:
    talk.scanner.go_on.clear()
    await talk.scan_page()
    await until(lambda: len(talk.desk.progress) == 2)
    talk.clock.advance(29)
    await settle()
    assert talk.desk.ended == []
    talk.clock.advance(1.1)
    await until(lambda: talk.desk.ended)
    assert talk.desk.ended[0].code == "peer_gone"


async def test_the_desk_hears_how_the_devices_are(talk: Talk) -> None:
    await talk.desk.devices.request_report()
    await until(lambda: talk.desk.reports)
    report = talk.desk.reports[0]
    assert (report.scanner, report.scanner_name, report.feeder) == (
        ScannerState.READY,
        "Drawer 100",
        True,
    )
    assert (report.printer, report.printer_name, report.printer_code) == (
        ScannerState.READY,
        "Drawer 200",
        "",
    )


async def test_a_kiosk_without_devices_says_so(talk: Talk) -> None:
    await talk.kiosk.devices.close()
    bare = KioskDevices(
        talk.kiosk_line,
        DeviceEquipment(chunk_kbps=None),
        page_store=talk.kiosk.page_store,
        grants=talk.kiosk.grants,
        clock=talk.clock,
        tasks=talk.kiosk.tasks,
        rules=NO_RULES,
    )
    await talk.give(Grant.SCAN, Grant.PRINT)
    await talk.desk.devices.request_report()
    await talk.desk.devices.scan(ScanKind.PAGE)
    await talk.desk.devices.print_document(b"%PDF-1.7 empty", "Reçu")
    await until(lambda: talk.desk.reports and talk.desk.ended and talk.desk.prints)
    assert (talk.desk.reports[0].scanner, talk.desk.reports[0].printer) == (
        ScannerState.NONE,
        ScannerState.NONE,
    )
    assert (talk.desk.ended[0].code, talk.desk.prints[0].code) == ("scanner_gone", "printer_gone")
    await bare.close()


async def test_a_full_disk_of_the_kiosk_ends_the_scan_in_words(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_store: PageStore, _offer: object, _data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(PageStore, "put", full)
    await talk.scan_page()
    await until(lambda: talk.desk.ended)
    assert (talk.desk.ended[0].code, talk.desk.ended[0].detail) == (
        "kiosk_disk_unusable",
        {"why": "No space left on device"},
    )


async def test_a_wipe_during_a_scan_leaves_no_file_of_the_caller(talk: Talk) -> None:
    talk.kiosk_line.spoil = lambda payload, index: None
    await talk.scan_page()
    await until(lambda: talk.kiosk.devices.held_pages == 1)
    talk.scanner.go_on.clear()
    await talk.desk.devices.scan(ScanKind.PAGE)
    await until(lambda: len(talk.scanner.scans) == 2)
    assert await talk.kiosk.devices.wipe() == 1
    talk.scanner.go_on.set()
    await settle()
    assert talk.stored_files == []
    assert talk.kiosk.devices.held_pages == 0


async def test_several_documents_on_one_glass_are_a_page_each(talk: Talk) -> None:
    await talk.give(Grant.SCAN)
    areas = [
        Area(left=0, top=0, width=1000, height=700),
        Area(left=1200, top=900, width=1000, height=700),
    ]
    await talk.desk.devices.scan(ScanKind.PAGE, areas=areas)
    await until(lambda: len(talk.desk.pages) == 2 and talk.desk.ended)
    assert [settings.area for settings in talk.scanner.scans] == areas
    assert talk.desk.ended[0].pages == 2
    assert talk.desk.ended[0].code == ""


async def test_a_fault_at_the_second_document_keeps_the_first(talk: Talk) -> None:
    await talk.give(Grant.SCAN)
    talk.scanner.fails_from = 1
    await talk.desk.devices.scan(ScanKind.PAGE, areas=[Area(width=700), Area(left=900, width=700)])
    await until(lambda: talk.desk.pages and talk.desk.ended)
    assert (talk.desk.ended[0].pages, talk.desk.ended[0].code) == (1, "scanner_cover_open")


async def test_both_sides_are_asked_of_the_feeder_alone(talk: Talk) -> None:
    await talk.give(Grant.SCAN)
    await talk.desk.devices.scan(ScanKind.PAGE, ScanSource.FEEDER, duplex=True)
    await until(lambda: talk.desk.ended)
    await talk.desk.devices.scan(ScanKind.PAGE, ScanSource.GLASS, duplex=True)
    await until(lambda: len(talk.desk.ended) == 2)
    assert [settings.duplex for settings in talk.scanner.scans] == [True, False]


async def test_a_scanner_that_never_ends_is_stopped_and_its_first_pages_are_kept(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("session.kiosk.devices.scans.MAX_PAGES", 4)
    talk.scanner.pages = [invented_page(seed, 3000) for seed in range(500)]
    await talk.give(Grant.SCAN)
    await talk.desk.devices.scan(ScanKind.PAGE, ScanSource.FEEDER)
    await until(lambda: len(talk.desk.pages) == 4 and talk.desk.ended)
    assert talk.desk.ended[0] == ScanEnded(
        scan_id=talk.desk.ended[0].scan_id, pages=4, code="too_many_pages", detail={"most": 4}
    )


@pytest.mark.parametrize(
    ("source", "code"), [(ScanSource.FEEDER, "scanner_empty"), (ScanSource.GLASS, "scanner_failed")]
)
async def test_a_scanner_that_gives_no_page_is_not_believed(
    talk: Talk, source: ScanSource, code: str
) -> None:
    talk.scanner.pages = []
    await talk.give(Grant.SCAN)
    await talk.desk.devices.scan(ScanKind.PAGE, source)
    await until(lambda: talk.desk.ended)
    assert (talk.desk.ended[0].pages, talk.desk.ended[0].code) == (0, code)


async def test_a_preview_is_small_enough_for_the_line(talk: Talk) -> None:
    await talk.give(Grant.SCAN)
    await talk.desk.devices.preview()
    await until(lambda: talk.desk.previews)
    offer = talk.desk.previews[0].offer
    assert (offer.media_type, offer.width_px, offer.height_px) == ("image/webp", 310, 438)
    assert offer.size_bytes <= 20_000
    with Image.open(io.BytesIO(talk.desk.previews[0].data)) as picture:
        assert picture.size == (310, 438)
