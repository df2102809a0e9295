# SPDX-License-Identifier: GPL-3.0-only
"""Help from afar for a kiosk at which nobody is, or for a desk whose person agrees on the screen:
what the helpdesk wants done there, what came of it, and who has wanted what. Used by helpdesk,
operator, hub, kiosk and desk.

Each act is a line before the machine hears of it, and its screen says so while it is done.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec

from session.core.field_types import UtcTime
from session.protocol.helpdesk.log_list import Code
from session.protocol.helpdesk.self_test import Checks
from session.protocol.hub.log import MOST_REASON
from session.protocol.hub.requests import (
    Done,
    HubMessage,
    ListAnswer,
    ListRequest,
    RemoteAct,
    Request,
    Requests,
    Text,
)
from session.protocol.wire.ids import Id, OptionalId
from session.protocol.wire.roles import Role
from session.protocol.wire.typed_words import TYPED_REASON

MOST_LINES, LINE_LETTERS = 200, 400

DESK_ACTS = frozenset(
    {RemoteAct.STATE, RemoteAct.DOCTOR, RemoteAct.LINE, RemoteAct.LOG, RemoteAct.RESTART}
)
"""What may be wanted of a desk."""

NOT_WANTED, NOT_ANSWERED, IN_CONVERSATION = "help_refused", "help_unanswered", "in_conversation"
"""Codes of a desk's result: the person said no, said nothing, or talks with a caller."""

Line = Annotated[str, msgspec.Meta(max_length=LINE_LETTERS)]


class RemoteState(StrEnum):
    """The state of an act. `silent`: the machine has not answered in time."""

    ASKED = "asked"
    DONE = "done"
    FAILED = "failed"
    SILENT = "silent"


class RemoteFact(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the kiosk says of itself: a version, a model, a sentence of `doctor`."""

    name: Code
    value: Line = ""
    code: Code = ""


class RemoteResult(msgspec.Struct, frozen=True, kw_only=True):
    """The result of an act.

    Attributes:
        code: "" when it was done, else why not: an error's code.
        lines: of the developer log, the oldest first.
    """

    code: Code = ""
    facts: Annotated[tuple[RemoteFact, ...], msgspec.Meta(max_length=60)] = ()
    checks: Checks = ()
    lines: Annotated[tuple[Line, ...], msgspec.Meta(max_length=MOST_LINES)] = ()


class RemoteHelp(HubMessage, frozen=True, kw_only=True):
    """An act and what came of it so far.

    Attributes:
        by, by_name: who wanted it.
        desk: at the desk of the agent whose id `kiosk` is.
    """

    help_id: Id
    organisation: Id
    kiosk: Id
    act: RemoteAct
    state: RemoteState
    by: Text
    by_name: Text
    reason: Text
    asked_at_utc: UtcTime
    result: RemoteResult | None = None
    desk: bool = False


class HelpKiosk(
    Request[RemoteHelp],
    frozen=True,
    kw_only=True,
    verb="help_kiosk",
    roles=(Role.HELPDESK, Role.OPERATOR),
):
    """The helpdesk wants something done at a kiosk that is idle, or at a desk, whose person is
    asked.

    Attributes:
        desk: at a desk: `kiosk` is then the id of the agent who sits there.
        organisation: in whose account the kiosk lives; an operator's to say, "" for one's own.
        reason: why, in words; it stands in the list of what was done.
    """

    help_id: Id
    kiosk: Id
    act: RemoteAct
    reason: Annotated[str, msgspec.Meta(max_length=MOST_REASON, extra=TYPED_REASON)]
    organisation: OptionalId = ""
    desk: bool = False


class RemoteHelpRequest(
    Request[RemoteHelp],
    frozen=True,
    kw_only=True,
    verb="remote_help",
    roles=(Role.HELPDESK, Role.OPERATOR),
):
    """A question about how far an act is; asked again until it is `done`."""

    help_id: Id


class RemoteHelps(HubMessage, frozen=True, kw_only=True):
    """At most 200, without what came of them; `more`: there are older ones."""

    helps: tuple[RemoteHelp, ...]
    more: bool = False


class RemoteHelpsRequest(
    Request[RemoteHelps],
    frozen=True,
    kw_only=True,
    verb="remote_helps",
    roles=(Role.HELPDESK, Role.OPERATOR, Role.SUPERVISOR),
):
    """A question about what was wanted of kiosks and desks, the newest first;
    "" and None mean all.

    Attributes:
        kiosk: of this kiosk, or of the desk of this agent.
        first, last: days of the hub's time zone, both included.
        by: of this person, as in `RemoteHelp.by`.
        before: `help_id` of the last one of the answer before, to read on.
    """

    kiosk: OptionalId = ""
    first: date | None = None
    last: date | None = None
    by: Text = ""
    act: RemoteAct | None = None
    before: OptionalId = ""


class RemoteHelpDone(
    Request[Done],
    frozen=True,
    kw_only=True,
    verb="remote_help_done",
    roles=(Role.KIOSK, Role.AGENT),
):
    """Kiosk or desk tells what came of an act."""

    help_id: Id
    result: RemoteResult


class HelpPlaces(ListAnswer, frozen=True, kw_only=True):
    """Kiosks before desks, by organisation and site."""

    PAGED: ClassVar[tuple[str, ...]] = ("places",)

    places: tuple[HelpPlace, ...] = ()


class HelpPlacesRequest(
    ListRequest[HelpPlaces],
    frozen=True,
    kw_only=True,
    verb="help_places",
    roles=(Role.HELPDESK, Role.OPERATOR, Role.SUPERVISOR),
):
    """Which kiosks and desks there are, to choose one from."""


class HelpPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A kiosk, or the desk of an agent.

    Attributes:
        id: of the kiosk, or of the agent where `desk` is True.
        name: what people call it; "" where it has no name.
        site: of a kiosk, its name.
        there: it gives signs of life.
        seen_at_utc: a kiosk's last sign of life; None when there was none since the hub started,
            and of a desk: when people work is nobody's list.
    """

    organisation: Id
    id: Id
    name: Text = ""
    site: Text = ""
    desk: bool = False
    there: bool = False
    seen_at_utc: UtcTime | None = None


REMOTE_HELP_REQUESTS: Requests = (
    HelpKiosk,
    HelpPlacesRequest,
    RemoteHelpRequest,
    RemoteHelpsRequest,
    RemoteHelpDone,
)
