# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk tries itself at night: when, what it says of what it found, and that a caller goes
first.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from expert_app.kiosk.self_test import SPREAD, WINDOW, SelfTest, TriedThings
from session.core.clock import ManualClock
from session.core.device_errors import PrinterOutOfPaper
from session.core.signals import Signal
from session.kiosk.drivers.printer import Printer, PrinterStatus
from session.media.call_page import PageEvent
from session.protocol.conversation.messages import ScannerState
from session.protocol.helpdesk.self_test import (
    CheckedPart,
    SelfCheck,
    SelfTestReported,
    SelfTestTaken,
)
from session.protocol.hub.line_rates import LineRates
from views.words.self_tests import check_words

MIDNIGHT = datetime(2026, 11, 28).astimezone()
WELL = {
    "camera": {"state": "measured", "value": 90},
    "microphone": {"state": "measured", "value": 20},
}
BAD = {
    "camera": {"state": "measured", "value": 2},
    "microphone": {"state": "failed", "value": None},
}


class Page:
    """The call's page: answers what it is told to, or never."""

    def __init__(self, answer: object | None) -> None:
        self.happened: Signal[PageEvent] = Signal()
        self.answer = answer
        self.asked: list[str] = []

    def run(self, script: str) -> asyncio.Future[object]:
        self.asked.append(script)
        future: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        if self.answer is not None:
            future.set_result(self.answer)
        return future


class EmptyPrinter:
    """Has no paper."""

    async def state(self) -> PrinterStatus:
        return PrinterStatus(state=ScannerState.FAULT, name="Rico", code=PrinterOutOfPaper.code)


class Kiosk:
    """A kiosk in the night."""

    def __init__(self, folder: Path, answer: object | None, *, at: str = "03:30") -> None:
        self.clock = ManualClock(MIDNIGHT)
        self.page, self.is_idle = Page(answer), True
        self.rates: LineRates | None = None
        self.printer: Printer | None = None
        self.reports: list[SelfTestReported] = []
        things = TriedThings(
            page=self.page,
            camera="auto",
            microphone='Micro "USB"',
            scanner=None,
            printer=EmptyPrinter(),  # type: ignore[arg-type]
            folder=folder,
            addresses=("nats://127.0.0.1:4222",),
            tls=None,
            line=self._line,
        )
        self.test = SelfTest(
            things,
            self._report,
            idle=lambda: self.is_idle,
            at=at,
            name="caf/k1",
            clock=self.clock,
        )

    async def _line(self) -> LineRates | None:
        return self.rates

    async def _report(self, report: SelfTestReported) -> SelfTestTaken:
        self.reports.append(report)
        return SelfTestTaken(clock=SelfCheck(part=CheckedPart.CLOCK, value=0.2))

    def go_to(self, since_midnight: timedelta) -> None:
        self.clock.advance((MIDNIGHT + since_midnight - self.clock.utc_now()).total_seconds())


def _codes(checks: list[SelfCheck]) -> dict[str, str]:
    return {one.part.value: one.code for one in checks}


async def test_each_part_is_judged_and_told(tmp_path: Path) -> None:
    kiosk = Kiosk(tmp_path, BAD)
    kiosk.rates = LineRates(up_kbps=90, down_kbps=900, rtt_ms=30, at_utc=MIDNIGHT)
    found = _codes(await kiosk.test.run())
    assert found.pop("disk") in ("", "disk_low")
    assert found == {
        "camera": "dark",
        "microphone": "not_opened",
        "scanner": "absent",
        "printer": PrinterOutOfPaper.code,
        "certificate": "absent",
        "line": "line_narrow",
        "clock": "",
    }
    assert kiosk.page.asked == ['selfCheck.run("", "Micro \\"USB\\"")']
    (report,) = kiosk.reports
    assert CheckedPart.CLOCK not in {one.part for one in report.checks}  # the hub's to say
    well = _codes(await Kiosk(tmp_path, WELL).test.run())
    assert (well["camera"], well["microphone"], well["line"]) == ("", "", "not_tried")


async def test_a_kiosk_without_a_camera_is_well_only_where_its_settings_say_so(
    tmp_path: Path,
) -> None:
    nothing = {"camera": {"state": "not_found"}, "microphone": {"state": "absent"}}
    checks = {check.part: check for check in await Kiosk(tmp_path, nothing).test.run()}
    camera, microphone = checks[CheckedPart.CAMERA], checks[CheckedPart.MICROPHONE]
    assert (camera.code, camera.is_fault) == ("not_found", True)
    assert (microphone.code, microphone.is_fault) == ("absent", False)
    assert "connected" in check_words(camera)
    assert check_words(microphone) == "Microphone: none, by the settings."


async def test_a_caller_who_comes_ends_the_test_and_nothing_is_told(tmp_path: Path) -> None:
    kiosk = Kiosk(tmp_path, None)
    running = asyncio.ensure_future(kiosk.test.run())
    await asyncio.sleep(0)
    kiosk.is_idle = False
    assert await running == []
    assert kiosk.reports == []


async def test_it_is_made_once_a_night_within_its_hours_while_nobody_is_here(
    tmp_path: Path,
) -> None:
    kiosk = Kiosk(tmp_path, WELL)
    begins = timedelta(hours=3, minutes=30)
    kiosk.go_to(begins - timedelta(minutes=1))
    assert not kiosk.test.is_due()
    kiosk.go_to(begins + SPREAD)
    assert kiosk.test.is_due()
    kiosk.is_idle = False
    assert not kiosk.test.is_due()
    kiosk.is_idle = True
    await kiosk.test.run()
    assert not kiosk.test.is_due()
    kiosk.go_to(timedelta(days=1) + begins + SPREAD)
    assert kiosk.test.is_due()
    kiosk.go_to(timedelta(days=1) + begins + SPREAD + WINDOW)
    assert not kiosk.test.is_due()


@pytest.mark.parametrize("hour", [0, 3, 4, 12])
async def test_a_kiosk_may_never_try_itself(tmp_path: Path, hour: int) -> None:
    kiosk = Kiosk(tmp_path, WELL, at="")
    kiosk.go_to(timedelta(hours=hour))
    assert not kiosk.test.is_due()
