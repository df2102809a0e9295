# SPDX-License-Identifier: GPL-3.0-only
"""An appointment that is taken in another booking service, in the agent's own browser, by an
agent's own token there. Used by hub and desk.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from session.core.appointment_model import AppointmentPerson, SiteTime
from session.core.field_types import Text, whole
from session.protocol.appointments.booking import Slip
from session.protocol.hub.requests import HubMessage, Request, Requests
from session.protocol.wire.ids import OptionalId
from session.protocol.wire.roles import Role

Page = Annotated[str, msgspec.Meta(max_length=2000, pattern=whole(r"(https?://[^\s\"<>]+)?"))]
Token = Annotated[str, msgspec.Meta(max_length=2000, pattern=whole(r"[\x21-\x7e]+"))]
DossierNumber = Annotated[str, msgspec.Meta(max_length=40)]


class OutsideOffer(HubMessage, frozen=True, kw_only=True):
    """The other service; everything is "" where there is none.

    Attributes:
        page: where the agent lets us act in its name (RFC 6749, section 3.1), but for redirect,
            state and challenge.
        redirect: where the browser comes back to: our own door, which sends it on to this computer.
    """

    name: Text = ""
    page: Page = ""
    redirect: Page = ""


class OutsideOfferRequest(
    Request[OutsideOffer], frozen=True, kw_only=True, verb="outside_offer", roles=(Role.AGENT,)
):
    """Are appointments taken in another service, too?"""


class OutsideToken(HubMessage, frozen=True, kw_only=True):
    """The agent's token there. The desk holds it in memory, and nobody writes it down."""

    token: Token


class OutsideTokenRequest(
    Request[OutsideToken], frozen=True, kw_only=True, verb="outside_token", roles=(Role.AGENT,)
):
    """This code came back from the browser; `verifier` is that of its challenge (RFC 7636)."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=2400)]
    verifier: Annotated[str, msgspec.Meta(pattern=whole(r"[A-Za-z0-9._~-]{43,128}"))]


class OutsidePlan(HubMessage, frozen=True, kw_only=True):
    """A draft there, and the page on which the agent chooses the time."""

    plan: Annotated[int, msgspec.Meta(ge=1)]
    page: Page


class OutsidePlanRequest(
    Request[OutsidePlan], frozen=True, kw_only=True, verb="outside_plan", roles=(Role.AGENT,)
):
    """Begin an appointment there, for this person.

    Attributes:
        person: name, and what that service may write to; no more is sent.
        agreed: the caller has said yes, since another body gets these data.
    """

    token: Token
    person: AppointmentPerson
    agreed: bool = False


class OutsideState(HubMessage, frozen=True, kw_only=True):
    """The time that was chosen there, None while there is none.

    Attributes:
        slip: of the appointment as it stands here; None where the convention does not map it.
    """

    starts_at: SiteTime | None = None
    slip: Slip | None = None


class OutsideStateRequest(
    Request[OutsideState], frozen=True, kw_only=True, verb="outside_state", roles=(Role.AGENT,)
):
    """Is the time chosen? The appointment belongs to this person, and to the session's dossier."""

    token: Token
    plan: Annotated[int, msgspec.Meta(ge=1)]
    person: AppointmentPerson
    session_id: OptionalId = ""
    dossier: DossierNumber = ""


OUTSIDE_REQUESTS: Requests = (
    OutsideOfferRequest,
    OutsideTokenRequest,
    OutsidePlanRequest,
    OutsideStateRequest,
)
