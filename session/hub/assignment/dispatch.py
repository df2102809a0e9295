# SPDX-License-Identifier: GPL-3.0-only
"""Offers callers of "push" services to agents, one agent at a time, until one takes them.
Used by the hub.

Everything an offer is stands in the ticket (`offered`, `agent`, `offer_until_utc`), each step is a
compare-and-set, and `check` may be called at any time, by any hub, any number of times: a killed
hub leaves nothing that the next check by another one does not find. The lease keeps two hubs from
offering two callers to the same agent.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import msgspec

from session.core.errors import SessionError
from session.core.tasks import Tasks
from session.hub.convention.entries import PersonEntry, ServiceEntry
from session.hub.queue.agent_states import AgentStates
from session.hub.queue.core import QueueCore
from session.hub.queue.eligibility import Eligibility
from session.hub.queue.view import TicketChange
from session.protocol.hub.tickets import Ticket, TicketState

log = logging.getLogger(__name__)

TICK_S = 1.0
"""Longest time from the end of an offer to the next one;
changes of tickets and agents wake at once.
"""

FORGIVEN = timedelta(seconds=60)
"""So long after the last decline the ticket may be offered again to whoever did not take it."""

Candidates = list[tuple[int, PersonEntry]]
"""(seconds a caller must have waited for this agent, the agent), the longest idle first."""


def declined_by(ticket: Ticket, now_utc: datetime) -> tuple[str, ...]:
    """Return who is not asked again for the moment."""
    if ticket.declined_at_utc is None or now_utc - ticket.declined_at_utc >= FORGIVEN:
        return ()
    return ticket.declined_by


def choose(ticket: Ticket, candidates: Candidates, now_utc: datetime) -> PersonEntry | None:
    """Whom a waiting ticket is offered to:
    the one it is kept for, else who knows the caller, else the longest idle.
    """
    reserved_agent, declined = ticket.kept_for(now_utc), declined_by(ticket, now_utc)
    # a hub's clock may have been ahead
    waited_s = max(0.0, (now_utc - ticket.arrived_at_utc).total_seconds())
    fitting = (
        person
        for after_s, person in candidates
        if waited_s >= after_s and person.id not in declined
    )
    if reserved_agent is not None:
        return next((person for person in fitting if person.id == reserved_agent), None)
    if ticket.preferred is None:
        return next(fitting, None)
    people = list(fitting)
    return next(
        (person for person in people if person.id == ticket.preferred),
        people[0] if people else None,
    )


def unoffered(
    ticket: Ticket, by: str, reason: str, declined_at_utc: datetime | None = None
) -> Ticket:
    """The offered ticket as it waits again;
    with a time, its agent is not asked again for the moment.
    """
    declined: tuple[str, ...] = ticket.declined_by
    if declined_at_utc is not None and ticket.agent is not None:
        declined = (*declined_by(ticket, declined_at_utc), ticket.agent)
    return msgspec.structs.replace(
        ticket,
        state=TicketState.WAITING,
        agent=None,
        offer_until_utc=None,
        declined_by=declined,
        declined_at_utc=declined_at_utc or ticket.declined_at_utc,
        changed_by=by,
        reason=reason,
    )


class Dispatch:
    """The timer behind every "push" service.

    Args:
        is_ours: whether this hub is the one that offers.
        look_s: longest time between two checks.
    """

    def __init__(
        self,
        core: QueueCore,
        *,
        agents: AgentStates,
        is_ours: Callable[[], bool],
        tasks: Tasks,
        tick_s: float = TICK_S,
        eligibility: Eligibility | None = None,
    ) -> None:
        self._changes = core.changes
        self._catalogue = core.catalogue
        self._clock = core.clock
        self._agents = agents
        self._is_ours = is_ours
        self._tasks = tasks
        self._tick_s = tick_s
        self._eligibility = eligibility or Eligibility(core.catalogue)
        self._wake = asyncio.Event()
        self._changed: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    def on_ticket(self, change: TicketChange) -> None:
        """A ticket has changed: check its organisation, unless its callers are never offered."""
        before, after = change
        had_agent = before is not None and before.agent is not None
        if had_agent or after.agent is not None or self._is_pushed(after):
            self.wake(after.organisation)

    def _is_pushed(self, ticket: Ticket) -> bool:
        organisation, service = ticket.organisation, ticket.service
        return (
            self._catalogue.has(organisation, service)
            and self._catalogue.service(organisation, service).mode == "push"
        )

    def wake(self, organisation: str) -> None:
        """Something of this organisation has changed: check it soon."""
        self._changed.add(organisation)
        self._wake.set()

    def start(self) -> None:
        """Begins to offer."""
        self._task = self._tasks.keep(self._run, name="offer callers to agents")

    async def stop(self) -> None:
        """Offers no more; what is offered stays offered until its time is over."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task], timeout=2.0)
            self._task = None

    async def _run(self) -> None:
        loop, at_all = asyncio.get_running_loop(), True

        def check_all() -> None:
            nonlocal at_all
            at_all = True
            self._wake.set()

        while True:
            if at_all:  # ends of offers, skills that relax, agents who come and go
                at_all = False
                self._changed.update(self._catalogue.served)
                loop.call_later(self._tick_s, check_all)
            else:
                await self._wake.wait()
            self._wake.clear()
            changed, self._changed = self._changed, set()
            if not self._is_ours():
                continue
            try:
                await self._tasks.for_each(changed, self.check, name="offers to agents")
            except SessionError as error:
                log.info("offers wait for the store: %s", error.code)

    async def check(self, organisation: str) -> None:
        """Ends offers whose time is over, then offers whoever waits to whoever is free.
        Raises `StoreUnreachable`.
        """
        for ticket in self._changes.view.offered(organisation):
            if ticket.agent is not None:
                await self._check(ticket, ticket.agent)
        view = self._changes.view
        pushed = {
            service.id: service
            for service in self._catalogue.organisation(organisation).services
            if service.mode == "push" and view.is_wanted(organisation, service.id)
        }
        if pushed:
            free = self._agents.free(organisation)
        else:
            free = []
        if free:
            await self._offer_all(organisation, pushed, free)

    # ---- the end of an offer

    async def _check(self, ticket: Ticket, agent: str) -> None:
        organisation = ticket.organisation
        now_utc = self._clock.utc_now()
        if ticket.offered_to(now_utc) is None:
            if await self._end(ticket, "offer_unanswered", now_utc):
                await self._agents.mark_silent(organisation, agent)
        elif not self._agents.is_ready(organisation, agent) or self._agents.ticket_in_hand(
            organisation, agent
        ):
            await self._end(ticket, "offer_withdrawn", None)

    async def _end(self, offered: Ticket, reason: str, declined_at_utc: datetime | None) -> bool:
        def decide(now: Ticket) -> Ticket | None:
            same = (now.state, now.agent, now.offer_until_utc) == (
                TicketState.OFFERED,
                offered.agent,
                offered.offer_until_utc,
            )
            if same:
                return unoffered(now, "hub", reason, declined_at_utc)
            return None

        _, changed = await self._changes.change(offered.organisation, offered.id, decide)
        return changed

    # ---- a new offer

    async def _offer_all(
        self, organisation: str, pushed: dict[str, ServiceEntry], free: Sequence[PersonEntry]
    ) -> None:
        """The line is walked only while somebody is free for one of its services;
        each agent is looked at once.
        """
        now_utc = self._clock.utc_now()
        candidates = {
            service.id: [
                (after_s, agent)
                for agent in free
                if (after_s := self._eligibility.after_s(organisation, agent, service)) is not None
            ]
            for service in pushed.values()
        }
        matches: list[tuple[Ticket, PersonEntry]] = []
        for ticket in self._changes.view.in_line(organisation):
            able = candidates.get(ticket.service)
            if not able or ticket.state is not TicketState.WAITING or ticket.away == "back":
                continue
            if ticket.skills:
                able = self._able(ticket, able, pushed[ticket.service])
            person = choose(ticket, able, now_utc)
            if person is None:
                continue
            matches.append((ticket, person))
            candidates = {
                name: [pair for pair in pairs if pair[1].id != person.id]
                for name, pairs in candidates.items()
            }
            if not any(candidates.values()):
                break
        for ticket, person in matches:
            await self._offer(ticket, person, pushed[ticket.service])

    def _able(self, ticket: Ticket, able: Candidates, service: ServiceEntry) -> Candidates:
        """The same agents, each with the wait that the skills this caller needs ask for."""
        waits = (
            (self._eligibility.after_s(ticket.organisation, person, service, ticket.skills), person)
            for _after_s, person in able
        )
        return [(after_s, person) for after_s, person in waits if after_s is not None]

    async def _offer(self, ticket: Ticket, person: PersonEntry, service: ServiceEntry) -> None:
        def decide(now: Ticket) -> Ticket | None:
            now_utc = self._clock.utc_now()
            reserved_agent = now.kept_for(now_utc)
            is_here = now.state is TicketState.WAITING and now.away != "back"
            if not is_here or now.service != service.id or reserved_agent not in (None, person.id):
                return None
            if not self._agents.is_free(now.organisation, person.id):
                return None
            return msgspec.structs.replace(
                now,
                state=TicketState.OFFERED,
                agent=person.id,
                offer_until_utc=now_utc + timedelta(seconds=service.offer_s),
                changed_by="hub",
                reason="",
            )

        await self._changes.change(ticket.organisation, ticket.id, decide)
