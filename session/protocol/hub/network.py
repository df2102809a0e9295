# SPDX-License-Identifier: GPL-3.0-only
"""The messages that travel when several organisations share a network:
a caller who goes to another one. Used by hub and desk.

A caller who was moved has a new ticket:
`moved_from` names the one before, arrival and reason are kept.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec

from session.protocol.hub.board import Reason, TicketSeen
from session.protocol.hub.requests import (
    HubMessage,
    ListAnswer,
    ListRequest,
    Request,
    Requests,
    Text,
)
from session.protocol.hub.tickets import Ticket
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
    A closed one takes nobody now.
    """

    ref: ServiceRef
    organisation_name: Text
    service_name: Text
    closed: bool = False


class TicketMoved(HubMessage, frozen=True, kw_only=True):
    """Our ticket as it ended, and the short word that the caller reads now."""

    ticket: Ticket
    number: Text


class MoveRequest(
    Request[TicketMoved], frozen=True, kw_only=True, verb="move", roles=(Role.SUPERVISOR,)
):
    """A waiting caller goes to another organisation. Repeating it is the same move.

    The reason goes with the caller; the caller number does not.
    """

    ticket_id: Id
    seen: TicketSeen
    target: ServiceRef
    reason: Reason
    act_id: Id | None = None


NETWORK_REQUESTS: Requests = (
    MoveTargetsRequest,
    MoveRequest,
)
