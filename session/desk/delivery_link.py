# SPDX-License-Identifier: GPL-3.0-only
"""What a supervisor's board asks about copies for the agency's own document systems. Used by the board's program.

The other end is `session.hub.delivery_service`, of the hub or of the organisation's vault.
"""

from __future__ import annotations

from collections.abc import Sequence

from session.bus.client import BusClient
from session.protocol.delivery_messages import (
    DeliveriesActed,
    DeliveriesAnswer,
    DeliveriesRequest,
    DeliveryAct,
    DeliveryActRequest,
)


class DeliveryLink:
    """Requests of one supervisor. Each raises what was refused, or `HubUnreachable`."""

    def __init__(self, bus: BusClient) -> None:
        self._bus = bus

    async def deliveries(self, wish: DeliveriesRequest) -> DeliveriesAnswer:
        """Systems, and copies."""
        return await self._bus.request("deliveries", wish, DeliveriesAnswer, timeout_s=10.0)

    async def retry(self, ids: Sequence[int]) -> int:
        """Tries these again now; how many."""
        wish = DeliveryActRequest(act=DeliveryAct.RETRY, delivery_ids=list(ids))
        return (await self._bus.insist("delivery_act", wish, DeliveriesActed, timeout_s=10.0)).count

    async def give_up(self, ids: Sequence[int], reason: str) -> int:
        """Tries these no more, for a reason; how many."""
        wish = DeliveryActRequest(act=DeliveryAct.GIVE_UP, delivery_ids=list(ids), reason=reason)
        return (await self._bus.insist("delivery_act", wish, DeliveriesActed, timeout_s=10.0)).count
