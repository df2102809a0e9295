# SPDX-License-Identifier: GPL-3.0-only
"""The store of appointments that the hub's rules need: `documents.store.appointments` is one.

Its methods block; the rules call them in a thread. Each may raise `StoreUnreachable`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from session.core.appointment_model import (
    Absence,
    Appointment,
    AppointmentState,
    AppointmentStep,
    AppointmentTime,
    DayChange,
    NewAppointment,
    SlotCounts,
    TakenSpan,
)
from session.core.dossier_model import ActingUser


class AppointmentStore(Protocol):
    """Appointments, absences and figures of days; what each does stands at the store."""

    def taken(
        self, organisation: str, service: str, first_utc: datetime, last_utc: datetime
    ) -> list[TakenSpan]:
        """See the store."""
        ...

    def agent_taken(
        self, organisation: str, agent: str, first_utc: datetime, last_utc: datetime
    ) -> list[TakenSpan]:
        """See the store."""
        ...

    def book(self, new: NewAppointment, *, room: int, by: ActingUser) -> Appointment | None:
        """See the store."""
        ...

    def move(
        self,
        before: Appointment,
        time: AppointmentTime,
        *,
        room: int,
        by: ActingUser,
        reason: str,
        remind_h: int = 0,
    ) -> Appointment | None:
        """See the store."""
        ...

    def cancel(self, before: Appointment, *, by: ActingUser, reason: str) -> Appointment:
        """See the store."""
        ...

    def arrive(self, before: Appointment, ticket: str, *, by: ActingUser) -> Appointment:
        """See the store."""
        ...

    def end(self, before: Appointment, state: AppointmentState, reason: str = "") -> Appointment:
        """See the store."""
        ...

    def get(self, organisation: str, appointment_id: str) -> Appointment:
        """See the store."""
        ...

    def by_code(self, code: str) -> Appointment | None:
        """See the store."""
        ...

    def by_birth(self, caller_number: str, born_on: str, since_utc: datetime) -> list[Appointment]:
        """See the store."""
        ...

    def of_days(
        self,
        organisation: str,
        first_utc: datetime,
        last_utc: datetime,
        services: Iterable[str] | None = None,
    ) -> list[Appointment]:
        """See the store."""
        ...

    def at_sites(
        self, sites: Sequence[tuple[str, str]], first_utc: datetime, last_utc: datetime
    ) -> list[Appointment]:
        """See the store."""
        ...

    def not_told(self, organisation: str) -> list[Appointment]:
        """See the store."""
        ...

    def tell(self, organisation: str, appointment_id: str, by: ActingUser) -> None:
        """See the store."""
        ...

    def of_caller(
        self, organisation: str, *, dossier: str, caller_number: str
    ) -> list[Appointment]:
        """See the store."""
        ...

    def open_before(self, moment: datetime) -> list[Appointment]:
        """See the store."""
        ...

    def steps(self, organisation: str, appointment_id: str) -> list[AppointmentStep]:
        """See the store."""
        ...

    def absences(self, organisation: str, first_utc: datetime, last_utc: datetime) -> list[Absence]:
        """See the store."""
        ...

    def set_absence(self, organisation: str, absence: Absence, *, withdrawn: bool = False) -> None:
        """See the store."""
        ...

    def day_changes(self, organisation: str, first: str, last: str) -> list[DayChange]:
        """See the store."""
        ...

    def set_day(self, organisation: str, service: str, day: str, change: DayChange | None) -> None:
        """See the store."""
        ...

    def count_day(
        self,
        organisation: str,
        day: str,
        offered: dict[tuple[str, str, str], int],
        *,
        span: tuple[datetime, datetime],
    ) -> None:
        """See the store."""
        ...

    def counts(self, organisation: str, first: str, last: str) -> list[SlotCounts]:
        """See the store."""
        ...

    def erase_old(self) -> int:
        """See the store."""
        ...
