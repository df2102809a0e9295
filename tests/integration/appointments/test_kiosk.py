# SPDX-License-Identifier: GPL-3.0-only
"""A caller takes an appointment at the kiosk, comes at the hour and waits; the kiosk's job over a
real hub.
"""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest

import expert_app.kiosk.appointments
from session.core.clock import ManualClock
from session.kiosk.appointment_acts import (
    Asked,
    BookVisit,
    ChooseAnswer,
    Told,
    TypeAnswer,
    Way,
)
from session.kiosk.caller_acts import Step
from session.protocol.appointments.booking import Slip
from tests.support.hub_world import catalogue_text, hub_world
from tests.support.town_hall import Hall, Kiosk, PaperTray
from tests.support.waiting import until

GIVES = """letter = "D", appointments = { length_min = 30, hours = ["mon-fri 14:00-16:00"], \
agents = 1, lead_min = 60, cancel_min = 120, bring = ["Une pièce d'identité"] } }"""


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def hall(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Hall]:
    """It is Monday, 2 March 2026, 10:00 at the town hall."""
    monkeypatch.setattr(expert_app.kiosk.appointments, "SHOWN_S", 0.1)
    text = catalogue_text().replace('letter = "D" }', GIVES)
    async with hub_world(tmp_path / "hub", clock=clock, tick_s=3600, catalogue=text) as world:
        world.dossiers.now = clock.utc_now
        town_hall = Hall(world, tmp_path)
        yield town_hall
        await town_hall.close()


async def booked(kiosk: Kiosk, hour: int = 0) -> Slip:
    """The caller with number 1234567, born on 14 February 1987, takes a time of the first day."""
    app, screen = kiosk.app, kiosk.screen
    app.on_act(BookVisit("rights"))
    await until(lambda: screen.page == "offer DAY")
    assert screen.choice is not None
    app.on_act(ChooseAnswer(screen.choice.answers[0].key))
    assert screen.page == "offer HOUR"
    app.on_act(ChooseAnswer(screen.choice.answers[hour].key))
    assert screen.page == "ask NUMBER allocataire"
    app.on_act(TypeAnswer(Asked.NUMBER, "1234567"))
    app.on_act(TypeAnswer(Asked.BIRTH_DATE, "1987-02-14"))
    await until(lambda: screen.page == "tell BOOKED")
    assert screen.telling is not None
    assert screen.telling.slip is not None
    return screen.telling.slip


async def typed(kiosk: Kiosk, letters: str, page: str) -> None:
    kiosk.app.on_act(Way.EXPECTED)
    kiosk.app.on_act(TypeAnswer(Asked.LETTERS, letters))
    await until(lambda: kiosk.screen.page == page)


def ways(kiosk: Kiosk) -> tuple[Way, ...]:
    assert kiosk.screen.telling is not None
    return kiosk.screen.telling.ways


def come(clock: ManualClock, slip: Slip, minutes: float) -> None:
    at = slip.starts_at + timedelta(minutes=minutes)
    clock.advance((at - clock.utc_now()).total_seconds())


async def test_a_caller_books_comes_at_the_hour_and_waits(hall: Hall, clock: ManualClock) -> None:
    tray = PaperTray()
    kiosk = await hall.kiosk(printer=tray)
    await until(lambda: kiosk.screen.bookable == frozenset({"rights"}))
    slip = await booked(kiosk)
    assert (f"{slip.starts_at:%a %H:%M}", slip.bring) == ("Mon 14:00", ("Une pièce d'identité",))
    kiosk.app.on_act(Way.PRINT)
    await until(lambda: len(tray.printed) == 1)
    with pikepdf.open(io.BytesIO(tray.printed[0])) as sheet:
        assert len(sheet.pages) == 1
    kiosk.app.on_act(Way.DONE)
    assert kiosk.screen.page == "start"

    await typed(kiosk, "000000", "tell UNKNOWN")
    assert ways(kiosk) == (Way.AGAIN, Way.QUEUE)
    await typed(kiosk, slip.code, "tell EARLY")
    assert ways(kiosk) == (Way.CHECK_IN, Way.COME_BACK, Way.MOVE, Way.CANCEL)
    come(clock, slip, -10)
    await typed(kiosk, slip.code, "tell WELCOME")
    assert ways(kiosk) == (Way.CHECK_IN,)
    kiosk.app.on_act(Way.CHECK_IN)
    await until(lambda: kiosk.screen.page == "waiting")
    assert hall.tickets() == [kiosk.screen.ticket]
    other = await hall.kiosk("kiosk2")
    await typed(other, slip.code, "tell USED")
    assert ways(other) == (Way.QUEUE,)


