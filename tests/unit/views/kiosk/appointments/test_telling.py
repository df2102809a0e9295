# SPDX-License-Identifier: GPL-3.0-only
"""The hub's answers in the caller's words, with a way out of each."""

from __future__ import annotations

from datetime import timedelta

import pytest

from expert_app.kiosk.wiring.visit import KioskVisit
from session.kiosk.appointment_acts import Asked, BookVisit, Telling, Told, Way
from session.protocol.hub.tickets import TicketState
from tests.support.screens.kiosk_fingers import CallerTouches, on_screen, said
from tests.support.screens.kiosk_gallery import (
    SERVICES,
    hours_answer,
    known_slip,
    ticket_answer,
)
from views.kiosk.appointments.telling import told_words
from views.kiosk.window import KioskWindow

SLIP = known_slip()


@pytest.mark.parametrize(
    ("told", "minutes", "words"),
    [
        (Told.WELCOME, -5, "You are expected at 10:15"),
        (Told.EARLY, -55, "It is 9:20, your appointment is at 10:15"),
        (Told.LATE, 20, "Your appointment was at 10:15"),
        (Told.OTHER_DAY, -3000, "Your appointment is on Monday 2 March 2026 at 10:15."),
        (Told.OTHER_DAY, 3000, "Your appointment was on Monday 2 March 2026 at 10:15."),
        (Told.OTHER_SITE, 0, f"Your appointment is at another place: {SLIP.site_name}"),
        (Told.USED, 0, "These letters have been used already"),
        (Told.CANCELLED, 0, "This appointment was cancelled"),
    ],
)
def test_each_state_has_its_sentence(told: Told, minutes: int, words: str) -> None:
    now = SLIP.starts_at + timedelta(minutes=minutes)
    assert told_words(Telling(told, now, slip=SLIP))[0] == words


def test_unknown_letters_are_met_with_help(window: KioskWindow, visit: KioskVisit) -> None:
    visit.tell(Telling(Told.UNKNOWN, SLIP.starts_at, ways=(Way.AGAIN, Way.QUEUE)))
    assert "ask at the reception" in said(window)
    assert [button.words() for button in window.telling_page.buttons.values()] == [
        "Type the letters again",
        "Take a place in the queue",
    ]


def test_a_new_appointment_has_its_letters_in_large_print_and_what_to_bring(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches
) -> None:
    telling = Telling(Told.BOOKED, SLIP.starts_at, slip=SLIP, ways=(Way.PRINT, Way.DONE))
    visit.tell(telling)
    assert "K7M-2PX" in said(window)
    assert "Bail et dernière quittance" in said(window)
    assert "Your letters: K 7 M 2 P X" in window.telling_page.words()
    window.telling_page.buttons[Way.PRINT].click()
    assert touches.heard == [Way.PRINT]
    visit.show_start()
    visit.tell(Telling(Told.MOMENT, SLIP.starts_at))
    assert "K7M" not in said(window), "nothing stays for the next caller"


def test_the_way_in_is_shown_where_a_service_gives_appointments(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches
) -> None:
    assert window.start_page.expected.isHidden()
    visit.show_bookable(frozenset({SERVICES[1].id}))
    window.start_page.expected.click()
    assert touches.heard == [Way.EXPECTED]
    assert "I have an appointment." in window.start_page.words()
    visit.show_bookable(frozenset())
    assert window.start_page.expected.isHidden()


def test_a_closed_service_offers_an_appointment(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches
) -> None:
    visit.show_services(hours_answer())
    window.start_page.cards[1].click()
    assert window.closed_page.book.isHidden()
    window.closed_page.back.click()
    visit.show_bookable(frozenset({SERVICES[1].id}))
    window.start_page.cards[1].click()
    window.closed_page.book.click()
    assert touches.heard[-1] == BookVisit(SERVICES[1].id)


def test_who_waits_may_book_keeps_the_place_and_is_called_all_the_same(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches
) -> None:
    visit.show_bookable(frozenset({SERVICES[1].id}))
    visit.show_ticket(ticket_answer())
    window.waiting_page.book.click()
    assert touches.heard == [BookVisit(SERVICES[1].id)]
    visit.ask_words(Asked.BIRTH_DATE, "")
    visit.show_ticket(ticket_answer(position=2))
    assert on_screen(window, window.typing_page), "news of the place take nothing away"
    visit.leave_appointment()
    assert on_screen(window, window.waiting_page)
    visit.ask_words(Asked.BIRTH_DATE, "")
    visit.show_ticket(ticket_answer(0, None, None, TicketState.OFFERED))
    assert on_screen(window, window.waiting_page), "an adviser is coming"
