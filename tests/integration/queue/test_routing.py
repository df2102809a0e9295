# SPDX-License-Identifier: GPL-3.0-only
"""Callers find their agent on a real bus:
offers, silence, skills, who comes back, two hubs and a killed one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from session.bus.hub_connection import HubConnection
from session.core.clock import SystemClock
from session.core.dossier_model import AccessKind
from session.core.errors import (
    AgentBusy,
    NobodyWaits,
    NotAllowed,
    SkillMissing,
    TicketOffered,
    TicketUnknown,
)
from session.desk.hub.client import DeskClient
from session.hub.composition import Hub
from session.hub.parts import HubParts
from session.protocol.hub.board import AgentState, AgentStateRequest
from session.protocol.hub.routing import (
    DeclineRequest,
    NextRequest,
    PreviewRequest,
    ProlongRequest,
    WorkRequest,
)
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.wire.roles import Role
from tests.integration.queue.routed_world import OFFER_S, RELAX_S, call, pushing, today
from tests.support.hub_world import World
from tests.support.waiting import until


class Agent:
    """A desk and its own requests."""

    def __init__(self, world: World, link: DeskClient) -> None:
        self.link = link
        self.bus = link.bus
        self._world = world

    @property
    def offered(self) -> Ticket | None:
        me = self.link.bus.user
        return next(
            (
                one
                for one in self.link.queue
                if one.state is TicketState.OFFERED and one.agent == me
            ),
            None,
        )

    def here(self) -> None:
        assert self._world.hub is not None
        self._world.hub.queue.presence.mark_alive("valdore", Role.AGENT, self.link.bus.user)


async def agent(world: World, user: str) -> Agent:
    found = Agent(world, await world.desk(user))
    await until(
        lambda: world.hub is None or world.hub.queue.presence.is_there("valdore", Role.AGENT, user)
    )
    return found


async def test_a_caller_is_offered_to_one_agent_who_accepts(tmp_path: Path) -> None:
    async with pushing(tmp_path) as world:
        alice, bob = await agent(world, "alice"), await agent(world, "bob")
        ticket = await call(world)
        await until(lambda: bool(alice.offered) ^ bool(bob.offered))
        asked, other = (alice, bob) if alice.offered else (bob, alice)
        with pytest.raises(TicketOffered):
            await other.link.accept(ticket.id)
        with pytest.raises(NobodyWaits):
            await other.bus.ask(NextRequest())
        facts = (await asked.bus.ask(NextRequest())).session
        assert facts.ticket_id == ticket.id
        assert (await asked.bus.ask(NextRequest())).session.id == facts.id
        await call(world, "kiosk2")
        await until(lambda: other.offered is not None)


async def test_who_declines_is_not_asked_again_and_stays_available(tmp_path: Path) -> None:
    async with pushing(tmp_path) as world:
        alice, bob = await agent(world, "alice"), await agent(world, "bob")
        ticket = await call(world)
        await until(lambda: bool(alice.offered) ^ bool(bob.offered))
        asked, other = (alice, bob) if alice.offered else (bob, alice)
        await asked.bus.ask(DeclineRequest(ticket_id=ticket.id, reason="knows_caller"))
        await asked.bus.ask(DeclineRequest(ticket_id=ticket.id, reason="knows_caller"))
        await until(lambda: other.offered is not None)
        assert other.offered is not None
        assert other.offered.declined_by == (asked.link.bus.user,)
        assert (await asked.bus.ask(WorkRequest())).said is AgentState.AVAILABLE
        await other.bus.ask(DeclineRequest(ticket_id=ticket.id, reason="technical"))
        await asyncio.sleep(0.3)
        assert asked.offered is None
        assert asked.link.queue[0].state is TicketState.WAITING


async def test_silence_passes_the_caller_on_and_the_agent_returns_by_saying_so(
    tmp_path: Path,
) -> None:
    clock = today()
    async with pushing(tmp_path, clock) as world:
        alice, bob = await agent(world, "alice"), await agent(world, "bob")
        await call(world)
        await until(lambda: bool(alice.offered) ^ bool(bob.offered))
        asked, other = (alice, bob) if alice.offered else (bob, alice)
        for _ in range(2):
            clock.advance(OFFER_S / 2 + 1)
            other.here()
            asked.here()
        await until(lambda: other.offered is not None)
        work = await asked.bus.ask(WorkRequest())
        assert (work.said, work.reason) == (AgentState.NOT_RESPONDING, "not_responding")
        _, board = await world.supervisor()
        states = {one.id: one.state for one in (await board.poll()).agents}
        assert states[asked.link.bus.user] is AgentState.NOT_RESPONDING
        await asked.bus.ask(AgentStateRequest(available=True))
        assert (await asked.bus.ask(WorkRequest())).said is AgentState.AVAILABLE
        assert world.connection is not None
        subject = f"$KV.bd.valdore.agent.{asked.link.bus.user}"
        told: list[bytes] = []
        while len(told) < 2:  # the server copies each change into the log of states
            stored = await world.connection.streams.next("AGENT_STATES", subject, len(told) + 1)
            told += [stored.payload] if stored is not None else []
        assert [b"not_responding" in payload for payload in told] == [True, False]


async def test_an_agent_who_pauses_gives_the_offer_back(tmp_path: Path) -> None:
    async with pushing(tmp_path) as world:
        alice = await agent(world, "alice")
        await call(world)
        await until(lambda: alice.offered is not None)
        await alice.bus.ask(AgentStateRequest(available=False, reason="break"))
        await until(lambda: alice.link.queue[0].state is TicketState.WAITING)
        assert alice.link.queue[0].declined_by == ()
        await alice.bus.ask(AgentStateRequest(available=True))
        await until(lambda: alice.offered is not None)


async def test_nobody_has_two_callers(tmp_path: Path) -> None:
    async with pushing(tmp_path) as world:
        alice = await agent(world, "alice")
        first, second = await call(world, service="housing"), await call(world, "kiosk2", "housing")
        facts = (await alice.bus.ask(NextRequest(service="housing"))).session
        assert facts.ticket_id == first.id
        with pytest.raises(AgentBusy):
            await alice.link.accept(second.id)
        await alice.link.hang_up(facts.id)
        with pytest.raises(AgentBusy):
            await alice.bus.ask(NextRequest())
        await alice.link.close(facts.id)
        assert (await alice.bus.ask(NextRequest())).session.ticket_id == second.id


async def test_a_skill_is_asked_for_until_the_wait_is_long(tmp_path: Path) -> None:
    clock = today()
    async with pushing(tmp_path, clock) as world:
        bob, none = await agent(world, "bob"), await agent(world, "agent0")
        ticket = await call(world, service="housing")
        with pytest.raises(SkillMissing):
            await bob.link.accept(ticket.id)
        with pytest.raises(NobodyWaits):
            await bob.bus.ask(NextRequest())
        after = {one.id: one.after_s for one in (await bob.bus.ask(WorkRequest())).services}
        assert after == {"rights": 0, "housing": RELAX_S}
        assert {one.id: one.after_s for one in (await none.bus.ask(WorkRequest())).services}[
            "rights"
        ] is None
        clock.advance(RELAX_S)
        assert (await bob.bus.ask(NextRequest())).session.ticket_id == ticket.id


async def test_a_caller_who_comes_back_finds_the_agent_it_knows(tmp_path: Path) -> None:
    async with pushing(tmp_path) as world:
        bob = await agent(world, "bob")
        first = await call(world, number="1234567")
        await until(lambda: bob.offered is not None)
        facts = (await bob.bus.ask(NextRequest())).session
        await bob.link.hang_up(facts.id)
        await bob.link.close(facts.id)
        alice = await agent(world, "alice")  # idle for longer than Bob, so she would be asked
        again = (await (await world.kiosk("kiosk2")).call("rights", "1234567", "again")).ticket
        assert (again.preferred, again.id != first.id) == ("bob", True)
        await until(lambda: bob.offered is not None)
        assert alice.offered is None
        assert world.connection is not None
        for stream in ("RETURNS", "KV_tk"):
            seq = 1
            while (stored := await world.connection.streams.next(stream, ">", seq)) is not None:
                assert b"1234567" not in stored.payload + stored.subject.encode()
                seq = stored.revision + 1
            assert seq > 1


async def test_the_longest_idle_agent_is_asked_first(tmp_path: Path) -> None:
    clock = today()
    async with pushing(tmp_path, clock) as world:
        agents = {name: await agent(world, name) for name in ("agent1", "agent2", "agent3")}
        for name in ("agent2", "agent3", "agent1"):
            await agents[name].bus.ask(AgentStateRequest(available=False, reason="break"))
            await agents[name].bus.ask(AgentStateRequest(available=True))
            clock.advance(1)
        order = []
        for n in range(3):
            await (await world.kiosk("kiosk1")).call("rights", "", f"n{n}")
            await until(lambda: any(one.offered for one in agents.values()))
            asked = next(name for name, one in agents.items() if one.offered)
            await agents[asked].bus.ask(NextRequest())
            order.append(asked)
            await until(lambda: not any(one.offered for one in agents.values()))
        assert order == ["agent2", "agent3", "agent1"]


async def test_a_wrap_up_has_its_time_and_is_prolonged_once(tmp_path: Path) -> None:
    clock = today()
    async with pushing(tmp_path, clock) as world:
        alice = await agent(world, "alice")
        await call(world)
        await until(lambda: alice.offered is not None)
        facts = (await alice.bus.ask(NextRequest())).session
        await alice.link.hang_up(facts.id)
        await until(lambda: alice.link.queue[0].state is TicketState.WRAP_UP)
        until_utc = alice.link.queue[0].wrap_up_until_utc
        assert until_utc is not None
        assert (until_utc - clock.utc_now()).total_seconds() == 60
        longer = await alice.bus.ask(ProlongRequest(session_id=facts.id, until_utc=until_utc))
        assert (
            await alice.bus.ask(ProlongRequest(session_id=facts.id, until_utc=until_utc)) == longer
        )  # asked again: once
        assert longer.until_utc is not None
        assert ((longer.until_utc - until_utc).total_seconds(), longer.more) == (60, 0)
        with pytest.raises(NotAllowed):
            await alice.bus.ask(ProlongRequest(session_id=facts.id, until_utc=longer.until_utc))


async def test_a_pause_of_yesterday_is_over(tmp_path: Path) -> None:
    clock = today()
    async with pushing(tmp_path, clock) as world:
        alice = await agent(world, "alice")
        await alice.bus.ask(AgentStateRequest(available=False, reason="training"))
        await world.stop_hub()
        await world.start_hub()
        assert (await alice.bus.ask(WorkRequest())).said is AgentState.TRAINING
        clock.advance(24 * 3600)
        assert (await alice.bus.ask(WorkRequest())).said is AgentState.AVAILABLE


@asynccontextmanager
async def another_hub(world: World, folder: Path) -> AsyncIterator[Hub]:
    connection = HubConnection([world.server.url], world.hub_seed, tasks=world.tasks)
    await connection.connect()
    hub = Hub(
        HubParts(
            connection=connection,
            catalogue=world.catalogue,
            folder=folder,
            clock=SystemClock(),
            tasks=world.tasks,
            tick_s=0.05,
        ),
        dossiers=world.dossiers,
    )
    await hub.start()
    try:
        yield hub
    finally:
        await hub.stop()
        await connection.close()


async def test_two_hubs_offer_each_caller_to_one_agent_and_no_agent_two_callers(
    tmp_path: Path,
) -> None:
    async with pushing(tmp_path) as world, another_hub(world, tmp_path / "second") as second:
        agents = [await agent(world, f"agent{n}") for n in range(1, 5)]
        await until(lambda: second.queue.presence.agents("valdore") == 4)
        seen: list[Ticket] = []
        agents[0].link.queue_changed.connect(seen.extend)
        for n in range(1, 3):
            await call(world, f"kiosk{n}")
        await until(lambda: sum(one.offered is not None for one in agents) == 2)
        await asyncio.sleep(0.3)
        offers = {
            (one.id, one.agent, one.offer_until_utc)
            for one in seen
            if one.state is TicketState.OFFERED
        }
        assert len(offers) == 2
        assert len({user for _, user, _ in offers}) == 2


async def test_an_offer_outlives_its_hub_and_the_next_hub_goes_on(tmp_path: Path) -> None:
    async with pushing(tmp_path) as world:
        alice, bob = await agent(world, "alice"), await agent(world, "bob")
        await call(world)
        await until(lambda: bool(alice.offered) ^ bool(bob.offered))
        asked = alice if alice.offered else bob
        assert world.connection is not None
        assert world.hub is not None
        await world.connection.close()  # as if it were killed: its lease is not given back
        dead, world.hub = world.hub, None
        async with another_hub(world, tmp_path / "second"):
            facts = (await asked.bus.ask(NextRequest())).session
            assert facts.agent == asked.link.bus.user
            await call(world, "kiosk2")
            other = bob if asked is alice else alice
            await until(lambda: other.offered is not None)
            await dead.stop()


async def test_who_is_offered_a_caller_reads_what_is_missing_and_it_is_written_down(
    tmp_path: Path,
) -> None:
    async with pushing(tmp_path) as world:
        alice, bob = await agent(world, "alice"), await agent(world, "bob")
        ticket = await call(world, number="1234567")
        await until(lambda: bool(alice.offered) ^ bool(bob.offered))
        asked, other = (alice, bob) if alice.offered else (bob, alice)
        with pytest.raises(TicketUnknown):
            await other.bus.ask(PreviewRequest(ticket_id=ticket.id))
        seen = await asked.bus.ask(PreviewRequest(ticket_id=ticket.id))
        assert seen.known
        assert seen.missing
        [(kind, access)] = cast(Any, world.dossiers.identities).views
        assert kind is AccessKind.PREVIEWED
        assert (access.by.user, access.reason) == (asked.link.bus.user, ticket.number)
        stranger = await call(world, "kiosk2", number="")
        await until(lambda: other.offered is not None)
        assert not (await other.bus.ask(PreviewRequest(ticket_id=stranger.id))).known
