# SPDX-License-Identifier: GPL-3.0-only
"""While a caller waits: ticket, place, time, leaving."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from expert_app.kiosk.wiring.visit import KioskVisit
from session.core.clock import ManualClock
from session.kiosk.caller_acts import Touch
from session.protocol.hub.requests import SiteMessage, TicketChanged
from session.protocol.hub.tickets import TicketState
from tests.support.screens.kiosk_fingers import CallerTouches, said
from tests.support.screens.kiosk_gallery import (
    SilentVoice,
    kiosk_visit,
    services_answer,
    session_facts,
    ticket_answer,
)
from views.kiosk.pages.waiting import ahead_words, elapsed_words, wait_words
from views.kiosk.window import KioskWindow


def test_waiting_page_tells_ticket_place_and_time(visit: KioskVisit, window: KioskWindow) -> None:
    visit.show_calling()
    assert "We are registering your request." in said(window)
    visit.show_ticket(ticket_answer(position=3, wait_s=300, wait_most_s=600))
    for words in ("L042", "There are 2 people before you.", "Between 5 and 10 minutes to wait."):
        assert words in said(window)


def test_place_follows_the_hub(visit: KioskVisit, window: KioskWindow) -> None:
    visit.show_ticket(ticket_answer(position=2, wait_s=200))
    visit.show_ticket(TicketChanged(ticket=ticket_answer().ticket, position=1, wait_s=None))
    assert "You are next." in said(window)
    visit.show_ticket(ticket_answer(position=0, state=TicketState.OFFERED))
    assert "An adviser is coming" in said(window)


def test_time_waited_is_counted_from_the_ticket(
    visit: KioskVisit, window: KioskWindow, clock: ManualClock
) -> None:
    visit.show_ticket(ticket_answer(position=3))
    clock.advance(125)
    visit.show_ticket(ticket_answer(position=2))
    visit.tick()
    assert "You have been waiting for 2 minutes." in said(window)


def test_what_a_supervisor_says_here_is_read_while_waiting_until_it_ends(
    visit: KioskVisit, window: KioskWindow, clock: ManualClock
) -> None:
    visit.show_ticket(ticket_answer())
    assert not window.waiting_page._message.isVisible()
    message = SiteMessage(
        organisation_name="Caisse d'entraide du Val-Doré",
        text="Un conseiller revient à 14 h.",
        until_utc=clock.utc_now() + timedelta(hours=1),
    )
    visit.show_services(msgspec.structs.replace(services_answer(), notices=[message]))
    words = "Caisse d'entraide du Val-Doré\u00a0: Un conseiller revient à 14 h."
    assert words in said(window)
    assert words in window.waiting_page.words(), "it is spoken too"
    clock.advance(3601)
    visit.tick()
    assert words not in said(window)


def test_leaving_the_queue_is_confirmed(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches
) -> None:
    visit.show_ticket(ticket_answer())
    page = window.waiting_page
    page.leave.click()
    assert page.leave_really.isVisible()
    assert touches.heard == []
    page.stay.click()
    assert page.leave.isVisible()
    page.leave.click()
    page.leave_really.click()
    assert touches.heard == [Touch.LEAVE]


@pytest.mark.parametrize(
    ("least_s", "most_s", "words"),
    [
        (None, None, "We do not know the waiting time yet."),
        (0, 60, "About one minute to wait."),
        (0, 300, "Less than 5 minutes to wait."),
        (300, 600, "Between 5 and 10 minutes to wait."),
        (1800, None, "More than 30 minutes to wait."),
        (0, None, ""),
    ],
)
def test_the_wait_is_a_range_in_words_and_promises_nothing_unknown(
    least_s: int | None, most_s: int | None, words: str
) -> None:
    assert wait_words(least_s, most_s) == words


def test_a_caller_whose_adviser_was_lost_reads_an_apology_and_that_they_go_first(
    visit: KioskVisit,
    window: KioskWindow,
) -> None:
    lost = msgspec.structs.replace(ticket_answer().ticket, reason="desk_lost")
    visit.show_ticket(TicketChanged(ticket=lost, position=1, wait_s=0, wait_most_s=120))
    assert "Sorry, your talk was cut off on our side" in said(window)
    assert "The next free adviser will answer you first. Less than 2 minutes to wait." in said(
        window
    )


def test_place_and_time_in_words() -> None:
    assert [ahead_words(position) for position in (1, 2, 3)] == [
        "You are next.",
        "There is one person before you.",
        "There are 2 people before you.",
    ]
    assert elapsed_words(59) == "You have just arrived."
    assert elapsed_words(61) == "You have been waiting for one minute."


def test_the_place_is_said_when_it_changes_and_never_into_a_call(
    qtbot: QtBot, voice: SilentVoice
) -> None:
    visit = kiosk_visit(voice=voice, is_auto=True)
    qtbot.addWidget(visit.window)
    visit.show_ticket(ticket_answer(position=3))
    assert voice.said[-1].endswith(
        "There are 2 people before you. Between 5 and 10 minutes to wait."
    )
    spoken = len(voice.said)
    visit.show_ticket(ticket_answer(position=3))
    assert len(voice.said) == spoken, "the same was said again"
    visit.show_ticket(ticket_answer(position=2))
    assert "There is one person before you." in voice.said[-1]
    assert not voice.is_quiet
    visit.show_session(session_facts())
    assert voice.is_quiet


def test_nothing_is_offered_to_hear_without_a_voice(visit: KioskVisit) -> None:
    visit.show_ticket(ticket_answer())
    assert not visit.window.bar.listen.isVisible()


def test_a_page_is_said_at_a_touch(talking: KioskVisit, voice: SilentVoice) -> None:
    listen = talking.window.bar.listen
    talking.show_ticket(ticket_answer(position=2))
    assert (listen.isVisible(), voice.said) == (True, [])
    listen.click()
    assert "There is one person before you." in voice.said[0]
    listen.click()
    assert len(voice.said) == 1, "a touch while it speaks makes it quiet"
    assert voice.is_quiet
    talking.ask_number("allocataire")
    listen.click()
    assert voice.said[-1].startswith(talking.window.number_page.words()[0])
    assert "synthetic voice" in voice.said[0]
    assert "synthetic voice" not in voice.said[-1], "one caller is told once"
