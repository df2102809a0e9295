# SPDX-License-Identifier: GPL-3.0-only
"""While a caller waits: ticket, place, time, leaving."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from session.core.clock import ManualClock
from session.protocol.hub.requests import SiteMessage, TicketChanged
from session.protocol.hub.tickets import TicketState
from tests.support.screens.kiosk_fingers import CallerTouches, said
from tests.support.screens.kiosk_gallery import (
    services_answer,
    session_facts,
    ticket_answer,
)
from views.kiosk.pages.waiting import ahead_words, elapsed_words, wait_words
from views.kiosk.window import KioskWindow


def test_waiting_page_tells_ticket_place_and_time(window: KioskWindow) -> None:
    window.show_calling()
    assert "We are getting you a ticket." in said(window)
    window.show_ticket(ticket_answer(position=3, wait_s=300, wait_most_s=600))
    for words in ("L042", "2 people are before you.", "Between 5 and 10 minutes to wait."):
        assert words in said(window)


def test_place_follows_the_hub(window: KioskWindow) -> None:
    window.show_ticket(ticket_answer(position=2, wait_s=200))
    window.show_ticket(TicketChanged(ticket=ticket_answer().ticket, position=1, wait_s=None))
    assert "You are next." in said(window)
    window.show_ticket(ticket_answer(position=0, state=TicketState.OFFERED))
    assert "An adviser is coming" in said(window)


def test_time_waited_is_counted_from_the_ticket(window: KioskWindow, clock: ManualClock) -> None:
    window.show_ticket(ticket_answer(position=3))
    clock.advance(125)
    window.show_ticket(ticket_answer(position=2))
    window.tick()
    assert "You have been waiting for 2 minutes." in said(window)


def test_what_a_supervisor_says_here_is_read_while_waiting_until_it_ends(
    window: KioskWindow, clock: ManualClock
) -> None:
    window.show_ticket(ticket_answer())
    assert not window.waiting_page._message.isVisible()
    message = SiteMessage(
        organisation_name="Caisse d'entraide du Val-Doré",
        text="Un conseiller revient à 14 h.",
        until_utc=clock.utc_now() + timedelta(hours=1),
    )
    window.show_services(msgspec.structs.replace(services_answer(), notices=[message]))
    words = "Caisse d'entraide du Val-Doré\u00a0: Un conseiller revient à 14 h."
    assert words in said(window)
    assert words in window.waiting_page.words(), "it is spoken too"
    clock.advance(3601)
    window.tick()
    assert words not in said(window)


def test_leaving_the_queue_is_confirmed(window: KioskWindow, touches: CallerTouches) -> None:
    window.show_ticket(ticket_answer())
    page = window.waiting_page
    page.leave.click()
    assert page.leave_really.isVisible()
    assert touches.heard == []
    page.stay.click()
    assert page.leave.isVisible()
    page.leave.click()
    page.leave_really.click()
    assert touches.heard == [("leave_requested",)]


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
    window: KioskWindow,
) -> None:
    lost = msgspec.structs.replace(ticket_answer().ticket, reason="desk_lost")
    window.show_ticket(TicketChanged(ticket=lost, position=1, wait_s=0, wait_most_s=120))
    assert "Sorry, your talk was cut off on our side" in said(window)
    assert "The next free adviser takes you first. Less than 2 minutes to wait." in said(window)


def test_place_and_time_in_words() -> None:
    assert [ahead_words(position) for position in (1, 2, 3)] == [
        "You are next.",
        "One person is before you.",
        "2 people are before you.",
    ]
    assert elapsed_words(59) == "You have just arrived."
    assert elapsed_words(61) == "You have been waiting for one minute."


def test_the_place_is_said_when_it_changes_and_never_into_a_call(window: KioskWindow) -> None:
    said_aloud: list[str] = []
    window.speak_requested.connect(said_aloud.append)
    window.quiet_requested.connect(lambda: said_aloud.append("quiet"))
    window.set_speech("auto")
    window.show_ticket(ticket_answer(position=3))
    assert said_aloud[-1].endswith("2 people are before you. Between 5 and 10 minutes to wait.")
    spoken = len(said_aloud)
    window.show_ticket(ticket_answer(position=3))
    assert len(said_aloud) == spoken, "the same was said again"
    window.show_ticket(ticket_answer(position=2))
    assert "One person is before you." in said_aloud[-1]
    window.show_session(session_facts())
    assert said_aloud[-1] == "quiet"


def test_a_page_is_said_at_a_touch_and_only_where_there_is_a_voice(window: KioskWindow) -> None:
    said_aloud: list[str] = []
    window.speak_requested.connect(said_aloud.append)
    window.show_ticket(ticket_answer())
    listen = window.bar.listen
    assert not listen.isVisible()
    window.set_speech("button")
    window.show_ticket(ticket_answer(position=2))
    assert (listen.isVisible(), said_aloud) == (True, [])
    listen.click()
    assert "One person is before you." in said_aloud[0]
    listen.click()
    assert len(said_aloud) == 1, "a touch while it speaks makes it quiet"
    window.ask_number("allocataire")
    listen.click()
    assert said_aloud[-1].startswith(window.number_page.words()[0])
    assert "synthetic voice" in said_aloud[0]
    assert "synthetic voice" not in said_aloud[-1], "one caller is told once"
