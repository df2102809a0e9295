# SPDX-License-Identifier: GPL-3.0-only
"""The eSCL client and the simulated scanner, a program of its own: pages, faults, cancellation."""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator, Iterator

import pytest
from PIL import Image

from session.core.device_errors import (
    ScanCancelled,
    ScannerBusy,
    ScannerCoverOpen,
    ScannerEmpty,
    ScannerFailed,
    ScannerGone,
    ScannerJammed,
)
from session.core.errors import PageTooLarge, PageUnreadable, SessionError
from session.kiosk.drivers.escl import EsclScanner
from session.kiosk.drivers.scanner import ScannedPage, ScannerStatus, ScanProgress, ScanSettings
from session.protocol.conversation.messages import Area, ScanKind, ScannerState, ScanSource
from tests.support.simulated_devices import (
    COLOURS,
    Simulator,
    free_port_address,
    plain_pages,
    running,
)
from tests.support.waiting import until

SMALL = ScanSettings(dpi=100)
FEEDER = ScanSettings(dpi=75, source=ScanSource.FEEDER)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    pages = plain_pages(tmp_path_factory.mktemp("escl") / "pages")
    with running("escl_scanner", "--pages", str(pages), "--page-seconds", "0.05") as simulator:
        yield simulator


@pytest.fixture
def simulator(program: Simulator) -> Simulator:
    program.orders(fault="", page=0, page_seconds=0.05, sized=True)
    return program


@pytest.fixture
async def scanner(simulator: Simulator) -> AsyncIterator[EsclScanner]:
    client = EsclScanner(simulator.address, answer_s=3, page_s=5, busy_wait_s=0.2)
    yield client
    await client.close()


async def take(scanner: EsclScanner, settings: ScanSettings) -> tuple[list[int], list[ScannedPage]]:
    percents: list[int] = []
    pages: list[ScannedPage] = []
    async for item in scanner.scan(settings):
        if isinstance(item, ScanProgress):
            percents.append(item.percent)
        else:
            pages.append(item)
    return percents, pages


def colour_of(page: ScannedPage) -> str:
    with Image.open(io.BytesIO(page.data)) as picture:
        assert picture.size == (page.width_px, page.height_px)
        seen = picture.convert("RGB").resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    assert isinstance(seen, tuple)
    return min(
        COLOURS, key=lambda name: sum(abs(a - b) for a, b in zip(COLOURS[name], seen, strict=True))
    )


async def test_a_ready_scanner_tells_its_name_and_feeder(scanner: EsclScanner) -> None:
    assert await scanner.state() == ScannerStatus(
        state=ScannerState.READY, name="Scanner simulé A4", feeder=True
    )


async def test_a_page_comes_with_progress_that_only_rises_to_100(scanner: EsclScanner) -> None:
    percents, pages = await take(scanner, SMALL)
    assert percents[0] == -1
    assert percents[-1] == 100
    assert percents == sorted(percents)
    assert len(percents) > 5
    assert [(page.width_px, page.height_px, page.dpi, page.media_type) for page in pages] == [
        (827, 1169, 100, "image/jpeg")
    ]


async def test_without_an_announced_size_the_progress_is_unknown(
    scanner: EsclScanner, simulator: Simulator
) -> None:
    simulator.orders(sized=False)
    percents, pages = await take(scanner, SMALL)
    assert set(percents) == {-1}
    assert len(pages) == 1


async def test_a_preview_shows_the_whole_bed_and_leaves_the_page(scanner: EsclScanner) -> None:
    preview = ScanSettings(kind=ScanKind.PREVIEW, dpi=300, area=Area(width=100, height=100))
    _, [first] = await take(scanner, preview)
    assert (first.width_px, first.height_px, first.dpi) == (620, 877, 75)
    assert colour_of(first) == "1-red.jpg"
    _, [again] = await take(scanner, preview)
    assert again.data == first.data


async def test_each_full_page_brings_the_next_one(scanner: EsclScanner) -> None:
    seen = [colour_of((await take(scanner, SMALL))[1][0]) for _ in range(4)]
    assert seen == ["1-red.jpg", "2-green.jpg", "3-blue.jpg", "1-red.jpg"]


async def test_area_and_grey_are_obeyed(scanner: EsclScanner) -> None:
    settings = ScanSettings(
        dpi=300, colour=False, area=Area(left=300, top=600, width=900, height=450)
    )
    _, [page] = await take(scanner, settings)
    with Image.open(io.BytesIO(page.data)) as picture:
        assert (picture.size, picture.mode) == ((900, 450), "L")


async def test_an_area_beyond_the_glass_is_cut_to_it(scanner: EsclScanner) -> None:
    _, [page] = await take(
        scanner, ScanSettings(dpi=300, area=Area(left=2000, top=3000, width=9999, height=9999))
    )
    assert (page.width_px, page.height_px) == (480, 508)


async def test_the_feeder_gives_all_its_pages(scanner: EsclScanner) -> None:
    percents, pages = await take(scanner, FEEDER)
    assert [colour_of(page) for page in pages] == list(COLOURS)
    assert percents.count(-1) == 4  # one before each page, and one before there are no more


