# SPDX-License-Identifier: GPL-3.0-only
"""Days of a service, simulated: appointments and walk-ins, agents who come late and take breaks,
callers who stay away. The order of the line is the product's own `queue_order`.
"""

from __future__ import annotations

import heapq
import random
from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from session.protocol.hub.tickets import Ticket, TicketState, queue_order

OPENS = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
OPEN_MIN = 480.0
LENGTH_MIN = 20.0
FILLED = 0.85
"""Share of the times that are taken."""

AWAY = 0.08
"""Share of callers who do not come."""

LATE_MIN = 15.0
SPREAD = 0.6
"""Of the logarithm of handling times."""


@dataclass(frozen=True)
class Service:
    """So many agents, appointments at once, and load: the share of the agents' time that
    conversations of `mean_min` minutes take.
    """

    agents: int
    at_once: int
    load: float
    mean_min: float = 12.0

    @property
    def walk_ins_a_minute(self) -> float:
        """What is left of the load after the appointments."""
        of_appointments = self.at_once * FILLED * (1 - AWAY) / LENGTH_MIN * self.mean_min
        return max(0.004, (self.agents * self.load - of_appointments) / self.mean_min)


@dataclass
class Day:
    """What became of a day: minutes after the hour (or after the arrival of who came later) at
    which appointments began, and minutes that walk-ins waited.
    """

    delays_min: list[float] = field(default_factory=list)
    waits_min: list[float] = field(default_factory=list)


def simulated(service: Service, seed: int) -> Day:
    """One day, the same for the same seed."""
    return _Simulation(service, seed).run()


class _Simulation:
    def __init__(self, service: Service, seed: int) -> None:
        self._service = service
        self._random = random.Random(seed)
        self._events: list[tuple[float, int, str, Ticket | None]] = []
        self._free = service.agents
        self._breaks_due = 0
        self._line: list[tuple[tuple[datetime, str], Ticket]] = []
        self._day = Day()

    def run(self) -> Day:
        for ticket in (*self._appointments(), *self._walk_ins()):
            self._at(_minute(ticket.arrived_at_utc), "comes", ticket)
        for agent in range(self._service.agents):
            self._at(self._random.uniform(90, 150) + agent * 20, "break")
            self._at(self._random.uniform(300, 360) + agent * 20, "break")
        if self._random.random() < 0.2:  # an agent is late
            self._free -= 1
            self._at(15.0, "free")
        while self._events:
            now, _order, what, comer = heapq.heappop(self._events)
            self._follow(now, what, comer)
            while self._free and self._line:
                self._answer(now)
        return self._day

    def _appointments(self) -> Iterator[Ticket]:
        hour = 0.0
        while hour + LENGTH_MIN <= OPEN_MIN:
            for _ in range(self._service.at_once):
                if self._random.random() < FILLED * (1 - AWAY):
                    comes = max(0.0, hour + self._random.gauss(-10, 8))
                    is_late = comes > hour + LATE_MIN
                    yield self._ticket(comes, due_min=None if is_late else hour)
            hour += LENGTH_MIN

    def _walk_ins(self) -> Iterator[Ticket]:
        comes = self._random.expovariate(self._service.walk_ins_a_minute)
        while comes < OPEN_MIN:
            yield self._ticket(comes)
            comes += self._random.expovariate(self._service.walk_ins_a_minute)

    def _ticket(self, comes_min: float, due_min: float | None = None) -> Ticket:
        due = None if due_min is None else OPENS + timedelta(minutes=due_min)
        return Ticket(
            id=f"t{self._random.getrandbits(48):x}",
            organisation="valdore",
            service="rights",
            kiosk="kiosk1",
            site="Mairie",
            number="D001",
            state=TicketState.WAITING,
            arrived_at_utc=OPENS + timedelta(minutes=comes_min),
            due_at_utc=due,
        )

    def _at(self, minute: float, what: str, ticket: Ticket | None = None) -> None:
        heapq.heappush(self._events, (minute, len(self._events), what, ticket))

    def _follow(self, now: float, what: str, ticket: Ticket | None) -> None:
        if what == "comes" and ticket is not None:
            insort(self._line, (queue_order(ticket), ticket), key=lambda place: place[0])
        elif what == "free" and self._breaks_due:
            self._breaks_due -= 1
            self._at(now + 15, "free")
        elif what == "free":
            self._free += 1
        elif self._free:
            self._free -= 1
            self._at(now + 15, "free")
        else:
            self._breaks_due += 1

    def _answer(self, now: float) -> None:
        _place, ticket = self._line.pop(0)
        came = _minute(ticket.arrived_at_utc)
        if ticket.due_at_utc is None:
            self._day.waits_min.append(now - came)
        else:
            self._day.delays_min.append(now - max(came, _minute(ticket.due_at_utc)))
        self._free -= 1
        usual = self._random.lognormvariate(0, SPREAD) * self._service.mean_min / 1.197
        self._at(now + min(60.0, usual), "free")


def _minute(at: datetime) -> float:
    return (at - OPENS).total_seconds() / 60


def share_on_time(days: list[Day], within_min: float = 5.0) -> float:
    """Share of the appointments that began within five minutes."""
    delays = [delay for day in days for delay in day.delays_min]
    return sum(delay <= within_min for delay in delays) / len(delays)


def percentile(days: list[Day], share: float) -> float:
    """The wait that so many of the walk-ins did not exceed, minutes."""
    waits = sorted(wait for day in days for wait in day.waits_min)
    return waits[int(share * (len(waits) - 1))]
