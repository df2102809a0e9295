# SPDX-License-Identifier: GPL-3.0-only
"""A supervisor's acts and what the board shows beside tickets.
The rules behind the board's requests; used by the hub.

An act on a ticket is one compare-and-set against what the supervisor saw:
the slower of two supervisors is refused, and nothing is overwritten.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import msgspec

from session.core.errors import QueueClosed, TicketTaken, TicketUnknown
from session.hub.access.handlers import Asker, handles
from session.hub.assignment.dispatch import unoffered
from session.hub.queue.agent_states import AgentStates
from session.hub.queue.core import QueueCore
from session.hub.queue.place_notifications import wait_fields
from session.hub.queue.ticket_changes import ENDED, change_each
from session.hub.queue.view import WAITING
from session.hub.queue.wait_estimates import WaitEstimates
from session.hub.storage.board_store import BoardStore, MoveRecord, QueueRecord
from session.hub.supervision.acts import with_queue
from session.protocol.hub.board import (
    ActOnTicketsRequest,
    BoardAnswer,
    BoardRequest,
    DayFigures,
    MoveQueueRequest,
    OpenQueueRequest,
    QueueFacts,
    QueueMoved,
    QueueStateRequest,
    SiteFacts,
    TicketResult,
    TicketsActed,
    TicketSeen,
)
from session.protocol.hub.requests import (
    Done,
    QueueAnswer,
    QueueRequest,
    ServicesChanged,
    fitting,
)
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.wire.ids import new_id
from session.protocol.wire.roles import Role

log = logging.getLogger(__name__)


class Named(NamedTuple):
    """The author of a change: "<role letter>.<user>", the reason, the act's id,
    and the act that it takes back.
    """

    by: str
    reason: str
    act: str
    undoes: str | None = None


class DayCounts(Protocol):
    """`DayAndTrends` of the history."""

    async def day(
        self, organisation: str, within_s: int, promised: Mapping[str, int]
    ) -> tuple[DayFigures, Mapping[str, DayFigures]]:
        """The day so far, of all services and of each."""
        ...


class Board:
    """Acts of supervisors, states of services."""

    def __init__(
        self,
        core: QueueCore,
        store: BoardStore,
        *,
        agents: AgentStates,
        days: DayCounts,
        waits: WaitEstimates,
    ) -> None:
        self._changes = core.changes
        self._catalogue = core.catalogue
        self._closures = core.closures
        self._presence = core.presence
        self._notifications = core.notifications
        self._clock = core.clock
        self._store = store
        self._agents = agents
        self._days = days
        self._waits = waits

    # ---- acts on tickets

    @handles(ActOnTicketsRequest)
    async def act_on_tickets(self, asker: Asker, request: ActOnTicketsRequest) -> TicketsActed:
        """Another service, one agent only for a minute, another priority; for each ticket that is
        still what the supervisor saw.

        Raises:
            ServiceUnknown, QueueClosed, NotAllowed (no such agent), StoreUnreachable.
        """
        changes = self._changes_of(asker.organisation, request)
        named = Named(f"{Role.SUPERVISOR}.{asker.user}", request.reason, request.act_id)

        async def change(seen: TicketSeen) -> TicketResult:
            return await self._act(asker.organisation, seen, changes, named=named)

        return await change_each(request.tickets, change)

    def _changes_of(self, organisation: str, request: ActOnTicketsRequest) -> dict[str, Any]:
        changes: dict[str, Any] = {}
        if request.service is not None:
            self.check_target(organisation, request.service)
            changes["service"] = request.service
        if request.agent is not None:
            if request.agent:
                self._catalogue.agent(organisation, request.agent)
            changes["assigned_to"] = request.agent or None
        if request.priority is not None:
            changes["priority"] = request.priority
        return changes

    async def _act(
        self, organisation: str, seen: TicketSeen, changes: dict[str, Any], *, named: Named
    ) -> TicketResult:
        """Change one ticket. Raises `TicketTaken` when it is not what the supervisor saw, or
        `TicketUnknown` when its caller has gone.
        """

        def decide(now: Ticket) -> Ticket | None:
            if now.act == named.act:
                return None  # the first answer was lost and the act is asked again
            if now.state in ENDED:
                raise TicketUnknown
            if now.state not in WAITING or TicketSeen.of(now) != seen:
                raise TicketTaken
            if all(getattr(now, name) == value for name, value in changes.items()):
                return None
            return self.changed(now, changes, named)

        stored, _ = await self._changes.change(organisation, seen.ticket_id, decide)
        return TicketResult(ticket_id=seen.ticket_id, already=stored.ticket.act != named.act)

    def changed(self, now: Ticket, changes: dict[str, Any], named: Named) -> Ticket:
        """The ticket with what is wanted, and whose act it was."""
        if "assigned_to" in changes:
            is_assigned = changes["assigned_to"] is not None
            changes = changes | {"assigned_at_utc": self._clock.utc_now() if is_assigned else None}
        if now.state is TicketState.OFFERED and changes.keys() & {"service", "assigned_to"}:
            now = unoffered(now, named.by, named.reason)
        whose = {
            "changed_by": named.by,
            "reason": named.reason,
            "act": named.act,
            "undoes": named.undoes,
        }
        return msgspec.structs.replace(now, **changes, **whose)

    @handles(MoveQueueRequest)
    async def move_queue(self, asker: Asker, request: MoveQueueRequest) -> QueueMoved:
        """All waiting tickets of a service go to another one;
        who is accepted meanwhile is left alone.

        Raises:
            ServiceUnknown, QueueClosed, StoreUnreachable (the same request goes on with those that
            are left).
        """
        self._catalogue.service(asker.organisation, request.service)
        self.check_target(asker.organisation, request.to)
        named = Named(f"{Role.SUPERVISOR}.{asker.user}", request.reason, request.act_id or new_id())
        waiting = [
            ticket.id
            for ticket in self._changes.view.waiting(asker.organisation)
            if ticket.service == request.service
        ]
        return await self.move(
            asker.organisation, waiting, service=request.service, to=request.to, named=named
        )

    async def move(
        self, organisation: str, tickets: Sequence[str], *, service: str, to: str, named: Named
    ) -> QueueMoved:
        """Let those who still wait for `service` wait for `to`;
        with `undoes`, only if that act was their last one.
        """
        at_utc = self._clock.utc_now()
        record = MoveRecord(
            service=service,
            to=to,
            changed_by=named.by,
            reason=named.reason,
            at_utc=at_utc,
            undoes=named.undoes or "",
        )
        await self._store.put_move(organisation, named.act, record)
        if named.undoes is None:
            undoes = None
        else:
            undoes = with_queue(named.undoes)
        marked = named._replace(act=with_queue(named.act))

        def decide(now: Ticket) -> Ticket | None:
            if now.state not in WAITING or now.service != service or undoes not in (None, now.act):
                return None
            return self.changed(now, {"service": to}, marked)

        moved = 0
        for ticket in tickets:
            try:
                stored, _ = await self._changes.change(organisation, ticket, decide)
            except TicketUnknown:  # it has ended, long ago
                continue
            moved += (
                stored.ticket.act == marked.act
            )  # by this act, be it by the same request before its answer was lost
        return QueueMoved(moved=moved, left=len(tickets) - moved)

    def check_target(self, organisation: str, service: str) -> None:
        """Raises `ServiceUnknown` or `QueueClosed` when a service takes no tickets."""
        self._catalogue.service(organisation, service)
        if self._closures.is_queue_closed(organisation, service):
            raise QueueClosed(service=service)

    # ---- services

    @handles(QueueRequest)
    async def queue(self, asker: Asker, request: QueueRequest) -> QueueAnswer:
        """A page of an organisation's open tickets, and its services as supervisors left them."""
        organisation = asker.organisation
        tickets = self._changes.view.open_tickets(organisation)
        offset = max(0, request.offset)
        page = tickets[offset : offset + request.limit]
        return QueueAnswer(
            revision=self._changes.view.revision(organisation),
            total=len(tickets),
            tickets=page[: fitting(page)],
            services=self._closures.shown(organisation, self._catalogue.services(organisation)),
            organisation_name=self._catalogue.organisation(organisation).name,
            your_name=self._catalogue.person_name(organisation, asker.user),
        )

    @handles(QueueStateRequest)
    async def close_queue(self, asker: Asker, request: QueueStateRequest) -> Done:
        """The service takes no new calls. Raises `ServiceUnknown`, `StoreUnreachable`."""
        return await self._set_queue(asker, request, closed=True)

    @handles(OpenQueueRequest)
    async def open_queue(self, asker: Asker, request: QueueStateRequest) -> Done:
        """The service takes calls again. Raises `ServiceUnknown`, `StoreUnreachable`."""
        return await self._set_queue(asker, request, closed=False)

    async def _set_queue(self, asker: Asker, request: QueueStateRequest, *, closed: bool) -> Done:
        """Closes or opens a service, and tells the kiosks.
        Raises `ServiceUnknown`, `StoreUnreachable`.
        """
        self._catalogue.service(asker.organisation, request.service)
        named = Named(f"{Role.SUPERVISOR}.{asker.user}", request.reason, request.act_id or new_id())
        record = self._store.queue(asker.organisation, request.service)
        # otherwise the first answer was lost and the request is repeated
        if record is None or record.act != named.act:
            await self.decide_queue(asker.organisation, request.service, named, closed=closed)
        return Done()

    async def decide_queue(
        self,
        organisation: str,
        service: str,
        named: Named,
        *,
        closed: bool,
        expected: int | None = None,
    ) -> None:
        """Stores that a service is closed or open, and tells the kiosks.
        Raises `WrongRevision`, `StoreUnreachable`.
        """
        record = QueueRecord(
            closed=closed,
            changed_by=named.by,
            reason=named.reason,
            at_utc=self._clock.utc_now(),
            act=named.act,
            undoes=named.undoes or "",
        )
        await self._store.put_queue(organisation, service, record, expected)
        for home, kiosk in self._catalogue.kiosks_offering(organisation, service):
            await self._notifications.notify(home, Role.KIOSK, kiosk, ServicesChanged())

    # ---- agents

    @handles(BoardRequest)
    async def board(self, asker: Asker, request: BoardRequest) -> BoardAnswer:
        """Return what the board shows now, with the day's counts of the history."""
        organisation = asker.organisation
        services = self._catalogue.services(organisation)
        promised = {service.id: service.within_s for service in services if service.within_s}
        day, of_services = await self._days.day(organisation, request.within_s, promised)
        return BoardAnswer(
            agents=self._agents.all_facts(organisation),
            queues=[
                self._queue(organisation, service.id, of_services.get(service.id))
                for service in services
            ],
            day=day,
            sites=self._sites(organisation),
        )

    def _queue(self, organisation: str, service: str, day: DayFigures | None) -> QueueFacts:
        least_s, most_s = wait_fields(self._waits.of_newcomer(organisation, service))
        facts = QueueFacts(
            service=service,
            wait_s=least_s,
            wait_most_s=most_s,
            answering=self._agents.answering(organisation, service),
            answered=day.answered if day is not None else 0,
            within=day.within if day is not None else 0,
            abandoned=day.abandoned if day is not None else 0,
        )
        record = self._store.queue(organisation, service)
        if record is None:
            return facts
        return msgspec.structs.replace(
            facts,
            closed=record.closed,
            changed_by=self._catalogue.person_name(
                organisation, record.changed_by.partition(".")[2]
            ),
            reason=record.reason,
            at_utc=record.at_utc,
        )

    def _sites(self, organisation: str) -> tuple[SiteFacts, ...]:
        now_utc = self._clock.utc_now()
        return tuple(
            SiteFacts(
                ref=site.id if home == organisation else f"{home}/{site.id}",
                name=site.name,
                kiosks=len(kiosks),
                there=sum(self._presence.is_there(home, Role.KIOSK, kiosk.id) for kiosk in kiosks),
                messages=[
                    message.text
                    for owner, message in self._closures.notices(home, site.id, now_utc)
                    if owner == organisation
                ],
            )
            for home, site in self._catalogue.sites_offering(organisation)
            if (kiosks := self._catalogue.kiosks_of(home, site.id))
        )
