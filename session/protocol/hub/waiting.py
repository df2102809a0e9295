# SPDX-License-Identifier: GPL-3.0-only
"""Waiting elsewhere, coming back, being called by telephone; the waiting room's display.
Used by kiosk, desk, hub.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec

from session.core.field_types import UtcTime, whole
from session.protocol.hub.requests import (
    Done,
    HubMessage,
    ListAnswer,
    ListRequest,
    Number,
    Request,
    Requests,
    SessionAnswer,
    Text,
    TicketAnswer,
)
from session.protocol.hub.tickets import Needs
from session.protocol.wire.ids import Id, ServiceRef
from session.protocol.wire.roles import Role

TicketNumber = Annotated[str, msgspec.Meta(pattern=whole("[A-Z][0-9]{3}"))]


MOST_AWAY, MOST_PROMISED = 200, 500
"""Of one answer: tickets whose callers come back to a site, calls that one agent has promised."""

MOST_CALLED, MOST_FOLLOWING = 100, 12
"""Numbers on a display: called ones, and the next ones."""


class StepAwayRequest(
    Request[TicketAnswer], frozen=True, kw_only=True, verb="step_away", roles=(Role.KIOSK,)
):
    """The caller of a waiting ticket leaves the kiosk and keeps the place.

    "back": the caller comes back to a kiosk of this site; "phone":
    is called at `phone` (ten digits, French).
    """

    ticket_id: Id
    how: Literal["back", "phone"]
    phone: Number = ""


class AwayAnswer(HubMessage, frozen=True, kw_only=True):
    """The tickets of this site whose callers said that they come back, the called ones first."""

    tickets: Annotated[list[AwayTicket], msgspec.Meta(max_length=MOST_AWAY)]


class AwayRequest(Request[AwayAnswer], frozen=True, kw_only=True, verb="away", roles=(Role.KIOSK,)):
    """A kiosk asks whose callers may come back to it."""


class AwayTicket(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket whose caller waits elsewhere; `called` when the turn is near."""

    number: TicketNumber
    service_name: Text = ""
    called: bool = False


class ComeBackRequest(
    Request[TicketAnswer], frozen=True, kw_only=True, verb="come_back", roles=(Role.KIOSK,)
):
    """The caller of this ticket number is in front of the kiosk that asks:
    the ticket is this kiosk's from now on.
    """

    number: TicketNumber


class CallbackAnswer(HubMessage, frozen=True, kw_only=True):
    """The callback is stored. `due_at`: from when on an agent may call (ISO 8601, the site's
    clock), "" when unknown.
    """

    due_at: str = ""


class CallbackRequest(
    Request[CallbackAnswer], frozen=True, kw_only=True, verb="callback", roles=(Role.KIOSK,)
):
    """A caller of a closed service asks to be called by telephone when it opens.
    The same `request_id` is one callback. `needs`: see `Ticket`.
    """

    request_id: Id
    service: ServiceRef
    phone: Number
    needs: Needs = ()


class CallLaterRequest(
    Request[Done], frozen=True, kw_only=True, verb="call_later", roles=(Role.AGENT,)
):
    """The agent calls the caller later: the ticket is closed, and waits again as another after
    `minutes`, at the telephone.

    `phone` (ten digits, French) as the caller said it in the conversation; "" for the one that the
    ticket has.
    """

    session_id: Id
    minutes: Annotated[int, msgspec.Meta(ge=5, le=14 * 1440)] = 15
    phone: Number = ""


class PromisedCallsAnswer(ListAnswer, frozen=True, kw_only=True):
    """The times at which this agent has to call, and the calls, the first first;
    callers who wait already are in the queue.
    """

    PAGED: ClassVar[tuple[str, ...]] = ("calls",)

    due_utc: Annotated[list[UtcTime], msgspec.Meta(max_length=MOST_PROMISED)]
    calls: Annotated[tuple[PromisedCall, ...], msgspec.Meta(max_length=MOST_PROMISED)] = ()


class PromisedCallsRequest(
    ListRequest[PromisedCallsAnswer],
    frozen=True,
    kw_only=True,
    verb="promised_calls",
    roles=(Role.AGENT,),
):
    """An agent asks which callers it has promised to call."""


class PromisedCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call that an agent has promised.

    Attributes:
        ticket_id: the ticket that it becomes.
        number: of the ticket in whose conversation it was promised, "" when not known.
        masked_phone: the telephone number with its middle hidden.
    """

    ticket_id: Id
    service: ServiceRef
    due_at_utc: UtcTime
    number: Text = ""
    masked_phone: Text = ""


class CallNowRequest(
    Request[SessionAnswer], frozen=True, kw_only=True, verb="call_now", roles=(Role.AGENT,)
):
    """An agent makes a call that it has promised, whenever it was due: the caller is this agent's
    at once. Asked again, the answer is the same.
    """

    ticket_id: Id


class DisplayAnswer(HubMessage, frozen=True, kw_only=True):
    """The content that everybody in the waiting room may read:
    numbers, never names.

    Attributes:
        called: newest first.
        following: numbers that wait, the next one first, at most twelve; `waiting` is how many
            there are.
    """

    organisation_name: Text
    site: Text
    called: Annotated[list[CalledTicket], msgspec.Meta(max_length=MOST_CALLED)]
    following: Annotated[list[TicketNumber], msgspec.Meta(max_length=MOST_FOLLOWING)]
    waiting: int


class DisplayRequest(
    Request[DisplayAnswer], frozen=True, kw_only=True, verb="display", roles=(Role.DISPLAY,)
):
    """The waiting room's display asks every 2 s."""


class CalledTicket(msgspec.Struct, frozen=True, kw_only=True):
    """A number that is called to a kiosk:
    its name, or its place among the kiosks of the site, from 1.
    """

    number: TicketNumber
    kiosk_name: Text
    kiosk_place: int
    called_at_utc: UtcTime


WAITING_REQUESTS: Requests = (
    StepAwayRequest,
    AwayRequest,
    ComeBackRequest,
    CallbackRequest,
    CallLaterRequest,
    PromisedCallsRequest,
    CallNowRequest,
    DisplayRequest,
)
