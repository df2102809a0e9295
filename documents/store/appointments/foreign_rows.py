# SPDX-License-Identifier: GPL-3.0-only
"""Appointments that another booking system gives: taken as it says them, whatever order its words
come in. Used by the hub's door for RDV Service Public.

The other system is right about time, person and agent until the caller is here. What it said last
counts: a word that is older than the last one is left out, also when an appointment was cancelled
before it was known.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, Row, select, update

from documents.store import tables
from documents.store.accesses import one_at_a_time
from documents.store.appointments.appointment_rows import (
    add_appointment,
    appointment_of,
    person_columns,
    time_columns,
    write_step,
)
from documents.store.transactions import Transactions
from session.core.appointment_model import (
    Appointment,
    AppointmentPerson,
    AppointmentState,
    NewAppointment,
)
from session.core.dossier_model import ActingUser

Outcome = Literal["new", "changed", "same", "older", "here"]
"""`here`: the caller is here or was answered; nothing was changed."""


class ForeignAppointments:
    """The appointments of other booking systems. Thread-safe."""

    def __init__(self, transactions: Transactions, now: Callable[[], datetime]) -> None:
        self._transactions = transactions
        self._now = now

    def take(self, new: NewAppointment, state: AppointmentState, *, by: ActingUser) -> Outcome:
        """Store what the other system says of one of its appointments.

        Args:
            new: with its `foreign_id` and when that was said.
        """
        assert new.foreign_at_utc is not None
        table = tables.appointments
        with self._transactions.writing() as connection:
            one_at_a_time(connection, new.organisation, "appointments")
            query = select(table).where(
                table.c.organisation == new.organisation, table.c.foreign_id == new.foreign_id
            )
            row = connection.execute(query).first()
            if row is None:
                row = add_appointment(connection, new, by=by, now=self._now(), state=state)
                if state is AppointmentState.CANCELLED:
                    write_step(connection, row.id, "cancelled", by=by, now=self._now())
                return "new"
            if row.foreign_at_utc > _naive(new.foreign_at_utc):
                return "older"
            return self._change(connection, row, new, state=state, by=by)

    def complete(
        self, organisation: str, foreign_id: str, person: AppointmentPerson, dossier: str
    ) -> Appointment | None:
        """Add what the other system was not told: what it knows of the person stays as it says.

        Returns:
            The appointment; None while the other system has said nothing of it.
        """
        columns = tables.appointments.c
        with self._transactions.writing() as connection:
            one_at_a_time(connection, organisation, "appointments")
            query = select(tables.appointments).where(
                columns.organisation == organisation, columns.foreign_id == foreign_id
            )
            row = connection.execute(query).first()
            if row is None:
                return None
            values = {
                name: text
                for name, text in person_columns(person).items()
                if not getattr(row, name)
            }
            if not row.dossier:
                values["dossier"] = dossier
            connection.execute(
                update(tables.appointments).where(columns.id == row.id).values(**values)
            )
            return appointment_of(connection.execute(query).one())

    def _change(
        self,
        connection: Connection,
        row: Row[Any],
        new: NewAppointment,
        *,
        state: AppointmentState,
        by: ActingUser,
    ) -> Outcome:
        before = appointment_of(row)
        new = msgspec.structs.replace(new, person=_with_before(new.person, before.person))
        if before.state in (AppointmentState.ARRIVED, AppointmentState.KEPT):
            return "here"
        is_moved = before.time != new.time
        is_same = not is_moved and (before.state, before.person, before.agent) == (
            state,
            new.person,
            new.agent,
        )
        assert new.foreign_at_utc is not None
        connection.execute(
            update(tables.appointments)
            .where(tables.appointments.c.id == row.id)
            .values(
                **time_columns(new.time),
                **person_columns(new.person),
                agent=new.agent,
                state=state.value,
                moves=row.moves + is_moved,
                foreign_at_utc=_naive(new.foreign_at_utc),
                erase_after_utc=_naive(new.time.ends_at + timedelta(days=new.keep_days)),
            )
        )
        if is_moved:
            was_utc = before.time.starts_at
            write_step(connection, row.id, "moved", by=by, now=self._now(), was_utc=was_utc)
        if before.state is not state:
            kind = _STEPS[state]
            write_step(connection, row.id, kind, by=by, now=self._now())
        return "same" if is_same else "changed"


_STEPS: dict[AppointmentState, Literal["booked", "cancelled", "kept", "missed"]] = {
    AppointmentState.BOOKED: "booked",
    AppointmentState.ARRIVED: "booked",
    AppointmentState.CANCELLED: "cancelled",
    AppointmentState.KEPT: "kept",
    AppointmentState.MISSED: "missed",
}


def _with_before(person: AppointmentPerson, before: AppointmentPerson) -> AppointmentPerson:
    """The person as the other system says it; what it leaves out stays as it was."""
    said = {name: text for name, text in person_columns(person).items() if text}
    return msgspec.structs.replace(before, **said)


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)
