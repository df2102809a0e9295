# SPDX-License-Identifier: GPL-3.0-only
"""Erases conversations in a vault: the words of `expert_app.backup.erasing`, for its own file.
Used by `hub erase` with --serve. The vault may go on working.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from expert_app.backup.erasing import Erased
from expert_app.runtime.config import HubSettings
from expert_app.runtime.paths import Paths
from expert_app.stores.conversations import rows_of_vault
from expert_app.vault.backup import log_of
from session.hub.storage.erasures import Erasure, Hold
from session.hub.vault.log_store import VaultLog

QUIET = timedelta(minutes=15)
"""A conversation that is written to so lately is taken for one that is going on."""


class VaultKeptLogs:
    """The logs held and erased, in the vault's file; as `KeptLogs` of a hub."""

    def __init__(self, keeper: VaultLog) -> None:
        self._keeper = keeper

    async def hold(self, organisation: str, hold: Hold) -> int:
        """Neither age nor hand erases this log. Raises `TicketUnknown`."""
        return await asyncio.to_thread(self._keeper.hold, hold)

    async def lift(self, organisation: str, session_id: str) -> bool:
        """False when it was not held."""
        return await asyncio.to_thread(self._keeper.lift, session_id)

    async def holds(self, organisation: str) -> list[Hold]:
        """Return what is held."""
        return await asyncio.to_thread(self._keeper.holds)

    async def note(self, erasure: Erasure) -> None:
        """A line of the register."""
        await asyncio.to_thread(self._keeper.note_erasure, erasure)

    async def erasures(self) -> list[Erasure]:
        """The register, the oldest first."""
        return await asyncio.to_thread(self._keeper.erasures)


class VaultEraser:
    """Erases in the vault's file."""

    def __init__(self, settings: HubSettings, paths: Paths) -> None:
        self._settings = settings
        self._paths = paths
        self._keeper = log_of(settings, paths)
        self.logs = VaultKeptLogs(self._keeper)

    async def between(self, first: date, last: date) -> list[str]:
        """Conversations that were written to last on these days."""
        since = datetime.combine(first, time()).astimezone()
        until = datetime.combine(last + timedelta(days=1), time()).astimezone()
        return await asyncio.to_thread(self._keeper.between, since, until)

    async def erase(
        self, organisation: str, sessions: Iterable[str], *, dry: bool = False
    ) -> Erased:
        """Erases these conversations, but for those that are held, or were written to a moment ago:
        the file does not know who is still in one. What an end sends later is refused.
        """
        erased = Erased()
        held_sessions = {hold.session for hold in await self.logs.holds(organisation)}
        for session_id in sessions:
            if session_id in held_sessions:
                erased.held.append(session_id)
            elif (touched := await asyncio.to_thread(self._keeper.touched, session_id)) is None:
                erased.unknown.append(session_id)
            elif touched > datetime.now(UTC) - QUIET:
                erased.running.append(session_id)
            else:
                erased.sessions.append(session_id)
                if not dry:
                    erasing = self._erase
                    erased.records += await asyncio.to_thread(erasing, organisation, session_id)
        return erased

    async def running(self, organisation: str, sessions: Iterable[str]) -> list[str]:
        """Return the conversations among these that were written to a moment ago."""
        touched_at = {
            session_id: await asyncio.to_thread(self._keeper.touched, session_id)
            for session_id in sessions
        }
        lately = datetime.now(UTC) - QUIET
        return [
            session_id
            for session_id, touched in touched_at.items()
            if touched is not None and touched > lately
        ]

    def _erase(self, organisation: str, session_id: str) -> int:
        records = self._keeper.erase(organisation, session_id)
        with rows_of_vault(self._settings, self._paths) as rows:
            rows.erase(organisation, session_id)
        return records
