# SPDX-License-Identifier: GPL-3.0-only
"""aiortc as it comes, with its defaults, as a peer of the bench. Imports nothing of our engine."""

from __future__ import annotations

import asyncio
import fractions
import time
from typing import Any

import av
import numpy as np
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

from session.media.audio.sound import BLOCK, RATE_HZ
from tests.benchmarks.media.peer_python import MaterialCamera, Shown, serve, settings
from tests.benchmarks.media.voice import Speech


class Beat:
    """Waits for a fixed beat, as aiortc's own examples do."""

    def __init__(self, per_second: float) -> None:
        self._period_s, self._start_s, self._count = 1 / per_second, 0.0, 0

    async def next(self) -> int:
        if not self._start_s:
            self._start_s = time.time()
        self._count = max(self._count + 1, int((time.time() - self._start_s) / self._period_s))
        await asyncio.sleep(max(0.0, self._start_s + self._count * self._period_s - time.time()))
        return self._count


class Film(MediaStreamTrack):
    kind = "video"

    def __init__(self, camera: MaterialCamera) -> None:
        super().__init__()
        self._camera, self._beat = camera, Beat(25)

    async def recv(self) -> av.VideoFrame:
        beat = await self._beat.next()
        frame = self._camera.read()
        frame.pts, frame.time_base = beat * 3600, fractions.Fraction(1, 90_000)
        return frame


class Voice(MediaStreamTrack):
    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._source, self._beat = Speech(), Beat(50)

    async def recv(self) -> av.AudioFrame:
        beat = await self._beat.next()
        frame = av.AudioFrame.from_ndarray(
            self._source.read().reshape(1, -1), format="s16", layout="mono"
        )
        frame.sample_rate = RATE_HZ
        frame.pts = beat * BLOCK
        frame.time_base = fractions.Fraction(1, RATE_HZ)
        return frame


class Stock:
    """One connection and what it brings."""

    def __init__(self) -> None:
        self.pc: RTCPeerConnection | None = None
        self.shown = Shown()
        self.voice_s = self.guessed_s = 0.0
        self._tasks: set[asyncio.Task[None]] = set()

    async def answer(self, sdp: str, camera: MaterialCamera) -> str:
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.pc.on("track", self._on_track)
        await self.pc.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        self.pc.addTrack(Voice())
        self.pc.addTrack(Film(camera))
        await self.pc.setLocalDescription(await self.pc.createAnswer())
        said: str = self.pc.localDescription.sdp
        return said

    def _on_track(self, track: MediaStreamTrack) -> None:
        task = asyncio.ensure_future(
            self._watch(track) if track.kind == "video" else self._listen(track)
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _watch(self, track: MediaStreamTrack) -> None:
        try:
            while True:
                frame: Any = await track.recv()
                plane = frame.planes[0]
                rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
                self.shown.add(rows[: frame.height, : frame.width])
        except MediaStreamError:
            return

    async def _listen(self, track: MediaStreamTrack) -> None:
        """Seconds that passed without sound for them: what the buffer left out."""
        next_pts: int | None = None
        try:
            while True:
                frame: Any = await track.recv()
                if next_pts is not None and frame.pts > next_pts:
                    self.guessed_s += (frame.pts - next_pts) / RATE_HZ
                    self.voice_s += (frame.pts - next_pts) / RATE_HZ
                next_pts = frame.pts + frame.samples
                self.voice_s += frame.samples / RATE_HZ
        except MediaStreamError:
            return


async def main() -> None:
    """The program."""
    wanted = settings()
    stock, camera = Stock(), MaterialCamera(wanted.clip, wanted.height)

    async def answer(asked: dict[str, Any]) -> Any:
        if stock.pc is not None:
            await stock.pc.close()
        return await stock.answer(asked["sdp"], camera)

    async def pop(_asked: dict[str, Any]) -> Any:
        return stock.shown.pop()

    async def close(_asked: dict[str, Any]) -> Any:
        if stock.pc is not None:
            await stock.pc.close()

    async def stats(_asked: dict[str, Any]) -> Any:
        return {
            "voice_s": stock.voice_s,
            "guessed_s": stock.guessed_s,
            "video_octets": 0,
            "codec": "vp8",
        }

    await serve({"answer": answer, "pop": pop, "close": close, "stats": stats})


if __name__ == "__main__":
    asyncio.run(main())
