# SPDX-License-Identifier: GPL-3.0-only
"""Figures that a hub can give of this moment: who waits, how long, agents by state.
Nobody is named.

Read by the monitor at each question; pure, from the hub's memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from session.hub.queue.agent_states import AgentStates
from session.hub.queue.core import QueueCore
from session.protocol.hub.board import AgentState
from session.protocol.hub.tickets import TicketState


@dataclass(frozen=True)
class OrganisationGauges:
    """One organisation now.

    Attributes:
        waiting: callers by service, every service of the convention named.
        longest_wait_s: by service; 0 where nobody waits.
        in_session: conversations.
        agents: by state, every state named.
    """

    organisation: str
    waiting: dict[str, int]
    longest_wait_s: dict[str, float]
    in_session: int
    agents: dict[AgentState, int] = field(default_factory=dict)


class Gauges:
    """Reads them."""

    def __init__(self, core: QueueCore, agents: AgentStates) -> None:
        self._view = core.view
        self._catalogue = core.catalogue
        self._clock = core.clock
        self._agents = agents

    def read(self) -> Iterator[OrganisationGauges]:
        """Every organisation that serves somebody."""
        for organisation in self._catalogue.served:
            yield self._of(organisation)

    def _of(self, organisation: str) -> OrganisationGauges:
        now = self._clock.utc_now()
        services = [service.id for service in self._catalogue.organisation(organisation).services]
        waiting = dict.fromkeys(services, 0)
        longest_s = dict.fromkeys(services, 0.0)
        for ticket in self._view.in_line(organisation):
            waiting[ticket.service] = waiting.get(ticket.service, 0) + 1
            wait_s = max(0.0, (now - ticket.arrived_at_utc).total_seconds())
            longest_s[ticket.service] = max(longest_s.get(ticket.service, 0.0), wait_s)
        open_now = self._view.open_tickets(organisation)
        states = Counter(
            self._agents.facts(organisation, person).state
            for person in self._catalogue.agents(organisation)
        )
        return OrganisationGauges(
            organisation,
            waiting,
            longest_s,
            sum(ticket.state is TicketState.IN_SESSION for ticket in open_now),
            {state: states[state] for state in AgentState},
        )
