# SPDX-License-Identifier: GPL-3.0-only
"""Both ends of a call on a shaped line, and what they show.
Used by `cases` and by the short shaped tests.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import psutil

from session.protocol.codec import encode_session
from session.protocol.conversation.messages import CallOffered
from tests.benchmarks.media.measures import Shown, Window, window
from tests.benchmarks.media.network import Line, Network
from tests.benchmarks.media.peers import Engine, Peer, PeerSettings

SIGNAL_BYTES = 600
"""What a message of the bus carries beside itself: headers of NATS, TLS and TCP."""

WIDEST_KBPS = 5000
"""What an idle kiosk's test of its line finds where there is more
(`session.kiosk.hub.line_measurement`).
"""


def now_ms() -> float:
    """The wall clock both ends read."""
    return time.time() * 1000


@dataclass
class Stage:
    """The running pair. `shown["desk"]` is what the desk saw of the kiosk."""

    network: Network
    line: Line
    kiosk: Peer
    desk: Peer
    prepares: bool = False
    shown: dict[str, list[Shown]] = field(default_factory=lambda: {"kiosk": [], "desk": []})
    began_ms: float = 0.0
    _busy_s: float = field(default_factory=lambda: _busy_s())
    _began_s: float = field(default_factory=time.monotonic)

    @property
    def ends(self) -> dict[str, Peer]:
        return {"kiosk": self.kiosk, "desk": self.desk}

    def shared(self) -> Shared:
        """Who has had the processor so far."""
        took_s = time.monotonic() - self._began_s
        ours_s = sum(peer.processor_s() for peer in self.ends.values()) + self.network.processor_s()
        busy_s = _busy_s() - self._busy_s
        return Shared(round(ours_s / took_s * 100), round(max(0.0, busy_s - ours_s) / took_s * 100))

    async def _over_the_bus(self, sdp: str) -> str:
        """The bus takes the same line: delay, and the time its bytes need, packed as our messages
        are.
        """
        seconds = self.line.delay_ms / 1000
        if self.line.kbps:
            size = len(encode_session(CallOffered(call_id="0" * 22, sdp=sdp)))
            seconds += (size + SIGNAL_BYTES) * 8 / (self.line.kbps * 1000)
        await asyncio.sleep(seconds)
        return sdp

    async def end_call(self) -> None:
        """Both hang up; what was shown is forgotten, and a kiosk of ours makes its next offer
        ready.
        """
        for peer in self.ends.values():
            await peer.do("close")
        await self._make_ready()

    async def _make_ready(self) -> None:
        if self.prepares:
            await self.kiosk.do("prepare")
        await asyncio.sleep(0.3)
        await self.collect()
        for shown in self.shown.values():
            shown.clear()

    async def call(self) -> None:
        """The agent accepts: the kiosk hears of it, offers, and so on. `began_ms` is the accept."""
        self.began_ms = now_ms()
        await self._over_the_bus("")
        offer = await self._over_the_bus(await self.kiosk.do("offer"))
        answer = await self._over_the_bus(await self.desk.do("answer", sdp=offer))
        await self.kiosk.do("accept", sdp=answer)

    async def collect(self) -> None:
        """Takes what both ends have shown."""
        for name, peer in self.ends.items():
            self.shown[name] += [tuple(picture) for picture in await peer.do("pop")]

    async def wait(self, seconds: float, every_s: float = 1.0) -> None:
        """Lets the call go on and collects what is shown."""
        end_s = time.monotonic() + seconds
        while (left_s := end_s - time.monotonic()) > 0:
            await asyncio.sleep(min(every_s, left_s))
            await self.collect()

    async def stats(self) -> dict[str, dict[str, Any]]:
        """Of both ends."""
        return {name: await peer.do("stats") for name, peer in self.ends.items()}

    async def measure(self, seconds: float) -> Measured:
        """Figures of the next `seconds`."""
        before, begin_ms, line = await self.stats(), now_ms(), await self.network.counts()
        used = {name: peer.processor_s() for name, peer in self.ends.items()}
        await self.wait(seconds)
        after, end_ms, line_after = await self.stats(), now_ms(), await self.network.counts()
        took_s = (end_ms - begin_ms) / 1000
        return Measured(
            windows={name: window(shown, begin_ms, end_ms) for name, shown in self.shown.items()},
            decoded_fps={
                name: (after[name]["decoded"] - before[name]["decoded"]) / took_s
                for name in after
                if "decoded" in after[name] and "decoded" in before[name]
            },
            guessed={name: _guessed(before[name], after[name]) for name in after},
            processor={
                name: (peer.processor_s() - used[name]) / took_s * 100
                for name, peer in self.ends.items()
            },
            video_kbps={
                "desk": _rate(before["kiosk"], after["kiosk"], "sent_octets", took_s),
                "kiosk": _rate(before["kiosk"], after["kiosk"], "video_octets", took_s),
            },
            line=[
                {key: late[key] - early[key] for key in late}
                for early, late in zip(line, line_after, strict=True)
            ],
            stats=after,
        )


def _busy_s() -> float:
    """Seconds of processor that all programs of the machine have used."""
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0))


@dataclass(frozen=True)
class Shared:
    """Per cent of one core: both ends and the line between them, and everybody else meanwhile."""

    ours: int
    others: int


@dataclass(frozen=True)
class Measured:
    """A window of a call. Keys "desk" and "kiosk": whose eyes and ears.
    `guessed`: share of the voice, 0..1.

    `decoded_fps`: pictures decoded, where an end tells;
    Chromium paints fewer in a page that is not on a screen.
    """

    windows: dict[str, Window]
    decoded_fps: dict[str, float]
    guessed: dict[str, float]
    processor: dict[str, float]
    video_kbps: dict[str, float]
    line: list[dict[str, int]]
    stats: dict[str, dict[str, Any]]


def _guessed(before: dict[str, Any], after: dict[str, Any]) -> float:
    heard_s = after["voice_s"] - before["voice_s"]
    return max(0.0, after["guessed_s"] - before["guessed_s"]) / heard_s if heard_s > 0.5 else 1.0


def _rate(before: dict[str, Any], after: dict[str, Any], name: str, seconds: float) -> float:
    return float(after.get(name, 0) - before.get(name, 0)) * 8 / seconds / 1000


@asynccontextmanager
async def on_stage(
    engine: Engine, line: Line, *, height: int = 720, clip: str = "head", name: str = "bench"
) -> AsyncIterator[Stage]:
    """Both ends of `engine` on `line`, not yet in a call."""
    known_kbps = round(line.kbps) or WIDEST_KBPS
    settings = PeerSettings(known_kbps if engine.ours else 0, height, clip, engine.codec)
    async with Network() as network:
        await network.shape(line)
        kiosk = Peer(
            f"{name}.kiosk", engine.kiosk, settings=settings, within=network.within(network.kiosk)
        )
        desk = Peer(
            f"{name}.desk", engine.desk, settings=settings, within=network.within(network.desk)
        )
        began_s, busy_s = time.monotonic(), _busy_s()
        try:
            await asyncio.gather(kiosk.start(), desk.start())
            stage = Stage(network, line, kiosk, desk, engine.ours, _busy_s=busy_s, _began_s=began_s)
            await stage._make_ready()
            yield stage
        finally:
            await asyncio.gather(kiosk.close(), desk.close())
