# SPDX-License-Identifier: GPL-3.0-only
"""The day's appointments for those who work by them: agents, supervisors, and the host, who sees
hour, service and letters. Used by hub, desk and board.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from session.core.appointment_model import (
    Absence,
    Appointment,
    AppointmentState,
    AppointmentStep,
    DayChange,
    SiteTime,
    SlotCounts,
)
from session.core.field_types import Text, UtcTime
from session.protocol.appointments.booking import Day, OptionalDay, Why
from session.protocol.hub.requests import (
    Done,
    HubMessage,
    ListAnswer,
    ListRequest,
    Request,
    Requests,
)
from session.protocol.hub.talk_state import MaybeId
from session.protocol.wire.ids import Id, OptionalId, ServiceRef
from session.protocol.wire.roles import Role

WORKERS = (Role.AGENT, Role.SUPERVISOR)


MOST_NOT_TOLD = 20


class DayAppointment(msgspec.Struct, frozen=True, kw_only=True):
    """An appointment with the words that people read."""

    appointment: Appointment
    service_name: Text
    site_name: Text
    agent_name: Text = ""


class DayTime(msgspec.Struct, frozen=True, kw_only=True):
    """One time of a service: how many appointments it has room for, and how many it has."""

    service: Id
    starts_at: SiteTime
    room: int
    taken: int


class AppointmentsAnswer(ListAnswer, frozen=True, kw_only=True):
    """Appointments by their time, cancelled ones last; `lines` is empty for an agent's own caller.
    `absences` and `changes` are those of that day; `not_told` are those of this agent or nobody in
    particular whose person has to be called (in an answer about today): to come, and no message
    could reach the person; or missed within the last week.
    """

    PAGED: ClassVar[tuple[str, ...]] = ("appointments", "lines", "not_told")

    appointments: list[DayAppointment]
    lines: tuple[DayTime, ...] = ()
    absences: Annotated[tuple[Absence, ...], msgspec.Meta(max_length=100)] = ()
    changes: Annotated[tuple[DayChange, ...], msgspec.Meta(max_length=100)] = ()
    not_told: Annotated[tuple[DayAppointment, ...], msgspec.Meta(max_length=MOST_NOT_TOLD)] = ()
    day: Day


class DayRequest(
    ListRequest[AppointmentsAnswer],
    frozen=True,
    kw_only=True,
    verb="appointments",
    roles=WORKERS,
):
    """The appointments of a day ("" for today) of the services that an agent serves, or of all for
    a supervisor.
    """

    day: OptionalDay = ""
    service: OptionalId = ""


class CallerAppointmentsRequest(
    ListRequest[AppointmentsAnswer],
    frozen=True,
    kw_only=True,
    verb="caller_appointments",
    roles=(Role.AGENT,),
):
    """The appointments of the session's caller, by number or by a dossier of the session: the 50
    last ones, the latest first.
    """

    session_id: Id
    dossier: Annotated[str, msgspec.Meta(max_length=40)] = ""


class StepsAnswer(HubMessage, frozen=True, kw_only=True):
    """The history of an appointment, the oldest first."""

    steps: Annotated[list[AppointmentStep], msgspec.Meta(max_length=200)]


class StepsRequest(
    Request[StepsAnswer], frozen=True, kw_only=True, verb="appointment_steps", roles=WORKERS
):
    """What became of an appointment, by whom, and why?"""

    appointment_id: Id


class ToldRequest(Request[Done], frozen=True, kw_only=True, verb="told_appointment", roles=WORKERS):
    """Somebody told the person of an appointment whom no message had reached, or who missed it."""

    appointment_id: Id


class AbsenceRequest(Request[Done], frozen=True, kw_only=True, verb="set_absence", roles=WORKERS):
    """An agent is absent from `first_utc` to `last_utc`; `agent` "" for the asker. The same
    `absence_id` changes what was said before; `withdrawn`: takes it back.
    """

    absence_id: Id
    agent: MaybeId = ""
    first_utc: UtcTime
    last_utc: UtcTime
    withdrawn: bool = False


class DayChangeRequest(
    Request[Done], frozen=True, kw_only=True, verb="change_slots", roles=(Role.SUPERVISOR,)
):
    """So many appointments at once on this day (`agents`, 0 for none); None: as the convention
    says.
    """

    service: Id
    day: Day
    agents: Annotated[int, msgspec.Meta(ge=0, le=500)] | None
    reason: Why = ""


# ---- host


class ExpectedCaller(msgspec.Struct, frozen=True, kw_only=True):
    """An appointment as the site's host sees it."""

    code: Text
    starts_at: SiteTime
    service: ServiceRef
    service_name: Text
    organisation_name: Text
    site_name: Text
    state: AppointmentState


class ExpectedAnswer(ListAnswer, frozen=True, kw_only=True):
    """Who is expected at the host's sites today, by time."""

    PAGED: ClassVar[tuple[str, ...]] = ("expected",)

    expected: list[ExpectedCaller]


class ExpectedRequest(
    ListRequest[ExpectedAnswer],
    frozen=True,
    kw_only=True,
    verb="expected",
    roles=(Role.FACILITATOR,),
):
    """Who comes to my sites today?"""


# ---- figures


class SlotCountsAnswer(ListAnswer, frozen=True, kw_only=True):
    """Figures by day, service and site."""

    PAGED: ClassVar[tuple[str, ...]] = ("rows",)

    rows: list[SlotCounts]


class SlotCountsRequest(
    ListRequest[SlotCountsAnswer],
    frozen=True,
    kw_only=True,
    verb="appointment_counts",
    roles=(Role.SUPERVISOR,),
):
    """How many were promised, kept, missed, moved and cancelled from `first` to `last`?"""

    first: Day
    last: Day


DAY_REQUESTS: Requests = (
    DayRequest,
    CallerAppointmentsRequest,
    StepsRequest,
    ToldRequest,
    AbsenceRequest,
    DayChangeRequest,
    ExpectedRequest,
    SlotCountsRequest,
)
