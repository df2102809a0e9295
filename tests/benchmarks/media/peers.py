# SPDX-License-Identifier: GPL-3.0-only
"""Ends of a call as programs of their own that take JSON lines.
Used by `cases`; new engines are added to `ENGINES`.

A peer is started with its settings as JSON in its last argument and says {"ready": true}.
It answers each line {"id", "do", ...} with {"id", "ok": ...} or {"id", "error": "..."}:

    offer -> sdp            answer {sdp} -> sdp        accept {sdp} -> true      close -> true
    pop -> [[wall ms, width, height, age ms or null], ...]: pictures shown since the last pop
    stats -> {voice_s, guessed_s: seconds of voice played and guessed, video_octets, codec}

A kiosk of ours also takes prepare (its offer is made before anybody accepts) and page {address,
bytes} (a scanned page under the governor's rule).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from dataclasses import asdict, dataclass
from typing import Any

import psutil

from tests.benchmarks.media.network import ROOT


@dataclass(frozen=True)
class PeerSettings:
    """What a peer films and knows of its line. `codec`: this one alone, "" for its own order."""

    line_kbps: int = 0
    height: int = 720
    clip: str = "head"
    codec: str = ""


PLAIN = "tests.benchmarks.media.peer_chromium"
OUR_KIOSK = "tests.benchmarks.media.peer_kiosk"


@dataclass(frozen=True)
class Engine:
    """A desk's end, and the kiosk's that goes with it: modules to be run.
    `ours`: they know their line and govern.
    """

    desk: str
    kiosk: str = PLAIN
    ours: bool = False
    codec: str = ""


ENGINES: dict[str, Engine] = {
    "aiortc": Engine("tests.benchmarks.media.peer_aiortc", OUR_KIOSK, ours=True),
    "browser": Engine("tests.benchmarks.media.peer_browser", OUR_KIOSK, ours=True),
    "stock aiortc": Engine("tests.benchmarks.media.peer_stock"),
    "Chromium": Engine(PLAIN),
}
"""The desk's two engines, each with our kiosk's own page; then the peers with their defaults:
aiortc as it comes with a browser, and a browser with a browser.
"""


class Peer:
    """One end in a namespace."""

    def __init__(
        self, name: str, module: str, *, settings: PeerSettings, within: list[str]
    ) -> None:
        self.name = name
        self._command = [*within, sys.executable, "-m", module, json.dumps(asdict(settings))]
        self._process: asyncio.subprocess.Process | None = None
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._ready = asyncio.Event()
        self._number = 0
        self._reading: asyncio.Task[None] | None = None

    async def start(self) -> Peer:
        log_folder = ROOT / "build" / "bench"
        log_folder.mkdir(parents=True, exist_ok=True)
        path = log_folder / f"media.{self.name}.log"
        with path.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                cwd=ROOT,
                limit=1 << 24,
                env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            )
        self._reading = asyncio.create_task(self._read())
        await asyncio.wait_for(self._ready.wait(), 60)
        return self

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            try:
                said = json.loads(line)
            except ValueError:
                continue  # a library talks
            if not isinstance(said, dict):
                continue
            if said.get("ready"):
                self._ready.set()
            waiting = self._waiting.pop(said.get("id", 0), None)
            if waiting is not None and not waiting.done():
                waiting.set_result(said)
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_result({"error": "it has ended"})

    async def do(self, what: str, timeout_s: float = 15, **more: Any) -> Any:
        """Asks and awaits. Raises RuntimeError when the peer could not, TimeoutError."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._number += 1
        waiting = self._waiting[self._number] = asyncio.get_running_loop().create_future()
        self._process.stdin.write(
            json.dumps({"id": self._number, "do": what, **more}).encode() + b"\n"
        )
        said = await asyncio.wait_for(waiting, timeout_s)
        if "error" in said:
            raise RuntimeError(f"{self.name}, {what}: {said['error']}")
        return said["ok"]

    def processes(self) -> list[psutil.Process]:
        """The peer's own and its children's."""
        assert self._process is not None
        with contextlib.suppress(psutil.NoSuchProcess):
            own = psutil.Process(self._process.pid)
            return [own, *own.children(recursive=True)]
        return []

    def processor_s(self) -> float:
        """Seconds of processor used so far."""
        used = 0.0
        for process in self.processes():
            with contextlib.suppress(psutil.Error):
                times = process.cpu_times()
                used += times.user + times.system
        return used

    def memory_mb(self) -> float:
        """Memory of its own, all processes together."""
        total = 0
        for process in self.processes():
            with contextlib.suppress(psutil.Error):
                total += process.memory_full_info().uss
        return total / (1 << 20)

    async def close(self) -> None:
        """Ends the peer."""
        if self._process is None or self._process.stdin is None:
            return
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), 8)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        if self._reading is not None:
            self._reading.cancel()
