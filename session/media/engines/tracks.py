# SPDX-License-Identifier: GPL-3.0-only
"""Our picture and our voice as aiortc asks for them: a frame when it is due.
Used by `aiortc_call`.
"""

from __future__ import annotations

import asyncio
import fractions
from collections.abc import Callable

import av
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError

from session.media.audio.sound import BLOCK, BLOCK_S, RATE_HZ, SoundSource, silence
from session.media.devices.sources import FrameSource, dark_frame

VIDEO_TIME_BASE = fractions.Fraction(1, 90_000)
AUDIO_TIME_BASE = fractions.Fraction(1, RATE_HZ)


class SteadyBeat:
    """Due times on a fixed beat. Beats missed by more than `patience_s` are left out."""

    def __init__(self, period_s: float, patience_s: float = 0.5) -> None:
        self._period_s = period_s
        self._patience_s = patience_s
        self._start_s: float | None = None
        self._beats = 0

    async def next_beat(self) -> int:
        """Waits for the next beat and returns its number."""
        now_s = asyncio.get_running_loop().time()
        if self._start_s is None:
            self._start_s = now_s
            return 0
        self._beats += 1
        wait_s = self._start_s + self._beats * self._period_s - now_s
        if wait_s < -self._patience_s:
            self._beats += int(-wait_s / self._period_s)
        elif wait_s > 0:
            await asyncio.sleep(wait_s)
        return self._beats


class PictureTrack(MediaStreamTrack):
    """Reads a source `fps` times a second while the camera is on;
    else sends a dark picture, five times a second.

    Attributes:
        camera_on: films.
        sparing: five pictures a second will do, e.g. while the other end says nothing.

    Args:
        source: the camera; it stays open when the track stops.
        fps: pictures a second.
        on_sent: called in the media thread with each picture of the camera, and None while it is
            off.
    """

    kind = "video"

    def __init__(
        self,
        source: FrameSource,
        fps: int,
        *,
        on_sent: Callable[[av.VideoFrame | None], None],
        camera_on: bool = True,
    ) -> None:
        super().__init__()
        self.camera_on = camera_on
        self.sparing = False
        self._source = source
        self.fps = self._fps = fps
        self._every = 1
        self._on_sent = on_sent
        self._pacer = SteadyBeat(1 / fps, patience_s=1 / fps)
        self._size = (640, 360)

    def limit(self, fps: float) -> None:
        """Sends no more pictures a second than this; 0.25 is one every four seconds."""
        self._every = max(1, round(self._fps / max(fps, 0.05)))

    async def recv(self) -> av.VideoFrame:
        """The next picture, when it is due."""
        beat = await self._next_beat()
        if self.camera_on:
            frame = await asyncio.get_running_loop().run_in_executor(None, self._source.read)
            self._size = (frame.width, frame.height)
            self._on_sent(frame)
        else:
            frame = dark_frame(*self._size)
            self._on_sent(None)
        sent = frame.reformat(format="yuv420p")
        sent.pts = round(beat * 90_000 / self._fps)
        sent.time_base = VIDEO_TIME_BASE
        return sent

    async def _next_beat(self) -> int:
        while True:
            if self.readyState != "live":
                raise MediaStreamError
            beat = await self._pacer.next_beat()
            few = self.sparing or not self.camera_on
            if beat % (max(self._every, self._fps // 5) if few else self._every) == 0:
                return beat


class VoiceTrack(MediaStreamTrack):
    """Reads a source 50 times a second; silence while the microphone is off."""

    kind = "audio"

    def __init__(self, source: SoundSource, *, microphone_on: bool = True) -> None:
        super().__init__()
        self.microphone_on = microphone_on
        self._source = source
        self._pacer = SteadyBeat(BLOCK_S)

    async def recv(self) -> av.AudioFrame:
        """The next 20 ms of sound, when they are due."""
        if self.readyState != "live":
            raise MediaStreamError
        beat = await self._pacer.next_beat()
        block = self._source.read()
        if not self.microphone_on:
            block = silence()
        frame = av.AudioFrame.from_ndarray(block.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = RATE_HZ
        frame.pts = beat * BLOCK
        frame.time_base = AUDIO_TIME_BASE
        return frame
