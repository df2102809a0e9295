# SPDX-License-Identifier: GPL-3.0-only
"""What the helpdesk may have done at an idle kiosk: each act, the notice, and a caller first."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from expert_app.kiosk.remote_help import HelpedKiosk, RemoteHelpJob
from expert_app.runtime.log_lines import RecentLines
from session.core.clock import SystemClock
from session.core.device_errors import PrinterJammed, ScannerGone
from session.core.errors import KioskInUse
from session.core.tasks import Tasks
from session.kiosk.drivers.printer import JobProgress, PrinterStatus
from session.kiosk.drivers.scanner import ScannedPage, ScannerStatus, ScanProgress, ScanSettings
from session.protocol.conversation.messages import PrintState, ScannerState
from session.protocol.helpdesk.remote_help import RemoteResult
from session.protocol.hub.line_rates import LineRates
from session.protocol.hub.requests import RemoteAct, RemoteHelpWanted
from tests.support.waiting import until

DOCTOR = 'print(\'{"ok": true, "checks": [{"name": "bus", "level": "ok", "sentence": "Fine."}]}\')'


class GlassScanner:
    """A scanner with one page; `stuck`: the page does not come, and it takes a moment to let go."""

    def __init__(self, *, stuck: bool = False) -> None:
        self.stuck, self.has_let_go = stuck, False

    async def state(self) -> ScannerStatus:
        return ScannerStatus(state=ScannerState.READY, name="LiDE 300")

    async def scan(self, settings: ScanSettings) -> AsyncGenerator[ScanProgress | ScannedPage]:
        yield ScanProgress(50)
        try:
            await asyncio.sleep(60 if self.stuck else 0)
        finally:
            await asyncio.sleep(0.1)
            self.has_let_go = True
        yield ScannedPage(
            data=b"secret page", media_type="image/jpeg", width_px=620, height_px=877, dpi=75
        )


class PaperPrinter:
    """Prints, or jams."""

    def __init__(self) -> None:
        self.jams, self.printed, self.cancelled = False, b"", 0

    async def state(self) -> PrinterStatus:
        return PrinterStatus(state=ScannerState.READY, name="Ricoh")

    async def submit(self, document: bytes, name: str, copies: int = 1) -> int:
        self.printed = document
        return 7

    async def follow(self, job_id: int) -> AsyncGenerator[JobProgress]:
        yield JobProgress(state=PrintState.PRINTING)
        if self.jams:
            yield JobProgress(state=PrintState.WAITING, code=PrinterJammed.code)
        else:
            yield JobProgress(state=PrintState.DONE)

    async def cancel(self, job_id: int) -> None:
        self.cancelled = job_id


class Screen:
    """The notice."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    def show_assistance(self, name: str) -> None:
        self.shown.append(name)


class Kiosk:
    """A kiosk, and what it told the hub."""

    def __init__(self) -> None:
        self.tasks, self.screen, self.printer = Tasks(), Screen(), PaperPrinter()
        self.is_idle, self.restarts = True, 0
        self.told: dict[str, RemoteResult] = {}
        self.lines = RecentLines(3)
        self.kiosk = HelpedKiosk(
            scanner=GlassScanner(),  # type: ignore[arg-type]
            printer=self.printer,  # type: ignore[arg-type]
            self_test=None,  # type: ignore[arg-type]
            doctor=[sys.executable, "-c", DOCTOR],
            measure_line=self._measure,
            recent_lines=self.lines.lines,
            restart=self._restart,
            place=lambda: "Mairie de Saint-Oyen",
        )

    async def _measure(self) -> LineRates | None:
        return LineRates(up_kbps=400, down_kbps=510, rtt_ms=61.5, at_utc=SystemClock().utc_now())

    def _restart(self) -> None:
        self.restarts += 1

    async def _report(self, help_id: str, result: RemoteResult) -> None:
        self.told[help_id] = result

    async def do(self, act: RemoteAct, kiosk: HelpedKiosk | None = None) -> RemoteResult:
        job = RemoteHelpJob(
            kiosk or self.kiosk,
            self.screen,
            report=self._report,
            idle=lambda: self.is_idle,
            clock=SystemClock(),
            tasks=self.tasks,
        )
        help_id = f"h{len(self.told)}"
        wanted = RemoteHelpWanted(help_id=help_id, act=act, by_name="Denis W.")
        job.on_wanted(wanted)
        job.on_wanted(wanted)
        await until(lambda: help_id in self.told)
        return self.told[help_id]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("expert_app.kiosk.remote_help.SHOWN_S", 0.01)
    monkeypatch.setattr("expert_app.kiosk.remote_help.RESTART_S", 0.01)


