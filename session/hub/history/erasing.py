# SPDX-License-Identifier: GPL-3.0-only
"""Which conversations a ticket had, and what of them the history forgets when their log is erased.
Used by the hub's commands.

A ticket's row stays, for the figures; its number and the ids of its conversations go.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, select, update

from session.hub.history import tables
from session.hub.history.audit import AUDIT
from session.hub.history.database import History
from session.protocol.hub.tickets import TicketState

_OVER = frozenset({TicketState.WRAP_UP, TicketState.CLOSED, TicketState.ABANDONED})


@dataclass(frozen=True)
class TicketFilter:
    """Which tickets; "" means all.

    Attributes:
        first, last: local days of arrival, both included.
        number: as it was called ("A012").
        kiosk: id. site: name.
    """

    first: date
    last: date
    number: str = ""
    kiosk: str = ""
    site: str = ""


def sessions_of(history: History, organisation: str, ticket_filter: TicketFilter) -> list[str]:
    """The conversations of the tickets that the filter finds. Raises `StoreUnreachable`."""
    table, transitions = tables.tickets, tables.transitions
    query = (
        select(transitions.c.session)
        .distinct()
        .join(
            table,
            and_(
                table.c.organisation == transitions.c.organisation,
                table.c.ticket == transitions.c.ticket,
            ),
        )
        .where(transitions.c.organisation == organisation, transitions.c.session.is_not(None))
        .where(
            table.c.day >= ticket_filter.first.isoformat(),
            table.c.day <= ticket_filter.last.isoformat(),
        )
    )
    if ticket_filter.number:
        query = query.where(table.c.number == ticket_filter.number)
    if ticket_filter.kiosk:
        query = query.where(table.c.kiosk == ticket_filter.kiosk)
    if ticket_filter.site:
        site = select(tables.names.c.id).where(tables.names.c.text == ticket_filter.site)
        query = query.where(table.c.site.in_(site))
    with history.reading() as connection:
        return sorted(connection.execute(query).scalars())


def is_running(history: History, organisation: str, session_id: str) -> bool:
    """True if the history knows the conversation and has not heard of its end."""
    transitions = tables.transitions
    query = select(transitions.c.ticket, transitions.c.state).where(
        transitions.c.organisation == organisation, transitions.c.session == session_id
    )
    with history.reading() as connection:
        rows = connection.execute(query).all()
    return bool(rows) and not any(row.state in _OVER for row in rows)


def forget(history: History, organisation: str, session_id: str) -> tuple[list[str], int]:
    """Takes number and conversations from the rows of the ticket; (tickets, rows).
    Raises `StoreUnreachable`.
    """
    transitions, table = tables.transitions, tables.tickets
    query = (
        select(transitions.c.ticket)
        .distinct()
        .where(transitions.c.organisation == organisation, transitions.c.session == session_id)
    )
    nothing = {"number": "", "session": None}
    with history.writing() as connection:
        tickets = list(connection.execute(query).scalars())
        rows = 0
        for each in (transitions, table):
            place = and_(each.c.organisation == organisation, each.c.ticket.in_(tickets))
            rows += connection.execute(update(each).where(place).values(**nothing)).rowcount
    return tickets, rows


def traces(organisation: str, tickets: Sequence[str]) -> list[tuple[str, str]]:
    """(stream, subject) of what JetStream's own trace says about these tickets."""
    return [(AUDIT, f"audit.{organisation}.{ticket}") for ticket in tickets]
