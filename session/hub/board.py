# SPDX-License-Identifier: GPL-3.0-only
"""A supervisor's acts and what the board shows beside tickets. The rules behind the board's requests; used by the hub.

An act on a ticket is one compare-and-set against what the supervisor saw: who was slower is refused, never overwritten.
"""

from __future__ import annotations

import logging
from typing import Any

import msgspec

from session.clock import Clock
from session.errors import QueueClosed, TicketTaken
from session.hub.agents import Agents
from session.hub.board_store import BoardStore, QueueRecord
from session.hub.book import TicketBook
from session.hub.catalogue import Catalogue
from session.hub.day_counts import DayCounts
from session.hub.dispatch import unoffered
from session.hub.news import News
from session.hub.queue import WAITING
from session.protocol.board_messages import (
    AgentFacts,
    BoardAnswer,
    BoardRequest,
    BroadcastRequest,
    MoveQueueRequest,
    PrioritiseRequest,
    QueueFacts,
    QueueMoved,
    QueueStateRequest,
    ReassignRequest,
    TicketSeen,
)
from session.protocol.hub_messages import Announcement, Service, ServicesChanged
from session.protocol.ids import split_service
from session.protocol.roles import Role
from session.protocol.tickets import Ticket, TicketState

log = logging.getLogger(__name__)


