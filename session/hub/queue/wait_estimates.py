# SPDX-License-Identifier: GPL-3.0-only
"""The time that waiting callers may still have to wait:
a range, estimated from recent conversations. Used by the notifications about places.

The queue is simulated many times, with handling times drawn from the last conversations of each
service and with the agents who serve now. The range in which nine simulations of ten agree is
told, rounded outwards; without any agent nothing is told.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import heapify, heapreplace
from operator import itemgetter

from session.core.clock import Clock
from session.hub.queue.view import QueueView, TicketChange
from session.protocol.hub.board import AgentFacts, AgentState
from session.protocol.hub.tickets import Ticket, TicketState, queue_order

KEPT_SAMPLES = 60
"""Last conversations of a service that count: yesterday's rush is no longer today's."""

ENOUGH_SAMPLES = 12
"""Below this, what is usual elsewhere is mixed in, so that the range stays wide."""

USUAL_S = (60.0, 120.0, 180.0, 240.0, 300.0, 420.0, 600.0, 900.0, 1500.0)
"""Handling times before any was seen: a wide range on purpose."""

PLAYS = 100
MOST_PLAYED = 150
"""Places that are played; who stands behind hears "more than" what the last of them hears."""

FRESH_S = 2.0
NEW_FRESH_S = 0.25
"""Age at which an estimate is made again:
for everybody, and for a newcomer who does not stand behind all others.
"""

BEFORE_ALL = (datetime.min.replace(tzinfo=UTC), "")

STEPS_S = tuple(60 * minutes for minutes in (1, 2, 3, 5, 10, 15, 20, 30, 45, 60))
"""Waits that people say. Longer ones are "more than one hour"."""

SERVING = frozenset({AgentState.AVAILABLE, AgentState.IN_SESSION, AgentState.WRAP_UP})

Seconds = Sequence[float]

Wanted = tuple[str, frozenset[str]]
"""A service, and the skills that its caller needs."""

Heaps = list[list[float]]
"""When the agents of a group are free, the next one first; one heap for each play."""


@dataclass(frozen=True)
class WaitRange:
    """At least, and at most when that can be said; whole seconds, multiples of a minute."""

    least_s: int
    most_s: int | None


class HandlingTimes:
    """Seconds from accept to close of the last conversations, by organisation and service."""

    def __init__(self) -> None:
        self._samples: dict[tuple[str, str], deque[float]] = {}

    def learn(self, organisation: str, service: str, seconds: float) -> None:
        """One conversation more; below a second it was none."""
        if seconds >= 1:
            self._samples.setdefault((organisation, service), deque(maxlen=KEPT_SAMPLES)).append(
                seconds
            )

    def load(self, times: Iterable[tuple[str, str, float]]) -> None:
        """Load what the history remembers, oldest first: (organisation, service, seconds).
        What was learnt since stays.
        """
        learnt, self._samples = self._samples, {}
        for organisation, service, seconds in times:
            self.learn(organisation, service, seconds)
        for (organisation, service), samples in learnt.items():
            for seconds in samples:
                self.learn(organisation, service, seconds)

    def of(self, organisation: str, service: str) -> Seconds:
        """Times to draw from; never empty."""
        samples = list(self._samples.get((organisation, service), ()))
        if len(samples) >= ENOUGH_SAMPLES:
            return samples
        return [*samples, *USUAL_S]


@dataclass(frozen=True)
class Serving:
    """An agent who serves: since when with whom (None when free), which services (None for all),
    and with what skills.
    """

    busy_s: float | None = None
    busy_with: str = ""
    services: frozenset[str] | None = None
    skills: frozenset[str] = frozenset()


class Play:
    """The queue as it is played: each place goes on from the ones before, so a newcomer costs one
    place.

    The same question has the same answer: the draws come from a fixed seed, so a range does not
    flicker. Agents who serve the same services are one group with a heap for each play: a place
    costs some 20 us however many they are, less than what numpy takes for one place, and a hub need
    not hold numpy.
    """

    def __init__(self, agents: Sequence[Serving], times: Callable[[str], Seconds]) -> None:
        self._times = times
        self._draw = random.Random(1)
        self._groups: dict[tuple[frozenset[str] | None, frozenset[str]], Heaps] = {}
        for agent in agents:
            group = agent.services, agent.skills
            heaps = self._groups.setdefault(group, [[] for _ in range(PLAYS)])
            for heap, free_at_s in zip(heaps, _free_at(agent, times, self._draw), strict=True):
                heap.append(free_at_s)
        for heaps in self._groups.values():
            for heap in heaps:
                heapify(heap)
        self._pools: dict[Wanted, tuple[list[Heaps], Seconds]] = {}
        self._played = 0
        self._last: WaitRange | None = None

    def go_on(self, services: Sequence[str | Wanted]) -> list[WaitRange | None]:
        """The ranges of the next places, given as services in order, with the skills that a
        caller needs; None where no agent serves the service, or none who is there has the skills:
        when others may take the caller nobody can know.
        """
        if not self._groups:
            return [None] * len(services)
        now = services[: max(0, MOST_PLAYED - self._played)]
        self._played += len(now)
        ranges = [_range(self._starts(_wanted(service))) for service in now]
        self._last = next((each for each in reversed(ranges) if each is not None), self._last)
        behind = len(services) - len(ranges)
        return (
            ranges + [None if self._last is None else WaitRange(self._last.least_s, None)] * behind
        )

    def at_end(self, service: str) -> WaitRange | None:
        """The range of one who came now, without taking the place."""
        if self._played >= MOST_PLAYED:
            if self._last is None:
                return None
            return WaitRange(self._last.least_s, None)
        return _range([heap[0] for heap in self._next_heaps((service, frozenset()))])

    def _starts(self, need: Wanted) -> list[float]:
        """Return when the next place is served, in each play; nothing when nobody serves it."""
        heaps = self._next_heaps(need)
        if not heaps:
            return []
        took = self._draw.choices(self._pools[need][1], k=PLAYS)
        return [
            heapreplace(heap, heap[0] + seconds) for heap, seconds in zip(heaps, took, strict=True)
        ]

    def _next_heaps(self, need: Wanted) -> Heaps:
        """The agents of each play, first free one first (a heap); none when nobody serves it."""
        service, skills = need
        if need not in self._pools:
            able = [
                heaps
                for (services, theirs), heaps in self._groups.items()
                if (services is None or service in services) and skills <= theirs
            ]
            self._pools[need] = (able, self._times(service))
        able, _samples = self._pools[need]
        if not able:
            return []
        if len(able) == 1:
            return able[0]
        return [min(heaps, key=itemgetter(0)) for heaps in zip(*able, strict=True)]


def _wanted(place: str | Wanted) -> Wanted:
    if isinstance(place, str):
        return (place, frozenset())
    return place


def _range(starts: list[float]) -> WaitRange | None:
    """Return what nine plays of ten agree on."""
    if not starts:
        return None
    starts.sort()
    return rounded(starts[PLAYS // 20], starts[-1 - PLAYS // 20])


def play(
    queue: Sequence[str | Wanted], agents: Sequence[Serving], times: Callable[[str], Seconds]
) -> list[WaitRange | None]:
    """The range of each place of a whole queue; see `Play`."""
    return Play(agents, times).go_on(queue)


def _free_at(agent: Serving, times: Callable[[str], Seconds], draw: random.Random) -> list[float]:
    """Return when the agent is free, in each play;
    a conversation that lasts already is one of the longer ones.
    """
    if agent.busy_s is None:
        return [0.0] * PLAYS
    longer = [
        seconds - agent.busy_s for seconds in times(agent.busy_with) if seconds > agent.busy_s
    ]
    if not longer:  # longer than all we know: it may end now, or take as long again
        longer = [part * max(agent.busy_s / 2, 60.0) for part in (0.25, 0.5, 1.0)]
    return draw.choices(longer, k=PLAYS)


def rounded(low_s: float, high_s: float) -> WaitRange:
    """Outwards, to waits that people say."""
    least = max((step for step in STEPS_S if step <= low_s), default=0)
    most = next((step for step in STEPS_S if step >= high_s), None)
    return WaitRange(least, most)


@dataclass
class _Known:
    """An organisation's ranges; `last` is the place (`queue_order`) of the last one played."""

    at_s: float
    ranges: dict[str, WaitRange | None]
    play: Play
    last: tuple[datetime, str]


