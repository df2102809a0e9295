# SPDX-License-Identifier: GPL-3.0-only
"""The conversation with devices that are programs of their own and speak eSCL and IPP."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from PIL import Image

from session.core.clock import SystemClock
from session.kiosk.devices.addresses import make_printer, make_scanner
from session.protocol.conversation.messages import (
    Grant,
    GrantRequested,
    PrintState,
    ScanKind,
    ScannerState,
    ScanSource,
)
from tests.support.device_ends import DeskSide, KioskSide, SpoiledChannel, invented_pdf, sha256
from tests.support.simulated_devices import Simulator, plain_pages, running
from tests.support.waiting import until


@pytest.fixture(scope="module")
def scanner_program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    pages = plain_pages(tmp_path_factory.mktemp("glass") / "pages")
    with running("escl_scanner", "--pages", str(pages), "--page-seconds", "0.2") as simulator:
        yield simulator


@pytest.fixture(scope="module")
def spool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spool")


@pytest.fixture(scope="module")
def printer_program(spool: Path) -> Iterator[Simulator]:
    with running("ipp_printer", "--spool", str(spool), "--job-seconds", "0.2") as simulator:
        yield simulator


class Room:
    """A kiosk with real clients, and the desk; both have the caller's consent for everything."""

    def __init__(self, folder: Path, scanner_address: str, printer_address: str) -> None:
        self.kiosk_line, self.desk_line = SpoiledChannel("s1"), SpoiledChannel("s1")
        self.kiosk_line.peer, self.desk_line.peer = self.desk_line, self.kiosk_line
        self.scanner, self.printer = make_scanner(scanner_address), make_printer(printer_address)
        (folder / "desk").mkdir()
        self.folder = folder
        self.kiosk = KioskSide(
            self.kiosk_line,
            SystemClock(),
            folder=folder / "shelf",
            scanner=self.scanner,
            printer=self.printer,
            kbps=40_000,
        )
        self.desk = self.new_desk()

    def new_desk(self) -> DeskSide:
        return DeskSide(self.desk_line, SystemClock(), folder=self.folder / "desk")

    async def consent(self) -> None:
        for grant in (Grant.SCAN, Grant.PRINT):
            await self.desk_line.send("grant", GrantRequested(grant=grant))
            await until(lambda: bool(self.kiosk.grants.question))
            self.kiosk.grants.answer((grant,), (grant,))

    async def close(self) -> None:
        await self.desk.devices.close()
        await self.desk.tasks.close()
        await self.kiosk.devices.close()
        await self.kiosk.tasks.close()
        await self.scanner.close()
        await self.printer.close()


@pytest.fixture
async def room(
    tmp_path: Path, scanner_program: Simulator, printer_program: Simulator
) -> AsyncIterator[Room]:
    scanner_program.orders(fault="", page=0, page_seconds=0.2)
    printer_program.orders(fault="")
    its = Room(tmp_path, scanner_program.address, printer_program.address)
    await its.consent()
    yield its
    await its.close()


async def test_preview_page_and_print_through_real_protocols(room: Room, spool: Path) -> None:
    desk = room.desk
    await desk.devices.request_report()
    await until(lambda: desk.reports)
    assert (desk.reports[0].scanner, desk.reports[0].printer) == (
        ScannerState.READY,
        ScannerState.READY,
    )
    await desk.devices.preview()
    await until(lambda: desk.previews)
    assert desk.previews[0].offer.dpi == 75
    await desk.devices.scan(ScanKind.PAGE)
    await until(lambda: desk.pages)
    offer, data, _unasked = desk.pages[0]
    assert Image.open(io.BytesIO(data)).size == (offer.width_px, offer.height_px) == (2480, 3508)
    document = invented_pdf()
    await desk.devices.print_document(document, "Reçu")
    await until(lambda: desk.prints and desk.prints[-1].state is PrintState.DONE)
    job_id = desk.prints[-1].job_id
    assert (spool / f"job-{job_id}.pdf").read_bytes() == document
    assert json.loads((spool / f"job-{job_id}.json").read_text(encoding="utf-8"))[
        "sha256"
    ] == sha256(document)
    assert desk.prints[-1].sha256 == sha256(document)
    await until(lambda: room.kiosk.devices.held_pages == 0)


@pytest.mark.parametrize(
    ("fault", "source", "code"),
    [
        ("jam", ScanSource.FEEDER, "scanner_jammed"),
        ("empty", ScanSource.FEEDER, "scanner_empty"),
        ("cover_open", ScanSource.GLASS, "scanner_cover_open"),
        ("truncated", ScanSource.GLASS, "page_unreadable"),
        ("bomb", ScanSource.GLASS, "page_too_large"),
        ("gone", ScanSource.GLASS, "scanner_gone"),
    ],
)
async def test_a_real_fault_reaches_the_desk_with_its_code(
    room: Room, scanner_program: Simulator, fault: str, source: ScanSource, code: str
) -> None:
    scanner_program.orders(fault=fault)
    await room.desk.devices.scan(ScanKind.PAGE, source)
    await until(lambda: room.desk.ended)
    assert room.desk.ended[0].code == code
    assert room.kiosk.devices.held_pages == 0


async def test_a_printer_without_paper_says_so_and_goes_on(
    room: Room, printer_program: Simulator
) -> None:
    printer_program.orders(fault="media-empty")
    await room.desk.devices.print_document(invented_pdf(), "Reçu")
    await until(lambda: room.desk.prints and room.desk.prints[-1].state is PrintState.WAITING)
    assert room.desk.prints[-1].code == "printer_out_of_paper"
    printer_program.orders(fault="")
    await until(lambda: room.desk.prints[-1].state is PrintState.DONE)


async def test_a_desk_killed_while_the_scanner_works_finds_its_page_after_the_restart(
    room: Room,
) -> None:
    await room.desk.devices.scan(ScanKind.PAGE)
    await until(lambda: room.desk.progress)
    await room.desk.kill()
    await until(lambda: room.kiosk.devices.held_pages == 1)
    room.desk = room.new_desk()
    await room.desk.devices.ask_pages()
    await until(lambda: room.desk.pages and room.kiosk.devices.held_pages == 0)
    assert sha256(room.desk.pages[0].data) == room.desk.pages[0].offer.sha256
    assert len(room.desk.kept) == 1
