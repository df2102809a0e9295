# SPDX-License-Identifier: GPL-3.0-only
"""Periods as people type them: a day, a month or a year on each side. Used by `hub report`."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

OPENING = "opening"
"""In place of a first day: the day of the first caller."""

_PARTS = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def period_of(first: str, last: str) -> tuple[date | None, date]:
    """Return the first and the last day; None for the first is the day of the first caller.

    Raises:
        ValueError: not a day, month or year as in ISO 8601, or the last is before the first.
    """
    last_day = _day(last, is_last=True)
    if first == OPENING:
        return None, last_day
    first_day = _day(first, is_last=False)
    if last_day < first_day:
        raise ValueError(f"{last} is before {first}")
    return first_day, last_day


def _day(text: str, *, is_last: bool) -> date:
    """Return the first or the last day of what is typed: "2026-03-02", "2026-03" or "2026"."""
    match = _PARTS.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no day, month or year")
    year = int(match[1])
    month = int(match[2] or (12 if is_last else 1))
    if match[3]:
        return date(year, month, int(match[3]))
    if not 1 <= month <= 12:
        raise ValueError(f"{text!r} has no such month")
    return date(year, month, monthrange(year, month)[1] if is_last else 1)
