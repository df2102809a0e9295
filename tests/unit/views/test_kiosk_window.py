# SPDX-License-Identifier: GPL-3.0-only
"""What a caller does at the kiosk, and what the kiosk asks for on the caller's behalf."""

from __future__ import annotations

import gettext
from typing import Any

import pytest
from PyQt6.QtCore import QRect, Qt
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from resources import texts
from session.clock import ManualClock
from session.kiosk.grants import SILENCE_S
from session.protocol.hub_messages import Service, TicketChanged
from session.protocol.session_messages import Grant, KioskWiped
from session.protocol.tickets import TicketState
from tests.unit.views.kiosk_gallery import (
    ALL_GRANTS,
    SERVICES,
    WIPED,
    kiosk_window,
    services_answer,
    session_facts,
    ticket_answer,
)
from views.kiosk_consent_page import powers_sentence
from views.kiosk_goodbye_page import GOODBYE_S
from views.kiosk_icons import StopSign
from views.kiosk_waiting_page import ahead_words, elapsed_words, wait_words
from views.kiosk_window import NUMBER_IDLE_S, KioskWindow


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "_active", [gettext.NullTranslations()])


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def window(qtbot: QtBot, clock: ManualClock) -> KioskWindow:
    window = kiosk_window(clock)
    qtbot.addWidget(window, before_close_func=lambda widget: widget.hide())
    window.resize(1280, 800)
    window.show()
    return window


@pytest.fixture
def fingers(qtbot: QtBot) -> Any:
    """Mouse and keys of pytest-qt, which have no types."""
    return qtbot


class Wishes:
    """Every wish of the window, in order."""

    def __init__(self, window: KioskWindow) -> None:
        self.heard: list[tuple[object, ...]] = []
        for name in (
            "service_requested",
            "number_entered",
            "number_skipped",
            "leave_requested",
            "stop_requested",
            "grant_answered",
            "grant_withdrawn",
            "language_requested",
            "start_requested",
            "close_requested",
        ):
            getattr(window, name).connect(lambda *facts, name=name: self.heard.append((name, *facts)))


@pytest.fixture
def wishes(window: KioskWindow) -> Wishes:
    return Wishes(window)


def said(window: KioskWindow) -> str:
    return " ".join(text.text() for text in window.findChildren(QLabel) if text.isVisible())


def on_screen(window: KioskWindow, page: QWidget) -> bool:
    return window.current_page is page


def type_number(window: KioskWindow, text: str) -> None:
    page = window.number_page
    for character in text:
        if character.isalpha():
            page.letters_key.click()
            page.letters.keys[character].click()
        else:
            page.digits.keys[character].click()


# ---- start -------------------------------------------------------------------------------------------------------


def test_touching_a_service_asks_for_it(window: KioskWindow, wishes: Wishes, fingers: Any) -> None:
    fingers.mouseClick(window.start_page.cards[1], Qt.MouseButton.LeftButton)
    assert wishes.heard == [("service_requested", SERVICES[1].id)]


def test_never_more_than_six_services(window: KioskWindow) -> None:
    answer = services_answer()
    more = [*answer.services, Service(id="more", name="Encore")]
    window.start_page.show_services(more)
    assert len(window.start_page.cards) == 6


def test_no_service_is_said_in_words(window: KioskWindow) -> None:
    window.show_services(services_answer(0))
    assert "No service is open right now" in said(window)


