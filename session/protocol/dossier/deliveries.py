# SPDX-License-Identifier: GPL-3.0-only
"""Copies of filed documents in an agency's own systems (GED), as a supervisor sees and decides
them.

Names of callers are not among it: the page tells what was filed in which dossier, and what became
of its copy.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from session.core.dossier_model import Delivery, DeliveryState
from session.core.field_types import UtcTime
from session.protocol.hub.board import Count, Reason
from session.protocol.hub.requests import LONG_S, HubMessage, Request, Requests, Text
from session.protocol.wire.ids import OptionalId
from session.protocol.wire.roles import Role

MOST_DELIVERIES = 200
"""Copies of one answer, and of one decision."""

DossierNumber = Annotated[str, msgspec.Meta(max_length=40)]


class TargetFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A system, and how many copies are where.
    `oldest_utc`: since when the oldest of those that wait has waited.
    """

    name: Text
    kind: Text = ""
    waiting: Count = 0
    delivered: Count = 0
    refused: Count = 0
    given_up: Count = 0
    oldest_utc: UtcTime | None = None


class DeliveriesAnswer(HubMessage, frozen=True, kw_only=True):
    """All systems, and the copies asked for. `more`: there are older ones."""

    targets: list[TargetFacts]
    deliveries: list[Delivery]
    more: bool = False


class DeliveriesRequest(
    Request[DeliveriesAnswer],
    frozen=True,
    kw_only=True,
    verb="deliveries",
    answer_s=LONG_S,
    roles=(Role.SUPERVISOR,),
):
    """Copies, the newest filing first; None and "" mean all.
    `before`: the last id of the answer before, to read on.
    """

    state: DeliveryState | None = None
    target: OptionalId = ""
    dossier: DossierNumber = ""
    before: int = 0


class DeliveryAct(StrEnum):
    """A supervisor's decision."""

    RETRY = "retry"
    GIVE_UP = "give_up"


class DeliveriesActed(HubMessage, frozen=True, kw_only=True):
    """The number of copies that the act was about."""

    count: Count


class DeliveryActRequest(
    Request[DeliveriesActed],
    frozen=True,
    kw_only=True,
    verb="delivery_act",
    answer_s=LONG_S,
    roles=(Role.SUPERVISOR,),
):
    """Decides about copies that have not arrived; repeated, it changes nothing.
    `reason` is needed to give up.
    """

    act: DeliveryAct
    delivery_ids: Annotated[list[int], msgspec.Meta(min_length=1, max_length=MOST_DELIVERIES)]
    reason: Reason | None = None


DELIVERY_REQUESTS: Requests = (
    DeliveriesRequest,
    DeliveryActRequest,
)
