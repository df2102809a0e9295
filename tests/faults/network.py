# SPDX-License-Identifier: GPL-3.0-only
"""Programs in network namespaces, on one bridge: cables that can be pulled. Linux, root.
Used by `cluster`.

Pulled, nothing is closed or refused: packets just do not come, as with a cut line.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys

NETWORK = f"10.213.{os.getpid() % 256}"
"""Nobody's, not even another run's; the bridge is the first address, the programs follow."""


def is_possible() -> bool:
    """Root alone is not enough in a container: it is tried."""
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("ip") is None:
        return False
    name = f"pt{os.getpid()}"
    made = (
        subprocess.run(
            ["ip", "netns", "add", name], stderr=subprocess.DEVNULL, check=False
        ).returncode
        == 0
    )
    if made:
        subprocess.run(["ip", "netns", "del", name], check=False)
    return made


async def _ip(*words: str, must: bool = True) -> None:
    process = await asyncio.create_subprocess_exec("ip", *words, stderr=asyncio.subprocess.DEVNULL)
    if await process.wait() != 0 and must:
        raise OSError(f"ip {' '.join(words)} failed")


class Network:
    """One bridge, one cable for each program.

    Attributes:
        hosts: program's name -> its address.
    """

    def __init__(self, names: list[str]) -> None:
        self._tag = f"{os.getpid() % 100_000}"
        self._bridge = f"pb{self._tag}"
        self.hosts = {name: f"{NETWORK}.{10 + n}" for n, name in enumerate(names)}
        self._numbers = {name: n for n, name in enumerate(names)}

    def _cable(self, name: str) -> str:
        return f"pv{self._tag}n{self._numbers[name]}"

    def command(self, name: str) -> list[str]:
        """What stands before a command that shall run at this end of the cable."""
        return [shutil.which("ip") or "ip", "netns", "exec", self._cable(name)]

    async def make(self) -> None:
        await _ip("link", "add", self._bridge, "type", "bridge")
        await _ip("addr", "add", f"{NETWORK}.1/24", "dev", self._bridge)
        await _ip("link", "set", self._bridge, "up")
        for name, host in self.hosts.items():
            cable = self._cable(name)
            await _ip("netns", "add", cable)
            await _ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", cable)
            await _ip("link", "set", cable, "master", self._bridge, "up")
            for words in (
                ["addr", "add", f"{host}/24", "dev", "eth0"],
                ["link", "set", "eth0", "up"],
            ):
                await _ip("-n", cable, *words)
            await _ip("-n", cable, "link", "set", "lo", "up")

    async def cut(self, name: str) -> None:
        await _ip("link", "set", self._cable(name), "down")

    async def mend(self, name: str) -> None:
        await _ip("link", "set", self._cable(name), "up")

    async def part(self, name: str, others: list[str]) -> None:
        """What it says reaches everybody but these."""
        for other in others:
            await _ip("-n", self._cable(name), "route", "add", "blackhole", self.hosts[other])

    async def join(self, name: str, others: list[str]) -> None:
        """Undoes `part`."""
        for other in others:
            await _ip("-n", self._cable(name), "route", "del", "blackhole", self.hosts[other])

    async def remove(self) -> None:
        for name in self.hosts:
            await _ip("link", "del", self._cable(name), must=False)
            await _ip("netns", "del", self._cable(name), must=False)
        await _ip("link", "del", self._bridge, must=False)
