# SPDX-License-Identifier: GPL-3.0-only
"""The waiting room's display asks the hub what to show, again and again.
Used by the display's program.

The display asks because one that missed a message would show yesterday's numbers;
one that gets no answer says so.
"""

from __future__ import annotations

import asyncio
import logging

from session.bus.client import BusClient
from session.core.errors import SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.protocol.hub.waiting import DisplayAnswer, DisplayRequest

log = logging.getLogger(__name__)

POLL_S = 2.0


class DisplayClient:
    """A display's requests to the hub.

    Attributes:
        answered: what to show now.
        lost: no answer came; the code of the error.
    """

    def __init__(self, bus: BusClient, tasks: Tasks, *, poll_s: float = POLL_S) -> None:
        self.answered: Signal[DisplayAnswer] = Signal()
        self.lost: Signal[str] = Signal()
        self._bus = bus
        self._tasks = tasks
        self._poll_s = poll_s

    def start(self) -> None:
        """Begins to ask."""
        self._bus.beat()
        self._tasks.keep(self._poll, name="display looks")

    async def _poll(self) -> None:
        while True:
            try:
                answer = await self._bus.ask_once(DisplayRequest())
            except SessionError as error:
                log.info("the display has no answer: %s", error.code)
                self.lost.emit(error.code)
            else:
                self.answered.emit(answer)
            await asyncio.sleep(self._poll_s)
