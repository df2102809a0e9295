# SPDX-License-Identifier: GPL-3.0-only
"""A caller's side of the queue: call, ask, leave. The rules behind the kiosk's requests; used by
`session.hub.composition`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC

import msgspec

from session.bus.request_context import answered_request
from session.core.appointment_model import Appointment
from session.core.errors import (
    NotAllowed,
    QueueClosed,
    ServiceClosed,
    ServiceUnknown,
    StoreFull,
    StoreUnreachable,
    TicketTaken,
)
from session.hub.access.handlers import Asker, handles
from session.hub.convention.caller_numbers import checked_number
from session.hub.convention.entries import ServiceEntry
from session.hub.convention.open_now import OpenNow
from session.hub.queue.core import QueueCore
from session.hub.queue.moved_tickets import MovedTickets
from session.hub.queue.notifications import notify_kiosk
from session.hub.queue.place_notifications import PlaceNotifications, wait_fields
from session.hub.queue.sessions import Sessions
from session.hub.queue.ticket_changes import ENDED
from session.hub.queue.view import WAITING
from session.hub.storage.interfaces import CallerRecord, StoredTicket
from session.hub.storage.store_space import is_store_full
from session.protocol.hub.requests import (
    Done,
    LeaveRequest,
    NeedsRequest,
    StatusRequest,
    TicketAnswer,
    TicketChanged,
    TicketRequested,
)
from session.protocol.hub.tickets import Needs, Ticket, TicketState
from session.protocol.wire.ids import ticket_id
from session.protocol.wire.roles import Role

log = logging.getLogger(__name__)

NEW_CALL = "new_call"
"""Why a ticket ends whose kiosk has called again."""


async def _nobody(_organisation: str, _home: str, _kiosk: str, _number: str) -> str | None:
    """No caller is known from before."""
    return None


def _enough() -> None:
    """There is room."""


class Calls:
    """Tickets from the button to the agent's accept.

    Args:
        openings: when services are open, by the convention.
        preferred: (organisation, account of the kiosk, kiosk, number) -> the agent who served this
            caller lately.
        check_space: raises `StoreFull` when no new call may be taken.

    Attributes:
        check_space: the same, for others who take callers in.
    """

    def __init__(
        self,
        core: QueueCore,
        *,
        sessions: Sessions,
        places: PlaceNotifications,
        moved: MovedTickets,
        openings: OpenNow,
        preferred: Callable[[str, str, str, str], Awaitable[str | None]] = _nobody,
        check_space: Callable[[], None] = _enough,
    ) -> None:
        self._changes = core.changes
        self._callers = core.callers
        self._catalogue = core.catalogue
        self._closures = core.closures
        self._notifications = core.notifications
        self._clock = core.clock
        self._sessions = sessions
        self._places = places
        self._moved = moved
        self._openings = openings
        self._preferred = preferred
        self.check_space = check_space

    @handles(TicketRequested)
    async def call(self, asker: Asker, request: TicketRequested) -> TicketAnswer:
        """A caller pressed a button; the same request is the same ticket, whatever happened to the
        first answer.

        Raises:
            ServiceUnknown, QueueClosed, ServiceClosed, CallerNumberInvalid, NotAllowed, StoreFull,
                StoreUnreachable.
        """
        try:
            return await self._call(asker, request)
        except StoreUnreachable as error:
            if is_store_full(error):  # asking again would not help
                raise StoreFull from error
            raise

    def _record(
        self, organisation: str, service: ServiceEntry, request: TicketRequested
    ) -> CallerRecord:
        """Return the caller's number: sealed where the organisation has a key of its own."""
        if self._catalogue.card(organisation) is not None:
            return CallerRecord(number="", sealed=request.sealed_number)
        return CallerRecord(number=checked_number(service.number_kind, request.caller_number))

    async def _call(self, asker: Asker, request: TicketRequested) -> TicketAnswer:
        home, kiosk = asker.organisation, asker.user
        try:
            organisation, service = self._catalogue.serving(home, kiosk, request.service)
        except NotAllowed as error:  # the kiosk has left the convention
            raise ServiceUnknown(service=request.service) from error
        record = self._record(organisation, service, request)
        has_number = bool(record.number or record.sealed)
        if home != organisation:
            visitor = home
        else:
            visitor = ""
        identity = ticket_id(
            organisation, f"{visitor}/{kiosk}" if visitor else kiosk, request.request_id
        )
        existing = await self._find(organisation, identity, has_number)
        try:
            if existing is None:
                self.check_space()
                self.check_open(organisation, service.id, home, kiosk)
        except (StoreFull, QueueClosed, ServiceClosed):
            # the request was answered by another hub before the queue was closed
            existing = await self._changes.store.get(organisation, identity)
            if existing is None:
                raise
        if existing is not None:
            return await self._answer_again(existing)
        known_by = self._preferred(organisation, home, kiosk, record.number)
        if has_number:  # before the ticket, so that an acknowledged ticket always has its number
            _, preferred = await asyncio.gather(
                self._callers.put(organisation, identity, record), known_by
            )
        else:
            preferred = await known_by
        ticket = Ticket(
            id=identity,
            organisation=organisation,
            service=service.id,
            kiosk=kiosk,
            site=self._catalogue.site_of(home, kiosk).name,
            number=self._changes.view.next_number(organisation, service.letter),
            state=TicketState.WAITING,
            arrived_at_utc=self._changes.view.arrival(organisation, self._clock.utc_now()),
            caller_number_given=has_number,
            needs=request.needs,
            skills=self._catalogue.skills_for(organisation, service.id, request.needs),
            preferred=preferred,
            changed_by=f"{Role.KIOSK}.{kiosk}",
            home=visitor,
        )
        stored, is_new = await self._changes.add_new(ticket)
        if not is_new:
            return await self._answer_again(stored)
        log.info("ticket %s waits, trace %s", identity, answered_request().trace)
        await self.abandon_older(stored.ticket)
        return await self.answer(stored)

    @staticmethod
    def appointment_ticket(appointment: Appointment, kiosk: str, request_id: str) -> str:
        """The id of the ticket that an appointment becomes by this request."""
        kiosk_path = f"{appointment.id}/{kiosk}"
        return ticket_id(appointment.organisation, kiosk_path, request_id)

    async def take_appointment(
        self,
        asker: Asker,
        appointment: Appointment,
        identity: str,
        *,
        needs: Needs,
        is_late: bool,
    ) -> TicketAnswer:
        """A ticket for a caller who has come to an appointment; the hours of its service do not
        count, since it was promised. Who comes late waits as everybody does.

        Raises:
            QueueClosed: an operator has closed the site. StoreFull, StoreUnreachable.
        """
        home, kiosk = asker.organisation, asker.user
        organisation, time = appointment.organisation, appointment.time
        existing = await self._changes.store.get(organisation, identity)
        if existing is not None:
            return await self._answer_again(existing)
        self.check_space()
        if self._closures.is_site_closed(home, time.site):
            raise QueueClosed(service=time.service)
        service = self._catalogue.service(organisation, time.service)
        number = appointment.person.caller_number
        record = CallerRecord(number=number, dossier=appointment.dossier)
        await self._callers.put(organisation, identity, record)
        ticket = Ticket(
            id=identity,
            organisation=organisation,
            service=service.id,
            kiosk=kiosk,
            site=self._catalogue.site_of(home, kiosk).name,
            number=self._changes.view.next_number(organisation, service.letter),
            state=TicketState.WAITING,
            arrived_at_utc=self._changes.view.arrival(organisation, self._clock.utc_now()),
            caller_number_given=bool(number),
            needs=needs,
            skills=self._catalogue.skills_for(organisation, service.id, needs),
            preferred=appointment.agent or None,
            changed_by=f"{Role.KIOSK}.{kiosk}",
            reason="appointment",
            home=home if home != organisation else "",
            appointment=appointment.id,
            due_at_utc=None if is_late else time.starts_at.astimezone(UTC),
        )
        stored, is_new = await self._changes.add_new(ticket)
        if is_new:
            await self.abandon_older(stored.ticket)
        return await self.answer(stored)

    async def _find(
        self, organisation: str, identity: str, has_number: bool
    ) -> StoredTicket | None:
        """The ticket of a request that came before. Without a caller number nothing is read:
        the store refuses to create the same ticket twice.
        """
        if not has_number and self._changes.view.get(organisation, identity) is None:
            return None
        return await self._changes.store.get(organisation, identity)

    async def _answer_again(self, stored: StoredTicket) -> TicketAnswer:
        """The same request came before. Its hub may have died before it ended the kiosk's earlier
        tickets, so this is done here.
        """
        newest = stored.ticket
        if newest.state in WAITING:
            at_kiosk = self._changes.view.at_kiosk(newest.kiosk_home, newest.kiosk)
            if not any(other.arrived_at_utc > newest.arrived_at_utc for other in at_kiosk):
                await self.abandon_older(newest)
        return await self.answer(stored)

    def check_open(self, organisation: str, service: str, home: str, kiosk: str) -> None:
        """Raises `QueueClosed` (somebody's decision), `ServiceClosed` (the convention's hours at
        this kiosk).
        """
        if self._closures.is_queue_closed(organisation, service):
            raise QueueClosed(service=service)
        site = self._catalogue.site_of(home, kiosk)
        if self._closures.is_site_closed(home, site.id):
            raise QueueClosed(service=service)
        opening = self._openings.of(organisation, service, home, site.id)
        if not opening.is_open:
            raise ServiceClosed(
                service=service, opens_at=opening.opens_at.isoformat() if opening.opens_at else ""
            )

    async def abandon_older(self, newest: Ticket) -> None:
        """Ends the kiosk's older waiting tickets: one caller stands in front of a kiosk. Tickets of
        callers who wait elsewhere stay.
        """
        for older in self._changes.view.at_kiosk(newest.kiosk_home, newest.kiosk):
            if older.state in WAITING and older.id != newest.id and not older.away:
                await self._abandon(older, NEW_CALL)

    @handles(StatusRequest)
    async def status(self, asker: Asker, request: StatusRequest) -> TicketAnswer:
        """Return where the kiosk's ticket is.
        Raises `TicketUnknown` also for another kiosk's ticket.
        """
        return await self.answer(
            await self._moved.at_kiosk(asker.organisation, asker.user, request.ticket_id)
        )

    @handles(NeedsRequest)
    async def needs(self, asker: Asker, request: NeedsRequest) -> TicketAnswer:
        """A caller who waits needs something else of the agent; nothing changes for one who is
        with an agent already.

        Raises:
            TicketUnknown: not this kiosk's ticket.
        """

        def decide(ticket: Ticket) -> Ticket | None:
            if ticket.state not in WAITING or ticket.needs == request.needs:
                return None
            skills = self._catalogue.skills_for(ticket.organisation, ticket.service, request.needs)
            return msgspec.structs.replace(
                ticket,
                needs=request.needs,
                skills=skills,
                changed_by=f"{Role.KIOSK}.{asker.user}",
            )

        current = await self._moved.at_kiosk(asker.organisation, asker.user, request.ticket_id)
        stored, _changed = await self._changes.change(
            current.ticket.organisation, current.ticket.id, decide
        )
        return await self.answer(stored)

    @handles(LeaveRequest)
    async def leave(self, asker: Asker, request: LeaveRequest) -> Done:
        """The caller leaves the queue.

        Raises:
            TicketUnknown: not this kiosk's ticket.
            TicketTaken: an agent has accepted meanwhile; hang up instead.
        """

        def decide(ticket: Ticket) -> Ticket | None:
            if ticket.state in ENDED:
                return None
            if ticket.state not in WAITING:
                raise TicketTaken
            return self._abandoned(ticket, "left", f"{Role.KIOSK}.{asker.user}")

        stored = await self._moved.at_kiosk(asker.organisation, asker.user, request.ticket_id)
        serving, identity = stored.ticket.organisation, stored.ticket.id
        await self._changes.change(serving, identity, decide)
        await self._callers.forget(serving, identity)
        return Done()

    async def abandon(self, ticket: Ticket, reason: str = "kiosk_lost") -> None:
        """Ends a waiting ticket whose kiosk gives no sign of life, or whose caller does not
        come.
        """
        await self._abandon(ticket, reason)

    async def _abandon(self, ticket: Ticket, reason: str) -> None:
        def decide(now: Ticket) -> Ticket | None:
            if now.state in WAITING:
                return self._abandoned(now, reason, "hub")
            return None

        stored, changed = await self._changes.change(ticket.organisation, ticket.id, decide)
        if changed:
            if self._may_have_record(ticket):
                await self._callers.forget(ticket.organisation, ticket.id)
            # the answer to the new call tells the kiosk
            if reason != NEW_CALL:
                await notify_kiosk(
                    self._notifications, ticket, TicketChanged(ticket=stored.ticket, position=0)
                )

    @staticmethod
    def _may_have_record(ticket: Ticket) -> bool:
        """False when nothing can be kept of its caller: it came without a number and was never
        changed.

        A telephone number is stored only after the ticket has changed
        (`WaitingElsewhere.step_away`).
        """
        as_made = (f"{Role.KIOSK}.{ticket.kiosk}", "", "")
        return (
            ticket.caller_number_given or (ticket.changed_by, ticket.reason, ticket.away) != as_made
        )

    def _abandoned(self, ticket: Ticket, reason: str, by: str) -> Ticket:
        return msgspec.structs.replace(
            ticket,
            state=TicketState.ABANDONED,
            ended_at_utc=self._clock.utc_now(),
            changed_by=by,
            reason=reason,
        )

    async def answer(self, stored: StoredTicket) -> TicketAnswer:
        """The ticket with its place, and its session when there is one."""
        ticket = stored.ticket
        position, wait = self._places.place(ticket)
        if ticket.state is TicketState.IN_SESSION:
            session = self._sessions.kiosk_facts(ticket)
        else:
            session = None
        least_s, most_s = wait_fields(wait)
        return TicketAnswer(
            ticket=ticket,
            revision=stored.revision,
            position=position,
            wait_s=least_s,
            wait_most_s=most_s,
            session=session,
        )
