# SPDX-License-Identifier: GPL-3.0-only
"""A few worker processes for slow or risky work on paper.
Used by programs, e.g. `workers.submit(clean_page, data)`.

What a hostile page can do happens in a process with little memory and little time, which can die
alone: the task is tried once more in a fresh process, then given up. Workers never outlive the
program.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import connection
from types import TracebackType
from typing import Any, Self

from session.core.child_process import leave_no_memory_behind
from session.core.errors import PageUnreadable

logger = logging.getLogger(__name__)

_TRIES = 2
_MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one worker: address space in megabytes, and seconds of processor per task
    (Linux, macOS).
    """

    memory_mb: int = 1500
    task_cpu_s: int = 30


@dataclass(slots=True)
class _Job:
    """A call on its way, and how often it was tried."""

    call: Callable[..., Any]
    arguments: tuple[Any, ...]
    answer: Future[Any]
    tries: int = 0


class WorkerLost(PageUnreadable, code=PageUnreadable.code):
    """The worker process died on this task twice (over its memory or time limit, or killed)."""


class Workers:
    """At most `limit` processes, started when first needed. Thread-safe.

    Args:
        limit: processes at once, 1 or 2.
        language: of the texts that workers print (`resources.texts.use_language`), or None to leave
            the sources.
    """

    def __init__(
        self, limit: int = 1, limits: Limits | None = None, *, language: str | None = None
    ) -> None:
        self._limit = limit
        self._limits = limits or Limits()
        self._language = language
        self._lock = threading.RLock()
        self._pool: ProcessPoolExecutor | None = None
        self._closed = False

    def submit[**Args, Result](
        self, call: Callable[Args, Result], *arguments: Args.args, **named: Args.kwargs
    ) -> Future[Result]:
        """Runs a module-level function in a worker; arguments and result must be picklable.

        The future carries the result, what the function raised, or `WorkerLost`.
        """
        answer: Future[Result] = Future()
        self._send(_Job(_run, (self._limits.task_cpu_s, call, arguments, named), answer))
        return answer

    def warm(self) -> Future[int]:
        """Starts a worker now, so that the first page does not wait for it;
        answers its process id.
        """
        return self.submit(os.getpid)

    def close(self) -> None:
        """Waits for running tasks, drops waiting ones, ends the processes."""
        with self._lock:
            self._closed = True
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _send(self, job: _Job) -> None:
        job.tries += 1
        with self._lock:
            if self._closed:
                raise RuntimeError("the workers are closed")
            pool = self._pool = self._pool or self._new_pool()
            try:
                inner = pool.submit(job.call, *job.arguments)
            except BrokenProcessPool:
                pool = self._pool = self._new_pool()
                inner = pool.submit(job.call, *job.arguments)
        job.answer.add_done_callback(lambda answer: inner.cancel() if answer.cancelled() else None)
        inner.add_done_callback(lambda future: self._on_done(job, future, pool))

    def _on_done(self, job: _Job, future: Future[Any], pool: ProcessPoolExecutor) -> None:
        """Hands a result on; after the death of a worker, starts again."""
        error = CancelledError() if future.cancelled() else future.exception()
        if job.answer.cancelled():
            return
        if isinstance(error, BrokenProcessPool):
            if self._sent_again(job, pool):
                return
            error = WorkerLost(why="worker_died")
        if not job.answer.set_running_or_notify_cancel():
            return
        if error is None:
            job.answer.set_result(future.result())
        else:
            job.answer.set_exception(error)

    def _sent_again(self, job: _Job, broken: ProcessPoolExecutor) -> bool:
        """Gives up the broken pool; True when the job has another try in a new one."""
        with self._lock:
            if self._pool is broken:
                self._pool = None
            may_retry = job.tries < _TRIES and not self._closed
            logger.warning("a worker died, %s", "trying again" if may_retry else "giving up")
            if may_retry:
                self._send(job)
        return may_retry

    def _new_pool(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            max_workers=self._limit,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_prepare,
            initargs=(self._limits, self._language),
        )


def _prepare(limits: Limits, language: str | None) -> None:
    """First thing in a worker."""
    # Ctrl-C reaches the whole group; the program decides
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, name="parent watch", daemon=True).start()
    _limit_memory(limits.memory_mb)
    if language is not None:
        from resources.texts import use_language

        use_language(language)


def _die_with_parent() -> None:
    """Ends this process when the program is gone, however it went.

    Not PR_SET_PDEATHSIG: Linux sends that when the *thread* ends that started the worker, and any
    thread may submit.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _limit_memory(memory_mb: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (memory_mb * _MEGABYTE, memory_mb * _MEGABYTE))
    leave_no_memory_behind()


def _run(
    cpu_s: int, call: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]
) -> Any:
    """The task itself, with a limit of processor seconds for this task alone;
    SIGXCPU kills the worker that wants more.
    """
    if sys.platform != "win32":
        import resource

        usage = resource.getrusage(resource.RUSAGE_SELF)
        spent_s = int(usage.ru_utime + usage.ru_stime) + 1
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (spent_s + cpu_s, hard))
    return call(*arguments, **named)
