# SPDX-License-Identifier: GPL-3.0-only
"""AUDIT into SQL, as it grows: a task of the hub that reads entries and stores them in a worker
thread.

Each entry is acknowledged after its commit. A hub that is killed in between gets the entry again
and stores nothing twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from session.core.errors import BusUnreachable, SessionError, StoreUnreachable
from session.core.tasks import Tasks
from session.hub.history.audit import BATCH, Audit, AuditEntry, AuditReader
from session.hub.history.database import History

log = logging.getLogger(__name__)

PAUSE_S = (0.3, 10.0)
"""First and longest pause after a failure."""


GATHER_S = (0.25, 4.0)
"""Shortest time between two commits, after few and after `MANY` changes:
a commit of fifty costs as much as one.

Who asks does not wait for it (`Projection.fresh`).
"""

MANY = 5

FRESH_S = 1.0
"""Longest wait of a question for what is not in the history yet;
then it is answered from what is there.
"""

POLL_S = 0.02

ENTRIES = "entries of the history"
"""Under this name one that could not be stored is told (`Tasks.note_failure`)."""


@dataclass(frozen=True)
class Position:
    """The progress of the history: the newest entry it has, and how many it still lacks."""

    applied: int
    behind: int


class Projection:
    """Keeps a history up to date until it is stopped, whatever fails meanwhile.

    Args:
        open_history: opens the database; called in a worker thread, again after a failure.
        rebuild: forget what AUDIT can tell, and read it again, once.

    Attributes:
        caught_up: set while nothing is known to be missing.
        left_out: entries that no row can hold.
        trouble: why the history cannot go on; "" while nothing is known against it.
    """

    def __init__(
        self,
        audit: Audit,
        open_history: Callable[[], History],
        *,
        tasks: Tasks,
        rebuild: bool = False,
    ) -> None:
        self.caught_up = asyncio.Event()
        self.position = Position(0, 0)
        self.trouble = ""
        self.left_out = 0
        self._audit = audit
        self._open_history = open_history
        self._tasks = tasks
        self._rebuild = rebuild
        self._history: History | None = None
        self._opening = threading.Lock()
        self._stopped = False
        self._hurry = asyncio.Event()
        self._stream: int | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def history(self) -> History:
        """The history, for questions. Raises `StoreUnreachable` while the database cannot be
        opened.
        """
        if self._history is None:
            raise StoreUnreachable(why="the history is not open")
        return self._history

    @property
    def is_open(self) -> bool:
        """True while the database can be asked."""
        return self._history is not None

    async def fresh(self) -> History:
        """Return the history for questions about what has just happened:
        with all that AUDIT has now.

        What cannot be had within `FRESH_S`, or while the store is away, is missing;
        `position.behind` tells.

        Raises:
            StoreUnreachable: the database cannot be opened.
        """
        history = self.history
        with contextlib.suppress(TimeoutError, BusUnreachable, StoreUnreachable):
            async with asyncio.timeout(FRESH_S):
                newest = (await self._audit.state()).last_revision
                while self.position.applied < newest and await self._last_seq(history) < newest:
                    self._hurry.set()
                    await asyncio.sleep(POLL_S)
        return history

    async def _last_seq(self, history: History) -> int:
        """Return what the database has: another hub that shares it may have stored more than we
        did.
        """
        if self._stream is None:
            return 0
        return await asyncio.to_thread(history.last_seq, self._stream)

    def start(self) -> None:
        """Begins, in the background: the queue does not wait for the history."""
        self._task = self._tasks.keep(self._run, name="history")

    async def stop(self) -> None:
        """Ends after the batch that is being written."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task], timeout=2.0)
            self._task = None
        with self._opening:
            self._stopped = True
            history, self._history = self._history, None
        if history is not None:
            await asyncio.to_thread(history.close)

    def _open(self) -> None:
        """In a thread, which goes on when the task is cancelled:
        what comes too late is closed again.
        """
        history = self._open_history()
        with self._opening:
            if not self._stopped:
                self._history = history
                return
        history.close()

    async def _run(self) -> None:
        pause_s = PAUSE_S[0]
        while True:
            before = self.position.applied
            try:
                await self._follow()
            except SessionError as error:
                self._note(str(error.detail.get("why", error.code)))
            self.caught_up.clear()
            if self.position.applied > before:
                pause_s = PAUSE_S[0]
            else:
                pause_s = min(pause_s * 2, PAUSE_S[1])
            await asyncio.sleep(pause_s)

    async def _follow(self) -> None:
        if self._history is None:
            await asyncio.to_thread(self._open)
        history = self.history
        state = await self._audit.state()
        self._stream = stream = await asyncio.to_thread(history.stream, state.created)
        if self._rebuild:
            old = await asyncio.to_thread(history.begin_again, stream, state.first_revision)
            self._rebuild = False
            await self._audit.forget_reader(old)
        applied = await asyncio.to_thread(history.last_seq, stream)
        self._move(applied, state.last_revision)
        if not self.position.behind:
            self._note("")
        reader = await self._audit.reader(await asyncio.to_thread(lambda: history.reader))
        try:
            while True:
                await self._next(history, stream, reader)
        finally:
            reader.stop()

    async def _next(self, history: History, stream: int, reader: AuditReader) -> None:
        entries = await reader.batch()
        if entries:
            await self._apply(history, stream, entries)
            await reader.acknowledge(entries)
        last = (await self._audit.state()).last_revision
        newest = max((self.position.applied, *(entry.seq for entry in entries)))
        # another hub may have stored the rest; and is the database still there?
        if newest < last or not entries:
            newest = max(newest, await asyncio.to_thread(history.last_seq, stream))
        self._move(newest, last)
        self._note("")
        if 0 < len(entries) < BATCH:
            await self._gather(GATHER_S[len(entries) >= MANY])

    async def _apply(self, history: History, stream: int, entries: Sequence[AuditEntry]) -> None:
        """Stores entries; one that cannot be stored keeps no other from its row. AUDIT has it."""
        try:
            await asyncio.to_thread(history.apply, stream, entries)
        except StoreUnreachable:
            raise
        except Exception as error:
            if len(entries) > 1:
                for entry in entries:
                    await self._apply(history, stream, [entry])
                return
            self.left_out += 1
            log.error("entry %d of the audit is left out of the history", entries[0].seq)
            self._tasks.note_failure(ENTRIES, error)

    async def _gather(self, longest_s: float) -> None:
        """More changes come together, unless somebody asks."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(longest_s):
                await self._hurry.wait()
        self._hurry.clear()

    def _note(self, trouble: str) -> None:
        if trouble == self.trouble:
            return
        self.trouble = trouble
        if trouble:
            log.warning("the history waits: %s", trouble)
        else:
            log.warning("the history goes on")

    def _move(self, applied: int, last: int) -> None:
        self.position = Position(applied, max(0, last - applied))
        (self.caught_up.clear if self.position.behind else self.caught_up.set)()