@pytest.mark.parametrize(
    ("fault", "settings", "error"),
    [
        ("jam", FEEDER, ScannerJammed),
        ("jam", SMALL, ScannerJammed),
        ("empty", FEEDER, ScannerEmpty),
        ("cover_open", SMALL, ScannerCoverOpen),
        ("busy", SMALL, ScannerBusy),
        ("gone", SMALL, ScannerGone),
        ("truncated", SMALL, PageUnreadable),
        ("cut", SMALL, PageUnreadable),
        ("zero_bytes", SMALL, PageUnreadable),
        ("bomb", SMALL, PageTooLarge),
    ],
)
async def test_each_fault_has_its_own_error_and_the_next_scan_works(
    scanner: EsclScanner,
    simulator: Simulator,
    fault: str,
    settings: ScanSettings,
    error: type[SessionError],
) -> None:
    simulator.orders(fault=fault)
    with pytest.raises(error) as raised:
        await take(scanner, settings)
    assert type(raised.value) is error
    simulator.orders(fault="")
    assert len((await take(scanner, SMALL))[1]) == 1


async def test_an_empty_feeder_leaves_the_glass_usable(
    scanner: EsclScanner, simulator: Simulator
) -> None:
    simulator.orders(fault="empty")
    assert (await scanner.state()).state is ScannerState.READY
    assert len((await take(scanner, SMALL))[1]) == 1


@pytest.mark.parametrize(
    ("fault", "state", "code"),
    [
        ("jam", ScannerState.FAULT, "scanner_jammed"),
        ("cover_open", ScannerState.FAULT, "scanner_cover_open"),
        ("busy", ScannerState.BUSY, ""),
        ("gone", ScannerState.FAULT, "scanner_gone"),
    ],
)
async def test_the_state_names_the_fault(
    scanner: EsclScanner, simulator: Simulator, fault: str, state: ScannerState, code: str
) -> None:
    simulator.orders(fault=fault)
    status = await scanner.state()
    assert (status.state, status.code) == (state, code)


async def test_a_jam_in_the_middle_keeps_the_pages_before_it(
    scanner: EsclScanner, simulator: Simulator
) -> None:
    pages = []

    async def feed() -> None:
        async for item in scanner.scan(FEEDER):
            if isinstance(item, ScannedPage):
                pages.append(item)
                simulator.orders(fault="jam")

    with pytest.raises(ScannerJammed):
        await feed()
    assert [colour_of(page) for page in pages] == ["1-red.jpg"]


async def test_cancelling_stops_both_ends_at_once(
    scanner: EsclScanner, simulator: Simulator
) -> None:
    simulator.orders(page_seconds=30)
    loop = asyncio.get_running_loop()
    started = loop.time()

    async def cancel() -> None:
        await until(lambda: scanner._job)
        await asyncio.sleep(0.1)
        await scanner.cancel()

    cancelling = asyncio.ensure_future(cancel())
    with pytest.raises(ScanCancelled):
        await take(scanner, SMALL)
    await cancelling
    assert loop.time() - started < 15
    assert [job["state"] for job in simulator.state()["jobs"]] == ["Canceled"]
    simulator.orders(page_seconds=0.05)
    assert len((await take(scanner, SMALL))[1]) == 1


async def test_a_job_is_cancelled_also_when_the_line_closes_before_the_word_arrives(
    scanner: EsclScanner, simulator: Simulator
) -> None:
    simulator.orders(page_seconds=30)
    scan = asyncio.ensure_future(take(scanner, SMALL))
    await until(lambda: scanner._job)
    await asyncio.sleep(0.1)
    word, scanner._job = scanner._job, ""  # the closed line says nothing
    scan.cancel()
    with pytest.raises(asyncio.CancelledError):
        await scan
    await until(lambda: simulator.state()["jobs"][0]["state"] == "Aborted")
    assert (await scanner._client.delete(word)).status_code == 200
    assert [job["state"] for job in simulator.state()["jobs"]] == ["Canceled"]


async def test_cancelling_between_two_parts_of_a_page_works_too(
    scanner: EsclScanner, simulator: Simulator
) -> None:
    simulator.orders(page_seconds=2)

    async def cancel_on_progress() -> None:
        async for item in scanner.scan(SMALL):
            if isinstance(item, ScanProgress) and item.percent > 20:
                await scanner.cancel()

    with pytest.raises(ScanCancelled):
        await cancel_on_progress()
    assert [job["state"] for job in simulator.state()["jobs"]] == ["Canceled"]


async def test_leaving_the_iteration_stops_the_scanner(
    scanner: EsclScanner, simulator: Simulator
) -> None:
    simulator.orders(page_seconds=2)
    async with contextlib.aclosing(scanner.scan(SMALL)) as items:
        async for item in items:
            if isinstance(item, ScanProgress) and item.percent > 0:
                break
    assert [job["state"] for job in simulator.state()["jobs"]] == ["Canceled"]


async def test_a_second_scan_is_refused_while_one_runs(
    scanner: EsclScanner, simulator: Simulator
) -> None:
    simulator.orders(page_seconds=4)
    other = EsclScanner(simulator.address, busy_wait_s=0.1)
    async with contextlib.aclosing(scanner.scan(SMALL)) as items:
        async for item in items:
            if isinstance(item, ScanProgress) and item.percent > 0:
                break
        assert (await scanner.state()).state is ScannerState.BUSY
        with pytest.raises(ScannerBusy):
            await take(scanner, SMALL)
        with pytest.raises(ScannerBusy):
            await take(other, SMALL)
    await other.close()


async def test_nobody_at_the_address_is_a_scanner_that_is_gone() -> None:
    scanner = EsclScanner(free_port_address("escl", "/eSCL"), answer_s=2)
    with pytest.raises(ScannerGone):
        await take(scanner, SMALL)
    assert (await scanner.state()).code == "scanner_gone"
    await scanner.close()


async def test_somebody_else_at_the_address_is_a_failed_scanner(simulator: Simulator) -> None:
    scanner = EsclScanner(simulator.address.removesuffix("/eSCL") + "/other", answer_s=2)
    with pytest.raises(ScannerFailed):
        await take(scanner, SMALL)
    await scanner.close()
