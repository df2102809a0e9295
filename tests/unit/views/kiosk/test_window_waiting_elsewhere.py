# SPDX-License-Identifier: GPL-3.0-only
"""Callers who do not stay in front of the screen, and services that are closed:
what the window shows and asks.
"""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from expert_app.kiosk.wiring.visit import IDLE_S, KioskVisit
from session.core.clock import ManualClock
from session.kiosk.caller_acts import AskCallback, ComeBack, EnterNumber, StepAway, Touch
from session.protocol.hub.requests import TicketChanged
from session.protocol.hub.tickets import TicketState
from tests.support.matrix import thinned
from tests.support.screens.kiosk_fingers import CallerTouches, on_screen, said, type_number
from tests.support.screens.kiosk_gallery import (
    RETURNS,
    SCENES,
    hours_answer,
    kept_answer,
    kiosk_visit,
    services_answer,
    ticket_answer,
)
from views.kiosk.pages.closed import CLOSED_S
from views.kiosk.pages.number import NumberPage
from views.kiosk.pages.place_kept import KEPT_S
from views.kiosk.window import KioskWindow
from views.words.opening import opens_words


def test_a_caller_who_comes_back_keeps_the_number_and_may_print_it(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches
) -> None:
    visit.show_ticket(ticket_answer())
    window.waiting_page.elsewhere.click()
    assert "You keep your place." in said(window)
    window.away_page.come_back.click()
    assert touches.heard == [StepAway("back")]
    visit.show_kept(kept_answer("back"), prints=True)
    assert "L042" in said(window)
    window.kept_page.slip.click()
    assert not window.kept_page.slip.isEnabled()
    assert touches.heard[-1] == Touch.SLIP
    window.kept_page.finish.click()
    assert on_screen(window, window.start_page)


def test_a_kiosk_without_a_printer_offers_no_slip(visit: KioskVisit, window: KioskWindow) -> None:
    visit.show_kept(kept_answer("back"), prints=False)
    assert not window.kept_page.slip.isVisible()


def test_the_page_of_a_kept_place_makes_room_for_the_next_caller(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches, clock: ManualClock
) -> None:
    visit.show_kept(kept_answer("phone"), prints=True)
    assert "L042" not in said(window)
    clock.advance(KEPT_S - 1)
    visit.tick()
    assert on_screen(window, window.kept_page)
    clock.advance(1)
    visit.tick()
    assert on_screen(window, window.start_page)
    assert CallerTouches.LEFT_ALONE in touches.heard


def test_a_telephone_number_is_typed_and_news_of_the_place_does_not_take_the_pad_away(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches
) -> None:
    visit.show_ticket(ticket_answer())
    window.waiting_page.elsewhere.click()
    window.away_page.phone.click()
    assert not window.number_page.skip.isVisible()
    type_number(window, "06123")
    visit.show_ticket(TicketChanged(ticket=ticket_answer().ticket, position=2))
    assert on_screen(window, window.number_page)
    type_number(window, "45678")
    window.number_page.send.click()
    assert touches.heard == [StepAway("phone", "0612345678")]
    visit.number_refused()
    assert "This number cannot be called. Please check it." in said(window)


def test_an_agent_who_comes_takes_the_caller_from_the_telephone_pad(
    visit: KioskVisit, window: KioskWindow
) -> None:
    visit.show_ticket(ticket_answer())
    window.waiting_page.elsewhere.click()
    window.away_page.phone.click()
    visit.show_ticket(ticket_answer(0, None, None, TicketState.OFFERED))
    assert on_screen(window, window.waiting_page)


def test_a_half_typed_telephone_number_is_forgotten_but_not_the_place(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches, clock: ManualClock
) -> None:
    visit.show_ticket(ticket_answer())
    window.waiting_page.elsewhere.click()
    window.away_page.phone.click()
    type_number(window, "0612")
    clock.advance(IDLE_S)
    visit.tick()
    assert on_screen(window, window.waiting_page)
    assert touches.heard == []
    window.waiting_page.elsewhere.click()
    window.away_page.phone.click()
    assert "06" not in said(window)
    window.number_page.back.click()
    assert on_screen(window, window.waiting_page)


