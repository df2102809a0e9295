# SPDX-License-Identifier: GPL-3.0-only
"""An agent's requests to the queue: its work, the next caller, declining an offer, more wrap-up.
Used by the hub.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from session.core.errors import (
    AgentBusy,
    NobodyWaits,
    NotAllowed,
    TicketKept,
    TicketOffered,
    TicketTaken,
    TicketUnknown,
)
from session.hub.access.handlers import Asker, handles
from session.hub.assignment.dispatch import unoffered
from session.hub.convention.entries import ServiceEntry
from session.hub.queue.agent_states import AgentStates, reported_state
from session.hub.queue.core import QueueCore
from session.hub.queue.eligibility import Eligibility
from session.hub.queue.sessions import Sessions
from session.hub.queue.ticket_changes import ticket_of
from session.protocol.hub.requests import Done, SessionAnswer, SessionFacts
from session.protocol.hub.routing import (
    DeclineRequest,
    NextRequest,
    Outcome,
    ProlongRequest,
    ServiceMode,
    ServiceWork,
    WorkAnswer,
    WorkRequest,
    WrapUpAnswer,
)
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.wire.roles import Role

PREFERRED = timedelta(seconds=30)
"""For so long a caller who comes back waits for the agent who knows it, when that one is free."""


class Routing:
    """Rules of an agent's own requests."""

    def __init__(
        self,
        core: QueueCore,
        *,
        sessions: Sessions,
        agents: AgentStates,
        eligibility: Eligibility,
    ) -> None:
        self._changes = core.changes
        self._catalogue = core.catalogue
        self._clock = core.clock
        self._sessions = sessions
        self._agents = agents
        self._eligibility = eligibility

    @handles(WorkRequest)
    async def work(self, asker: Asker, _request: WorkRequest) -> WorkAnswer:
        """Return what this agent may serve, and what it said of itself today.
        Raises `NotAllowed`.
        """
        person = self._catalogue.agent(asker.organisation, asker.user)
        record = self._agents.reported(asker.organisation, asker.user)
        return WorkAnswer(
            services=[
                _work(service, self._eligibility.after_s(asker.organisation, person, service))
                for service in self._catalogue.organisation(asker.organisation).services
            ],
            said=reported_state(record),
            reason=record.reason if record is not None else "",
            since_utc=record.at_utc if record is not None else None,
            until_utc=record.until_utc if record is not None else None,
        )

    @handles(NextRequest)
    async def next(self, asker: Asker, request: NextRequest) -> SessionAnswer:
        """Opens a session with the caller who is next for this agent;
        the one it has already, when asked again.

        Raises:
            NobodyWaits: nobody whom this agent may serve now.
            AgentBusy: a wrap-up is not finished. NotAllowed, StoreUnreachable.
        """
        facts = await self._take_next(asker.organisation, asker.user, request.service)
        return SessionAnswer(session=facts)

    async def _take_next(self, organisation: str, agent: str, service: str | None) -> SessionFacts:
        in_hand = self._agents.ticket_in_hand(organisation, agent)
        if in_hand is not None and in_hand.state is TicketState.WRAP_UP:
            raise AgentBusy
        if in_hand is not None:  # the first answer was lost
            return await self._sessions.take_ticket(organisation, agent, in_hand.id)
        for ticket in self._in_turn(organisation, agent, service):
            try:
                return await self._sessions.take_ticket(organisation, agent, ticket.id)
            except (TicketTaken, TicketKept, TicketOffered, TicketUnknown):
                continue
        raise NobodyWaits

    def following(self, organisation: str, agent: str) -> Ticket | None:
        """The caller whom `next` would give to this agent now. Raises `NotAllowed`."""
        in_turn = self._in_turn(organisation, agent, None)
        if in_turn:
            return in_turn[0]
        return None

    def _in_turn(self, organisation: str, agent: str, service: str | None) -> list[Ticket]:
        """Return the tickets this agent may serve, in order:
        its own offer, then who is not better served by a free colleague.
        """
        person = self._catalogue.agent(organisation, agent)
        services = {
            service_entry.id: service_entry
            for service_entry in self._catalogue.organisation(organisation).services
        }
        now_utc = self._clock.utc_now()
        offered: list[Ticket] = []
        mine: list[Ticket] = []
        others: list[Ticket] = []
        for ticket in self._changes.view.in_line(organisation):
            entry = services.get(ticket.service)
            if entry is None or (service is not None and ticket.service != service):
                continue
            if ticket.state is TicketState.OFFERED:
                offered += [ticket] if ticket.agent == agent else []
            elif ticket.kept_for(now_utc) == agent:
                mine.append(ticket)
            elif ticket.kept_for(now_utc) is None and self._eligibility.is_eligible(
                person, entry, ticket, now_utc
            ):
                (others if self._has_better(ticket, agent, now_utc) else mine).append(ticket)
            if len(mine) >= _ENOUGH:
                break
        return offered + mine + others

    def _has_better(self, ticket: Ticket, agent: str, now_utc: datetime) -> bool:
        preferred_agent = ticket.preferred
        if (
            preferred_agent is None
            or preferred_agent == agent
            or now_utc - ticket.arrived_at_utc >= PREFERRED
        ):
            return False
        return self._agents.is_free(ticket.organisation, preferred_agent)

    @handles(DeclineRequest)
    async def decline(self, asker: Asker, request: DeclineRequest) -> Done:
        """The agent does not take the offered ticket;
        once it is offered to nobody or somebody else, nothing happens.

        Raises:
            TicketUnknown, StoreUnreachable.
        """

        def decide(now: Ticket) -> Ticket | None:
            if now.state is not TicketState.OFFERED or now.agent != asker.user:
                return None
            return unoffered(
                now,
                f"{Role.AGENT}.{asker.user}",
                f"declined_{request.reason}",
                self._clock.utc_now(),
            )

        await self._changes.change(asker.organisation, request.ticket_id, decide)
        return Done()

    @handles(ProlongRequest)
    async def prolong(self, asker: Asker, request: ProlongRequest) -> WrapUpAnswer:
        """The wrap-up gets its service's time once more.

        Raises:
            NotAllowed: often enough, or the service's wrap-ups have no limit.
            TicketUnknown: no wrap-up of this agent. StoreUnreachable.
        """
        answer: WrapUpAnswer | None = None

        def decide(now: Ticket) -> Ticket | None:
            nonlocal answer
            if (
                now.session != request.session_id
                or now.agent != asker.user
                or now.state is not TicketState.WRAP_UP
            ):
                raise TicketUnknown
            entry = self._catalogue.service(asker.organisation, now.service)
            more, ends = _more(entry, now), now.wrap_up_until_utc
            if ends is None or entry.wrap_up_s == 0:
                raise NotAllowed(why="no limit")
            if ends > request.until_utc:  # the first answer was lost
                answer = WrapUpAnswer(until_utc=ends, more=more)
                return None
            if more <= 0:
                raise NotAllowed(why="often enough")
            ends += timedelta(seconds=entry.wrap_up_s)
            answer = WrapUpAnswer(until_utc=ends, more=more - 1)
            return msgspec.structs.replace(
                now, wrap_up_until_utc=ends, changed_by=f"{Role.AGENT}.{asker.user}"
            )

        await self._changes.change(asker.organisation, ticket_of(request.session_id), decide)
        assert answer is not None
        return answer


_ENOUGH = 16
"""Callers tried before an agent is told that nobody waits: colleagues may take as many meanwhile.
"""


def _more(service: ServiceEntry, ticket: Ticket) -> int:
    """Return how often the wrap-up may still be prolonged;
    read from the ticket, so every hub counts the same.
    """
    if ticket.wrap_up_until_utc is None or ticket.ended_at_utc is None or not service.wrap_up_s:
        return 0
    whole_s = (ticket.wrap_up_until_utc - ticket.ended_at_utc).total_seconds()
    return service.wrap_up_more - (round(whole_s / service.wrap_up_s) - 1)


def _work(service: ServiceEntry, after_s: int | None) -> ServiceWork:
    return ServiceWork(
        id=service.id,
        after_s=after_s,
        mode=ServiceMode(service.mode),
        wrap_up_s=service.wrap_up_s,
        wrap_up_more=service.wrap_up_more,
        outcomes=[Outcome(id=outcome.id, name=outcome.name) for outcome in service.outcomes],
        auto_answer=service.auto_answer,
    )
