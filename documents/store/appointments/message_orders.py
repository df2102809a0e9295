# SPDX-License-Identifier: GPL-3.0-only
"""Orders messages to the person of an appointment, in the transaction that changes it, so that none
is forgotten; whoever carries them is `messages`. Used by `appointment_rows`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, update

from documents.store import tables
from session.core.appointment_model import MessageKind, MessageWay


class MessageState(StrEnum):
    """The state of a message. `CALLED_OFF`: a later change made it untrue."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    CALLED_OFF = "called_off"


LEAST_BEFORE = timedelta(hours=1)
"""A reminder that would come sooner after the booking than that is none."""


def order_messages(
    connection: Connection,
    row: Row[Any],
    kind: MessageKind,
    *,
    ways: Sequence[MessageWay],
    now: datetime,
    remind_h: int = 0,
) -> None:
    """Order what the person of an appointment gets to know, by each way for which there is an
    address, and call off what waits. One of another booking system tells its people itself.

    Args:
        row: the appointment as it is now.
        remind_h: a reminder so many hours before; 0 for none.
    """
    messages, at = tables.appointment_messages, now.astimezone(UTC).replace(tzinfo=None)
    connection.execute(
        update(messages)
        .where(messages.c.appointment_key == row.id, messages.c.state == MessageState.WAITING.value)
        .values(state=MessageState.CALLED_OFF.value)
    )
    mine = tables.appointments.c.id == row.id
    connection.execute(update(tables.appointments).where(mine).values(not_told=0))
    addresses = {MessageWay.MAIL: row.email, MessageWay.SMS: row.phone}
    orders = [(kind, at)]
    remind_at = row.starts_utc - timedelta(hours=remind_h)
    if remind_h and remind_at > at + LEAST_BEFORE:
        orders.append((MessageKind.REMINDER, remind_at))
    rows = [
        _new(row, ordered, way, due)
        for ordered, due in orders
        for way in ways
        if addresses[way].strip() and not row.foreign_id
    ]
    if rows:
        connection.execute(insert(messages), rows)


def erase_messages(connection: Connection, keys: Sequence[int]) -> None:
    """Erase the messages of these appointments."""
    messages = tables.appointment_messages
    connection.execute(delete(messages).where(messages.c.appointment_key.in_(keys)))


def _new(row: Row[Any], kind: MessageKind, way: MessageWay, due: datetime) -> dict[str, Any]:
    return {
        "appointment_key": row.id,
        "organisation": row.organisation,
        "kind": kind.value,
        "way": way.value,
        "due_utc": due,
        "state": MessageState.WAITING.value,
        "tries": 0,
        "next_try_utc": due,
        "claimed_until_utc": due,
        "why": "",
    }
