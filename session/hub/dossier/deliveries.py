# SPDX-License-Identifier: GPL-3.0-only
"""What a supervisor may ask and decide about copies for the agency's own document systems.
Used by hub and vault.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from session.core.errors import NotAllowed
from session.hub.access.handlers import Asker, handles
from session.protocol.dossier.deliveries import (
    DeliveriesActed,
    DeliveriesAnswer,
    DeliveriesRequest,
    DeliveryAct,
    DeliveryActRequest,
)

NameOf = Callable[[str, str], str]
"""(organisation, user) -> the person's name."""


@runtime_checkable
class DeliveryStoreLike(Protocol):
    """What a store of dossiers has beyond `DossierStoreLike`.
    Errors are classes of `session.core.errors`.
    """

    async def deliveries(self, organisation: str, request: DeliveriesRequest) -> DeliveriesAnswer:
        """Copies and systems."""
        ...

    async def retry_deliveries(
        self, organisation: str, ids: list[int], user: str, name: str
    ) -> int:
        """Tries these again now; how many."""
        ...

    async def give_up_deliveries(
        self, organisation: str, ids: list[int], user: str, name: str, reason: str
    ) -> int:
        """Tries these no more; how many."""
        ...


class DeliveryService:
    """Lists copies, and does what a supervisor decides about them."""

    def __init__(self, store: object, name_of: NameOf) -> None:
        self._given, self._name_of = store, name_of

    @property
    def _store(self) -> DeliveryStoreLike:
        if not isinstance(self._given, DeliveryStoreLike):
            raise NotAllowed(why="this store delivers nothing")
        return self._given

    @handles("deliveries")
    async def listed(self, asker: Asker, request: DeliveriesRequest) -> DeliveriesAnswer:
        """Copies and systems; none where the store delivers nothing."""
        if not isinstance(self._given, DeliveryStoreLike):
            return DeliveriesAnswer(targets=[], deliveries=[])
        return await self._store.deliveries(asker.organisation, request)

    @handles("delivery_act")
    async def act(self, asker: Asker, request: DeliveryActRequest) -> DeliveriesActed:
        """Tries copies again, or gives them up. Raises `NotAllowed` without a reason for it."""
        who = (asker.user, self._name_of(asker.organisation, asker.user))
        if request.act is DeliveryAct.RETRY:
            count = await self._store.retry_deliveries(
                asker.organisation, request.delivery_ids, *who
            )
        elif request.reason is None:
            raise NotAllowed(why="a reason is needed")
        else:
            count = await self._store.give_up_deliveries(
                asker.organisation, request.delivery_ids, *who, request.reason
            )
        return DeliveriesActed(count=count)
