# SPDX-License-Identifier: GPL-3.0-only
"""Builds the rules of appointments. Used by `session.hub.composition`."""

from __future__ import annotations

from dataclasses import dataclass

from session.hub.appointments.booking import Booking
from session.hub.appointments.check_in import CheckIn
from session.hub.appointments.day import AppointmentDay
from session.hub.appointments.outside import OutsideBooking
from session.hub.appointments.slips import Slips
from session.hub.appointments.timetable import Timetable
from session.hub.dossier.store import DossierStoreLike
from session.hub.parts import HubParts
from session.hub.queue.wiring import Queue


@dataclass(frozen=True)
class AppointmentRules:
    """Rules of appointments."""

    booking: Booking
    check_in: CheckIn
    day: AppointmentDay
    outside: OutsideBooking

    @property
    def rules(self) -> tuple[object, ...]:
        """The objects that answer verbs."""
        return (self.booking, self.check_in, self.day, self.outside)

    async def tick(self) -> None:
        """What became of those whose hour is over, and the figures of days."""
        await self.check_in.tick()
        await self.day.tick()


def build(parts: HubParts, queue: Queue, *, dossiers: DossierStoreLike) -> AppointmentRules:
    """The rows are those of the dossiers' store."""
    store, catalogue = dossiers.appointments, parts.catalogue
    slips = Slips(catalogue)
    timetable = Timetable(catalogue, queue.openings, store=store, clock=parts.clock)
    booking = Booking(
        timetable,
        slips,
        store=store,
        catalogue=catalogue,
        dossiers=dossiers,
        sessions=queue.sessions,
        clock=parts.clock,
    )
    check_in = CheckIn(
        store,
        slips,
        timetable=timetable,
        catalogue=catalogue,
        calls=queue.calls,
        changes=queue.core.changes,
        clock=parts.clock,
        tasks=parts.tasks,
    )
    day = AppointmentDay(
        store,
        slips,
        timetable=timetable,
        catalogue=catalogue,
        dossiers=dossiers,
        sessions=queue.sessions,
        clock=parts.clock,
    )
    outside = OutsideBooking(parts.outside, booking, slips=slips)
    return AppointmentRules(booking=booking, check_in=check_in, day=day, outside=outside)
