# SPDX-License-Identifier: GPL-3.0-only
"""Sends callers who waited too long to another organisation, where both conventions say so.
One of the hub's timers.

Within an organisation nothing has to move:
colleagues may answer too (`session.hub.queue.eligibility`), and the order of the queue stays as it
is. To another one a caller goes only when somebody is free there, the service is open, and never a
second time. A caller is never offered in two organisations at once: both would see who waits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from session.core.errors import QueueClosed, ServiceClosed
from session.hub.convention.catalogue import Catalogue
from session.hub.convention.overflow_check import takes
from session.hub.queue.agent_states import AgentStates
from session.hub.queue.calls import Calls
from session.hub.queue.core import QueueCore
from session.hub.transfers.moves import Moves
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.wire.ids import split_service


@dataclass(frozen=True)
class OverflowTarget:
    """A service that may answer too, and since when it may (seconds of waiting;
    0 because nobody is there).
    """

    organisation: str
    service: str
    after_s: int


def overflow_targets(
    catalogue: Catalogue, ticket: Ticket, now: datetime, answering: Callable[[str, str], int]
) -> list[OverflowTarget]:
    """Services beside its own that may take this ticket now, in the convention's order.

    A rule that leads to nothing, or to a service that does not take these callers, is none.
    Rules do not chain: whoever gets an overflowing caller does not pass it on by the next rule.

    Args:
        answering: (organisation, service) -> how many who answer it are there and free.
    """
    # a hub's clock may have been ahead
    waited_s = max(0.0, (now - ticket.arrived_at_utc).total_seconds())
    service = catalogue.service(ticket.organisation, ticket.service)
    targets = []
    for rule in service.overflow:
        organisation, name = split_service(rule.to, ticket.organisation)
        if not catalogue.has(organisation, name):
            continue
        if not takes(
            catalogue.service(organisation, name), organisation, ticket.organisation, ticket.service
        ):
            continue
        if waited_s >= rule.after_s:
            targets.append(OverflowTarget(organisation, name, rule.after_s))
        elif rule.when_nobody and answering(ticket.organisation, ticket.service) == 0:
            targets.append(OverflowTarget(organisation, name, 0))
    return targets


class OverflowMoves:
    """Checks the queue of each organisation that has such rules.

    Args:
        is_ours: whether this hub leads the timers;
            one at a time, or two would send two callers to one free agent.
    """

    def __init__(
        self,
        core: QueueCore,
        *,
        agents: AgentStates,
        moves: Moves,
        calls: Calls,
        is_ours: Callable[[], bool],
    ) -> None:
        self._catalogue = core.catalogue
        self._view = core.view
        self._clock = core.clock
        self._tasks = core.tasks
        self._agents = agents
        self._moves = moves
        self._calls = calls
        self._is_ours = is_ours

    async def tick(self) -> None:
        """Sends as many as there are free agents to take them. Raises `StoreUnreachable`."""
        if not self._is_ours():
            return
        free: dict[tuple[str, str], int] = {}
        for organisation in self._catalogue.organisations:
            services = self._services(organisation)
            if not services:
                continue
            waiting = [
                ticket for ticket in self._view.in_line(organisation) if ticket.service in services
            ]
            await self._tasks.for_each(
                waiting, partial(self._send_if_late, free), name="overflow of queues"
            )

    async def _send_if_late(self, free: dict[tuple[str, str], int], ticket: Ticket) -> None:
        if self._may_go(ticket):
            await self._send(ticket, free)

    def _services(self, organisation: str) -> set[str]:
        """Return the services with a rule that leads to another organisation."""
        return {
            service.id
            for service in self._catalogue.organisation(organisation).services
            if any(
                split_service(rule.to, organisation)[0] != organisation for rule in service.overflow
            )
        }

    def _may_go(self, ticket: Ticket) -> bool:
        is_reserved = ticket.kept_for(self._clock.utc_now()) is not None
        return (
            ticket.state is TicketState.WAITING
            and not is_reserved
            and not ticket.from_organisation
            and not ticket.away
        )

    async def _send(self, ticket: Ticket, free: dict[tuple[str, str], int]) -> None:
        for target in overflow_targets(
            self._catalogue, ticket, self._clock.utc_now(), self._agents.answering
        ):
            if target.organisation == ticket.organisation:
                continue
            key = target.organisation, target.service
            if key not in free:
                free[key] = self._agents.free_for(*key)
            if free[key] > 0 and self._is_open(target, ticket):
                free[key] -= 1
                await self._moves.overflow(ticket, f"{target.organisation}/{target.service}")
                return

    def _is_open(self, target: OverflowTarget, ticket: Ticket) -> bool:
        try:
            self._calls.check_open(
                target.organisation, target.service, ticket.kiosk_home, ticket.kiosk
            )
        except (QueueClosed, ServiceClosed):
            return False
        return True
