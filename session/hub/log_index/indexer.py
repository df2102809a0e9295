# SPDX-License-Identifier: GPL-3.0-only
"""Follows the logs and writes the list of conversations, batched, in the background.
Used by hub and vault.

Each row remembers how many records of its log it has read, so a hub that was killed goes on from
there.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from session.core.clock import Clock
from session.core.errors import SessionError, StoreUnreachable, TicketUnknown
from session.core.tasks import Tasks
from session.hub.log_index.digest import LogDigest
from session.hub.log_index.rows import ListedConversation, LogRows, TicketFacts
from session.protocol.hub.log import LogPart

log = logging.getLogger(__name__)

SOON_S, RUNNING_S = 1.0, 60.0
"""From a record to its row: of a conversation that has begun or is over; of one that goes on."""

LOOK_S = 0.5
AGAIN_S = 5.0
"""While database or store are away."""

REVISIT_S = 300.0
"""Between two looks at conversations whose end nobody has written."""

CATCH_UP_S = 3600.0
"""Between two comparisons of list and logs."""

BATCH = 100
"""Conversations in one transaction."""


class ListedLogs(Protocol):
    """The place where the logs are. Every method may raise `StoreUnreachable`."""

    def log_days(self) -> dict[str, int]:
        """Return whose logs are here, and for how long."""
        ...

    async def sessions(self, organisation: str) -> set[str]:
        """Conversations of which there is a log."""
        ...

    async def read(self, organisation: str, session_id: str, after: int) -> LogPart:
        """Records from the `after`-th on. Raises `TicketUnknown`."""
        ...

    async def tickets(self, organisation: str, sessions: Sequence[str]) -> dict[str, TicketFacts]:
        """Return what the queue knows of these conversations."""
        ...


class LogIndexer:
    """Args: clock: of retention."""

    def __init__(self, rows: LogRows, source: ListedLogs, *, clock: Clock, tasks: Tasks) -> None:
        self._rows = rows
        self._source = source
        self._clock = clock
        self._tasks = tasks
        self._due: dict[tuple[str, str], float] = {}
        self._seen: set[tuple[str, str]] = set()
        self._working: list[tuple[str, str]] = []
        self._running: list[asyncio.Task[None]] = []

    @property
    def behind(self) -> int:
        """Conversations whose newest records are not in the list yet."""
        return len({*self._due, *self._working})

    def on_written(self, organisation: str, session_id: str, *, is_over: bool) -> None:
        """Something of this conversation's log is new."""
        key = (organisation, session_id)
        soon = is_over or key not in self._seen
        self._seen.add(key)
        if is_over:
            self._seen.discard(key)
        self._schedule(key, SOON_S if soon else RUNNING_S)

    def _schedule(self, key: tuple[str, str], in_s: float) -> None:
        at_s = self._clock.monotonic_s() + in_s
        self._due[key] = min(self._due.get(key, at_s), at_s)

    def start(self) -> None:
        """Begins in the background."""
        self._running = [
            self._tasks.keep(self._follow, name="list of conversations"),
            self._tasks.keep(self._compare, name="compare list and logs"),
            self._tasks.keep(self._revisit, name="conversations without an end"),
        ]

    async def stop(self) -> None:
        """Ends; what is due is found again at the next start."""
        running, self._running = self._running, []
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running, timeout=2.0)

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            now_s = self._clock.monotonic_s()
            ripe = [key for key, at_s in self._due.items() if at_s <= now_s][:BATCH]
            if not ripe:
                continue
            for key in ripe:
                del self._due[key]
            self._working = ripe
            try:
                await self.index(ripe)
            except SessionError as error:
                log.info("the list of conversations waits: %s", error.detail.get("why", error.code))
                for key in ripe:
                    self._schedule(key, AGAIN_S)
            except Exception:  # one log that cannot be listed keeps no other one from the list
                log.exception("conversations are listed one by one")
                await self._index_each(ripe)
            self._working = []

    async def _index_each(self, keys: Sequence[tuple[str, str]]) -> None:
        for key in keys:
            try:
                await self.index([key])
            except SessionError:
                self._schedule(key, AGAIN_S)
            except Exception:
                log.exception("a conversation is not in the list")

    async def _revisit(self) -> None:
        while True:
            await asyncio.sleep(REVISIT_S)
            try:
                await self._schedule_open()
            except SessionError as error:
                log.info("the list of conversations waits: %s", error.detail.get("why", error.code))

    async def _schedule_open(self) -> None:
        ours = self._source.log_days()
        for key in await asyncio.to_thread(self._rows.open_sessions):
            if key[0] in ours:
                self._schedule(key, 0.0)

    async def _compare(self) -> None:
        while True:
            try:
                await self.catch_up()
                wait_s = CATCH_UP_S
            except SessionError as error:
                log.info(
                    "list and logs are compared later: %s", error.detail.get("why", error.code)
                )
                wait_s = AGAIN_S
            await asyncio.sleep(wait_s)

    # ---- what is done, also by the commands

    async def catch_up(self) -> None:
        """Logs without a row get one; rows of logs whose age is over go; a row whose log is gone
        otherwise says so; conversations that have not ended in the list are looked at again.
        """
        days = self._source.log_days()
        for organisation, log_days in days.items():
            stored = frozenset(await self._source.sessions(organisation))
            before = self._clock.utc_now() - timedelta(days=log_days)
            gone = await asyncio.to_thread(
                self._rows.remove_older, organisation, before, but=stored
            )
            if gone:
                log.info("%d conversations left the list with their logs", gone)
            listed = await asyncio.to_thread(self._rows.with_log, organisation)
            with_row = await asyncio.to_thread(self._rows.sessions, organisation)
            await asyncio.to_thread(self._rows.lost, organisation, sorted(listed - stored))
            for session_id in sorted(stored - with_row):
                self._schedule((organisation, session_id), 0.0)
        await self._schedule_open()

    async def rebuild(self) -> int:
        """Makes the list again from the logs; how many conversations there are."""
        count = 0
        for organisation in self._source.log_days():
            sessions = sorted(await self._source.sessions(organisation))
            await asyncio.to_thread(self._rows.begin_again, organisation)
            for at in range(0, len(sessions), BATCH):
                some = [(organisation, session_id) for session_id in sessions[at : at + BATCH]]
                count += await self.index(some)
        return count

    async def index(self, keys: Sequence[tuple[str, str]]) -> int:
        """Reads what is new of these logs and writes their rows; how many."""
        by_organisation: dict[str, list[str]] = {}
        for organisation, session_id in keys:
            by_organisation.setdefault(organisation, []).append(session_id)
        conversations: list[ListedConversation] = []
        for organisation, sessions in by_organisation.items():
            digests = await asyncio.to_thread(self._rows.summaries, organisation, sessions)
            tickets = await self._source.tickets(organisation, sessions)
            for session_id in sessions:
                summary = await self._read(organisation, session_id, digests.get(session_id))
                if summary is not None:
                    conversations.append(
                        ListedConversation(
                            organisation=organisation,
                            session=session_id,
                            summary=summary,
                            ticket=tickets.get(session_id),
                        )
                    )
        await asyncio.to_thread(self._rows.put, conversations)
        return len(conversations)

    async def _read(
        self, organisation: str, session_id: str, previous: LogDigest | None
    ) -> LogDigest | None:
        """Return what the row shall say of the log; None when neither is there."""
        summary = previous or LogDigest()
        while True:
            try:
                part = await self._source.read(organisation, session_id, summary.read)
            except TicketUnknown:
                return None
            skipped = part.next - len(part.records) - summary.read
            summary.read += max(0, skipped)  # they have left to make room
            await asyncio.to_thread(summary.take, [bytes(record) for record in part.records])
            if part.end:
                return summary
            if not part.records:
                raise StoreUnreachable(why="a log says nothing and has no end")
