# SPDX-License-Identifier: GPL-3.0-only
"""A session's log played on one timeline: play, pause, faster, seek.
Pure but for its clock; used by the replay window.

The window calls `tick()` many times a second and shows the rows that it returns.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from session.core.clock import Clock
from session.log.events import MirrorChunk, Record
from session.log.playback.opened import OpenedLog, joined

MIN_SPEED, MAX_SPEED = 0.5, 16.0
IDLE_S, LEAD_S = 5.0, 1.0
"""A silence of this length is skipped where that is wanted, up to so long before what follows."""


class Replay:
    """A log being played.

    Args:
        log: see `session.log.playback.opening`.
        clock: gives the pace; the window passes `SystemClock()`.

    Attributes:
        log: what is played.
        duration_s: from the first record to the last.
        skip_idle: play on at once where nothing happens for `IDLE_S`; the line's measurements are
            nothing.
    """

    def __init__(self, log: OpenedLog, clock: Clock) -> None:
        self.log = log
        self._clock = clock
        self.duration_s = log.duration_s
        self.skip_idle = False
        self._speed = 1.0
        self._position_s = 0.0
        self._shown = 0
        self._playing_since_s: float | None = None
        self._happens_s = log.happens_s

    # ---- playing

    @property
    def playing(self) -> bool:
        """True while the log is playing."""
        return self._playing_since_s is not None

    @property
    def speed(self) -> float:
        """Times real time."""
        return self._speed

    @property
    def position_s(self) -> float:
        """The place where the replay is, 0 to `duration_s`."""
        if self._playing_since_s is None:
            return self._position_s
        played_s = (self._clock.monotonic_s() - self._playing_since_s) * self._speed
        return min(self._position_s + played_s, self.duration_s)

    def play(self) -> None:
        """Starts or goes on; at the end, starts over."""
        if self.playing:
            return
        if self._position_s >= self.duration_s and self._shown == len(self.log):
            self.seek(0.0)
        self._playing_since_s = self._clock.monotonic_s()

    def pause(self) -> None:
        """Stops playing; `tick` still returns what was due until now."""
        self._position_s = self.position_s
        self._playing_since_s = None

    def set_speed(self, speed: float) -> None:
        """0.5 to 16.0 times real time. Raises `ValueError`."""
        if not MIN_SPEED <= speed <= MAX_SPEED:
            raise ValueError(f"speed {speed} is not within {MIN_SPEED} and {MAX_SPEED}")
        was_playing = self.playing
        self.pause()
        self._speed = speed
        if was_playing:
            self._playing_since_s = self._clock.monotonic_s()

    def tick(self) -> range:
        """The rows that became due since the last call; pauses by itself at the end."""
        if self.skip_idle and self.playing:
            self._skip()
        position_s = self.position_s
        until = self.log.count_until(position_s)
        due = range(self._shown, max(until, self._shown))
        self._shown = due.stop
        if self.playing and position_s >= self.duration_s:
            self.pause()
        return due

    def _skip(self) -> None:
        position_s = self.position_s
        following = int(np.searchsorted(self._happens_s, position_s, side="right"))
        if following == len(self._happens_s):
            return
        wanted_s = float(self._happens_s[following]) - LEAD_S
        if wanted_s - position_s > IDLE_S - LEAD_S:
            self._position_s = wanted_s
            self._playing_since_s = self._clock.monotonic_s()

    def seek(self, offset_s: float) -> None:
        """Goes to `offset_s`, playing or paused as before. The next `tick` goes on after it; at 0.0
        nothing is past yet, and `tick` returns the first rows.
        """
        offset_s = min(max(offset_s, 0.0), self.duration_s)
        self._position_s = offset_s
        if self.playing:
            self._playing_since_s = self._clock.monotonic_s()
        if offset_s > 0:
            self._shown = self.log.count_until(offset_s)
        else:
            self._shown = 0


def whole_chunks(records: Iterable[Record]) -> list[MirrorChunk]:
    """The mirror's chunks among `records`, parts joined; broken ones are left out."""
    chunks: list[MirrorChunk] = []
    parts: list[MirrorChunk] = []
    for record in records:
        if isinstance(record.event, MirrorChunk) and record.event.data:
            if record.event.part == 0:
                parts = [record.event]
            else:
                parts = [*parts, record.event]
            if len(parts) == record.event.parts:
                chunks.append(joined(parts))
    return chunks
