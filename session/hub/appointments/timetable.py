# SPDX-License-Identifier: GPL-3.0-only
"""The times of every service at every site: the convention's, less what is taken, less the agents
who are absent, and as supervisors have changed a day. Used by the rules of appointments.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from session.core.appointment_model import Absence, AppointmentTime, TakenSpan
from session.core.clock import Clock
from session.core.errors import AppointmentTimeGone, NotAllowed, ServiceUnknown
from session.core.tasks import in_thread
from session.hub.appointments.slots import Free, Grid, Room, TakenTimes, free_slots, last_day
from session.hub.convention.appointment_entries import AppointmentEntry
from session.hub.convention.catalogue import Catalogue
from session.hub.convention.entries import PersonEntry, ServiceEntry
from session.hub.convention.open_now import Cell, OpenNow
from session.hub.dossier.appointment_store import AppointmentStore
from session.protocol.wire.ids import split_service


@dataclass(frozen=True)
class Offer:
    """A service that gives appointments at a site."""

    cell: Cell
    service: ServiceEntry
    grid: Grid

    @property
    def entry(self) -> AppointmentEntry:
        """What the convention says about its appointments."""
        return self.grid.entry

    def time(self, start: datetime) -> AppointmentTime:
        """The time that begins then."""
        _organisation, service, home, site = self.cell
        return AppointmentTime(
            service=service,
            home=home,
            site=site,
            starts_at=start.astimezone(self.grid.hours.zone),
            length_min=self.entry.length_min,
        )


class Timetable:
    """Free times; the same for all who ask."""

    def __init__(
        self,
        catalogue: Catalogue,
        openings: OpenNow,
        *,
        store: AppointmentStore,
        clock: Clock,
    ) -> None:
        self._catalogue = catalogue
        self._openings = openings
        self._store = store
        self._clock = clock

    def services(self, organisation: str) -> list[ServiceEntry]:
        """Services of an organisation that give appointments; none where it has a vault, which
        alone may know its callers.
        """
        if self._catalogue.card(organisation) is not None:
            return []
        services = self._catalogue.organisation(organisation).services
        return [service for service in services if service.appointments is not None]

    @property
    def is_used(self) -> bool:
        """True while any service of this network gives appointments."""
        return any(self.services(organisation) for organisation in self._catalogue.served)

    def places(self, organisation: str, service: ServiceEntry) -> list[tuple[str, str]]:
        """(home, site) where a service gives appointments."""
        assert service.appointments is not None
        only = service.appointments.sites
        return [
            (home, site.id)
            for home, site in self._catalogue.sites_offering(organisation)
            if (organisation, service.id) in [split_service(ref, home) for ref in site.services]
            and (not only or site.id in only)
        ]

    def offer(self, organisation: str, service_id: str, home: str, site: str) -> Offer:
        """The service at this site.

        Raises:
            ServiceUnknown: it gives no appointments there.
        """
        service = next(
            (entry for entry in self.services(organisation) if entry.id == service_id), None
        )
        if service is None or (home, site) not in self.places(organisation, service):
            raise ServiceUnknown(service=service_id)
        assert service.appointments is not None
        cell = (organisation, service_id, home, site)
        return Offer(cell, service, Grid(service.appointments, self._openings.hours(cell)))

    async def free(self, offer: Offer, first: date, days: int, *, agent: str = "") -> list[Free]:
        """Free times on `days` days from `first` on."""
        zone = offer.grid.hours.zone
        begin = datetime.combine(first, time(), zone)
        end = datetime.combine(first + timedelta(days=days + 1), time(), zone)
        room, spans = await self._room(offer, begin, end, agent=agent)
        wanted = [first + timedelta(days=step) for step in range(days)]
        now, taken = self._clock.utc_now(), TakenTimes(spans)
        return list(free_slots(offer.grid, wanted, taken=taken, room=room, now=now))

    async def following(
        self, offer: Offer, after: datetime, count: int, *, agent: str = ""
    ) -> list[Free]:
        """The next free times from a moment on, at most so many."""
        today = self.today(offer)
        day = max(after.astimezone(offer.grid.hours.zone).date(), today)
        found: list[Free] = []
        last = last_day(offer.grid, self._clock.utc_now())
        while day <= last and len(found) < count:
            days = await self.free(offer, day, STEP_DAYS, agent=agent)
            found += [free for free in days if free.start >= after]
            day += timedelta(days=STEP_DAYS)
        return found[:count]

    def today(self, offer: Offer) -> date:
        """The day that it is at the site."""
        return self._clock.utc_now().astimezone(offer.grid.hours.zone).date()

    def last_day(self, offer: Offer) -> date:
        """The furthest day that can be booked."""
        return last_day(offer.grid, self._clock.utc_now())

    async def room_at(self, offer: Offer, start: datetime, *, agent: str = "") -> int:
        """Return how many appointments may begin at this moment, those that exist included.

        Raises:
            AppointmentTimeGone: the service gives none then, or not any more.
            NotAllowed: this agent does not answer the service, or is absent then.
        """
        now, entry = self._clock.utc_now(), offer.entry
        day = start.astimezone(offer.grid.hours.zone).date()
        is_early = start < now + timedelta(minutes=entry.lead_min)
        if is_early or day > self.last_day(offer) or not offer.grid.has(start):
            raise AppointmentTimeGone(service=offer.service.id)
        start = start.astimezone(UTC)
        end = start + timedelta(minutes=entry.length_min)
        room, _spans = await self._room(offer, start, end, agent=agent)
        count = room(start, end)
        if not count:
            raise AppointmentTimeGone(service=offer.service.id)
        return count

    async def day_room(self, offer: Offer, day: date) -> Iterator[tuple[datetime, int]]:
        """Each time of a day (UTC) with its room, whether it is over or not."""
        zone = offer.grid.hours.zone
        begin = datetime.combine(day, time(), zone)
        room, _spans = await self._room(offer, begin, begin + timedelta(days=2))
        length = timedelta(minutes=offer.entry.length_min)
        starts = (start.astimezone(UTC) for start in offer.grid.of_day(day))
        return ((start, room(start, start + length)) for start in starts)

    async def _room(
        self, offer: Offer, begin: datetime, end: datetime, *, agent: str = ""
    ) -> tuple[Room, Sequence[TakenSpan]]:
        """The room of a service between two moments, and what is taken of it."""
        organisation, service = offer.cell[0], offer.service.id
        spans = await in_thread(self._store.taken)(organisation, service, begin, end)
        absences = await in_thread(self._store.absences)(organisation, begin, end)
        zone = offer.grid.hours.zone
        changes = await in_thread(self._store.day_changes)(
            organisation,
            begin.astimezone(zone).date().isoformat(),
            end.astimezone(zone).date().isoformat(),
        )
        agents_on = {change.day: change.agents for change in changes if change.service == service}
        serving = self.serving(organisation, service)
        names = {person.id for person in serving}
        away = [absence for absence in absences if absence.agent in names]
        if agent:
            if agent not in names:
                raise NotAllowed(why="agent")
            others = await in_thread(self._store.agent_taken)(organisation, agent, begin, end)
        else:
            others = []

        def room(start: datetime, until: datetime) -> int:
            absent = {absence.agent for absence in away if _overlaps(absence, start, until)}
            if agent and (agent in absent or any(_holds(span, start, until) for span in others)):
                return 0
            day = start.astimezone(zone).date().isoformat()
            most = agents_on.get(day, offer.entry.agents)
            if not names:  # they sign on, and nobody has yet
                return most
            return min(most, len(names) - len(absent))

        return room, spans

    def serving(self, organisation: str, service: str) -> list[PersonEntry]:
        """The agents who answer a service."""
        return [
            person
            for person in self._catalogue.agents(organisation)
            if not person.services or service in person.services
        ]


STEP_DAYS = 14
"""So many days at once are looked through for the next free time."""


def _overlaps(absence: Absence, start: datetime, end: datetime) -> bool:
    return absence.first_utc < end and absence.last_utc > start


def _holds(span: TakenSpan, start: datetime, end: datetime) -> bool:
    return span.starts_utc < end and span.ends_utc > start


def day_span(day: date, zone_name: str) -> tuple[datetime, datetime]:
    """Return the first moment of a day and of the next one, UTC."""
    zone = ZoneInfo(zone_name)
    first = datetime.combine(day, time(), zone)
    last = datetime.combine(day + timedelta(days=1), time(), zone)
    return first.astimezone(UTC), last.astimezone(UTC)
