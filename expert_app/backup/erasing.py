# SPDX-License-Identifier: GPL-3.0-only
"""Erases conversations in a hub: their logs, and what history and trace say of their tickets.
Used by `hub erase`, and by a restore, which does again what was erased since the backup.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from expert_app.runtime.config import HubSettings
from expert_app.stores.conversations import rows_of_hub
from session.bus.jetstream.streams import Streams
from session.core.errors import StoreUnreachable
from session.core.field_types import NOT_DECODED
from session.hub.dossier.kept_logs import KeptLogs
from session.hub.history import erasing as history_erasing
from session.hub.history.database import History
from session.hub.storage.erasures import Erasure, all_marks, mark_of

REGISTER = "erasures.jsonl"
"""The register beside the backups: a restore finds it there."""


@dataclass
class Erased:
    """The conversations that were erased, and those that were not."""

    sessions: list[str] = field(default_factory=list)
    records: int = 0
    rows: int = 0
    held: list[str] = field(default_factory=list)
    running: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


class HubEraser:
    """Erases in one hub's JetStream and history; the hub may go on working."""

    def __init__(self, streams: Streams, logs: KeptLogs, *, history: History) -> None:
        self._streams = streams
        self.logs = logs
        self.history = history
        self._rows = rows_of_hub(history)

    async def erase(
        self, organisation: str, sessions: Iterable[str], *, dry: bool = False
    ) -> Erased:
        """Erases these conversations, but for those that are held or still running.
        Raises `StoreUnreachable`: what was done stays done, the same may be repeated.
        """
        erased, existing = Erased(), set(await self.logs.sessions(organisation))
        for session_id in sessions:
            if await self.logs.is_held(organisation, session_id):
                erased.held.append(session_id)
            elif await self._is_running(organisation, session_id):
                erased.running.append(session_id)
            elif dry:
                (erased.sessions if session_id in existing else erased.unknown).append(session_id)
            else:
                await self._erase(organisation, session_id, erased)
        return erased

    async def _is_running(self, organisation: str, session_id: str) -> bool:
        running = history_erasing.is_running
        return await asyncio.to_thread(running, self.history, organisation, session_id)

    async def running(self, organisation: str, sessions: Iterable[str]) -> list[str]:
        """Return those of these conversations that are not over."""
        return [
            session_id
            for session_id in sessions
            if await self._is_running(organisation, session_id)
        ]

    async def _erase(self, organisation: str, session_id: str, erased: Erased) -> None:
        records = await self.logs.erase(organisation, session_id)
        forget = history_erasing.forget
        tickets, rows = await asyncio.to_thread(forget, self.history, organisation, session_id)
        await asyncio.to_thread(self._rows.erase, organisation, session_id)
        for stream, subject in history_erasing.traces(organisation, tickets):
            await self._streams.forget(stream, subject)
        if records is None and not rows:
            erased.unknown.append(session_id)
            return
        erased.sessions.append(session_id)
        erased.records += records or 0
        erased.rows += rows

    async def again(self, organisations: Iterable[str], erasures: Sequence[Erasure]) -> int:
        """Erases what these lines of the register have erased before; how many conversations."""
        marks, count = all_marks(erasures), 0
        for organisation in organisations:
            sessions = [
                session_id
                for session_id in await self.logs.sessions(organisation)
                if mark_of(organisation, session_id) in marks
            ]
            erased = Erased()
            for session_id in sessions:
                await self.logs.lift(organisation, session_id)
                await self._erase(organisation, session_id, erased)
            count += len(erased.sessions)
        return count


def append_to_register(settings: HubSettings, erasure: Erasure) -> None:
    """Adds the line to the register beside the backups, where the settings name a folder.
    Raises `OSError`.
    """
    if not settings.backup.folder:
        return
    path = Path(settings.backup.folder) / REGISTER
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "ab") as file:
        file.write(msgspec.json.encode(erasure) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read_register(path: Path) -> list[Erasure]:
    """The lines of a register beside a backup, none without one. Raises `StoreUnreachable`."""
    if not path.exists():
        return []
    try:
        return [
            msgspec.json.decode(line, type=Erasure)
            for line in path.read_bytes().splitlines()
            if line.strip()
        ]
    except NOT_DECODED as error:
        raise StoreUnreachable(why=f"{path.name} cannot be read") from error