class WaitEstimates:
    """The ranges of everybody who waits.

    Args:
        agents: the agents of an organisation as its board shows them.
        services_of: (organisation, agent) -> the services this agent serves, None for all.
        skills_of: (organisation, agent) -> what this agent can do.
    """

    def __init__(
        self,
        view: QueueView,
        times: HandlingTimes,
        *,
        agents: Callable[[str], list[AgentFacts]],
        clock: Clock,
        services_of: Callable[[str, str], frozenset[str] | None] = lambda organisation, agent: None,
        skills_of: Callable[[str, str], frozenset[str]] = lambda organisation, agent: frozenset(),
    ) -> None:
        self._view = view
        self.times = times
        self._agents = agents
        self._clock = clock
        self._services_of = services_of
        self._skills_of = skills_of
        self._known: dict[str, _Known] = {}

    def on_ticket(self, change: TicketChange) -> None:
        """A ticket has changed: an agent who is free again has handled one."""
        before, after = change
        was_busy = before is not None and before.state in (
            TicketState.IN_SESSION,
            TicketState.WRAP_UP,
        )
        if was_busy and after.state is TicketState.CLOSED and after.accepted_at_utc is not None:
            took = self._clock.utc_now() - after.accepted_at_utc
            self.times.learn(after.organisation, after.service, took.total_seconds())

    def of(self, ticket: Ticket) -> WaitRange | None:
        """The range of one who waits; None when nobody can know."""
        if ticket.state not in (TicketState.WAITING, TicketState.OFFERED):
            return None
        estimate = self._known.get(ticket.organisation)
        if estimate is not None:
            age_s = self._clock.monotonic_s() - estimate.at_s
        else:
            age_s = FRESH_S
        if estimate is None or age_s >= FRESH_S:
            estimate = self._play_line(ticket.organisation)
        elif ticket.id not in estimate.ranges:
            if queue_order(ticket) > estimate.last:
                estimate.last = queue_order(ticket)
                [estimate.ranges[ticket.id]] = estimate.play.go_on([_place(ticket)])
            elif age_s >= NEW_FRESH_S:
                estimate = self._play_line(ticket.organisation)
        if ticket.id in estimate.ranges:
            return estimate.ranges[ticket.id]
        last = next((each for each in reversed(estimate.ranges.values()) if each is not None), None)
        if last is None:
            return None
        return WaitRange(last.least_s, None)

    def of_newcomer(self, organisation: str, service: str) -> WaitRange | None:
        """The range of a caller who came now; None when nobody can know."""
        estimate = self._known.get(organisation)
        if estimate is None or self._clock.monotonic_s() - estimate.at_s >= FRESH_S:
            estimate = self._play_line(organisation)
        return estimate.play.at_end(service)

    def _play_line(self, organisation: str) -> _Known:
        waiting = self._view.waiting(organisation)
        played = Play(
            self._serving(organisation), lambda service: self.times.of(organisation, service)
        )
        estimates = played.go_on([_place(ticket) for ticket in waiting])
        ranges = {ticket.id: each for ticket, each in zip(waiting, estimates, strict=True)}
        if waiting:
            last = queue_order(waiting[-1])
        else:
            last = BEFORE_ALL
        estimate = self._known[organisation] = _Known(
            self._clock.monotonic_s(), ranges, played, last
        )
        return estimate

    def _serving(self, organisation: str) -> list[Serving]:
        now = self._clock.utc_now()
        serving = []
        for agent in self._agents(organisation):
            if agent.state not in SERVING:
                continue
            ticket = next(iter(self._view.of_agent(organisation, agent.id)), None)
            services = self._services_of(organisation, agent.id)
            skills = self._skills_of(organisation, agent.id)
            if ticket is None or ticket.accepted_at_utc is None:
                serving.append(Serving(services=services, skills=skills))
            else:
                busy_s = max(0.0, (now - ticket.accepted_at_utc).total_seconds())
                serving.append(Serving(busy_s, ticket.service, services, skills))
        return serving


def _place(ticket: Ticket) -> Wanted:
    return ticket.service, frozenset(ticket.skills)
