# SPDX-License-Identifier: GPL-3.0-only
"""Scanners and printers that lie, flood or never end:
an error in words, in bounded time and memory.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import struct
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web
from PIL import Image

from expert_app.simulated.escl_view import CAPABILITIES, status_xml
from session.core.device_errors import (
    PrinterDenied,
    PrinterGone,
    ScannerDenied,
    ScannerFailed,
    ScannerWarmingUp,
)
from session.core.errors import PageUnreadable, SessionError
from session.kiosk.drivers.escl import EsclScanner
from session.kiosk.drivers.ipp import IppPrinter
from session.kiosk.drivers.scanner import ScannedPage, ScanSettings, true_dpi
from session.protocol.conversation.messages import Area, ScannerState, ScanSource

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
BOMB = (
    f'<?xml version="1.0"?><!DOCTYPE lol [<!ENTITY l0 "ha">{LAUGHS}]>'
    "<ScannerStatus>&l9;</ScannerStatus>"
)
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/hostname">]><ScannerStatus>&x;</ScannerStatus>'


def jpeg(width: int, height: int, claims_dpi: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (200, 190, 180)).save(
        out, "JPEG", dpi=(claims_dpi, claims_dpi)
    )
    return out.getvalue()


async def endless(request: web.Request) -> web.StreamResponse:
    """Bytes without end."""
    response = web.StreamResponse()
    await response.prepare(request)
    with contextlib.suppress(ConnectionError):
        while True:
            await response.write(b"<a>" * 20_000)
            await asyncio.sleep(0)
    return response


async def dripping(request: web.Request) -> web.StreamResponse:
    """A byte now and then, without end."""
    response = web.StreamResponse()
    await response.prepare(request)
    with contextlib.suppress(ConnectionError):
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.02)
    return response


def says(text: str, status: int = 200) -> Handler:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text=text, content_type="text/xml", status=status)

    return answer


def gives(data: bytes) -> Handler:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(body=data, content_type="image/jpeg")

    return answer


class Device:
    """Answers as told by path ending; what is not told is a ready scanner of the simulator."""

    def __init__(self, answers: dict[str, Handler]) -> None:
        self.answers = {
            "ScannerCapabilities": says(CAPABILITIES),
            "ScannerStatus": says(status_xml("", working=False)),
        } | answers
        self.orders: list[str] = []

    async def on_request(self, request: web.Request) -> web.StreamResponse:
        if (
            request.method == "POST"
            and request.path.endswith("ScanJobs")
            and "ScanJobs" not in self.answers
        ):
            self.orders.append(await request.text())
            return web.Response(status=201, headers={"Location": "/eSCL/ScanJobs/1"})
        for ending, answer in self.answers.items():
            if request.path.endswith(ending):
                return await answer(request)
        return web.Response(status=404)


@contextlib.asynccontextmanager
async def device(answers: dict[str, Handler]) -> AsyncIterator[tuple[str, Device]]:
    """(host:port, the device)."""
    it = Device(answers)
    app = web.Application(client_max_size=2**20)
    app.router.add_route("*", "/{any:.*}", it.on_request)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"127.0.0.1:{runner.addresses[0][1]}", it
    finally:
        await runner.cleanup()


async def pages_of(scanner: EsclScanner, settings: ScanSettings) -> list[ScannedPage]:
    return [step async for step in scanner.scan(settings) if isinstance(step, ScannedPage)]


@pytest.mark.parametrize("text", [BOMB, OUTSIDE, "<" * 300_000], ids=["bomb", "outside", "long"])
async def test_xml_that_unfolds_or_reaches_out_is_refused(text: str) -> None:
    async with device({"ScannerStatus": says(text)}) as (where, _it):
        scanner = EsclScanner(f"escl://{where}/eSCL")
        status = await scanner.state()
        assert (status.state, status.code) == (ScannerState.FAULT, ScannerFailed.code)
        await scanner.close()


@pytest.mark.parametrize("how", [endless, dripping])
async def test_a_scanner_whose_answer_never_ends_is_left(how: Handler) -> None:
    async with device({"ScannerCapabilities": how}) as (where, _it):
        scanner = EsclScanner(f"escl://{where}/eSCL", answer_s=0.5)
        status = await asyncio.wait_for(scanner.state(), 30)
        assert status.code in ("scanner_failed", "scanner_gone")
        await scanner.close()


@pytest.mark.parametrize("how", [endless, dripping])
async def test_a_printer_whose_answer_never_ends_is_left(how: Handler) -> None:
    async with device({"print": how}) as (where, _it):
        printer = IppPrinter(f"ipp://{where}/ipp/print", answer_s=0.5)
        status = await asyncio.wait_for(printer.state(), 30)
        assert (status.state, status.code) == (ScannerState.FAULT, PrinterGone.code)
        await printer.close()


@pytest.mark.parametrize(("width", "dpi"), [(2480, 300), (1654, 200), (827, 100)])
async def test_a_scanner_that_lies_about_its_resolution_is_measured(width: int, dpi: int) -> None:
    picture = jpeg(width, round(width * 3508 / 2480), claims_dpi=600)
    async with device({"NextDocument": gives(picture)}) as (where, _it):
        scanner = EsclScanner(f"escl://{where}/eSCL")
        [page] = await pages_of(scanner, ScanSettings(dpi=300))
        assert page.dpi == dpi
        await scanner.close()


async def test_a_page_of_no_possible_resolution_is_refused() -> None:
    async with device({"NextDocument": gives(jpeg(60, 84, claims_dpi=300))}) as (where, _it):
        scanner = EsclScanner(f"escl://{where}/eSCL")
        with pytest.raises(PageUnreadable):
            await pages_of(scanner, ScanSettings(dpi=300))
        await scanner.close()


def test_a_few_pixels_more_or_less_are_no_lie() -> None:
    assert true_dpi(2464, Area(), 300) == 300
    assert true_dpi(1000, Area(width=1010), 300) == 300


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"NextDocument": says("", 503)}, ScannerWarmingUp),
        ({"ScanJobs": says("", 403)}, ScannerDenied),
        ({"ScannerCapabilities": says("", 401)}, ScannerDenied),
        ({"ScanJobs": says("", 201)}, ScannerFailed),
        ({"NextDocument": says("", 404)}, ScannerFailed),
    ],
    ids=["warming", "denied", "password", "no job address", "zero pages"],
)
async def test_each_refusal_has_its_own_words(
    answers: dict[str, Handler], error: type[SessionError]
) -> None:
    async with device(answers) as (where, _it):
        scanner = EsclScanner(f"escl://{where}/eSCL", page_s=1.0, busy_wait_s=0.3)
        with pytest.raises(error):
            await pages_of(scanner, ScanSettings())
        await scanner.close()


@pytest.mark.parametrize("status", [0x0401, 0x0402, 0x0403])
async def test_a_printer_with_a_password_says_denied(status: int) -> None:
    async def refuse(request: web.Request) -> web.Response:
        asked = await request.read()
        body = struct.pack(">BBHI", 2, 0, status, struct.unpack(">I", asked[4:8])[0]) + b"\x03"
        return web.Response(body=body, content_type="application/ipp")

    async with device({"print": refuse}) as (where, _it):
        printer = IppPrinter(f"ipp://{where}/ipp/print")
        with pytest.raises(PrinterDenied):
            await printer.submit(b"%PDF-1.7", "Reçu")
        assert (await printer.state()).code == PrinterDenied.code
        await printer.close()


async def test_both_sides_are_asked_of_a_feeder_that_can_and_refused_of_one_that_cannot() -> None:
    simplex = CAPABILITIES[CAPABILITIES.index("<scan:AdfSimplexInputCaps>") :].split(
        "<scan:FeederCapacity>"
    )[0]
    both = CAPABILITIES.replace(simplex, simplex + simplex.replace("AdfSimplex", "AdfDuplex"))
    picture = jpeg(2480, 3508, 300)
    settings = ScanSettings(source=ScanSource.FEEDER, duplex=True)
    left = [picture, picture]

    async def sides(_request: web.Request) -> web.Response:
        return (
            web.Response(body=left.pop(), content_type="image/jpeg")
            if left
            else web.Response(status=404)
        )

    async with device({"ScannerCapabilities": says(both), "NextDocument": sides}) as (where, it):
        scanner = EsclScanner(f"escl://{where}/eSCL")
        assert (await scanner.state()).duplex
        assert len(await pages_of(scanner, settings)) == 2
        assert "<scan:Duplex>true</scan:Duplex>" in it.orders[0]
        await scanner.close()
    async with device({}) as (where, _it):
        scanner = EsclScanner(f"escl://{where}/eSCL")
        with pytest.raises(ScannerFailed):
            await pages_of(scanner, settings)
        await scanner.close()
