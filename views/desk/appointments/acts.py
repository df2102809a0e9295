# SPDX-License-Identifier: GPL-3.0-only
"""What an agent does with appointments, as values: questions and acts for the hub as they are
sent, and what stays at the desk. Made by the views of this package, done by
`expert_app.desk.wiring.appointments`.
"""

from __future__ import annotations

from msgspec import Struct

from session.core.appointment_model import AppointmentPerson
from session.protocol.appointments.booking import (
    BookableRequest,
    BookRequest,
    CancelAppointmentRequest,
    FreeSlotsRequest,
    MoveAppointmentRequest,
    Slip,
)
from session.protocol.appointments.day import AbsenceRequest, DayAppointment, StepsRequest

APPOINTMENT_KEYS = "Ctrl+Shift+R"
"""Take an appointment: in a conversation, in its wrap-up, and between two callers."""


class PrintSlip(Struct, frozen=True):
    """Print the slip at the kiosk."""

    slip: Slip


class BeginBooking(Struct, frozen=True):
    """Choose a time: for the caller of the conversation, or for the person of an earlier
    appointment.
    """

    again: DayAppointment | None = None


class BeginMoving(Struct, frozen=True):
    """Choose another time for this appointment."""

    appointment: DayAppointment


class BookOutside(Struct, frozen=True):
    """Take an appointment in the other booking service for this person, who has agreed."""

    person: AppointmentPerson
    dossier: str = ""


class StopOutside(Struct, frozen=True):
    """Wait no more for a time that is chosen there."""


HubAct = (
    BookableRequest
    | FreeSlotsRequest
    | BookRequest
    | MoveAppointmentRequest
    | CancelAppointmentRequest
)
AppointmentAct = (
    HubAct
    | PrintSlip
    | BeginBooking
    | BeginMoving
    | BookOutside
    | StopOutside
    | AbsenceRequest
    | StepsRequest
)


class BookingFor(Struct, frozen=True):
    """For whom and where a time is chosen.

    Attributes:
        service, site: those of the caller, as the hub names them; "" where there are none.
        organisation: of this agent.
        name: of a person who is known; "" to ask for one.
        person: what is known.
        dossier: of the person, to which the appointment belongs.
        agent: this agent, who may expect the caller, for `own_services`.
        with_kiosk: a slip can be printed where the caller is.
        moved: the appointment that gets another time.
    """

    service: str = ""
    site: str = ""
    organisation: str = ""
    name: str = ""
    person: AppointmentPerson = AppointmentPerson()
    dossier: str = ""
    agent: str = ""
    own_services: frozenset[str] = frozenset()
    with_kiosk: bool = False
    moved: DayAppointment | None = None
