# SPDX-License-Identifier: GPL-3.0-only
"""A thread with an asyncio loop of its own, so that a busy window never stutters the voice.
Used by `aiortc_engine`.

Sharing the window's loop was measured: a 200 ms stall of the window is a 200 ms hole in the voice.
With a thread of its own and a switch interval of 1 ms, none was left.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Coroutine
from typing import Any

from session.core.errors import CallLost
from session.core.tasks import Tasks

SWITCH_INTERVAL_S = 0.001


class MediaThread:
    """Runs coroutines in its own loop; `run` is awaited from any other loop."""

    def __init__(self, name: str = "media") -> None:
        sys.setswitchinterval(min(sys.getswitchinterval(), SWITCH_INTERVAL_S))
        self._loop = asyncio.new_event_loop()
        self._closing = False
        self.tasks = Tasks()
        self._thread = threading.Thread(target=self._main, name=name, daemon=True)
        self._thread.start()

    def _main(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._loop.run_until_complete(_end_all())
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()

    @property
    def alive(self) -> bool:
        """False once it is to close."""
        return not self._closing and self._thread.is_alive() and not self._loop.is_closed()

    async def run[Result](self, coroutine: Coroutine[Any, Any, Result], timeout_s: float) -> Result:
        """Awaits `coroutine`, which runs in this thread.

        Raises:
            CallLost: the thread is closed.
                TimeoutError: it took longer than `timeout_s`; it is cancelled.
        """
        if not self.alive:
            coroutine.close()
            raise CallLost(why="media thread closed")
        inside = asyncio.run_coroutine_threadsafe(
            asyncio.wait_for(coroutine, timeout_s), self._loop
        )
        return await asyncio.wrap_future(inside)

    def call_soon(self, function: Callable[..., object], *arguments: object) -> None:
        """Calls `function` in this thread, soon; nothing happens once closed."""
        if self.alive:
            self._loop.call_soon_threadsafe(function, *arguments)

    async def close(self) -> None:
        """Ends what runs in the thread, then the thread."""
        if not self.alive:
            return
        await self.run(self.tasks.close(), timeout_s=6.0)
        self._closing = True  # what is still asked would never be answered
        self._loop.call_soon_threadsafe(self._loop.stop)
        await asyncio.to_thread(self._thread.join, 6.0)


async def _end_all() -> None:
    """Ends tasks that aiortc leaves behind when a connection closes before it was made, and those
    that begin while these end.
    """
    for _round in range(3):
        remaining = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in remaining:
            task.cancel()
        await asyncio.gather(*remaining, return_exceptions=True)
