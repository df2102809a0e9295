# SPDX-License-Identifier: GPL-3.0-only
"""The things a call has brought so far: the last picture, the voice, the counts.
Used by `aiortc_call`; written in the media thread, read in any.
"""

from __future__ import annotations

import threading
import time
import zlib
from collections import deque
from dataclasses import dataclass

import av
import numpy as np

from session.media.audio.sound import LevelMeter
from session.media.engine import MediaStats
from session.media.frames import VideoFrame

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


@dataclass(frozen=True)
class TransportCounts:
    """Counts of the line, polled from the connection."""

    packets: int = 0
    lost: int = 0
    rtt_ms: float | None = None
    bytes: int = 0


class ReceivedMedia:
    """The receiving side of one call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._raw: av.VideoFrame | None = None
        self._shown: VideoFrame | None = None
        self._frames = 0
        self._first_frame_s: float | None = None
        self.meter = LevelMeter()
        self._audio_packets = 0
        self._codec = ""
        self._freezes = FreezeCount()
        self.transport = TransportCounts()

    @property
    def frames(self) -> int:
        """Decoded pictures."""
        return self._frames

    @property
    def shown(self) -> VideoFrame | None:
        """The last picture, ready to be painted."""
        return self._shown

    def add_picture(self, frame: av.VideoFrame, screen_frame: VideoFrame, codec: str = "") -> None:
        """Takes a decoded picture in, and the same as a screen paints it."""
        with self._lock:
            self._codec = codec
            self._freezes.add(time.monotonic())
            self._frames += 1
            self._raw = frame
            self._shown = screen_frame
            self._first_frame_s = self._first_frame_s or time.monotonic()

    def pass_over(self) -> None:
        """Counts a decoded picture that is not shown because a newer one waits already."""
        self._frames += 1

    def count_voice_packet(self) -> None:
        """Counts a packet of voice."""
        self._audio_packets += 1

    @property
    def has_voice(self) -> bool:
        """A packet of voice has come."""
        return self._audio_packets > 0

    def stats(self) -> MediaStats:
        """All counts; the checksum is made here, from the last picture."""
        with self._lock:
            raw, frames, first_frame_s = self._raw, self._frames, self._first_frame_s
        return MediaStats(
            frames=frames,
            width_px=raw.width if raw is not None else 0,
            height_px=raw.height if raw is not None else 0,
            checksum=luma_checksum(raw) if raw is not None else "",
            first_frame_s=first_frame_s,
            packets=max(self.transport.packets, self._audio_packets),
            audio_packets=self._audio_packets,
            audio_level=self.meter.level,
            bytes=self.transport.bytes,
            lost=self.transport.lost,
            rtt_ms=self.transport.rtt_ms,
            codec=self._codec,
            freezes=self._freezes.count,
            frozen_s=round(self._freezes.total_s, 3),
        )


def luma_checksum(frame: av.VideoFrame) -> str:
    """CRC-32 (as zlib) of the picture's brightness, row by row without the rows' padding, 8 hex
    digits.
    """
    plane = frame.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[
        : frame.height, : frame.width
    ]
    return f"{zlib.crc32(np.ascontiguousarray(rows)):08x}"
