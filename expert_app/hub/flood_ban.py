# SPDX-License-Identifier: GPL-3.0-only
"""Takes a flooding client's key away for a minute, where the hub runs the server itself.
No Qt.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from session.core.errors import SessionError
from session.core.tasks import Tasks

log = logging.getLogger(__name__)

BAN_S = 60.0
AGAIN_S = 1.0
"""Between two tries to reach a server that does not answer."""


class FloodBan:
    """Keys that are not let in for the moment.

    Args:
        take_keys: brings the server's list up to date; it leaves out `keys`.
        ban_s: how long.
    """

    def __init__(
        self, take_keys: Callable[[], Awaitable[None]], tasks: Tasks, *, ban_s: float = BAN_S
    ) -> None:
        self.keys: set[str] = set()
        self._take_keys = take_keys
        self._tasks = tasks
        self._ban_s = ban_s

    def ban(self, key: str) -> None:
        """Out at once, in again after a while; a client that floods again is out again."""
        if key and key not in self.keys:
            self.keys.add(key)
            self._tasks.start(self._ban_for_a_while(key), name="ban a flooding client")

    async def _ban_for_a_while(self, key: str) -> None:
        await self._take()
        await asyncio.sleep(self._ban_s)
        self.keys.discard(key)
        await self._take()

    async def _take(self) -> None:
        """Until the server has taken them: it may be just this flood that keeps it busy, and
        everybody beside it waits as long as it goes on.
        """
        while not await self._are_taken():  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(AGAIN_S)

    async def _are_taken(self) -> bool:
        try:
            await self._take_keys()
        except SessionError as error:
            log.warning("keys wait for the server: %s", error.code)
            return False
        return True
