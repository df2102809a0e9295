# SPDX-License-Identifier: GPL-3.0-only
"""Estimates how much of the other end's picture the line carries, by the queue before it.
Used by `aiortc_call`.

Each packet says when it was sent (abs-send-time), so the time it spent in queues is known up to a
constant. aiortc's own estimator follows the change of that time from packet to packet, and takes a
desk that is busy for a tenth of a second for a full line: measured, 320 kb/s became 70 while the
line was half empty. This one takes the shortest time in each quarter of a second: a queue delays
every packet, a busy machine only some.
"""

from __future__ import annotations

from collections import deque

WINDOW_MS = 250
BASE_WINDOWS = 80
"""The shortest time of the last twenty seconds is that of an empty line;
older ones may be of another route.
"""

FULL_MS, EMPTY_MS = 60.0, 25.0
RATE_MS = 1000
REPORT_EVERY_MS = 500
LOWER_TO, LOWER_BY_MOST = 0.85, 0.7
"""An estimate falls to this part of what came through, and at once to no less than this part of
itself: in a pause little comes through.
"""

OVERRUN_TO = 0.6
"""And never to less than this part of what comes through: an encoder that makes more than it is
asked for makes no less when it is asked for less still, and the way back is long.
"""

RISE_PER_S, RETURN_PER_S = 1.08, 1.35
"""Beyond what was known; and back to nine tenths of what held before."""

HELD = 0.9
APART_MS = 600
"""After lowering, the queue needs this long to become shorter."""

MIN_BPS = 50_000
ABS_SEND_TIME_MS = 1000 / (1 << 18)
WRAP = 1 << 24


class QueueDelayEstimator:
    """Has the interface of `aiortc.rate.RemoteBitrateEstimator`, whose place it takes.

    Args:
        start_bps: the estimate before anything is known.
        max_bps: no estimate is higher.

    Attributes:
        ssrcs: the streams counted, as keys.
        queue_ms: how long a packet waits on the line now.
    """

    def __init__(self, start_bps: int, max_bps: int) -> None:
        self.ssrcs: dict[int, int] = {}
        self.queue_ms = 0.0
        self._max_bps = max_bps
        self._estimate_bps = float(min(start_bps, max_bps))
        self._sent: int | None = None
        self._sent_unwrapped = 0
        self._bases: deque[float] = deque(maxlen=BASE_WINDOWS)
        self._window_began_ms: int | None = None
        self._shortest_ms = 0.0
        self._full_windows = 0
        self._received: deque[tuple[int, int]] = deque()
        self._received_bits = 0
        self._reported_ms = -(1 << 40)
        self._lowered_ms = -(1 << 40)
        self._held_bps = 0.0

    def set_max(self, bps: int) -> None:
        """No estimate is higher from now on."""
        self._max_bps = bps

    def add(
        self, arrival_time_ms: int, abs_send_time: int, payload_size: int, ssrc: int
    ) -> tuple[int, list[int]] | None:
        """Takes a packet in; returns the estimate to send to the other end (REMB) when it is time.

        Args:
            arrival_time_ms: any clock.
            abs_send_time: seconds in 6.18 fixed point, 24 bits.
            payload_size: bytes.
        """
        self.ssrcs[ssrc] = arrival_time_ms
        self._count(arrival_time_ms, payload_size)
        travelled_ms = arrival_time_ms - self._unwrapped(abs_send_time) * ABS_SEND_TIME_MS
        if self._window_began_ms is None or arrival_time_ms < self._window_began_ms:
            self._window_began_ms = arrival_time_ms
            self._shortest_ms = travelled_ms
        self._shortest_ms = min(self._shortest_ms, travelled_ms)
        if arrival_time_ms - self._window_began_ms >= WINDOW_MS:
            self._judge(arrival_time_ms)
            self._window_began_ms = arrival_time_ms
            self._shortest_ms = travelled_ms
        if (
            arrival_time_ms - self._reported_ms < REPORT_EVERY_MS
            and arrival_time_ms >= self._reported_ms
        ):
            return None
        self._reported_ms = arrival_time_ms
        return round(min(self._estimate_bps, self._max_bps)), list(self.ssrcs)

    def _unwrapped(self, abs_send_time: int) -> int:
        if self._sent is not None:
            step = (abs_send_time - self._sent) % WRAP
            self._sent_unwrapped += step - WRAP if step > WRAP // 2 else step
        self._sent = abs_send_time
        return self._sent_unwrapped

    def _count(self, now_ms: int, size: int) -> None:
        self._received.append((now_ms, size * 8))
        self._received_bits += size * 8
        while self._received and not 0 <= now_ms - self._received[0][0] <= RATE_MS:
            self._received_bits -= self._received.popleft()[1]

    def _judge(self, now_ms: int) -> None:
        self._bases.append(self._shortest_ms)
        self.queue_ms = self._shortest_ms - min(self._bases)
        if self.queue_ms > 5000:  # a clock was set
            self._bases.clear()
            return
        if self.queue_ms > FULL_MS:
            self._full_windows = self._full_windows + 1
        else:
            self._full_windows = 0
        if self._full_windows >= 2:
            self._lower(now_ms)
        elif self.queue_ms < EMPTY_MS:
            self._raise()

    def _lower(self, now_ms: int) -> None:
        if 0 <= now_ms - self._lowered_ms < APART_MS:
            return
        self._lowered_ms = now_ms
        self._reported_ms = now_ms - REPORT_EVERY_MS
        came_bps = self._received_bits * 1000 / RATE_MS
        self._held_bps = HELD * max(came_bps, self._estimate_bps)
        self._estimate_bps = max(
            MIN_BPS,
            LOWER_TO * min(came_bps, self._estimate_bps),
            LOWER_BY_MOST * self._estimate_bps,
            OVERRUN_TO * came_bps,
        )

    def _raise(self) -> None:
        """Raises the estimate only as far as packets have proved, lately or before."""
        tried = 1.5 * self._received_bits * 1000 / RATE_MS + 20_000
        if self._estimate_bps < self._held_bps:
            pace = RETURN_PER_S
        else:
            pace = RISE_PER_S
        grown = min(self._estimate_bps * pace ** (WINDOW_MS / 1000), self._max_bps)
        self._estimate_bps = max(self._estimate_bps, min(grown, max(tried, self._held_bps)))
