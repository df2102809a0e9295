# SPDX-License-Identifier: GPL-3.0-only
"""A supervisor's questions and decisions about copies for the agency's own document systems.
Used by hub and vault.
"""

from __future__ import annotations

from collections.abc import Callable

from session.core.dossier_model import ActingUser
from session.core.errors import NotAllowed
from session.hub.access.handlers import Asker, handles
from session.hub.dossier.store import DossierStoreLike
from session.protocol.dossier.deliveries import (
    DeliveriesActed,
    DeliveriesAnswer,
    DeliveriesRequest,
    DeliveryAct,
    DeliveryActRequest,
)

NameOf = Callable[[str, str], str]
"""(organisation, user) -> the person's name."""


class DeliveryService:
    """Lists copies, and does what a supervisor decides about them."""

    def __init__(self, store: DossierStoreLike, name_of: NameOf) -> None:
        self._store = store
        self._name_of = name_of

    @handles(DeliveriesRequest)
    async def listed(self, asker: Asker, request: DeliveriesRequest) -> DeliveriesAnswer:
        """Copies and systems."""
        return await self._store.deliveries(asker.organisation, request)

    @handles(DeliveryActRequest)
    async def act(self, asker: Asker, request: DeliveryActRequest) -> DeliveriesActed:
        """Tries copies again, or gives them up. Raises `NotAllowed` without a reason for it."""
        by = ActingUser(user=asker.user, name=self._name_of(asker.organisation, asker.user))
        if request.act is DeliveryAct.RETRY:
            count = await self._store.retry_deliveries(asker.organisation, request.delivery_ids, by)
        elif request.reason is None:
            raise NotAllowed(why="a reason is needed")
        else:
            count = await self._store.give_up_deliveries(
                asker.organisation, request.delivery_ids, by, reason=request.reason
            )
        return DeliveriesActed(count=count)
