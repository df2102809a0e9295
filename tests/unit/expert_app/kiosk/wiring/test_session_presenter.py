# SPDX-License-Identifier: GPL-3.0-only
"""What the screen shows of a session, and of what it reminds the caller at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest
from pytestqt.qtbot import QtBot

from expert_app.kiosk.wiring.session_presenter import SessionPresenter
from expert_app.kiosk.wiring.visit import KioskVisit
from session.core.clock import ManualClock
from session.core.tasks import Tasks
from session.kiosk.call.video_call import OwnCapture
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
from session.protocol.hub.talk_state import Talk, Third, ThirdState
from session.protocol.hub.third_parties import TalkAnswer
from session.protocol.wire.roles import Role
from tests.support.memory.channel import channel_pair
from tests.support.program_parts import QuietBrowser, invented_session, kiosk_session
from tests.support.screens.kiosk_fingers import said
from tests.support.screens.kiosk_gallery import NOW, kiosk_visit
from views.kiosk.browser.pane import KioskBrowser
from views.kiosk.call_pane import KioskCallPane
from views.words.caller_errors import kiosk_sentence


class Names:
    """Stands in for the pane of the faces."""

    def __init__(self) -> None:
        self.shown = ("", "")

    def show_names(self, agent: str, third: str) -> None:
        self.shown = (agent, third)


class Shown:
    """A session and the window that shows it."""

    def __init__(self, session: KioskSession, visit: KioskVisit) -> None:
        self.session, self.visit, self.names = session, visit, Names()
        self.window = visit.window
        visit.show_session(session.facts)
        SessionPresenter(
            session,
            visit,
            call=cast("KioskCallPane", self.names),
            browser=cast("KioskBrowser", self.window.session_page.stage.browser),
            signs={},
        )

    def reminders(self) -> str:
        """What the caller reads at the end."""
        self.visit.show_goodbye(None)
        return said(self.window)

    def print(self, *states: PrintState, code: str = "") -> None:
        for state in states:
            self.session.devices.print_changed.emit(
                PrintChanged(print_id="p1", state=state, code=code)
            )

    def scan(self, source: ScanSource, kind: ScanKind = ScanKind.PAGE) -> None:
        request = ScanRequested(scan_id="n1", kind=kind, source=source, dpi=300, colour=True)
        self.session.devices.scan_started.emit(request)

    def notice_after(self, source: ScanSource, kind: ScanKind, code: str = "") -> str:
        """What is on the screen once a scan is over."""
        self.scan(source, kind)
        self.session.devices.scan_ended.emit(ScanEnded(scan_id="n1", pages=1, code=code))
        return said(self.window)


@pytest.fixture
async def shown(tmp_path: Path, qtbot: QtBot) -> AsyncIterator[Shown]:
    channel, _desk = channel_pair()
    tasks = Tasks()
    visit = kiosk_visit()
    window = visit.window
    qtbot.addWidget(window)
    session = kiosk_session(
        invented_session(),
        channel,
        browser=QuietBrowser(),
        runtime=tmp_path / "runtime",
        clock=ManualClock(),
        tasks=tasks,
        resumed=False,
    )
    yield Shown(session, visit)
    await tasks.close()


ORIGINAL = "Take your paper back from the glass"
SHEETS = "Take your printed sheets"


async def test_a_kiosk_without_devices_does_not_say_that_the_adviser_sees(shown: Shown) -> None:
    call = shown.session.call
    assert "Your adviser sees and hears you." in said(shown.window)
    call.own_devices_changed.emit(OwnCapture(camera=False, microphone=False))
    assert "Your adviser neither sees nor hears you." in said(shown.window)
    call.own_devices_changed.emit(OwnCapture(camera=False, microphone=True))
    assert "Your adviser hears you but does not see you." in said(shown.window)
    shown.visit.show_session(shown.session.facts)  # the next one
    assert "Your adviser sees and hears you." in said(shown.window)


async def test_a_printed_sheet_is_to_be_taken_along(shown: Shown) -> None:
    shown.print(PrintState.SHOWN, PrintState.RECEIVED, PrintState.SENT)
    assert SHEETS not in shown.reminders()
    shown.print(PrintState.PRINTING, PrintState.DONE)
    assert SHEETS in shown.reminders()


async def test_a_sheet_that_never_came_out_is_not(shown: Shown) -> None:
    shown.print(PrintState.SHOWN, PrintState.CANCELLED)
    shown.print(PrintState.SHOWN, PrintState.FAILED, code="printer_gone")
    assert SHEETS not in shown.reminders()


async def test_a_paper_on_the_glass_is_an_original_and_a_file_comes_from_a_stick(
    shown: Shown,
) -> None:
    shown.scan(ScanSource.GLASS)
    assert ORIGINAL in shown.reminders()
    assert "your stick" not in shown.reminders()
    shown.scan(ScanSource.FILE)
    assert "Take your stick back too." in shown.reminders()


async def test_a_paper_is_to_stay_until_its_page_is_scanned(shown: Shown) -> None:
    for source, kind, code, words in (
        (ScanSource.GLASS, ScanKind.PREVIEW, "", "Leave it on the glass."),
        (ScanSource.GLASS, ScanKind.PAGE, "", "Your document is scanned."),
        (ScanSource.FILE, ScanKind.PAGE, "", "You can take your stick back."),
        (ScanSource.GLASS, ScanKind.PREVIEW, "scanner_gone", kiosk_sentence("scanner_gone")),
    ):
        assert words in shown.notice_after(source, kind, code)


async def test_the_agent_s_switches_come_to_the_screen(shown: Shown) -> None:
    shown.session.call.peer_camera_changed.emit(CameraChanged(camera_on=True, microphone_on=False))
    assert "Your adviser's microphone is off for a moment." in said(shown.window)


async def test_the_third_person_is_named_under_the_face_while_in_the_conversation(
    shown: Shown,
) -> None:
    assert shown.names.shown == (shown.session.facts.agent_name, "")
    third = Third(user="bob", role=Role.AGENT, state=ThirdState.IN, by="a1", at_utc=NOW)
    for is_held, name in ((False, "Bob T."), (True, "")):
        talk = Talk(held=is_held, third=third)
        shown.session.third_parties.changed.emit(
            TalkAnswer(session_id="s1", talk=talk, third_name="Bob T.")
        )
        assert shown.names.shown[1] == name
