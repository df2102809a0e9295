# SPDX-License-Identifier: GPL-3.0-only
"""The board's rules on stores in memory:
races, repeats after a lost answer, and the counts of the day.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec
import pytest

from session.bus.jetstream.streams import WrongRevision
from session.core.errors import NotAllowed, QueueClosed, ServiceUnknown, TicketTaken
from session.hub.access.handlers import Asker
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
    AgentState,
    AgentStateRequest,
    AskSupervisorRequest,
    DayFigures,
    MoveQueueRequest,
    PrioritiseRequest,
    QueueStateRequest,
    ReassignRequest,
    TicketSeen,
)
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.wire.roles import Role
from tests.support.askers import a_supervisor
from tests.support.memory.queue import MemoryQueue
from tests.unit.session.hub.queue.test_ticket_changes import ORG


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


def priority(ticket: Ticket, to: int, reason: str = "cannot stand") -> PrioritiseRequest:
    return PrioritiseRequest(
        ticket_id=ticket.id, seen=TicketSeen.of(ticket), priority=to, reason=reason
    )


async def test_an_agent_asks_a_supervisor_for_help_and_keeps_its_state() -> None:
    desk = Supervised()
    agents = AgentStates(desk.core, store := MemoryBoardStore())
    who = Asker(ORG, Role.AGENT, "bob")
    await agents.report(who, AgentStateRequest(available=False, reason="break"))
    await agents.ask_supervisor(who, AskSupervisorRequest(reason="advice"))
    await agents.report(who, AgentStateRequest(available=True))
    record = store.agents[ORG, "bob"]
    assert (record.available, record.help) == (True, "advice")
    desk.presence.mark_alive(ORG, Role.AGENT, "bob")
    [bob] = [one for one in agents.all_facts(ORG) if one.id == "bob"]
    assert (bob.state, bob.help) == (AgentState.AVAILABLE, "advice")
    await agents.ask_supervisor(who, AskSupervisorRequest())
    [bob] = [one for one in agents.all_facts(ORG) if one.id == "bob"]
    assert bob.help == ""


async def test_a_supervisor_beaten_in_the_last_moment_changes_nothing() -> None:
    desk = Supervised()
    ticket = await desk.ticket()
    desk.store.beaten = lambda now: msgspec.structs.replace(
        now, state=TicketState.IN_SESSION, agent="bob", session="x"
    )
    with pytest.raises(TicketTaken):
        await desk.board.prioritise(a_supervisor(), priority(ticket, 5))
    stored = await desk.store.get(ORG, ticket.id)
    assert stored is not None
    assert (stored.ticket.agent, stored.ticket.priority) == ("bob", 0)


async def test_the_same_act_asked_again_after_a_lost_answer_is_done_once() -> None:
    desk = Supervised()
    ticket = await desk.ticket()
    first = await desk.board.prioritise(a_supervisor(), priority(ticket, 5))
    assert await desk.board.prioritise(a_supervisor(), priority(ticket, 5)) == first
    with pytest.raises(TicketTaken):
        await desk.board.prioritise(a_supervisor("other"), priority(ticket, 5))


async def test_tickets_go_to_known_agents_and_open_services_only() -> None:
    desk = Supervised()
    ticket = await desk.ticket()
    seen = TicketSeen.of(ticket)
    for nobody in ("boss", "zoe"):
        request = ReassignRequest(
            ticket_id=ticket.id, seen=seen, reason="not an agent here", agent=nobody
        )
        with pytest.raises(NotAllowed):
            await desk.board.reassign(a_supervisor(), request)
    with pytest.raises(ServiceUnknown):
        await desk.board.reassign(
            a_supervisor(),
            ReassignRequest(ticket_id=ticket.id, seen=seen, reason="elsewhere", service="care"),
        )
    await desk.board.close_queue(
        a_supervisor(), QueueStateRequest(service="housing", reason="nobody left")
    )
    with pytest.raises(QueueClosed):
        await desk.board.reassign(
            a_supervisor(),
            ReassignRequest(ticket_id=ticket.id, seen=seen, reason="closed one", service="housing"),
        )


async def test_a_ticket_is_taken_back_from_the_agent_it_was_kept_for() -> None:
    desk = Supervised()
    ticket = await desk.ticket()
    request = ReassignRequest(
        ticket_id=ticket.id, seen=TicketSeen.of(ticket), reason="knows her", agent="bob"
    )
    kept = (await desk.board.reassign(a_supervisor(), request)).ticket
    assert kept.kept_for(desk.clock.utc_now()) == "bob"
    back = ReassignRequest(
        ticket_id=ticket.id, seen=TicketSeen.of(kept), reason="undone again", agent=""
    )
    free = (await desk.board.reassign(a_supervisor(), back)).ticket
    assert (free.assigned_to, free.assigned_at_utc) == (None, None)


async def test_a_caller_accepted_during_a_move_is_left_with_the_agent() -> None:
    desk = Supervised()
    await desk.ticket("r1")
    await desk.ticket("r2", kiosk="kiosk2")
    desk.store.beaten = lambda now: msgspec.structs.replace(
        now, state=TicketState.IN_SESSION, agent="bob", session="x"
    )
    moved = await desk.board.move_queue(
        a_supervisor(), MoveQueueRequest(service="rights", to="housing", reason="closing")
    )
    assert (moved.moved, moved.left) == (1, 1)