async def test_devices_line_log_and_doctor_are_told_and_the_screen_says_so(quick: None) -> None:
    kiosk = Kiosk()
    logger = logging.getLogger("tests.remote_help")
    logger.addHandler(kiosk.lines)
    logger.setLevel(logging.INFO)
    for number in range(4):
        logger.info("line %d", number)
    logger.info("somebody's number: 1 84 12 76 451 089 46")
    logger.removeHandler(kiosk.lines)
    state = {one.name: one.value for one in (await kiosk.do(RemoteAct.STATE)).facts}
    assert state["scanner"] == "LiDE 300 (ready)"
    assert state["version"]
    line = {one.name: one.value for one in (await kiosk.do(RemoteAct.LINE)).facts}
    assert line == {"up_kbps": "400", "down_kbps": "510", "rtt_ms": "61.5"}
    lines = (await kiosk.do(RemoteAct.LOG)).lines
    assert len(lines) == 3
    assert "line 3" in lines[1]
    assert "451" not in lines[2]
    (bus,) = (await kiosk.do(RemoteAct.DOCTOR)).facts
    assert (bus.name, bus.value, bus.code) == ("bus", "Fine.", "")
    await until(lambda: kiosk.screen.shown[-1] == "")
    assert kiosk.screen.shown.count("Denis W.") == 4
    await kiosk.tasks.close()


async def test_a_test_scan_keeps_nothing_and_a_test_sheet_that_jams_does_not_come_out_later(
    quick: None,
) -> None:
    kiosk = Kiosk()
    scan = await kiosk.do(RemoteAct.SCAN)
    assert [one.value for one in scan.facts] == ["1", "620 x 877, 75 dpi, 11 B"]
    assert (await kiosk.do(RemoteAct.SCAN, replace(kiosk.kiosk, scanner=None))).code == (
        ScannerGone.code
    )
    printed = await kiosk.do(RemoteAct.PRINT)
    assert (printed.code, printed.facts[0].value) == ("", "done")
    assert kiosk.printer.printed.startswith(b"%PDF")
    kiosk.printer.jams = True
    assert (await kiosk.do(RemoteAct.PRINT)).code == PrinterJammed.code
    assert kiosk.printer.cancelled == 7
    await kiosk.tasks.close()


async def test_a_device_is_let_go_before_the_helpdesk_hears_that_a_caller_came(quick: None) -> None:
    kiosk, scanner = Kiosk(), GlassScanner(stuck=True)
    doing = asyncio.ensure_future(
        kiosk.do(RemoteAct.SCAN, replace(kiosk.kiosk, scanner=scanner))  # type: ignore[arg-type]
    )
    await until(lambda: kiosk.screen.shown == ["Denis W."])
    kiosk.is_idle = False
    assert (await doing).code == KioskInUse.code
    assert scanner.has_let_go
    await kiosk.tasks.close()


async def test_a_caller_goes_before_the_helpdesk(quick: None) -> None:
    kiosk = Kiosk()
    kiosk.is_idle = False
    for act in (RemoteAct.PRINT, RemoteAct.RESTART):
        assert (await kiosk.do(act)).code == KioskInUse.code
    assert kiosk.screen.shown == []
    assert kiosk.restarts == 0
    kiosk.is_idle = True
    slow = replace(kiosk.kiosk, doctor=[sys.executable, "-c", "import time; time.sleep(60)"])
    doing = asyncio.ensure_future(kiosk.do(RemoteAct.DOCTOR, slow))
    await until(lambda: kiosk.screen.shown == ["Denis W."])
    kiosk.is_idle = False
    assert (await doing).code == KioskInUse.code
    kiosk.is_idle = True
    assert (await kiosk.do(RemoteAct.RESTART)).code == ""
    await until(lambda: kiosk.restarts == 1)
    await kiosk.tasks.close()
