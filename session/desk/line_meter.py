# SPDX-License-Identifier: GPL-3.0-only
"""How good the line of a call is, every ten seconds, from what the engine counts. Pure; used by the desk."""

from __future__ import annotations

from session.media.engine import MediaStats
from session.protocol.history_messages import LineSample

EVERY_S = 10.0
FROZEN_S = 1.0
"""A picture that stands still for so long is noticed; a camera sends many a second."""


class LineMeter:
    """One session's line; a new call of the session is measured from its own beginning.

    Args:
        every_s: seconds from one sample to the next.
    """

    def __init__(self, session_id: str, every_s: float = EVERY_S) -> None:
        self._session_id = session_id
        self._every_s = every_s
        self._call_id = ""
        self._began_s = 0.0
        self._before = MediaStats()
        self._frames, self._moved_s = 0, 0.0
        self._frozen, self._freezes = False, 0

    def seen(self, call_id: str, stats: MediaStats, now_s: float) -> LineSample | None:
        """Takes what was counted by now; a sample when it is time for one."""
        if call_id != self._call_id:
            self._call_id, self._began_s, self._before = call_id, now_s, stats
            self._frames, self._moved_s, self._frozen, self._freezes = stats.frames, now_s, False, 0
            return None
        self._watch_picture(stats.frames, now_s)
        if now_s - self._began_s < self._every_s:
            return None
        sample = self._sample(stats, now_s - self._began_s)
        self._began_s, self._before, self._freezes = now_s, stats, 0
        return sample

    def _watch_picture(self, frames: int, now_s: float) -> None:
        """A picture that stands still is one freeze, however long."""
        if frames != self._frames:
            self._frames, self._moved_s, self._frozen = frames, now_s, False
        elif frames and not self._frozen and now_s - self._moved_s >= FROZEN_S:
            self._frozen = True
            self._freezes += 1

    def _sample(self, stats: MediaStats, took_s: float) -> LineSample:
        # "packets lost" may go down when a late packet comes after all (RFC 3550, section 6.4.1).
        lost = max(0, stats.lost - self._before.lost)
        came = max(0, stats.packets - self._before.packets)
        received = max(0, stats.bytes - self._before.bytes)
        return LineSample(
            session_id=self._session_id,
            loss_percent=round(100 * lost / (lost + came), 1) if came else 100.0,
            rtt_ms=None if stats.rtt_ms is None else round(min(stats.rtt_ms, 600_000.0), 1),
            kbps=round(received * 8 / 1000 / took_s, 1) if stats.bytes else None,
            freezes=self._freezes,
        )
