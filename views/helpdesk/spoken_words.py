# SPDX-License-Identifier: GPL-3.0-only
"""A filter as people say it: "hier vers 10 h 15 le scanner ne marche pas". Pure; used by the
language of the filter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import chain

from session.core.folded_text import folded
from session.protocol.helpdesk.log_list import MOST_CHOSEN, TimeWindow, TroublePart

ABOUT = timedelta(minutes=15)
"""How far from the time that was said."""

_TIME = r"(\d{1,2})\s?(?:h|:|heures?)\s?([0-5]\d)?"
CLOCK = re.compile(rf"{_TIME}|(\d{{1,2}})", re.IGNORECASE)
SPAN = re.compile(r"(\d{1,2})\s?h?\s?-\s?(\d{1,2})\s?h?", re.IGNORECASE)
_EMPTY = """
le la les l un une des du de d ne n pas marche marchait fonctionne fonctionnait va est etait ete a
en panne ca c il elle on qui que bloque souci probleme avec au aux dans sur et ce cet vers y j je m
me s se plus rien sort sortait sortir noir noire mal bien tout encore toujours souvent depuis usager
affiche affichait repond repondait demarre allume charge
the does not work works is was broken at in with no nothing any more won t doesn isn
"""
"""Words that say nothing of what failed, or where."""

_PARTS: dict[TroublePart, str] = {
    TroublePart.SCAN: "scan numeris",
    TroublePart.PRINT: "imprim impress print",
    TroublePart.CALL: "son micro camera image video voix visio enten voit voir coup sound voice",
    TroublePart.PAGE: "page navigateur ecran screen",
    TroublePart.LINE: "ligne reseau internet connexion line network coup",
}
"""Beginnings of the words that name a part."""

_PLACES = frozenset({"borne", "kiosk", "poste", "site"})
"""Say nothing beside the name of a place."""


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
        if first < last <= 24 * 60:
            return (first, last)
        return None
    minute = minute_of(value)
    if minute is None:
        return None
    whole_hour = not minute % 60 and not re.search(r"\D\d{2}$", value.strip())
    if whole_hour:
        return (minute, minute + 60)
    return about(minute)


def minute_of(value: str) -> int | None:
    """Return the minute of the day of "21", "21h", "21:45" or "21 h 45"; None for none."""
    typed = CLOCK.fullmatch(value.strip())
    if typed is None:
        return None
    hour, minutes = int(typed[1] or typed[3]), int(typed[2] or 0)
    if hour < 24:
        return 60 * hour + minutes
    return None


def windows(first: datetime, last: datetime, hours: tuple[int, int]) -> tuple[TimeWindow, ...]:
    """Return these hours of each local day from `first` to `last`, the newest days first where
    there are too many.
    """
    time_windows = list[TimeWindow]()
    day = last.replace(hour=0, minute=0, second=0, microsecond=0)
    while day + timedelta(days=1) > first and len(time_windows) < MOST_CHOSEN:
        since = max(first, day + timedelta(minutes=hours[0]))
        until = min(last, day + timedelta(minutes=hours[1]))
        if since < until:
            time_windows.append(TimeWindow(since_utc=since, until_utc=until))
        day -= timedelta(days=1)
    return tuple(time_windows)


def telling(words: str) -> list[str]:
    """Return the words that say what failed, or where."""
    return [word for word in folded(words).split() if word not in _EMPTY.split()]


def parts_for(words: Sequence[str]) -> tuple[TroublePart, ...]:
    """Return the parts that these words name; none when one of them names none."""
    named = [
        [part for part, names in _PARTS.items() if word.startswith(tuple(names.split()))]
        for word in words
    ]
    if named and all(named):
        return tuple(dict.fromkeys(chain.from_iterable(named)))
    return ()


def place_words(words: Sequence[str], names: Iterable[str]) -> list[str]:
    """Return the words that are parts of a place's name; one or two letters are parts of all."""
    known = [folded(name) for name in names]
    return [word for word in words if len(word) > 2 and any(word in name for name in known)]


def without_places(words: Sequence[str]) -> list[str]:
    """Return the words without those that stand before the name of a place."""
    return [word for word in words if word not in _PLACES]
