# SPDX-License-Identifier: GPL-3.0-only
"""An organisation's tickets, sorted as the hub asks for them; each change in O(log n).
Used by the queue view.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from session.hub.storage.interfaces import StoredTicket
from session.protocol.hub.tickets import Ticket, TicketState, queue_order, ticket_digest
from session.protocol.wire.roles import Role

OPEN = frozenset(
    {TicketState.WAITING, TicketState.OFFERED, TicketState.IN_SESSION, TicketState.WRAP_UP}
)
WAITING = frozenset({TicketState.WAITING, TicketState.OFFERED})
IN_HAND = OPEN - {TicketState.WAITING}

OrderKey = tuple[datetime, str]


class TicketIndex:
    """One organisation's tickets.

    Attributes:
        stored: all of them by id, ended ones too.
        revision: the newest seen.
        digest: of the open ones, see `session.protocol.hub.tickets.ticket_digest`.
    """

    def __init__(self) -> None:
        self.stored: dict[str, StoredTicket] = {}
        self.revision = 0
        self.digest = 0
        self._line: list[OrderKey] = []
        self._arrivals: list[OrderKey] = []
        self._open: dict[str, Ticket] = {}
        self._offered: set[str] = set()
        self._unoffered: Counter[str] = Counter()
        self._at_kiosk: dict[tuple[str, str], tuple[str, ...]] = {}
        self._of_agent: dict[str, set[str]] = {}
        self._helping: dict[str, set[str]] = {}
        self._letters: dict[str, _Letter] = {}
        self._pages: list[Ticket] | None = None

    def put(self, stored: StoredTicket) -> None:
        """Takes a ticket, new or changed."""
        ticket = stored.ticket
        previous = self.stored.get(ticket.id)
        if previous is not None:
            self._remove(previous.ticket)
        self._pages = None
        self.stored[ticket.id] = stored
        self.revision = max(self.revision, stored.revision)
        letter = self._letters.get(ticket.number[:1])
        if letter is None:
            letter = self._letters[ticket.number[:1]] = _Letter()
        letter.add(ticket)
        if ticket.state in OPEN:
            self.digest ^= ticket_digest(ticket)
            self._open[ticket.id] = ticket
            place = ticket.kiosk_home, ticket.kiosk
            self._at_kiosk[place] = (*self._at_kiosk.get(place, ()), ticket.id)
        if ticket.state is TicketState.OFFERED:
            self._offered.add(ticket.id)
        if ticket.state is TicketState.WAITING:
            self._unoffered[ticket.service] += 1
        if ticket.state in WAITING:
            insort(self._line, queue_order(ticket))
            insort(self._arrivals, _arrival(ticket))
        if ticket.agent is not None and ticket.state in IN_HAND:
            self._of_agent.setdefault(ticket.agent, set()).add(ticket.id)
        if ticket.state in OPEN:
            for agent in agents_helping(ticket):
                self._helping.setdefault(agent, set()).add(ticket.id)

    def drop(self, ticket_id: str) -> None:
        """Forgets a ticket."""
        self._remove(self.stored.pop(ticket_id).ticket)

    def _remove(self, ticket: Ticket) -> None:
        self._pages = None
        if self._open.pop(ticket.id, None) is not None:
            self.digest ^= ticket_digest(ticket)
            self._leave_kiosk(ticket)
        self._offered.discard(ticket.id)
        if ticket.state is TicketState.WAITING:
            self._unoffered[ticket.service] -= 1
        if ticket.state in WAITING:
            del self._line[bisect_left(self._line, queue_order(ticket))]
            del self._arrivals[bisect_left(self._arrivals, _arrival(ticket))]
        if ticket.agent is not None:
            _discard(self._of_agent, ticket.agent, ticket.id)
        for agent in agents_helping(ticket):
            _discard(self._helping, agent, ticket.id)
        letter = self._letters[ticket.number[:1]]
        letter.remove(ticket)
        if not letter.known:
            del self._letters[ticket.number[:1]]

    def _leave_kiosk(self, ticket: Ticket) -> None:
        place = ticket.kiosk_home, ticket.kiosk
        remaining = tuple(name for name in self._at_kiosk[place] if name != ticket.id)
        if remaining:
            self._at_kiosk[place] = remaining
        else:
            del self._at_kiosk[place]

    # ---- questions

    def __len__(self) -> int:
        """Open tickets."""
        return len(self._open)

    def waiting(self) -> Iterator[Ticket]:
        """Waiting tickets, the next one first; not to be changed meanwhile."""
        return (self._open[ticket_id] for _, ticket_id in self._line)

    def newest_arrival(self) -> datetime | None:
        """Return when the last of those who wait arrived."""
        if self._arrivals:
            return self._arrivals[-1][0]
        return None

    def position(self, ticket: Ticket) -> int:
        """1 for the next one served."""
        return 1 + bisect_left(self._line, queue_order(ticket))

    def pages(self) -> list[Ticket]:
        """Open tickets by id; the list is kept until the next change, for a desk that asks page by
        page.
        """
        if self._pages is None:
            self._pages = sorted(self._open.values(), key=lambda ticket: ticket.id)
        return self._pages

    def open_now(self) -> list[StoredTicket]:
        """Open tickets in no order."""
        return [self.stored[ticket_id] for ticket_id in self._open]

    def offered(self) -> list[Ticket]:
        """Tickets that wait for an agent's answer."""
        return [self._open[ticket_id] for ticket_id in self._offered]

    def is_wanted(self, service: str) -> bool:
        """True while somebody waits for this service to whom no agent is offered."""
        return self._unoffered[service] > 0

    def at_kiosk(self, home: str, kiosk: str) -> list[Ticket]:
        """Open tickets of a kiosk."""
        return [self._open[ticket_id] for ticket_id in self._at_kiosk.get((home, kiosk), ())]

    def of_agent(self, agent: str) -> list[Ticket]:
        """Return what an agent has in hand: offered, in session or in wrap-up."""
        return [self._open[ticket_id] for ticket_id in self._of_agent.get(agent, ())]

    def helping(self, agent: str) -> list[Ticket]:
        """Other agents' tickets that this agent is busy with; see `agents_helping`."""
        return [self._open[ticket_id] for ticket_id in self._helping.get(agent, ())]

    def next_number(self, letter: str) -> str:
        """A short word for a new ticket that no open one has."""
        numbers = self._letters.get(letter)
        if numbers is not None:
            start = numbers.newest
        else:
            start = 0
        if numbers is not None and len(numbers.taken) >= 999:
            return f"{letter}000"
        for step in range(1, 1000):
            number = f"{letter}{(start + step - 1) % 999 + 1:03d}"
            if numbers is None or number not in numbers.taken:
                return number
        return f"{letter}000"


