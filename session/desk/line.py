# SPDX-License-Identifier: GPL-3.0-only
"""Adapts what the desk sends to the line: reads the engine, governs our picture and printed
documents. Built by
`session.desk.session`.

The other end: `session.kiosk.line`.
"""

from __future__ import annotations

import asyncio
from typing import Any

from session.core.clock import Clock
from session.core.tasks import Tasks
from session.desk.call.video_call import DeskCall
from session.desk.devices.scanner_and_printer import DeskDevices
from session.media.engine import MediaEngine, MediaState, MediaStats
from session.media.line.end import TICK_S, LineEnd, OtherTraffic
from session.media.line.governor import Demand, Shares
from session.protocol.conversation.line import LineGoverned
from session.protocol.endpoints.channel import SessionChannel
from session.protocol.hub.line_rates import LineRates

GUESS_KBPS = 420.0
"""Of a line that nobody has measured:
the reference line of 512 kb/s, less what its transport takes.
"""


class DeskLine(LineEnd):
    """The desk's `LineEnd`: reads the media engine once a second and sets its limits.

    Args:
        rates: what the kiosk's line was measured to carry, or None.
        declared_kbps: see `LineEnd`.
    """

    def __init__(
        self,
        channel: SessionChannel,
        call: DeskCall,
        *,
        engine: MediaEngine,
        devices: DeskDevices,
        rates: LineRates | None,
        clock: Clock,
        tasks: Tasks,
        declared_kbps: int = 0,
    ) -> None:
        self._call = call
        self._engine = engine
        self._devices = devices
        self._watching: asyncio.Task[Any] | None = None
        self._line_kbps = 0.0
        self._third_there = False
        self._third_bytes = 0
        self._own = MediaStats()
        if rates is not None:
            start_kbps = rates.down_kbps
        else:
            start_kbps = GUESS_KBPS
        super().__init__(
            channel,
            clock,
            tasks=tasks,
            apply=self._carry_out,
            traffic=self._other_traffic,
            start_kbps=start_kbps,
            declared_kbps=declared_kbps,
        )
        self.peer_governed.connect(self._on_peer_governed)
        self._stop_pages = devices.pages_began.connect(lambda _none: self.govern_now())
        self._set_engine_line(min(rates.down_kbps, rates.up_kbps) if rates is not None else 0.0)

    def set_third(self, is_present: bool) -> None:
        """A third person sends to this kiosk too and gets as much of the line as we do."""
        self._third_there = is_present
        self.set_faces(2 if is_present else 1)

    def _on_peer_governed(self, rule: LineGoverned) -> None:
        """After a restart of the desk the kiosk still knows that sign language is spoken."""
        if rule.motion and self._priority is None:
            self.set_motion(True)

    def start(self) -> None:
        """Starts to read the engine."""
        self._carry_out(self.shares)
        self._watching = self._tasks.keep(self._watch, name="desk-line")

    def close(self) -> None:
        """The conversation is over; the engine has no limits any more."""
        super().close()
        self._stop_pages()
        if self._watching is not None:
            self._watching.cancel()
        self._engine.set_picture_limit(0)
        self._engine.set_line(0)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            if self._call.call_id and self._call.state is not MediaState.HELD:
                stats = self._engine.stats()
                self._count_third(stats)
                self.tick(self._call.call_id, stats)

    def _count_third(self, stats: MediaStats) -> None:
        """Counts for the third person what we send ourselves: both follow the same rule."""
        if self._third_there:
            self._third_bytes += max(0, stats.sent_bytes - self._own.sent_bytes)
        self._own = stats

    def _carry_out(self, shares: Shares) -> None:
        face = shares.face
        self._engine.set_picture_limit(
            face.kbps, height_px=face.height_px, fps=face.fps, motion=face.motion
        )
        self._devices.prints.chunks.set_rate(shares.page_kbps)
        if self._line_kbps and shares.budget_kbps > self._line_kbps:
            self._set_engine_line(shares.budget_kbps)

    def _set_engine_line(self, line_kbps: float) -> None:
        self._line_kbps = line_kbps
        self._engine.set_line(round(line_kbps))

    def _other_traffic(self) -> OtherTraffic:
        sent_bytes = self._devices.sent_bytes + self._third_bytes
        return OtherTraffic(sent_bytes=sent_bytes, demand=Demand(page=self._devices.pages_cross))
