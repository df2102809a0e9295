# SPDX-License-Identifier: GPL-3.0-only
"""The one way to start a task: named, kept until it ends, its error given to a handler.
Used by every async part.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

log = logging.getLogger(__name__)

ErrorHandler = Callable[[str, BaseException], None]


def _log_error(name: str, error: BaseException) -> None:
    log.error("task %s failed: %s", name, type(error).__name__, exc_info=error)


def _loop_for(coroutine: Coroutine[Any, Any, Any]) -> asyncio.AbstractEventLoop:
    """The loop that runs now; without one the coroutine is closed, since it will never begin."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        coroutine.close()
        raise


class Tasks:
    """A nursery: what it started ends with it.

    Args:
        on_error: called with the task's name and its error;
            the default writes both to the developer log.
    """

    def __init__(self, on_error: ErrorHandler = _log_error) -> None:
        self._on_error = on_error
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, coroutine: Coroutine[Any, Any, Any], *, name: str) -> asyncio.Task[Any]:
        """Starts `coroutine` as a task called `name` and keeps it until it ends. `RuntimeError`
        where no loop runs: before a program's beginning, after its end.
        """
        return self._keep(_loop_for(coroutine).create_task(coroutine, name=name))

    def start_now(self, coroutine: Coroutine[Any, Any, Any], *, name: str) -> asyncio.Task[Any]:
        """As `start`, and the coroutine has come to its first wait, or its end, when this
        returns.
        """
        return self._keep(
            asyncio.Task(coroutine, loop=_loop_for(coroutine), name=name, eager_start=True)
        )

    def _keep(self, task: asyncio.Task[Any]) -> asyncio.Task[Any]:
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._on_error(task.get_name(), error)

    async def close(self, timeout_s: float = 5.0) -> None:
        """Cancels what still runs and waits for it, at most `timeout_s`.

        What was started just before comes to its first wait: a coroutine that it was given is not
        left without ever having begun, which Python warns of.
        """
        try:
            await asyncio.sleep(0)
        finally:
            pending = [task for task in self._tasks if task is not asyncio.current_task()]
            for task in pending:
                task.cancel()
        if pending:
            await asyncio.wait(pending, timeout=timeout_s)
