# SPDX-License-Identifier: GPL-3.0-only
"""Reads a list of the board again and again while its page is in front, without Qt.
Used by the board's pages that follow a register.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from session.core.errors import SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks

log = logging.getLogger(__name__)

SOON_S = 2.0
"""After a reading that failed."""


class RepeatedReading:
    """Reads now and every few seconds, until the page is left.

    Args:
        read: reads the list once and shows it.
        what: the list's name, for the developer log.
        again_s: seconds between two readings.

    Attributes:
        not_read: why a reading failed; the next one follows by itself.
    """

    def __init__(
        self, read: Callable[[], Awaitable[None]], tasks: Tasks, *, what: str, again_s: float
    ) -> None:
        self._read = read
        self._tasks = tasks
        self._what = what
        self._again_s = again_s
        self.not_read: Signal[SessionError] = Signal()
        self._reading: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """The page came to the front, or asks for something else."""
        self.rest()
        self._reading = self._tasks.keep(self._read_again, name=f"read {self._what} again")

    def rest(self) -> None:
        """The page is not in front any more."""
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    async def _read_again(self) -> None:
        while True:
            try:
                await self._read()
            except SessionError as error:
                log.info("%s not read: %s", self._what, error.code)
                self.not_read.emit(error)
                await asyncio.sleep(SOON_S)
            else:
                await asyncio.sleep(self._again_s)
