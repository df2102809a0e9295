# SPDX-License-Identifier: GPL-3.0-only
"""Lets pictures wait a little, so that a repeated packet does not show as a stop.
Used by `aiortc_call`.

A picture's delay is counted against the quickest of the last seconds. Shown with the delay that
nearly all of them keep to, pictures follow each other evenly; on a line that loses nothing the wait
is nothing.
"""

from __future__ import annotations

from collections import deque

REMEMBERED = 250
"""Pictures, ten seconds."""

NEARLY_ALL = 0.97
MAX_WAIT_S = 0.15
LEARN_EVERY = 5
RATE_HZ = 90_000
MAX_JUMP_S = 5.0
"""A picture further from the others in time than this begins a new stream."""


class PictureSmoother:
    """One stream of pictures.

    Attributes:
        target_s: how late against the quickest pictures are shown now, 0..`MAX_WAIT_S`.
    """

    def __init__(self) -> None:
        self.target_s = 0.0
        self._ways_s: deque[float] = deque(maxlen=REMEMBERED)
        self._quickest_s = 0.0
        self._last: int | None = None
        self._time_s = 0.0
        self._count = 0

    def wait_s(self, timestamp: int, now_s: float) -> float:
        """How long a picture of this RTP time (90 kHz, 32 bits), complete at `now_s`, waits."""
        if self._last is not None:
            step = (timestamp - self._last) & 0xFFFFFFFF
            self._time_s += (step - (1 << 32) if step > 0x7FFFFFFF else step) / RATE_HZ
        self._last = timestamp
        way_s = now_s - self._time_s
        if self._ways_s and abs(way_s - self._ways_s[-1]) > MAX_JUMP_S:
            self._ways_s.clear()
        self._ways_s.append(way_s)
        self._count += 1
        if self._count % LEARN_EVERY == 0 or len(self._ways_s) < LEARN_EVERY:
            ordered = sorted(self._ways_s)
            self._quickest_s = ordered[0]
            late_s = ordered[int((len(ordered) - 1) * NEARLY_ALL)] - ordered[0]
            self.target_s = min(MAX_WAIT_S, late_s) if len(ordered) > 25 else 0.0
        return min(MAX_WAIT_S, max(0.0, self._quickest_s + self.target_s - way_s))
