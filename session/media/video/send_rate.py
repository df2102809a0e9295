# SPDX-License-Identifier: GPL-3.0-only
"""The rate of our picture, from what the other end estimates and what its reports prove.
Used by `picture_encoder`.

Chromium's estimate (REMB) follows the jitter between packets, and takes a machine that is busy for
a moment for a full line. Where the line is known, an estimate below it is believed only when a
report shows the queue: a round trip that has grown, or packets that overflowed.
"""

from __future__ import annotations

from collections import deque

MIN_BPS = 50_000
QUEUE_S = 0.08
"""When the round trip is so much longer than the shortest, in two reports in a row, packets wait
before the line. A busy machine makes one such report.
"""

LOST = 0.1
"""A lossy line loses a few of a hundred; a full one loses more."""

REPORTS = 40
"""Round trips remembered, about forty seconds: the shortest of them is that of an empty line."""

CALM_REPORTS = 2
RISE, RETURN = 1.06, 1.3
"""Factors for each calm report; the second holds below nine tenths of the rate that held before."""

HELD = 0.9
LOWER_BY_MOST = 0.6
"""One estimate lowers the rate to no less than this part: the next one comes within a second."""


class SendRate:
    """Bits a second for the picture.

    Args:
        start_bps, max_bps: the first, and never more.
        line_known: `max_bps` comes from a measured line.
    """

    def __init__(self, start_bps: int, max_bps: int, *, line_known: bool = False) -> None:
        self.line_known = line_known
        self._max_bps = max(MIN_BPS, max_bps)
        self._bps = float(start_bps)
        self._estimate_bps: int | None = None
        self._round_trips: deque[float] = deque(maxlen=REPORTS)
        self._calm = 0
        self._full = False
        self._overflows = False
        self._held_bps = 0.0

    @property
    def bps(self) -> int:
        """The rate now, between `MIN_BPS` and the bound."""
        return round(max(MIN_BPS, min(self._bps, self._max_bps)))

    @property
    def estimate_kbps(self) -> float | None:
        """The other end's last estimate, whatever our own bounds are; None before the first."""
        if self._estimate_bps is None:
            return None
        return self._estimate_bps / 1000

    def set_max(self, bps: int, *, line_known: bool) -> None:
        """Sets another bound."""
        self._max_bps = max(MIN_BPS, bps)
        self.line_known = line_known

    def on_estimate(self, bps: int) -> None:
        """Takes the other end's estimate (REMB, draft-alvestrand-rmcat-remb)."""
        self._estimate_bps = bps
        if not self.line_known:
            self._bps = float(max(MIN_BPS, bps))
        elif bps >= self._bps:
            self._bps = float(bps)
        elif self._full:
            self._lower(max(bps, LOWER_BY_MOST * self.bps))

    def on_report(self, lost: float | None, round_trip_s: float | None) -> None:
        """Takes a receiver report: the share of our packets lost, 0..1, and the round trip; None
        where it has none.
        """
        if round_trip_s is not None and 0 <= round_trip_s < 10:
            self._round_trips.append(round_trip_s)
        lately_s = list(self._round_trips)[-2:]
        if lately_s:
            queue_s = min(lately_s) - min(self._round_trips)
        else:
            queue_s = 0.0
        # A round trip also grows when the other direction is full;
        # then the other end's estimate of ours stays high.
        denied = self._estimate_bps is not None and self._estimate_bps >= self.bps
        if lost is not None:
            self._overflows = lost > LOST
        self._full = self._overflows or (queue_s > QUEUE_S and not denied)
        if self._full and self._calm:
            self._held_bps = HELD * self.bps
        if self._full:
            self._calm = 0
        else:
            self._calm = self._calm + 1
        if lost is not None and lost > LOST:
            self._lower(self.bps * (1 - lost / 2))
        elif queue_s > 2 * QUEUE_S and not denied:
            self._lower(self.bps * 0.85)
        elif self.line_known and self._calm >= CALM_REPORTS:
            if self.bps < self._held_bps:
                pace = RETURN
            else:
                pace = RISE
            self._bps = min(self._max_bps, self.bps * pace)

    def _lower(self, bps: float) -> None:
        self._bps = float(max(MIN_BPS, bps))
