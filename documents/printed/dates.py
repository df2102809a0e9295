# SPDX-License-Identifier: GPL-3.0-only
"""Dates as people read them on paper, in the language of the screen. Used by what is
printed, by messages, and where a screen names a day in full.
"""

from __future__ import annotations

from datetime import date, datetime

from resources.texts import N_, _

_MONTHS = (
    N_("January"),
    N_("February"),
    N_("March"),
    N_("April"),
    N_("May"),
    N_("June"),
    N_("July"),
    N_("August"),
    N_("September"),
    N_("October"),
    N_("November"),
    N_("December"),
)

_WEEKDAYS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)


def long_date(day: date) -> str:
    """E.g. "2 March 2026"; French has a word for the first of a month."""
    month = _(_MONTHS[day.month - 1])
    if day.day == 1:
        return _("1 {month} {year}").format(month=month, year=day.year)
    return _("{day} {month} {year}").format(day=day.day, month=month, year=day.year)


def weekday_name(number: int) -> str:
    """Return the name of a weekday; 1 is Monday (ISO 8601)."""
    return _(_WEEKDAYS[number - 1])


def month_name(number: int) -> str:
    """Return the name of a month; 1 is January."""
    return _(_MONTHS[number - 1])


def moment(at: datetime) -> str:
    """E.g. "2 March 2026, 10:04", of the clock that `at` was read from."""
    return _("{date}, {hour}").format(date=long_date(at), hour=hour(at))


def full_moment(at: datetime) -> str:
    """E.g. "Monday 2 March 2026 at 10:04", of the clock that `at` was read from."""
    words = _("{weekday} {date} at {hour}")
    return words.format(weekday=weekday(at), date=long_date(at), hour=hour(at))


def weekday(day: date) -> str:
    """E.g. "Monday"."""
    return _(_WEEKDAYS[day.weekday()])


def full_day(at: date) -> str:
    """E.g. "Monday 2 March 2026"."""
    words = _("{weekday} {date}")
    return words.format(weekday=_(_WEEKDAYS[at.weekday()]), date=long_date(at))


def hour(at: datetime) -> str:
    """E.g. "10:04", of the clock that `at` was read from."""
    return _("{hour}:{minute}").format(hour=at.hour, minute=f"{at.minute:02}")
