# SPDX-License-Identifier: GPL-3.0-only
"""The hub's logs, and what its queue and its history know of their conversations.
Used by the list of conversations in the hub, and by its commands.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy import select

from session.hub.convention.catalogue import Catalogue
from session.hub.dossier.log_keeper import LogKeeper
from session.hub.history import tables as history
from session.hub.log_index.rows import Database, TicketFacts
from session.hub.storage.interfaces import StoredTicket
from session.protocol.hub.log import LogPart
from session.protocol.hub.tickets import Ticket, TicketState


class KnownTickets(Protocol):
    """The part of the queue's view that is needed here."""

    def session_anywhere(self, session_id: str) -> StoredTicket | None:
        """The ticket of a session."""
        ...


class HubLogs:
    """Args: view: None for a command, which knows only what the history has."""

    def __init__(
        self,
        keeper: LogKeeper,
        catalogue: Catalogue,
        *,
        database: Callable[[], Database],
        view: KnownTickets | None,
    ) -> None:
        self._keeper = keeper
        self._catalogue = catalogue
        self._database = database
        self._view = view

    def log_days(self) -> dict[str, int]:
        """Return the log days of organisations without a vault."""
        catalogue = self._catalogue
        return {
            name: catalogue.organisation(name).log_days
            for name in catalogue.served
            if catalogue.card(name) is None
        }

    async def sessions(self, organisation: str) -> set[str]:
        """Return the conversations of the stream, and those that are held."""
        kept_logs = self._keeper.kept
        held_sessions = {hold.session for hold in await kept_logs.holds(organisation)}
        return {*await kept_logs.sessions(organisation), *held_sessions}

    async def read(self, organisation: str, session_id: str, after: int) -> LogPart:
        """See `LogKeeper.read`."""
        return await self._keeper.read(organisation, session_id, after)

    async def tickets(self, organisation: str, sessions: Sequence[str]) -> dict[str, TicketFacts]:
        """The queue's word, else the history's."""
        facts: dict[str, TicketFacts] = {}
        for session_id in sessions:
            if self._view is not None:
                stored = self._view.session_anywhere(session_id)
            else:
                stored = None
            if stored is not None and stored.ticket.session == session_id:
                facts[session_id] = of_ticket(stored.ticket)
        rest = [other for other in sessions if other not in facts]
        if rest:
            facts |= await asyncio.to_thread(self._of_history, organisation, rest)
        return facts

    def _of_history(self, organisation: str, sessions: Sequence[str]) -> dict[str, TicketFacts]:
        transitions, table, names = history.transitions, history.tickets, history.names
        with self._database().reading() as connection:
            mine = select(transitions.c.ticket).where(
                transitions.c.organisation == organisation, transitions.c.session.in_(sessions)
            )
            query = (
                select(transitions)
                .where(transitions.c.organisation == organisation, transitions.c.ticket.in_(mine))
                .order_by(transitions.c.ticket, transitions.c.stream, transitions.c.seq)
            )
            changes = connection.execute(query).all()
            places = (
                select(table.c.ticket, table.c.kiosk, names.c.text)
                .join(names, names.c.id == table.c.site)
                .where(table.c.organisation == organisation, table.c.ticket.in_(mine))
            )
            stood = {row.ticket: (row.kiosk, row.text) for row in connection.execute(places)}
        return {session_id: _of_changes(session_id, changes, stood) for session_id in sessions}


def of_ticket(ticket: Ticket) -> TicketFacts:
    """Return what the queue says of the conversation that this ticket has."""
    is_over = ticket.state is not TicketState.IN_SESSION
    return TicketFacts(
        started_at_utc=ticket.accepted_at_utc or ticket.arrived_at_utc,
        ended_at_utc=ticket.ended_at_utc if is_over else None,
        number=ticket.number,
        site=ticket.site,
        kiosk=ticket.kiosk,
        service=ticket.service,
        agent=ticket.agent or "",
        is_over=is_over,
    )


def _of_changes(
    session_id: str, changes: Sequence[Any], stood: dict[str, tuple[str, str]]
) -> TicketFacts:
    """The conversation lasts while its ticket is in session with this id."""
    first: Any = None
    ended: datetime | None = None
    for row in changes:
        talks = row.session == session_id and row.state == TicketState.IN_SESSION
        if talks and first is None:
            first = row
        elif first is not None and row.ticket == first.ticket and not talks and ended is None:
            ended = row.stored_at_utc
    if first is None:
        return TicketFacts()
    kiosk, site = stood.get(first.ticket, ("", ""))
    return TicketFacts(
        started_at_utc=(first.accepted_at_utc or first.stored_at_utc).replace(tzinfo=UTC),
        ended_at_utc=ended.replace(tzinfo=UTC) if ended is not None else None,
        number=first.number,
        site=site,
        kiosk=kiosk,
        service=first.service,
        agent=first.agent or "",
        is_over=ended is not None,
    )
