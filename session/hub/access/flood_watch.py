# SPDX-License-Identifier: GPL-3.0-only
"""Finds clients that send far more than any program of ours would.
Used by every part of the hub that drops messages.

A refusal costs the hub almost as much as an answer, and unread messages of one client make all
others wait. So a client that goes on after hundreds of refusals gets no more of them, and the
program that runs the server is told whom to ban.
"""

from __future__ import annotations

from session.bus.rate_limits import RateLimits
from session.core.clock import Clock
from session.core.errors import RateLimited
from session.core.signals import Signal
from session.hub.access.refused_log import RefusedLog

DROPS_PER_S, DROPS_BURST = 50.0, 1000.0
BEATS_PER_S, BEATS_BURST = 2.0, 50.0
"""Signs of life: one every 5 s, and some at once from a line that was away."""

TOLD_EACH_S = 10.0


class FloodWatch:
    """Counts what was dropped by identity, "<organisation>.<role letter>.<user>".

    Attributes:
        refused: what was not taken of whom, and why.
        found: an identity that has gone far over every limit; emitted again every 10 s while it
            goes on.
    """

    def __init__(self, clock: Clock) -> None:
        self.found: Signal[str] = Signal()
        self.refused = RefusedLog(clock)
        self._clock = clock
        self._drops = RateLimits(clock, DROPS_PER_S, burst=DROPS_BURST)
        self._beats = RateLimits(clock, BEATS_PER_S, burst=BEATS_BURST)
        self._told_s: dict[str, float] = {}

    def dropped(self, who: str) -> None:
        """A message of theirs was dropped because there were too many, or because it is none."""
        if self._drops.take(who):
            return
        now_s = self._clock.monotonic_s()
        if now_s - self._told_s.get(who, float("-inf")) >= TOLD_EACH_S:
            self._told_s[who] = now_s
            self.refused.note(who, "*", RateLimited.code, why="shut out for a minute")
            self.found.emit(who)

    def beat(self, who: str) -> bool:
        """A sign of life; False when there are too many of them."""
        if self._beats.take(who):
            return True
        self.dropped(who)
        return False
