# SPDX-License-Identifier: GPL-3.0-only
"""Times of appointments by the wall's clock: opening hours, holidays, changes of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from session.core.appointment_model import TakenSpan
from session.hub.appointments.slots import Grid, TakenTimes, free_slots, last_day
from session.hub.convention.appointment_entries import AppointmentEntry, DatedSlots
from session.hub.opening_hours.rules import Hours, Span
from session.hub.opening_hours.weekly_hours import week

PARIS = ZoneInfo("Europe/Paris")


def grid(
    *lines: str,
    length_min: int = 30,
    opening: str = "mon-sun 00:00-24:00",
    dated: list[DatedSlots] | None = None,
    closed: date | None = None,
) -> Grid:
    entry = AppointmentEntry(length_min=length_min, hours=list(lines), dated=dated or [])
    closures = (Span(closed, closed),) if closed is not None else ()
    hours = Hours(zone=PARIS, week=week([opening]), regions=("FR",), closures=closures)
    return Grid(entry, hours)


def clock_times(times: Grid, day: date) -> list[str]:
    return [f"{start:%H:%M}" for start in times.of_day(day)]


def test_times_that_do_not_fit_into_the_opening_hours_are_not_given() -> None:
    times = grid("mon-fri 11:00-14:30", opening="mon-fri 08:30-12:00,13:30-17:00")
    assert clock_times(times, date(2026, 3, 2)) == ["11:00", "11:30", "13:30", "14:00"]


def test_without_times_of_its_own_a_service_gives_its_opening_hours() -> None:
    times = grid(opening="mon-fri 09:00-10:10")
    assert clock_times(times, date(2026, 3, 2)) == ["09:00", "09:30"]


def test_public_holidays_and_closures_give_none() -> None:
    assert clock_times(grid("mon-sun 09:00-10:00"), date(2026, 5, 1)) == []
    closed = grid("mon-sun 09:00-10:00", closed=date(2026, 3, 3))
    assert clock_times(closed, date(2026, 3, 3)) == []


def test_a_dated_day_is_not_as_the_week_says() -> None:
    dated = [
        DatedSlots(first=date(2026, 3, 2), hours="14:00-15:00"),
        DatedSlots(first=date(2026, 3, 9), last=date(2026, 3, 10)),
    ]
    times = grid("mon-sun 09:00-10:00", dated=dated)
    assert clock_times(times, date(2026, 3, 2)) == ["14:00", "14:30"]
    assert clock_times(times, date(2026, 3, 10)) == []
    assert clock_times(times, date(2026, 3, 11)) == ["09:00", "09:30"]


def test_an_hour_that_does_not_exist_is_left_out_and_one_that_comes_twice_is_given_once() -> None:
    times = grid("sun 01:00-04:00", length_min=60)
    spring = list(times.of_day(date(2026, 3, 29)))
    assert [f"{start:%H:%M%z}" for start in spring] == ["01:00+0100", "03:00+0200"]
    autumn = list(times.of_day(date(2026, 10, 25)))
    assert [f"{start:%H:%M%z}" for start in autumn] == ["01:00+0200", "02:00+0200", "03:00+0100"]
    assert all(times.has(start.astimezone(UTC)) for start in (*spring, *autumn))


def test_the_last_time_of_a_day_ends_at_midnight() -> None:
    assert clock_times(grid("mon 23:00-24:00"), date(2026, 3, 2)) == ["23:00", "23:30"]


def test_an_appointment_of_another_length_still_holds_its_time() -> None:
    times = grid("mon 09:00-11:00")
    nine = datetime(2026, 3, 2, 9, 15, tzinfo=PARIS).astimezone(UTC)
    taken = TakenTimes([TakenSpan(nine, nine + timedelta(minutes=45))])
    free = free_slots(
        times,
        [date(2026, 3, 2)],
        taken=taken,
        room=lambda start, end: 1,
        now=datetime(2026, 3, 1, 9, 0, tzinfo=UTC),
    )
    assert [f"{slot.start:%H:%M}" for slot in free] == ["10:00", "10:30"]


def test_nothing_is_free_sooner_or_further_than_the_convention_says() -> None:
    times = grid("mon-sun 09:00-11:00")
    now = datetime(2026, 3, 2, 7, 15, tzinfo=UTC)  # 8:15 at the site, two hours ahead
    days = [date(2026, 3, 2) + timedelta(days=step) for step in range(100)]
    free = list(free_slots(times, days, taken=TakenTimes([]), room=lambda start, end: 1, now=now))
    assert f"{free[0].start:%d %H:%M}" == "02 10:30"
    assert last_day(times, now) == date(2026, 5, 1)  # a public holiday
    assert free[-1].start.date() == date(2026, 4, 30)
