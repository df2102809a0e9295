# SPDX-License-Identifier: GPL-3.0-only
"""Estimates what the line carries in one direction, from what went out and what arrived. Pure; used
by `end`.

Two plain signs of a line that is too full: our packets get lost, or they stand in a queue. The
transport's own estimate counts only where it is the bound and a queue confirms it: Chromium's is
never above the bound that we gave it, and a busy machine looks like a full line to it. Nobody can
know what an unused line carries: the estimate rises only while it is used.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

LEAST_KBPS, MOST_KBPS = 48.0, 20_000.0
HIGH_LOSS_PERCENT = 8.0
"""Radio loses one to three packets of a hundred without being full."""

HIGH_QUEUE_MS = 250.0
CALM_QUEUE_MS, CALM_LOSS_PERCENT = 100.0, 4.0
SOME_QUEUE_MS = 40.0
"""With so long a queue in two observations in a row the transport is believed. A shorter one is a
key frame on its way, or the other end's.
"""

FALL = 0.85
DEEPEST_FALL = 0.6
"""One sign of trouble lowers the estimate to no less than this, however little came through."""

QUEUE_LEAST_KBPS = 200.0
"""A queue alone is not believed below this: a busy computer looks the same, and a line so narrow
also loses packets. It leaves a page 50 kb/s beside the face.
"""

FALL_EVERY_S = 2.0
BOUND_SHARE = 0.8
"""The transport's estimate bounds us only when so much of it is used:
unused, it is low because nobody tried.
"""

ALONE_SHARE, ALONE_AFTER_S = 0.1, 5.0
"""While pages take more than this share, and some seconds longer (they stop for each lost packet),
the transport's estimate is older than the pages: added to them it made 640 kb/s of a line of 512
(measured).
"""

RISE_PER_S = 1.05
EASE_PER_S = 0.96
"""A queue that grows, before it is long enough to hurt."""

RISE_REPORTED_PER_S = 1.25
USED_SHARE = 0.7
BASE_OVER_S = 60.0


@dataclass(frozen=True, kw_only=True)
class LineObservation:
    """The figures seen of the line in about one second.

    Attributes:
        media_kbps: voice and picture sent since the observation before.
        other_kbps: pages sent on the bus.
        loss_percent, rtt_ms: as the other end reports them, None when it said nothing new.
        transport_kbps: what the transport thinks that voice and picture may have, or None.
        late: this end's computer was late: its delays are not the line's.
    """

    media_kbps: float
    other_kbps: float = 0.0
    loss_percent: float | None = None
    rtt_ms: float | None = None
    transport_kbps: float | None = None
    late: bool = False


class LineEstimate:
    """Kilobits a second of everything.

    Args:
        start_kbps: before anything was sent: the test's result, or a careful guess. least_kbps:
        what the line carries in any case, by the settings.
    """

    def __init__(self, start_kbps: float, least_kbps: float = 0.0) -> None:
        self._least_kbps = min(MOST_KBPS, max(LEAST_KBPS, least_kbps))
        self._kbps = self._bounded(start_kbps)
        self._fell_at_s = float("-inf")
        self._observed_at_s: float | None = None
        self._rtts: deque[tuple[float, float]] = deque()
        self._full_in_a_row = 0
        self._queue_before_ms = 0.0
        self._pages_at_s = float("-inf")

    @property
    def kbps(self) -> float:
        """The estimate now."""
        return self._kbps

    def observe(self, now_s: float, observation: LineObservation) -> float:
        """Takes an observation in and returns the new estimate."""
        if self._observed_at_s is not None:
            took_s = min(5.0, now_s - self._observed_at_s)
        else:
            took_s = 1.0
        self._observed_at_s = now_s
        if observation.other_kbps >= ALONE_SHARE * self._kbps:
            self._pages_at_s = now_s
        queue_ms, loss = self._queue_ms(now_s, observation.rtt_ms), observation.loss_percent or 0.0
        if observation.late and loss < HIGH_LOSS_PERCENT:
            return self._kbps
        full = loss >= HIGH_LOSS_PERCENT or queue_ms >= HIGH_QUEUE_MS
        # a report without news does not take back the one before
        if full or observation.loss_percent is not None:
            if full:
                self._full_in_a_row = self._full_in_a_row + 1
            else:
                self._full_in_a_row = 0
        if full and self._full_in_a_row >= 2:
            self._fall(now_s, observation, loss)
        elif queue_ms <= CALM_QUEUE_MS and loss <= CALM_LOSS_PERCENT:
            queued = min(queue_ms, self._queue_before_ms) >= SOME_QUEUE_MS
            self._settle(
                observation, took_s, queued=queued, alone=now_s - self._pages_at_s >= ALONE_AFTER_S
            )
        else:
            self._lower(self._kbps * EASE_PER_S**took_s, lost=loss > CALM_LOSS_PERCENT)
        self._queue_before_ms = queue_ms
        return self._kbps

    def _fall(self, now_s: float, observation: LineObservation, loss_percent: float) -> None:
        if now_s - self._fell_at_s < FALL_EVERY_S:
            return
        self._fell_at_s = now_s
        through_kbps = (observation.media_kbps + observation.other_kbps) * (1 - loss_percent / 100)
        deepest_kbps = max(FALL * through_kbps, DEEPEST_FALL * self._kbps)
        self._lower(deepest_kbps, lost=loss_percent >= HIGH_LOSS_PERCENT)

    def _lower(self, kbps: float, *, lost: bool) -> None:
        """Never raises. `lost`: packets got lost, it is not a queue alone."""
        if lost:
            least_kbps = 0.0
        else:
            least_kbps = QUEUE_LEAST_KBPS
        self._kbps = self._bounded(min(self._kbps, max(kbps, least_kbps)))

    def _settle(
        self, observation: LineObservation, took_s: float, *, queued: bool, alone: bool
    ) -> None:
        sent_kbps = observation.media_kbps + observation.other_kbps
        if observation.transport_kbps is None:
            reported_kbps = None
        else:
            reported_kbps = observation.transport_kbps + observation.other_kbps
        used = (
            observation.transport_kbps is not None
            and observation.media_kbps >= BOUND_SHARE * observation.transport_kbps
        )
        if reported_kbps is not None and reported_kbps > self._kbps and alone:
            self._kbps = self._bounded(min(reported_kbps, self._kbps * RISE_REPORTED_PER_S**took_s))
        elif queued and used:
            self._kbps = self._bounded(max(reported_kbps or 0.0, self._kbps * FALL**took_s))
        elif sent_kbps >= USED_SHARE * self._kbps and (alone or not queued):
            self._kbps = self._bounded(self._kbps * RISE_PER_S**took_s)

    def _queue_ms(self, now_s: float, rtt_ms: float | None) -> float:
        """Return how much longer than the quickest of the last minute the round trip takes."""
        if rtt_ms is None:
            return 0.0
        self._rtts.append((now_s, rtt_ms))
        while self._rtts[0][0] < now_s - BASE_OVER_S:
            self._rtts.popleft()
        return rtt_ms - min(value for _, value in self._rtts)

    def _bounded(self, kbps: float) -> float:
        return min(MOST_KBPS, max(self._least_kbps, kbps))
