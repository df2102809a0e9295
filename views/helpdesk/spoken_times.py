# SPDX-License-Identifier: GPL-3.0-only
"""What a sentence says of time: "mardi dernier entre 10 et 11 h", "il y a une heure", "depuis lundi
matin". Pure; used by the language of the filter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from views.helpdesk.spoken_words import ABOUT, about

LATELY = timedelta(hours=3)
""" "Tout à l'heure"."""

DAY_MIN = 24 * 60

_WEEKDAYS = (
    "lundi|monday",
    "mardi|tuesday",
    "mercredi|wednesday",
    "jeudi|thursday",
    "vendredi|friday",
    "samedi|saturday",
    "dimanche|sunday",
)
_MONTHS = (
    "janvier|january",
    "fevrier|february",
    "mars|march",
    "avril|april",
    "mai|may",
    "juin|june",
    "juillet|july",
    "aout|august",
    "septembre|september",
    "octobre|october",
    "novembre|november",
    "decembre|december",
)
_NUMBERS = ("un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix")
_PARTS_OF_DAY = {r"matin(?:ee)?|morning": (0, 12), r"§|afternoon": (12, 18)}
_PARTS_OF_DAY |= {r"soir(?:ee)?|evening": (18, 24)}
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "j": timedelta(days=1)}
_UNITS |= {"d": timedelta(days=1), "s": timedelta(days=7), "w": timedelta(days=7)}

_SIMPLER = (
    (r"’", "'"),
    (r"\bapres[- ]midi\b", "§"),
    (r"\b(?:midi|noon)\b", "12 h"),
    (r"\bminuit\b", "0 h"),
    (r"\bune\b(?=\s+(?:heure|minute|semaine))", "1"),
    *(
        (rf"\b{word}\b(?=\s+(?:heure|minute|jour|semaine))", str(n))
        for n, word in enumerate(_NUMBERS, 1)
    ),
    (r"(?<=\d)\s*heures?\b", " h"),
    (r"(?<=\d h) et quart\b", " 15"),
    (r"(?<=\d h) et demie?\b", " 30"),
)
"""What is said in several ways -> one of them. The afternoon has a sign of its own: it is no noon.
"""

_CLOCK = r"(\d{1,2})\s?(?:h|:)\s?([0-5]\d)?(?!\w)"
_BARE = r"(\d{1,2})\s?(?:h|:)?\s?([0-5]\d)?(?!\w)"
_BETWEEN = re.compile(rf"\b(?:entre|between|de|from)\s+{_BARE}\s+(?:et|and|a|to)\s+{_BARE}")
_SPAN = re.compile(rf"(?<!\w){_CLOCK}\s?-\s?{_BARE}")
_FROM = re.compile(rf"\b(?:apres|after|des|depuis|since|a partir de)\s+{_CLOCK}")
_UNTIL = re.compile(rf"\b(?:avant|before|jusqu'?a)\s+{_CLOCK}")
_AT = re.compile(rf"(?:\b(?:vers|a|autour de|about|around|at)\s+)?(?<!\w){_CLOCK}")
_AGO = re.compile(
    r"\bil y a (?:environ )?(\d{1,3}) ?(m|h|j|s)\w*"
    r"|\b(\d{1,3}) (m|h|d|w)(?:in\w*|our\w*|ay\w*|eek\w*) ago\b"
)
_SINCE = re.compile(r"\b(?:depuis|since)(?: l[ea])?\s*$")
_LITTLE = re.compile(r"\b(?:le|la|du|on|the|au|cette|ce|this)\s*$")


class SpokenTimes(NamedTuple):
    """What a sentence says of time.

    Attributes:
        rest: the other words.
        since, until: the days, or the moments, that were said; None where that end is open.
        hours: times of each of these days, from and to, in minutes after midnight.
    """

    rest: str
    since: datetime | None = None
    until: datetime | None = None
    hours: tuple[int, int] | None = None


def spoken_times(text: str, now: datetime) -> SpokenTimes:
    """Return what a sentence says of day and hour, and its other words."""
    reading = _Reading(_simple(text), now)
    for read in (reading.ago, reading.clock, reading.days, reading.part_of_day):
        read()
    if reading.since is None and reading.until is None and reading.hours == (None, None):
        return SpokenTimes(" ".join(text.split()))
    rest = reading.text.replace("§", "apres-midi")
    return SpokenTimes(" ".join(rest.split()), reading.since, reading.until, reading.span())


def _simple(text: str) -> str:
    """Small letters without accents, and one way to say what has several."""
    apart = unicodedata.normalize("NFD", text.lower())
    simple = "".join(letter for letter in apart if not unicodedata.combining(letter))
    for form, one in _SIMPLER:
        simple = re.sub(form, one, simple)
    return simple


class _Reading:
    """Takes out of a text what it says of time, one kind after the other.

    Attributes:
        text: what is left.
        hours: from and to, each in minutes after midnight where it was said.
    """

    def __init__(self, text: str, now: datetime) -> None:
        self.text = text
        self._now = now
        self.since: datetime | None = None
        self.until: datetime | None = None
        self.hours: tuple[int | None, int | None] = (None, None)
        self._today = now.replace(hour=0, minute=0, second=0, microsecond=0)

    def span(self) -> tuple[int, int] | None:
        """The hours, where any were said."""
        first, last = self.hours
        if first is None and last is None:
            return None
        return (first or 0, last or DAY_MIN)

    def ago(self) -> None:
        """Take "il y a une heure" and "tout à l'heure"."""
        if self._take(r"\btout a l'heure\b") is not None:
            self.since = self._now - LATELY
        if (found := self._take(_AGO)) is None:
            return
        number, unit = int(found[1] or found[3]), found[2] or found[4]
        at = self._now - number * _UNITS[unit]
        if unit in "mh":
            self.since = at - ABOUT
            self.until = min(self._now, at + ABOUT)
        else:
            self._set_days(_midnight(at))

    def clock(self) -> None:
        """Take times of the clock."""
        if (found := self._take(_BETWEEN) or self._take(_SPAN)) is not None:
            first, last = _minute(found[1], found[2]), _minute(found[3], found[4])
            if first is not None and last is not None and first < last:
                self.hours = (first, last)
                return
        if (found := self._take(_FROM)) is not None:
            self.hours = (_minute(found[1], found[2]), None)
        if (found := self._take(_UNTIL)) is not None:
            self.hours = (self.hours[0], _minute(found[1], found[2]))
        if self.hours == (None, None) and (found := self._take(_AT)) is not None:
            minute = _minute(found[1], found[2])
            if minute is not None:
                self.hours = about(minute)

    def days(self) -> None:
        """Take a day, a week or a month."""
        if self.since is not None:
            return
        for form, days in _DAYS:
            before = self.text
            found = self._take(form)
            if found is None:
                continue
            said = days(found, self._today)
            if said is None:
                self.text = before
                continue
            self.since, self.until = said
            if (since := _SINCE.search(before[: found.start()])) is not None:
                self.until = None
                self.text = self.text[: since.start()] + self.text[since.end() :]
            return

    def part_of_day(self) -> None:
        """Take the morning of a day."""
        if self.since is None:
            return
        for form, (first, last) in _PARTS_OF_DAY.items():
            if self._take(rf"(?<!\w)(?:{form})(?!\w)") is None or self.hours != (None, None):
                continue
            if self.until is None:
                self.since += timedelta(hours=first)
            else:
                self.hours = (60 * first, 60 * last)

    def _set_days(self, day: datetime) -> None:
        self.since = day
        self.until = day + timedelta(days=1)

    def _take(self, form: str | re.Pattern[str]) -> re.Match[str] | None:
        found = re.search(form, self.text)
        if found is not None:
            before = _LITTLE.sub("", self.text[: found.start()])
            self.text = f"{before} {self.text[found.end() :]}"
        return found


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def _minute(hour: str, minute: str | None) -> int | None:
    if int(hour) <= 24:
        return 60 * int(hour) + int(minute or 0)
    return None


# ---- days


type _Days = tuple[datetime, datetime | None]


def _one(day: datetime) -> _Days:
    return day, day + timedelta(days=1)


def _weekday(found: re.Match[str], today: datetime) -> _Days:
    """The last one that was; today's own name is today, unless it is the last one."""
    place = next(n for n, names in enumerate(_WEEKDAYS) if found[2] in names.split("|"))
    back = (today.weekday() - place) % 7
    return _one(today - timedelta(days=7 if not back and (found[1] or found[3]) else back))


