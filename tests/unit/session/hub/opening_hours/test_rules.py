# SPDX-License-Identifier: GPL-3.0-only
"""When a service is open: weekly slots, public holidays, closures, exceptional openings, both
changes of the clock.
"""

from __future__ import annotations

import random
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from session.hub.opening_hours.rules import Hours, Opening, Span, by_language, french, opening
from session.hub.opening_hours.weekly_hours import SlotWrong, slots, week, wrong_lines

PARIS = ZoneInfo("Europe/Paris")
OFFICE = week(["mon-fri 08:30-12:00,13:30-17:00", "sat 09:00-12:00"])


def at(hours: Hours, when: str) -> Opening:
    """The opening at a local time of the site."""
    return opening(hours, datetime.fromisoformat(when).replace(tzinfo=hours.zone))


def told(moment: datetime | None) -> str:
    return moment.isoformat() if moment is not None else ""


def test_it_is_open_from_the_first_minute_to_the_last_and_closed_at_noon() -> None:
    hours = Hours(PARIS, OFFICE)
    assert not at(hours, "2026-03-02 08:29").is_open
    assert told(at(hours, "2026-03-02 08:30").closes_at) == "2026-03-02T12:00:00+01:00"
    noon = at(hours, "2026-03-02 12:00")
    assert (noon.is_open, told(noon.opens_at)) == (False, "2026-03-02T13:30:00+01:00")
    assert told(at(hours, "2026-03-07 12:00").opens_at) == "2026-03-09T08:30:00+01:00"


def test_the_answer_holds_until_the_next_change_or_midnight() -> None:
    hours = Hours(PARIS, OFFICE)
    assert at(hours, "2026-03-02 09:00").until_utc == datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
    assert at(hours, "2026-03-02 18:00").until_utc == datetime(2026, 3, 2, 23, 0, tzinfo=UTC)


def test_slots_that_touch_are_one() -> None:
    hours = Hours(PARIS, week(["mon 08:00-12:00,12:00-24:00", "tue 00:00-03:00"]))
    assert told(at(hours, "2026-03-02 09:00").closes_at) == "2026-03-03T03:00:00+01:00"


@pytest.mark.parametrize(
    ("region", "day", "is_open"),
    [
        ("FR", "2026-04-06 10:00", False),  # Easter Monday
        ("FR", "2026-04-03 10:00", True),  # Good Friday: Alsace-Moselle only
        ("FR-57", "2026-04-03 10:00", False),
        ("FR", "2026-05-27 10:00", True),  # abolition of slavery: Guadeloupe
        ("FR-971", "2026-05-27 10:00", False),
        ("FR", "2027-05-01 10:00", False),  # another year, a Saturday
    ],
)
def test_public_holidays_of_the_region_close(region: str, day: str, is_open: bool) -> None:
    assert at(Hours(PARIS, OFFICE, (region,)), day).is_open is is_open


def test_a_service_without_hours_is_always_open_but_for_closures() -> None:
    hours = Hours(
        PARIS, None, ("FR",), closures=(Span(date(2026, 5, 4), date(2026, 5, 5), "Travaux"),)
    )
    holiday = at(hours, "2026-05-01 03:00")
    assert (holiday.is_open, told(holiday.closes_at)) == (True, "2026-05-04T00:00:00+02:00")
    closed = at(hours, "2026-05-04 10:00")
    assert (closed.is_open, told(closed.opens_at), closed.message) == (
        False,
        "2026-05-06T00:00:00+02:00",
        "Travaux",
    )
    assert at(Hours(PARIS), "2026-05-04 10:00").closes_at is None


def test_an_exceptional_opening_beats_a_holiday_and_a_closure_beats_it() -> None:
    sunday, first_of_may = date(2026, 11, 29), date(2026, 5, 1)
    openings = tuple(
        Span(day, day, "Portes ouvertes", slots("10:00-16:00")) for day in (sunday, first_of_may)
    )
    hours = Hours(PARIS, OFFICE, ("FR",), openings=openings)
    assert told(at(hours, "2026-11-29 10:00").closes_at) == "2026-11-29T16:00:00+01:00"
    assert at(hours, "2026-05-01 10:00").message == "Portes ouvertes"
    closed = Hours(PARIS, OFFICE, openings=openings, closures=(Span(sunday, sunday),))
    assert told(at(closed, "2026-11-29 11:00").opens_at) == "2026-11-30T08:30:00+01:00"


@pytest.mark.parametrize(
    ("sunday", "before", "after"),
    [("2026-03-29", "+01:00", "+02:00"), ("2026-10-25", "+02:00", "+01:00")],
)
def test_the_wall_clock_counts_at_both_changes_of_the_year(
    sunday: str, before: str, after: str
) -> None:
    hours = Hours(PARIS, OFFICE)
    friday = at(hours, f"{sunday[:8]}{int(sunday[8:]) - 2} 16:00")
    assert told(friday.closes_at).endswith(f"T17:00:00{before}")
    assert told(at(hours, f"{sunday} 12:00").opens_at).endswith(f"T08:30:00{after}")


