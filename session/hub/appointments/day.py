# SPDX-License-Identifier: GPL-3.0-only
"""The appointments of a day for agents, supervisors and hosts, absences, days that supervisors
change, and the figures of days that are over. The rules behind the verbs of
`session.protocol.appointments.day`; used by the hub.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from session.core.appointment_model import (
    HOLDING,
    Absence,
    Appointment,
    AppointmentState,
    DayChange,
    SlotCounts,
)
from session.core.clock import Clock
from session.core.dossier_model import ActingUser
from session.core.errors import MessageMalformed, NotAllowed
from session.core.tasks import in_thread
from session.hub.access.handlers import Asker, handles
from session.hub.appointments.slips import Slips
from session.hub.appointments.timetable import Timetable, day_span
from session.hub.convention.catalogue import Catalogue
from session.hub.convention.entries import ServiceEntry
from session.hub.dossier.appointment_store import AppointmentStore
from session.hub.dossier.store import DossierStoreLike
from session.hub.queue.sessions import Sessions
from session.protocol.appointments.day import (
    MOST_NOT_TOLD,
    AbsenceRequest,
    AppointmentsAnswer,
    CallerAppointmentsRequest,
    DayAppointment,
    DayChangeRequest,
    DayRequest,
    DayTime,
    ExpectedAnswer,
    ExpectedCaller,
    ExpectedRequest,
    SlotCountsAnswer,
    SlotCountsRequest,
    StepsAnswer,
    StepsRequest,
    ToldRequest,
)
from session.protocol.hub.requests import Done
from session.protocol.wire.roles import Role

LONGEST_ABSENCE = timedelta(days=400)
MOST_ABSENCES = 100

COUNTED_DAYS = 3
"""So many days back figures are written down where a hub was off."""

TICK = timedelta(minutes=10)


class AppointmentDay:
    """Answers those who work by appointments."""

    def __init__(
        self,
        store: AppointmentStore,
        slips: Slips,
        *,
        timetable: Timetable,
        catalogue: Catalogue,
        dossiers: DossierStoreLike,
        sessions: Sessions,
        clock: Clock,
    ) -> None:
        self._store = store
        self._slips = slips
        self._timetable = timetable
        self._catalogue = catalogue
        self._dossiers = dossiers
        self._sessions = sessions
        self._clock = clock
        self._next_tick_utc = clock.utc_now() + TICK

    @handles(DayRequest)
    async def day(self, asker: Asker, request: DayRequest) -> AppointmentsAnswer:
        """See `DayRequest`."""
        organisation = asker.organisation
        zone = self._zone(organisation)
        day = _day(request.day) or self._clock.utc_now().astimezone(zone).date()
        services = [
            service for service in self._served(asker) if request.service in ("", service.id)
        ]
        first, last = day_span(day, zone.key)
        found = await in_thread(self._store.of_days)(
            organisation, first, last, [service.id for service in services]
        )
        absences = await in_thread(self._store.absences)(organisation, first, last)
        changes = await in_thread(self._store.day_changes)(
            organisation, day.isoformat(), day.isoformat()
        )
        names = {service.id for service in services}
        not_told = await self._not_told(asker, names) if not request.day else []
        own = asker.role is Role.SUPERVISOR
        return AppointmentsAnswer(
            appointments=self._shown(found),
            lines=tuple(await self._lines(organisation, services, day, found)),
            absences=tuple(absence for absence in absences if own or absence.agent == asker.user)[
                :MOST_ABSENCES
            ],
            changes=tuple(change for change in changes if change.service in names),
            not_told=tuple(self._shown(not_told)[:MOST_NOT_TOLD]),
            day=day.isoformat(),
        )

    async def _not_told(self, asker: Asker, services: set[str]) -> list[Appointment]:
        """For an agent those that it expects, or made and nobody has missed."""
        found = await in_thread(self._store.not_told)(asker.organisation)
        maker = f"{asker.organisation}/{asker.writer}"
        return [
            appointment
            for appointment in found
            if asker.role is Role.SUPERVISOR
            or (appointment.made_by == maker and appointment.state is not AppointmentState.MISSED)
            or (appointment.agent in ("", asker.user) and appointment.time.service in services)
        ]

    def _served(self, asker: Asker) -> list[ServiceEntry]:
        services = self._timetable.services(asker.organisation)
        if asker.role is Role.SUPERVISOR:
            return services
        people = self._catalogue.agents(asker.organisation)
        own = next((person.services for person in people if person.id == asker.user), [])
        return [service for service in services if not own or service.id in own]

    def _zone(self, organisation: str) -> ZoneInfo:
        return ZoneInfo(self._catalogue.organisation(organisation).time_zone)

    def _shown(self, appointments: Iterable[Appointment]) -> list[DayAppointment]:
        shown = [self._with_words(self._slips.local(appointment)) for appointment in appointments]
        shown.sort(key=lambda row: row.appointment.state is AppointmentState.CANCELLED)
        return shown

    def _with_words(self, appointment: Appointment) -> DayAppointment:
        organisation, time = appointment.organisation, appointment.time
        if appointment.agent:
            agent_name = self._catalogue.person_name(organisation, appointment.agent)
        else:
            agent_name = ""
        return DayAppointment(
            appointment=appointment,
            service_name=self._slips.service_name(organisation, time.service),
            site_name=self._catalogue.site_name(time.home, time.site),
            agent_name=agent_name,
        )

    async def _lines(
        self,
        organisation: str,
        services: list[ServiceEntry],
        day: date,
        appointments: list[Appointment],
    ) -> list[DayTime]:
        """Each time of each service, once: its room is the same at all sites."""
        lines = []
        for service in services:
            starts = Counter(
                appointment.time.starts_at
                for appointment in appointments
                if appointment.time.service == service.id and appointment.state in HOLDING
            )
            rooms = await self._rooms(organisation, service, day)
            for start in sorted({*rooms, *starts}):
                lines.append(
                    DayTime(
                        service=service.id,
                        starts_at=start.astimezone(self._zone(organisation)),
                        room=rooms.get(start, 0),
                        taken=starts[start],
                    )
                )
        return lines

    async def _rooms(
        self, organisation: str, service: ServiceEntry, day: date
    ) -> dict[datetime, int]:
        """Each time of a service on a day at any of its sites, and its room."""
        rooms: dict[datetime, int] = {}
        seen = set()
        for home, site in self._timetable.places(organisation, service):
            offer = self._timetable.offer(organisation, service.id, home, site)
            hours = offer.grid.hours
            if hours in seen:  # a thousand sites with the same hours are one
                continue
            seen.add(hours)
            rooms |= dict(await self._timetable.day_room(offer, day))
        return rooms

    @handles(CallerAppointmentsRequest)
    async def of_caller(
        self, asker: Asker, request: CallerAppointmentsRequest
    ) -> AppointmentsAnswer:
        """See `CallerAppointmentsRequest`.

        Raises:
            TicketUnknown: not this agent's own session. NotAllowed: not its dossier.
        """
        organisation = asker.organisation
        _ticket, record = await self._sessions.owned(organisation, asker.user, request.session_id)
        dossier = request.dossier
        if dossier and not await self._dossiers.identities.was_opened(
            organisation, dossier, session_id=request.session_id, user=asker.user
        ):
            raise NotAllowed(why="dossier")
        found = await in_thread(self._store.of_caller)(
            organisation, dossier=dossier or record.dossier, caller_number=record.number
        )
        today = self._clock.utc_now().astimezone(self._zone(organisation)).date()
        return AppointmentsAnswer(
            appointments=[self._with_words(self._slips.local(row)) for row in found],
            day=today.isoformat(),
        )

    @handles(StepsRequest)
    async def steps(self, asker: Asker, request: StepsRequest) -> StepsAnswer:
        """The history of an appointment. Raises `AppointmentUnknown`."""
        return StepsAnswer(
            steps=await in_thread(self._store.steps)(asker.organisation, request.appointment_id)
        )

    @handles(ToldRequest)
    async def tell(self, asker: Asker, request: ToldRequest) -> Done:
        """Somebody told the person. Raises `AppointmentUnknown`."""
        name = self._catalogue.person_name(asker.organisation, asker.user)
        by = ActingUser(user=f"{asker.organisation}/{asker.writer}", name=name)
        await in_thread(self._store.tell)(asker.organisation, request.appointment_id, by)
        return Done()

    # ---- absences and days

    @handles(AbsenceRequest)
    async def set_absence(self, asker: Asker, request: AbsenceRequest) -> Done:
        """An agent is absent; a supervisor says it of anybody.

        Raises:
            NotAllowed: another agent's. MessageMalformed: it ends before it begins.
        """
        agent = request.agent or asker.user
        if asker.role is not Role.SUPERVISOR and agent != asker.user:
            raise NotAllowed(why="agent")
        self._catalogue.agent(asker.organisation, agent)
        span = request.last_utc - request.first_utc
        if not timedelta() < span <= LONGEST_ABSENCE:
            raise MessageMalformed(why="times")
        absence = Absence(
            id=_absence_id(agent, request.absence_id),
            agent=agent,
            first_utc=request.first_utc,
            last_utc=request.last_utc,
            by_name=self._catalogue.person_name(asker.organisation, asker.user),
        )
        await in_thread(self._store.set_absence)(
            asker.organisation, absence, withdrawn=request.withdrawn
        )
        return Done()

    @handles(DayChangeRequest)
    async def change_day(self, asker: Asker, request: DayChangeRequest) -> Done:
        """A supervisor gives a day of a service another room; those who have booked stay.
        Raises `ServiceUnknown`.
        """
        organisation = asker.organisation
        self._catalogue.service(organisation, request.service)
        change = None
        if request.agents is not None:
            change = DayChange(
                service=request.service,
                day=request.day,
                agents=request.agents,
                reason=request.reason,
                by_name=self._catalogue.person_name(organisation, asker.user),
            )
        await in_thread(self._store.set_day)(organisation, request.service, request.day, change)
        return Done()

    # ---- host

    @handles(ExpectedRequest)
    async def expected(self, asker: Asker, _request: ExpectedRequest) -> ExpectedAnswer:
        """See `ExpectedRequest`."""
        sites = self._slips.host_sites(asker)
        if not sites:
            return ExpectedAnswer(expected=[])
        zone = self._slips.zone(*sites[0])
        today = self._clock.utc_now().astimezone(zone).date()
        first, last = day_span(today, zone.key)
        found = await in_thread(self._store.at_sites)(sites, first, last)
        rows = (self._slips.slip(row) for row in found)
        return ExpectedAnswer(
            expected=[
                ExpectedCaller(
                    code=slip.code,
                    starts_at=slip.starts_at,
                    service=slip.service,
                    service_name=slip.service_name,
                    organisation_name=slip.organisation_name,
                    site_name=slip.site_name,
                    state=slip.state,
                )
                for slip in rows
                if slip.state is not AppointmentState.CANCELLED
            ]
        )

    # ---- figures

    @handles(SlotCountsRequest)
    async def counts(self, asker: Asker, request: SlotCountsRequest) -> SlotCountsAnswer:
        """See `SlotCountsRequest`."""
        rows = await in_thread(self._store.counts)(asker.organisation, request.first, request.last)
        return SlotCountsAnswer(rows=[self._named(row) for row in rows])

    def _named(self, row: SlotCounts) -> SlotCounts:
        if not row.site:
            return row
        return msgspec.structs.replace(row, site_name=self._catalogue.site_name(row.home, row.site))

    async def tick(self) -> None:
        """Writes down the figures of days that are over, and erases what is old."""
        now = self._clock.utc_now()
        if now < self._next_tick_utc:
            return
        self._next_tick_utc = now + TICK
        for organisation in self._catalogue.served:
            services = self._timetable.services(organisation)
            today = now.astimezone(self._zone(organisation)).date()
            for back in range(COUNTED_DAYS if services else 0, 0, -1):
                await self._count(organisation, services, today - timedelta(days=back))
        await in_thread(self._store.erase_old)()

    async def _count(self, organisation: str, services: list[ServiceEntry], day: date) -> None:
        if await in_thread(self._store.counts)(organisation, day.isoformat(), day.isoformat()):
            return
        offered = {}
        for service in services:
            rooms = await self._rooms(organisation, service, day)
            offered[service.id, "", ""] = sum(rooms.values())
        await in_thread(self._store.count_day)(
            organisation,
            day.isoformat(),
            offered,
            span=day_span(day, self._zone(organisation).key),
        )


def _absence_id(agent: str, said: str) -> str:
    """An id that no other agent's absence has; one that was read comes back as it is."""
    own = f"{agent}_"
    return said if said.startswith(own) else f"{own}{said}"[:40]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