def _date(day: str, month: int, year: str | None, today: datetime) -> _Days | None:
    """A day of this year, or of the one before where it is still to come."""
    try:
        at = today.replace(year=int(year or today.year), month=month, day=int(day))
        return _one(at.replace(year=at.year - 1) if at > today and not year else at)
    except ValueError:
        return None


def _month_of(name: str) -> int:
    return next(n for n, names in enumerate(_MONTHS, 1) if name in names.split("|"))


def _day_of_month(found: re.Match[str], today: datetime) -> _Days | None:
    if int(found[1]) <= today.day:
        month = today
    else:
        month = today.replace(day=1) - timedelta(days=1)
    try:
        return _one(month.replace(day=int(found[1])))
    except ValueError:
        return None


def _last_month(_found: re.Match[str], today: datetime) -> _Days:
    first = today.replace(day=1)
    return (first - timedelta(days=1)).replace(day=1), first


def _last_week(_found: re.Match[str], today: datetime) -> _Days:
    monday = today - timedelta(days=today.weekday())
    return monday - timedelta(days=7), monday


def _ago(days: int) -> Callable[[re.Match[str], datetime], _Days]:
    return lambda _found, today: _one(today - timedelta(days=days))


_ANY_WEEKDAY, _ANY_MONTH = "|".join(_WEEKDAYS), "|".join(_MONTHS)
_DAYS: tuple[tuple[str, Callable[[re.Match[str], datetime], _Days | None]], ...] = (
    (r"\bavant[- ]hier\b", _ago(2)),
    (r"\b(?:hier|yesterday)\b", _ago(1)),
    (r"\b(?:aujourd'?hui|today|(?:ce|cet|this)(?= (?:matin|§|soir|morning|aft|eve)))", _ago(0)),
    (r"\b(?:semaine (?:derniere|passee)|last week)\b", _last_week),
    (
        r"\b(?:cette semaine|this week)\b",
        lambda _found, today: (today - timedelta(days=today.weekday()), None),
    ),
    (r"\b(?:mois (?:dernier|passe)|last month)\b", _last_month),
    (r"\b(?:ce mois|this month)\b", lambda _found, today: (today.replace(day=1), None)),
    (rf"\b(?:(last) )?({_ANY_WEEKDAY})\b( dernier| passe)?", _weekday),
    (
        rf"\b(\d{{1,2}})(?:er|st|nd|rd|th)? ({_ANY_MONTH})\b(?: (\d{{4}}))?",
        lambda found, today: _date(found[1], _month_of(found[2]), found[3], today),
    ),
    (
        r"\b(\d{1,2})/(0?[1-9]|1[0-2])(?:/(\d{4}))?\b",
        lambda found, today: _date(found[1], int(found[2]), found[3], today),
    ),
    (
        r"\b(\d{4})-(0[1-9]|1[0-2])-(\d{2})\b",
        lambda found, today: _date(found[3], int(found[2]), found[1], today),
    ),
    (r"\ble (\d{1,2})(?:er)?\b(?! ?[h:/\d])", _day_of_month),
)
"""How a day is said -> from which midnight to which; None for no day."""
