# SPDX-License-Identifier: GPL-3.0-only
"""Days and hours by large buttons, some at a time."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from expert_app.kiosk.wiring.visit import KioskVisit
from session.kiosk.appointment_acts import (
    AppointmentQuestion,
    ChooseAnswer,
    Offered,
    OfferedAnswer,
    Way,
)
from tests.support.screens.kiosk_fingers import CallerTouches
from views.kiosk.window import KioskWindow

FIRST = datetime(2026, 12, 8, 10, 15, tzinfo=timezone(timedelta(hours=1)))


def days(count: int, *, goes_on: bool = False) -> AppointmentQuestion:
    at = [FIRST + timedelta(days=day) for day in range(count)]
    answers = tuple(OfferedAnswer(day.date().isoformat(), at=day) for day in at)
    return AppointmentQuestion(Offered.DAY, answers, goes_on=goes_on)


def test_days_stand_in_full_and_six_at_a_time(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches
) -> None:
    page = window.choice_page
    visit.offer(days(8))
    assert [button.words() for button in page.buttons][:2] == [
        "Tuesday 8 December 2026",
        "Wednesday 9 December 2026",
    ]
    page.others.click()
    assert [button.words() for button in page.buttons] == [
        "Monday 14 December 2026",
        "Tuesday 15 December 2026",
    ]
    page.buttons[1].click()
    assert touches.heard == [ChooseAnswer("2026-12-15")]
    page.others.click()
    assert len(page.buttons) == 6, "the first days again"


def test_later_days_are_asked_for_behind_the_last_one(
    visit: KioskVisit, window: KioskWindow, touches: CallerTouches
) -> None:
    visit.offer(days(3, goes_on=True))
    window.choice_page.others.click()
    assert touches.heard == [Way.LATER_DAYS]
    visit.offer(days(3))
    assert window.choice_page.others.isHidden()


def test_hours_are_those_of_the_site(visit: KioskVisit, window: KioskWindow) -> None:
    visit.offer(AppointmentQuestion(Offered.HOUR, (OfferedAnswer(FIRST.isoformat(), at=FIRST),)))
    assert [button.words() for button in window.choice_page.buttons] == ["10:15"]
    assert "At what time?" in window.choice_page.words()
