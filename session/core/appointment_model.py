# SPDX-License-Identifier: GPL-3.0-only
"""The words of an appointment: who comes when, where and for which service.

The store (`documents.store.appointments`), the hub, desks and kiosks use these same structs; they
travel as JSON inside the messages of `session.protocol.appointments`.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from session.core import birth_date
from session.core.dossier_model import ActingUser
from session.core.field_types import Id, OptionalId, Text, UtcTime, whole
from session.core.spoken_letters import ALPHABET

CODE_LETTERS = 6
MOST_PAPERS = 30
SlipCode = Annotated[str, msgspec.Meta(pattern=whole(rf"[{ALPHABET}]{{{CODE_LETTERS}}}"))]
"""The letters of a slip, which are said, typed or read from its QR code."""

SiteTime = Annotated[datetime, msgspec.Meta(tz=True)]
"""RFC 3339 by the site's own clock, "2026-12-08T10:15:00+01:00": people read it as it stands."""

PersonName = Annotated[str, msgspec.Meta(max_length=100)]
Email = Annotated[str, msgspec.Meta(max_length=254, pattern=whole(r"([^\s@<>,;]+@[^\s@<>,;]+)?"))]
Phone = Annotated[str, msgspec.Meta(max_length=20, pattern=whole(r"[0-9+ .()-]*"))]
Language = Annotated[str, msgspec.Meta(pattern=whole(r"([a-z]{2,3})?"))]


class AppointmentState(StrEnum):
    """The state of an appointment. From `BOOKED` the caller arrives, misses it, or it is cancelled;
    one who has arrived is answered (`KEPT`), or leaves before (`MISSED`).
    """

    BOOKED = "booked"
    ARRIVED = "arrived"
    KEPT = "kept"
    MISSED = "missed"
    CANCELLED = "cancelled"


HOLDING = (AppointmentState.BOOKED, AppointmentState.ARRIVED, AppointmentState.KEPT)
"""States in which it takes a place of its service."""

UPCOMING = (AppointmentState.BOOKED, AppointmentState.ARRIVED)


class MessageKind(StrEnum):
    """The occasion of a message to the person of an appointment."""

    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"
    REMINDER = "reminder"


class MessageWay(StrEnum):
    """The way of such a message."""

    MAIL = "mail"
    SMS = "sms"


class AppointmentPerson(msgspec.Struct, frozen=True, kw_only=True):
    """The person who comes. `born_on` as in a dossier; `language`: of slip and messages."""

    family_name: PersonName = ""
    given_names: PersonName = ""
    born_on: Annotated[str, msgspec.Meta(pattern=birth_date.OPTIONAL_PATTERN)] = ""
    caller_number: Annotated[str, msgspec.Meta(max_length=20)] = ""
    email: Email = ""
    phone: Phone = ""
    language: Language = ""

    @property
    def is_known(self) -> bool:
        """True when the person can be told from others: by number, or by name and birth date."""
        return bool(self.caller_number or (self.family_name.strip() and self.born_on))

    @property
    def name(self) -> str:
        """Given names and family name, as people say them."""
        return f"{self.given_names} {self.family_name}".strip()


class AppointmentTime(msgspec.Struct, frozen=True, kw_only=True):
    """When and where: a service at a site of the organisation `home`."""

    service: Id
    home: Id
    site: Id
    starts_at: SiteTime
    length_min: Annotated[int, msgspec.Meta(ge=5, le=480)]

    @property
    def ends_at(self) -> datetime:
        """The end, UTC: on two nights of the year the site's clock says another length."""
        return self.starts_at.astimezone(UTC) + timedelta(minutes=self.length_min)


class Appointment(msgspec.Struct, frozen=True, kw_only=True):
    """An appointment as its organisation has it.

    Attributes:
        dossier: number of the dossier it belongs to, "" for none.
        agent: who expects the caller; "" for anybody who answers the service.
        made_by: organisation/role letter.user of who booked it.
        ticket: the ticket that it became.
        moves: how often its time was changed.
        foreign_id: its id in another booking system, "" for one of ours.
        not_told: somebody has to call: no message about it could be sent by any way, or the
            person did not come.
    """

    id: Id
    code: SlipCode
    organisation: Id
    time: AppointmentTime
    person: AppointmentPerson
    state: AppointmentState = AppointmentState.BOOKED
    dossier: Annotated[str, msgspec.Meta(max_length=40)] = ""
    agent: OptionalId = ""
    bring: Annotated[tuple[Text, ...], msgspec.Meta(max_length=MOST_PAPERS)] = ()
    made_by: Annotated[str, msgspec.Meta(max_length=90)] = ""
    made_by_name: Text = ""
    made_at_utc: UtcTime
    arrived_at_utc: UtcTime | None = None
    ticket: OptionalId = ""
    moves: Annotated[int, msgspec.Meta(ge=0)] = 0
    foreign_id: Annotated[str, msgspec.Meta(max_length=60)] = ""
    not_told: bool = False


class NewAppointment(msgspec.Struct, frozen=True, kw_only=True):
    """An appointment that somebody wants. `request_id`: the asker's own, and who asks.

    Attributes:
        keep_days: it is erased so long after its day.
        foreign_id, foreign_at_utc: of another booking system, and when it said so.
        remind_h: a reminder is sent so many hours before; 0 for none.
    """

    organisation: Id
    request_id: str
    time: AppointmentTime
    person: AppointmentPerson
    dossier: str = ""
    agent: str = ""
    bring: tuple[str, ...] = ()
    keep_days: int = 180
    remind_h: int = 0
    foreign_id: str = ""
    foreign_at_utc: datetime | None = None


StepKind = Literal["booked", "moved", "cancelled", "arrived", "kept", "missed", "told", "not_told"]


class AppointmentStep(msgspec.Struct, frozen=True, kw_only=True):
    """A line of an appointment's history. `was_at`: its time before a move; `reason`: in words, or
    of a message way, kind and why it was not sent: "mail:reminder", "sms:booked:refused".
    """

    kind: StepKind
    at_utc: UtcTime
    by: ActingUser = ActingUser()
    reason: Text = ""
    was_at: UtcTime | None = None


class TakenSpan(msgspec.Struct, frozen=True, array_like=True):
    """A time that an appointment of a service holds, and the agent who expects it."""

    starts_utc: datetime
    ends_utc: datetime
    agent: str = ""


class Absence(msgspec.Struct, frozen=True, kw_only=True):
    """A time in which an agent takes no appointments."""

    id: Id
    agent: Id
    first_utc: UtcTime
    last_utc: UtcTime
    by_name: Text = ""
    source: Annotated[str, msgspec.Meta(max_length=20)] = ""


class DayChange(msgspec.Struct, frozen=True, kw_only=True):
    """A supervisor's word for one day of a service: so many appointments at once, 0 for none."""

    service: Id
    day: Annotated[str, msgspec.Meta(pattern=whole(r"\d{4}-\d{2}-\d{2}"))]
    agents: Annotated[int, msgspec.Meta(ge=0, le=500)]
    reason: Text = ""
    by_name: Text = ""


class SlotCounts(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one day of a service at a site, kept as they were that day. How many were
    `offered` is said once, of all sites together (`home` and `site` "").
    """

    day: Annotated[str, msgspec.Meta(max_length=10)]
    service: Id
    home: OptionalId
    site: OptionalId
    site_name: Text = ""
    offered: int = 0
    booked: int = 0
    kept: int = 0
    missed: int = 0
    moved: int = 0
    cancelled: int = 0


def new_code() -> str:
    """Six letters that nobody guesses: 30 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LETTERS))
