# SPDX-License-Identifier: GPL-3.0-only
"""Time, passed in: whatever needs a clock gets one, so that tests do not wait.
Used by every part of a session.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What a part may ask of time."""

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
