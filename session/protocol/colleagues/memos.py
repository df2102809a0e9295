# SPDX-License-Identifier: GPL-3.0-only
"""Who of an organisation is there, and memos: a few lines from one person to another, or to the
supervisors, which the hub keeps until midnight. Used by hub, desk and board.

Nothing of a memo goes to a caller, into a conversation's log or into the history.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from session.core.field_types import UtcTime
from session.protocol.hub.board import AgentState
from session.protocol.hub.requests import (
    HubMessage,
    ListAnswer,
    ListRequest,
    Memo,
    Request,
    Requests,
    Text,
)
from session.protocol.hub.talk_state import MaybeId
from session.protocol.wire.ids import Id
from session.protocol.wire.roles import Role
from session.protocol.wire.typed_words import TYPED_WORDS

MEMO_LETTERS = 500
MOST_MEMOS = 500
"""So many of a person's memos of today are told, the newest."""

WRITERS = (Role.AGENT, Role.SUPERVISOR)


class Colleague(msgspec.Struct, frozen=True, kw_only=True):
    """An agent, what it does now and since when; `until_utc`: when a pause shall end."""

    id: Id
    name: Text
    state: AgentState
    since_utc: UtcTime | None = None
    until_utc: UtcTime | None = None


class ColleaguesAnswer(ListAnswer, frozen=True, kw_only=True):
    """The agents to whom the asker may write, those who are there first, and the names of the
    supervisors who are there.
    """

    PAGED: ClassVar[tuple[str, ...]] = ("colleagues",)

    colleagues: list[Colleague]
    supervisors: tuple[Text, ...] = ()


class ColleaguesRequest(
    ListRequest[ColleaguesAnswer], frozen=True, kw_only=True, verb="colleagues", roles=WRITERS
):
    """An agent asks for those who serve one of its services, a supervisor for everybody."""


class MemosAnswer(ListAnswer, frozen=True, kw_only=True):
    """The memos of today that the asker wrote or may read, the oldest first."""

    PAGED: ClassVar[tuple[str, ...]] = ("memos",)

    memos: list[Memo]


class MemosRequest(
    ListRequest[MemosAnswer], frozen=True, kw_only=True, verb="memos", roles=WRITERS
):
    """Asked after each connection; later ones come as `MemoWritten`."""


class MemoSent(HubMessage, frozen=True, kw_only=True):
    """The memo as it is kept; `there` of its readers are there now."""

    memo: Memo
    there: int


class MemoRequest(Request[MemoSent], frozen=True, kw_only=True, verb="send_memo", roles=WRITERS):
    """A memo to one agent, or (`to` "") to the supervisors, whom only an agent writes to.
    The same `memo_id` is kept once.
    """

    memo_id: Id
    to: MaybeId
    text: Annotated[
        str,
        msgspec.Meta(min_length=1, max_length=MEMO_LETTERS, pattern=r"\S", extra=TYPED_WORDS),
    ]


MEMO_REQUESTS: Requests = (ColleaguesRequest, MemosRequest, MemoRequest)
