# SPDX-License-Identifier: GPL-3.0-only
"""A filter as people say it: "hier vers 10 h 15 le scanner ne marche pas". Pure; used by the
language of the filter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from session.core.folded_text import folded
from session.protocol.helpdesk.log_list import MOST_CHOSEN, TimeWindow, TroublePart

ABOUT = timedelta(minutes=15)
"""How far from the time that was said."""

_TIME = r"(\d{1,2})\s?(?:h|:|heures?)\s?([0-5]\d)?"
CLOCK = re.compile(rf"{_TIME}|(\d{{1,2}})", re.IGNORECASE)
SPAN = re.compile(r"(\d{1,2})\s?h?\s?-\s?(\d{1,2})\s?h?", re.IGNORECASE)
_SAID = re.compile(rf"\b(?:vers|à|a|autour de|about|around|at)\s+{_TIME}(?!\w)", re.IGNORECASE)
_DAYS = {
    r"avant[- ]hier": 2,
    r"hier|yesterday": 1,
    r"aujourd['’]hui|today|(?:ce|cet|this)(?= (?:matin|après-midi|apres-midi|soir|morning))": 0,
}
_HOURS = {
    r"matin|morning": (0, 12),
    r"après-midi|apres-midi|afternoon": (12, 18),
    r"soir|evening": (18, 24),
}
_EMPTY = """
le la les l un une des du de d ne n pas marche marchait fonctionne fonctionnait va est etait a en
panne ca c il elle on qui que bloque souci probleme avec au aux dans sur et ce cet vers
the does not work is was broken at in with
"""
"""Words that say nothing of what failed, or where."""

_PARTS: dict[TroublePart, str] = {
    TroublePart.SCAN: "scanner scan numerisation numeriseur numeriser",
    TroublePart.PRINT: "imprimante impression imprimer printer",
    TroublePart.CALL: "son micro camera image video voix visio entend voit",
    TroublePart.PAGE: "page navigateur ecran",
    TroublePart.LINE: "ligne reseau internet connexion line network",
}


class SpokenTimes(NamedTuple):
    """What a sentence says of time.

    Attributes:
        rest: the other words.
        day: midnight of the day that was said.
        hours: times of a day, from and to, in minutes after midnight.
    """

    rest: str
    day: datetime | None = None
    hours: tuple[int, int] | None = None


def spoken_times(text: str, now: datetime) -> SpokenTimes:
    """Return what a sentence says of day and hour, and its other words."""
    day = hours = None
    if (said := _SAID.search(text)) is not None and int(said[1]) < 24:
        hours = about(60 * int(said[1]) + int(said[2] or 0))
        text = text[: said.start()] + text[said.end() :]
    for form, ago in _DAYS.items():
        if day is None and (found := re.search(rf"\b(?:{form})(?!\w)", text, re.IGNORECASE)):
            day = (now - timedelta(days=ago)).replace(hour=0, minute=0, second=0, microsecond=0)
            text = text[: found.start()] + text[found.end() :]
    for form, (first, last) in _HOURS.items():
        if day is not None and hours is None:
            found = re.search(rf"\b(?:{form})\b", text, re.IGNORECASE)
            if found is not None:
                hours = (60 * first, 60 * last)
                text = text[: found.start()] + text[found.end() :]
    return SpokenTimes(" ".join(text.split()), day, hours)


def about(minute: int) -> tuple[int, int]:
    """Return the minutes of a day around one of them."""
    near = round(ABOUT.total_seconds() / 60)
    return max(0, minute - near), min(24 * 60, minute + near)


def hours_of(value: str) -> tuple[int, int] | None:
    """Return the minutes of a day that are meant: "21" is the whole hour, "21:45" and "21h45" are
    about that time, "9-11" is a span; None for none.
    """
    if (span := SPAN.fullmatch(value.strip())) is not None:
        first, last = 60 * int(span[1]), 60 * int(span[2])
        return (first, last) if first < last <= 24 * 60 else None
    minute = minute_of(value)
    if minute is None:
        return None
    whole_hour = not minute % 60 and not re.search(r"\D\d{2}$", value.strip())
    return (minute, minute + 60) if whole_hour else about(minute)


def minute_of(value: str) -> int | None:
    """Return the minute of the day of "21", "21h", "21:45" or "21 h 45"; None for none."""
    typed = CLOCK.fullmatch(value.strip())
    if typed is None:
        return None
    hour, minutes = int(typed[1] or typed[3]), int(typed[2] or 0)
    return 60 * hour + minutes if hour < 24 else None


def windows(first: datetime, last: datetime, hours: tuple[int, int]) -> tuple[TimeWindow, ...]:
    """Return these hours of each local day from `first` to `last`, the newest days first where
    there are too many.
    """
    made = list[TimeWindow]()
    day = last.replace(hour=0, minute=0, second=0, microsecond=0)
    while day + timedelta(days=1) > first and len(made) < MOST_CHOSEN:
        since = max(first, day + timedelta(minutes=hours[0]))
        until = min(last, day + timedelta(minutes=hours[1]))
        if since < until:
            made.append(TimeWindow(since_utc=since, until_utc=until))
        day -= timedelta(days=1)
    return tuple(made)


def telling(words: str) -> list[str]:
    """Return the words that say what failed, or where."""
    return [word for word in folded(words).split() if word not in _EMPTY.split()]


def parts_for(words: Sequence[str]) -> tuple[TroublePart, ...]:
    """Return the parts that each of these words names; none when one names none."""
    named = [part for word in words for part, names in _PARTS.items() if word in names.split()]
    return tuple(dict.fromkeys(named)) if words and len(named) >= len(words) else ()