class _Letter:
    """Numbers that begin with one letter."""

    def __init__(self) -> None:
        self.known = 0
        self.taken: dict[str, int] = {}
        self._newest: tuple[datetime, int] | None = None

    @property
    def newest(self) -> int:
        """The figure of the ticket that arrived last."""
        if self._newest is not None:
            return self._newest[1]
        return 0

    def add(self, ticket: Ticket) -> None:
        self.known += 1
        if ticket.number[1:].isdigit():
            figure = int(ticket.number[1:])
        else:
            figure = 0
        if self._newest is None or self._newest[0] <= ticket.arrived_at_utc:
            self._newest = (ticket.arrived_at_utc, figure)
        if ticket.state in OPEN:
            self.taken[ticket.number] = self.taken.get(ticket.number, 0) + 1

    def remove(self, ticket: Ticket) -> None:
        self.known -= 1
        if ticket.state in OPEN:
            self.taken[ticket.number] -= 1
            if not self.taken[ticket.number]:
                del self.taken[ticket.number]


def _arrival(ticket: Ticket) -> OrderKey:
    return ticket.arrived_at_utc, ticket.id


def _discard[Key](sets: dict[Key, set[str]], name: Key, ticket_id: str) -> None:
    members = sets.get(name)
    if members is not None:
        members.discard(ticket_id)
        if not members:
            del sets[name]


def agents_helping(ticket: Ticket) -> set[str]:
    """Agents who are busy with a ticket that is not theirs:
    called in, or wrapping up after passing it on.
    """
    if ticket.talk is not None:
        third = ticket.talk.third
    else:
        third = None
    if third is not None and third.role is Role.AGENT:
        agents = {third.user}
    else:
        agents = set()
    if ticket.passed is not None and ticket.passed.wrapping:
        agents.add(ticket.passed.by)
    return agents