def test_only_what_the_service_offers_can_be_chosen(visit: KioskVisit, window: KioskWindow) -> None:
    offer = services_answer()
    only_phone = [msgspec.structs.replace(service, away=["phone"]) for service in offer.services]
    visit.show_services(msgspec.structs.replace(offer, services=only_phone))
    visit.show_ticket(ticket_answer())
    window.waiting_page.elsewhere.click()
    assert (window.away_page.come_back.isVisible(), window.away_page.phone.isVisible()) == (
        False,
        True,
    )
    assert not window.start_page.have_number.isVisibleTo(window.start_page)
    nothing = [msgspec.structs.replace(service, away=[]) for service in offer.services]
    visit.show_services(msgspec.structs.replace(offer, services=nothing))
    visit.show_ticket(ticket_answer())
    window.away_page.stay.click()
    assert not window.waiting_page.elsewhere.isVisible()


def _type(pad: NumberPage, number: str) -> None:
    assert pad.pad.currentWidget() is pad.pad.letters  # a letter comes first
    pad.pad.letters.keys[number[0]].click()
    for digit in number[1:]:
        pad.pad.digits.keys[digit].click()
    pad.send.click()


def test_who_comes_back_types_the_own_number(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches, clock: ManualClock
) -> None:
    visit.show_start()
    window.start_page.have_number.click()
    assert touches.heard == [Touch.RETURN]
    visit.show_returns(None)
    assert "One moment, please" in said(window)
    visit.show_returns(RETURNS)
    assert on_screen(window, window.number_page)
    assert "L042" not in said(window)  # whoever stands there must know it
    pad = window.number_page
    _type(pad, "L999")
    assert "Nobody waits with this number" in said(window)
    assert len(touches.heard) == 1
    for _ in range(4):
        pad.pad.erase.click()
    _type(pad, "L042")
    assert touches.heard[-1] == ComeBack("L042")
    visit.show_returns([])
    assert "No number is expected at this kiosk." in said(window)
    clock.advance(IDLE_S)
    visit.tick()
    assert on_screen(window, window.start_page)


def test_who_comes_back_reads_the_place_in_the_queue(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches, clock: ManualClock
) -> None:
    window.start_page.have_number.click()
    visit.show_returns(RETURNS)
    _type(window.number_page, "L042")
    assert "One moment, please" in said(window)
    window.number_page.send.click()  # a second touch is no second caller
    assert touches.heard.count(ComeBack("L042")) == 1
    visit.show_ticket(ticket_answer())
    assert on_screen(window, window.waiting_page)
    assert "L042" in said(window)
    clock.advance(IDLE_S)
    visit.tick()
    assert on_screen(window, window.waiting_page)


def test_a_number_that_may_not_have_arrived_can_be_sent_again(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches
) -> None:
    window.start_page.have_number.click()
    visit.show_returns(RETURNS)
    _type(window.number_page, "L042")
    visit.number_again()
    window.number_page.send.click()
    assert touches.heard.count(ComeBack("L042")) == 2


def test_a_telephone_number_refused_too_late_does_not_bring_its_pad_back(
    visit: KioskVisit,
    window: KioskWindow,
) -> None:
    visit.show_ticket(ticket_answer())
    window.waiting_page.elsewhere.click()
    window.away_page.phone.click()
    type_number(window, "0612345678")
    window.number_page.send.click()
    visit.show_ticket(ticket_answer(0, None, None, TicketState.OFFERED))
    visit.number_refused()
    assert on_screen(window, window.waiting_page)


