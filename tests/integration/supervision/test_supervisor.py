# SPDX-License-Identifier: GPL-3.0-only
"""The whole of it: a supervisor's program, a hub, an agent's desk and a kiosk;
from the board's act to the accept.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from expert_app.board import app
from expert_app.board.app import ActDone, ActTrouble, SupervisorApp
from session.core.errors import TicketKept
from session.desk.hub.board import BoardClient
from session.desk.hub.board_acts import (
    Act,
    Announce,
    GiveToAgent,
    GiveToService,
    MoveQueue,
    SetAgentServices,
    SetAgentState,
    SetPriority,
    SetQueue,
)
from session.desk.hub.client import DeskClient
from session.hub.supervision import undo
from session.protocol.hub.board import AgentState, BoardAnswer, MessageTo
from session.protocol.hub.history import ActFacts, ActKind, HistoryRequest, UndoState
from session.protocol.hub.requests import AgentChanged, ServicesRequest
from session.protocol.hub.routing import WorkRequest
from session.protocol.hub.tickets import TicketState
from session.protocol.wire.roles import Role
from tests.support.hub_world import World, hub_world
from tests.support.waiting import until


class Boss:
    """The supervisor's program and what it told."""

    def __init__(self, app: SupervisorApp) -> None:
        self.app = app
        self.done: list[ActDone] = []
        self.troubles: list[ActTrouble] = []
        self.boards: list[BoardAnswer] = []
        self.undos: list[Act | None] = []
        app.done.connect(self.done.append)
        app.troubled.connect(self.troubles.append)
        app.board_changed.connect(self.boards.append)
        app.undo_changed.connect(self.undos.append)

    async def acts(self, act: Act, reason: str) -> ActDone:
        before = len(self.done)
        self.app.act(act, reason)
        await until(lambda: len(self.done) > before)
        return self.done[-1]


async def supervised(world: World) -> tuple[Boss, DeskClient]:
    client = await world.client(Role.SUPERVISOR, "boss")
    link = DeskClient(client, world.clock, tasks=world.tasks)
    board = BoardClient(client, world.tasks, poll_s=0.1)
    boss = Boss(SupervisorApp(link, board, tasks=world.tasks))
    await boss.app.start()
    await until(lambda: link.is_ready)
    return boss, link


