# SPDX-License-Identifier: GPL-3.0-only
"""An engine that is told what its line does, for the tests of this folder."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Awaitable
from typing import Any

from session.core.errors import CallLost
from session.core.signals import Signal
from session.media.call_page import PageEvent
from session.media.engine import MediaState, MediaStats
from session.media.frames import VideoFrame
from session.media.ice import IcePlan
from tests.support.memory.channel import MemoryChannel


class ToldEngine:
    """Answers everything but "bad"; receives what `stats_now` says."""

    simulated_camera = True
    camera_there = True
    microphone_there = True

    def __init__(self) -> None:
        self.state_changed: Signal[MediaState] = Signal()
        self.stats_now = MediaStats()
        self.answers = 0
        self.closed_calls = 0
        self.switches: list[tuple[str, bool]] = []
        self.lines: list[int] = []
        self.limits: list[int] = []

    async def answer(self, offer_sdp: str) -> str:
        await asyncio.sleep(0)
        if offer_sdp == "bad":
            raise CallLost(why="bad")
        self.answers += 1
        self.stats_now = MediaStats()
        return f"answer {self.answers} to {offer_sdp}"

    async def close_call(self) -> None:
        self.closed_calls += 1

    async def close(self) -> None:
        self.closed_calls += 1

    def set_microphone(self, on: bool) -> None:
        self.switches.append(("microphone", on))

    def set_camera(self, on: bool) -> None:
        self.switches.append(("camera", on))

    def prepare(self) -> None: ...
    def set_ice(self, plan: IcePlan) -> None: ...

    def set_line(self, line_kbps: int) -> None:
        self.lines.append(line_kbps)

    def set_picture_limit(
        self, kbps: int, *, height_px: int = 0, fps: float = 0.0, motion: bool = False
    ) -> None:
        self.limits.append(kbps)

    def latest_frame(self) -> VideoFrame | None:
        return None

    def own_frame(self) -> VideoFrame | None:
        return None

    def stats(self) -> MediaStats:
        return self.stats_now

    def receive(self, packets: int, first_frame_s: float | None = None) -> None:
        before = self.stats_now
        first_s = before.first_frame_s if first_frame_s is None else first_frame_s
        frames = before.frames + (packets if first_s is not None else 0)
        self.stats_now = dataclasses.replace(
            before,
            packets=before.packets + packets,
            frames=frames,
            first_frame_s=first_s,
            width_px=640,
            height_px=360,
        )


class ToldPage:
    """Makes offers; sees what `seen` says; breaks when `broken`."""

    def __init__(self) -> None:
        self.happened: Signal[PageEvent] = Signal()
        self.scripts: list[str] = []
        self.broken = False
        self.seen: dict[str, Any] = {
            "first_frame_ms": None,
            "frames": 0,
            "width_px": 0,
            "height_px": 0,
            "checksum": "",
            "audio_packets": 0,
            "audio_level": 0,
            "state": "connecting",
        }

    def run(self, script: str) -> Awaitable[object]:
        return self._run(script)

    async def _run(self, script: str) -> object:
        self.scripts.append(script)
        if self.broken:
            raise CallLost(why="page broken")
        if script.startswith("call.offer"):
            return {"sdp": f"offer {len(self.offers())}", "simulated": True}
        return self.seen if script == "call.seen()" else True

    def offers(self) -> list[dict[str, Any]]:
        return [
            json.loads(script[11:-1]) for script in self.scripts if script.startswith("call.offer(")
        ]


async def settle() -> None:
    for _ in range(30):
        await asyncio.sleep(0)


def sent[Kind](channel: MemoryChannel, kind: type[Kind]) -> list[Kind]:
    return [message for message in channel.sent if isinstance(message, kind)]
