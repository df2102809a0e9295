# SPDX-License-Identifier: GPL-3.0-only
"""The acts that were done and can be taken back, how the last hours went,
how good the lines are. Used by hub and board.

All of it is read from the history in SQL, except the lines:
those are what desks and kiosks said with their last beats.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec

from session.core.dossier_model import NOTE_LETTERS, OwnNote, OwnPaper, PaperPlace
from session.core.field_types import UtcTime, whole
from session.protocol.hub.board import Count, Reason
from session.protocol.hub.line_rates import LineRates
from session.protocol.hub.requests import (
    LONG_S,
    Done,
    HubMessage,
    ListAnswer,
    ListRequest,
    Request,
    Requests,
    Text,
)
from session.protocol.wire.ids import Id, OptionalId
from session.protocol.wire.roles import Role
from session.protocol.wire.typed_words import TYPED_LINES

MOST_ACTS = 200
"""Acts of one answer."""

MOST_OWN_TALKS = 50
"""Conversations of one agent's day in an answer, the last ones."""

MOST_HOURS = 24


class ActKind(StrEnum):
    """The act of a supervisor, or (`close_site`, `open_site`:
    `service` is the site) of the network's operator.
    """

    SERVICE = "service"
    AGENT = "agent"
    PRIORITY = "priority"
    ORGANISATION = "organisation"
    MOVE = "move"
    CLOSE = "close"
    OPEN = "open"
    BROADCAST = "broadcast"
    WITHDRAW = "withdraw"
    CLOSE_SITE = "close_site"
    OPEN_SITE = "open_site"
    AGENT_STATE = "agent_state"
    AGENT_SERVICES = "agent_services"
    OTHER = "other"


class UndoState(StrEnum):
    """The answer to whether an act can still be taken back,
    or why not.

    `taken`: an agent has the caller. `ended`: the caller is gone. `changed`: somebody acted
    later. `undone`: it was taken back already. `never`: such an act has nothing to take back.
    """

    POSSIBLE = "possible"
    TAKEN = "taken"
    ENDED = "ended"
    CHANGED = "changed"
    UNDONE = "undone"
    NEVER = "never"


