# SPDX-License-Identifier: GPL-3.0-only
"""A caller goes to another organisation: the one ticket ends there, a new one waits here.
Rules used by the hub.

Two writes, in this order: the old ticket ends with `moved_to`, then the new one is made from what
the old one says, under an id that follows from it. A hub that dies in between loses nobody: the
same request, the kiosk's next question or any hub's timer makes the new ticket, once, because its
id is the same for all. At no moment may two organisations accept.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

import msgspec

from session.core.clock import Clock
from session.core.errors import NotAllowed, QueueClosed, SessionError, TicketTaken, TicketUnknown
from session.hub.access.handlers import Asker, handles
from session.hub.convention.catalogue import Catalogue
from session.hub.queue.notifications import (
    Notifications,
    PlaceNotifications,
    notify_both,
    notify_kiosk,
    wait_fields,
)
from session.hub.queue.ticket_changes import TicketChanges
from session.hub.queue.view import WAITING
from session.hub.storage.interfaces import CallerStore, StoredTicket
from session.protocol.hub.board import TicketSeen
from session.protocol.hub.network import (
    MoveRequest,
    MoveTarget,
    MoveTargets,
    MoveTargetsRequest,
    TicketMoved,
)
from session.protocol.hub.partner_links import Arrival
from session.protocol.hub.requests import TicketChanged
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.wire.ids import new_id, split_service, ticket_id
from session.protocol.wire.roles import Role

log = logging.getLogger(__name__)

MOVED = "moved"
OVERFLOW = "overflow"
"""Reason of a move by the convention's own rule."""

PASSED_ON = "passed_on"
"""Reason of a conversation that ended because its caller was passed on: the kiosk waits again."""

MENDED = timedelta(minutes=10)
"""How long after a move a missing new ticket is made:
well within the time for which an ended one can be read.
"""


def moved_id(ticket: Ticket) -> str:
    """The id of the ticket that takes the place of a moved one."""
    organisation, service = split_service(ticket.moved_to, ticket.organisation)
    return ticket_id(organisation, f"{ticket.organisation}/{ticket.id}", service)


class Elsewhere(Protocol):
    """What is needed of the links to partners' networks here;
    see `session.hub.network.partner_networks`.
    """

    async def check(self, ticket: Ticket, organisation: str, service: str) -> None:
        """Raises what the other network says."""
        ...

    async def arrive(self, old: Ticket, *, fresh: bool) -> Ticket:
        """The ticket over there."""
        ...

    def is_done(self, old: Ticket) -> bool:
        """True when the caller has arrived there."""
        ...


