# SPDX-License-Identifier: GPL-3.0-only
"""A notification of RDV Service Public: a POST of JSON, {"data", "meta"}, with the header
X-Lapin-Signature, the HMAC-SHA256 of the body with the shared secret in hexadecimal digits.

Source: docs/api/webhooks/api-notifications-webhooks.md and the REST interface's description of a
"rdv", github.com/betagouv/rdv-service-public. Fields that are not named here are left out.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import datetime
from typing import Literal

import msgspec

from session.core.appointment_model import AppointmentState
from session.core.errors import MessageMalformed
from session.core.field_types import NOT_DECODED

SIGNATURE = "X-Lapin-Signature"

Event = Literal["created", "updated", "destroyed"]

_STATES: dict[str, AppointmentState] = {
    "unknown": AppointmentState.BOOKED,
    "waiting": AppointmentState.BOOKED,
    "seen": AppointmentState.KEPT,
    "noshow": AppointmentState.MISSED,
    "excused": AppointmentState.CANCELLED,
    "revoked": AppointmentState.CANCELLED,
}
"""`status` of a rdv -> our state; one that is not known yet is an appointment that is to come."""

_RAILS_TIME = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) ([+-]\d{4})")
"""An older form of times, "2020-08-07 10:00:00 +0200"."""


class RdvName(msgspec.Struct, frozen=True):
    """A reason ("motif") or a place ("lieu")."""

    id: int
    name: str = ""


class RdvAgent(msgspec.Struct, frozen=True):
    """Somebody who expects the caller."""

    email: str | None = None


class RdvUser(msgspec.Struct, frozen=True):
    """The caller."""

    first_name: str | None = None
    last_name: str | None = None
    birth_date: str | None = None
    affiliation_number: str | None = None


class Rdv(msgspec.Struct, frozen=True):
    """An appointment as the service says it. `collectif`: of a group, which is none of ours."""

    id: int
    starts_at: str
    duration_in_min: int
    status: str = "unknown"
    motif: RdvName | None = None
    lieu: RdvName | None = None
    users: list[RdvUser] = []
    agents: list[RdvAgent] = []
    collectif: bool = False

    @property
    def state(self) -> AppointmentState:
        """Our state."""
        return _STATES.get(self.status, AppointmentState.BOOKED)


class NotificationMeta(msgspec.Struct, frozen=True):
    """What has changed, how and when."""

    model: str
    event: Event
    event_occurred_at: str = ""


class _Envelope(msgspec.Struct, frozen=True):
    meta: NotificationMeta
    data: msgspec.Raw


class Notification(msgspec.Struct, frozen=True):
    """What has happened to an appointment; `rdv` is None for anything else."""

    event: Event
    at: datetime | None
    rdv: Rdv | None


def is_signed(body: bytes, signature: str, secret: str) -> bool:
    """True when the service has signed this body with the shared secret."""
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.strip().lower().encode())


def read_notification(body: bytes) -> Notification:
    """Read a body that was signed. Raises `MessageMalformed`."""
    try:
        envelope = msgspec.json.decode(body, type=_Envelope)
        meta, rdv = envelope.meta, None
        if meta.model == "Rdv":
            rdv = msgspec.json.decode(envelope.data, type=Rdv)
    except NOT_DECODED as error:
        raise MessageMalformed(why=type(error).__name__) from error
    at = read_time(meta.event_occurred_at) if meta.event_occurred_at else None
    return Notification(event=meta.event, at=at, rdv=rdv)


def read_time(text: str) -> datetime:
    """Read a time in ISO 8601, or in the older form. Raises `MessageMalformed`."""
    try:
        at = datetime.fromisoformat(_RAILS_TIME.sub(r"\1T\2\3", text))
    except ValueError as error:
        raise MessageMalformed(why="time") from error
    if at.tzinfo is None:
        raise MessageMalformed(why="time")
    return at
