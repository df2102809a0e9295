# SPDX-License-Identifier: GPL-3.0-only
"""The messages that travel when several organisations share a network:
a caller who goes to another one. Used by hub and desk.

A caller who was moved has a new ticket:
`moved_from` names the one before, arrival and reason are kept.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec

from session.protocol.hub.board import Reason, TicketsActed, TicketsSeen
from session.protocol.hub.requests import (
    LONG_S,
    ListAnswer,
    ListRequest,
    Request,
    Requests,
    Text,
)
from session.protocol.wire.ids import Id, ServiceRef
from session.protocol.wire.roles import Role


class MoveTargets(ListAnswer, frozen=True, kw_only=True):
    """The targets that both conventions allow; empty when nothing is."""

    PAGED: ClassVar[tuple[str, ...]] = ("targets",)

    targets: list[MoveTarget]


class MoveTargetsRequest(
    ListRequest[MoveTargets],
    frozen=True,
    kw_only=True,
    verb="move_targets",
    roles=(Role.AGENT, Role.SUPERVISOR),
):
    """A question about where callers of this service of ours may go,
    outside of our organisation.
    """

    service: Id


class MoveTarget(msgspec.Struct, frozen=True, kw_only=True):
    """A service of another organisation; `ref` is "organisation/service".
    A closed one takes nobody now. The wait as in `TargetService`; nobody knows that of a partner's
    network, nor of many targets.
    """

    ref: ServiceRef
    organisation_name: Text
    service_name: Text
    closed: bool = False
    wait_s: int | None = None
    wait_most_s: int | None = None


class MoveRequest(
    Request[TicketsActed],
    frozen=True,
    kw_only=True,
    verb="move",
    answer_s=LONG_S,
    roles=(Role.SUPERVISOR,),
):
    """Waiting callers go to another organisation. Repeating it is the same move.

    The reason goes with the callers; their caller numbers do not.
    """

    tickets: TicketsSeen
    target: ServiceRef
    reason: Reason
    act_id: Id


NETWORK_REQUESTS: Requests = (
    MoveTargetsRequest,
    MoveRequest,
)
