# SPDX-License-Identifier: GPL-3.0-only
"""What a supervisor may ask and decide about copies for the agency's own document systems.
Used by hub and vault.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from session.core.errors import NotAllowed
from session.hub.access.request_server import Asker, Handler
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

    async def deliveries(self, organisation: str, wish: DeliveriesRequest) -> DeliveriesAnswer:
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


class _Deliveries:
    def __init__(self, store: object, name_of: NameOf) -> None:
        self._given, self._name_of = store, name_of

    @property
    def _store(self) -> DeliveryStoreLike:
        if not isinstance(self._given, DeliveryStoreLike):
            raise NotAllowed(why="this store delivers nothing")
        return self._given

    async def listed(self, asker: Asker, wish: DeliveriesRequest) -> DeliveriesAnswer:
        if not isinstance(self._given, DeliveryStoreLike):
            return DeliveriesAnswer(targets=[], deliveries=[])
        return await self._store.deliveries(asker.organisation, wish)

    async def act(self, asker: Asker, wish: DeliveryActRequest) -> DeliveriesActed:
        who = (asker.user, self._name_of(asker.organisation, asker.user))
        if wish.act is DeliveryAct.RETRY:
            count = await self._store.retry_deliveries(asker.organisation, wish.delivery_ids, *who)
        elif wish.reason is None:
            raise NotAllowed(why="a reason is needed")
        else:
            count = await self._store.give_up_deliveries(
                asker.organisation, wish.delivery_ids, *who, wish.reason
            )
        return DeliveriesActed(count=count)


def delivery_handlers(store: object, name_of: NameOf) -> dict[str, Handler]:
    """Verb of `delivery_messages` -> the rule that answers it."""
    rules = _Deliveries(store, name_of)
    return {"deliveries": rules.listed, "delivery_act": rules.act}
