# SPDX-License-Identifier: GPL-3.0-only
"""Before the ticket: services, language, and the number that is typed."""

from __future__ import annotations

import gettext
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from expert_app.kiosk.wiring.visit import IDLE_S, KioskVisit
from session.core.clock import ManualClock
from session.kiosk.caller_acts import CallService, ChooseLanguage, EnterNumber, Touch
from session.protocol.hub.requests import Service, SiteMessage
from tests.support.screens.kiosk_fingers import CallerTouches, on_screen, said, type_number
from tests.support.screens.kiosk_gallery import (
    SERVICES,
    services_answer,
    starting_visit,
    ticket_answer,
)
from tests.support.screens.longer import use_words
from views.kiosk.window import KioskWindow


def test_touching_a_service_asks_for_it(
    window: KioskWindow, touches: CallerTouches, fingers: Any
) -> None:
    fingers.mouseClick(window.start_page.cards[1], Qt.MouseButton.LeftButton)
    assert touches.heard == [CallService(SERVICES[1].id)]


def test_never_more_than_six_services(window: KioskWindow) -> None:
    answer = services_answer()
    more = [*answer.services, Service(id="more", name="Encore")]
    window.start_page.show_services(more)
    assert len(window.start_page.cards) == 6


def test_what_a_supervisor_says_here_is_read_until_it_ends(
    visit: KioskVisit, window: KioskWindow
) -> None:
    now = window.start_page._clock.utc_now()
    notices = [
        SiteMessage(
            organisation_name="Caisse d'entraide du Val-Doré",
            text="Les conseillers répondent à partir de 14 h.",
            until_utc=now + timedelta(hours=left_h),
        )
        for left_h in (1, -1)
    ]
    visit.show_services(msgspec.structs.replace(services_answer(), notices=notices))
    words = said(window)
    assert words.count("Caisse d'entraide du Val-Doré\u00a0: Les conseillers répondent") == 1
    assert "Touch a button" not in words
    assert any("14 h" in one for one in window.start_page.words()), "it is spoken too"
    told = window.start_page.findChild(QLabel, "start_message")
    assert told is not None
    assert told.property("tone") != "grey", "it is not mistaken for the invitation"
    closed = msgspec.structs.replace(services_answer(0), notices=notices)
    visit.show_services(closed)
    assert "14 h" in said(window), "it is read where no service is open, too"
    assert any("14 h" in one for one in window.start_page.words())
    visit.show_services(services_answer())
    assert "Touch a button" in said(window)


def test_a_kiosk_that_was_told_nothing_yet_does_not_say_that_all_is_closed(qtbot: QtBot) -> None:
    visit = starting_visit()
    window = visit.window
    qtbot.addWidget(window, before_close_func=lambda widget: widget.hide())
    window.show()
    assert "One moment, please" in said(window)
    assert "One moment, please" in window.start_page.words(), "it is spoken too"
    assert "No service is open" not in said(window)
    visit.show_trouble("bus_unreachable")
    assert "The line is cut" in said(window)
    visit.clear_trouble()
    assert "One moment, please" in said(window), "a line is no answer yet"
    visit.show_services(services_answer(0))
    assert "No service is open right now" in said(window)
    assert "One moment" not in said(window)


def test_no_service_is_said_in_words(visit: KioskVisit, window: KioskWindow) -> None:
    visit.show_services(services_answer(0))
    assert "No service is open right now" in said(window)


