# SPDX-License-Identifier: GPL-3.0-only
"""A hub with agents and sites to supervise, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from session.bus.jetstream.streams import WrongRevision
from session.hub.queue.agent_states import AgentStates
from session.hub.storage.board_store import (
    AgentRecord,
    BroadcastRecord,
    DutyRecord,
    MoveRecord,
    QueueRecord,
    WorkplaceRecord,
)
from session.hub.supervision.board import Board
from session.hub.supervision.duties import AgentDuties
from session.hub.supervision.messages import SupervisorMessages
from session.protocol.hub.board import (
    DayFigures,
)
from tests.support.memory.queue import MemoryQueue


class MemoryBoardStore:
    def __init__(self) -> None:
        self.queues: dict[tuple[str, str], QueueRecord] = {}
        self.agents: dict[tuple[str, str], AgentRecord] = {}
        self.messages: dict[tuple[str, str], tuple[int, BroadcastRecord]] = {}
        self.moves: dict[str, MoveRecord] = {}
        self.revisions: dict[tuple[str, str], int] = {}
        self.beaten = False
        self.sites: dict[tuple[str, str], QueueRecord] = {}
        self.duties: dict[tuple[str, str], DutyRecord] = {}

    def queue(self, organisation: str, service: str) -> QueueRecord | None:
        return self.queues.get((organisation, service))

    def agent(self, organisation: str, user: str) -> AgentRecord | None:
        return self.agents.get((organisation, user))

    def site(self, organisation: str, site: str) -> QueueRecord | None:
        return self.sites.get((organisation, site))

    async def put_site(self, organisation: str, site: str, record: QueueRecord) -> None:
        self.sites[organisation, site] = record

    def queue_revision(self, organisation: str, service: str) -> int:
        return self.revisions.get((organisation, service), 0)

    async def put_queue(
        self, organisation: str, service: str, record: QueueRecord, expected: int | None = None
    ) -> None:
        now = self.queue_revision(organisation, service)
        if self.beaten or expected not in (None, now):
            raise WrongRevision
        self.revisions[organisation, service] = now + 1
        self.queues[organisation, service] = record

    def broadcast(self, organisation: str, broadcast: str) -> tuple[int, BroadcastRecord] | None:
        return self.messages.get((organisation, broadcast))

    async def put_broadcast(
        self, organisation: str, broadcast: str, record: BroadcastRecord, expected: int
    ) -> None:
        now, _ = self.messages.get((organisation, broadcast), (0, None))
        if self.beaten or expected != now:
            raise WrongRevision
        self.messages[organisation, broadcast] = (now + 1, record)

    async def put_move(self, organisation: str, act: str, record: MoveRecord) -> None:
        self.moves[act] = record

    async def put_agent(self, organisation: str, user: str, record: AgentRecord) -> None:
        self.agents[organisation, user] = record

    def duty(self, organisation: str, user: str) -> DutyRecord | None:
        return self.duties.get((organisation, user))

    def workplace(self, organisation: str, user: str) -> tuple[int, WorkplaceRecord | None]:
        return (0, None)

    async def put_workplace(
        self, organisation: str, user: str, record: WorkplaceRecord, expected: int
    ) -> None:
        raise NotImplementedError

    async def put_duty(self, organisation: str, user: str, record: DutyRecord) -> None:
        self.duties[organisation, user] = record

    def messages_at(self, site: str) -> list[tuple[str, BroadcastRecord]]:
        return [
            (organisation, said)
            for (organisation, _name), (_revision, said) in self.messages.items()
            if (said.to, said.target) == ("site", site)
        ]


class ADay:
    """Nobody came but one, who was answered in time."""

    async def day(
        self, organisation: str, within_s: int, promised: Mapping[str, int]
    ) -> tuple[DayFigures, Mapping[str, DayFigures]]:
        since = datetime(2026, 3, 2, tzinfo=UTC)
        one = DayFigures(since_utc=since, answered=1, within=1)
        return one, {"rights": one}


class Supervised(MemoryQueue):
    """The rules of `MemoryQueue` with a board."""

    def __init__(self) -> None:
        store = MemoryBoardStore()
        super().__init__(decisions=store)
        self.board_store = store
        self.states = AgentStates(self.core, store)
        self.board = Board(self.core, store, agents=self.states, days=ADay(), waits=self.waits)
        self.duties = AgentDuties(self.core, store, agents=self.states)
        self.messages = SupervisorMessages(self.core, store, agents=self.states)