class Board:
    """Acts of supervisors, states of services, figures of the day."""

    def __init__(
        self,
        book: TicketBook,
        store: BoardStore,
        catalogue: Catalogue,
        agents: Agents,
        news: News,
        clock: Clock,
    ) -> None:
        self._book = book
        self._store = store
        self._catalogue = catalogue
        self._agents = agents
        self._news = news
        self._clock = clock
        self.day = DayCounts(clock)

    # ---- acts on tickets -------------------------------------------------------------------------------------------

    async def reassign(self, organisation: str, supervisor: str, wish: ReassignRequest) -> Ticket:
        """Another service, or one agent only for a minute.

        Raises:
            TicketTaken: the ticket is not what the supervisor saw.
            ServiceUnknown, QueueClosed, NotAllowed (no such agent), TicketUnknown, StoreUnreachable.
        """
        wanted: dict[str, Any] = {}
        if wish.service is not None:
            self._check_target(organisation, wish.service)
            wanted["service"] = wish.service
        if wish.agent is not None:
            if wish.agent:
                self._catalogue.agent(organisation, wish.agent)
            wanted["assigned_to"] = wish.agent or None
        return await self._act(organisation, supervisor, wish.ticket_id, wish.seen, wanted, wish.reason)

    async def prioritise(self, organisation: str, supervisor: str, wish: PrioritiseRequest) -> Ticket:
        """Another priority. Raises as `reassign`."""
        wanted = {"priority": wish.priority}
        return await self._act(organisation, supervisor, wish.ticket_id, wish.seen, wanted, wish.reason)

    async def _act(
        self, organisation: str, supervisor: str, ticket_id: str, seen: TicketSeen, wanted: dict[str, Any], reason: str
    ) -> Ticket:
        by = f"{Role.SUPERVISOR}.{supervisor}"

        def decide(now: Ticket) -> Ticket | None:
            if self._is_done(now, wanted, by, reason):
                return None  # the first answer was lost and the act is asked again
            if now.state not in WAITING or TicketSeen.of(now) != seen:
                raise TicketTaken
            return self._changed(now, wanted, by, reason)

        stored, _ = await self._book.change(organisation, ticket_id, decide)
        return stored.ticket

    @staticmethod
    def _is_done(now: Ticket, wanted: dict[str, Any], by: str, reason: str) -> bool:
        same = all(getattr(now, name) == value for name, value in wanted.items())
        return same and now.changed_by == by and now.reason == reason and now.state in WAITING

    def _changed(self, now: Ticket, wanted: dict[str, Any], by: str, reason: str) -> Ticket:
        if "assigned_to" in wanted:
            kept = wanted["assigned_to"] is not None
            wanted = wanted | {"assigned_at_utc": self._clock.utc_now() if kept else None}
        if now.state is TicketState.OFFERED and wanted.keys() & {"service", "assigned_to"}:
            now = unoffered(now, by, reason)
        return msgspec.structs.replace(now, **wanted, changed_by=by, reason=reason)

    async def move_queue(self, organisation: str, supervisor: str, wish: MoveQueueRequest) -> QueueMoved:
        """All waiting tickets of a service go to another one; who is accepted meanwhile is left alone.

        Raises:
            ServiceUnknown, QueueClosed, StoreUnreachable (the same request goes on with those that are left).
        """
        self._catalogue.service(organisation, wish.service)
        self._check_target(organisation, wish.to)
        by = f"{Role.SUPERVISOR}.{supervisor}"
        waiting = [ticket for ticket in self._book.view.waiting(organisation) if ticket.service == wish.service]

        def decide(now: Ticket) -> Ticket | None:
            if now.state not in WAITING or now.service != wish.service:
                return None
            return self._changed(now, {"service": wish.to}, by, wish.reason)

        moved = 0
        for ticket in waiting:
            _stored, changed = await self._book.change(organisation, ticket.id, decide)
            moved += changed
        return QueueMoved(moved=moved, left=len(waiting) - moved)

    def _check_target(self, organisation: str, service: str) -> None:
        self._catalogue.service(organisation, service)
        if self.is_closed(organisation, service):
            raise QueueClosed(service=service)

    # ---- services --------------------------------------------------------------------------------------------------

    def is_closed(self, organisation: str, service: str) -> bool:
        """True when a supervisor has closed the service for new calls."""
        record = self._store.queue(organisation, service)
        return record is not None and record.closed

    def shown(self, organisation: str, services: list[Service]) -> list[Service]:
        """The services with what supervisors decided about them."""
        return [
            msgspec.structs.replace(one, closed=self.is_closed(*split_service(one.id, organisation)))
            for one in services
        ]

    async def set_queue(self, organisation: str, supervisor: str, wish: QueueStateRequest, *, closed: bool) -> None:
        """Closes or opens a service, and tells the kiosks. Raises `ServiceUnknown`, `StoreUnreachable`."""
        self._catalogue.service(organisation, wish.service)
        record = QueueRecord(
            closed=closed,
            changed_by=f"{Role.SUPERVISOR}.{supervisor}",
            reason=wish.reason,
            at_utc=self._clock.utc_now(),
        )
        await self._store.put_queue(organisation, wish.service, record)
        for home, kiosk in self._catalogue.kiosks_offering(organisation, wish.service):
            await self._news.tell(home, Role.KIOSK, kiosk, ServicesChanged())

    async def broadcast(self, organisation: str, supervisor: str, wish: BroadcastRequest) -> None:
        """Says something to every agent who is there."""
        name = self._catalogue.person_name(organisation, supervisor)
        said = Announcement(broadcast_id=wish.broadcast_id, text=wish.text, by_name=name)
        log.info("a message to all agents by %s.%s", Role.SUPERVISOR, supervisor)
        for agent in self._catalogue.agents(organisation):
            await self._news.tell(organisation, Role.AGENT, agent.id, said)

    # ---- agents ----------------------------------------------------------------------------------------------------

    def answer(self, organisation: str, wish: BoardRequest) -> BoardAnswer:
        """What the board shows now."""
        agents = self.agents(organisation)
        queues = [self._queue(organisation, service.id) for service in self._catalogue.services(organisation)]
        return BoardAnswer(agents=agents, queues=queues, day=self.day.figures(organisation, wish.within_s))

    def agents(self, organisation: str) -> list[AgentFacts]:
        """What each agent does now."""
        return [self._agents.facts(organisation, person) for person in self._catalogue.agents(organisation)]

    def _queue(self, organisation: str, service: str) -> QueueFacts:
        record = self._store.queue(organisation, service)
        if record is None:
            return QueueFacts(service=service)
        return QueueFacts(
            service=service,
            closed=record.closed,
            changed_by=self._catalogue.person_name(organisation, record.changed_by.partition(".")[2]),
            reason=record.reason,
            at_utc=record.at_utc,
        )
