# SPDX-License-Identifier: GPL-3.0-only
"""Rules of when a service is open at a site:
weekly hours, public holidays, closures, exceptional openings. Pure; for the hub.

Hours are those of the clock on the wall of the site, so the two changes of the year need no
care from whoever writes them: a time that does not exist that day is moved on by the missing
hour, one that comes twice begins at its first and ends at its second coming.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib.util import find_spec, module_from_spec
from typing import Literal
from zoneinfo import ZoneInfo

from session.hub.opening_hours.weekly_hours import ALWAYS, DAY_MIN, Slots, Week

HORIZON_DAYS = 400
"""How far the next opening is looked for: past the yearly closing of anybody."""

MERGED_DAYS = 8
"""A service that is open for longer than this has no closing hour worth telling."""

Language = Literal["fr", "en"]

Words = str | Mapping[Language, str]
"""A sentence for callers: French, or one for each language ("fr", "en")."""


@dataclass(frozen=True)
class Span:
    """Days from `first` to `last`, both included, with what callers read and, for an opening, its
    slots.
    """

    first: date
    last: date
    message: Words = ""
    slots: Slots = ()

    def holds(self, day: date) -> bool:
        """True when `day` is one of them."""
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Hours:
    """All that decides about one service at one site.

    Attributes:
        week: None for a service that names no hours: always open but for closures, also on public
            holidays.
        regions: "FR", "FR-57", ... whose public holidays close it.
        closures: stronger than everything else.
        openings: stronger than week and public holidays.
    """

    zone: ZoneInfo
    week: Week | None = None
    regions: tuple[str, ...] = ()
    closures: tuple[Span, ...] = ()
    openings: tuple[Span, ...] = ()

    def closed_by(self, day: date) -> Span | None:
        """The closure that holds on `day`."""
        return next((span for span in self.closures if span.holds(day)), None)

    def slots(self, day: date) -> Slots:
        """The slots of `day`, in order."""
        if self.closed_by(day) is not None:
            return ()
        opened = next((span for span in self.openings if span.holds(day)), None)
        if opened is not None:
            return opened.slots
        if self.week is None:
            return ALWAYS
        if any(public_holiday(region, day) for region in self.regions):
            return ()
        return self.week[day.weekday()]


@dataclass(frozen=True)
class Opening:
    """The result of `opening`. Times are local to the site.

    Attributes:
        closes_at: when it is open and will close within a week.
        opens_at: when it is closed: the next opening, None when there is none within
            `HORIZON_DAYS`.
        message: of the closure or exceptional opening that holds today.
        until_utc: until then the answer stays the same.
    """

    is_open: bool
    until_utc: datetime
    closes_at: datetime | None = None
    opens_at: datetime | None = None
    message: Words = ""


def opening(hours: Hours, now: datetime) -> Opening:
    """Return whether a service is open at `now` (aware), until when, or when it opens again."""
    today = now.astimezone(hours.zone).date()
    midnight = _instant(hours.zone, today + timedelta(days=1), 0, fold=0)
    message = _message(hours, today)
    closes: datetime | None = None
    for begins, ends in _intervals(hours, today):
        if ends <= now:
            continue
        if closes is None and begins > now:
            opens_at = begins.astimezone(hours.zone)
            return Opening(False, min(begins, midnight), opens_at=opens_at, message=message)
        if closes is not None and begins > closes:
            break
        closes = max(ends, closes or ends)
        if closes - now > timedelta(days=MERGED_DAYS):
            return Opening(True, midnight, message=message)
    if closes is None:
        return Opening(False, midnight, message=message)
    return Opening(
        True, min(closes, midnight), closes_at=closes.astimezone(hours.zone), message=message
    )


def _message(hours: Hours, day: date) -> Words:
    in_force = hours.closed_by(day) or next(
        (span for span in hours.openings if span.holds(day)), None
    )
    if in_force is not None:
        return in_force.message
    return ""


def _intervals(hours: Hours, first: date) -> Iterator[tuple[datetime, datetime]]:
    """Opened intervals in UTC, in order, from the day `first` on."""
    for step in range(HORIZON_DAYS):
        day = first + timedelta(days=step)
        for slot in hours.slots(day):
            begins = _instant(hours.zone, day, slot.begins_min, fold=0)
            ends = max(_instant(hours.zone, day, slot.ends_min, fold=fold) for fold in (0, 1))
            yield begins, ends


def _instant(zone: ZoneInfo, day: date, minutes: int, *, fold: int) -> datetime:
    over, minutes = divmod(minutes, DAY_MIN)
    wall = time(minutes // 60, minutes % 60, tzinfo=zone, fold=fold)
    return datetime.combine(day + timedelta(days=over), wall).astimezone(UTC)


# ---- public holidays

REGIONS = frozenset(
    {"FR", *(f"FR-{name}" for name in ("57", "6AE", "971", "972", "973", "974", "976"))}
) | {f"FR-{name}" for name in ("BL", "MF", "NC", "PF", "PM", "TF", "WF")}
"""What a convention may name: France, Alsace-Moselle ("57", "6AE"), overseas (ISO 3166-2:FR)."""


@lru_cache(maxsize=64)
def _year(region: str, year: int) -> dict[date, str]:
    import holidays  # see `know_holidays`

    # WORKAROUND: this package, when it is run, loads all its 250 countries (8 MB); the country that
    # is asked for loads itself.
    if "holidays.countries" not in sys.modules:
        countries = find_spec("holidays.countries")
        assert countries is not None
        sys.modules["holidays.countries"] = module_from_spec(countries)
    _country, _dash, part = region.partition("-")
    return dict(holidays.country_holidays("FR", subdiv=part or None, years=year, language="fr"))


def know_holidays() -> None:
    """Loads what is needed to know them:
    better when a convention is read than at a caller's question.
    """
    _year("FR", 2026)


def public_holiday(region: str, day: date) -> str:
    """The French name of the public holiday, or ""."""
    return _year(region, day.year).get(day, "")


# ---- sentences for callers


def french(words: Words) -> str:
    """Return what is shown when nothing is known of the reader's language."""
    if isinstance(words, str):
        return words
    return words.get("fr") or next(iter(words.values()), "")


def by_language(words: Words) -> dict[str, str]:
    """The sentence in each language it has, "fr" for one that names none."""
    if isinstance(words, str):
        if words:
            return {"fr": words}
        return {}
    return {str(language): text for language, text in words.items()}
