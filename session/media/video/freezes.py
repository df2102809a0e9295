# SPDX-License-Identifier: GPL-3.0-only
"""Counts the moments in which a moving picture stands still. Used by `received`."""

from __future__ import annotations

from collections import deque

KEPT, FEWEST = 30, 5
"""How many pauses make up what is usual, and how few are enough; a sender of photos is soon known
to be one.
"""


class FreezeCount:
    """Counts as `freezeCount` and `totalFreezesDuration` of W3C webrtc-stats do: a freeze is a
    pause of three usual ones, or of 150 ms more.

    Attributes:
        count, total_s: of all freezes so far.
    """

    def __init__(self) -> None:
        self.count = 0
        self.total_s = 0.0
        self._last_s: float | None = None
        self._usual_s: deque[float] = deque(maxlen=KEPT)

    def add(self, now_s: float) -> None:
        """A picture is shown at `now_s`, any monotonic clock."""
        if self._last_s is not None:
            pause_s = now_s - self._last_s
            if len(self._usual_s) >= FEWEST:
                usual_s = sum(self._usual_s) / len(self._usual_s)
                if pause_s > max(3 * usual_s, usual_s + 0.15):
                    self.count += 1
                    self.total_s += pause_s
            self._usual_s.append(pause_s)
        self._last_s = now_s
