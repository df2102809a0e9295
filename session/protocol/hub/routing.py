# SPDX-License-Identifier: GPL-3.0-only
"""The messages by which callers and agents meet:
what an agent may serve, the next caller, offers, agents' states, wrap-up.

An offer is no message: the ticket itself is `offered` to its `agent` until `offer_until_utc`,
as every desk hears.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from session.core.dossier_model import DossierNote, NoteText
from session.core.field_types import UtcTime, whole
from session.protocol.hub.board import AgentState
from session.protocol.hub.history import LineQuality
from session.protocol.hub.line_rates import LineRates
from session.protocol.hub.requests import Done, HubMessage, Request, Requests, SessionAnswer, Text
from session.protocol.hub.tickets import Ticket
from session.protocol.wire.ids import Id
from session.protocol.wire.roles import Role
from session.protocol.wire.typed_words import TYPED_LINES

Code = Annotated[str, msgspec.Meta(pattern=whole(r"[a-z][a-z0-9_]{0,39}"))]


class ServiceMode(StrEnum):
    """The way in which callers of a service find their agent."""

    PULL = "pull"
    PUSH = "push"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """A thing that may come of a conversation, in the organisation's words."""

    id: Id
    name: Text


class ServiceWork(msgspec.Struct, frozen=True, kw_only=True):
    """A service as it concerns one agent.

    Attributes:
        after_s: a caller must have waited so long before this agent may serve; None for never.
        mode: agents choose ("pull"), or the hub offers ("push").
        wrap_up_s: time after a conversation, 0 for no limit; it may be prolonged `wrap_up_more`
            times.
        outcomes: those of the service; none means the program's own.
        auto_answer: the desk takes an offered caller by itself, after a moment in which the agent
            may decline.
    """

    id: Id
    after_s: int | None = 0
    mode: ServiceMode = ServiceMode.PULL
    wrap_up_s: int = 0
    wrap_up_more: int = 0
    outcomes: list[Outcome] = []
    auto_answer: bool = False


class WorkAnswer(HubMessage, frozen=True, kw_only=True):
    """`said` is the state the agent chose, or that an unanswered offer or a supervisor put it into,
    with its reason, and until when a pause shall be.
    """

    services: list[ServiceWork]
    said: AgentState = AgentState.AVAILABLE
    reason: Text = ""
    since_utc: UtcTime | None = None
    until_utc: UtcTime | None = None


class WorkRequest(Request[WorkAnswer], frozen=True, kw_only=True, verb="work", roles=(Role.AGENT,)):
    """An agent asks what it may serve, and what the hub takes it to be doing."""


class NextRequest(
    Request[SessionAnswer], frozen=True, kw_only=True, verb="next", roles=(Role.AGENT,)
):
    """An agent takes the caller who is next for it, of one service or of all.
    Asked again, the answer is the same.
    """

    service: Id | None = None


class DeclineRequest(Request[Done], frozen=True, kw_only=True, verb="decline", roles=(Role.AGENT,)):
    """An agent does not take the offered ticket; `reason` is a short code."""

    ticket_id: Id
    reason: Code


class WrapUpAnswer(HubMessage, frozen=True, kw_only=True):
    """The time at which the wrap-up ends now (None:
    no limit), and how often it may still be prolonged.
    """

    until_utc: UtcTime | None
    more: int


class ProlongRequest(
    Request[WrapUpAnswer], frozen=True, kw_only=True, verb="prolong", roles=(Role.AGENT,)
):
    """An agent needs its service's wrap-up time once more.
    `until_utc` is the end it knows, so that a repeat is one.
    """

    session_id: Id
    until_utc: UtcTime


class NoteRequest(Request[Done], frozen=True, kw_only=True, verb="note", roles=(Role.AGENT,)):
    """A note for the next agent, kept in the dossier of the session's caller; for a day after the
    session, too. The same `note_id` is kept once.
    """

    session_id: Id
    note_id: Id
    text: Annotated[NoteText, msgspec.Meta(extra=TYPED_LINES)]


class CallerPreview(HubMessage, frozen=True, kw_only=True):
    """The facts that are known before the conversation;
    no name and no number.

    Attributes:
        line, rates: of the kiosk, as measured last; None: not known.
        sealed: only the organisation's own vault could read the dossier.
        known: there is a dossier; the rest is of it.
        missing: names of the pieces that the caller still has to bring. filed: how many documents.
        note: the last one.
    """

    line: LineQuality = LineQuality.UNKNOWN
    rates: LineRates | None = None
    sealed: bool = False
    known: bool = False
    procedure: Text = ""
    missing: tuple[Text, ...] = ()
    filed: int = 0
    note: DossierNote | None = None


class PreviewRequest(
    Request[CallerPreview], frozen=True, kw_only=True, verb="preview_caller", roles=(Role.AGENT,)
):
    """An agent looks at the caller that `next` would give to it; the register of accesses says
    so.
    """

    ticket_id: Id


class WorkHereAnswer(HubMessage, frozen=True, kw_only=True):
    """The answer to whether the agent works here now.

    Attributes:
        computer: where it does instead, as that one calls itself.
        talks: a conversation or a wrap-up there is not finished: it cannot be taken from there.
    """

    here: bool
    computer: Annotated[str, msgspec.Meta(max_length=100)] = ""
    talks: bool = False


class WorkHereRequest(
    Request[WorkHereAnswer], frozen=True, kw_only=True, verb="work_here", roles=(Role.AGENT,)
):
    """An agent opens its desk at this computer, or (`take`) wants to work here and no longer at the
    other one.

    Attributes:
        desk: the computer's public key, as in the header `Desk`.
        computer: what it calls itself.
    """

    desk: Annotated[str, msgspec.Meta(pattern=whole("U[A-Z2-7]{55}"))]
    computer: Annotated[str, msgspec.Meta(max_length=100)] = ""
    take: bool = False


def may_serve(after_s: int | None, ticket: Ticket, now_utc: datetime) -> bool:
    """True if an agent that serves after `after_s` may take this ticket now;
    hub and desk ask the same question.
    """
    if ticket.away == "back":
        return False  # nobody stands at the kiosk yet
    # the hub's clock may have been ahead
    waited_s = max(0.0, (now_utc - ticket.arrived_at_utc).total_seconds())
    return after_s is not None and waited_s >= after_s


ROUTING_REQUESTS: Requests = (
    WorkRequest,
    WorkHereRequest,
    NextRequest,
    DeclineRequest,
    ProlongRequest,
    NoteRequest,
    PreviewRequest,
)
