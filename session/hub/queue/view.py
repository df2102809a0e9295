# SPDX-License-Identifier: GPL-3.0-only
"""The queue as one hub sees it: tickets in memory, order, position. Pure; used by the hub's parts.

A view may be a moment behind the store, so it answers questions and never decides:
decisions are compare-and-set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from session.core.signals import Signal
from session.hub.queue.index import OPEN as OPEN
from session.hub.queue.index import WAITING as WAITING
from session.hub.queue.index import TicketIndex
from session.hub.storage.interfaces import StoredTicket
from session.protocol.hub.tickets import Ticket, TicketState

Key = tuple[str, str]

OVER = frozenset({TicketState.WRAP_UP, TicketState.CLOSED, TicketState.ABANDONED})
"""The caller of such a ticket is in no conversation any more."""


class TicketChange(NamedTuple):
    """One change of a ticket; `before` is None for a new one."""

    before: Ticket | None
    after: Ticket


class QueueView:
    """All tickets of all organisations, open and lately ended.

    Args:
        monotonic_s: a clock that never jumps, for `arrival`.

    Attributes:
        changed: each change of a ticket once, a moment before the view itself has it.
    """

    def __init__(self, monotonic_s: Callable[[], float] = lambda: 0.0) -> None:
        self._indexes: dict[str, TicketIndex] = {}
        self._sessions: dict[str, Key] = {}
        self._moved: dict[Key, Ticket] = {}
        self._fronts: dict[str, tuple[datetime, float]] = {}
        self.changed: Signal[TicketChange] = Signal()
        self._monotonic_s = monotonic_s

    def load(self, tickets: Sequence[StoredTicket]) -> None:
        """Replaces everything by what the store holds.

        How far the arrivals were is no copy of the store:
        hubs go on from it in one order, also one that was cut off.
        """
        fronts = {
            name: (front, self._monotonic_s())
            for name in self._fronts
            if (front := self._front(name))
        }
        self._indexes.clear()
        self._sessions.clear()
        self._moved.clear()
        self._fronts.clear()
        for stored in tickets:
            self._take(stored)
        for name, (stamp, seen_s) in fronts.items():
            now = self._front(name)
            # None: nobody waits any more, the clock alone counts
            if now is not None and stamp > now:
                self._fronts[name] = stamp, seen_s

    def apply(self, stored: StoredTicket) -> bool:
        """Takes a change; False when something at least as new is known."""
        previous = self.get(stored.ticket.organisation, stored.ticket.id)
        if previous is not None and previous.revision >= stored.revision:
            return False
        self.changed.emit(
            TicketChange(previous.ticket if previous is not None else None, stored.ticket)
        )
        self._take(stored)
        return True

    def _take(self, stored: StoredTicket) -> None:
        ticket = stored.ticket
        index = self._indexes.get(ticket.organisation)
        if index is None:
            index = self._indexes[ticket.organisation] = TicketIndex()
        index.put(stored)
        if index.newest_arrival() is None:
            self._fronts.pop(ticket.organisation, None)
        if ticket.state in WAITING:
            self._follow_front(ticket)
        if ticket.moved_to:
            self._moved[ticket.organisation, ticket.id] = ticket
        if ticket.session is not None:
            self._sessions[ticket.session] = (ticket.organisation, ticket.id)

    def _index(self, organisation: str) -> TicketIndex:
        index = self._indexes.get(organisation)
        if index is not None:
            return index
        return TicketIndex()

    def forget_ended(self, is_old: Callable[[Ticket], bool]) -> None:
        """Drops ended tickets for which `is_old` is true."""
        for index in self._indexes.values():
            ended = (
                stored.ticket for stored in index.stored.values() if stored.ticket.state not in OPEN
            )
            for ticket in [ticket for ticket in ended if is_old(ticket)]:
                index.drop(ticket.id)
                self._moved.pop((ticket.organisation, ticket.id), None)
                if ticket.session is not None:
                    self._sessions.pop(ticket.session, None)

    # ---- questions

    def revision(self, organisation: str) -> int:
        """Newest revision seen of an organisation's tickets."""
        return self._index(organisation).revision

    def digest(self, organisation: str) -> int:
        """The digest of an organisation's open tickets (`ticket_digest`)."""
        return self._index(organisation).digest

    def get(self, organisation: str, ticket_id: str) -> StoredTicket | None:
        """A ticket by its id."""
        return self._index(organisation).stored.get(ticket_id)

    def by_session(self, organisation: str, session_id: str) -> StoredTicket | None:
        """The ticket whose session is or was `session_id`."""
        key = self._sessions.get(session_id)
        if key is not None and key[0] == organisation:
            stored = self.get(*key)
        else:
            stored = None
        if stored is not None and stored.ticket.session == session_id:
            return stored
        return None

    def at_kiosk(self, home: str, kiosk: str) -> list[Ticket]:
        """All open tickets of a kiosk, whichever organisation serves them."""
        return [
            ticket for index in self._indexes.values() for ticket in index.at_kiosk(home, kiosk)
        ]

    def lately_moved(self) -> list[Ticket]:
        """Tickets whose caller was moved to another organisation, as long as they are known."""
        return list(self._moved.values())

    def session_anywhere(self, session_id: str) -> StoredTicket | None:
        """Return a session like `by_session`, for a kiosk,
        which does not know by its subject who serves it.
        """
        key = self._sessions.get(session_id)
        if key is not None:
            return self.by_session(key[0], session_id)
        return None

    def is_running(self, session_id: str) -> bool:
        """True if somebody is in this conversation, or may come back to it."""
        stored = self.session_anywhere(session_id)
        return stored is not None and stored.ticket.state not in OVER

    def tickets(self, organisation: str) -> Iterator[Ticket]:
        """All known tickets of an organisation."""
        return (stored.ticket for stored in self._index(organisation).stored.values())

    def all_open(self) -> Iterator[StoredTicket]:
        """Open tickets of all organisations."""
        return (stored for index in list(self._indexes.values()) for stored in index.open_now())

    def open_count(self, organisation: str) -> int:
        """Return how many tickets of an organisation are open."""
        return len(self._index(organisation))

    def open_tickets(self, organisation: str) -> list[Ticket]:
        """Open tickets in the order of their ids:
        an order that does not change between two pages.
        """
        return list(self._index(organisation).pages())

    def of_agent(self, organisation: str, agent: str) -> list[Ticket]:
        """Return what an agent has in hand: offered, in session or in wrap-up."""
        return self._index(organisation).of_agent(agent)

    def helping(self, organisation: str, agent: str) -> list[Ticket]:
        """Other agents' tickets that this agent is busy with."""
        return self._index(organisation).helping(agent)

    def offered(self, organisation: str) -> list[Ticket]:
        """Tickets that wait for an agent's answer."""
        return self._index(organisation).offered()

    def is_wanted(self, organisation: str, service: str) -> bool:
        """True while somebody waits for this service to whom no agent is offered."""
        return self._index(organisation).is_wanted(service)

    def waiting(self, organisation: str) -> list[Ticket]:
        """Waiting tickets, the next one first."""
        return list(self._index(organisation).waiting())

    def in_line(self, organisation: str) -> Iterator[Ticket]:
        """Waiting tickets, the next one first, for those who need the first few only;
        see `TicketIndex.waiting`.
        """
        return self._index(organisation).waiting()

    def position(self, ticket: Ticket) -> int:
        """1 for the next one served, 0 when not waiting."""
        if ticket.state not in WAITING:
            return 0
        return self._index(ticket.organisation).position(ticket)

    def arrival(self, organisation: str, now_utc: datetime) -> datetime:
        """The arrival time of a new ticket: now, but never before a ticket that waits already.

        A clock that jumps back, or another hub's clock that is ahead, would let newcomers overtake.
        So while somebody waits whose time is ahead of our clock, ours goes on from there, at half
        speed: in the same order at every hub, and an hour too much is gone after two. As soon as
        nobody waits any more, the clock alone counts again.
        """
        newest = self._index(organisation).newest_arrival()
        if newest is None:
            return now_utc
        return max(now_utc, self._front(organisation) or newest, newest + timedelta(microseconds=1))

    def _front(self, organisation: str) -> datetime | None:
        """Return how far the arrivals are by now,
        as if the most advanced one had gone on at half speed.
        """
        if organisation not in self._fronts:
            return None
        stamp, seen_s = self._fronts[organisation]
        return stamp + timedelta(seconds=(self._monotonic_s() - seen_s) / 2)

    def _follow_front(self, ticket: Ticket) -> None:
        front = self._front(ticket.organisation)
        if front is None or ticket.arrived_at_utc > front:
            self._fronts[ticket.organisation] = (ticket.arrived_at_utc, self._monotonic_s())

    def next_number(self, organisation: str, letter: str) -> str:
        """A short word for a new ticket, "C042"; none that an open ticket has."""
        return self._index(organisation).next_number(letter)
