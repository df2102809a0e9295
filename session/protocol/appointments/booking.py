# SPDX-License-Identifier: GPL-3.0-only
"""Free times, and booking, moving, cancelling and checking in. Used by hub, desk, kiosk and host.

A kiosk and a host name an appointment by the letters of its slip; desks by its id. What a kiosk or
a host gets (`Slip`) holds nobody's name.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec

from session.core import birth_date
from session.core.appointment_model import (
    MOST_PAPERS,
    AppointmentPerson,
    AppointmentState,
    SiteTime,
    SlipCode,
)
from session.core.field_types import Text, whole
from session.protocol.hub.requests import (
    HubMessage,
    ListAnswer,
    ListRequest,
    Number,
    Request,
    Requests,
    TicketAnswer,
)
from session.protocol.hub.talk_state import MaybeId
from session.protocol.wire.ids import Id, OptionalId, ServiceRef
from session.protocol.wire.roles import Role
from session.protocol.wire.typed_words import TYPED_WORDS

BOOKERS = (Role.AGENT, Role.SUPERVISOR, Role.FACILITATOR, Role.KIOSK)

MOST_PLACES = 50
MOST_DAYS = 31
"""Of one question for free times."""

INSTEAD = 3
"""So many other times are told to whoever comes too late for one."""

QR_START = "poste-expert:rdv:"
"""What a slip's QR code begins with, before the letters."""

Day = Annotated[str, msgspec.Meta(pattern=whole(r"\d{4}-\d{2}-\d{2}"))]
OptionalDay = Annotated[str, msgspec.Meta(pattern=whole(r"(\d{4}-\d{2}-\d{2})?"))]
SitePlace = Annotated[
    str, msgspec.Meta(pattern=whole(r"([A-Za-z0-9_-]{1,40}/[A-Za-z0-9_-]{1,40})?"))
]
"""A site as "organisation/site"; "" for the one where the caller is: of the kiosk that asks, or of
the session.
"""
OptionalCode = Annotated[str, msgspec.Meta(pattern=whole(r"([0-9A-Z]{6})?"))]
Why = Annotated[str, msgspec.Meta(max_length=300, extra=TYPED_WORDS)]


class BookableService(msgspec.Struct, frozen=True, kw_only=True):
    """A service that gives appointments; `service` as "organisation/service"."""

    service: ServiceRef
    name: Text
    organisation_name: Text
    length_min: int


class BookablePlace(msgspec.Struct, frozen=True, kw_only=True):
    """A site where a service gives appointments."""

    site: SitePlace
    name: Text


class BookableAnswer(HubMessage, frozen=True, kw_only=True):
    """Services that give appointments, and the first `MOST_PLACES` of the `hits` sites of the one
    that was asked for; the site where the caller is comes first.
    """

    services: Annotated[list[BookableService], msgspec.Meta(max_length=60)]
    places: Annotated[tuple[BookablePlace, ...], msgspec.Meta(max_length=MOST_PLACES)] = ()
    hits: int = 0


class BookableRequest(
    Request[BookableAnswer], frozen=True, kw_only=True, verb="bookable", roles=BOOKERS
):
    """Which services give appointments? A kiosk hears of those on its buttons, a host of those at
    `site`, an agent of its organisation's and of those it may send callers to.
    `service`: where does this one, among sites in whose name all of `words` stand?
    """

    service: Annotated[str, msgspec.Meta(max_length=81)] = ""
    session_id: OptionalId = ""
    site: SitePlace = ""
    words: Annotated[str, msgspec.Meta(max_length=100)] = ""


class FreeSlot(msgspec.Struct, frozen=True, kw_only=True):
    """A time that can be taken, and how many can take it."""

    starts_at: SiteTime
    left: int = 1


class FreeSlotsAnswer(ListAnswer, frozen=True, kw_only=True):
    """Free times in order. `first_free`: the next one from `from_day` on, also behind the days that
    were asked for; None for none. `today` is the site's.
    """

    PAGED: ClassVar[tuple[str, ...]] = ("slots",)

    slots: list[FreeSlot]
    length_min: int
    site_name: Text
    service_name: Text
    today: Day
    last_day: Day
    first_free: SiteTime | None = None


class FreeSlotsRequest(
    ListRequest[FreeSlotsAnswer], frozen=True, kw_only=True, verb="free_slots", roles=BOOKERS
):
    """When is a service free at a site, on `days` days from `from_day` ("" for today)? `agent`:
    with this one only.
    """

    service: ServiceRef
    site: SitePlace = ""
    session_id: OptionalId = ""
    from_day: OptionalDay = ""
    days: Annotated[int, msgspec.Meta(ge=1, le=MOST_DAYS)] = 7
    agent: MaybeId = ""


