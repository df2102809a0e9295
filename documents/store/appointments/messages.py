# SPDX-License-Identifier: GPL-3.0-only
"""Messages to people about their appointments: what is due, was sent, could not be sent. SQL only.

Whoever carries them (the hub's `expert_app.messages.carrier`) claims one for some minutes, and says
how it went; a carrier that is killed loses its claim by time alone. Used by the store and the
carrier.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, insert, select, update

from documents.store import tables
from documents.store.appointments.appointment_rows import appointment_of
from documents.store.appointments.message_orders import MessageState
from documents.store.transactions import Transactions
from session.core.appointment_model import (
    UPCOMING,
    Appointment,
    AppointmentState,
    MessageKind,
    MessageWay,
    StepKind,
)

LATE = "late"
"""Why a message was not sent: its time was over."""

LONGEST = timedelta(days=2)
"""So long a message is tried, and never after the hour of its appointment."""

_CAME = (AppointmentState.ARRIVED, AppointmentState.KEPT)


class AppointmentMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message to carry. `key` is its own; `tries`: how often it was tried before; `until`: then
    nobody needs it any more, or somebody has to call.
    """

    key: int
    kind: MessageKind
    way: MessageWay
    appointment: Appointment
    tries: int
    until: datetime


class AppointmentMessages:
    """The messages of all organisations. Thread-safe; several hubs may carry at once. Times are
    timezone-aware.
    """

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def claim(
        self, organisation: str, way: MessageWay, now: datetime, hold_s: float
    ) -> AppointmentMessage | None:
        """The next message that is due, claimed for `hold_s`: no other carrier sends it then."""
        table, at = tables.appointment_messages, _naive(now)
        due = (
            select(table.c.id)
            .where(table.c.state == MessageState.WAITING.value)
            .where(table.c.organisation == organisation, table.c.way == way.value)
            .where(table.c.next_try_utc <= at, table.c.claimed_until_utc <= at)
            .order_by(table.c.next_try_utc, table.c.id)
            .limit(1)
        )
        # most looks find nothing: no writer's place for those
        with self._transactions.reading() as connection:
            if connection.execute(due).first() is None:
                return None
        with self._transactions.writing() as connection:
            while True:
                key = connection.execute(due.with_for_update(skip_locked=True)).scalar()
                if key is None:
                    return None
                message = _message(connection, key)
                if _is_true(message, now):
                    until = at + timedelta(seconds=hold_s)
                    connection.execute(
                        update(table).where(table.c.id == key).values(claimed_until_utc=until)
                    )
                    return message
                if message.kind is MessageKind.REMINDER or message.appointment.state in _CAME:
                    _set(connection, key, state=MessageState.CALLED_OFF.value)
                else:
                    _fail(connection, message, LATE, now)

    def sent(self, message: AppointmentMessage, now: datetime) -> None:
        """The other end has taken it, also where it was called off on its way."""
        with self._transactions.writing() as connection:
            if _set(
                connection,
                message.key,
                (MessageState.WAITING, MessageState.CALLED_OFF),
                state=MessageState.SENT.value,
            ):
                _write_step(connection, message, "told", now)

    def failed(
        self, message: AppointmentMessage, why: str, *, next_try: datetime | None, now: datetime
    ) -> None:
        """It did not work. Without `next_try`, or when that is too late, it is not tried any more,
        and the agents of the appointment are told.
        """
        with self._transactions.writing() as connection:
            if next_try is None or next_try >= message.until:
                _fail(connection, message, why, now)
                return
            _set(
                connection,
                message.key,
                tries=message.tries + 1,
                next_try_utc=_naive(next_try),
                claimed_until_utc=_naive(now),
                why=why[:100],
            )

    def release(self, message: AppointmentMessage, now: datetime) -> None:
        """Nobody carries it any more; nothing happened."""
        with self._transactions.writing() as connection:
            _set(connection, message.key, claimed_until_utc=_naive(now))


def _is_true(message: AppointmentMessage, now: datetime) -> bool:
    """True while the message says what is so, to somebody who does not know it yet."""
    if message.until <= now:
        return False
    if message.kind is MessageKind.CANCELLED:
        return message.appointment.state is AppointmentState.CANCELLED
    if message.kind is MessageKind.REMINDER:
        return message.appointment.state is AppointmentState.BOOKED
    return message.appointment.state in UPCOMING


def _fail(connection: Connection, message: AppointmentMessage, why: str, now: datetime) -> None:
    """Not sent for good: a step of the history, and open work where no other way told it."""
    if not _set(connection, message.key, state=MessageState.FAILED.value, why=why[:100]):
        return
    _write_step(connection, message, "not_told", now, why)
    table, owner = tables.appointment_messages, tables.appointments
    this = select(table.c.appointment_key).where(table.c.id == message.key).scalar_subquery()
    others = select(func.count()).where(
        table.c.appointment_key == this,
        table.c.kind == message.kind.value,
        table.c.id != message.key,
        table.c.state.in_((MessageState.SENT.value, MessageState.WAITING.value)),
    )
    if not connection.execute(others).scalar_one():
        connection.execute(update(owner).where(owner.c.id == this).values(not_told=1))


def _set(
    connection: Connection,
    key: int,
    states: Sequence[MessageState] = (MessageState.WAITING,),
    **values: Any,
) -> bool:
    """Only in these states; True when it was."""
    table = tables.appointment_messages
    here = (table.c.id == key) & table.c.state.in_([state.value for state in states])
    return bool(connection.execute(update(table).where(here).values(**values)).rowcount)


def _write_step(
    connection: Connection,
    message: AppointmentMessage,
    kind: StepKind,
    now: datetime,
    why: str = "",
) -> None:
    table = tables.appointment_messages
    key = select(table.c.appointment_key).where(table.c.id == message.key).scalar_subquery()
    words = ":".join(part for part in (message.way.value, message.kind.value, why) if part)
    connection.execute(
        insert(tables.appointment_steps).values(
            appointment_key=key, kind=kind, at_utc=_naive(now), by_user="", by_name="", reason=words
        )
    )


def _message(connection: Connection, key: int) -> AppointmentMessage:
    table, owner = tables.appointment_messages, tables.appointments
    row: Row[Any] = connection.execute(select(table).where(table.c.id == key)).one()
    appointment = connection.execute(select(owner).where(owner.c.id == row.appointment_key)).one()
    return AppointmentMessage(
        key=key,
        kind=MessageKind(row.kind),
        way=MessageWay(row.way),
        appointment=appointment_of(appointment),
        tries=row.tries,
        until=min(appointment.starts_utc, row.due_utc + LONGEST).replace(tzinfo=UTC),
    )


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)
