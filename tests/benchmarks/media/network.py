# SPDX-License-Identifier: GPL-3.0-only
"""Two network namespaces with a shaped line between them.
Used by the media bench and by the short shaped tests.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.benchmarks.media.shaper import DEVICE

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Line:
    """A line, the same in both directions. `kbps` 0: as wide as it gets.
    `loss`: share of packets, 0..1.
    """

    kbps: float = 0.0
    queue_ms: float = 300.0
    delay_ms: float = 0.0
    jitter_ms: float = 0.0
    loss: float = 0.0


LAN = Line()
RURAL_1 = Line(512, 300, 20, 5, 0.01)
RURAL_3 = Line(512, 300, 20, 5, 0.03)
POOR_1 = Line(256, 300, 20, 5, 0.01)
WIDE = Line(4000, 300, 20, 5, 0.0)


def why_not() -> str:
    """Why no namespace can be made here; empty when it can."""
    if sys.platform != "linux":
        return "network namespaces are Linux's"
    if os.geteuid() != 0:
        return "not root: network namespaces cannot be made"
    if shutil.which("ip") is None:
        return "no ip command (iproute2)"
    if not Path("/dev/net/tun").exists():
        return "no /dev/net/tun"
    made = subprocess.run(
        ["ip", "netns", "add", f"try{os.getpid()}"], capture_output=True, check=False
    )
    if made.returncode:
        return "network namespaces cannot be made here"
    subprocess.run(["ip", "netns", "del", f"try{os.getpid()}"], capture_output=True, check=False)
    return ""


async def run(*command: str, check: bool = True) -> None:
    """Runs a command to its end. Raises RuntimeError with what it said."""
    made = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    _out, said = await made.communicate()
    if check and made.returncode:
        raise RuntimeError(f"{' '.join(command)}: {said.decode(errors='replace').strip()}")


class Network:
    """`async with Network() as net`: namespaces `net.kiosk` and `net.desk`, addresses 10.77.0.1 and
    10.77.0.2.
    """

    def __init__(self) -> None:
        self.kiosk, self.desk = f"kiosk{os.getpid()}", f"desk{os.getpid()}"
        self.addresses = {self.kiosk: "10.77.0.1", self.desk: "10.77.0.2"}
        self._shaper: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Network:
        try:
            await self._up()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def _up(self) -> None:
        for namespace in self.addresses:
            await run("ip", "netns", "add", namespace)
            await run("ip", "-n", namespace, "link", "set", "lo", "up")
        self._shaper = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.benchmarks.media.shaper", self.kiosk, self.desk,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=ROOT,
        )  # fmt: skip
        await self._line()
        for namespace, address in self.addresses.items():
            await run("ip", "-n", namespace, "addr", "add", f"{address}/24", "dev", DEVICE)
            await run("ip", "-n", namespace, "link", "set", DEVICE, "up", "mtu", "1500")
            await run("ip", "-n", namespace, "route", "add", "default", "dev", DEVICE)

    async def __aexit__(self, *_exception: object) -> None:
        if self._shaper is not None and self._shaper.stdin is not None:
            self._shaper.stdin.close()
            await asyncio.wait_for(self._shaper.wait(), 5)
        for namespace in self.addresses:
            await run("ip", "netns", "del", namespace, check=False)

    async def _line(self) -> str:
        assert self._shaper is not None
        assert self._shaper.stdout is not None
        read = await asyncio.wait_for(self._shaper.stdout.readline(), 10)
        if not read:
            raise RuntimeError("the shaper has ended")
        return read.decode()

    async def _ask(self, **asked: Any) -> Any:
        assert self._shaper is not None
        assert self._shaper.stdin is not None
        self._shaper.stdin.write(json.dumps(asked).encode() + b"\n")
        return json.loads(await self._line())

    async def shape(self, line: Line) -> None:
        """Both directions become `line`."""
        await self._ask(set=asdict(line))

    async def cut(self, out: bool) -> None:
        """Nothing passes, or it does again."""
        await self._ask(set={"out": out})

    async def counts(self) -> Any:
        """[kiosk to desk, desk to kiosk], each {came, passed, overflowed, lost, octets}."""
        return await self._ask(read=True)

    def processor_s(self) -> float:
        """Seconds of processor that the line has used."""
        if self._shaper is None:
            return 0.0
        times = psutil.Process(self._shaper.pid).cpu_times()
        return float(times.user + times.system)

    async def move_kiosk(self, address: str) -> None:
        """The kiosk gets another address, as after a change of network."""
        await run("ip", "-n", self.kiosk, "addr", "flush", "dev", DEVICE)
        await run("ip", "-n", self.kiosk, "addr", "add", f"{address}/24", "dev", DEVICE)
        await run("ip", "-n", self.kiosk, "route", "add", "default", "dev", DEVICE, check=False)

    def within(self, namespace: str) -> list[str]:
        """What a command begins with to run in `namespace`."""
        return ["ip", "netns", "exec", namespace]
