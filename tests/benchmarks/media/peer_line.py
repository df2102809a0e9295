# SPDX-License-Identifier: GPL-3.0-only
"""The application's line governor at one end of the bench, and a scanned page that crosses under
its rule.

Used by the peers that are ours. What the two ends tell each other of their rules is left out:
nothing depends on it.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from session.core.clock import SystemClock
from session.core.errors import SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.media.engine import MediaStats, PictureLimits
from session.media.line.end import TICK_S, LineEnd, OtherTraffic
from session.media.line.governor import Demand, Shares
from session.protocol.conversation.messages import SessionMessage
from session.protocol.endpoints.channel import MessageHandler, MessageRate, RawHandler
from tests.benchmarks.media.page_transfer import PIECE, PORT

GUESS_KBPS = 420.0
"""As both ends do of a line that nobody has measured."""


class _Nobody:
    """A channel whose other end hears nothing."""

    session_id = "bench"

    def __init__(self) -> None:
        self.flooded: Signal[str] = Signal()

    async def send(self, topic: str, message: SessionMessage) -> None:
        """Lost."""

    async def send_raw(self, topic: str, payload: bytes, headers: Mapping[str, str]) -> None:
        """Lost."""

    def takes(self, topic: str, kind: str, rate: MessageRate, amount: float = 1.0) -> bool:
        """Nothing comes."""
        return True

    def refuse(
        self, topic: str, code: str, why: str = "", of: str = "", *, is_reported: bool = True
    ) -> None:
        """Nobody is told."""

    def on_message(self, topic: str, handler: MessageHandler) -> Callable[[], None]:
        """Nothing comes."""
        return lambda: None

    def on_raw(self, topic: str, handler: RawHandler) -> Callable[[], None]:
        """Nothing comes."""
        return lambda: None


class GovernedEnd:
    """Looks once a second and bounds the picture, as `session.desk.line` and `session.kiosk.line`
    do.

    Args:
        line_kbps: what the line was measured to carry, 0 for unknown.
        limit: carries the picture's bound out.
        count: the call's counts.
    """

    def __init__(
        self,
        line_kbps: int,
        limit: Callable[[PictureLimits], object],
        *,
        count: Callable[[], Awaitable[MediaStats]],
    ) -> None:
        self._limit, self._count = limit, count
        self._sent_bytes, self._crosses = 0, False
        self._tasks = Tasks()
        self._calls = itertools.count(1)
        self._call = 0
        self._end = LineEnd(
            _Nobody(),
            SystemClock(),
            tasks=self._tasks,
            apply=self._apply,
            traffic=self._traffic,
            start_kbps=float(line_kbps or GUESS_KBPS),
        )

    def begin_call(self) -> None:
        """A call begins, the first or another one."""
        first, self._call = not self._call, next(self._calls)
        self._apply(self._end.shares)
        if first:
            self._tasks.start(self._watch(), name="bench-line")

    async def send_page(self, asked: dict[str, Any]) -> bool:
        """`bytes` to `address` through TCP, at the rate that the governor gives to pages;
        True when all has come.
        """
        reader, writer = await asyncio.open_connection(asked["address"], PORT)
        self._crosses, left, due_s = True, int(asked["bytes"]), asyncio.get_running_loop().time()
        self._end.govern_now()
        try:
            while left > 0:
                writer.write(bytes(min(PIECE, left)))
                await writer.drain()
                left -= PIECE
                self._sent_bytes += PIECE
                due_s = max(due_s, asyncio.get_running_loop().time() - 0.5)
                due_s += PIECE * 8 / (1000 * self._end.shares.page_kbps)
                await asyncio.sleep(max(0.0, due_s - asyncio.get_running_loop().time()))
            return await asyncio.wait_for(reader.read(1), 120) != b""
        finally:
            self._crosses = False
            writer.close()

    @property
    def rule(self) -> str:
        """For the log: what holds now."""
        shares = self._end.shares
        parts = f"face {shares.face.kbps}, page {shares.page_kbps}"
        return f"{shares.step} {shares.budget_kbps:.0f} kb/s, {parts}"

    def _apply(self, shares: Shares) -> None:
        self._limit(shares.face)

    def _traffic(self) -> OtherTraffic:
        return OtherTraffic(sent_bytes=self._sent_bytes, demand=Demand(page=self._crosses))

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            try:
                self._end.tick(f"call{self._call}", await self._count())
            except SessionError:
                continue  # the page is busy

    async def close(self) -> None:
        """Ends."""
        self._end.close()
        await self._tasks.close()
