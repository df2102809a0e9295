# SPDX-License-Identifier: GPL-3.0-only
"""The one way to start a task: named, kept until it ends, its error given to a handler. Work that
goes on for ever begins again after an error. Used by every async part.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass, replace
from typing import Any

from session.core.errors import BusUnreachable, SessionError, StoreUnreachable

log = logging.getLogger(__name__)

ErrorHandler = Callable[[str, BaseException], None]

PAUSE_S = (1.0, 60.0)
"""Before kept work begins again: after the first failure, and at most."""
CALM_S = 300.0
"""Without a failure for so long, work that failed is well again."""
MOST_NAMES = 200
"""Of which failures are counted; those of further names are counted together."""
OTHER_NAMES = "others"


@dataclass(frozen=True)
class FailingTask:
    """Work that failed a short time ago and is tried again.

    Attributes:
        failures: since it was well.
        error: the newest one's class.
        is_waiting: it does not run now; it begins again within `PAUSE_S`.
    """

    name: str
    failures: int
    error: str
    is_waiting: bool = False


def _log_error(name: str, error: BaseException) -> None:
    log.error("task %s failed: %s", name, type(error).__name__, exc_info=error)


def _loop_for(coroutine: Coroutine[Any, Any, Any]) -> asyncio.AbstractEventLoop:
    """The loop that runs now; without one the coroutine is closed, since it will never begin."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        coroutine.close()
        raise


def in_thread[**P, R](method: Callable[P, R]) -> Callable[P, Coroutine[Any, Any, R]]:
    """Return a coroutine function that runs `method`, with its arguments, in a worker thread."""

    async def run(*args: P.args, **kwargs: P.kwargs) -> R:
        return await asyncio.to_thread(method, *args, **kwargs)

    return run


class Tasks:
    """A nursery: what it started ends with it.

    Args:
        on_error: called with the task's name and its error;
            the default writes both to the developer log.
        pause_s: before kept work begins again, first and longest.

    Attributes:
        failures: how often each task failed since the program began, by its name.
    """

    def __init__(
        self, on_error: ErrorHandler = _log_error, *, pause_s: tuple[float, float] = PAUSE_S
    ) -> None:
        self.failures: dict[str, int] = {}
        self._on_error = on_error
        self._pause_s = pause_s
        self._tasks: set[asyncio.Task[Any]] = set()
        self._failing: dict[str, tuple[FailingTask, float]] = {}

    @property
    def failing(self) -> list[FailingTask]:
        """Kept work that failed in the last five minutes, or that waits to begin again."""
        now_s = time.monotonic()
        self._failing = {
            name: (state, at_s)
            for name, (state, at_s) in self._failing.items()
            if state.is_waiting or now_s - at_s < CALM_S
        }
        return [state for state, _at_s in self._failing.values()]

    def start(self, coroutine: Coroutine[Any, Any, Any], *, name: str) -> asyncio.Task[Any]:
        """Starts `coroutine` as a task called `name` and keeps it until it ends. `RuntimeError`
        where no loop runs: before a program's beginning, after its end.
        """
        return self._hold(_loop_for(coroutine).create_task(coroutine, name=name))

    def start_now(self, coroutine: Coroutine[Any, Any, Any], *, name: str) -> asyncio.Task[Any]:
        """Start like `start`; the coroutine has come to its first wait, or its end,
        when this returns.
        """
        return self._hold(
            asyncio.Task(coroutine, loop=_loop_for(coroutine), name=name, eager_start=True)
        )

    def keep(
        self, work: Callable[[], Coroutine[Any, Any, None]], *, name: str
    ) -> asyncio.Task[None]:
        """Starts work that goes on for ever, and begins it again after an error: later and later,
        soon where it ran for a minute. It ends when it returns, or is cancelled from here.
        """
        return self.start(self._keep_on(work, name), name=name)

    async def for_each[Entry](
        self, entries: Iterable[Entry], work: Callable[[Entry], Awaitable[object]], *, name: str
    ) -> None:
        """Does `work` for one entry after the other. An entry that is refused waits for the next
        time; one that fails as nobody foresaw is told as a failure of `name`. Neither keeps
        another entry from its turn.

        Raises:
            BusUnreachable, StoreUnreachable: it concerns all entries.
        """
        for entry in entries:
            try:
                await work(entry)
            except (BusUnreachable, StoreUnreachable):
                raise
            except SessionError as error:
                log.info("%s: an entry waits: %s", name, error.code)
            except Exception as error:
                self.note_failure(name, error)

    def note_failure(self, name: str, error: BaseException) -> None:
        """Counts a failure that `name` has survived, and shows it in `failing`. What fails at each
        turn is told at the first, second, fourth, eighth ... time.
        """
        name, count = self._count(name)
        if count.bit_count() == 1:
            self._on_error(name, error)
        before, _at_s = self._failing.get(name, (FailingTask(name, 0, ""), 0.0))
        self._set_failing(FailingTask(name, before.failures + 1, type(error).__name__))

    async def _keep_on(self, work: Callable[[], Coroutine[Any, Any, None]], name: str) -> None:
        first_s, longest_s = self._pause_s
        pause_s = first_s
        while True:
            began_s = time.monotonic()
            try:
                return await work()
            except asyncio.CancelledError as error:
                # A library that cancels a future of its own does not end what waits for it.
                task = asyncio.current_task()
                if task is None or task.cancelling():
                    raise
                self.note_failure(name, error)
            except Exception as error:
                self.note_failure(name, error)
            if time.monotonic() - began_s > longest_s:
                pause_s = first_s
            log.warning("%s begins again in %.0f s", name, pause_s)
            await self._pause(name, pause_s)
            pause_s = min(pause_s * 2, longest_s)

    async def _pause(self, name: str, pause_s: float) -> None:
        state, _at_s = self._failing.get(name) or self._failing[OTHER_NAMES]
        self._set_failing(replace(state, is_waiting=True))
        try:
            await asyncio.sleep(pause_s)
        finally:
            self._set_failing(state)

    def _set_failing(self, state: FailingTask) -> None:
        self._failing[state.name] = (state, time.monotonic())

    def _count(self, name: str) -> tuple[str, int]:
        """Returns under which name it is counted, and how often it failed."""
        is_own = name in self.failures or len(self.failures) < MOST_NAMES
        counted = name if is_own else OTHER_NAMES
        count = self.failures[counted] = self.failures.get(counted, 0) + 1
        return counted, count

    def _hold(self, task: asyncio.Task[Any]) -> asyncio.Task[Any]:
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._count(task.get_name())
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
