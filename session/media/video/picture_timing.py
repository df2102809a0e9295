# SPDX-License-Identifier: GPL-3.0-only
"""The moment at which a picture is shown:
together with its voice, and evenly after the one before. Used by `aiortc_call`.

Lips and voice: a sender report (RFC 3550, section 6.4.1) says which RTP time of a stream was
which moment of the sender's own clock; so both streams can be laid on that clock, however far
apart the two machines' clocks are.

Evenness: a picture's delay is counted against the quickest of the last seconds. Shown with the
delay that nearly all of them keep to, pictures follow each other evenly, and a repeated packet
does not show as a stop; on a line that loses nothing the wait is nothing.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

MAX_WAIT_S = 0.25
"""No picture waits longer for its voice: then something is wrong with the clocks."""

VOICE_TOO_EARLY_S = 0.08
LIPS_MAY_LEAD_S = 0.06
"""Lips before their voice are noticed from 125 ms on, voice before its lips from 45 ms on (ITU-R
BT.1359). A picture that is a little early is shown at once: people who talk want an answer soon.
"""

MAX_EXTRA_S = 0.1
PICTURES_HZ, VOICE_HZ = 90_000, 48_000

REMEMBERED = 250
"""Pictures, ten seconds."""

NEARLY_ALL = 0.97
MAX_EVEN_WAIT_S = 0.15
LEARN_EVERY = 5
MAX_JUMP_S = 5.0
"""A picture further from the others in time than this begins a new stream."""


@dataclass
class _Clock:
    """One stream's RTP clock against the sender's clock."""

    rate_hz: int
    ntp_s: float | None = None
    rtp: int = 0

    def moment(self, timestamp: int) -> float | None:
        """The sender's clock when this RTP time was captured, in seconds, or None before the first
        report.
        """
        if self.ntp_s is None:
            return None
        step = (timestamp - self.rtp) & 0xFFFFFFFF
        return self.ntp_s + (step - (1 << 32) if step > 0x7FFFFFFF else step) / self.rate_hz


class LipSync:
    """One call's two streams.

    Attributes:
        lag_s: picture behind voice when it was last shown; negative: before it; None while unknown.
        extra_s: how much longer the voice should wait, because pictures come late all the time.
    """

    def __init__(self) -> None:
        self.lag_s: float | None = None
        self.extra_s = 0.0
        self._clocks = {"audio": _Clock(VOICE_HZ), "video": _Clock(PICTURES_HZ)}
        # moment of the sender's clock, and ours when it was heard
        self._played: tuple[float, float] | None = None

    def on_report(self, kind: str, ntp: int, rtp_timestamp: int) -> None:
        """Takes a sender report in. `ntp`: 64 bits, seconds in the upper 32."""
        clock = self._clocks[kind]
        clock.ntp_s = ntp / (1 << 32)
        clock.rtp = rtp_timestamp

    def on_played(self, timestamp: int, now_s: float) -> None:
        """Takes the RTP time of the voice that is heard now."""
        moment = self._clocks["audio"].moment(timestamp)
        if moment is not None:
            self._played = (moment, now_s)

    def wait_s(self, timestamp: int, now_s: float, at_least_s: float = 0.0) -> float:
        """Return how long a picture of this RTP time waits for its voice, 0..`MAX_WAIT_S`;
        it waits `at_least_s` anyway.
        """
        moment = self._clocks["video"].moment(timestamp)
        if moment is None or self._played is None or now_s - self._played[1] > 1.0:
            self.lag_s = None
            return 0.0
        voice_now = self._played[0] + now_s - self._played[1]
        early_s = moment - voice_now
        if not -2.0 < early_s < 2.0:  # clocks that were set meanwhile, or nonsense
            self.lag_s = None
            return 0.0
        wait_s = min(MAX_WAIT_S, max(0.0, early_s - LIPS_MAY_LEAD_S))
        self.lag_s = max(wait_s, at_least_s) - early_s
        self._learn(at_least_s - early_s)
        return wait_s

    def _learn(self, late_s: float) -> None:
        """Learns slowly: the voice's delay matters more than the lips'."""
        if late_s > VOICE_TOO_EARLY_S:
            self.extra_s = min(MAX_EXTRA_S, self.extra_s + 0.001)
        elif late_s < VOICE_TOO_EARLY_S / 2:
            self.extra_s = max(0.0, self.extra_s - 0.0005)


class PictureSmoother:
    """One stream of pictures.

    Attributes:
        target_s: how late against the quickest pictures are shown now, 0..`MAX_EVEN_WAIT_S`.
    """

    def __init__(self) -> None:
        self.target_s = 0.0
        self._ways_s: deque[float] = deque(maxlen=REMEMBERED)
        self._quickest_s = 0.0
        self._last: int | None = None
        self._time_s = 0.0
        self._count = 0

    def wait_s(self, timestamp: int, now_s: float) -> float:
        """Return how long a picture of this RTP time (90 kHz, 32 bits), complete at `now_s`,
        waits.
        """
        if self._last is not None:
            step = (timestamp - self._last) & 0xFFFFFFFF
            self._time_s += (step - (1 << 32) if step > 0x7FFFFFFF else step) / PICTURES_HZ
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
            if len(ordered) > 25:
                self.target_s = min(MAX_EVEN_WAIT_S, late_s)
            else:
                self.target_s = 0.0
        return min(MAX_EVEN_WAIT_S, max(0.0, self._quickest_s + self.target_s - way_s))
