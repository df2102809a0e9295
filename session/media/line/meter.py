# SPDX-License-Identifier: GPL-3.0-only
"""Measures the line of a call every few seconds, from what an engine counts.
Pure; used by `end`.
"""

from __future__ import annotations

from dataclasses import dataclass

from session.media.engine import MediaStats
from session.protocol.conversation.line import LineSeen
from session.protocol.hub.history import LineSample

EVERY_S = 10.0
FROZEN_S = 1.0
"""A picture that stands still for so long is noticed; a camera sends many a second."""


@dataclass(frozen=True, kw_only=True)
class LineMeasure:
    """The counts of `took_s` seconds; the fields as in `LineSeen`."""

    took_s: float
    loss_percent: float
    rtt_ms: float | None
    kbps: float | None
    height_px: int
    fps: float
    freezes: int
    concealed_percent: float


class LineMeter:
    """Measures one session's line; each call of the session from its beginning.

    Args:
        every_s: seconds from one measure to the next.
    """

    def __init__(self, session_id: str, every_s: float = EVERY_S) -> None:
        self._session_id = session_id
        self._every_s = every_s
        self._call_id = ""
        self._began_s = 0.0
        self._before = MediaStats()
        self._frames = 0
        self._moved_s = 0.0
        self._frozen = False
        self._freezes = 0

    def measure(
        self, call_id: str, stats: MediaStats, now_s: float, *, photos: bool = False
    ) -> LineMeasure | None:
        """Takes what was counted by now; returns a measure when it is time for one.

        Args:
            photos: the other end sends a still photo now and then:
                a picture that stands still is no fault.
        """
        if call_id != self._call_id:
            self._call_id = call_id
            self._began_s = now_s
            self._before = stats
            self._frames = stats.frames
            self._moved_s = now_s
            self._frozen = False
            self._freezes = 0
            return None
        self._watch_picture(stats.frames, now_s, photos)
        if now_s - self._began_s < self._every_s:
            return None
        measured = self._measured(stats, now_s - self._began_s)
        self._began_s = now_s
        self._before = stats
        self._freezes = 0
        return measured

    def _watch_picture(self, frames: int, now_s: float, photos: bool) -> None:
        """Counts a picture that stands still as one freeze, however long."""
        if frames != self._frames or photos:
            self._frames = frames
            self._moved_s = now_s
            self._frozen = False
        elif frames and not self._frozen and now_s - self._moved_s >= FROZEN_S:
            self._frozen = True
            self._freezes += 1

    def _measured(self, stats: MediaStats, took_s: float) -> LineMeasure:
        # "packets lost" may go down when a late packet comes after all (RFC 3550, section 6.4.1).
        before = self._before
        lost = max(0, stats.lost - before.lost)
        came = max(0, stats.packets - before.packets)
        received = max(0, stats.bytes - before.bytes)
        blocks = stats.voice_blocks - before.voice_blocks
        made_up = max(0, stats.voice_made_up - before.voice_made_up)
        return LineMeasure(
            took_s=took_s,
            loss_percent=round(100 * lost / (lost + came), 1) if came else 100.0,
            rtt_ms=None
            if stats.rtt_ms is None
            else round(min(max(0.0, stats.rtt_ms), 600_000.0), 1),
            kbps=round(received * 8 / 1000 / took_s, 1) if stats.bytes else None,
            height_px=min(10_000, stats.height_px),
            fps=round(min(240.0, max(0, stats.frames - before.frames) / took_s), 1),
            freezes=self._freezes,
            concealed_percent=round(min(100.0, 100 * made_up / blocks), 1) if blocks > 0 else 0.0,
        )

    def line_sample(self, measured: LineMeasure, carries_kbps: float) -> LineSample:
        """The measure for the hub, sent with the signs of life."""
        return LineSample(
            session_id=self._session_id,
            loss_percent=measured.loss_percent,
            rtt_ms=measured.rtt_ms,
            kbps=measured.kbps,
            freezes=measured.freezes,
            carries_kbps=round(carries_kbps, 1),
        )

    def line_seen(self, measured: LineMeasure) -> LineSeen:
        """The measure for the other end of the session."""
        return LineSeen(
            kbps=measured.kbps or 0.0,
            loss_percent=measured.loss_percent,
            rtt_ms=measured.rtt_ms,
            height_px=measured.height_px,
            fps=measured.fps,
            freezes=measured.freezes,
            concealed_percent=measured.concealed_percent,
        )
