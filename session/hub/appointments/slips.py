# SPDX-License-Identifier: GPL-3.0-only
"""Appointments as people read them: the slip, in the site's own time, with the convention's words.
Used by the rules of appointments.
"""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec

from session.core.appointment_model import Appointment
from session.core.errors import NotAllowed, ServiceUnknown
from session.hub.access.handlers import Asker
from session.hub.convention.appointment_entries import AppointmentEntry
from session.hub.convention.catalogue import Catalogue
from session.protocol.appointments.booking import QR_START, Slip
from session.protocol.wire.roles import Role

Place = tuple[str, str]
"""(home, site)."""


class Slips:
    """Says appointments in the words of the convention in force, also where it has lost them."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def entry(self, appointment: Appointment) -> AppointmentEntry:
        """What the convention says about appointments of its service, or would by default."""
        try:
            service = self._catalogue.service(appointment.organisation, appointment.time.service)
        except (ServiceUnknown, NotAllowed):
            return AppointmentEntry()
        return service.appointments or AppointmentEntry()

    def service_name(self, organisation: str, service: str) -> str:
        """The name of a service, its id when the convention has it no more."""
        if self._catalogue.has(organisation, service):
            return self._catalogue.service(organisation, service).name
        return service

    def zone(self, home: str, site: str) -> ZoneInfo:
        """The time zone of a site."""
        if not self._catalogue.has_organisation(home):
            return ZoneInfo("Europe/Paris")
        entry = self._catalogue.organisation(home)
        zones = (place.time_zone for place in entry.sites if place.id == site)
        return ZoneInfo(next(zones, "") or entry.time_zone)

    def local(self, appointment: Appointment) -> Appointment:
        """The appointment with its time by the site's clock."""
        time = appointment.time
        zone = self.zone(time.home, time.site)
        local_time = msgspec.structs.replace(time, starts_at=time.starts_at.astimezone(zone))
        return msgspec.structs.replace(appointment, time=local_time)

    def slip(self, appointment: Appointment, here: Place = ("", "")) -> Slip:
        """The paper of an appointment. `here`: where it is asked for."""
        appointment = self.local(appointment)
        organisation, time = appointment.organisation, appointment.time
        if self._catalogue.has_organisation(organisation):
            owner = self._catalogue.organisation(organisation)
            organisation_name, phone = owner.name, owner.contact.phone
        else:
            organisation_name, phone = organisation, ""
        if appointment.agent:
            agent_name = self._catalogue.person_name(organisation, appointment.agent)
        else:
            agent_name = ""
        before = timedelta(minutes=self.entry(appointment).cancel_min)
        return Slip(
            appointment_id=appointment.id,
            code=appointment.code,
            qr=f"{QR_START}{appointment.code}",
            state=appointment.state,
            service=f"{organisation}/{time.service}",
            service_name=self.service_name(organisation, time.service),
            organisation_name=organisation_name,
            site_name=self._catalogue.site_name(time.home, time.site),
            starts_at=time.starts_at,
            length_min=time.length_min,
            cancel_until=time.starts_at - before,
            agent_name=agent_name,
            bring=appointment.bring,
            phone=phone,
            here=(time.home, time.site) == here,
        )

    def here(self, asker: Asker) -> Place:
        """Where a kiosk stands; ("", "") for a desk."""
        if asker.role is Role.KIOSK:
            return asker.organisation, self._catalogue.site_of(asker.organisation, asker.user).id
        return "", ""

    def host_sites(self, asker: Asker) -> list[Place]:
        """The sites that a host looks after."""
        people = self._catalogue.organisation(asker.organisation).people
        sites = [
            site
            for person in people
            if person.role == "facilitator" and person.id == asker.user
            for site in person.sites
        ]
        return [(asker.organisation, site) for site in sites]
