# SPDX-License-Identifier: GPL-3.0-only
"""The board's facts, in one place for its pages:
tickets, services, agents, where callers may go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from resources.texts import _
from session.protocol.hub.board import (
    AgentFacts,
    AgentState,
    BoardAnswer,
    MessageTo,
    QueueFacts,
    SiteFacts,
)
from session.protocol.hub.network import MoveTarget
from session.protocol.hub.requests import Service
from session.protocol.hub.tickets import Ticket, TicketState

WAITING = (TicketState.WAITING, TicketState.OFFERED)

NOON = timedelta(hours=12)
"""This hour of UTC has the same date everywhere from Tahiti to Wallis."""


@dataclass
class BoardFacts:
    """Replaced piece by piece as answers come in.

    Attributes:
        elsewhere: by service, the services of other organisations that its callers may go to.
    """

    tickets: Sequence[Ticket] = ()
    services: Mapping[str, Service] = field(default_factory=dict)
    board: BoardAnswer | None = None
    connected: bool = False
    elsewhere: Mapping[str, Sequence[MoveTarget]] = field(default_factory=dict)

    def today(self, now_utc: datetime) -> date:
        """The day by which the hub counts history and figures; this computer's day until the hub
        has answered.
        """
        if self.board is None:
            return now_utc.astimezone().date()
        return (self.board.day.since_utc + NOON).astimezone(UTC).date()

    def sites(self) -> list[SiteFacts]:
        """Sites with buttons of ours, once the hub has told them."""
        if self.board is not None:
            return list(self.board.sites)
        return []

    def site_name(self, ref: str) -> str:
        """The name of a site."""
        return next((site.name for site in self.sites() if site.ref == ref), ref)

    def agent(self, agent_id: str) -> AgentFacts | None:
        """An agent as the hub told it last."""
        if self.board is not None:
            agents = self.board.agents
        else:
            agents = []
        return next((agent for agent in agents if agent.id == agent_id), None)

    def waiting(self, ticket_ids: Sequence[str]) -> list[Ticket]:
        """Return those of these tickets that wait, in this order."""
        tickets = [self.ticket(ticket_id) for ticket_id in ticket_ids]
        return [ticket for ticket in tickets if ticket is not None and ticket.state in WAITING]

    def readers(self) -> list[tuple[object, str]]:
        """Return whom a message can be for, and in words."""
        if self.board is not None:
            agents = self.board.agents
        else:
            agents = []
        agents_there = sorted(
            (agent for agent in agents if agent.state is not AgentState.OFFLINE),
            key=lambda agent: agent.name,
        )
        services = self.services.values()
        return [
            (None, _("All agents")),
            *(((MessageTo.AGENT, agent.id), agent.name) for agent in agents_there),
            *(
                (
                    (MessageTo.SERVICE, service.id),
                    _("Agents of {service}").format(service=service.name),
                )
                for service in services
            ),
            *(
                ((MessageTo.SITE, site.ref), _("Callers at {site}").format(site=site.name))
                for site in self.sites()
            ),
        ]

    def ticket(self, ticket_id: str) -> Ticket | None:
        """An open ticket."""
        return next((ticket for ticket in self.tickets if ticket.id == ticket_id), None)

    def talk_of(self, agent_id: str) -> Ticket | None:
        """The ticket of the conversation that an agent is in."""
        talks = (one for one in self.tickets if one.state is TicketState.IN_SESSION)
        return next((one for one in talks if agent_id and one.agent == agent_id), None)

    def service_name(self, service: str) -> str:
        """The name of a service: ours by its id, another organisation's by its reference."""
        if service in self.services:
            return self.services[service].name
        targets = (target for group in self.elsewhere.values() for target in group)
        hit = next((candidate for candidate in targets if candidate.ref == service), None)
        if hit is not None:
            return f"{hit.organisation_name} – {hit.service_name}"
        return service

    def agent_name(self, agent: str) -> str:
        """The name that callers read."""
        if self.board is not None:
            agents = self.board.agents
        else:
            agents = []
        return next((candidate.name for candidate in agents if candidate.id == agent), agent)

    def agent_names(self) -> dict[str, str]:
        """The names of all agents, by id."""
        if self.board is not None:
            return {agent.id: agent.name for agent in self.board.agents}
        return {}

    def queue_states(self) -> dict[str, QueueFacts]:
        """Open or closed, by service."""
        if self.board is not None:
            return {queue.service: queue for queue in self.board.queues}
        return {}

    def is_closed(self, service: str) -> bool:
        """True when a supervisor has closed the service."""
        facts = self.queue_states().get(service)
        return facts is not None and facts.closed

    def targets(self, service: str) -> list[tuple[object, str]]:
        """Return where callers of a service may go:
        our other open services, then those of other organisations.
        """
        ours = [
            open_service
            for open_service in self.services.values()
            if open_service.id != service and not self.is_closed(open_service.id)
        ]
        theirs = [target for target in self.elsewhere.get(service, ()) if not target.closed]
        return [
            *((open_service.id, open_service.name) for open_service in ours),
            *(
                (target.ref, f"{target.organisation_name} – {target.service_name}")
                for target in theirs
            ),
        ]
