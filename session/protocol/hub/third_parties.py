# SPDX-License-Identifier: GPL-3.0-only
"""Hold, pass on, call a colleague, join: what desks, kiosks and boards ask the hub.
Used by hub, desk, kiosk, board.

The state itself is in the ticket (`session.protocol.hub.talk_state`), so everybody who follows
tickets knows it.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from session.protocol.hub.board import AgentState, Reason
from session.protocol.hub.network import MoveTarget
from session.protocol.hub.requests import Done, HubMessage, ListAnswer, ListRequest, Text, Verb
from session.protocol.hub.talk_state import HoldReason, MaybeId, PassReason, Talk
from session.protocol.wire.ids import Id
from session.protocol.wire.roles import Role
from session.protocol.wire.typed_words import TYPED_WORDS

Note = Annotated[str, msgspec.Meta(max_length=200, extra=TYPED_WORDS)]
"""Free words of an agent for the next one;
kept beside the ticket, told to the agent who accepts, gone when the ticket ends.
"""


class HoldRequest(HubMessage, frozen=True, kw_only=True):
    """The agent lets the caller wait a moment, or talks again."""

    session_id: Id
    held: bool
    reason: HoldReason = HoldReason.MOMENT


class TalkRequest(HubMessage, frozen=True, kw_only=True):
    """An end, or the third person, asks who is in the conversation."""

    session_id: Id


class TalkAnswer(HubMessage, frozen=True, kw_only=True):
    """The conversation's state with names as people read them; empty when there is no third person.

    `signs`: the third person talks with the hands: among its skills is `SIGN_LANGUAGE`.
    """

    session_id: Id
    talk: Talk
    third_name: Text = ""
    by_name: Text = ""
    signs: bool = False


class TargetsRequest(ListRequest, frozen=True, kw_only=True):
    """To whom can this caller be passed on, and whom can the agent call in?"""

    session_id: Id


class TargetAgent(msgspec.Struct, frozen=True, kw_only=True):
    """A colleague and what he or she does now."""

    id: Id
    name: Text
    state: AgentState


class TargetService(msgspec.Struct, frozen=True, kw_only=True):
    """A queue of the same organisation. `waiting` callers are in it."""

    id: Id
    name: Text
    waiting: int = 0
    closed: bool = False


class TargetsAnswer(ListAnswer, frozen=True, kw_only=True):
    """Only what is possible now; `elsewhere` are services of other organisations that both
    conventions allow.
    """

    PAGED: ClassVar[tuple[str, ...]] = ("agents", "services", "elsewhere")

    agents: list[TargetAgent]
    services: list[TargetService]
    elsewhere: list[MoveTarget]


class PassOnRequest(HubMessage, frozen=True, kw_only=True):
    """The agent passes the caller on, to one agent or to a queue;
    the agent's own conversation ends with it.

    A queue of another organisation is named "organisation/service"; the note stays at home then.

    `pieces_missing` is what the caller's dossier still lacks, -1 when the agent does not know.
    """

    session_id: Id
    reason: PassReason
    agent: MaybeId = ""
    service: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_/-]{0,81}$")] = ""
    note: Note = ""
    pieces_missing: Annotated[int, msgspec.Meta(ge=-1, le=500)] = -1


class PassedOnRequest(HubMessage, frozen=True, kw_only=True):
    """The agent who has accepted a caller who was passed on asks what for."""

    session_id: Id


class PassedOnAnswer(HubMessage, frozen=True, kw_only=True):
    """The agent who passed the caller on, and what for;
    an empty name when the caller was not passed on.
    """

    by_name: Text = ""
    reason: PassReason | None = None
    note: Note = ""
    pieces_missing: int = -1


class PassingRequest(HubMessage, frozen=True, kw_only=True):
    """A kiosk whose caller was passed on asks to whom."""

    ticket_id: Id


class PassingAnswer(HubMessage, frozen=True, kw_only=True):
    """The agent for whom the caller waits; an empty name for whoever is next."""

    agent_name: Text = ""
    service_name: Text = ""


class InviteRequest(HubMessage, frozen=True, kw_only=True):
    """The agent calls a colleague in; `held` lets the caller wait meanwhile."""

    session_id: Id
    agent: Id
    held: bool = False


class InvitationAnswered(HubMessage, frozen=True, kw_only=True):
    """The colleague comes, or does not."""

    session_id: Id
    accept: bool


class JoinRequest(HubMessage, frozen=True, kw_only=True):
    """A supervisor joins a conversation, visibly; the reason becomes the ticket's."""

    ticket_id: Id
    reason: Reason


class JoinAnswer(HubMessage, frozen=True, kw_only=True):
    """The conversation that is joined;
    nothing is seen or heard before both screens show the banner.
    """

    session_id: Id


class BannerShown(HubMessage, frozen=True, kw_only=True):
    """Kiosk or desk: the banner that names this third person is on the screen."""

    session_id: Id
    role: Role
    user: Id


class LeaveTalkRequest(HubMessage, frozen=True, kw_only=True):
    """The third person leaves, or the agent ends the call of the third person."""

    session_id: Id


class HandOverRequest(HubMessage, frozen=True, kw_only=True):
    """The agent leaves the caller to the colleague who was called in."""

    session_id: Id
    reason: PassReason = PassReason.SPECIALIST
    note: Note = ""
    pieces_missing: Annotated[int, msgspec.Meta(ge=-1, le=500)] = -1


_A = frozenset({Role.AGENT})
_THIRDS = frozenset({Role.AGENT, Role.SUPERVISOR})

TALK_VERBS: dict[str, Verb] = {
    "hold": (_A, HoldRequest, Done),
    "talk": (_THIRDS | {Role.KIOSK}, TalkRequest, TalkAnswer),
    "targets": (_A, TargetsRequest, TargetsAnswer),
    "pass_on": (_A, PassOnRequest, Done),
    "passed_on": (_A, PassedOnRequest, PassedOnAnswer),
    "passing": (frozenset({Role.KIOSK}), PassingRequest, PassingAnswer),
    "invite": (_A, InviteRequest, Done),
    "answer_invitation": (_A, InvitationAnswered, Done),
    "join": (frozenset({Role.SUPERVISOR}), JoinRequest, JoinAnswer),
    "banner_shown": (frozenset({Role.KIOSK, Role.AGENT}), BannerShown, Done),
    "leave_talk": (_THIRDS, LeaveTalkRequest, Done),
    "hand_over": (_A, HandOverRequest, Done),
}
"""Verb -> (roles that may say it, request, answer)."""
