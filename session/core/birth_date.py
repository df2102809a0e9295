# SPDX-License-Identifier: GPL-3.0-only
"""A birth date of which nobody knows the day, or day and month, beside ordinary ones. Used by
messages, the hub's rules, the store, imports and windows.

Written as ISO 8601-1:2019, section 5.2.2, with reduced precision where something is unknown:
"1957-05-14", "1957-05", "1957". French files write "00/05/1957" and "00/00/1957".
"""

from __future__ import annotations

import re
from datetime import date

from session.core.field_types import whole

PATTERN = whole(r"\d{4}(-\d{2}(-\d{2})?)?")
"""The form alone; `parse_birth_date` knows the calendar."""

OPTIONAL_PATTERN = whole(r"(\d{4}(-\d{2}(-\d{2})?)?)?")
"""The same, or nothing."""

_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_FRENCH = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


def birth_date(year: int, month: int, day: int) -> str:
    """Return a birth date in its written form.

    Args:
        month, day: 0 where nobody knows it.

    Raises:
        ValueError: no calendar has this day, or the day is known and its month is not.
    """
    if month == 0 and day != 0:
        raise ValueError("a day of no month")
    complete = date(year, month or 1, day or 1).isoformat()
    if month == 0:
        return complete[:4]
    if day:
        return complete
    return complete[:7]


def parse_birth_date(text: str) -> str:
    """Return the written form of "1957-05-14", "14/05/1957" and their incomplete forms, also with
    zeros ("1957-00-00").

    Raises:
        ValueError: `text` is no birth date.
    """
    if french := _FRENCH.fullmatch(text):
        day, month, year = french.groups()
    elif iso := _ISO.fullmatch(text):
        year, month, day = iso.groups(default="0")
    else:
        raise ValueError("not a birth date")
    return birth_date(int(year), int(month), int(day))


def earliest_day(born_on: str) -> date:
    """Return the first day on which the person may have been born."""
    return date.fromisoformat(born_on + "0000-01-01"[len(born_on) :])


def is_complete(born_on: str) -> bool:
    """True when the day is known."""
    return len(born_on) == len("1957-05-14")


def may_be_same_day(born_on: str, other: str) -> bool:
    """True when both say the same, as far as each of them goes; never for an empty one."""
    return bool(born_on and other) and (born_on.startswith(other) or other.startswith(born_on))
