# SPDX-License-Identifier: GPL-3.0-only
"""Limits on how much one identity may ask or say: a bucket of tokens each.
The server has no such limit; used by the hub's doors, and by each end for what the other says.
"""

from __future__ import annotations

from session.core.clock import Clock

FORGET_FROM = 1000
"""So many names are kept whatever they did; beyond, those that could be new are forgotten."""


class RateLimits:
    """Token buckets by name.

    Args:
        per_s: tokens that come back each second.
        burst: most tokens a bucket holds, and what it starts with.
    """

    def __init__(self, clock: Clock, per_s: float, *, burst: float) -> None:
        self._clock = clock
        self._per_s = per_s
        self._burst = burst
        self._buckets: dict[str, tuple[float, float]] = {}
        self._forget_from = FORGET_FROM

    def take(self, name: str, tokens: float = 1.0) -> bool:
        """True when `name` may do this now."""
        now_s = self._clock.monotonic_s()
        tokens_left, since_s = self._buckets.get(name, (self._burst, now_s))
        tokens_left = min(self._burst, tokens_left + (now_s - since_s) * self._per_s)
        allowed = tokens_left >= tokens
        self._buckets[name] = (tokens_left - tokens if allowed else tokens_left, now_s)
        if len(self._buckets) > self._forget_from:
            self._forget_full(now_s)
        return allowed

    def _forget_full(self, now_s: float) -> None:
        """A bucket that is full again says no more than none."""
        self._buckets = {
            name: (tokens_left, since_s)
            for name, (tokens_left, since_s) in self._buckets.items()
            if tokens_left + (now_s - since_s) * self._per_s < self._burst
        }
        self._forget_from = max(FORGET_FROM, 2 * len(self._buckets))


class Bursts:
    """Tells the first of many in a row from the others, by name: that one is worth a word.

    Args:
        quiet_s: after so long without any the next is a first one again.
    """

    def __init__(self, clock: Clock, quiet_s: float) -> None:
        self._clock = clock
        self._quiet_s = quiet_s
        self._last_s: dict[str, float] = {}

    def begins(self, name: str) -> bool:
        """True for the first of a burst. Every one of it is to be told here."""
        now_s = self._clock.monotonic_s()
        before_s = self._last_s.pop(name, float("-inf"))
        self._last_s[name] = now_s  # the newest last
        if len(self._last_s) > FORGET_FROM:
            del self._last_s[next(iter(self._last_s))]
        return now_s - before_s >= self._quiet_s
