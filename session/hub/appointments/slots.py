# SPDX-License-Identifier: GPL-3.0-only
"""The times at which a service gives appointments at a site, and how many of them are free. Pure;
the one place that computes them, for all who ask.

Times are those of the clock on the wall of the site, as its opening hours are: one that does not
exist on the day on which the clocks change is left out, one that comes twice is its first coming.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from session.core.appointment_model import TakenSpan
from session.hub.convention.appointment_entries import AppointmentEntry
from session.hub.opening_hours.rules import Hours
from session.hub.opening_hours.weekly_hours import Slot, Slots, Week, slots, week

Room = Callable[[datetime, datetime], int]
"""(start, end) -> how many appointments a service has room for at that time."""


@dataclass(frozen=True)
class Grid:
    """The times of a service at a site.

    Attributes:
        hours: when it is open there; no time outside of them is given.
    """

    entry: AppointmentEntry
    hours: Hours

    def of_day(self, day: date) -> Iterator[datetime]:
        """Starts of appointments on a day, in order, by the site's clock."""
        open_slots = self.hours.slots(day)
        for span in self._spans(day):
            for begins_min in range(
                span.begins_min,
                span.ends_min - self.entry.length_min + 1,
                self.entry.length_min,
            ):
                ends_min = begins_min + self.entry.length_min
                if not _inside(begins_min, ends_min, open_slots):
                    continue
                start = _instant(self.hours, day, begins_min)
                if start is not None:
                    yield start

    def has(self, start: datetime) -> bool:
        """True when an appointment may begin at this moment."""
        day = start.astimezone(self.hours.zone).date()
        moment = start.astimezone(
            UTC
        )  # times of two zones in the hour that comes twice are unequal
        return any(other.astimezone(UTC) == moment for other in self.of_day(day))

    def _spans(self, day: date) -> Slots:
        for dated in self.entry.dated:
            if dated.first <= day <= dated.end:
                return slots(dated.hours) if dated.hours else ()
        if self.entry.hours:
            return _week(tuple(self.entry.hours))[day.weekday()]
        return self.hours.slots(day)


@lru_cache(maxsize=512)
def _week(lines: tuple[str, ...]) -> Week:
    return week(lines)


def _inside(begins_min: int, ends_min: int, open_slots: Sequence[Slot]) -> bool:
    return any(slot.begins_min <= begins_min and ends_min <= slot.ends_min for slot in open_slots)


def _instant(hours: Hours, day: date, minutes: int) -> datetime | None:
    """Return the moment by the site's clock; None for a time that does not exist that day."""
    wall = datetime.combine(day, time(minutes // 60, minutes % 60), hours.zone)
    exists = wall.astimezone(UTC).astimezone(hours.zone).time() == wall.time()
    if exists:
        return wall
    return None


class TakenTimes:
    """How many appointments hold a time, asked for many times."""

    def __init__(self, spans: Sequence[TakenSpan]) -> None:
        self._starts = sorted(span.starts_utc for span in spans)
        self._ends = sorted(span.ends_utc for span in spans)

    def at(self, start: datetime, end: datetime) -> int:
        """Count those that overlap the time from `start` to `end`."""
        begun = bisect_left(self._starts, end)
        over = bisect_right(self._ends, start)
        return begun - over


@dataclass(frozen=True)
class Free:
    """A time and how many may still take it."""

    start: datetime
    left: int


def free_slots(
    grid: Grid, days: Sequence[date], *, taken: TakenTimes, room: Room, now: datetime
) -> Iterator[Free]:
    """Free times of these days in order: not sooner or further than the convention allows."""
    entry = grid.entry
    length = timedelta(minutes=entry.length_min)
    first = now + timedelta(minutes=entry.lead_min)
    last = last_day(grid, now)
    for day in days:
        if day > last:
            return
        for start in grid.of_day(day):
            begins = start.astimezone(UTC)
            if begins < first:
                continue
            ends = begins + length
            left = room(begins, ends) - taken.at(begins, ends)
            if left > 0:
                yield Free(start, left)


def last_day(grid: Grid, now: datetime) -> date:
    """Return the furthest day that can be booked, by the site's calendar."""
    return now.astimezone(grid.hours.zone).date() + timedelta(days=grid.entry.days_ahead)
