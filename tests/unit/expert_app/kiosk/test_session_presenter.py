# SPDX-License-Identifier: GPL-3.0-only
"""What the screen shows of a session, and of what it reminds the caller at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from expert_app.kiosk.session_presenter import SessionPresenter
from session.core.clock import ManualClock
from session.core.tasks import Tasks
from session.kiosk.session import KioskSession
from session.protocol.conversation.messages import (
    CameraChanged,
    PrintChanged,
    PrintState,
    ScanEnded,
    ScanKind,
    ScanRequested,
    ScanSource,
)
from tests.support.memory.channel import channel_pair
from tests.support.program_parts import QuietBrowser, invented_session, kiosk_session
from tests.support.town_hall import QuietScreen


class Shown:
    """A session and the screen that shows it."""

    def __init__(self, session: KioskSession) -> None:
        self.session, self.screen = session, QuietScreen()
        SessionPresenter(session, self.screen)

    def print(self, *states: PrintState, code: str = "") -> None:
        for state in states:
            self.session.devices.print_changed.emit(
                PrintChanged(print_id="p1", state=state, code=code)
            )

    def scan(self, source: ScanSource, kind: ScanKind = ScanKind.PAGE) -> None:
        request = ScanRequested(scan_id="n1", kind=kind, source=source, dpi=300, colour=True)
        self.session.devices.scan_started.emit(request)

    def notice_after(self, source: ScanSource, kind: ScanKind, code: str = "") -> str:
        """The last word about the scanner once a scan is over."""
        self.scan(source, kind)
        self.session.devices.scan_ended.emit(ScanEnded(scan_id="n1", pages=1, code=code))
        return self.screen.notice


@pytest.fixture
async def shown(tmp_path: Path) -> AsyncIterator[Shown]:
    channel, _desk = channel_pair()
    tasks = Tasks()
    yield Shown(
        kiosk_session(
            invented_session(),
            channel,
            browser=QuietBrowser(),
            runtime=tmp_path / "runtime",
            clock=ManualClock(),
            tasks=tasks,
            resumed=False,
        )
    )
    await tasks.close()


async def test_a_printed_sheet_is_to_be_taken_along(shown: Shown) -> None:
    shown.print(PrintState.SHOWN, PrintState.RECEIVED, PrintState.SENT)
    assert shown.screen.reminders == []
    shown.print(PrintState.PRINTING, PrintState.DONE)
    assert set(shown.screen.reminders) == {"sheets"}


async def test_a_sheet_that_never_came_out_is_not(shown: Shown) -> None:
    shown.print(PrintState.SHOWN, PrintState.CANCELLED)
    shown.print(PrintState.SHOWN, PrintState.FAILED, code="printer_gone")
    assert shown.screen.reminders == []


async def test_a_paper_on_the_glass_is_an_original_and_a_file_comes_from_a_stick(
    shown: Shown,
) -> None:
    shown.scan(ScanSource.GLASS)
    assert shown.screen.reminders == ["original"]
    shown.scan(ScanSource.FILE)
    assert shown.screen.reminders == ["original", "stick"]


async def test_a_paper_is_to_stay_until_its_page_is_scanned(shown: Shown) -> None:
    assert shown.notice_after(ScanSource.GLASS, ScanKind.PREVIEW) == "previewed"
    assert shown.notice_after(ScanSource.GLASS, ScanKind.PAGE) == "scanned"
    assert shown.notice_after(ScanSource.FILE, ScanKind.PAGE) == "given"
    assert shown.notice_after(ScanSource.GLASS, ScanKind.PREVIEW, "scanner_gone") == "scanner_gone"


async def test_the_agent_s_switches_come_to_the_screen(shown: Shown) -> None:
    shown.session.call.peer_camera_changed.emit(CameraChanged(camera_on=True, microphone_on=False))
    assert shown.screen.switches == (True, False)
