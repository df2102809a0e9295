# SPDX-License-Identifier: GPL-3.0-only
"""How much one identity may ask: a bucket of tokens each.
The server has no such limit; used by the hub's doors.
"""

from __future__ import annotations

from session.core.clock import Clock


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

    def take(self, name: str, tokens: float = 1.0) -> bool:
        """True when `name` may do this now."""
        now_s = self._clock.monotonic_s()
        left, since_s = self._buckets.get(name, (self._burst, now_s))
        left = min(self._burst, left + (now_s - since_s) * self._per_s)
        allowed = left >= tokens
        self._buckets[name] = (left - tokens if allowed else left, now_s)
        return allowed
