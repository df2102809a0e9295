# SPDX-License-Identifier: GPL-3.0-only
"""Who stands beside in somebody's conversation and whose line is cut meanwhile: on a real bus,
through a line that is cut, what ended is over for them as soon as they are back.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from documents.workers import Workers
from expert_app.board.visit import BoardVisit
from session.bus.client import BusClient
from session.core.errors import BusUnreachable
from session.desk.call.visit import Visit
from session.desk.hub.client import DeskClient
from session.desk.hub.third_parties import ThirdPartyClient
from session.media.engine import MediaState
from session.protocol.hub.talk_state import Third, ThirdEnd, ThirdState
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.wire.roles import Role
from tests.end2end.relayed_line import RelayedLine
from tests.support.hub_world import hub_world
from tests.support.program_parts import QuietEngine
from tests.support.waiting import until
from tests.unit.expert_app.desk.desk_at_work import Desk, Office
from tests.unit.expert_app.desk.talkers import Talker, let_in, talker


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers() as started:
        yield started


@pytest.fixture
async def office(tmp_path: Path, workers: Workers) -> AsyncIterator[Office]:
    async with hub_world(tmp_path / "hub") as world:
        made = Office(world, tmp_path, workers=workers)
        yield made
        await made.close()


@asynccontextmanager
async def through_a_line(
    office: Office, role: Role, user: str
) -> AsyncIterator[tuple[BusClient, RelayedLine]]:
    """A client whose line to the bus can be cut."""
    world = office.world
    port = int(world.server.url.rpartition(":")[2])
    async with RelayedLine.to(port) as line:
        client = BusClient(
            [f"nats://127.0.0.1:{line.port}"],
            role,
            user=user,
            seed=world.seeds["valdore", role, user],
            tasks=world.tasks,
            clock=world.clock,
        )
        await client.connect()
        try:
            yield client, line
        finally:
            await client.close()


async def cut(line: RelayedLine, link: DeskClient) -> None:
    line.cut()
    await until(lambda: not link.is_ready)


@asynccontextmanager
async def visited(office: Office) -> AsyncIterator[tuple[Talker, Talker, RelayedLine, Any]]:
    """Alice talks with a caller; Bob, whose line can be cut, is with them."""
    alice = await talker(office, "alice")
    kiosk = await office.world.kiosk("kiosk1")
    async with through_a_line(office, Role.AGENT, "bob") as (client, line):
        bob = Talker(
            office, desk := Desk(office.world, client, office.folder / "b", office.workers)
        )
        await desk.start()
        await desk.app.resumed.wait()
        hub = office.world.hub
        assert hub is not None
        await until(lambda: hub.queue.presence.is_there("valdore", Role.AGENT, "bob"))
        alice.desk.app.accept((await kiosk.call("rights", "1234567", "r1")).ticket.id)
        await until(lambda: alice.desk.app.session is not None and bool(alice.desk.dossiers))
        alice.talks.invite("bob", True)
        await until(lambda: bool(bob.calls) and bob.calls[-1] is not None)
        bob.talks.answer_invitation(accept=True)
        await until(lambda: bool(bob.visits) and _third_state(alice) is ThirdState.ANNOUNCED)
        await let_in(kiosk, alice, bob)
        yield alice, bob, line, kiosk
        await desk.close()


def _third_state(agent: Talker) -> ThirdState | None:
    third = agent.third()
    return None if third is None else third.state


async def test_a_colleague_is_out_of_a_conversation_that_ended_while_the_line_was_cut(
    office: Office,
) -> None:
    async with visited(office) as (alice, bob, line, kiosk):
        await cut(line, bob.desk.link)
        await kiosk.hang_up(alice.desk.opened[0].facts.id, "caller")
        await until(lambda: bool(alice.desk.ended))
        await alice.desk.app.close("done")
        assert bob.left == [], "nobody can tell"
        line.mend()
        await until(lambda: bob.left == [None])
        assert bob.talks.visit is None
        assert bob.visits[0].caller.state == bob.visits[0].agent.state == MediaState.CLOSED


async def test_a_colleague_sent_away_while_the_line_was_cut_is_out(office: Office) -> None:
    async with visited(office) as (alice, bob, line, _kiosk):
        await cut(line, bob.desk.link)
        alice.talks.dismiss()
        await until(lambda: alice.third() is None)
        line.mend()
        await until(lambda: bool(bob.left))
        ticket = bob.left[0]
        assert ticket is not None
        assert ticket.talk is not None
        assert ticket.talk.last is ThirdEnd.REMOVED
        assert alice.desk.app.session is not None, "the conversation goes on"


async def test_a_colleague_who_got_the_caller_while_the_line_was_cut_goes_on_with_it(
    office: Office,
) -> None:
    async with visited(office) as (alice, bob, line, _kiosk):
        await cut(line, bob.desk.link)
        alice.talks.hand_over("suite")
        await until(lambda: [ended.reason for ended in alice.desk.ended] == ["passed_on"])
        line.mend()
        await until(lambda: bool(bob.left) and bob.desk.app.session is not None)
        assert bob.desk.opened[0].facts.id != alice.desk.opened[0].facts.id
        await alice.desk.app.close("done")


async def test_a_colleague_whose_line_was_cut_for_a_moment_stays(office: Office) -> None:
    async with visited(office) as (alice, bob, line, _kiosk):
        await cut(line, bob.desk.link)
        line.mend()
        await until(lambda: bob.desk.link.is_ready)
        assert bob.left == []
        assert bob.talks.visit is not None
        alice.talks.dismiss()
        await until(lambda: bool(bob.left))


async def test_a_colleague_whose_line_is_cut_while_it_rings_is_still_asked(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = await talker(office, "alice"), await talker(office, "bob")
    hub = office.world.hub
    assert hub is not None
    await until(lambda: hub.queue.presence.is_there("valdore", Role.AGENT, "bob"))
    alice.desk.app.accept(await office.caller())
    await until(lambda: alice.desk.app.session is not None)
    asked, told = 0, ThirdPartyClient.talk

    async def talk(self: ThirdPartyClient, session_id: str) -> Any:
        nonlocal asked
        if self.me[1] == "bob":
            asked += 1
            if asked == 1:
                raise BusUnreachable
        return await told(self, session_id)

    monkeypatch.setattr(ThirdPartyClient, "talk", talk)
    monkeypatch.setattr("expert_app.desk.third_parties.AGAIN_S", 0.05)
    alice.talks.invite("bob", False)
    await until(lambda: bool(bob.calls) and bob.calls[-1] is not None)
    assert asked == 2


class Board:
    """A supervisor's visits, without a window."""

    def __init__(self, office: Office, client: BusClient) -> None:
        world = office.world
        self.link = DeskClient(client, world.clock, tasks=world.tasks)
        asker = ThirdPartyClient(client)

        def open_visit(session_id: str) -> Visit:
            return Visit(
                asker.me,
                self.link.bus.channel(session_id),
                caller_engine=QuietEngine(),
                agent_engine=QuietEngine(),
                clock=world.clock,
                tasks=world.tasks,
            )

        self.visits = BoardVisit(self.link, asker, open_visit=open_visit, tasks=world.tasks)
        self.began: list[Visit] = []
        self.ended: list[Ticket | None] = []
        self.visits.began.connect(self.began.append)
        self.visits.ended.connect(self.ended.append)