def test_language_is_asked_for_and_everything_is_said_again(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches
) -> None:
    class Shouting(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return message.upper()

    assert "Welcome. What do you need today?" in said(window)
    window.bar.language.click()
    assert on_screen(window, window.language_page)
    window.language_page.buttons["en"].click()
    assert on_screen(window, window.start_page)
    assert touches.heard[-1] == ChooseLanguage("en")
    use_words(Shouting())
    visit.choices.show_language("en")
    assert "WELCOME. WHAT DO YOU NEED TODAY?" in said(window)
    assert window.language_page.buttons["en"].accessibleName().startswith("✓")


def test_complete_number_can_be_sent(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches
) -> None:
    visit.ask_number("allocataire")
    type_number(window, "123456")
    assert not window.number_page.send.isEnabled()
    assert "One more character." in said(window)
    type_number(window, "7")
    assert window.number_page.send.isEnabled()
    window.number_page.send.click()
    assert touches.heard == [EnterNumber("1234567")]


def test_keys_that_cannot_follow_are_asleep(visit: KioskVisit, window: KioskWindow) -> None:
    visit.ask_number("allocataire")
    type_number(window, "1234567")
    assert not any(key.isEnabled() for key in window.number_page.pad.digits.keys.values())
    window.number_page.pad.erase.click()
    assert all(key.isEnabled() for key in window.number_page.pad.digits.keys.values())


def test_job_seeker_number_ends_with_a_letter(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches
) -> None:
    visit.ask_number("france_travail")
    assert not window.number_page.pad.letters_key.isEnabled()
    type_number(window, "1234567K")
    window.number_page.send.click()
    assert touches.heard == [EnterNumber("1234567K")]


def test_somebody_born_in_corsica_can_type_the_number(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches
) -> None:
    visit.ask_number("nir")
    type_number(window, "253072A07300443")
    window.number_page.send.click()
    assert touches.heard == [EnterNumber("253072A07300443")]


def test_typing_error_is_seen_at_once_and_cannot_be_sent(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches
) -> None:
    visit.ask_number("nir")
    type_number(window, "295109912611199")
    assert "There is a mistake" in said(window)
    window.number_page.send.click()
    assert touches.heard == []


def test_number_unknown_to_the_hub_may_be_corrected(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches
) -> None:
    visit.ask_number("allocataire")
    type_number(window, "1234567")
    visit.number_refused()
    assert "This number is not known" in said(window)
    assert not window.number_page.send.isEnabled()
    window.number_page.pad.erase.click()
    type_number(window, "8")
    window.number_page.send.click()
    assert touches.heard == [EnterNumber("1234568")]


def test_caller_without_the_number_is_helped_too(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches
) -> None:
    visit.ask_number("nir")
    window.number_page.skip.click()
    assert touches.heard == [Touch.NO_NUMBER]


def test_keyboard_types_as_well(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches, fingers: Any
) -> None:
    visit.ask_number("france_travail")
    fingers.keyClicks(window.number_page, "x12345679")
    fingers.keyClick(window.number_page, Qt.Key.Key_Backspace)
    fingers.keyClicks(window.number_page, "k")
    fingers.keyClick(window.number_page, Qt.Key.Key_Return)
    assert touches.heard == [EnterNumber("1234567K")]


def test_number_of_a_caller_who_walked_away_is_forgotten(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches, clock: ManualClock
) -> None:
    visit.ask_number("allocataire")
    clock.advance(IDLE_S - 1)
    type_number(window, "123")
    clock.advance(IDLE_S - 1)
    visit.tick()
    assert on_screen(window, window.number_page)
    clock.advance(1)
    visit.tick()
    assert on_screen(window, window.start_page)
    assert touches.heard == [CallerTouches.LEFT_ALONE]
    visit.ask_number("allocataire")
    assert "123" not in said(window)


def test_back_returns_to_the_services(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches
) -> None:
    visit.ask_number("allocataire")
    window.number_page.back.click()
    assert on_screen(window, window.start_page)
    assert touches.heard == [CallerTouches.LEFT_ALONE]


def test_number_is_not_kept_on_the_screen_once_the_ticket_is_there(
    visit: KioskVisit, window: KioskWindow
) -> None:
    visit.ask_number("allocataire")
    type_number(window, "1234567")
    visit.show_ticket(ticket_answer())
    assert "123 4567" not in " ".join(text.text() for text in window.findChildren(QLabel))


def test_unknown_kind_of_number_is_an_error_of_the_program(visit: KioskVisit) -> None:
    with pytest.raises(KeyError):
        visit.ask_number("passport")
