# SPDX-License-Identifier: GPL-3.0-only
"""The SANE scanner on SANE's own test backend, in a private configuration;
and on workers that misbehave.
"""

from __future__ import annotations

import asyncio
import ctypes
import functools
import io
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from session.core.device_errors import (
    ScanCancelled,
    ScannerBusy,
    ScannerCoverOpen,
    ScannerDenied,
    ScannerEmpty,
    ScannerFailed,
    ScannerGone,
    ScannerJammed,
)
from session.core.errors import SessionError
from session.kiosk.drivers.scanner import ScannedPage, ScanProgress, ScanSettings
from session.kiosk.drivers.worker_scanner import SANE_LIBRARY, SaneScanner
from session.protocol.conversation.messages import Area, ScanKind, ScannerState, ScanSource

SMALL = ScanSettings(dpi=75)


@functools.cache
def sane_is_missing() -> bool:
    try:
        ctypes.CDLL(SANE_LIBRARY)
    except OSError:
        return True
    return False


@pytest.fixture
async def scanner(tmp_path: Path) -> AsyncIterator[SaneScanner]:
    if sane_is_missing():
        pytest.skip(f"no {SANE_LIBRARY} (Debian: libsane1)")
    (tmp_path / "dll.conf").write_text("test\n")
    (tmp_path / "test.conf").write_text("number_of_devices 1\ngeometry_max 300.0\n")
    options = {"test-picture": "Color pattern"}
    sane = SaneScanner(
        "test:0", options=options, quiet_s=5, environment={"SANE_CONFIG_DIR": str(tmp_path)}
    )
    yield sane
    await sane.close()


async def take(scanner: SaneScanner, settings: ScanSettings) -> tuple[list[int], list[ScannedPage]]:
    percents: list[int] = []
    pages: list[ScannedPage] = []
    async for item in scanner.scan(settings):
        if isinstance(item, ScanProgress):
            percents.append(item.percent)
        else:
            pages.append(item)
    return percents, pages


async def test_a_page_comes_with_its_progress(scanner: SaneScanner) -> None:
    status = await scanner.state()
    assert (status.state, status.feeder) == (ScannerState.READY, True)
    percents, [page] = await take(scanner, SMALL)
    assert percents == sorted(percents)
    assert len(percents) > 5
    assert percents[-1] == 100
    assert (page.width_px, page.dpi, page.media_type) == (620, 75, "image/jpeg")
    assert abs(page.height_px - 877) <= 1
    with Image.open(io.BytesIO(page.data)) as picture:
        assert (picture.size, picture.mode) == ((page.width_px, page.height_px), "RGB")


async def test_area_grey_and_preview_are_obeyed(scanner: SaneScanner) -> None:
    grey = ScanSettings(dpi=300, colour=False, area=Area(left=300, top=300, width=600, height=900))
    _, [page] = await take(scanner, grey)
    assert abs(page.width_px - 600) <= 12  # the backend's steps are a millimetre
    assert abs(page.height_px - 900) <= 12
    with Image.open(io.BytesIO(page.data)) as picture:
        assert picture.mode == "L"
    _, [bed] = await take(scanner, ScanSettings(kind=ScanKind.PREVIEW, dpi=600, area=grey.area))
    assert (bed.width_px, bed.height_px, bed.dpi) == (885, 885, 75)  # 300 mm


async def test_the_feeder_is_emptied(scanner: SaneScanner) -> None:
    _, pages = await take(scanner, ScanSettings(dpi=75, source=ScanSource.FEEDER))
    assert len(pages) > 3


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("JAMMED", ScannerJammed),
        ("NO_DOCS", ScannerEmpty),
        ("COVER_OPEN", ScannerCoverOpen),
        ("DEVICE_BUSY", ScannerBusy),
        ("CANCELLED", ScanCancelled),
        ("IO_ERROR", ScannerFailed),
        ("EOF", ScannerFailed),
        ("NO_MEM", ScannerFailed),
        ("ACCESS_DENIED", ScannerDenied),
    ],
)
async def test_each_fault_of_sane_has_its_error_and_the_next_scan_works(
    scanner: SaneScanner, status: str, error: type[SessionError]
) -> None:
    scanner.options["read-return-value"] = f"SANE_STATUS_{status}"
    with pytest.raises(error) as raised:
        await take(scanner, SMALL)
    assert type(raised.value) is error
    scanner.options["read-return-value"] = "Default"
    assert len((await take(scanner, SMALL))[1]) == 1


async def test_a_cancelled_scan_gives_no_half_page(scanner: SaneScanner) -> None:
    scanner.options |= {"read-delay": True, "read-delay-duration": 100_000}
    loop = asyncio.get_running_loop()
    started = loop.time()
    pages: list[ScannedPage] = []

    async def cancel_at_first_progress() -> None:
        async for item in scanner.scan(ScanSettings(dpi=300)):
            if isinstance(item, ScannedPage):
                pages.append(item)
            else:
                await scanner.cancel()

    with pytest.raises(ScanCancelled):
        await cancel_at_first_progress()
    assert pages == []
    assert loop.time() - started < 15
    scanner.options = {"read-delay": False}
    assert len((await take(scanner, SMALL))[1]) == 1


async def test_a_device_that_is_not_there_is_gone(scanner: SaneScanner, tmp_path: Path) -> None:
    other = SaneScanner("test:9", environment={"SANE_CONFIG_DIR": str(tmp_path)})
    with pytest.raises(ScannerGone):
        await take(other, SMALL)
    assert (await other.state()).code == "scanner_gone"
    await other.close()


async def test_a_driver_that_crashes_is_a_failed_scan_and_the_next_one_works(
    scanner: SaneScanner,
) -> None:
    scanner.options |= {"read-delay": True, "read-delay-duration": 100_000}

    async def crash_at_first_progress() -> None:
        async for _ in scanner.scan(ScanSettings(dpi=300)):
            assert scanner.worker_pid is not None
            os.kill(scanner.worker_pid, signal.SIGSEGV)

    with pytest.raises(ScannerFailed) as raised:
        await crash_at_first_progress()
    assert raised.value.detail == {"status": "driver crashed"}
    scanner.options = {"read-delay": False}
    assert len((await take(scanner, SMALL))[1]) == 1


async def test_a_driver_that_hangs_is_killed(scanner: SaneScanner) -> None:
    scanner.options |= {"read-delay": True, "read-delay-duration": 100_000}
    scanner.quiet_s = 0.5

    async def freeze_at_first_progress() -> None:
        async for _ in scanner.scan(ScanSettings(dpi=300)):
            assert scanner.worker_pid is not None
            os.kill(scanner.worker_pid, signal.SIGSTOP)

    with pytest.raises(ScannerFailed) as raised:
        await freeze_at_first_progress()
    assert "silent" in str(raised.value.detail["status"])
    assert scanner.worker_pid is None


async def test_a_library_that_is_missing_is_named() -> None:
    scanner = SaneScanner("test:0", library="libsane-that-nobody-installed.so.1")
    with pytest.raises(ScannerFailed) as raised:
        await take(scanner, SMALL)
    assert raised.value.detail == {"status": "libsane missing"}
    assert (await scanner.state()).code == "scanner_failed"
    await scanner.close()