@pytest.mark.parametrize("seen", [True, False], ids=["announced", "before-the-queue-says-it"])
async def test_a_supervisor_is_out_of_a_conversation_that_ended_while_the_line_was_cut(
    office: Office, monkeypatch: pytest.MonkeyPatch, seen: bool
) -> None:
    alice, kiosk = await talker(office, "alice"), await office.world.kiosk("kiosk1")
    async with through_a_line(office, Role.SUPERVISOR, "boss") as (client, line):
        board = Board(office, client)
        await board.link.start()
        ticket = (await kiosk.call("rights", "1234567", "r1")).ticket.id
        alice.desk.app.accept(ticket)
        talking = [TicketState.IN_SESSION]
        await until(lambda: [one.state for one in board.link.queue] == talking)
        if not seen:  # the line is cut between the hub's answer and the change of the ticket
            monkeypatch.setattr(board.link._queue, "apply", lambda ticket, revision: False)
        board.visits.join(ticket, "un appel difficile")
        await until(lambda: bool(board.began) and board.began[0].is_seen is seen)
        await cut(line, board.link)
        await kiosk.hang_up(alice.desk.opened[0].facts.id, "caller")
        await until(lambda: bool(alice.desk.ended))
        await alice.desk.app.close("done")
        line.mend()
        await until(lambda: board.ended == [None])
        assert board.visits.current is None
        assert board.began[0].caller.state == MediaState.CLOSED


async def test_a_third_person_is_named_although_the_hub_did_not_answer_at_first(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else nobody would read who listens."""
    alice, kiosk = await talker(office, "alice"), await office.world.kiosk("kiosk1")
    ticket = (await kiosk.call("rights", "1234567", "r1")).ticket.id
    alice.desk.app.accept(ticket)
    await until(lambda: alice.desk.app.session is not None)
    asked, told = 0, ThirdPartyClient.talk

    async def talk(self: ThirdPartyClient, session_id: str) -> Any:
        nonlocal asked
        asked += 1
        if asked <= 2:
            raise BusUnreachable
        return await told(self, session_id)

    monkeypatch.setattr(ThirdPartyClient, "talk", talk)
    monkeypatch.setattr("session.protocol.endpoints.third_party_banner.AGAIN_S", 0.05)
    boss = ThirdPartyClient(await office.world.client(Role.SUPERVISOR, "boss"))
    await boss.join(ticket, "un appel difficile")

    def named() -> Third | None:
        seen = [answer for answer in alice.seen if answer.third_name == "Chantal V."]
        return seen[-1].talk.third if seen else None

    await until(lambda: named() is not None)
