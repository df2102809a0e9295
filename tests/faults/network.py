# SPDX-License-Identifier: GPL-3.0-only
"""Nodes in network namespaces of their own, on one bridge: a cable that can be pulled. Linux, root. Used by `cluster`.

Pulled, nothing is closed or refused: packets just do not come, as with a cut line.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys

NETWORK = "10.213.77"
"""Nobody's; the bridge is the first address, the nodes follow."""


def is_possible() -> bool:
    return sys.platform == "linux" and os.geteuid() == 0 and shutil.which("ip") is not None


async def _ip(*words: str, must: bool = True) -> None:
    process = await asyncio.create_subprocess_exec("ip", *words, stderr=asyncio.subprocess.DEVNULL)
    if await process.wait() != 0 and must:
        raise OSError(f"ip {' '.join(words)} failed")


class Network:
    """One bridge, one cable for each node.

    Attributes:
        hosts: node -> its address.
    """

    def __init__(self, nodes: list[str]) -> None:
        self._tag = f"{os.getpid() % 100_000}"
        self._bridge = f"pb{self._tag}"
        self.hosts = {name: f"{NETWORK}.{10 + n}" for n, name in enumerate(nodes)}
        self._numbers = {name: n for n, name in enumerate(nodes)}

    def _cable(self, node: str) -> str:
        return f"pv{self._tag}n{self._numbers[node]}"

    def command(self, node: str) -> list[str]:
        """What stands before a command that shall run at the node's end of the cable."""
        return [shutil.which("ip") or "ip", "netns", "exec", self._cable(node)]

    async def make(self) -> None:
        await _ip("link", "add", self._bridge, "type", "bridge")
        await _ip("addr", "add", f"{NETWORK}.1/24", "dev", self._bridge)
        await _ip("link", "set", self._bridge, "up")
        for name, host in self.hosts.items():
            cable = self._cable(name)
            await _ip("netns", "add", cable)
            await _ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", cable)
            await _ip("link", "set", cable, "master", self._bridge, "up")
            for words in (["addr", "add", f"{host}/24", "dev", "eth0"], ["link", "set", "eth0", "up"]):
                await _ip("-n", cable, *words)
            await _ip("-n", cable, "link", "set", "lo", "up")

    async def cut(self, node: str) -> None:
        await _ip("link", "set", self._cable(node), "down")

    async def mend(self, node: str) -> None:
        await _ip("link", "set", self._cable(node), "up")

    async def remove(self) -> None:
        for name in self.hosts:
            await _ip("link", "del", self._cable(name), must=False)
            await _ip("netns", "del", self._cable(name), must=False)
        await _ip("link", "del", self._bridge, must=False)
