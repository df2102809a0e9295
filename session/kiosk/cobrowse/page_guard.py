# SPDX-License-Identifier: GPL-3.0-only
"""The second guard of the shared page in a process of its own, as the kiosk's screen uses it.
Used by `shared_page`; the kiosk's program has one for all its sessions.

What a page makes the guard do, however long it takes, never holds up the process that shows STOP:
it waits for nothing but bytes. A guard that dies, or is late, is replaced by one that waits warm.
"""

from __future__ import annotations

import asyncio
import logging
import os
from asyncio.subprocess import DEVNULL, PIPE, Process
from typing import Protocol

import msgspec

from session.core.child_process import NO_WINDOW, own_python
from session.core.tasks import Tasks
from session.kiosk.cobrowse.guard_frames import (
    LENGTH,
    MAX_FILTERED_BYTES,
    MAX_PUSH_BYTES,
    FilteredPush,
    decode_filtered,
    framed,
)

log = logging.getLogger(__name__)

WORKER = "session.kiosk.cobrowse.guard_worker"
START_S, PUSH_S = 20.0, 20.0
_READ_BYTES = 1 << 20


class GuardLost(Exception):
    """The guard did not look at what the recorder handed over: it died of it, or was late."""


class PageGuardLike(Protocol):
    """Looks at what the recorder hands over."""

    async def filtered(self, text: str) -> FilteredPush:
        """Return what of the recorder's text may leave.

        Raises:
            GuardLost: nothing of it may.
        """
        ...

    def forget(self) -> None:
        """Knows nothing any more of what it has seen."""
        ...


class _Worker:
    """One process of the guard."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._ready = False

    @classmethod
    async def begun(cls) -> _Worker:
        """A process that begins to get ready."""
        return cls(
            await asyncio.create_subprocess_exec(
                *own_python(),
                "-m",
                WORKER,
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,  # what a guard would say of its own death might hold the page
                env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
                limit=_READ_BYTES,
                creationflags=NO_WINDOW,
            )
        )

    @property
    def alive(self) -> bool:
        """The process runs."""
        return self._process.returncode is None

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    async def ask(self, text: bytes, limit_s: float) -> bytes:
        """Its answer to one push. Raises `GuardLost`; then it is of no more use."""
        try:
            if not self._ready:
                async with asyncio.timeout(START_S):
                    await self._read()
                self._ready = True
            async with asyncio.timeout(limit_s):
                return await self._answer(text)
        except TimeoutError as error:
            log.warning("the guard of the shared page is late")
            raise GuardLost from error
        except (ConnectionError, asyncio.IncompleteReadError) as error:
            log.warning("the guard of the shared page died")
            raise GuardLost from error

    async def _answer(self, text: bytes) -> bytes:
        if self._process.stdin is None:
            raise ConnectionResetError
        self._process.stdin.write(framed(text))
        await self._process.stdin.drain()
        return await self._read()

    async def _read(self) -> bytes:
        if self._process.stdout is None:
            raise ConnectionResetError
        (size,) = LENGTH.unpack(await self._process.stdout.readexactly(LENGTH.size))
        if size > MAX_FILTERED_BYTES:
            raise ConnectionResetError
        return await self._process.stdout.readexactly(size)

    def kill(self) -> None:
        """Ends the process, whatever it does."""
        if self.alive:
            self._process.kill()

    async def end(self) -> None:
        """The same, and waits for its end."""
        self.kill()
        await self._process.wait()


class PageGuard:
    """The guard's process, and one that waits in its place.

    Args:
        limit_s: how long one push may take.
    """

    def __init__(self, tasks: Tasks, *, limit_s: float = PUSH_S) -> None:
        self._tasks = tasks
        self._limit_s = limit_s
        self._worker: _Worker | None = None
        self._spare: _Worker | None = None
        self._turn = asyncio.Lock()
        self._starts = asyncio.Lock()
        self._closed = False

    @property
    def pid(self) -> int:
        """The process that looks at pages now; 0 when there is none."""
        if self._worker is not None:
            return self._worker.pid
        return 0

    def warm(self) -> None:
        """Starts the processes, so that the first page does not wait for them."""
        self._tasks.start(self._fill(), name="kiosk-guard")

    async def filtered(self, text: str) -> FilteredPush:
        """See `PageGuardLike`."""
        data = text.encode(errors="replace")
        if len(data) > MAX_PUSH_BYTES:
            raise GuardLost
        async with self._turn:
            await self._fill()
            worker = self._worker
            if worker is None:
                raise GuardLost
            answered = False
            try:
                push = decode_filtered(await worker.ask(data, self._limit_s))
                answered = True
            except msgspec.MsgspecError as error:
                raise GuardLost from error
            finally:
                if not answered:  # also when nobody waits any more: its answer would be the next's
                    self.forget()
            return push

    def forget(self) -> None:
        """Ends the process that has looked at pages, and with it all that it knows of them;
        the spare takes over.
        """
        lost, self._worker, self._spare = self._worker, self._spare, None
        if lost is not None:
            lost.kill()
        if not self._closed:
            self.warm()

    async def _fill(self) -> None:
        async with self._starts:
            if self._closed:
                return
            if self._spare is not None and not self._spare.alive:
                self._spare = None
            if self._worker is None or not self._worker.alive:
                self._worker = self._spare
                self._spare = None
            try:
                self._worker = self._worker or await _Worker.begun()
                self._spare = self._spare or await _Worker.begun()
            except OSError as error:
                log.error("the guard of the shared page cannot start: %s", error.strerror)

    async def close(self) -> None:
        """Ends the processes."""
        self._closed = True
        async with self._starts:
            for worker in (self._worker, self._spare):
                if worker is not None:
                    await worker.end()
            self._worker = self._spare = None
