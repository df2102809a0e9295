# SPDX-License-Identifier: GPL-3.0-only
"""Asks the hub which release of the programs its network is to have. Used by every window; nothing
is ever fetched or installed.
"""

from __future__ import annotations

import asyncio
import logging

from session.bus.client import BusClient
from session.core.errors import SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.protocol.hub.requests import ReleaseAnswer, ReleaseRequest

log = logging.getLogger(__name__)

AGAIN_S = 3600.0


class ReleaseWatch:
    """Asks when the bus answers, then every hour.

    Attributes:
        wanted: what the operator wants, when it is something new.
    """

    def __init__(self, bus: BusClient, tasks: Tasks) -> None:
        self.wanted: Signal[ReleaseAnswer] = Signal()
        self._bus = bus
        self._tasks = tasks
        self._known = ReleaseAnswer()
        self._asking: asyncio.Task[None] | None = None
        bus.connected.connect(self._on_connected)

    def _on_connected(self, connected: bool) -> None:
        if self._asking is not None:
            self._asking.cancel()
        if connected:
            self._asking = self._tasks.keep(self._ask, name="ask for releases")
        else:
            self._asking = None

    async def _ask(self) -> None:
        while True:
            try:
                release = await self._bus.ask(ReleaseRequest())
            except SessionError as error:  # an older hub does not know the question
                log.info("no word of a release: %s", error.code)
            else:
                self._notify(release)
            await asyncio.sleep(AGAIN_S)

    def _notify(self, release: ReleaseAnswer) -> None:
        if release != self._known:
            self._known = release
            self.wanted.emit(release)
