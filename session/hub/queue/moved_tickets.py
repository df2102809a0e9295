# SPDX-License-Identifier: GPL-3.0-only
"""The second half of a move to another organisation: the new ticket that takes the old one's place.
Used by the rules that find a kiosk's ticket, and by the moves.

The old ticket ends with `moved_to`; the new one is made from what the old one says, under an id
that follows from it. A hub that dies in between loses nobody: the same request, the kiosk's next
question or any hub's timer makes the new ticket, once, because its id is the same for all.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Protocol

from session.core.errors import SessionError, TicketUnknown
from session.hub.queue.core import QueueCore
from session.hub.queue.notifications import notify_kiosk
from session.hub.queue.place_notifications import PlaceNotifications, wait_fields
from session.hub.storage.interfaces import StoredTicket
from session.protocol.hub.partner_links import Arrival
from session.protocol.hub.requests import TicketChanged
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.wire.ids import split_service, ticket_id

log = logging.getLogger(__name__)

MENDED = timedelta(minutes=10)
"""How long after a move a missing new ticket is made:
well within the time for which an ended one can be read.
"""


def moved_id(ticket: Ticket) -> str:
    """The id of the ticket that takes the place of a moved one."""
    organisation, service = split_service(ticket.moved_to, ticket.organisation)
    return ticket_id(organisation, f"{ticket.organisation}/{ticket.id}", service)


def is_fresh(old: Ticket, now_utc: datetime) -> bool:
    """True while the ticket that takes the place of `old` may still be made."""
    return old.ended_at_utc is not None and now_utc - old.ended_at_utc < MENDED


class Partners(Protocol):
    """Callers whom we sent to partners' networks; see `session.hub.network.outgoing_callers`."""

    async def check(self, ticket: Ticket, organisation: str, service: str) -> None:
        """Raises what the other network says."""
        ...

    async def arrive(self, old: Ticket) -> Ticket:
        """The ticket over there; what we know of its caller is forgotten here."""
        ...

    def is_done(self, old: Ticket) -> bool:
        """True when the caller has arrived there."""
        ...


class MovedTickets:
    """Makes and follows the tickets that took another one's place."""

    def __init__(self, core: QueueCore, places: PlaceNotifications, *, partners: Partners) -> None:
        self._changes = core.changes
        self._callers = core.callers
        self._catalogue = core.catalogue
        self._notifications = core.notifications
        self._clock = core.clock
        self._places = places
        self._partners = partners

    async def at_kiosk(self, home: str, kiosk: str, ticket_id: str) -> StoredTicket:
        """A kiosk's own ticket, whichever organisation serves it now, under the first id it had or
        the last.

        Raises `TicketUnknown` also for another kiosk's.
        """
        return await self.follow(await self._changes.at_kiosk(home, kiosk, ticket_id))

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

    async def complete(self) -> None:
        """Makes the tickets that a hub which died did not make any more; each hub may do it."""
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
            return self._partners.is_done(old)
        return (
            not is_fresh(old, self._clock.utc_now())
            or self._changes.view.get(organisation, moved_id(old)) is not None
        )

    async def arrive(self, old: Ticket) -> StoredTicket:
        """Makes the ticket that takes the place of `old`, unless it is there; tells the kiosk.

        Raises `StoreUnreachable`, and `TicketUnknown` when the move is too long ago.
        """
        organisation, service = split_service(old.moved_to, old.organisation)
        if self._catalogue.network_of(organisation):
            return StoredTicket(await self._partners.arrive(old), 0)
        existing = await self._changes.store.get(organisation, moved_id(old))
        if existing is not None:
            return existing
        if not is_fresh(old, self._clock.utc_now()):
            raise TicketUnknown
        stored = await self._changes.add(self._arriving(old, organisation, service))
        # after a conversation its agent still needs the record, until the wrap-up ends
        if old.state is TicketState.CLOSED:
            await self._callers.forget(old.organisation, old.id)
        await self._notify_place(stored.ticket)
        return stored

    async def add_arrival(self, request: Arrival, identity: str, home: str) -> Ticket:
        """The ticket of a caller from a partner's network; the kiosk is notified over the link."""
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
            needs=request.needs,
            skills=self._catalogue.skills_for(request.organisation, request.service, request.needs),
            home=home,
        )
        stored = await self._changes.add(ticket)
        await self._notify_place(stored.ticket)
        return stored.ticket

    async def _notify_place(self, ticket: Ticket) -> None:
        position, wait = self._places.place(ticket)
        least_s, most_s = wait_fields(wait)
        notifications = TicketChanged(
            ticket=ticket, position=position, wait_s=least_s, wait_most_s=most_s
        )
        await notify_kiosk(self._notifications, ticket, notifications)

    def _arriving(self, old: Ticket, organisation: str, service: str) -> Ticket:
        """Only what is needed to go on waiting: no caller number, agent or priority of the
        organisation before.
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
            needs=old.needs,
            skills=self._catalogue.skills_for(organisation, service, old.needs),
            home=old.kiosk_home if old.kiosk_home != organisation else "",
        )
