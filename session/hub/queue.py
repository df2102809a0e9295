# SPDX-License-Identifier: GPL-3.0-only
"""The queue as one hub sees it: tickets in memory, order, position, expected wait. Pure; used by the hub's parts.

A view may be a moment behind the store, so it answers questions and never decides: decisions are compare-and-set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from session.hub.engine import StoredTicket
from session.protocol.tickets import Ticket, TicketState, queue_order

OPEN = frozenset({TicketState.WAITING, TicketState.OFFERED, TicketState.IN_SESSION, TicketState.WRAP_UP})
WAITING = frozenset({TicketState.WAITING, TicketState.OFFERED})

FIRST_GUESS_S = 300.0
"""Handling time of a conversation before any was seen."""

WEIGHT = 0.1
"""Weight of the newest conversation in the moving average."""

Key = tuple[str, str]


class QueueView:
    """All tickets of all organisations, open and lately ended.

    Attributes:
        on_change: told (the ticket before, or None, and after) at each change, once.
    """

    def __init__(self) -> None:
        self._tickets: dict[Key, StoredTicket] = {}
        self._sessions: dict[str, Key] = {}
        self._handling_s: dict[str, float] = {}
        self._revisions: dict[str, int] = {}
        self.on_change: Callable[[Ticket | None, Ticket], None] = lambda before, after: None
        self._in_order: dict[str, list[Ticket]] = {}

    def load(self, tickets: Sequence[StoredTicket]) -> None:
        """Replaces everything by what the store holds."""
        self._tickets.clear()
        self._sessions.clear()
        self._revisions.clear()
        self._in_order.clear()
        for stored in tickets:
            self._take(stored)

    def apply(self, stored: StoredTicket) -> bool:
        """Takes a change; False when something at least as new is known."""
        known = self._tickets.get((stored.ticket.organisation, stored.ticket.id))
        if known is not None and known.revision >= stored.revision:
            return False
        if known is not None:
            self._learn(known.ticket, stored.ticket)
        self.on_change(known.ticket if known is not None else None, stored.ticket)
        self._take(stored)
        return True

    def _take(self, stored: StoredTicket) -> None:
        ticket = stored.ticket
        key = (ticket.organisation, ticket.id)
        self._tickets[key] = stored
        self._in_order.pop(ticket.organisation, None)
        if ticket.session is not None:
            self._sessions[ticket.session] = key
        self._revisions[ticket.organisation] = max(self.revision(ticket.organisation), stored.revision)

    def _learn(self, before: Ticket, after: Ticket) -> None:
        """The moving average of how long conversations take."""
        if before.state is not TicketState.IN_SESSION or after.state not in (TicketState.WRAP_UP, TicketState.CLOSED):
            return
        if after.accepted_at_utc is None or after.ended_at_utc is None:
            return
        took_s = (after.ended_at_utc - after.accepted_at_utc).total_seconds()
        known_s = self._handling_s.get(after.organisation, FIRST_GUESS_S)
        self._handling_s[after.organisation] = (1 - WEIGHT) * known_s + WEIGHT * max(0.0, took_s)

    def forget_ended(self, is_old: Callable[[Ticket], bool]) -> None:
        """Drops ended tickets for which `is_old` is true."""
        gone = [
            key for key, stored in self._tickets.items() if stored.ticket.state not in OPEN and is_old(stored.ticket)
        ]
        for key in gone:
            ticket = self._tickets.pop(key).ticket
            if ticket.session is not None:
                self._sessions.pop(ticket.session, None)

    # ---- questions -------------------------------------------------------------------------------------------------

    def revision(self, organisation: str) -> int:
        """Newest revision seen of an organisation's tickets."""
        return self._revisions.get(organisation, 0)

    def get(self, organisation: str, ticket_id: str) -> StoredTicket | None:
        """A ticket by its id."""
        return self._tickets.get((organisation, ticket_id))

    def by_session(self, organisation: str, session_id: str) -> StoredTicket | None:
        """The ticket whose session is or was `session_id`."""
        key = self._sessions.get(session_id)
        stored = self._tickets.get(key) if key is not None and key[0] == organisation else None
        return stored if stored is not None and stored.ticket.session == session_id else None

    def tickets(self, organisation: str) -> Iterator[Ticket]:
        """All known tickets of an organisation."""
        return (stored.ticket for (owner, _), stored in self._tickets.items() if owner == organisation)

    def all_open(self) -> Iterator[StoredTicket]:
        """Open tickets of all organisations."""
        return (stored for stored in list(self._tickets.values()) if stored.ticket.state in OPEN)

    def open_tickets(self, organisation: str) -> list[Ticket]:
        """Open tickets in the order of their ids: an order that does not change between two pages."""
        in_order = self._in_order.get(organisation)
        if in_order is None:  # kept until the next change: a desk asks for a long queue page by page
            in_order = sorted((t for t in self.tickets(organisation) if t.state in OPEN), key=lambda t: t.id)
            self._in_order[organisation] = in_order
        return list(in_order)

    def waiting(self, organisation: str) -> list[Ticket]:
        """Waiting tickets, the next one first."""
        return sorted((t for t in self.tickets(organisation) if t.state in WAITING), key=queue_order)

    def position(self, ticket: Ticket) -> int:
        """1 for the next one served, 0 when not waiting."""
        if ticket.state not in WAITING:
            return 0
        mine = queue_order(ticket)
        ahead = (t for t in self.tickets(ticket.organisation) if t.state in WAITING and t.id != ticket.id)
        return 1 + sum(1 for other in ahead if queue_order(other) < mine)

    def wait_s(self, organisation: str, position: int, agents: int) -> int | None:
        """Expected wait: `position` conversations shared among `agents`; None when nobody can be counted on.

        Rounded to half minutes: a finer number would promise what nobody knows.
        """
        if position <= 0 or agents <= 0:
            return None
        expected_s = position * self._handling_s.get(organisation, FIRST_GUESS_S) / agents
        return max(30, round(expected_s / 30) * 30)

    def next_number(self, organisation: str, letter: str) -> str:
        """A short word for a new ticket, "C042"; none that an open ticket has."""
        numbers = {t.number: t for t in self.tickets(organisation) if t.number[:1] == letter}
        newest = max(numbers.values(), key=lambda t: t.arrived_at_utc, default=None)
        start = int(newest.number[1:]) if newest is not None and newest.number[1:].isdigit() else 0
        taken = {number for number, ticket in numbers.items() if ticket.state in OPEN}
        for step in range(1, 1000):
            number = f"{letter}{(start + step - 1) % 999 + 1:03d}"
            if number not in taken:
                return number
        return f"{letter}000"
