# SPDX-License-Identifier: GPL-3.0-only
"""What the board knows, in one place for its pages:
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
        return list(self.board.sites) if self.board is not None else []

    def site_name(self, ref: str) -> str:
        """The name of a site."""
        return next((one.name for one in self.sites() if one.ref == ref), ref)

    def agent(self, agent_id: str) -> AgentFacts | None:
        """An agent as the hub told it last."""
        agents = self.board.agents if self.board is not None else []
        return next((one for one in agents if one.id == agent_id), None)

    def waiting(self, ticket_ids: Sequence[str]) -> list[Ticket]:
        """Those of these tickets that wait, in this order."""
        found = [self.ticket(one) for one in ticket_ids]
        return [one for one in found if one is not None and one.state in WAITING]

    def readers(self) -> list[tuple[object, str]]:
        """Who a message can be for, and in words."""
        agents = self.board.agents if self.board is not None else []
        there = sorted(
            (one for one in agents if one.state is not AgentState.OFFLINE), key=lambda one: one.name
        )
        services = self.services.values()
        return [
            (None, _("All agents")),
            *(((MessageTo.AGENT, one.id), one.name) for one in there),
            *(
                ((MessageTo.SERVICE, one.id), _("Agents of {service}").format(service=one.name))
                for one in services
            ),
            *(
                ((MessageTo.SITE, one.ref), _("Callers at {site}").format(site=one.name))
                for one in self.sites()
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
        targets = (target for known in self.elsewhere.values() for target in known)
        found = next((one for one in targets if one.ref == service), None)
        return f"{found.organisation_name} – {found.service_name}" if found is not None else service

    def agent_name(self, agent: str) -> str:
        """The name that callers read."""
        agents = self.board.agents if self.board is not None else []
        return next((one.name for one in agents if one.id == agent), agent)

    def agent_names(self) -> dict[str, str]:
        """The names of all agents, by id."""
        return (
            {agent.id: agent.name for agent in self.board.agents} if self.board is not None else {}
        )

    def queue_states(self) -> dict[str, QueueFacts]:
        """Open or closed, by service."""
        return (
            {queue.service: queue for queue in self.board.queues} if self.board is not None else {}
        )

    def is_closed(self, service: str) -> bool:
        """True when a supervisor has closed the service."""
        facts = self.queue_states().get(service)
        return facts is not None and facts.closed

    def targets(self, service: str) -> list[tuple[object, str]]:
        """Where callers of a service may go:
        our other open services, then those of other organisations.
        """
        ours = [
            one
            for one in self.services.values()
            if one.id != service and not self.is_closed(one.id)
        ]
        theirs = [one for one in self.elsewhere.get(service, ()) if not one.closed]
        return [
            *((one.id, one.name) for one in ours),
            *((one.ref, f"{one.organisation_name} – {one.service_name}") for one in theirs),
        ]