class Slip(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on the paper that a caller takes along: nobody's name.

    Attributes:
        qr: the text of its QR code.
        cancel_until: until then it can be cancelled or moved by the caller.
        agent_name: who expects the caller, "" for anybody.
        here: the kiosk or site that asks is where it takes place.
    """

    appointment_id: Id
    code: SlipCode
    qr: Text
    state: AppointmentState
    service: ServiceRef
    service_name: Text
    organisation_name: Text
    site_name: Text
    starts_at: SiteTime
    length_min: int
    cancel_until: SiteTime
    agent_name: Text = ""
    bring: Annotated[tuple[Text, ...], msgspec.Meta(max_length=MOST_PAPERS)] = ()
    phone: Text = ""
    here: bool = False


class BookedAnswer(HubMessage, frozen=True, kw_only=True):
    """The slip; or None, and the next times that are free, where somebody else was faster."""

    slip: Slip | None
    instead: Annotated[tuple[FreeSlot, ...], msgspec.Meta(max_length=INSTEAD)] = ()


class BookRequest(Request[BookedAnswer], frozen=True, kw_only=True, verb="book", roles=BOOKERS):
    """Take a free time for a person. Repeating the same `request_id` is the same appointment.

    With a `dossier` of the session the person may be left empty: it is the dossier's, and the
    appointment belongs to it. Else a number, or a name and a birth date, are needed
    (`PersonNeeded`).

    Attributes:
        agent: who expects the caller; an agent names itself or a colleague.
        bring: papers to bring beside those of the service and those that the dossier lacks.
        agreed: the caller has said yes to an appointment at another organisation, which gets the
            person's data with it, and no dossier.
    """

    request_id: Id
    service: ServiceRef
    starts_at: SiteTime
    site: SitePlace = ""
    session_id: OptionalId = ""
    agent: MaybeId = ""
    dossier: Annotated[str, msgspec.Meta(max_length=40)] = ""
    person: AppointmentPerson = AppointmentPerson()
    bring: Annotated[tuple[Text, ...], msgspec.Meta(max_length=MOST_PAPERS)] = ()
    agreed: bool = False


class MoveAppointmentRequest(
    Request[BookedAnswer], frozen=True, kw_only=True, verb="move_appointment", roles=BOOKERS
):
    """Give an appointment another time, at the same site or another one of its service."""

    appointment_id: Id
    starts_at: SiteTime
    site: SitePlace = ""
    code: OptionalCode = ""
    reason: Why = ""


class CancelAppointmentRequest(
    Request[BookedAnswer], frozen=True, kw_only=True, verb="cancel_appointment", roles=BOOKERS
):
    """Cancel an appointment; done once."""

    appointment_id: Id
    code: OptionalCode = ""
    reason: Why = ""


# ---- at the hour


class CheckInState(StrEnum):
    """What a caller who comes is told."""

    WELCOME = "welcome"
    EARLY = "early"
    LATE = "late"
    OTHER_DAY = "other_day"
    OTHER_SITE = "other_site"
    USED = "used"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class FoundSlip(HubMessage, frozen=True, kw_only=True):
    """The slip, and whether its caller may check in here now. `OTHER_SITE` says where it is by the
    slip, `UNKNOWN` has none.
    """

    state: CheckInState
    slip: Slip | None = None


class FindSlipRequest(
    Request[FoundSlip],
    frozen=True,
    kw_only=True,
    verb="find_slip",
    roles=(Role.KIOSK, Role.FACILITATOR),
):
    """Whose appointment is this? By the slip's letters, or by number and birth date; of several the
    next one at this site.
    """

    code: OptionalCode = ""
    caller_number: Number = ""
    born_on: Annotated[str, msgspec.Meta(pattern=birth_date.OPTIONAL_PATTERN)] = ""
    site: SitePlace = ""


class CheckInAnswer(HubMessage, frozen=True, kw_only=True):
    """The ticket, for `WELCOME`, `EARLY` and `LATE`; else why there is none."""

    state: CheckInState
    slip: Slip | None = None
    ticket: TicketAnswer | None = None


class CheckInRequest(
    Request[CheckInAnswer], frozen=True, kw_only=True, verb="check_in", roles=(Role.KIOSK,)
):
    """The caller is here. Repeating the same `request_id` is the same ticket."""

    request_id: Id
    appointment_id: Id
    code: OptionalCode = ""
    caller_number: Number = ""
    born_on: Annotated[str, msgspec.Meta(pattern=birth_date.OPTIONAL_PATTERN)] = ""
    needs: Annotated[tuple[Id, ...], msgspec.Meta(max_length=4)] = ()


BOOKING_REQUESTS: Requests = (
    BookableRequest,
    FreeSlotsRequest,
    BookRequest,
    MoveAppointmentRequest,
    CancelAppointmentRequest,
    FindSlipRequest,
    CheckInRequest,
)
