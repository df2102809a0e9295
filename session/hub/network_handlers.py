# SPDX-License-Identifier: GPL-3.0-only
"""Which rule of a shared network answers which verb. Used by `session.hub.hub`."""

from __future__ import annotations

from session.hub.moves import Moves
from session.hub.service import Asker, Handler
from session.protocol.network_messages import MoveRequest, MoveTargets, MoveTargetsRequest, TicketMoved


class _NetworkHandlers:
    def __init__(self, moves: Moves) -> None:
        self._moves = moves

    async def move_targets(self, asker: Asker, wish: MoveTargetsRequest) -> MoveTargets:
        return MoveTargets(targets=self._moves.targets(asker.organisation, wish.service))

    async def move(self, asker: Asker, wish: MoveRequest) -> TicketMoved:
        return await self._moves.move(asker.organisation, asker.user, wish)


def network_handlers(moves: Moves) -> dict[str, Handler]:
    """Verb -> the rule that answers it."""
    rules = _NetworkHandlers(moves)
    return {"move_targets": rules.move_targets, "move": rules.move}
