# SPDX-License-Identifier: GPL-3.0-only
"""The queue as it concerns one agent: whom it sees, whom it may take, who is next. Without Qt.
Used by the queue view and by whoever asks for a ticket or a service of the desk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from session.core.clock import Clock
from session.protocol.hub.requests import Service
from session.protocol.hub.routing import ServiceWork, may_serve
from session.protocol.hub.tickets import Ticket, TicketState, queue_order

WAITING = frozenset({TicketState.WAITING, TicketState.OFFERED})
OTHERS = frozenset({TicketState.IN_SESSION, TicketState.WRAP_UP})


class AgentQueue:
    """The tickets of the organisation, its services, and what this agent may serve.

    Attributes:
        agent: whose desk this is; tickets kept for somebody else cannot be taken.
        services: by id, in the organisation's order.
        only: the one service that is shown; "" for all.
        waiting: the tickets of any service that wait for this agent.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tickets: list[Ticket] = []
        self._work: dict[str, ServiceWork] = {}
        self.agent = ""
        self.services: dict[str, Service] = {}
        self.only = ""
        self.waiting: list[Ticket] = []

    def set_tickets(self, tickets: Sequence[Ticket], services: Mapping[str, Service]) -> None:
        """All open tickets of the organisation and its services in their order."""
        self._tickets = sorted(tickets, key=queue_order)
        self.services = dict(services)
        self._sort_out()

    def set_agent(self, agent_id: str) -> None:
        """Set whose desk this is."""
        self.agent = agent_id
        self._sort_out()

    def set_work(self, work: Sequence[ServiceWork]) -> None:
        """Set what this agent may serve, and from when on; of others it sees nobody."""
        self._work = {service_work.id: service_work for service_work in work}
        self._sort_out()

    def ticket(self, ticket_id: str) -> Ticket | None:
        """A ticket as the hub gave it last."""
        return next((ticket for ticket in self._tickets if ticket.id == ticket_id), None)

    def service(self, service_id: str) -> tuple[Service | None, int]:
        """A service and its place in the organisation's list (for its colour)."""
        order = list(self.services)
        if service_id in order:
            place = order.index(service_id)
        else:
            place = len(order)
        return self.services.get(service_id), place

    def named(self, service_id: str) -> tuple[str, int]:
        """Return the name of a service, its id where nobody knows it, and its place."""
        service, place = self.service(service_id)
        return (service.name if service is not None else service_id), place

    def work(self, service_id: str) -> ServiceWork | None:
        """A service as it concerns this agent; None when it is not known."""
        return self._work.get(service_id)

    def own_services(self) -> list[Service]:
        """Return the services whose callers this agent sees, in the organisation's order."""
        return [
            service
            for service in self.services.values()
            if not self._work
            or ((work := self._work.get(service.id)) is not None and work.after_s is not None)
        ]

    def shown_waiting(self) -> list[Ticket]:
        """Return those who wait for this agent and for the service that is shown."""
        return [ticket for ticket in self.waiting if self.only in ("", ticket.service)]

    def others(self) -> list[Ticket]:
        """Return those who are in conversation with an agent, or just were."""
        return [ticket for ticket in self._tickets if ticket.state in OTHERS]

    def next_ticket(self) -> Ticket | None:
        """The first of those shown that this agent may take now, whom F2 takes."""
        return next((ticket for ticket in self.shown_waiting() if self.may_take(ticket)), None)

    def may_take(self, ticket: Ticket) -> bool:
        """False while only another agent may take it, or colleagues with the skill go first."""
        now = self._clock.utc_now()
        kept_for, offered = ticket.kept_for(now), ticket.offered_to(now)
        return (
            kept_for in (None, self.agent)
            and offered in (None, self.agent)
            and not self.later_s(ticket)
        )

    def may_choose(self, ticket: Ticket) -> bool:
        """True if a new caller is one that this agent may choose itself, now."""
        work = self._work.get(ticket.service)
        pulled = work is None or work.mode == "pull"
        return pulled and ticket.state == TicketState.WAITING and self.may_take(ticket)

    def later_s(self, ticket: Ticket) -> float:
        """Seconds until this agent may take the ticket although others have the skill for it;
        0 when it may.
        """
        work, now = self._work.get(ticket.service), self._clock.utc_now()
        if (
            ticket.state != TicketState.WAITING
            or work is None
            or may_serve(work.after_s, ticket, now)
        ):
            return 0.0
        if ticket.kept_for(now) == self.agent or work.after_s is None:
            return 0.0
        return work.after_s - (now - ticket.arrived_at_utc).total_seconds()

    def is_own(self, ticket: Ticket) -> bool:
        """Kept for, offered to, or known by this agent: a caller who comes back, or is to be called
        back.
        """
        now = self._clock.utc_now()
        names = (ticket.kept_for(now), ticket.offered_to(now), ticket.preferred)
        return bool(self.agent) and self.agent in names

    def _sort_out(self) -> None:
        """Who waits for this agent is looked for once: it is asked often, and may be thousands."""
        self.waiting = [
            ticket for ticket in self._tickets if ticket.state in WAITING and self._is_seen(ticket)
        ]

    def _is_seen(self, ticket: Ticket) -> bool:
        """True for a ticket of a service that this agent serves,
        or kept for or offered to it by name.
        """
        work = self._work.get(ticket.service)
        by_name = self.agent in (ticket.assigned_to, ticket.agent)
        return not self._work or by_name or (work is not None and work.after_s is not None)
