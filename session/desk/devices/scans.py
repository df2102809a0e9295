# SPDX-License-Identifier: GPL-3.0-only
"""Scans that the agent asked for, until the kiosk reports how they ended.
The other end: `session.kiosk.devices.scans`.
"""

from __future__ import annotations

import logging
from pathlib import Path

from session.core.clock import Clock
from session.core.errors import BusUnreachable, PeerGone
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.protocol.conversation.messages import ScanEnded, ScanProgressed, ScanRequested
from session.protocol.endpoints.channel import SessionChannel

log = logging.getLogger(__name__)

REPEAT_S = 4.0
"""A request that the kiosk has not answered is repeated; the same `scan_id` is the same scan.
"""
SILENCE_S = 30.0
"""A kiosk that scans says so every few seconds; after so long it is gone."""


class _Running:
    def __init__(self, request: ScanRequested | None, now_s: float) -> None:
        self.request = request
        self.is_answered = request is None
        self.heard_s = self.asked_s = now_s
        self.pages = 0


class Scans:
    """The scans of one session that are not over.

    Args:
        memory: file with the ids of all scans that were asked for, so that a page that comes after
            a restart is known; None remembers nothing over a restart.

    Attributes:
        requested: the kiosk was asked for this.
        progressed, ended: what the kiosk said; `ended` also with the code `peer_gone` when it says
            nothing for 30 s.
    """

    def __init__(
        self,
        channel: SessionChannel,
        topic: str,
        *,
        clock: Clock,
        tasks: Tasks,
        memory: Path | None = None,
    ) -> None:
        self.requested: Signal[ScanRequested] = Signal()
        self.progressed: Signal[ScanProgressed] = Signal()
        self.ended: Signal[ScanEnded] = Signal()
        self._channel = channel
        self._topic = topic
        self._clock = clock
        self._tasks = tasks
        self._running: dict[str, _Running] = {}
        self._over: set[str] = set()
        self._memory = memory
        known = memory is not None and memory.exists()
        if memory is not None and known:
            self._asked = set(memory.read_text().split())
        else:
            self._asked = set()

    def __len__(self) -> int:
        return len(self._running)

    async def request(self, request: ScanRequested) -> None:
        """Asks for a scan. Raises `BusUnreachable`: nothing was asked."""
        self._remember(request.scan_id)
        await self._channel.send(self._topic, request)
        if request.scan_id not in self._over:
            self._running.setdefault(request.scan_id, _Running(request, self._clock.monotonic_s()))
        self.requested.emit(request)

    def _remember(self, scan_id: str) -> None:
        """Notes the id before the kiosk hears it."""
        self._asked.add(scan_id)
        if self._memory is None:
            return
        try:
            self._memory.parent.mkdir(parents=True, exist_ok=True)
            with self._memory.open("a") as memory:
                memory.write(f"{scan_id}\n")
        except OSError as error:
            log.error("a scan will be unknown after a restart: %s", error.strerror)

    def is_asked(self, scan_id: str) -> bool:
        """True when the agent asked for this scan, now or before a restart."""
        return scan_id in self._asked

    def forget(self) -> None:
        """Nothing more comes of this conversation."""
        if self._memory is not None:
            self._memory.unlink(missing_ok=True)

    def on_progressed(self, progress: ScanProgressed) -> None:
        """The kiosk reports on a scan, perhaps one that an earlier run of the desk asked for."""
        if progress.scan_id not in self._over:
            self._note_answer(progress.scan_id)
            self.progressed.emit(progress)

    def on_page(self, scan_id: str) -> None:
        """A page of this scan was offered."""
        if scan_id in self._running:
            self._note_answer(scan_id)
            self._running[scan_id].pages += 1

    def _note_answer(self, scan_id: str) -> None:
        running = self._running.setdefault(scan_id, _Running(None, self._clock.monotonic_s()))
        running.is_answered = True
        running.heard_s = self._clock.monotonic_s()

    def on_ended(self, ended: ScanEnded) -> None:
        """The scan is over; emitted once, however often the kiosk repeats it."""
        self._running.pop(ended.scan_id, None)
        if ended.scan_id not in self._over:
            self._over.add(ended.scan_id)
            self.ended.emit(ended)

    def tick(self) -> None:
        """Repeats requests that were not answered; ends scans that the kiosk does not report on
        any more.
        """
        now_s = self._clock.monotonic_s()
        for scan_id, running in list(self._running.items()):
            if now_s - running.heard_s >= SILENCE_S:
                self.on_ended(ScanEnded(scan_id=scan_id, pages=running.pages, code=PeerGone.code))
            elif (
                not running.is_answered
                and running.request is not None
                and now_s - running.asked_s >= REPEAT_S
            ):
                running.asked_s = now_s
                self._tasks.start(self._repeat(running.request), name="scan-repeat")

    async def _repeat(self, request: ScanRequested) -> None:
        try:
            await self._channel.send(self._topic, request)
        except BusUnreachable:
            log.info("a request to scan could not be repeated: the line is away")