def test_language_is_asked_for_and_everything_is_said_again(
    window: KioskWindow, wishes: Wishes, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Shouting(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return message.upper()

    assert "Welcome. What do you need today?" in said(window)
    window._header.languages["en"].click()
    assert wishes.heard == [("language_requested", "en")]
    monkeypatch.setattr(texts, "_active", [Shouting()])
    window.show_language("en")
    assert "WELCOME. WHAT DO YOU NEED TODAY?" in said(window)
    assert window._header.languages["en"].words().startswith("✓")


# ---- number ------------------------------------------------------------------------------------------------------


def test_complete_number_can_be_sent(window: KioskWindow, wishes: Wishes) -> None:
    window.ask_number("allocataire")
    type_number(window, "123456")
    assert not window.number_page.send.isEnabled()
    assert "One more character." in said(window)
    type_number(window, "7")
    assert window.number_page.send.isEnabled()
    window.number_page.send.click()
    assert wishes.heard == [("number_entered", "1234567")]


def test_keys_that_cannot_follow_are_asleep(window: KioskWindow) -> None:
    window.ask_number("allocataire")
    type_number(window, "1234567")
    assert not any(key.isEnabled() for key in window.number_page.digits.keys.values())
    window.number_page.erase.click()
    assert all(key.isEnabled() for key in window.number_page.digits.keys.values())


def test_job_seeker_number_ends_with_a_letter(window: KioskWindow, wishes: Wishes) -> None:
    window.ask_number("france_travail")
    assert not window.number_page.letters_key.isEnabled()
    type_number(window, "1234567K")
    window.number_page.send.click()
    assert wishes.heard == [("number_entered", "1234567K")]


def test_somebody_born_in_corsica_can_type_the_number(window: KioskWindow, wishes: Wishes) -> None:
    window.ask_number("nir")
    type_number(window, "253072A07300443")
    window.number_page.send.click()
    assert wishes.heard == [("number_entered", "253072A07300443")]


def test_typing_error_is_seen_at_once_and_cannot_be_sent(window: KioskWindow, wishes: Wishes) -> None:
    window.ask_number("nir")
    type_number(window, "295109912611199")
    assert "There is a mistake" in said(window)
    window.number_page.send.click()
    assert wishes.heard == []


def test_number_unknown_to_the_hub_may_be_corrected(window: KioskWindow, wishes: Wishes) -> None:
    window.ask_number("allocataire")
    type_number(window, "1234567")
    window.number_refused()
    assert "This number is not known" in said(window)
    assert not window.number_page.send.isEnabled()
    window.number_page.erase.click()
    type_number(window, "8")
    window.number_page.send.click()
    assert wishes.heard == [("number_entered", "1234568")]


def test_caller_without_the_number_is_helped_too(window: KioskWindow, wishes: Wishes) -> None:
    window.ask_number("nir")
    window.number_page.skip.click()
    assert wishes.heard == [("number_skipped",)]


def test_keyboard_types_as_well(window: KioskWindow, wishes: Wishes, fingers: Any) -> None:
    window.ask_number("france_travail")
    fingers.keyClicks(window.number_page, "x12345679")
    fingers.keyClick(window.number_page, Qt.Key.Key_Backspace)
    fingers.keyClicks(window.number_page, "k")
    fingers.keyClick(window.number_page, Qt.Key.Key_Return)
    assert wishes.heard == [("number_entered", "1234567K")]


def test_number_of_a_caller_who_walked_away_is_forgotten(
    window: KioskWindow, wishes: Wishes, clock: ManualClock
) -> None:
    window.ask_number("allocataire")
    clock.advance(NUMBER_IDLE_S - 1)
    type_number(window, "123")
    clock.advance(NUMBER_IDLE_S - 1)
    window.tick()
    assert on_screen(window, window.number_page)
    clock.advance(1)
    window.tick()
    assert on_screen(window, window.start_page)
    assert wishes.heard == [("start_requested",)]
    window.ask_number("allocataire")
    assert "123" not in said(window)


def test_back_returns_to_the_services(window: KioskWindow, wishes: Wishes) -> None:
    window.ask_number("allocataire")
    window.number_page.back.click()
    assert on_screen(window, window.start_page)
    assert wishes.heard == [("start_requested",)]


def test_number_is_not_kept_on_the_screen_once_the_ticket_is_there(window: KioskWindow) -> None:
    window.ask_number("allocataire")
    type_number(window, "1234567")
    window.show_ticket(ticket_answer())
    assert "123 4567" not in " ".join(text.text() for text in window.findChildren(QLabel))


def test_unknown_kind_of_number_is_an_error_of_the_program(window: KioskWindow) -> None:
    with pytest.raises(KeyError):
        window.ask_number("passport")


# ---- waiting -----------------------------------------------------------------------------------------------------


def test_waiting_page_tells_ticket_place_and_time(window: KioskWindow) -> None:
    window.show_calling()
    assert "We are getting you a ticket." in said(window)
    window.show_ticket(ticket_answer(position=3, wait_s=540))
    for words in ("L042", "2 people are before you.", "About 9 minutes to wait."):
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


def test_leaving_the_queue_is_confirmed(window: KioskWindow, wishes: Wishes) -> None:
    window.show_ticket(ticket_answer())
    page = window.waiting_page
    page.leave.click()
    assert page.leave_really.isVisible()
    assert wishes.heard == []
    page.stay.click()
    assert page.leave.isVisible()
    page.leave.click()
    page.leave_really.click()
    assert wishes.heard == [("leave_requested",)]


@pytest.mark.parametrize(
    ("wait_s", "words"),
    [
        (None, "We do not know the waiting time yet."),
        (0, "About one minute to wait."),
        (61, "About 2 minutes to wait."),
        (600, "About 10 minutes to wait."),
        (601, "About 15 minutes to wait."),
        (3300, "About 55 minutes to wait."),
        (3601, "More than one hour to wait. You may come back later."),
    ],
)
def test_wait_is_told_in_words_people_can_use(wait_s: int | None, words: str) -> None:
    assert wait_words(wait_s) == words


def test_place_and_time_in_words() -> None:
    assert [ahead_words(position) for position in (1, 2, 3)] == [
        "You are next.",
        "One person is before you.",
        "2 people are before you.",
    ]
    assert elapsed_words(59) == "You have just arrived."
    assert elapsed_words(61) == "You have been waiting for one minute."


# ---- session -----------------------------------------------------------------------------------------------------


def test_the_agent_is_named_and_the_page_stays_hidden_until_opened(window: KioskWindow) -> None:
    window.show_session(session_facts())
    assert "Claire Vasseur" in said(window)
    assert window.session_page.call_pane.isVisible()
    assert not window.session_page.browser.isVisible()
    window.show_page(True)
    assert window.session_page.browser.isVisible()
    assert window.session_page.call_pane.isVisible()


def test_the_line_says_what_the_agent_can_do_now(window: KioskWindow) -> None:
    window.show_session(session_facts())
    assert window.session_page.line.text() == (
        "Your adviser sees and hears you. They do not see your page. They can neither scan nor print."
    )
    window.show_grants({Grant.SEE_PAGE: True, Grant.SCAN: True})
    window.show_media(seen=False, heard=True)
    assert window.session_page.line.text() == (
        "Your adviser hears you but does not see you. They see your page and can point at it. "
        "They can scan, but not print."
    )


def test_every_mix_of_powers_has_its_own_sentence() -> None:
    mixes = {
        powers_sentence({Grant.SEE_PAGE: page, Grant.SCAN: scan, Grant.PRINT: sheet}, seen, heard)
        for page in (True, False)
        for scan in (True, False)
        for sheet in (True, False)
        for seen in (True, False)
        for heard in (True, False)
    }
    assert len(mixes) == 32


@pytest.mark.parametrize("allowed", [True, False])
@pytest.mark.parametrize("grant", list(Grant))
def test_answer_is_passed_on_and_the_question_goes(
    window: KioskWindow, wishes: Wishes, grant: Grant, allowed: bool
) -> None:
    window.show_session(session_facts())
    window.ask_grant(grant)
    consent = window.session_page.consent
    assert consent.isVisible()
    (consent.yes if allowed else consent.no).click()
    assert wishes.heard == [("grant_answered", grant, allowed)]
    assert not consent.isVisible()
    consent.yes.click()
    assert len(wishes.heard) == 1, "a second touch answers nothing"


def test_time_to_answer_is_counted_down_and_silence_answers_nothing(
    window: KioskWindow, wishes: Wishes, clock: ManualClock
) -> None:
    window.show_session(session_facts())
    window.ask_grant(Grant.SCAN)
    consent = window.session_page.consent
    clock.advance(SILENCE_S - 5)
    window.tick()
    assert consent._countdown.accessibleName() == "5"
    clock.advance(5)
    window.tick()
    assert not consent.isVisible()
    assert wishes.heard == []


def test_question_settled_elsewhere_goes_away(window: KioskWindow) -> None:
    window.show_session(session_facts())
    window.ask_grant(Grant.SCAN)
    window.end_question(Grant.PRINT)
    assert window.session_page.consent.isVisible()
    window.end_question(Grant.SCAN)
    assert not window.session_page.consent.isVisible()


def test_given_power_can_be_taken_back_by_touch(window: KioskWindow, wishes: Wishes) -> None:
    window.show_session(session_facts())
    chips = window.session_page.chips
    assert not any(chip.isVisible() for chip in chips.values())
    window.show_grants(ALL_GRANTS)
    assert all(chip.isVisible() for chip in chips.values())
    chips[Grant.SCAN].click()
    assert wishes.heard == [("grant_withdrawn", Grant.SCAN)]


def test_stop_is_at_once_and_then_asks_what_to_do(window: KioskWindow, wishes: Wishes) -> None:
    window.show_session(session_facts())
    window.ask_grant(Grant.SCAN)
    page = window.session_page
    page.stop.click()
    assert wishes.heard == [("stop_requested",)]
    assert not page.consent.isVisible()
    assert page.stopped.isVisible()
    page.stopped.go_on.click()
    assert not page.stopped.isVisible()
    page.stop.click()
    page.stopped.end_call.click()
    assert wishes.heard[-1] == ("leave_requested",)


def test_stop_is_a_red_octagon_with_the_word(window: KioskWindow) -> None:
    window.show_session(session_facts())
    stop = window.session_page.stop
    assert stop.words() == "STOP"
    sign = stop.findChild(StopSign)
    assert sign is not None
    image = window.grab(QRect(sign.mapTo(window, sign.rect().topLeft()), sign.size())).toImage()
    colour = QColor(image.pixelColor(image.width() // 2, image.height() // 8))
    assert colour.red() > 150
    assert colour.green() < 60


def test_devices_tell_the_caller_what_to_do(window: KioskWindow) -> None:
    window.show_session(session_facts())
    window.show_devices_notice("place_document")
    assert "Put your document on the glass" in said(window)
    window.show_devices_notice("printer_out_of_paper")
    assert "There is no more paper" in said(window)
    window.show_devices_notice("")
    assert "paper" not in said(window)


def test_next_session_starts_with_nothing_of_the_last(window: KioskWindow) -> None:
    window.show_session(session_facts())
    window.show_page(True)
    window.show_grants(ALL_GRANTS)
    window.show_devices_notice("scanning")
    window.ask_grant(Grant.PRINT)
    window.show_session(session_facts())
    page = window.session_page
    assert not page.browser.isVisible()
    assert not page.consent.isVisible()
    assert not any(chip.isVisible() for chip in page.chips.values())
    assert "scanned" not in said(window)


# ---- goodbye -----------------------------------------------------------------------------------------------------


def test_goodbye_reminds_of_the_original_and_tells_the_wipe(window: KioskWindow) -> None:
    window.show_goodbye(None)
    assert "Take your original back from the glass" in said(window)
    assert "We are wiping your traces" in said(window)
    window.show_goodbye(WIPED)
    assert "Everything is wiped" in said(window)


@pytest.mark.parametrize(
    "wiped",
    [
        KioskWiped(pages_removed=0, files_removed=0, profile_removed=True, left_over=1),
        KioskWiped(pages_removed=0, files_removed=0, profile_removed=False, left_over=0),
    ],
)
def test_goodbye_does_not_claim_a_wipe_that_failed(window: KioskWindow, wiped: KioskWiped) -> None:
    window.show_goodbye(wiped)
    assert "Everything is wiped" not in said(window)
    assert "Not everything is wiped yet" in said(window)


def test_kiosk_is_there_for_the_next_caller_after_twenty_seconds(
    window: KioskWindow, wishes: Wishes, clock: ManualClock
) -> None:
    window.show_goodbye(None)
    clock.advance(GOODBYE_S - 1)
    window.show_goodbye(WIPED)
    window.tick()
    assert on_screen(window, window.goodbye_page)
    clock.advance(1)
    window.tick()
    assert on_screen(window, window.start_page)
    assert wishes.heard == [("start_requested",)]


def test_caller_may_finish_earlier_and_the_old_countdown_is_dead(
    window: KioskWindow, wishes: Wishes, clock: ManualClock
) -> None:
    window.show_goodbye(WIPED)
    window.goodbye_page.finish.click()
    window.ask_number("allocataire")
    clock.advance(GOODBYE_S)
    window.tick()
    assert on_screen(window, window.number_page)
    assert wishes.heard == [("start_requested",)]


# ---- troubles and closing ----------------------------------------------------------------------------------------


def test_lost_line_takes_the_whole_start_page_and_gives_it_back(window: KioskWindow) -> None:
    window.show_trouble("bus_unreachable")
    assert on_screen(window, window.trouble_page)
    assert "The line is cut" in said(window)
    window.clear_trouble()
    assert on_screen(window, window.start_page)


def test_lost_line_is_a_banner_while_waiting_and_in_session(window: KioskWindow) -> None:
    window.show_ticket(ticket_answer())
    window.show_trouble("hub_unreachable")
    assert on_screen(window, window.waiting_page)
    assert "The line is cut" in said(window)
    window.show_session(session_facts())
    assert "The line is cut" in said(window)
    window.clear_trouble()
    assert "The line is cut" not in said(window)


def test_other_troubles_leave_the_page_usable(window: KioskWindow) -> None:
    window.show_trouble("service_unknown")
    assert on_screen(window, window.start_page)
    assert "This service is not open now" in said(window)


def test_closing_is_only_asked_for(window: KioskWindow, wishes: Wishes) -> None:
    window.close()
    assert window.isVisible()
    assert wishes.heard == [("close_requested",)]


def test_window_ticks_by_itself(qtbot: QtBot, clock: ManualClock) -> None:
    from tests.unit.views.kiosk_gallery import Face, Page

    window = KioskWindow(Face(), Page(), clock=clock)
    qtbot.addWidget(window, before_close_func=lambda widget: widget.hide())
    window.show_goodbye(WIPED)
    clock.advance(GOODBYE_S)
    qtbot.waitUntil(lambda: on_screen(window, window.start_page), timeout=2000)
