# SPDX-License-Identifier: GPL-3.0-only
"""The copies as the supervisor's page shows them, in protocol messages.
Used by `expert_app.hub.dossier_adapter`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from documents.store.deliveries import MAX_LISTED, Deliveries, TargetCount
from expert_app.ged.courier import Courier
from expert_app.runtime.store_settings import GedSettings
from session.core.dossier_model import Delivery, DeliveryState
from session.protocol.dossier.deliveries import DeliveriesAnswer, DeliveriesRequest, TargetFacts

SHOWN = 200
"""Letters of a system's own words that are sent: a hundred lines are one message."""


class GedBoardService:
    """The systems of this hub.

    Args:
        courier: is woken when there is something to carry.
    """

    def __init__(
        self, settings: Sequence[GedSettings] = (), courier: Courier | None = None
    ) -> None:
        self._settings = settings
        self._courier = courier

    def wake(self) -> None:
        """There may be something to carry."""
        if self._courier is not None:
            self._courier.wake()

    def answer(
        self, deliveries: Deliveries, organisation: str, request: DeliveriesRequest
    ) -> DeliveriesAnswer:
        """In a thread: systems of today and of before, and the copies asked for."""
        copies = deliveries.listed(
            organisation,
            request.state,
            target=request.target,
            dossier=request.dossier,
            before=request.before,
        )
        kinds = {
            system.name: system.kind
            for system in self._settings
            if system.organisation == organisation
        }
        counts = deliveries.counts(organisation)
        names = [*kinds, *sorted({entry.target for entry in counts} - set(kinds))]
        return DeliveriesAnswer(
            targets=[_target(name, kinds.get(name, ""), counts) for name in names],
            deliveries=[_short(copy) for copy in copies],
            more=len(copies) == MAX_LISTED,
        )


def _target(name: str, kind: str, counts: Sequence[TargetCount]) -> TargetFacts:
    by_state = {entry.state: entry for entry in counts if entry.target == name}

    def count(state: DeliveryState) -> int:
        if state in by_state:
            return by_state[state].count
        return 0

    oldest: datetime | None = (
        by_state[DeliveryState.WAITING].oldest_utc if DeliveryState.WAITING in by_state else None
    )
    return TargetFacts(
        name=name,
        kind=kind,
        waiting=count(DeliveryState.WAITING),
        delivered=count(DeliveryState.DELIVERED),
        refused=count(DeliveryState.REFUSED),
        given_up=count(DeliveryState.GIVEN_UP),
        oldest_utc=oldest,
    )


def _short(delivery: Delivery) -> Delivery:
    remote_id, words = delivery.remote_id[:SHOWN], delivery.words[:SHOWN]
    return msgspec.structs.replace(delivery, remote_id=remote_id, words=words)
