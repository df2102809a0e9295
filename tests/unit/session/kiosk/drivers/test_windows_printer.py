# SPDX-License-Identifier: GPL-3.0-only
"""What of WIA and of the Windows spooler can be looked at without Windows:
meanings, order of calls, missing parts.

No test here says that a device works: there is no Windows.
"""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from session.core.device_errors import PrinterGone
from session.kiosk.devices.addresses import make_printer, make_scanner
from session.kiosk.drivers.wia_worker import handling, region, status_of, to_jpeg
from session.kiosk.drivers.windows_printer import WindowsPrinter, job_progress, printer_code
from session.kiosk.drivers.worker_scanner import WiaScanner
from session.protocol.conversation.messages import PrintState, ScannerState


@pytest.mark.parametrize(
    ("hresult", "status"),
    [
        (0x80210003 - (1 << 32), "NO_DOCS"),
        (0x80210002 - (1 << 32), "JAMMED"),
        (0x80210016, "COVER_OPEN"),
        (0x80210007, "WARMING_UP"),
        (0x80070005, "ACCESS_DENIED"),
        (0x80210099, "WIA 0x80210099"),
    ],
)
def test_each_error_of_wia_has_the_name_that_the_kiosk_knows(hresult: int, status: str) -> None:
    assert status_of(hresult) == status


def test_sources_and_areas_are_counted_as_wia_counts() -> None:
    assert (
        handling("glass", duplex=True),
        handling("feeder", duplex=False),
        handling("feeder", duplex=True),
    ) == (
        2,
        1,
        5,
    )
    assert region({"left": 300, "top": 600, "width": 900, "height": 150}, 200) == (
        200,
        400,
        600,
        100,
    )


def test_a_bitmap_becomes_a_jpeg() -> None:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (9, 9, 9)).save(out, "BMP")
    data, width, height = to_jpeg(out.getvalue(), 300)
    assert (data[:2], width, height) == (b"\xff\xd8", 40, 30)


async def test_without_windows_the_scanner_is_a_fault_in_words() -> None:
    scanner = make_scanner("wia:HP")
    assert isinstance(scanner, WiaScanner)
    status = await scanner.state()
    assert (status.state, status.code) == (ScannerState.FAULT, "scanner_failed")
    await scanner.close()


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (0, ""),
        (0x8, "printer_jammed"),
        (0x10, "printer_out_of_paper"),
        (0x400008, "printer_jammed"),
        (0x80, "printer_gone"),
    ],
)
def test_states_of_a_queue(status: int, code: str) -> None:
    assert printer_code(status) == code


def test_states_of_a_job() -> None:
    assert job_progress(0x10, "", 1).state is PrintState.PRINTING
    assert job_progress(0x40, "", 0).code == "printer_out_of_paper"
    assert job_progress(0x80, "printer_jammed", 2).state is PrintState.DONE
    assert job_progress(0x4, "", 0).state is PrintState.CANCELLED
    assert job_progress(0x2, "", 0).state is PrintState.FAILED


class Spooler:
    """Answers as `win32print` is documented to."""

    class error(Exception):  # noqa: N801
        pass

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.open = 0
        self.statuses = [0x10, 0x10 | 0x40, 0x80]

    def GetDefaultPrinter(self) -> str:  # noqa: N802
        return "Borne"

    def OpenPrinter(self, name: str) -> str:  # noqa: N802
        self.open += 1
        return name

    def ClosePrinter(self, handle: str) -> None:  # noqa: N802
        self.open -= 1

    def GetPrinter(self, handle: str, level: int) -> dict[str, Any]:  # noqa: N802
        return {"Status": 0, "cJobs": 0, "pPrinterName": handle}

    def StartDocPrinter(self, handle: str, level: int, info: tuple[str, None, str]) -> int:  # noqa: N802
        assert info[2] == "RAW"
        return 7

    def StartPagePrinter(self, handle: str) -> None:  # noqa: N802
        pass

    EndPagePrinter = EndDocPrinter = StartPagePrinter

    def WritePrinter(self, handle: str, data: bytes) -> None:  # noqa: N802
        self.written.append(data)

    def EnumJobs(self, handle: str, first: int, count: int, level: int) -> list[dict[str, Any]]:  # noqa: N802
        return [{"JobId": 7, "Status": self.statuses.pop(0), "PagesPrinted": 1}]


async def test_a_document_goes_to_the_spooler_and_is_followed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("session.kiosk.drivers.windows_printer.POLL_S", 0.0)
    spooler = Spooler()
    printer = WindowsPrinter("", spooler)
    assert (await printer.state()).name == "Borne"
    assert await printer.submit(b"%PDF-1.7", "Reçu", 2) == 7
    steps = [step.state async for step in printer.follow(7)]
    assert steps == [PrintState.PRINTING, PrintState.WAITING, PrintState.DONE]
    assert spooler.written == [b"%PDF-1.7"] * 2
    assert spooler.open == 0


async def test_without_windows_the_queue_is_gone() -> None:
    printer = make_printer("windows:Borne")
    with pytest.raises(PrinterGone):
        await printer.submit(b"%PDF-1.7", "Reçu")
    assert (await printer.state()).code == "printer_gone"
