# SPDX-License-Identifier: GPL-3.0-only
"""The activity of each agent, and who is free the longest.
Read from tickets, signs of life and what agents say.

Nothing here is counted or summed by agent; the state of this moment is all there is.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import msgspec

from session.hub.access.handlers import Asker, handles
from session.hub.convention.entries import PersonEntry
from session.hub.queue.core import QueueCore
from session.hub.queue.view import TicketChange
from session.hub.storage.board_store import AgentRecord, BoardStore
from session.protocol.hub.board import (
    AgentFacts,
    AgentState,
    AgentStateRequest,
    AskSupervisorRequest,
)
from session.protocol.hub.requests import Done
from session.protocol.hub.tickets import LIVE, Ticket, TicketState
from session.protocol.wire.roles import Role

NOT_RESPONDING = "not_responding"
"""Reason code of an agent who did not answer an offer;
only the hub sets it, only the agent ends it.
"""

_IN_HAND = {TicketState.IN_SESSION: AgentState.IN_SESSION, TicketState.WRAP_UP: AgentState.WRAP_UP}
_PAUSES = {NOT_RESPONDING: AgentState.NOT_RESPONDING, "training": AgentState.TRAINING}
_NEVER = datetime.min.replace(tzinfo=UTC)


def reported_state(record: AgentRecord | None) -> AgentState:
    """The state that a record stands for."""
    if record is None or record.available:
        return AgentState.AVAILABLE
    return _PAUSES.get(record.reason, AgentState.PAUSED)


class AgentStates:
    """The agents of all organisations, each with a capacity of one conversation.

    Args:
        time_zone: whose midnight ends what an agent said: a pause of yesterday is over.
    """

    def __init__(self, core: QueueCore, store: BoardStore, *, time_zone: str = "UTC") -> None:
        self._view = core.view
        self._presence = core.presence
        self._catalogue = core.catalogue
        self._clock = core.clock
        self._store = store
        self._zone = ZoneInfo(time_zone)
        self._idle_since: dict[tuple[str, str], datetime] = {}

    def on_ticket(self, change: TicketChange) -> None:
        """A ticket changed: an agent whose conversation or wrap-up ended is idle from now on."""
        before, after = change
        if before is None or before.agent is None or before.state not in LIVE:
            return
        if after.agent != before.agent or after.state not in LIVE:
            self._idle_since[before.organisation, before.agent] = self._clock.utc_now()

    def reported(self, organisation: str, agent: str) -> AgentRecord | None:
        """Return what the agent last said today."""
        record = self._store.agent(organisation, agent)
        if record is None or self._day(record.at_utc) != self._day(self._clock.utc_now()):
            return None
        return record

    # ---- what agents serve today

    def services_today(self, organisation: str, agent: str) -> tuple[str, ...] | None:
        """Return what a supervisor said today that this agent serves;
        None for the convention's word.
        """
        record = self._store.duty(organisation, agent)
        if record is None or self._day(record.at_utc) != self._day(self._clock.utc_now()):
            return None
        return record.services

    def today(self, organisation: str) -> list[PersonEntry]:
        """Everybody who answers callers, with what they serve today."""
        return [
            self.as_today(organisation, agent) for agent in self._catalogue.agents(organisation)
        ]

    def services_of(self, organisation: str, agent: str) -> frozenset[str] | None:
        """The services that this agent serves today; None for all. Raises `NotAllowed`."""
        person = self.as_today(organisation, self._catalogue.agent(organisation, agent))
        return frozenset(person.services) or None

    def as_today(self, organisation: str, person: PersonEntry) -> PersonEntry:
        """The agent with what it serves today."""
        services = self.services_today(organisation, person.id)
        # a service may have left the convention since
        served = [
            service for service in services or () if self._catalogue.has(organisation, service)
        ]
        if served:
            return msgspec.structs.replace(person, services=served)
        return person

    def _day(self, at_utc: datetime) -> date:
        return at_utc.astimezone(self._zone).date()

    # ---- who is there

    def is_there(self, organisation: str, agent: str) -> bool:
        """True if the agent's desk gives signs of life."""
        return self._presence.is_there(organisation, Role.AGENT, agent)

    def is_ready(self, organisation: str, agent: str) -> bool:
        """There, and says that it is available."""
        record = self.reported(organisation, agent)
        return self.is_there(organisation, agent) and (record is None or record.available)

    def is_free(self, organisation: str, agent: str) -> bool:
        """Could take a caller now: ready, and with nothing in hand, not even an offer."""
        in_hand = self._view.of_agent(organisation, agent) or self._view.helping(
            organisation, agent
        )
        return not in_hand and self.is_ready(organisation, agent)

    def free(self, organisation: str) -> list[PersonEntry]:
        """Return who is free, the longest idle first."""
        agents = [
            agent for agent in self.today(organisation) if self.is_free(organisation, agent.id)
        ]
        return sorted(agents, key=lambda agent: (self.idle_since(organisation, agent.id), agent.id))

    def answering(self, organisation: str, service: str) -> int:
        """Return how many agents of the service are there and available, busy or not."""
        able = (
            agent
            for agent in self.today(organisation)
            if not agent.services or service in agent.services
        )
        return sum(1 for agent in able if self.is_ready(organisation, agent.id))

    def free_for(self, organisation: str, service: str) -> int:
        """Return how many agents of the service could take a caller now."""
        return sum(
            1
            for agent in self.free(organisation)
            if not agent.services or service in agent.services
        )

    def idle_since(self, organisation: str, agent: str) -> datetime:
        """End of the last conversation or pause that this hub knows of."""
        record = self.reported(organisation, agent)
        worked = self._idle_since.get((organisation, agent), _NEVER)
        if record is None:
            return worked
        return max(worked, record.at_utc)

    def ticket_in_hand(self, organisation: str, agent: str) -> Ticket | None:
        """The conversation or wrap-up that the agent has in hand."""
        return next(
            (ticket for ticket in self._view.of_agent(organisation, agent) if ticket.state in LIVE),
            None,
        )

    def all_facts(self, organisation: str) -> list[AgentFacts]:
        """Return what each agent of an organisation does now."""
        return [self.facts(organisation, person) for person in self._catalogue.agents(organisation)]

    def facts(self, organisation: str, person: PersonEntry) -> AgentFacts:
        """One agent as the board shows it."""
        facts = msgspec.structs.replace(
            self._work_of(organisation, person),
            services=list(self.as_today(organisation, person).services),
            for_today=self.services_today(organisation, person.id) is not None,
        )
        record = self.reported(organisation, person.id)
        if record is None or not record.help or facts.state is AgentState.OFFLINE:
            return facts
        return msgspec.structs.replace(facts, help=record.help, help_since_utc=record.help_at_utc)

    def _work_of(self, organisation: str, person: PersonEntry) -> AgentFacts:
        if not self.is_there(organisation, person.id):
            return AgentFacts(id=person.id, name=person.name, state=AgentState.OFFLINE)
        ticket = self.ticket_in_hand(organisation, person.id)
        if ticket is not None:
            state = _IN_HAND[ticket.state]
            if state is AgentState.IN_SESSION:
                since = ticket.accepted_at_utc
            else:
                since = ticket.ended_at_utc
            return AgentFacts(
                id=person.id,
                name=person.name,
                state=state,
                since_utc=since,
                ticket=ticket.number,
                service=ticket.service,
            )
        helping = self._view.helping(organisation, person.id)
        if helping:
            visits = helping[0].talk is not None and helping[0].talk.third is not None
            if visits:
                state = AgentState.IN_SESSION
            else:
                state = AgentState.WRAP_UP
            return AgentFacts(id=person.id, name=person.name, state=state, ticket=helping[0].number)
        record = self.reported(organisation, person.id)
        # Whole seconds: hubs hear of a change a moment apart, and their boards say the same.
        since = self.idle_since(organisation, person.id).replace(microsecond=0)
        return AgentFacts(
            id=person.id,
            name=person.name,
            state=reported_state(record),
            since_utc=since if since != _NEVER else None,
            reason=record.reason if record is not None else "",
            by_name=self._set_by(organisation, record),
            why=record.why if record is not None else "",
            until_utc=record.until_utc if record is not None else None,
        )

    def _set_by(self, organisation: str, record: AgentRecord | None) -> str:
        """The name of the supervisor who set this state; "" when the agent or the hub did."""
        if record is None or not record.changed_by:
            return ""
        return self._catalogue.person_name(organisation, record.changed_by.partition(".")[2])

    # ---- changes

    @handles(AgentStateRequest)
    async def report(self, asker: Asker, request: AgentStateRequest) -> Done:
        """An agent is available or pauses; saying the same again changes nothing, another end of
        the pause only that. Raises `StoreUnreachable`.
        """
        record = self.reported(asker.organisation, asker.user)
        until_utc = None if request.available else request.until_utc
        state = request.available, request.reason
        if record is None or (record.available, record.reason) != state:
            await self._put(asker.organisation, asker.user, *state, until_utc=until_utc)
        elif record.until_utc != until_utc:
            changed = msgspec.structs.replace(record, until_utc=until_utc)
            await self._store.put_agent(asker.organisation, asker.user, changed)
        return Done()

    @handles(AskSupervisorRequest)
    async def ask_supervisor(self, asker: Asker, request: AskSupervisorRequest) -> Done:
        """An agent asks a supervisor for help, or takes that back; it keeps its state.
        Raises `StoreUnreachable`.
        """
        now = self._clock.utc_now()
        record = self.reported(asker.organisation, asker.user)
        if record is None:
            record = AgentRecord(available=True, reason="", at_utc=now)
        if record.help != request.reason:
            await self._store.put_agent(
                asker.organisation,
                asker.user,
                msgspec.structs.replace(record, help=request.reason, help_at_utc=now),
            )
        return Done()

    async def mark_silent(self, organisation: str, agent: str) -> None:
        """An offer was not answered: no more offers until the agent says that it is back."""
        record = self.reported(organisation, agent)
        if record is None or record.available:
            await self._put(organisation, agent, False, NOT_RESPONDING)

    async def set_by_supervisor(
        self, organisation: str, agent: str, available: bool, *, pause: str, by: str, why: str
    ) -> None:
        """A supervisor makes an agent available, or pauses it. Raises `StoreUnreachable`."""
        await self._put(organisation, agent, available, pause, changed_by=by, why=why)

    async def _put(
        self,
        organisation: str,
        agent: str,
        available: bool,
        reason: str,
        *,
        changed_by: str = "",
        why: str = "",
        until_utc: datetime | None = None,
    ) -> None:
        """A new state; what help was asked for stays."""
        previous = self.reported(organisation, agent)
        record = AgentRecord(
            available=available,
            reason=reason,
            at_utc=self._clock.utc_now(),
            changed_by=changed_by,
            why=why,
            help=previous.help if previous is not None else "",
            help_at_utc=previous.help_at_utc if previous is not None else None,
            until_utc=until_utc,
        )
        await self._store.put_agent(organisation, agent, record)