def test_a_slot_over_the_change_itself_is_an_hour_shorter_or_longer() -> None:
    night = Hours(PARIS, week(["sun 01:00-04:00"]))
    for day, hours_open in (("2026-03-29", 2), ("2026-10-25", 4)):
        begins = at(night, f"{day} 00:30").opens_at
        ends = at(night, f"{day} 01:00").closes_at
        assert begins is not None
        assert ends is not None
        assert (ends.astimezone(UTC) - begins.astimezone(UTC)).total_seconds() == hours_open * 3600
    twice = Hours(PARIS, week(["sun 02:15-02:45"]))
    assert opening(twice, datetime(2026, 10, 25, 1, 30, tzinfo=UTC)).is_open  # the second 02:30
    missing = at(twice, "2026-03-29 01:00")
    assert told(missing.opens_at) == "2026-03-29T03:15:00+02:00"


def test_overseas_sites_have_their_own_clock() -> None:
    reunion = Hours(ZoneInfo("Indian/Reunion"), OFFICE)
    assert opening(reunion, datetime(2026, 3, 2, 5, 0, tzinfo=UTC)).is_open
    assert not opening(Hours(PARIS, OFFICE), datetime(2026, 3, 2, 5, 0, tzinfo=UTC)).is_open


def test_every_answer_is_the_walls_and_holds_until_it_says() -> None:
    chance = random.Random(7)
    hours = Hours(
        PARIS,
        week(["mon-fri 08:30-12:00,13:30-17:00", "sat 22:00-24:00", "sun 00:00-03:30,04:00-05:00"]),
        ("FR",),
        closures=(Span(date(2026, 3, 27), date(2026, 3, 27)),),
        openings=(Span(date(2026, 5, 1), date(2026, 5, 1), "", slots("10:00-11:00")),),
    )
    starts = [
        datetime(2026, month, day, tzinfo=UTC)
        for month, day in ((3, 26), (10, 22), (4, 30), (12, 24))
    ]
    for _ in range(400):
        now = chance.choice(starts) + timedelta(seconds=chance.randrange(5 * 24 * 3600))
        found, wall = opening(hours, now), now.astimezone(PARIS)
        minute = wall.hour * 60 + wall.minute
        by_the_wall = any(
            slot.begins_min <= minute < slot.ends_min for slot in hours.slots(wall.date())
        )
        assert found.is_open is by_the_wall, wall
        assert found.until_utc > now
        just_before = opening(hours, found.until_utc - timedelta(seconds=1))
        assert (just_before.is_open, just_before.closes_at, just_before.opens_at) == (
            found.is_open,
            found.closes_at,
            found.opens_at,
        )
        if found.closes_at is not None:
            assert not opening(hours, found.closes_at).is_open
        if found.opens_at is not None:
            assert opening(hours, found.opens_at).is_open


def test_never_open_ends_and_says_so() -> None:
    never = at(Hours(PARIS, week([])), "2026-03-02 10:00")
    assert (never.is_open, never.opens_at) == (False, None)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("mon-fri 22:00-02:00", "slot_backwards"),
        ("mon-fri 12:00-12:00", "slot_backwards"),
        ("mon 08:00-12:00,11:59-14:00", "slots_overlap"),
        ("lun 08:00-12:00", "hours_unreadable"),
        ("fri-mon 08:00-12:00", "hours_unreadable"),
        ("mon 8:00-12:00", "hours_unreadable"),
        ("mon 08:61-12:00", "hours_unreadable"),
        ("mon 08:00-24:01", "hours_unreadable"),
        ("mon", "hours_unreadable"),
        ("", "hours_unreadable"),
    ],
)
def test_hours_that_cannot_be_are_refused(line: str, code: str) -> None:
    with pytest.raises(SlotWrong) as caught:
        week([line])
    assert caught.value.code == code


def test_every_wrong_line_is_named_and_lines_that_overlap_each_other_too() -> None:
    assert [
        wrong.code for wrong in wrong_lines(["mon 12:00-08:00", "tue 9-10", "wed 08:00-09:00"])
    ] == [
        "slot_backwards",
        "hours_unreadable",
    ]
    [overlap] = wrong_lines(["mon-fri 08:00-12:00", "wed 11:00-13:00"])
    assert (overlap.code, overlap.text) == ("slots_overlap", "wed 08:00-12:00, 11:00-13:00")


def test_sentences_have_a_french_one_first() -> None:
    assert french({"en": "Closed", "fr": "Fermé"}) == "Fermé"
    assert (french("Fermé"), by_language("Fermé"), by_language("")) == (
        "Fermé",
        {"fr": "Fermé"},
        {},
    )
    assert french({"en": "Closed"}) == "Closed"


def test_one_country_is_loaded_and_not_all_of_the_world() -> None:
    code = (
        "import session.hub.opening_hours.rules as r, sys; r.know_holidays(); print(*sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert [name for name in loaded if name.startswith("holidays.countries.")] == [
        "holidays.countries.france"
    ]
