# SPDX-License-Identifier: GPL-3.0-only
"""Letters, a birth date and a name, typed with a finger, a keyboard or a code reader."""

from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtCore import Qt

from expert_app.kiosk.wiring.visit import IDLE_S, KioskVisit
from session.core.clock import ManualClock
from session.kiosk.appointment_acts import Asked, TypeAnswer, Way
from session.protocol.appointments.booking import QR_START
from tests.support.screens.kiosk_fingers import CallerTouches, on_screen, said
from views.kiosk.appointments.typing import written_birth_date
from views.kiosk.window import KioskWindow


def press(window: KioskWindow, text: str) -> None:
    for character in text:
        window.typing_page.keys[character].click()


def test_letters_are_sent_once_all_six_are_there(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches
) -> None:
    visit.ask_words(Asked.LETTERS, "")
    press(window, "K7M2P")
    assert "K7M-2P_" in said(window)
    assert not window.typing_page.send.isEnabled()
    press(window, "X3")
    window.typing_page.send.click()
    assert touches.heard == [TypeAnswer(Asked.LETTERS, "K7M2PX")]


def test_a_keyboard_may_type_small_letters_and_look_alikes(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches, fingers: Any
) -> None:
    visit.ask_words(Asked.LETTERS, "")
    fingers.keyClicks(window.typing_page, "k7m-olx")
    fingers.keyClick(window.typing_page, Qt.Key.Key_Return)
    assert touches.heard == [TypeAnswer(Asked.LETTERS, "K7M01X")]


def test_a_code_reader_types_the_letters_and_they_are_sent_by_themselves(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches, fingers: Any
) -> None:
    visit.ask_words(Asked.LETTERS, "")
    press(window, "AB")
    fingers.keyClicks(window.typing_page, f"{QR_START}K7M2PX")
    assert touches.heard == [TypeAnswer(Asked.LETTERS, "K7M2PX")]


@pytest.mark.parametrize(
    ("digits", "written"),
    [
        ("05031950", "1950-03-05"),
        ("00001957", "1957"),
        ("31021950", ""),
        ("05031", ""),
        ("05030950", ""),
    ],
)
def test_a_birth_date_is_one_of_a_calendar(digits: str, written: str) -> None:
    assert written_birth_date(digits) == written


def test_a_birth_date_that_is_none_is_said_and_can_be_corrected(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches
) -> None:
    visit.ask_words(Asked.BIRTH_DATE, "")
    press(window, "31021950")
    assert "There is a mistake in this date" in said(window)
    window.typing_page.erase.click()
    assert "There is a mistake" not in said(window)
    window.typing_page.clear()
    press(window, "28021951")
    window.typing_page.send.click()
    assert touches.heard == [TypeAnswer(Asked.BIRTH_DATE, "1951-02-28")]
    assert "1951" not in " ".join(window.typing_page.words()), "it is never said aloud"


def test_a_name_is_typed_with_accents(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches
) -> None:
    visit.ask_words(Asked.FAMILY_NAME, "")
    press(window, "LE GOËFF-'")
    window.typing_page.send.click()
    assert touches.heard == [TypeAnswer(Asked.FAMILY_NAME, "LE GOËFF")]


def test_the_number_pad_leads_on_to_a_name(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches
) -> None:
    visit.ask_words(Asked.NUMBER, "allocataire")
    window.number_page.skip.click()
    for digit in "1234567":
        window.number_page.pad.digits.keys[digit].click()
    window.number_page.send.click()
    assert touches.heard == [Way.NO_NUMBER, TypeAnswer(Asked.NUMBER, "1234567")]


def test_what_was_typed_is_gone_when_nobody_touches_the_screen(
    visit: KioskVisit, window: KioskWindow, clock: ManualClock
) -> None:
    left: list[bool] = []
    visit.appointment_left.connect(lambda: left.append(True))
    visit.ask_words(Asked.LETTERS, "")
    press(window, "K7M")
    window.bar.language.click()
    clock.advance(IDLE_S - 1)
    visit.tick()
    assert left == []
    clock.advance(2)
    visit.tick()
    assert on_screen(window, window.typing_page), "back from the page of languages"
    assert "K7M" in said(window)
    clock.advance(IDLE_S + 1)
    visit.tick()
    assert on_screen(window, window.start_page)
    assert left == [True]
    visit.ask_words(Asked.LETTERS, "")
    assert "K7M" not in said(window)