class Moves:
    """From one organisation to another.

    Args:
        check_open: raises `QueueClosed` or `ServiceClosed` for (organisation, service, home, kiosk)
            that takes nobody.
        is_closed: (organisation, service) -> True when a supervisor has closed it.
    """

    def __init__(
        self,
        changes: TicketChanges,
        callers: CallerStore,
        *,
        catalogue: Catalogue,
        places: PlaceNotifications,
        notifications: Notifications,
        clock: Clock,
        check_open: Callable[[str, str, str, str], None],
        is_closed: Callable[[str, str], bool],
    ) -> None:
        self._changes = changes
        self._callers = callers
        self._catalogue = catalogue
        self._places = places
        self._notifications = notifications
        self._clock = clock
        self._check_open, self._is_closed = check_open, is_closed
        self.links: Elsewhere | None = None
        changes.follow = self.follow

    # ---- where to

    @handles("move_targets")
    async def move_targets(self, asker: Asker, request: MoveTargetsRequest) -> MoveTargets:
        """Where a supervisor may move callers of a service. Raises `ServiceUnknown`."""
        return MoveTargets(targets=self.targets(asker.organisation, request.service))

    def targets(self, organisation: str, service: str) -> list[MoveTarget]:
        """Services of other organisations that callers of this one may be moved to.
        Raises `ServiceUnknown`.
        """
        found = []
        for owner, name in self._catalogue.transfer_targets(organisation, service):
            entry = self._catalogue.service(owner, name)
            found.append(
                MoveTarget(
                    ref=f"{owner}/{name}",
                    organisation_name=self._catalogue.organisation(owner).name,
                    service_name=entry.name,
                    closed=self._is_closed(owner, name),
                )
            )
        return found

    def _check(self, ticket: Ticket, target: str) -> None:
        """Raises `NotAllowed`, `QueueClosed`, `ServiceClosed`."""
        wanted = organisation, _service = split_service(target, ticket.organisation)
        if wanted not in self._catalogue.transfer_targets(ticket.organisation, ticket.service):
            raise NotAllowed(why="transfer")
        # holds a paper with its number, or waits for a call: it would hear of nothing
        if ticket.away:
            raise NotAllowed(why="the caller is away")
        if not self._catalogue.network_of(organisation):  # a partner's hub was asked before
            self._check_open(*wanted, ticket.kiosk_home, ticket.kiosk)

    # ---- moving

    @handles("move")
    async def move(self, asker: Asker, request: MoveRequest) -> TicketMoved:
        """A supervisor sends a waiting caller to another organisation; again is the same move.

        Raises:
            TicketTaken: the ticket is not what the supervisor saw.
            NotAllowed: the conventions do not allow it.
                QueueClosed, ServiceClosed, TicketUnknown, StoreUnreachable.
        """
        by = f"{Role.SUPERVISOR}.{asker.user}"
        act_id = request.act_id or new_id()

        def decide(now: Ticket) -> Ticket | None:
            if (now.moved_to, now.changed_by, now.reason) == (request.target, by, request.reason):
                return None  # the first answer was lost and the act is asked again
            if now.state not in WAITING or TicketSeen.of(now) != request.seen:
                raise TicketTaken
            self._check(now, request.target)
            ended = self._ended(now, TicketState.CLOSED, request.target, by, request.reason)
            return msgspec.structs.replace(ended, act=act_id, undoes=None)

        found = await self._changes.read(asker.organisation, request.ticket_id)
        await self._ask_partner(found.ticket, request.target)
        stored, _ = await self._changes.change(asker.organisation, request.ticket_id, decide)
        arrived = await self.arrive(stored.ticket)
        return TicketMoved(ticket=stored.ticket, number=arrived.ticket.number)

    async def pass_on(
        self, organisation: str, agent: str, session_id: str, target: str, reason: str
    ) -> Ticket:
        """An agent passes its caller on to another organisation and goes to the wrap-up;
        the new ticket.

        Raises:
            TicketUnknown: not this agent's running session. Others as `move`.
        """
        by = f"{Role.AGENT}.{agent}"

        def decide(now: Ticket) -> Ticket | None:
            if (now.session, now.agent, now.moved_to) == (session_id, agent, target):
                return None
            if (
                now.session != session_id
                or now.agent != agent
                or now.state is not TicketState.IN_SESSION
            ):
                raise TicketUnknown
            self._check(now, target)
            return self._ended(now, TicketState.WRAP_UP, target, by, reason)

        found = await self._changes.by_session(organisation, session_id)
        await self._ask_partner(found.ticket, target)
        stored, changed = await self._changes.change(organisation, found.ticket.id, decide)
        arrived = await self.arrive(stored.ticket)
        if changed:
            await notify_both(self._notifications, stored.ticket, session_id, "agent", PASSED_ON)
        return arrived.ticket

    async def overflow(self, ticket: Ticket, target: str) -> None:
        """A rule of the convention sends a waiting caller on;
        nothing happens when the ticket is another one meanwhile.

        Raises:
            StoreUnreachable: the ticket that is missing then is made by `mend`.
        """

        def decide(now: Ticket) -> Ticket | None:
            if (
                now.state is not TicketState.WAITING
                or now.service != ticket.service
                or now.moved_to
                or now.away
            ):
                return None
            return self._ended(now, TicketState.CLOSED, target, "hub", OVERFLOW)

        stored, changed = await self._changes.change(ticket.organisation, ticket.id, decide)
        if changed:
            await self.arrive(stored.ticket)

    async def _ask_partner(self, ticket: Ticket, target: str) -> None:
        """Nothing is written for a partner who does not answer, or who does not take this
        caller.
        """
        organisation, service = split_service(target, ticket.organisation)
        if (
            self.links is None
            or not self._catalogue.network_of(organisation)
            or ticket.moved_to == target
        ):
            return
        if (organisation, service) not in self._catalogue.transfer_targets(
            ticket.organisation, ticket.service
        ):
            raise NotAllowed(why="transfer")
        await self.links.check(ticket, organisation, service)

    def _ended(
        self, ticket: Ticket, state: TicketState, target: str, by: str, reason: str
    ) -> Ticket:
        now_utc = self._clock.utc_now()
        return msgspec.structs.replace(
            ticket, state=state, ended_at_utc=now_utc, moved_to=target, changed_by=by, reason=reason
        )

    async def arrive(self, old: Ticket) -> StoredTicket:
        """Makes the ticket that takes the place of `old`, unless it is there; tells the kiosk.

        Raises `StoreUnreachable`, and `TicketUnknown` when the move is too long ago.
        """
        organisation, service = split_service(old.moved_to, old.organisation)
        if self._catalogue.network_of(organisation):
            return await self._arrive_elsewhere(old)
        known = await self._changes.find(organisation, moved_id(old))
        if known is not None:
            return known
        if not self._is_fresh(old):
            raise TicketUnknown
        stored = await self._changes.add(self._arriving(old, organisation, service))
        # of a conversation its agent still needs it, until the wrap-up ends
        if old.state is TicketState.CLOSED:
            await self._callers.forget(old.organisation, old.id)
        await self._tell_place(stored.ticket)
        return stored

    async def _arrive_elsewhere(self, old: Ticket) -> StoredTicket:
        if self.links is None:
            raise TicketUnknown
        ticket = await self.links.arrive(old, fresh=self._is_fresh(old))
        if old.state is TicketState.CLOSED:
            await self._callers.forget(old.organisation, old.id)
        return StoredTicket(ticket, 0)

    # ---- a caller who comes from a partner's network

    def check_target(self, organisation: str, service: str) -> None:
        """Raises `ServiceUnknown`, `QueueClosed`."""
        self._catalogue.service(organisation, service)
        if self._is_closed(organisation, service):
            raise QueueClosed(service=service)

    async def known(self, organisation: str, identity: str) -> Ticket | None:
        """A ticket of ours by its id."""
        stored = await self._changes.find(organisation, identity)
        return stored.ticket if stored is not None else None

    async def take(self, request: Arrival, identity: str, home: str) -> Ticket:
        """Its ticket; the kiosk is told over the link."""
        letter = self._catalogue.service(request.organisation, request.service).letter
        ticket = Ticket(
            id=identity,
            organisation=request.organisation,
            service=request.service,
            kiosk=request.kiosk,
            site=request.site,
            number=self._changes.view.next_number(request.organisation, letter),
            state=TicketState.WAITING,
            arrived_at_utc=min(request.arrived_at_utc, self._clock.utc_now()),
            moved_from=request.ticket_id,
            from_organisation=request.from_organisation,
            reason=request.reason,
            home=home,
        )
        stored = await self._changes.add(ticket)
        await self._tell_place(stored.ticket)
        return stored.ticket

    async def _tell_place(self, ticket: Ticket) -> None:
        position, wait = self._places.place(ticket)
        least_s, most_s = wait_fields(wait)
        notifications = TicketChanged(
            ticket=ticket, position=position, wait_s=least_s, wait_most_s=most_s
        )
        await notify_kiosk(self._notifications, ticket, notifications)

    def _arriving(self, old: Ticket, organisation: str, service: str) -> Ticket:
        """No number of the caller, no agent, no priority of the other house:
        only what it takes to go on waiting.
        """
        letter = self._catalogue.service(organisation, service).letter
        return Ticket(
            id=moved_id(old),
            organisation=organisation,
            service=service,
            kiosk=old.kiosk,
            site=old.site,
            number=self._changes.view.next_number(organisation, letter),
            state=TicketState.WAITING,
            arrived_at_utc=old.arrived_at_utc,
            moved_from=old.id,
            from_organisation=old.organisation,
            reason=old.reason,
            home=old.kiosk_home if old.kiosk_home != organisation else "",
        )

    def _is_fresh(self, old: Ticket) -> bool:
        return old.ended_at_utc is not None and self._clock.utc_now() - old.ended_at_utc < MENDED

    # ---- following and mending

    async def follow(self, stored: StoredTicket) -> StoredTicket:
        """The ticket that a kiosk's caller has now, when the one it knows was moved, however
        often.
        """
        while stored.ticket.moved_to:
            try:
                stored = await self.arrive(stored.ticket)
            except TicketUnknown:
                break
        return stored

    async def mend(self) -> None:
        """Makes what a hub that died left undone; each hub may do it."""
        for ticket in self._changes.view.lately_moved():
            organisation, _service = split_service(ticket.moved_to, ticket.organisation)
            if self._is_done(ticket, organisation):
                continue
            try:
                await self.arrive(ticket)
            except SessionError as error:
                log.warning("a move cannot be completed yet: %s", error.code)

    def _is_done(self, old: Ticket, organisation: str) -> bool:
        if self._catalogue.network_of(organisation):
            return self.links is None or self.links.is_done(old)
        return (
            not self._is_fresh(old)
            or self._changes.view.get(organisation, moved_id(old)) is not None
        )
