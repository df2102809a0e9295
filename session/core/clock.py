# SPDX-License-Identifier: GPL-3.0-only
"""Time, passed in: whatever needs a clock gets one, so that tests do not wait.
Used by every part of a session.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

YEARS = range(1970, 2200)
"""What somebody else's clock may say and be believed."""

_FIRST_S, _LAST_S = (
    datetime(year, 1, 1, tzinfo=UTC).timestamp() for year in (YEARS.start, YEARS.stop)
)


def instant(at_s: float) -> datetime:
    """The moment so many seconds after 1970, in UTC. What somebody else's clock says may be in no
    calendar: then the first or the last of ours.
    """
    return datetime.fromtimestamp(min(max(at_s, _FIRST_S), _LAST_S), UTC)


def full_minute(at: datetime) -> datetime:
    """Return the full minute that begins then, or next."""
    begun = at.replace(second=0, microsecond=0)
    if begun < at:
        begun += timedelta(minutes=1)
    return begun


class Clock(Protocol):
    """The questions that a part may ask of time."""

    def monotonic_s(self) -> float:
        """Seconds that never go back, from an arbitrary start."""
        ...

    def utc_now(self) -> datetime:
        """The date and time, timezone-aware, UTC."""
        ...


class SystemClock:
    """The computer's own clock."""

    def monotonic_s(self) -> float:
        """Seconds of `time.monotonic`."""
        return time.monotonic()

    def utc_now(self) -> datetime:
        """Now, in UTC."""
        return datetime.now(UTC)


class ManualClock:
    """A clock that moves only when told; for tests and for replay."""

    def __init__(self, start: datetime | None = None) -> None:
        self._now_s = 0.0
        self._start = start or datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def advance(self, seconds: float) -> None:
        """Moves time on by `seconds` (>= 0)."""
        if seconds < 0:
            raise ValueError("a clock cannot go back")
        self._now_s += seconds

    def monotonic_s(self) -> float:
        """Seconds advanced so far."""
        return self._now_s

    def utc_now(self) -> datetime:
        """The start date plus what was advanced."""
        return datetime.fromtimestamp(self._start.timestamp() + self._now_s, tz=UTC)
