# SPDX-License-Identifier: GPL-3.0-only
"""What the peers in Python share: taking lines, filming the material, noting what is shown."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from tests.benchmarks.media.material import age_ms, pictures, to_and_fro, write_time
from tests.benchmarks.media.peers import PeerSettings

Handler = Callable[[dict[str, Any]], Awaitable[Any]]


class MaterialCamera:
    """A `session.media.devices.sources.FrameSource` that films the material, 25 pictures a second,
    with the time in each.
    """

    simulated = True
    there = True

    def __init__(self, clip: str, height: int) -> None:
        frames = [
            av.VideoFrame.from_ndarray(picture, format="rgb24")
            for picture in pictures(clip, height)
        ]
        self._planes = [
            np.asarray(frame.reformat(format="yuv420p").to_ndarray(), np.uint8) for frame in frames
        ]
        self._height = height

    def read(self) -> av.VideoFrame:
        now_s = time.time()
        planes = self._planes[to_and_fro(int(now_s * 25), len(self._planes))].copy()
        write_time(planes[: self._height], now_s * 1000)
        return av.VideoFrame.from_ndarray(planes, format="yuv420p")

    def close(self) -> None:
        """Nothing to give back."""


class Shown:
    """Pictures as they are shown."""

    def __init__(self) -> None:
        self._seen: list[tuple[float, int, int, float | None]] = []

    def add(self, luma: npt.NDArray[np.uint8]) -> None:
        now_ms = time.time() * 1000
        height, width = luma.shape
        self._seen.append((round(now_ms, 1), width, height, age_ms(luma, now_ms)))

    def pop(self) -> list[tuple[float, int, int, float | None]]:
        seen, self._seen = self._seen, []
        return seen


def settings() -> PeerSettings:
    """What this program was started with."""
    return PeerSettings(**json.loads(sys.argv[-1]))


async def serve(handlers: dict[str, Handler]) -> None:
    """Answers lines until stdin ends; one that takes long does not hold the others up."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1 << 22)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    print(json.dumps({"ready": True}), flush=True)
    async with asyncio.TaskGroup() as answering:
        while line := await reader.readline():
            answering.create_task(_answer(json.loads(line), handlers))


async def _answer(asked: dict[str, Any], handlers: dict[str, Handler]) -> None:
    try:
        said = {"id": asked["id"], "ok": await handlers[asked["do"]](asked)}
    except Exception as error:
        said = {"id": asked["id"], "error": f"{type(error).__name__}: {error}"}
    print(json.dumps(said), flush=True)