async def test_a_supervisor_gives_a_caller_to_an_agent_and_that_agent_accepts(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        boss, link = await supervised(world)
        kiosk = await world.kiosk("kiosk1")
        alice = await world.desk("alice")
        bob = await world.desk("bob")
        await kiosk.call("housing", "", "r1")
        await until(lambda: len(link.queue) == 1)
        await boss.acts(GiveToService((link.queue[0],), "rights"), "wrong service chosen")
        await until(lambda: link.queue[0].service == "rights")
        await boss.acts(GiveToAgent((link.queue[0],), "bob"), "knows the case")
        await until(lambda: bob.queue[0].assigned_to == "bob")
        with pytest.raises(TicketKept):
            await alice.accept(bob.queue[0].id)
        facts = await bob.accept(bob.queue[0].id)
        assert (facts.service, facts.agent) == ("rights", "bob")
        await until(lambda: link.queue[0].state is TicketState.IN_SESSION)
        await until(
            lambda: any(
                a.id == "bob" and a.state is AgentState.IN_SESSION for a in boss.boards[-1].agents
            )
        )
        boss.app.act(SetPriority((link.queue[0],), 10), "too late for that")
        await until(lambda: bool(boss.troubles))
        assert boss.troubles[0].code == "ticket_taken"


async def test_acts_are_taken_back_the_newest_first(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        boss, link = await supervised(world)
        kiosk = await world.kiosk("kiosk1")
        await kiosk.call("housing", "", "r1")
        await until(lambda: len(link.queue) == 1)
        await boss.acts(SetQueue("rights", True), "nobody for it now")
        await boss.acts(SetPriority((link.queue[0],), 10), "cannot stand")
        await until(lambda: link.queue[0].priority == 10)
        boss.app.undo("taken back")
        await until(lambda: link.queue[0].priority == 0)
        assert link.queue[0].reason == "taken back"
        await until(lambda: len(boss.done) == 3)
        assert boss.done[-1].undone
        assert boss.undos[-1] == SetQueue("rights", True)
        boss.app.undo("taken back")
        await until(lambda: len(boss.done) == 4 and boss.undos[-1] is None)
        assert not any(
            service.closed for service in (await kiosk.bus.ask(ServicesRequest())).services
        )


async def test_a_whole_queue_moves_and_every_agent_reads_the_message(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        boss, link = await supervised(world)
        alice = await world.desk("alice")
        said: list[str] = []
        alice.announced.connect(lambda announcement: said.append(announcement.text))
        for name in ("kiosk1", "kiosk2"):
            await (await world.kiosk(name)).call("housing", "", "r1")
        await until(lambda: len(link.queue) == 2)
        done = await boss.acts(MoveQueue("housing", "rights"), "agency closes")
        assert (done.moved, done.left) == (2, 0)
        await boss.acts(Announce("The housing agency is closed."), "agency closes")
        await until(lambda: said == ["The housing agency is closed."])
        gone: list[str] = []
        alice.withdrawn.connect(gone.append)
        boss.app.undo("it is open again")
        await until(lambda: len(gone) == 1)
        boss.app.undo("it is open again")
        await until(lambda: {one.service for one in link.queue} == {"housing"})
        # The queue may be seen before the answer to the act.
        await until(
            lambda: (boss.done[-1].moved, boss.done[-1].left, boss.done[-1].undone) == (2, 0, True)
        )


async def test_several_callers_get_the_same_and_are_taken_back_together(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        boss, link = await supervised(world)
        alice = await world.desk("alice")
        for name in ("kiosk1", "kiosk2"):
            await (await world.kiosk(name)).call("housing", "", "r1")
        await until(lambda: len(link.queue) == 2)
        await boss.acts(SetPriority(tuple(link.queue), 5), "school is over")
        await until(lambda: [one.priority for one in link.queue] == [5, 5])
        boss.app.undo("not yet")
        await until(lambda: [one.priority for one in link.queue] == [0, 0])
        await until(lambda: boss.done[-1].undone)
        assert (boss.done[-1].moved, boss.undos[-1]) == (2, None)
        both = tuple(link.queue)
        await alice.accept(both[0].id)
        done = await boss.acts(GiveToService(both, "rights"), "agency closes")
        assert (done.moved, done.left) == (1, 1), "who was taken meanwhile is left"
        assert boss.troubles == []


async def test_taking_back_while_an_act_goes_on_waits_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "AT_ONCE", 1)
    monkeypatch.setattr(undo, "BACK_AT_ONCE", 1)
    async with hub_world(tmp_path) as world:
        boss, link = await supervised(world)
        for name in ("kiosk1", "kiosk2"):
            await (await world.kiosk(name)).call("housing", "", "r1")
        await until(lambda: len(link.queue) == 2)
        progress: list[tuple[int, int, bool]] = []
        boss.app.progressed.connect(lambda one: progress.append((one.done, one.total, one.undone)))
        act = SetPriority(tuple(link.queue), 5)
        boss.app.act(SetQueue("rights", True), "nobody for it now")
        boss.app.act(act, "school is over")
        boss.app.undo("not yet")
        assert boss.undos[-2:] == [act, SetQueue("rights", True)]
        await until(lambda: len(boss.done) == 3)
        assert [(one.act, one.moved, one.undone) for one in boss.done[1:]] == [
            (act, 2, False),
            (act, 2, True),
        ]
        await until(lambda: [one.priority for one in link.queue] == [0, 0])
        assert progress == [(0, 2, False), (1, 2, False), (1, 2, True)]
        boss.app.act(GiveToAgent((link.queue[0],), "nobody"), "refused")
        boss.app.undo("what was refused")
        await until(lambda: [one.code for one in boss.troubles] == ["not_allowed"])
        boss.app.undo("it opens")
        await until(lambda: len(boss.done) == 4)
        assert boss.done[-1] == ActDone(SetQueue("rights", True), 1, 0, undone=True)


async def test_an_agent_hears_at_once_what_a_supervisor_decided_and_the_history_keeps_it(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        boss, _link = await supervised(world)
        alice = await world.desk("alice")
        changes: list[AgentChanged] = []
        alice.agent_changed.connect(changes.append)
        await until(lambda: bool(boss.boards))
        await boss.acts(SetAgentServices("alice", ("housing",)), "only one is left")
        await until(lambda: len(changes) == 1)
        assert (changes[0].by_name, changes[0].services) == ("Chantal V.", True)
        work = {one.id: one.after_s for one in (await alice.bus.ask(WorkRequest())).services}
        assert work == {"rights": None, "housing": 0}
        await boss.acts(SetAgentState("alice", False, "meeting"), "agreed on")
        answer = await alice.bus.ask(WorkRequest())
        assert (answer.said, answer.reason) == (AgentState.PAUSED, "meeting")
        said = await boss.acts(Announce("Come back", MessageTo.AGENT, "alice"), "the queue is long")
        assert said.there == 1
        past = await world.client(Role.SUPERVISOR, "boss")
        today = datetime.now(UTC).date()
        request = HistoryRequest(first=today - timedelta(days=1), last=today + timedelta(days=1))
        acts: list[ActFacts] = []
        async with asyncio.timeout(20):
            while len(acts) < 3:
                acts = (await past.ask_once(request)).acts
                await asyncio.sleep(0.05)
        assert [(act.kind, act.to, act.text, act.reason) for act in acts] == [
            (ActKind.BROADCAST, "agent", "Come back", "the queue is long"),
            (ActKind.AGENT_STATE, "alice", "meeting", "agreed on"),
            (ActKind.AGENT_SERVICES, "alice", "housing", "only one is left"),
        ]
        assert acts[0].service == "alice"
        assert [act.undo for act in acts] == [
            UndoState.POSSIBLE,
            UndoState.NEVER,
            UndoState.NEVER,
        ]
        boss.app.act(SetAgentState("bob", True), "nobody is there")
        await until(lambda: bool(boss.troubles))
        assert boss.troubles[0].code == "agent_away"