async def test_without_the_slip_by_number_and_birth_date_and_on_another_day(
    hall: Hall, clock: ManualClock
) -> None:
    kiosk = await hall.kiosk()
    await until(lambda: bool(kiosk.screen.bookable))
    slip = await booked(kiosk)
    come(clock, slip, 24 * 60)
    kiosk.app.on_act(Way.EXPECTED)
    kiosk.app.on_act(Way.NO_SLIP)
    assert kiosk.screen.page == "ask NUMBER allocataire"
    kiosk.app.on_act(TypeAnswer(Asked.NUMBER, "1234567"))
    kiosk.app.on_act(Step.BACK)
    assert kiosk.screen.page == "ask NUMBER allocataire"
    kiosk.app.on_act(TypeAnswer(Asked.NUMBER, "1234567"))
    kiosk.app.on_act(TypeAnswer(Asked.BIRTH_DATE, "1987-02-14"))
    await until(lambda: kiosk.screen.page == "tell OTHER_DAY")
    assert Way.BOOK in ways(kiosk)
    kiosk.app.on_act(Way.BOOK)
    await until(lambda: kiosk.screen.page == "offer DAY")


async def test_an_appointment_is_moved_and_cancelled(hall: Hall) -> None:
    kiosk = await hall.kiosk()
    await until(lambda: bool(kiosk.screen.bookable))
    slip = await booked(kiosk)
    await typed(kiosk, slip.code, "tell EARLY")
    kiosk.app.on_act(Way.MOVE)
    await until(lambda: kiosk.screen.page == "offer DAY")
    assert kiosk.screen.choice is not None
    kiosk.app.on_act(ChooseAnswer(kiosk.screen.choice.answers[1].key))
    kiosk.app.on_act(ChooseAnswer(kiosk.screen.choice.answers[0].key))
    await until(lambda: kiosk.screen.page == "tell BOOKED")
    assert kiosk.screen.telling is not None
    moved = kiosk.screen.telling.slip
    assert moved is not None
    assert (moved.code, f"{moved.starts_at:%a %H:%M}") == (slip.code, "Tue 14:00")

    await typed(kiosk, slip.code, "tell OTHER_DAY")
    kiosk.app.on_act(Way.CANCEL)
    assert kiosk.screen.page == "tell CANCEL_ASKED"
    kiosk.app.on_act(Way.KEEP)
    assert kiosk.screen.page == "tell OTHER_DAY"
    kiosk.app.on_act(Way.CANCEL)
    kiosk.app.on_act(Way.CANCEL_REALLY)
    await until(lambda: kiosk.screen.page == "tell CANCELLED_NOW")
    await typed(kiosk, slip.code, "tell CANCELLED")
    assert ways(kiosk) == (Way.BOOK, Way.QUEUE)


async def test_of_two_who_want_the_last_time_one_reads_the_next_ones(hall: Hall) -> None:
    kiosk, other = await hall.kiosk(), await hall.kiosk("kiosk2")
    await until(lambda: bool(kiosk.screen.bookable and other.screen.bookable))
    other.app.on_act(BookVisit("rights"))
    await until(lambda: other.screen.page == "offer DAY")
    assert other.screen.choice is not None
    other.app.on_act(ChooseAnswer(other.screen.choice.answers[0].key))
    other.app.on_act(ChooseAnswer(other.screen.choice.answers[0].key))
    await booked(kiosk)
    other.app.on_act(Way.NO_NUMBER)
    other.app.on_act(TypeAnswer(Asked.FAMILY_NAME, "GARANCE"))
    other.app.on_act(TypeAnswer(Asked.GIVEN_NAMES, "ÉLOÏSE"))
    other.app.on_act(TypeAnswer(Asked.BIRTH_DATE, "1987-02-14"))
    await until(lambda: other.screen.page == "offer INSTEAD")
    other.app.on_act(ChooseAnswer(other.screen.choice.answers[0].key))
    await until(lambda: other.screen.page == "tell BOOKED")


async def test_who_waits_and_books_keeps_the_place_until_saying_otherwise(hall: Hall) -> None:
    kiosk = await hall.kiosk()
    await until(lambda: bool(kiosk.screen.bookable))
    ticket = await hall.waiting(kiosk)
    await booked(kiosk)
    assert ways(kiosk) == (Way.STAY, Way.LEAVE)
    assert hall.tickets() == [ticket]
    kiosk.app.on_act(Way.LEAVE)
    await until(lambda: hall.tickets() == [])
    assert kiosk.screen.page == "start"


async def test_a_hub_that_is_away_is_said_and_the_question_stays(hall: Hall) -> None:
    kiosk = await hall.kiosk()
    await until(lambda: bool(kiosk.screen.bookable))
    kiosk.app.on_act(Way.EXPECTED)
    await hall.world.stop_hub()
    kiosk.app.on_act(TypeAnswer(Asked.LETTERS, "K7M2PX"))
    await until(lambda: "hub_unreachable" in kiosk.screen.troubles)
    assert kiosk.screen.page == "ask LETTERS"
    kiosk.app.appointments.forget()
    assert kiosk.screen.telling is not None
    assert kiosk.screen.telling.told is Told.MOMENT
