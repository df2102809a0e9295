# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's end of the line: governs the caller's picture, the shared page and scans. Built by
`session.kiosk.session`.

The other end: `session.desk.line`.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import msgspec

from session.core.clock import Clock
from session.core.errors import CallLost
from session.core.tasks import Tasks
from session.kiosk.call.video_call import KioskCall
from session.kiosk.cobrowse.shared_page import KioskSharedPage
from session.kiosk.devices.scanner_and_printer import KioskDevices
from session.media.engine import MediaStats
from session.media.line.end import TICK_S, LineEnd, OtherTraffic
from session.media.line.governor import Demand, Shares
from session.protocol.conversation.line import LineGoverned
from session.protocol.endpoints.channel import SessionChannel
from session.protocol.hub.line_rates import LineRates

log = logging.getLogger(__name__)

GUESS_KBPS = 420.0
"""As at the desk."""

SECOND_AFTER_S, LONGEST_PATIENCE_S = 3.0, 30.0
"""Silence after which a second call is offered: the first time, and at most."""


class KioskLine(LineEnd):
    """The kiosk's `LineEnd`.

    Args:
        rates: what the kiosk's line carries by its last measurement, or None.
        declared_kbps: see `LineEnd`.
    """

    def __init__(
        self,
        channel: SessionChannel,
        call: KioskCall,
        *,
        page: KioskSharedPage,
        devices: KioskDevices,
        rates: LineRates | None,
        clock: Clock,
        tasks: Tasks,
        declared_kbps: int = 0,
    ) -> None:
        self._call = call
        self._page = page
        self._devices = devices
        self._watching: asyncio.Task[Any] | None = None
        self._third: KioskCall | None = None
        self._third_bytes = 0
        self._third_stats = MediaStats()
        self._peer_rule: LineGoverned | None = None
        self._received: tuple[str, int] = ("", 0)
        self._received_at_s = 0.0
        self._patience_s = SECOND_AFTER_S
        if rates is not None:
            start_kbps = rates.up_kbps
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
        # The face makes room before there is a queue.
        self._stop_pages = devices.pages_began.connect(lambda _none: self.govern_now())

    def set_third(self, call: KioskCall | None) -> None:
        """A call with a third person began on the same line, or ended (None)."""
        self._third = call
        self._third_stats = MediaStats()
        self.set_faces(1 if call is None else 2)
        if call is not None:
            call.limit_picture(self.shares.face)
            if (rule := self._peer_rule) is not None:  # until the agent's end has made room
                call.send_rule(msgspec.structs.replace(rule, face_kbps=rule.face_kbps / 2))

    def _on_peer_governed(self, rule: LineGoverned) -> None:
        """The third person's picture follows the same rule as the agent's."""
        self._peer_rule = rule
        if self._third is not None:
            self._third.send_rule(rule)

    def start(self) -> None:
        """Starts to measure and govern."""
        self._carry_out(self.shares)
        self._watching = self._tasks.keep(self._watch, name="kiosk-line")

    def close(self) -> None:
        """The conversation is over."""
        super().close()
        self._stop_pages()
        if self._watching is not None:
            self._watching.cancel()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            await self._check_call()

    async def _check_call(self) -> None:
        call_id = self._call.call_id
        if not call_id or self._call.state == "held":
            return
        try:
            stats = await self._call.count()
        except CallLost as error:
            log.info("the call page does not count: %s", error.detail.get("why", ""))
            return
        await self._count_third()
        if call_id == self._call.call_id:
            self._watch_silence(call_id, stats.packets)
            self.tick(call_id, stats)

    async def _count_third(self) -> None:
        """Counts what the second call sends: it uses the same line."""
        third = self._third
        if third is None or not third.call_id or third.state == "held":
            return
        try:
            stats = await third.count()
        except CallLost:
            return
        if third is self._third:
            self._third_bytes += max(0, stats.sent_bytes - self._third_stats.sent_bytes)
            self._third_stats = stats

    def _watch_silence(self, call_id: str, packets: int) -> None:
        """After three seconds without a packet a new call is offered;
        the pause grows while that does not help.
        """
        now_s = self._clock.monotonic_s()
        if (call_id, packets) != self._received:
            if packets:
                self._patience_s = SECOND_AFTER_S
            self._received = (call_id, packets)
            self._received_at_s = now_s
        elif now_s - self._received_at_s >= self._patience_s:
            self._patience_s = min(2 * self._patience_s, LONGEST_PATIENCE_S)
            self._received_at_s = now_s
            self._call.reconnect()

    def _carry_out(self, shares: Shares) -> None:
        for call in (self._call, self._third):
            if call is not None:
                call.limit_picture(shares.face)
        self._devices.chunks.set_rate(shares.page_kbps)
        self._page.stream.window.set_rate(shares.mirror_kbps)

    def _other_traffic(self) -> OtherTraffic:
        stream = self._page.stream
        demand = Demand(mirror=stream.pressing, page=self._devices.pages_cross)
        sent_bytes = self._devices.sent_bytes + stream.sent_bytes + self._third_bytes
        return OtherTraffic(sent_bytes=sent_bytes, demand=demand)