class ActSide(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket before or after an act."""

    service: Text = ""
    priority: int = 0
    assigned_to: Text = ""


class ActFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One act.

    Attributes:
        by, by_name: the supervisor.
        ticket_id, number: of an act on tickets, the first one.
        before, after: how that one was and became.
        service, to: of an act on a service; `to` is where everybody, or the caller, went. Of a
            message, `to` is its `MessageTo` ("" for all agents) and `service` its target.
        text: a message; the state that an agent was given ("available", "paused" or the code of a
            pause), or its services of the day, with commas ("" for those of the convention); the
            agent is `to`.
        tickets: how many a move, or an act on tickets, reached.
        undoes: the act that this one takes back.
        undo: whether it can be taken back now.
        about: the name of a site that was closed or opened, or whose callers a message is for.
        conversation: the short number of the conversation that the ticket had, "" for none.
    """

    id: Id
    kind: ActKind
    at_utc: UtcTime
    by: Text
    by_name: Text = ""
    reason: Text = ""
    ticket_id: Text = ""
    number: Text = ""
    before: ActSide | None = None
    after: ActSide | None = None
    service: Text = ""
    to: Text = ""
    text: Text = ""
    tickets: Count = 0
    undoes: Text = ""
    undo: UndoState = UndoState.NEVER
    about: Text = ""
    conversation: Text = ""


class HistoryAnswer(HubMessage, frozen=True, kw_only=True):
    """`more`: there are older ones. `behind` changes are not in the history yet."""

    acts: list[ActFacts]
    more: bool = False
    behind: Count = 0


class HistoryRequest(
    Request[HistoryAnswer], frozen=True, kw_only=True, verb="history", roles=(Role.SUPERVISOR,)
):
    """Acts of the days from `first` to `last`, the newest first; "" and None mean all.

    `before` is the `at_utc` of the last act of the answer before, to read on. With `act`, the
    tickets of this one act, each as an act of its own, from the one behind `after` on.
    """

    first: date
    last: date
    kind: ActKind | None = None
    by: Annotated[str, msgspec.Meta(max_length=40)] = ""
    number: Annotated[str, msgspec.Meta(max_length=20)] = ""
    before: UtcTime | None = None
    act: OptionalId = ""
    after: OptionalId = ""


class Undone(HubMessage, frozen=True, kw_only=True):
    """`moved` tickets went back so far, `left` could not; 1 and 0 for acts on no ticket.
    `rest`: so many were not tried yet, the same request goes on with them.
    """

    moved: Count = 1
    left: Count = 0
    rest: Count = 0


class UndoRequest(
    Request[Undone],
    frozen=True,
    kw_only=True,
    verb="undo",
    answer_s=LONG_S,
    roles=(Role.SUPERVISOR,),
):
    """Takes the act `undoes` back, as a new act `act_id`;
    refused when what it changed has changed again.
    """

    act_id: Id
    undoes: Id
    reason: Reason


# ---- the last hours


class TrendsAnswer(HubMessage, frozen=True, kw_only=True):
    """Quarters in order of time; the last one is not over yet."""

    quarters: list[Quarter]
    time_zone: str = ""
    behind: Count = 0


class TrendsRequest(
    Request[TrendsAnswer], frozen=True, kw_only=True, verb="trends", roles=(Role.SUPERVISOR,)
):
    """The last `hours` in quarters of an hour, of one service or of all ("")."""

    hours: Annotated[int, msgspec.Meta(ge=1, le=MOST_HOURS)] = 8
    service: Annotated[str, msgspec.Meta(max_length=40)] = ""


class Quarter(msgspec.Struct, frozen=True, kw_only=True):
    """A quarter of an hour.

    Attributes:
        start_utc: its beginning.
        arrived, answered, abandoned: callers in it.
        waiting: the most who waited at once.
        wait_median_s, wait_p90_s: of those answered in it, by nearest rank.
    """

    start_utc: UtcTime
    arrived: Count = 0
    answered: Count = 0
    abandoned: Count = 0
    waiting: Count = 0
    wait_median_s: int | None = None
    wait_p90_s: int | None = None


# ---- lines


class LineSample(HubMessage, frozen=True, kw_only=True):
    """In the beats of an end that is in a call:
    what it received in the last seconds, for the hub only.

    Attributes:
        session_id: the session; the hub believes only its ends. "" from a kiosk without a call,
            which tells its rates.
        loss_percent: packets that never came.
        rtt_ms: round trip, None when not measured.
        kbps: received, None when not counted.
        freezes: times the picture stood still for a second or more.
        carries_kbps: what this end takes the line to carry away from it, or None.
        rates: from a kiosk, what its last line test found.
    """

    session_id: Annotated[str, msgspec.Meta(pattern=whole(r"[A-Za-z0-9_-]{0,40}"))] = ""
    loss_percent: Annotated[float, msgspec.Meta(ge=0, le=100)] = 0.0
    rtt_ms: Annotated[float, msgspec.Meta(ge=0, le=600_000)] | None = None
    kbps: Annotated[float, msgspec.Meta(ge=0, le=1_000_000)] | None = None
    freezes: Count = 0
    carries_kbps: Annotated[float, msgspec.Meta(ge=0, le=1_000_000)] | None = None
    rates: LineRates | None = None


class LineQuality(StrEnum):
    """The judgement of a line; `unknown`: no call was measured since the hub's start."""

    GOOD = "good"
    WEAK = "weak"
    BAD = "bad"
    UNKNOWN = "unknown"


class LineFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A kiosk's line: whether it is there, in a call, and what was measured last (the worse of the
    two ends).

    Attributes:
        rates: what it carries, by the last test and the last call.
        name, place: what people call it; without a name, its number at the site, from 1.
    """

    kiosk: Id
    site: Text
    present: bool = False
    ticket: Text = ""
    quality: LineQuality = LineQuality.UNKNOWN
    at_utc: UtcTime | None = None
    loss_percent: float = 0.0
    rtt_ms: float | None = None
    kbps: float | None = None
    freezes: Count = 0
    rates: LineRates | None = None
    name: Text = ""
    place: Count = 0


class LineTotals(msgspec.Struct, frozen=True, kw_only=True):
    """The number of kiosks that the organisation has, and how many of them are there,
    in a call, and of which quality; whatever was asked for.
    """

    kiosks: Count = 0
    present: Count = 0
    in_call: Count = 0
    good: Count = 0
    weak: Count = 0
    bad: Count = 0

    @property
    def measured(self) -> int:
        """Kiosks whose line was measured."""
        return self.good + self.weak + self.bad


class LinesAnswer(ListAnswer, frozen=True, kw_only=True):
    """One row for each of the `hits` kiosks, the worst line first, by site; `totals` are of all."""

    PAGED: ClassVar[tuple[str, ...]] = ("lines",)

    totals: LineTotals = LineTotals()
    hits: Count = 0
    lines: list[LineFacts]


class LinesRequest(
    ListRequest[LinesAnswer], frozen=True, kw_only=True, verb="lines", roles=(Role.SUPERVISOR,)
):
    """The lines of all kiosks, or of those in whose site, name or id all of `words` stand."""

    words: Annotated[str, msgspec.Meta(max_length=100)] = ""


# ---- an agent's own day


class OwnTalk(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation that this agent finished today.

    Attributes:
        outcome: its code.
        caller_name: of the dossier that this agent opened in it, "" where there is none any more.
        filed: documents that came into that dossier meanwhile.
        talked_s: from the acceptance until the agent had finished.
        correct_until_utc: until when the outcome may be corrected; None for one that may not.
    """

    session_id: Id
    number: Text
    service: Text
    began_at_utc: UtcTime
    outcome: Text = ""
    caller_name: Text = ""
    filed: Count = 0
    talked_s: Count = 0
    correct_until_utc: UtcTime | None = None


