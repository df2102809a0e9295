# SPDX-License-Identifier: GPL-3.0-only
"""Which rule of the board answers which verb. Used by `session.hub.api.handlers`."""

from __future__ import annotations

from session.hub.access.request_server import Asker, Handler
from session.hub.assignment.agent_states import Agents
from session.hub.history.trends import DayAndTrends
from session.hub.supervision.board import Board
from session.protocol.hub.board import (
    AgentStateRequest,
    BoardAnswer,
    BoardRequest,
    BroadcastRequest,
    MoveQueueRequest,
    PrioritiseRequest,
    QueueMoved,
    QueueStateRequest,
    ReassignRequest,
    TicketActed,
)
from session.protocol.hub.requests import Done


class _BoardHandlers:
    def __init__(self, board: Board, agents: Agents, *, days: DayAndTrends) -> None:
        self.rules = board
        self.agents = agents
        self.days = days

    async def reassign(self, asker: Asker, wish: ReassignRequest) -> TicketActed:
        return TicketActed(ticket=await self.rules.reassign(asker.organisation, asker.user, wish))

    async def prioritise(self, asker: Asker, wish: PrioritiseRequest) -> TicketActed:
        return TicketActed(ticket=await self.rules.prioritise(asker.organisation, asker.user, wish))

    async def move_queue(self, asker: Asker, wish: MoveQueueRequest) -> QueueMoved:
        return await self.rules.move_queue(asker.organisation, asker.user, wish)

    async def close_queue(self, asker: Asker, wish: QueueStateRequest) -> Done:
        await self.rules.set_queue(asker.organisation, asker.user, wish, closed=True)
        return Done()

    async def open_queue(self, asker: Asker, wish: QueueStateRequest) -> Done:
        await self.rules.set_queue(asker.organisation, asker.user, wish, closed=False)
        return Done()

    async def broadcast(self, asker: Asker, wish: BroadcastRequest) -> Done:
        await self.rules.broadcast(asker.organisation, asker.user, wish)
        return Done()

    async def board(self, asker: Asker, wish: BoardRequest) -> BoardAnswer:
        return self.rules.answer(
            asker.organisation, await self.days.day(asker.organisation, wish.within_s)
        )

    async def agent_state(self, asker: Asker, wish: AgentStateRequest) -> Done:
        await self.agents.report(asker.organisation, asker.user, wish)
        return Done()


def board_handlers(board: Board, agents: Agents, days: DayAndTrends) -> dict[str, Handler]:
    """Verb -> the rule that answers it."""
    rules = _BoardHandlers(board, agents, days=days)
    return {
        "reassign": rules.reassign,
        "prioritise": rules.prioritise,
        "move_queue": rules.move_queue,
        "close_queue": rules.close_queue,
        "open_queue": rules.open_queue,
        "broadcast": rules.broadcast,
        "board": rules.board,
        "agent_state": rules.agent_state,
    }
