# SPDX-License-Identifier: GPL-3.0-only
"""The memory of a ticket of holding, passing on and third people.
Ids and codes only; used inside `Ticket`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from session.core.field_types import UtcTime, whole
from session.protocol.wire.ids import Id
from session.protocol.wire.roles import Role

MaybeId = Annotated[str, msgspec.Meta(pattern=whole(r"[A-Za-z0-9_-]{0,40}"))]


class HoldReason(StrEnum):
    """Why the caller waits a moment; the kiosk has a sentence for each."""

    LOOKING = "looking"
    COLLEAGUE = "colleague"
    PAPERS = "papers"
    MOMENT = "moment"


class PassReason(StrEnum):
    """Why a caller is passed on."""

    OTHER_SERVICE = "other_service"
    SPECIALIST = "specialist"
    LANGUAGE = "language"
    SHIFT_END = "shift_end"
    OTHER = "other"


class ThirdState(StrEnum):
    """The place of a third person: called (an agent), announced on both screens,
    or in the conversation.

    Voice and picture of a third person are passed on in the last state only.
    """

    CALLED = "called"
    ANNOUNCED = "announced"
    IN = "in"


class ThirdEnd(StrEnum):
    """The way in which the last third person went."""

    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    LEFT = "left"
    REMOVED = "removed"
    LOST = "lost"


BANNERS = frozenset({Role.KIOSK, Role.AGENT})
"""Whose screens must show the banner before a third person sees or hears anything."""


class Third(msgspec.Struct, frozen=True, kw_only=True):
    """A colleague or supervisor in somebody else's conversation.

    Attributes:
        by: "<role letter>.<user>" of the person who asked for it.
        shown: roles whose screen has said that its banner is there.
    """

    role: Role
    user: Id
    state: ThirdState
    by: str
    at_utc: UtcTime
    shown: tuple[Role, ...] = ()


def is_in(third: Third | None) -> bool:
    """True if voice and picture of a third person travel now."""
    return third is not None and third.state is ThirdState.IN


class Talk(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation that is not simply two people talking.

    Attributes:
        held: the caller waits; no voice and no picture travel between kiosk and desk.
        last: how the last third person went.
    """

    held: bool = False
    hold_reason: HoldReason | None = None
    third: Third | None = None
    last: ThirdEnd | None = None


class Passed(msgspec.Struct, frozen=True, kw_only=True):
    """A caller was passed on.

    Attributes:
        by: the agent who did; `session` is the conversation that ended with it.
        agent: for whom the caller is kept, "" for whoever is next.
        wrapping: `by` has not finished the wrap-up yet.
        lapsed: that agent did not take the caller in time; anybody may.
    """

    by: Id
    session: Id
    at_utc: UtcTime
    reason: PassReason
    agent: MaybeId = ""
    wrapping: bool = True
    lapsed: bool = False
