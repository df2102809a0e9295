# SPDX-License-Identifier: GPL-3.0-only
"""A birth date as an agent types it, and a day as it is shown: day, month, year. Used by the cards
of desk and board.
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from resources.texts import N_
from session.core.birth_date import PATTERN, birth_date, earliest_day

OLDEST_YEARS = 130

_DAY_FIRST = re.compile(r"(\d{1,2})[\s/.-]+(\d{1,2})[\s/.-]+(\d{2}|\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_TOGETHER = re.compile(r"(\d{2})(\d{2})(\d{4})")


class DateFlaw(StrEnum):
    """Why a text is not a birth date."""

    MISSING = "missing"
    NOT_A_DATE = "not_a_date"
    SHORT_YEAR = "short_year"
    NO_SUCH_DAY = "no_such_day"
    FUTURE = "future"
    TOO_OLD = "too_old"


FLAWS: dict[DateFlaw, str] = {
    DateFlaw.MISSING: N_("Ask for the birth date: a name alone finds nobody."),
    DateFlaw.NOT_A_DATE: N_("Write day, month and year, for example 14/05/1988."),
    DateFlaw.SHORT_YEAR: N_("Write the year with four figures, for example 14/05/1988."),
    DateFlaw.NO_SUCH_DAY: N_("This day does not exist. Write 00 for a day or month not known."),
    DateFlaw.FUTURE: N_("This day is still to come. Check the year."),
    DateFlaw.TOO_OLD: N_("Nobody alive was born on this day. Check the year."),
}
"""What is wrong, and what to do."""


class BirthDay(NamedTuple):
    """A date, ISO 8601, or what is wrong with what was typed."""

    born_on: str = ""
    flaw: DateFlaw | None = None


def read_birth_date(typed: str, today: date) -> BirthDay:
    """Understand "14/05/1988", also with dots, hyphens or spaces, "14051988" and "1988-05-14";
    zeros for a day or month that nobody knows ("00/00/1957").
    """
    text = typed.strip()
    if not text:
        return BirthDay(flaw=DateFlaw.MISSING)
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day = match.groups()
    elif match := _DAY_FIRST.fullmatch(text) or _TOGETHER.fullmatch(text):
        day, month, year = match.groups()
    else:
        return BirthDay(flaw=DateFlaw.NOT_A_DATE)
    if len(year) == 2:
        return BirthDay(flaw=DateFlaw.SHORT_YEAR)
    try:
        born_on = birth_date(int(year), int(month), int(day))
    except ValueError:
        return BirthDay(flaw=DateFlaw.NO_SUCH_DAY)
    if earliest_day(born_on) > today:
        return BirthDay(flaw=DateFlaw.FUTURE)
    if int(year) < today.year - OLDEST_YEARS:
        return BirthDay(flaw=DateFlaw.TOO_OLD)
    return BirthDay(born_on)


def french_day(text: str) -> str:
    """Return a date as French readers write it, zeros where nobody knows day or month; text that
    is no date stays as it is.
    """
    if not re.fullmatch(PATTERN, text):
        return text
    year, month, day = (text + "0000-00-00"[len(text) :]).split("-")
    return f"{day}/{month}/{year}"
