# SPDX-License-Identifier: GPL-3.0-only
"""Builds the supervisors' board, its undo, and the memos between people. Used by
`session.hub.composition`.
"""

from __future__ import annotations

from dataclasses import dataclass

from session.hub.history.wiring import HistoryServices
from session.hub.parts import HubParts
from session.hub.queue.wiring import Queue
from session.hub.storage.wiring import Stores
from session.hub.supervision.board import Board
from session.hub.supervision.duties import AgentDuties
from session.hub.supervision.memo_store import NatsMemoStore
from session.hub.supervision.memos import Memos
from session.hub.supervision.messages import SupervisorMessages
from session.hub.supervision.undo import Undo


@dataclass(frozen=True)
class Supervision:
    """Acts of supervisors, and memos."""

    board: Board
    messages: SupervisorMessages
    duties: AgentDuties
    undo: Undo
    memos: Memos
    memo_store: NatsMemoStore

    @property
    def rules(self) -> tuple[object, ...]:
        """The objects that answer verbs."""
        return (self.board, self.messages, self.duties, self.undo, self.memos)


def build(
    parts: HubParts, stores: Stores, *, queue: Queue, history: HistoryServices
) -> Supervision:
    """Acts are stored as decisions or in tickets; undo reads them from the history."""
    board = Board(
        queue.core, stores.board, agents=queue.agents, days=history.days, waits=queue.waits
    )
    messages = SupervisorMessages(queue.core, stores.board, agents=queue.agents)
    undo = Undo(
        queue.core, board, messages=messages, store=stores.board, projection=history.projection
    )
    duties = AgentDuties(queue.core, stores.board, agents=queue.agents)
    memo_store = NatsMemoStore(
        parts.connection,
        parts.tasks,
        time_zone=parts.time_zone,
        replicas=parts.replicas,
        limits=parts.limits,
    )
    return Supervision(
        board=board,
        messages=messages,
        duties=duties,
        undo=undo,
        memos=Memos(queue.core, memo_store, agents=queue.agents, has_key=parts.has_key),
        memo_store=memo_store,
    )