class OwnTalksAnswer(ListAnswer, frozen=True, kw_only=True):
    """The newest first; `total` is how many there were today."""

    PAGED: ClassVar[tuple[str, ...]] = ("talks",)

    talks: Annotated[list[OwnTalk], msgspec.Meta(max_length=MOST_OWN_TALKS)]
    total: Count = 0


class OwnTalksRequest(
    ListRequest[OwnTalksAnswer], frozen=True, kw_only=True, verb="own_talks", roles=(Role.AGENT,)
):
    """An agent asks for its own last conversations of today: nobody else is told of them."""


class CorrectOutcomeRequest(
    Request[Done], frozen=True, kw_only=True, verb="correct_outcome", roles=(Role.AGENT,)
):
    """An agent chose the wrong outcome some minutes ago. Nothing is taken out of the history: the
    correction is one more entry, and the newest counts.
    """

    session_id: Id
    outcome: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]


class OwnWorkAnswer(ListAnswer, frozen=True, kw_only=True):
    """The notes and documents that stand, and where these documents could be instead; none of them
    where only a vault has the dossier.

    Attributes:
        until_utc: until when they may be taken back; None: no longer.
    """

    PAGED: ClassVar[tuple[str, ...]] = ("notes", "papers", "places")

    notes: list[OwnNote]
    papers: list[OwnPaper]
    places: list[PaperPlace]
    until_utc: UtcTime | None = None


class OwnWorkRequest(
    ListRequest[OwnWorkAnswer], frozen=True, kw_only=True, verb="own_work", roles=(Role.AGENT,)
):
    """An agent asks what it wrote and filed in its own conversation, some minutes ago."""

    session_id: Id


class TakeBackNoteRequest(
    Request[Done], frozen=True, kw_only=True, verb="take_back_note", roles=(Role.AGENT,)
):
    """An agent withdraws the note that it wrote some minutes ago: the dossier shows that it did,
    and the text no more. `text`, where it is not "", stands as a new note, `request_id`.
    """

    session_id: Id
    note_id: Id
    request_id: Id
    text: Annotated[str, msgspec.Meta(max_length=NOTE_LETTERS, extra=TYPED_LINES)] = ""


class TakeBackDocumentRequest(
    Request[Done],
    frozen=True,
    kw_only=True,
    verb="take_back_document",
    answer_s=LONG_S,
    roles=(Role.AGENT,),
):
    """An agent takes a document that it filed some minutes ago out of the dossier, once per
    `request_id`; its pages stay in the store. With a `dossier`, one that the same conversation
    opened, it is filed there instead, as `piece_id` ("": as no piece).
    """

    session_id: Id
    document_id: Id
    request_id: Id
    dossier: Annotated[str, msgspec.Meta(max_length=40)] = ""
    piece_id: OptionalId = ""
    reason: Reason


HISTORY_REQUESTS: Requests = (
    OwnTalksRequest,
    CorrectOutcomeRequest,
    OwnWorkRequest,
    TakeBackNoteRequest,
    TakeBackDocumentRequest,
    HistoryRequest,
    UndoRequest,
    TrendsRequest,
    LinesRequest,
)
