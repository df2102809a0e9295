# SPDX-License-Identifier: GPL-3.0-only
"""A way between two ends of a call that the test can cut:
a UDP relay, written into the answer's candidates.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

_CANDIDATE = re.compile(
    r"^a=candidate:\S+ \d+ udp \d+ (?P<host>\S+) (?P<port>\d+) typ host", re.IGNORECASE
)


class _Relay(asyncio.DatagramProtocol):
    """From whoever speaks to `target`, and back to the last speaker; nothing while `is_cut()`."""

    def __init__(self, target: tuple[str, int], is_cut: Callable[[], bool]) -> None:
        self._target, self._is_cut = target, is_cut
        self._other: tuple[str, int] | None = None
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.DatagramTransport)
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        if addr != self._target:
            self._other = addr
        to = self._target if addr != self._target else self._other
        if self._transport is not None and to is not None and not self._is_cut():
            self._transport.sendto(data, to)


class CutWay:
    """Every call gets a relay of its own;
    `cut` cuts them all, `cut_calls` only those with these numbers.
    """

    def __init__(self) -> None:
        self.cut = False
        self.cut_calls: set[int] = set()
        self.calls = 0
        self._closed = False
        self._transports: list[asyncio.BaseTransport] = []

    async def through(self, offer: str, answered: Callable[[str], Any]) -> str:
        """The answer to `offer`, so that all packets go by us;
        the offer's own candidates are kept from the desk.
        """
        answer = await answered(
            "\r\n".join(line for line in offer.splitlines() if "a=candidate" not in line) + "\r\n"
        )
        number, self.calls = self.calls, self.calls + 1
        lines, ours = [], ""
        for line in answer.splitlines():
            found = _CANDIDATE.match(line)
            if not line.startswith("a=candidate"):
                lines.append(line)
            elif found is not None and ":" not in found["host"]:
                if not ours:
                    host, port = await self._relay((found["host"], int(found["port"])), number)
                    ours = f"a=candidate:1 1 udp 2130706431 {host} {port} typ host"
                if lines[-1] != ours:
                    lines.append(ours)
        return "\r\n".join(lines) + "\r\n"

    async def _relay(self, target: tuple[str, int], number: int) -> tuple[str, int]:
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Relay(target, lambda: self.cut or number in self.cut_calls),
            local_addr=(target[0], 0),
        )
        self._transports.append(transport)
        if self._closed:  # a call may still be offered while the test ends
            transport.close()
        host, port = transport.get_extra_info("sockname")[:2]
        return host, port

    def close(self) -> None:
        """Ends all relays."""
        self._closed = True
        for transport in self._transports:
            transport.close()
