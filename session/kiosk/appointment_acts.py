# SPDX-License-Identifier: GPL-3.0-only
"""Appointments at the kiosk as values: what a caller is asked and told, and what a caller answers.
Pure; used by the kiosk's pages and by its job.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from session.protocol.appointments.booking import Slip


class Asked(Enum):
    """A question whose answer is typed."""

    LETTERS = auto()
    """The letters of the slip."""
    NUMBER = auto()
    """The caller's number; on the number pad."""
    BIRTH_DATE = auto()
    FAMILY_NAME = auto()
    GIVEN_NAMES = auto()


class Offered(Enum):
    """A question whose answers are buttons."""

    SERVICE = auto()
    DAY = auto()
    HOUR = auto()
    INSTEAD = auto()
    """Other times, because somebody else was faster."""


class Told(Enum):
    """An answer of the hub, in the caller's words."""

    MOMENT = auto()
    WELCOME = auto()
    EARLY = auto()
    LATE = auto()
    OTHER_DAY = auto()
    OTHER_SITE = auto()
    USED = auto()
    CANCELLED = auto()
    UNKNOWN = auto()
    """There is no such appointment, or the day is over on which it was."""
    CANCEL_ASKED = auto()
    CANCELLED_NOW = auto()
    BOOKED = auto()
    NOTHING_FREE = auto()


class Way(Enum):
    """A button under a question or an answer."""

    EXPECTED = auto()
    """The caller has an appointment."""
    NO_SLIP = auto()
    """The letters are not at hand: by number and birth date."""
    NO_NUMBER = auto()
    """The caller gives a name in place of the number."""
    CHECK_IN = auto()
    """The caller is here and waits."""
    COME_BACK = auto()
    """The caller goes and comes at the hour."""
    AGAIN = auto()
    """The letters are typed once more."""
    QUEUE = auto()
    """A place in the queue, as for anybody."""
    BOOK = auto()
    """An appointment for the same service."""
    MOVE = auto()
    """Another time for this appointment."""
    CANCEL = auto()
    """The appointment is to be cancelled; asked once more."""
    CANCEL_REALLY = auto()
    KEEP = auto()
    """It is not cancelled after all."""
    LATER_DAYS = auto()
    PRINT = auto()
    STAY = auto()
    """A caller who waits keeps the place."""
    LEAVE = auto()
    """A caller who waits leaves the queue."""
    DONE = auto()


@dataclass(frozen=True)
class TypeAnswer:
    """What was typed: letters, a number, a birth date in its written form, or a name."""

    asked: Asked
    text: str


@dataclass(frozen=True)
class ChooseAnswer:
    """The button with this key was touched."""

    key: str


@dataclass(frozen=True)
class BookVisit:
    """The caller wants an appointment for this service."""

    service: str


AppointmentAct = Way | TypeAnswer | ChooseAnswer | BookVisit


@dataclass(frozen=True)
class OfferedAnswer:
    """One button of a question: a service's name, or a time by the site's clock."""

    key: str
    name: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class AppointmentQuestion:
    """A question with its answers; `goes_on`: there are later days."""

    offered: Offered
    answers: tuple[OfferedAnswer, ...]
    goes_on: bool = False


@dataclass(frozen=True)
class Telling:
    """An answer with its buttons, the first of which is what most callers want.

    Attributes:
        now: by the clock of the hub that answers.
        waits: the caller has a place in the queue.
        printed: the slip is being printed.
    """

    told: Told
    now: datetime
    slip: Slip | None = None
    ways: tuple[Way, ...] = ()
    waits: bool = False
    printed: bool = False
