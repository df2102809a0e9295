# SPDX-License-Identifier: GPL-3.0-only
"""Booking, moving and cancelling appointments. The rules behind the verbs of
`session.protocol.appointments.booking` but for the kiosk's check-in; used by the hub.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import msgspec

from session.core.appointment_model import (
    MOST_PAPERS,
    Appointment,
    AppointmentPerson,
    AppointmentState,
    NewAppointment,
)
from session.core.clock import Clock
from session.core.dossier_model import ActingUser, Dossier
from session.core.errors import (
    AppointmentTooLate,
    AppointmentUnknown,
    NotAllowed,
    PersonNeeded,
    RateLimited,
    ServiceUnknown,
)
from session.core.tasks import in_thread
from session.hub.access.handlers import Asker, handles
from session.hub.appointments.slips import Slips
from session.hub.appointments.slots import Free
from session.hub.appointments.timetable import Offer, Timetable
from session.hub.convention.caller_numbers import checked_number
from session.hub.convention.catalogue import Catalogue
from session.hub.convention.entries import ServiceEntry
from session.hub.dossier.appointment_store import AppointmentStore
from session.hub.dossier.store import DossierStoreLike
from session.hub.queue.sessions import Sessions
from session.protocol.appointments.booking import (
    INSTEAD,
    MOST_PLACES,
    BookableAnswer,
    BookablePlace,
    BookableRequest,
    BookableService,
    BookedAnswer,
    BookRequest,
    CancelAppointmentRequest,
    FreeSlot,
    FreeSlotsAnswer,
    FreeSlotsRequest,
    MoveAppointmentRequest,
)
from session.protocol.wire.ids import split_service
from session.protocol.wire.roles import Role

_DESKS = (Role.AGENT, Role.SUPERVISOR)

MOST_BOOKED = 30
BOOKED_WITHIN = timedelta(hours=1)
"""Appointments that one kiosk or host takes within this time: no machine empties a service."""


@dataclass(frozen=True)
class CallerPlace:
    """The place where the caller stands (home, site), ("", "") for nowhere; `number` is the
    caller's of the session, "" for none.
    """

    home: str = ""
    site: str = ""
    number: str = ""
    service: str = ""


class Booking:
    """Answers agents, supervisors, hosts and kiosks that book for a person."""

    def __init__(
        self,
        timetable: Timetable,
        slips: Slips,
        *,
        store: AppointmentStore,
        catalogue: Catalogue,
        dossiers: DossierStoreLike,
        sessions: Sessions,
        clock: Clock,
    ) -> None:
        self._timetable = timetable
        self._slips = slips
        self._store = store
        self._catalogue = catalogue
        self._dossiers = dossiers
        self._sessions = sessions
        self._clock = clock
        self._booked: dict[str, deque[datetime]] = {}

    # ---- what there is

    @handles(BookableRequest)
    async def bookable(self, asker: Asker, request: BookableRequest) -> BookableAnswer:
        """See `BookableRequest`."""
        caller = await self._caller(asker, request.session_id, request.site)
        offered = self._offered(asker, caller)
        services = [
            BookableService(
                service=f"{organisation}/{service.id}",
                name=service.name,
                organisation_name=self._catalogue.organisation(organisation).name,
                length_min=service.appointments.length_min,
            )
            for organisation, service in offered
            if service.appointments is not None
        ]
        if not request.service:
            return BookableAnswer(services=services)
        wanted = split_service(request.service, asker.organisation)
        places = [
            place
            for organisation, service in offered
            if (organisation, service.id) == wanted
            for place in self._places(
                organisation, service, asker=asker, caller=caller, words=request.words
            )
        ]
        return BookableAnswer(
            services=services, places=tuple(places[:MOST_PLACES]), hits=len(places)
        )

    def _offered(self, asker: Asker, caller: CallerPlace) -> list[tuple[str, ServiceEntry]]:
        """(organisation, service) for which this asker may book."""
        if asker.role in _DESKS:
            own = asker.organisation
            pairs = [(own, service) for service in self._timetable.services(own)]
            if caller.service:
                for organisation, name in self._catalogue.transfer_targets(own, caller.service):
                    if organisation != own and not self._catalogue.network_of(organisation):
                        pairs += self._giving(organisation, name)
            return pairs
        refs = self._site_services(caller)
        return [
            pair
            for ref in refs
            for pair in self._giving(*split_service(ref, caller.home))
            if (caller.home, caller.site) in self._timetable.places(*pair)
        ]

    def _giving(self, organisation: str, name: str) -> list[tuple[str, ServiceEntry]]:
        if not self._catalogue.has_organisation(organisation):
            return []
        services = self._timetable.services(organisation)
        return [(organisation, service) for service in services if service.id == name]

    def _site_services(self, caller: CallerPlace) -> list[str]:
        sites = self._catalogue.organisation(caller.home).sites
        return next((list(site.services) for site in sites if site.id == caller.site), [])

    def _places(
        self,
        organisation: str,
        service: ServiceEntry,
        *,
        asker: Asker,
        caller: CallerPlace,
        words: str,
    ) -> list[BookablePlace]:
        here = (caller.home, caller.site)
        places = self._timetable.places(organisation, service)
        if asker.role not in _DESKS:
            places = [place for place in places if place == here]
        wanted = words.casefold().split()
        named = [(place, self._catalogue.site_name(*place)) for place in places]
        hits = [
            (place, name)
            for place, name in named
            if all(word in name.casefold() for word in wanted)
        ]
        hits.sort(key=lambda hit: (hit[0] != here, hit[1].casefold()))
        return [BookablePlace(site="/".join(place), name=name) for place, name in hits]

    @handles(FreeSlotsRequest)
    async def free_slots(self, asker: Asker, request: FreeSlotsRequest) -> FreeSlotsAnswer:
        """See `FreeSlotsRequest`.

        Raises:
            ServiceUnknown: it gives no appointments there, or not to this asker.
            NotAllowed: the agent does not answer the service.
        """
        caller = await self._caller(asker, request.session_id, request.site)
        offer = self._offer(asker, caller, request.service)
        today = self._timetable.today(offer)
        first = max(_day(request.from_day) or today, today)
        slots = await self._timetable.free(offer, first, request.days, agent=request.agent)
        following = slots
        if not slots:
            begin = datetime.combine(first, datetime.min.time(), offer.grid.hours.zone)
            following = await self._timetable.following(offer, begin, 1, agent=request.agent)
        return FreeSlotsAnswer(
            slots=[FreeSlot(starts_at=free.start, left=free.left) for free in slots],
            length_min=offer.entry.length_min,
            site_name=self._catalogue.site_name(*offer.cell[2:]),
            service_name=offer.service.name,
            today=today.isoformat(),
            last_day=self._timetable.last_day(offer).isoformat(),
            first_free=next((free.start for free in following), None),
        )

    def _offer(self, asker: Asker, caller: CallerPlace, ref: str) -> Offer:
        organisation, name = split_service(ref, asker.organisation)
        allowed = [(owner, service.id) for owner, service in self._offered(asker, caller)]
        if (organisation, name) not in allowed:
            raise ServiceUnknown(service=name)
        return self._timetable.offer(organisation, name, caller.home, caller.site)

    async def _caller(self, asker: Asker, session_id: str, site: str) -> CallerPlace:
        """The place that is meant: of the kiosk, of the host's site, of the session's kiosk, or the
        one that is named.

        Raises:
            NotAllowed: the host does not look after the site. TicketUnknown: not this agent's own
                session.
        """
        if asker.role is Role.KIOSK:
            kiosk_site = self._catalogue.site_of(asker.organisation, asker.user)
            return CallerPlace(asker.organisation, kiosk_site.id)
        home, _slash, name = site.partition("/")
        if asker.role is Role.FACILITATOR:
            own_sites = self._slips.host_sites(asker)
            if not site and own_sites:
                home, name = own_sites[0]
            if (home, name) not in own_sites:
                raise NotAllowed(why="site")
            return CallerPlace(home, name)
        if not session_id or asker.role is not Role.AGENT:
            return CallerPlace(home, name)
        ticket, record = await self._sessions.owned(asker.organisation, asker.user, session_id)
        if not site:
            home = ticket.kiosk_home
            name = self._catalogue.site_of(home, ticket.kiosk).id
        return CallerPlace(home, name, record.number, ticket.service)

    # ---- booking

    @handles(BookRequest)
    async def book(self, asker: Asker, request: BookRequest) -> BookedAnswer:
        """Take a time; the same request is the same appointment.

        Raises:
            PersonNeeded, CallerNumberInvalid, ServiceUnknown, AppointmentTimeGone,
            NotAllowed: the caller has not agreed, or the dossier is not the session's.
            RateLimited: a kiosk or a host has taken too many. StoreUnreachable.
        """
        self._check_rate(asker)
        caller = await self._caller(asker, request.session_id, request.site)
        offer = self._offer(asker, caller, request.service)
        organisation = offer.cell[0]
        is_own = asker.role not in _DESKS or organisation == asker.organisation
        if not is_own and not request.agreed:
            raise NotAllowed(why="agreement")
        dossier = await self._dossier(asker, request) if is_own else None
        person = self._person(offer, request.person, caller, dossier)
        agent = request.agent if is_own else ""
        room = await self._timetable.room_at(offer, request.starts_at, agent=agent)
        missing = [piece.name for piece in dossier.missing] if dossier is not None else []
        bring = dict.fromkeys([*offer.entry.bring, *missing, *request.bring])
        appointment = await in_thread(self._store.book)(
            NewAppointment(
                organisation=organisation,
                request_id=f"{asker.organisation}/{asker.writer}/{request.request_id}",
                time=offer.time(request.starts_at),
                person=person,
                dossier=dossier.number if dossier is not None else "",
                agent=agent,
                bring=tuple(bring)[:MOST_PAPERS],
                keep_days=offer.entry.keep_days,
                remind_h=offer.entry.remind_h,
            ),
            room=room,
            by=self._acting(asker),
        )
        return await self._answer(asker, offer, appointment, request.starts_at, agent)

    def _check_rate(self, asker: Asker) -> None:
        if asker.role in _DESKS:
            return
        now = self._clock.utc_now()
        times = self._booked.setdefault(f"{asker.organisation}/{asker.writer}", deque())
        while times and now - times[0] > BOOKED_WITHIN:
            times.popleft()
        if len(times) >= MOST_BOOKED:
            raise RateLimited(limit=MOST_BOOKED)
        times.append(now)

    async def _dossier(self, asker: Asker, request: BookRequest) -> Dossier | None:
        if not request.dossier:
            return None
        await self.check_dossier(asker, request.session_id, request.dossier)
        return await self._dossiers.open(asker.organisation, request.dossier)

    async def check_dossier(self, asker: Asker, session_id: str, number: str) -> None:
        """Refuse a dossier that this agent has not opened in the session. Raises `NotAllowed`."""
        is_open = asker.role is Role.AGENT and await self._dossiers.identities.was_opened(
            asker.organisation, number, session_id=session_id, user=asker.user
        )
        if not is_open:
            raise NotAllowed(why="dossier")

    def _person(
        self, offer: Offer, said: AppointmentPerson, caller: CallerPlace, dossier: Dossier | None
    ) -> AppointmentPerson:
        """The person as it is said, else as the dossier, else the session knows it."""
        person = said
        if not said.is_known and dossier is not None:
            person = msgspec.structs.replace(
                said,
                family_name=dossier.family_name or dossier.caller_name[:100],
                given_names=dossier.given_names,
                born_on=dossier.born_on,
                caller_number=dossier.caller_number,
            )
        elif not said.is_known and caller.number:
            person = msgspec.structs.replace(said, caller_number=caller.number)
        if not person.is_known:
            raise PersonNeeded
        number = checked_number(offer.service.number_kind, person.caller_number)
        return msgspec.structs.replace(person, caller_number=number)

    def _acting(self, asker: Asker) -> ActingUser:
        if asker.role is Role.KIOSK:
            name = self._catalogue.site_of(asker.organisation, asker.user).name
        else:
            name = self._catalogue.person_name(asker.organisation, asker.user)
        return ActingUser(user=f"{asker.organisation}/{asker.writer}", name=name)

    async def _answer(
        self,
        asker: Asker,
        offer: Offer,
        appointment: Appointment | None,
        wanted: datetime,
        agent: str,
    ) -> BookedAnswer:
        if appointment is not None:
            return BookedAnswer(slip=self._slips.slip(appointment, self._slips.here(asker)))
        following: list[Free] = await self._timetable.following(offer, wanted, INSTEAD, agent=agent)
        return BookedAnswer(
            slip=None,
            instead=tuple(FreeSlot(starts_at=free.start, left=free.left) for free in following),
        )

    # ---- changing

    @handles(MoveAppointmentRequest)
    async def move(self, asker: Asker, request: MoveAppointmentRequest) -> BookedAnswer:
        """Give it another time.

        Raises:
            AppointmentUnknown, AppointmentOver, AppointmentTooLate, AppointmentTimeGone,
            ServiceUnknown: the service gives none at that site. StoreUnreachable.
        """
        appointment = await self._own(asker, request.appointment_id, request.code)
        time = appointment.time
        home, _slash, site = request.site.partition("/")
        offer = self._timetable.offer(
            appointment.organisation, time.service, home or time.home, site or time.site
        )
        room = await self._timetable.room_at(offer, request.starts_at, agent=appointment.agent)
        moved = await in_thread(self._store.move)(
            appointment,
            offer.time(request.starts_at),
            room=room,
            by=self._acting(asker),
            reason=request.reason,
            remind_h=offer.entry.remind_h,
        )
        return await self._answer(asker, offer, moved, request.starts_at, appointment.agent)

    @handles(CancelAppointmentRequest)
    async def cancel(self, asker: Asker, request: CancelAppointmentRequest) -> BookedAnswer:
        """Cancel it; done once.

        Raises:
            AppointmentUnknown, AppointmentOver, AppointmentTooLate, StoreUnreachable.
        """
        appointment = await self._own(asker, request.appointment_id, request.code)
        if appointment.state is not AppointmentState.CANCELLED:
            appointment = await in_thread(self._store.cancel)(
                appointment, by=self._acting(asker), reason=request.reason
            )
        return BookedAnswer(slip=self._slips.slip(appointment, self._slips.here(asker)))

    async def _own(self, asker: Asker, appointment_id: str, code: str) -> Appointment:
        """The appointment, if the asker may change it: a desk's own organisation's, or one whose
        letters kiosk or host say, in time.
        """
        if asker.role in _DESKS:
            return await in_thread(self._store.get)(asker.organisation, appointment_id)
        appointment = await in_thread(self._store.by_code)(code) if code else None
        if appointment is None or appointment.id != appointment_id:
            raise AppointmentUnknown
        entry = self._slips.entry(appointment)
        until = appointment.time.starts_at - timedelta(minutes=entry.cancel_min)
        is_caller = asker.role is Role.KIOSK
        is_open = appointment.state is AppointmentState.BOOKED
        if is_caller and is_open and self._clock.utc_now() > until:
            raise AppointmentTooLate(minutes=entry.cancel_min)
        return appointment


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
