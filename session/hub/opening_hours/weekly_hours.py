# SPDX-License-Identifier: GPL-3.0-only
"""Weekly hours as a convention writes them, `"mon-fri 08:30-12:00,13:30-17:00"`.
Pure; used by opening and check.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MIN = 24 * 60

_RANGE = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")


class SlotWrong(Exception):
    """Hours that cannot be. `code` is one of "hours_unreadable", "slot_backwards",
    "slots_overlap".
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text


@dataclass(frozen=True, order=True)
class Slot:
    """A span from `begins_min` to `ends_min`, minutes after midnight by the wall's clock,
    0 to 1440; never over midnight.
    """

    begins_min: int
    ends_min: int

    def __str__(self) -> str:
        return f"{_clock(self.begins_min)}-{_clock(self.ends_min)}"


Slots = tuple[Slot, ...]
Week = tuple[Slots, Slots, Slots, Slots, Slots, Slots, Slots]
"""Monday first."""

ALWAYS: Slots = (Slot(0, DAY_MIN),)


def slots(text: str) -> Slots:
    """The slots of one day, "08:30-12:00,13:30-17:00", in order.

    Raises:
        SlotWrong: unreadable, ending before it begins (a slot over midnight too), or overlapping.
    """
    day_slots = tuple(sorted(_slot(part) for part in text.split(",")))
    for slot, following in itertools.pairwise(day_slots):
        if following.begins_min < slot.ends_min:
            raise SlotWrong("slots_overlap", f"{slot}, {following}")
    return day_slots


def week(lines: Sequence[str]) -> Week:
    """The week that the lines tell. Raises `SlotWrong` for the first line that is wrong."""
    days: list[Slots] = [()] * len(DAYS)
    for line in lines:
        names, _space, ranges = line.strip().partition(" ")
        day_slots = slots(ranges.strip())
        for day in _days(names, line):
            both = tuple(sorted((*days[day], *day_slots)))
            for slot, following in itertools.pairwise(both):
                if following.begins_min < slot.ends_min:
                    raise SlotWrong("slots_overlap", f"{DAYS[day]} {slot}, {following}")
            days[day] = both
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = days
    return monday, tuesday, wednesday, thursday, friday, saturday, sunday


def wrong_lines(lines: Sequence[str]) -> list[SlotWrong]:
    """Everything wrong with the lines: each alone, and, when each is right, all together."""
    errors: list[SlotWrong] = []
    for line in lines:
        try:
            week([line])
        except SlotWrong as error:
            errors.append(error)
    if not errors:
        try:
            week(lines)
        except SlotWrong as error:
            errors.append(error)
    return errors


def _days(names: str, line: str) -> Iterator[int]:
    for name in names.split(","):
        first, _dash, last = name.partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            raise SlotWrong("hours_unreadable", line)
        begin, end = DAYS.index(first), DAYS.index(last or first)
        if end < begin:
            raise SlotWrong("hours_unreadable", line)
        yield from range(begin, end + 1)


def _slot(text: str) -> Slot:
    match = _RANGE.fullmatch(text.strip())
    if match is None:
        raise SlotWrong("hours_unreadable", text.strip())
    begin_h, begin_min, end_h, end_min = (int(part) for part in match.groups())
    slot = Slot(begin_h * 60 + begin_min, end_h * 60 + end_min)
    if begin_min > 59 or end_min > 59 or slot.begins_min >= DAY_MIN or slot.ends_min > DAY_MIN:
        raise SlotWrong("hours_unreadable", text.strip())
    if slot.ends_min <= slot.begins_min:
        raise SlotWrong("slot_backwards", text.strip())
    return slot


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
