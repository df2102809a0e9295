# SPDX-License-Identifier: GPL-3.0-only
"""A vault's logs, and what the network's hub says of their conversations; the vault's own database.
Used by the list of conversations in a vault, and by its commands.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from session.core.database_users import DatabaseUsers
from session.core.errors import StoreUnreachable
from session.hub.history.tables import open_engine
from session.hub.log_index.hub_logs import of_ticket
from session.hub.log_index.rows import TicketFacts
from session.hub.vault.log_store import VaultLog
from session.hub.vault.sessions import VaultSessions
from session.protocol.hub.log import LogPart

FILE = "conversations.sqlite"


class OwnDatabase:
    """A database with nothing but the list: a file in `folder`, or a server's by its address.

    Raises:
        StoreUnreachable: also from every method.
    """

    def __init__(self, folder: Path, database_url: str = "") -> None:
        self._users = DatabaseUsers()
        with _reached():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.engine = open_engine(folder, database_url or f"sqlite:///{folder / FILE}")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for questions."""
        with self._users.one_more(), _reached(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction."""
        engine = self.engine.execution_options(write=True)
        with self._users.one_more(), _reached(), engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Ends all connections, after what is being read and written; later questions raise."""
        self._users.end()
        self.engine.dispose()


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        raise StoreUnreachable(why=type(error).__name__) from error


class VaultLogs:
    """Args:
    days: for how long logs are kept.
    sessions: asks the hub; None for a command, which knows only what the logs say.
    """

    def __init__(
        self,
        keeper: VaultLog,
        organisation: str,
        *,
        days: Callable[[], int],
        sessions: VaultSessions | None,
    ) -> None:
        self._keeper = keeper
        self._organisation = organisation
        self._days = days
        self._sessions = sessions

    def log_days(self) -> dict[str, int]:
        """The one organisation's."""
        return {self._organisation: self._days()}

    async def sessions(self, _organisation: str) -> set[str]:
        """All that the vault's file has."""
        return set(await asyncio.to_thread(self._keeper.sessions))

    async def read(self, _organisation: str, session_id: str, after: int) -> LogPart:
        """See `VaultLog.read`."""
        return await asyncio.to_thread(self._keeper.read, session_id, after)

    async def tickets(self, _organisation: str, sessions: Sequence[str]) -> dict[str, TicketFacts]:
        """Return what the hub says now; of a conversation that it has forgotten,
        that it is over.
        """
        return {session_id: await self._ticket(session_id) for session_id in sessions}

    async def _ticket(self, session_id: str) -> TicketFacts:
        if self._sessions is None:
            return TicketFacts()
        ticket, is_over = await self._sessions.ticket(session_id)
        if ticket is None or ticket.session != session_id:
            return TicketFacts(is_over=is_over)
        facts = of_ticket(ticket)
        if facts.is_over == is_over:
            return facts
        return replace(facts, is_over=is_over)
