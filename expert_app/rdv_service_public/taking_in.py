# SPDX-License-Identifier: GPL-3.0-only
"""Appointments made of notifications, by the convention: a reason is a service, a place a site, an
agent's address a person. Used by the door.

What the convention does not map is counted and told to the operator; nothing of it is stored.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from documents.store.appointments.foreign_rows import ForeignAppointments
from expert_app.rdv_service_public.notification import Notification, Rdv, RdvUser, read_time
from session.core.appointment_model import (
    Appointment,
    AppointmentPerson,
    AppointmentState,
    AppointmentTime,
    NewAppointment,
)
from session.core.birth_date import parse_birth_date
from session.core.clock import Clock
from session.core.dossier_model import ActingUser
from session.core.errors import CallerNumberInvalid, MessageMalformed
from session.core.tasks import in_thread
from session.hub.convention.caller_numbers import checked_number
from session.hub.convention.catalogue import Catalogue
from session.hub.convention.entries import ServiceEntry
from session.hub.monitoring.health import Trouble

NAME = "RDV Service Public"
BY = ActingUser(user="rdv-service-public", name=NAME)

LEAST_MIN, MOST_MIN = 5, 480

AHEAD = timedelta(minutes=5)
"""A clock may be wrong by so much."""

MOST_NAMES = 100
"""Different names that are kept for the operator."""


class NotMapped(Exception):
    """The convention does not say what this is. `what`: "motif" or "lieu"; `name`: its name, of
    nobody.
    """

    def __init__(self, what: str, name: str) -> None:
        super().__init__(what, name)
        self.what = what
        self.name = name[:100]


class TakingIn:
    """Stores the appointments of organisations that book with RDV Service Public.

    Attributes:
        refused: notifications without a right signature, since the start.
    """

    def __init__(self, store: ForeignAppointments, catalogue: Catalogue, *, clock: Clock) -> None:
        self._store = store
        self._catalogue = catalogue
        self._clock = clock
        self._unmapped: Counter[str] = Counter()
        self.refused = 0

    def serves(self, organisation: str) -> bool:
        """True where appointments of an organisation are stored here: it has no vault."""
        has = self._catalogue.has_organisation(organisation)
        return has and self._catalogue.card(organisation) is None

    async def take(self, organisation: str, notification: Notification) -> str:
        """Store what has happened; the outcome, for the developers' log.

        Raises:
            MessageMalformed: a time or a length that cannot be. StoreUnreachable.
        """
        rdv, now = notification.rdv, self._clock.utc_now()
        if rdv is None:
            return "other"
        if (
            rdv.collectif
            or organisation not in self._catalogue.organisations
            or self._catalogue.card(organisation) is not None
        ):
            return "none of ours"
        at = min(notification.at or now, now + AHEAD)
        try:
            new = self._appointment(organisation, rdv, at)
        except NotMapped as missing:
            if len(self._unmapped) < MOST_NAMES or missing.name in self._unmapped:
                self._unmapped[f"{missing.what} « {missing.name} »"] += 1
            return f"unmapped {missing.what}"
        state = rdv.state
        if notification.event == "destroyed":
            state = AppointmentState.CANCELLED
        return await in_thread(self._store.take)(new, state, by=BY)

    async def complete(
        self, organisation: str, rdv: int, *, person: AppointmentPerson, dossier: str
    ) -> Appointment | None:
        """Add what this service was not told of a person. Raises `StoreUnreachable`."""
        return await in_thread(self._store.complete)(organisation, str(rdv), person, dossier)

    def _appointment(self, organisation: str, rdv: Rdv, at: datetime) -> NewAppointment:
        service = self._service(organisation, rdv)
        home, site = self._place(organisation, rdv)
        if not LEAST_MIN <= rdv.duration_in_min <= MOST_MIN:
            raise MessageMalformed(why="length")
        time = AppointmentTime(
            service=service.id,
            home=home,
            site=site,
            starts_at=read_time(rdv.starts_at),
            length_min=rdv.duration_in_min,
        )
        assert service.appointments is not None
        return NewAppointment(
            organisation=organisation,
            request_id=f"rdv-service-public/{rdv.id}",
            time=time,
            person=_person(rdv.users[0] if rdv.users else RdvUser(), service),
            agent=self._agent(organisation, rdv),
            bring=tuple(service.appointments.bring),
            keep_days=service.appointments.keep_days,
            foreign_id=str(rdv.id),
            foreign_at_utc=at,
        )

    def _service(self, organisation: str, rdv: Rdv) -> ServiceEntry:
        motif = rdv.motif
        names = {str(motif.id), motif.name} if motif is not None else set()
        for service in self._catalogue.organisation(organisation).services:
            if service.appointments is not None and names & {*service.appointments.rdv_motifs}:
                return service
        raise NotMapped("motif", motif.name if motif is not None else "")

    def _place(self, organisation: str, rdv: Rdv) -> tuple[str, str]:
        lieu = rdv.lieu
        names = {str(lieu.id), lieu.name} if lieu is not None else set()
        for home, site in self._catalogue.sites_offering(organisation):
            if names & {*site.rdv_lieux}:
                return home, site.id
        raise NotMapped("lieu", lieu.name if lieu is not None else "")

    def _agent(self, organisation: str, rdv: Rdv) -> str:
        """The agent who expects the caller; "" for one that the convention does not name."""
        addresses = {agent.email.casefold() for agent in rdv.agents if agent.email}
        for person in self._catalogue.agents(organisation):
            if person.rdv_email and person.rdv_email.casefold() in addresses:
                return person.id
        return ""

    def troubles(self) -> list[Trouble]:
        """Return what the operator should know: what is not mapped, and who is not believed."""
        troubles = []
        if self._unmapped:
            first = next(iter(self._unmapped))
            count = sum(self._unmapped.values())
            troubles.append(Trouble("rdv_unmapped", False, {"count": count, "first": first}))
        if self.refused:
            troubles.append(Trouble("rdv_refused", False, {"count": self.refused}))
        return troubles


def _person(user: RdvUser, service: ServiceEntry) -> AppointmentPerson:
    """The caller as we keep one; what cannot be an address or a number is left out."""
    try:
        number = checked_number(service.number_kind, user.affiliation_number or "")
    except CallerNumberInvalid:
        number = ""
    try:
        born_on = parse_birth_date(user.birth_date or "")
    except ValueError:
        born_on = ""
    return AppointmentPerson(
        family_name=(user.last_name or "")[:100],
        given_names=(user.first_name or "")[:100],
        born_on=born_on,
        caller_number=number,
        language="fr",
    )
