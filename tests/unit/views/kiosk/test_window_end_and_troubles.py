# SPDX-License-Identifier: GPL-3.0-only
"""The end of a session, troubles, and the window itself."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from expert_app.kiosk.wiring.choices import CallerChoices
from expert_app.kiosk.wiring.reading import PageReader
from expert_app.kiosk.wiring.visit import KioskVisit
from session.core.clock import ManualClock
from session.core.spoken_letters import short_number
from session.kiosk.caller_acts import Touch
from session.protocol.conversation.messages import KioskWiped
from tests.support.screens.kiosk_fingers import CallerTouches, on_screen, said
from tests.support.screens.kiosk_gallery import (
    WIPED,
    Face,
    Page,
    session_facts,
    ticket_answer,
)
from views.kiosk.pages.goodbye import ASKED_S, GOODBYE_S, Belonging
from views.kiosk.window import KioskWindow

ORIGINAL = "Take your paper back from the glass"
SHEETS = "Take your printed sheets"
STICK = "Take your stick back"


def test_goodbye_after_mere_talk_reminds_of_nothing(visit: KioskVisit, window: KioskWindow) -> None:
    visit.show_session(session_facts())
    visit.show_goodbye(WIPED)
    assert not {words for words in (ORIGINAL, SHEETS, STICK) if words in said(window)}
    assert "Everything is erased" in said(window)
    assert window.goodbye_page.finish.accessibleName() == "Finish"


@pytest.mark.parametrize(
    ("thing", "reminder"),
    [(Belonging.ORIGINAL, ORIGINAL), (Belonging.SHEETS, SHEETS), (Belonging.STICK, STICK)],
)
def test_goodbye_reminds_of_what_was_used_and_of_nothing_else(
    visit: KioskVisit, window: KioskWindow, thing: Belonging, reminder: str
) -> None:
    visit.show_session(session_facts())
    window.goodbye_page.remind_of(thing)
    visit.show_goodbye(None)
    assert [words for words in (ORIGINAL, SHEETS, STICK) if words in said(window)] == [reminder]
    visit.show_goodbye(WIPED)
    window.goodbye_page.finish.click()
    visit.show_session(session_facts())
    visit.show_goodbye(WIPED)
    assert reminder not in said(window)  # the next caller


def test_goodbye_says_the_number_by_which_the_helpdesk_finds_the_talk(
    visit: KioskVisit, window: KioskWindow
) -> None:
    words = f"Number of your talk: {short_number(session_facts().id)}"
    visit.show_session(session_facts())
    assert words not in said(window)
    visit.show_goodbye(WIPED)
    assert words in said(window)
    visit.show_start()
    visit.show_goodbye(WIPED)
    assert words not in said(window)  # the next caller


def test_a_sheet_that_comes_out_at_the_very_end_is_not_forgotten(
    visit: KioskVisit, window: KioskWindow
) -> None:
    visit.show_session(session_facts())
    visit.show_goodbye(None)
    window.goodbye_page.remind_of(Belonging.SHEETS)
    assert SHEETS in said(window)


def test_who_was_passed_on_is_reminded_of_the_first_conversation_too(
    visit: KioskVisit, window: KioskWindow
) -> None:
    visit.show_session(session_facts())
    window.goodbye_page.remind_of(Belonging.ORIGINAL)
    visit.show_ticket(ticket_answer())
    visit.show_session(session_facts())
    visit.show_goodbye(WIPED)
    assert ORIGINAL in said(window)


def test_goodbye_reminds_of_the_original_and_tells_the_wipe(
    visit: KioskVisit, window: KioskWindow
) -> None:
    window.goodbye_page.remind_of(Belonging.ORIGINAL)
    visit.show_goodbye(None)
    assert "Take your paper back from the glass" in said(window)
    assert "We are erasing everything" in said(window)
    visit.show_goodbye(WIPED)
    assert "Everything is erased" in said(window)


@pytest.mark.parametrize(
    "wiped",
    [
        KioskWiped(pages_removed=0, files_removed=0, profile_removed=True, left_over=1),
        KioskWiped(pages_removed=0, files_removed=0, profile_removed=False, left_over=0),
    ],
)
def test_goodbye_does_not_claim_a_wipe_that_failed(
    visit: KioskVisit, window: KioskWindow, wiped: KioskWiped
) -> None:
    visit.show_goodbye(wiped)
    assert "Everything is erased" not in said(window)
    assert "Not everything is erased yet" in said(window)


def test_kiosk_is_there_for_the_next_caller_after_twenty_seconds(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches, clock: ManualClock
) -> None:
    visit.show_goodbye(None)
    clock.advance(GOODBYE_S - 1)
    visit.show_goodbye(WIPED)
    visit.tick()
    assert on_screen(window, window.goodbye_page)
    clock.advance(1)
    visit.tick()
    assert on_screen(window, window.start_page)
    assert touches.heard == [CallerTouches.LEFT_ALONE]


def test_the_page_stays_until_it_is_known_what_came_of_the_wipe(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches, clock: ManualClock
) -> None:
    visit.show_goodbye(None)
    window.goodbye_page.finish.click()
    clock.advance(GOODBYE_S + 5)
    visit.tick()
    assert on_screen(window, window.goodbye_page)
    assert touches.heard == []
    visit.show_goodbye(WIPED)
    visit.tick()
    assert on_screen(window, window.start_page)
    assert touches.heard == [CallerTouches.LEFT_ALONE]


def test_what_could_not_be_wiped_can_still_be_read_after_a_long_wipe(
    visit: KioskVisit, window: KioskWindow, clock: ManualClock
) -> None:
    visit.show_goodbye(None)
    clock.advance(GOODBYE_S + 5)
    visit.tick()
    visit.show_goodbye(
        KioskWiped(pages_removed=0, files_removed=0, profile_removed=False, left_over=0)
    )
    clock.advance(ASKED_S - 1)
    visit.tick()
    assert "Not everything is erased yet" in said(window)
    clock.advance(1)
    visit.tick()
    assert on_screen(window, window.start_page)


def test_caller_may_finish_earlier_and_the_old_countdown_is_dead(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches, clock: ManualClock
) -> None:
    visit.show_goodbye(WIPED)
    window.goodbye_page.finish.click()
    visit.ask_number("allocataire")
    clock.advance(GOODBYE_S)
    visit.tick()
    assert on_screen(window, window.number_page)
    assert touches.heard == [CallerTouches.LEFT_ALONE]


def test_lost_line_takes_the_whole_start_page_and_gives_it_back(
    visit: KioskVisit, window: KioskWindow
) -> None:
    visit.show_trouble("bus_unreachable")
    assert on_screen(window, window.trouble_page)
    assert "The line is cut" in said(window)
    visit.clear_trouble()
    assert on_screen(window, window.start_page)


def test_a_kiosk_that_the_bus_refuses_sends_to_the_site_and_promises_nothing(
    visit: KioskVisit,
    window: KioskWindow,
) -> None:
    visit.show_trouble("bus_refused_identity")
    assert on_screen(window, window.trouble_page)
    assert "Please ask at the reception for help" in said(window)
    assert "The line is cut" not in said(window)
    assert "please wait" not in said(window)
    assert "Need help?" not in said(window), "it is said once"
    visit.show_trouble("bus_unreachable")
    assert "Need help?" in said(window)


def test_lost_line_is_a_banner_while_waiting_and_in_session(
    visit: KioskVisit, window: KioskWindow
) -> None:
    visit.show_ticket(ticket_answer())
    visit.show_trouble("hub_unreachable")
    assert on_screen(window, window.waiting_page)
    assert "The line is cut" in said(window)
    visit.show_session(session_facts())
    assert "The line is cut" in said(window)
    visit.clear_trouble()
    assert "The line is cut" not in said(window)


def test_other_troubles_leave_the_page_usable(visit: KioskVisit, window: KioskWindow) -> None:
    visit.show_trouble("service_unknown")
    assert on_screen(window, window.start_page)
    assert "This service is not open now" in said(window)


def test_closing_is_only_asked_for(window: KioskWindow, touches: CallerTouches) -> None:
    window.close()
    assert window.isVisible()
    assert touches.heard == [Touch.CLOSE]


def test_the_page_turns_by_itself(qtbot: QtBot, clock: ManualClock) -> None:
    window = KioskWindow(Face(), Page(), clock=clock)
    reader = PageReader(window.bar, None)
    visit = KioskVisit(window, clock, reader=reader, choices=CallerChoices(window, reader))
    window.goodbye_page.acted.connect(visit.on_act)
    qtbot.addWidget(window, before_close_func=lambda widget: widget.hide())
    visit.show_goodbye(WIPED)
    clock.advance(GOODBYE_S)
    qtbot.waitUntil(lambda: on_screen(window, window.start_page))


def test_the_screen_says_that_the_helpdesk_looks_after_the_kiosk_and_troubles_go_first(
    visit: KioskVisit,
    window: KioskWindow,
) -> None:
    words = "The helpdesk (Denis W.) looks after this kiosk from afar. Nobody sees or hears you."
    window.banner.show_assistance("Denis W.")
    assert words in said(window)
    visit.show_trouble("printer_jammed")
    assert words not in said(window)
    visit.clear_trouble()
    assert words in said(window)
    window.banner.show_assistance("")
    assert words not in said(window)
