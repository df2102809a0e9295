# SPDX-License-Identifier: GPL-3.0-only
"""What an agent who does not see the desk is told, for each thing that happens."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from PyQt6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from expert_app.desk.agent_work import ReportedState
from expert_app.desk.devices import Printing
from expert_app.desk.wiring.announcements import SOON_S, DeskAnnouncements
from session.media.engine import MediaState
from session.protocol.conversation.line import LineGoverned, LineStep
from session.protocol.conversation.messages import (
    Grant,
    GrantChanged,
    GrantReason,
    PageShown,
    PrintChanged,
    PrintState,
    ScanEnded,
)
from session.protocol.endpoints.chat import ChatLine
from session.protocol.hub.requests import SessionEnded
from tests.support.screens.invented import NOW, SERVICES, SESSION, TICKETS, desk
from tests.unit.expert_app.desk.wiring.telling import Telling
from tests.unit.expert_app.desk.wiring.told_grants import Powers
from views.desk.acts import AcceptOffer
from views.widgets.announcer import announcer_of
from views.widgets.message_bar import Level


class Heard:
    """A desk whose jobs a test lets tell things, and what its screen reader is given."""

    def __init__(self, qtbot: QtBot) -> None:
        self.window = desk()
        qtbot.addWidget(self.window)
        self.window.queue.set_tickets(TICKETS, SERVICES)
        self.said: list[tuple[str, bool]] = []
        announcer_of(self.window).said.connect(lambda *said: self.said.append(said))
        self.app, self.work, self.devices = Telling(session=None), Telling(), Telling()
        self.spoken = DeskAnnouncements(
            self.window,
            app=cast(Any, self.app),
            work=cast(Any, self.work),
            devices=cast(Any, self.devices),
            filing=cast(Any, Telling()),
        )

    def talk(self) -> Any:
        """A conversation begins."""
        session = SimpleNamespace(
            facts=SESSION,
            grants=Powers(left_s={}),
            call=Telling(),
            line=Telling(),
            page=Telling(),
            chat=Telling(),
            devices=Telling(),
        )
        vars(self.app).update(session=session)
        self.app.session_opened.emit(session)
        return session

    def last(self) -> str:
        return self.said[-1][0]


@pytest.fixture
def heard(qtbot: QtBot) -> Heard:
    return Heard(qtbot)


def changed(grant: Grant, allowed: bool, reason: GrantReason = GrantReason.ANSWERED) -> Any:
    return GrantChanged(grant=grant, allowed=allowed, at_utc=NOW, reason=reason)


def test_a_new_caller_is_told_with_number_service_and_place(heard: Heard) -> None:
    ticket = TICKETS[0]
    heard.window.queue.ticket_rang.emit(ticket.id)
    assert ticket.number in heard.last()
    assert SERVICES[ticket.service].name in heard.last()
    assert ticket.site in heard.last()


def test_an_offer_is_urgent_and_its_end_is_told_unless_the_agent_ended_it(heard: Heard) -> None:
    heard.work.offered.emit(TICKETS[0])
    assert heard.said[-1][1]
    heard.work.offered.emit(None)
    assert heard.last().startswith("The offer is over")
    heard.work.offered.emit(TICKETS[0])
    heard.window.offer.acted.emit(AcceptOffer(TICKETS[0].id))
    before = len(heard.said)
    heard.work.offered.emit(None)
    assert len(heard.said) == before


def test_a_state_that_the_hub_has_set_is_told(heard: Heard) -> None:
    heard.work.state_changed.emit(ReportedState(False, "not_responding"))
    assert heard.last() == "Your state: Not responding"


def test_the_conversations_beginning_and_end_are_told(heard: Heard) -> None:
    heard.talk()
    assert heard.last().startswith("The conversation begins: ")
    heard.app.session_ended.emit(SessionEnded(session_id="s1", by="kiosk", reason="done"))
    assert heard.said[-1] == ("The conversation is over. Wrap-up.", True)


def test_powers_of_one_question_are_told_together(heard: Heard, qtbot: QtBot) -> None:
    powers = heard.talk().grants
    for grant in (Grant.SEE_PAGE, Grant.POINT):
        powers.changed.emit(changed(grant, True))
    qtbot.waitUntil(lambda: heard.last() == "The caller allows: See the page, Point")


def test_a_power_that_is_taken_back_or_over_is_urgent(heard: Heard, qtbot: QtBot) -> None:
    powers = heard.talk().grants
    powers.changed.emit(changed(Grant.SCAN, True))
    qtbot.waitUntil(lambda: heard.last() == "The caller allows: Scan")
    powers.changed.emit(changed(Grant.SCAN, False, GrantReason.EXPIRED))
    qtbot.waitUntil(lambda: heard.said[-1] == ("No longer allowed: Scan", True))


def test_a_power_that_is_repeated_after_a_cut_line_is_not_told_again(
    heard: Heard, qtbot: QtBot
) -> None:
    powers = heard.talk().grants
    powers.changed.emit(changed(Grant.SCAN, True))
    qtbot.waitUntil(lambda: heard.last() == "The caller allows: Scan")
    powers.changed.emit(changed(Grant.SCAN, True, GrantReason.TOLD))
    powers.changed.emit(changed(Grant.PRINT, False, GrantReason.TOLD))
    heard.spoken._announce_powers()
    assert heard.last() == "The caller allows: Scan"


def test_the_end_of_a_power_is_told_once_and_before_it_comes(heard: Heard) -> None:
    powers = heard.talk().grants
    before = len(heard.said)
    for left_s in (SOON_S + 5, SOON_S - 1, SOON_S - 2):
        powers.left_s = {Grant.SEE_PAGE: left_s, Grant.SCAN: 0.0}
        heard.spoken._on_second()
    assert [words for words, _urgent in heard.said[before:]] == ["Ends in 30 seconds: See the page"]


def test_a_page_is_told_once(heard: Heard) -> None:
    page, before = heard.talk().page, len(heard.said)
    for epoch, title in enumerate(["Aide au logement", "Aide au logement", "", "Simulation"]):
        page.page_shown.emit(
            PageShown(
                epoch=epoch,
                address="https://example.fr",
                title=title,
                width_px=1000,
                height_px=700,
            )
        )
    assert [words for words, _urgent in heard.said[before:]] == [
        "Page: Aide au logement",
        "Page: Simulation",
    ]


def test_a_page_that_has_the_keyboard_and_says_its_name_is_not_told_as_well(heard: Heard) -> None:
    page = heard.talk().page
    mirror = heard.window.conversation.header.grants
    mirror.setFocus()
    mirror.setAccessibleName("The caller's page: Simulation")
    before = len(heard.said)
    shown = PageShown(
        epoch=1, address="https://example.fr", title="Simulation", width_px=1000, height_px=700
    )
    page.page_shown.emit(shown)
    assert heard.said[before:] == []


def test_the_end_of_a_scan_is_told_and_a_failed_one_says_why(heard: Heard) -> None:
    devices = heard.talk().devices
    vars(heard.devices).update(is_preview=lambda scan_id: scan_id == "n0")
    devices.scan_ended.emit(ScanEnded(scan_id="n0", pages=1, code=""))
    assert heard.last() == "The preview is there."
    devices.scan_ended.emit(ScanEnded(scan_id="n1", pages=2, code=""))
    assert heard.last() == "2 pages are scanned."
    failed = ScanEnded(scan_id="n2", pages=0, code="scanner_cover_open")
    devices.scan_ended.emit(failed)
    assert heard.said[-1][1]
    assert "cover" in heard.last()


def test_a_print_is_told_when_it_is_done_or_waits(heard: Heard) -> None:
    def prints(state: PrintState, code: str = "") -> None:
        change = PrintChanged(print_id="p1", state=state, code=code)
        heard.devices.printing.emit(Printing(change, "Receipt"))

    prints(PrintState.PRINTING)
    assert heard.said == []
    prints(PrintState.WAITING, "printer_out_of_paper")
    assert heard.said[-1][1]
    assert heard.last().startswith("Receipt: waiting. ")
    prints(PrintState.DONE)
    assert heard.said[-1] == ("Receipt: printed", False)


def test_what_the_caller_wrote_is_told(heard: Heard) -> None:
    heard.talk().chat.received.emit(ChatLine("w1", "Je ne vous entends pas", mine=False))
    assert heard.last() == "The caller wrote: Je ne vous entends pas"


def settled(heard: Heard, for_s: float = 3600) -> None:
    """The line stays as it is for so long."""
    lasts = heard.window.findChild(QTimer, "line_lasts")
    assert lasts is not None
    if lasts.isActive() and lasts.interval() <= 1000 * for_s:
        lasts.stop()
        lasts.timeout.emit()


def test_a_weak_line_and_its_end_are_told_once_each_and_only_when_they_last(heard: Heard) -> None:
    session, before = heard.talk(), len(heard.said)
    session.call.state_changed.emit(MediaState.CONNECTED)
    del heard.said[before:]
    for _again in range(57):
        for state in (MediaState.UNSTABLE, MediaState.CONNECTED):
            session.call.state_changed.emit(state)
        for step in (LineStep.SMALL, LineStep.FULL):
            session.line.peer_governed.emit(LineGoverned(step=step))
    settled(heard)
    assert heard.said[before:] == []
    session.call.state_changed.emit(MediaState.UNSTABLE)
    session.line.peer_governed.emit(LineGoverned(step=LineStep.SMALL))
    settled(heard)
    session.line.peer_governed.emit(LineGoverned(step=LineStep.FEW))
    for state in (MediaState.CONNECTED, MediaState.UNSTABLE):
        session.call.state_changed.emit(state)
    settled(heard)
    session.call.state_changed.emit(MediaState.CONNECTED)
    session.line.peer_governed.emit(LineGoverned(step=LineStep.FULL))
    settled(heard)
    assert [words for words, _urgent in heard.said[before:]] == [
        "Weak line: smaller picture",
        "The line is good again.",
    ]


def test_a_call_that_is_lost_and_comes_back_is_told_once(heard: Heard) -> None:
    call = heard.talk().call
    for state in (MediaState.CONNECTING, MediaState.CONNECTED):
        call.state_changed.emit(state)
    before = len(heard.said)
    for _again in range(3):
        for state in (MediaState.LOST, MediaState.CONNECTING, MediaState.CONNECTED):
            call.state_changed.emit(state)
    assert heard.said[before:] == [("Picture and sound are away; trying again.", True)]
    settled(heard)
    assert heard.said[before + 1 :] == [("Picture and sound are back.", False)]


def test_a_call_that_comes_back_slowly_is_told_too(heard: Heard) -> None:
    call = heard.talk().call
    for state in (MediaState.CONNECTED, MediaState.LOST, MediaState.CONNECTING):
        call.state_changed.emit(state)
        settled(heard)
    call.state_changed.emit(MediaState.CONNECTED)
    settled(heard)
    assert heard.last() == "Picture and sound are back."


@pytest.mark.parametrize("bad", [MediaState.UNSTABLE, MediaState.LOST])
@pytest.mark.parametrize("turn_s", [3, 12, 45])
def test_a_line_that_comes_and_goes_for_an_hour_is_told_a_few_times(
    heard: Heard, bad: MediaState, turn_s: int
) -> None:
    call = heard.talk().call
    call.state_changed.emit(MediaState.CONNECTED)
    before = len(heard.said)
    for _turn in range(3600 // (2 * turn_s)):
        for state in (bad, MediaState.CONNECTED):
            call.state_changed.emit(state)
            settled(heard, for_s=turn_s)
    assert len(heard.said[before:]) <= 7, heard.said
    settled(heard)
    assert "back" in heard.last() or "good again" in heard.last() or turn_s < 10


def test_what_the_message_bar_shows_is_told_and_not_twice(heard: Heard) -> None:
    messages = heard.window.messages
    for _again in range(2):
        messages.show_message(Level.INFO, "Filed in dossier D-1: Lease", key="filed")
    messages.show_message(Level.ERROR, "The hub does not answer.", key="line")
    assert heard.said == [
        ("Filed in dossier D-1: Lease", False),
        ("The hub does not answer.", True),
    ]


def test_that_hub_and_kiosk_are_back_is_told(heard: Heard) -> None:
    heard.app.trouble_cleared.emit("line")
    heard.app.trouble_cleared.emit("peer_gone")
    assert [words for words, _urgent in heard.said] == ["Connected again.", "The kiosk is back."]


@pytest.mark.parametrize("before", [MediaState.CONNECTING, MediaState.UNSTABLE, MediaState.LOST])
def test_the_first_picture_is_told_once_however_the_line_began(
    heard: Heard, before: MediaState
) -> None:
    session = heard.talk()
    for state in (before, MediaState.CONNECTED, MediaState.UNSTABLE, MediaState.CONNECTED):
        session.call.state_changed.emit(state)
    told = [words for words, _urgent in heard.said if "see and hear" in words or "back" in words]
    assert told == ["You see and hear each other."]