def test_who_has_no_number_goes_on_to_the_queue(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches
) -> None:
    visit.ask_number("allocataire")
    window.number_page.skip.click()
    assert touches.heard == [Touch.NO_NUMBER]
    visit.show_calling()
    visit.show_ticket(ticket_answer())
    assert on_screen(window, window.waiting_page)


def test_a_callback_that_is_asked_for_leaves_the_pad(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches
) -> None:
    visit.show_services(hours_answer())
    window.start_page.cards[1].click()
    window.closed_page.callback.click()
    type_number(window, "0612345678")
    window.number_page.send.click()
    window.number_page.send.click()
    assert touches.heard == [AskCallback("housing", "0612345678")]
    visit.show_callback("2026-03-03T08:30:00+01:00")
    assert on_screen(window, window.kept_page)


@pytest.mark.parametrize("scene", thinned(SCENES, kept=list(SCENES)[::3]))
def test_another_language_changes_the_words_and_nothing_else(scene: str, qtbot: QtBot) -> None:
    visit = kiosk_visit()  # not shown: a window is dressed for as long as all this takes
    window = visit.window
    qtbot.addWidget(window)
    SCENES[scene](visit)
    page, before = window.current_page, said(window)
    visit.choices.show_language("en")
    assert window.current_page is page
    assert said(window).replace("✓ ", "") == before.replace("✓ ", "")


def test_a_closed_service_says_when_it_opens_and_how_to_be_called(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches
) -> None:
    visit.show_services(hours_answer())
    assert "Opens tomorrow at 8:30." in window.start_page.cards[1].accessibleName()
    window.start_page.cards[1].click()
    for words in (
        "Logement is closed now",
        "Opens tomorrow at 8:30.",
        "By telephone: 04 00 00 00 00",
        "bail",
    ):
        assert words in said(window)
    assert touches.heard == []
    window.closed_page.callback.click()
    window.number_page.back.click()
    assert on_screen(window, window.closed_page)
    window.closed_page.callback.click()
    type_number(window, "0612345678")
    window.number_page.send.click()
    assert touches.heard == [AskCallback("housing", "0612345678")]
    visit.show_callback("2026-03-03T08:30:00+01:00")
    assert "An adviser calls you from tomorrow at 8:30 on." in said(window)
    visit.show_callback("")
    assert "An adviser calls you as soon as the service is open again." in said(window)


def test_the_closed_page_leaves_by_itself(
    visit: KioskVisit, window: KioskWindow, clock: ManualClock
) -> None:
    visit.show_services(hours_answer())
    window.start_page.cards[1].click()
    clock.advance(CLOSED_S)
    visit.tick()
    assert on_screen(window, window.start_page)


def test_the_next_caller_of_a_number_is_asked_for_the_caller_number_again(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches
) -> None:
    visit.show_services(hours_answer())
    window.start_page.cards[1].click()
    window.closed_page.callback.click()
    visit.show_start()
    visit.ask_number("allocataire")
    type_number(window, "1234567")
    window.number_page.send.click()
    assert touches.heard == [EnterNumber("1234567")]


@pytest.mark.parametrize(
    ("opens_at", "words"),
    [
        ("2026-03-02T13:30:00+01:00", "Opens today at 13:30."),
        ("2026-03-06T08:30:00+01:00", "Opens on Friday at 8:30."),
        ("2026-03-09T08:30:00+01:00", "Opens on 9 March 2026 at 8:30."),
        ("", "Closed for now."),
        ("soon", "Closed for now."),
    ],
)
def test_the_opening_is_said_as_people_say_it(opens_at: str, words: str) -> None:
    assert opens_words(opens_at, datetime(2026, 3, 2, 9, 0, tzinfo=UTC)) == words


def test_tomorrow_begins_at_the_site_s_own_midnight() -> None:
    late = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)  # 23:30 there
    assert opens_words("2026-03-03T00:15:00+01:00", late) == "Opens tomorrow at 0:15."
