# SPDX-License-Identifier: GPL-3.0-only
"""Hold, pass on, call a colleague, join: what desks, kiosks and boards ask the hub.
Used by hub, desk, kiosk, board.

The state itself is in the ticket (`session.protocol.hub.talk_state`), so everybody who follows
tickets knows it.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from session.core.field_types import whole
from session.protocol.hub.board import AgentState, Reason
from session.protocol.hub.network import MoveTarget
from session.protocol.hub.requests import (
    Done,
    HubMessage,
    ListAnswer,
    ListRequest,
    Request,
    Requests,
    Text,
)
from session.protocol.hub.talk_state import HoldReason, MaybeId, PassReason, Talk
from session.protocol.wire.ids import Id
from session.protocol.wire.roles import Role
from session.protocol.wire.typed_words import TYPED_WORDS

Note = Annotated[str, msgspec.Meta(max_length=200, extra=TYPED_WORDS)]
"""Free words of an agent for the next one;
kept beside the ticket, told to the agent who accepts, gone when the ticket ends.
"""


class HoldRequest(Request[Done], frozen=True, kw_only=True, verb="hold", roles=(Role.AGENT,)):
    """The agent lets the caller wait a moment, or talks again."""

    session_id: Id
    held: bool
    reason: HoldReason = HoldReason.MOMENT


class TalkAnswer(HubMessage, frozen=True, kw_only=True):
    """The conversation's state with names as people read them; empty when there is no third person.

    `signs`: the third person talks with the hands: among its skills is `SIGN_LANGUAGE`.
    """

    session_id: Id
    talk: Talk
    third_name: Text = ""
    by_name: Text = ""
    signs: bool = False


class TalkRequest(
    Request[TalkAnswer],
    frozen=True,
    kw_only=True,
    verb="talk",
    roles=(Role.AGENT, Role.SUPERVISOR, Role.KIOSK),
):
    """An end, or the third person, asks who is in the conversation."""

    session_id: Id


class TargetsAnswer(ListAnswer, frozen=True, kw_only=True):
    """Only what is possible now; `elsewhere` are services of other organisations that both
    conventions allow.
    """

    PAGED: ClassVar[tuple[str, ...]] = ("agents", "services", "elsewhere")

    agents: list[TargetAgent]
    services: list[TargetService]
    elsewhere: list[MoveTarget]


class TargetsRequest(
    ListRequest[TargetsAnswer], frozen=True, kw_only=True, verb="targets", roles=(Role.AGENT,)
):
    """To whom can this caller be passed on, and whom can the agent call in?"""

    session_id: Id


class TargetAgent(msgspec.Struct, frozen=True, kw_only=True):
    """A colleague and what he or she does now."""

    id: Id
    name: Text
    state: AgentState


class TargetService(msgspec.Struct, frozen=True, kw_only=True):
    """A queue of the same organisation. `waiting` callers are in it; who joined now would wait from
    `wait_s` to `wait_most_s`, as in `ServiceRow`.
    """

    id: Id
    name: Text
    waiting: int = 0
    closed: bool = False
    wait_s: int | None = None
    wait_most_s: int | None = None


class PassOnRequest(Request[Done], frozen=True, kw_only=True, verb="pass_on", roles=(Role.AGENT,)):
    """The agent passes the caller on, to one agent or to a queue;
    the agent's own conversation ends with it.

    A queue of another organisation is named "organisation/service"; the note stays at home then.

    `pieces_missing` is what the caller's dossier still lacks, -1 when the agent does not know.
    """

    session_id: Id
    reason: PassReason
    agent: MaybeId = ""
    service: Annotated[str, msgspec.Meta(pattern=whole(r"[A-Za-z0-9_/-]{0,81}"))] = ""
    note: Note = ""
    pieces_missing: Annotated[int, msgspec.Meta(ge=-1, le=500)] = -1


class PassedOnAnswer(HubMessage, frozen=True, kw_only=True):
    """The agent who passed the caller on, and what for;
    an empty name when the caller was not passed on.
    """

    by_name: Text = ""
    reason: PassReason | None = None
    note: Note = ""
    pieces_missing: int = -1


class PassedOnRequest(
    Request[PassedOnAnswer], frozen=True, kw_only=True, verb="passed_on", roles=(Role.AGENT,)
):
    """The agent who has accepted a caller who was passed on asks what for."""

    session_id: Id


class PassingAnswer(HubMessage, frozen=True, kw_only=True):
    """The agent for whom the caller waits; an empty name for whoever is next."""

    agent_name: Text = ""
    service_name: Text = ""


class PassingRequest(
    Request[PassingAnswer], frozen=True, kw_only=True, verb="passing", roles=(Role.KIOSK,)
):
    """A kiosk whose caller was passed on asks to whom."""

    ticket_id: Id


class InviteRequest(Request[Done], frozen=True, kw_only=True, verb="invite", roles=(Role.AGENT,)):
    """The agent calls a colleague in; `held` lets the caller wait meanwhile."""

    session_id: Id
    agent: Id
    held: bool = False


class InvitationAnswered(
    Request[Done], frozen=True, kw_only=True, verb="answer_invitation", roles=(Role.AGENT,)
):
    """The colleague comes, or does not."""

    session_id: Id
    accept: bool


class JoinAnswer(HubMessage, frozen=True, kw_only=True):
    """The conversation that is joined;
    nothing is seen or heard before both screens show the banner.
    """

    session_id: Id


class JoinRequest(
    Request[JoinAnswer], frozen=True, kw_only=True, verb="join", roles=(Role.SUPERVISOR,)
):
    """A supervisor joins a conversation, visibly; the reason becomes the ticket's."""

    ticket_id: Id
    reason: Reason


class BannerShown(
    Request[Done], frozen=True, kw_only=True, verb="banner_shown", roles=(Role.KIOSK, Role.AGENT)
):
    """Kiosk or desk: the banner that names this third person is on the screen."""

    session_id: Id
    role: Role
    user: Id


class LeaveTalkRequest(
    Request[Done], frozen=True, kw_only=True, verb="leave_talk", roles=(Role.AGENT, Role.SUPERVISOR)
):
    """The third person leaves, or the agent ends the call of the third person."""

    session_id: Id


class HandOverRequest(
    Request[Done], frozen=True, kw_only=True, verb="hand_over", roles=(Role.AGENT,)
):
    """The agent leaves the caller to the colleague who was called in."""

    session_id: Id
    reason: PassReason = PassReason.SPECIALIST
    note: Note = ""
    pieces_missing: Annotated[int, msgspec.Meta(ge=-1, le=500)] = -1


TALK_REQUESTS: Requests = (
    HoldRequest,
    TalkRequest,
    TargetsRequest,
    PassOnRequest,
    PassedOnRequest,
    PassingRequest,
    InviteRequest,
    InvitationAnswered,
    JoinRequest,
    BannerShown,
    LeaveTalkRequest,
    HandOverRequest,
)
