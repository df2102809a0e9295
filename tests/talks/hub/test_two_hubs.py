# SPDX-License-Identifier: GPL-3.0-only
"""Two hubs on one bus, asked within the same millisecond: what one alone promises, both together keep."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from session.bus.hub_connection import HubConnection
from session.errors import AgentBusy, SessionError
from session.hub.hands import CLAIM_S, Claim, NatsHandStore
from session.hub.hub import Hub
from session.protocol.hub_messages import SessionFacts
from session.protocol.tickets import TicketState
from tests.talks.hub.bus_fixture import World, hub_world, until

CONTESTS = 25


@asynccontextmanager
async def second_hub(world: World) -> AsyncIterator[Hub]:
    """Another hub on the same bus; its folder is its own."""
    connection = HubConnection([world.server.url], world.hub_seed, world.tasks)
    await connection.connect()
    folder = world.folder / "hub2"
    hub = Hub(connection, world.catalogue, world.dossiers, folder, world.clock, world.tasks, tick_s=world.tick_s)
    await hub.start()
    try:
        yield hub
    finally:
        await hub.stop()
        await connection.close()


async def test_two_hubs_do_not_let_one_agent_accept_two_callers(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world, second_hub(world) as other:
        hub = world.hub
        assert hub is not None
        first, second, desk = await world.kiosk("kiosk1"), await world.kiosk("kiosk2"), await world.desk("alice")
        for number in range(CONTESTS):
            one = (await first.call("housing", "", f"a{number}")).ticket
            two = (await second.call("housing", "", f"b{number}")).ticket
            await until(lambda both={one.id, two.id}: {t.id for t in other.view.waiting("valdore")} >= both)  # type: ignore[misc] # mypy knows no default in a lambda
            answers = await asyncio.gather(
                hub.sessions.accept("valdore", "alice", one.id),
                other.sessions.accept("valdore", "alice", two.id),
                return_exceptions=True,
            )
            won = [answer for answer in answers if isinstance(answer, SessionFacts)]
            lost = [answer for answer in answers if isinstance(answer, SessionError)]
            assert (len(won), [type(answer) for answer in lost]) == (1, [AgentBusy]), answers
            await desk.hang_up(won[0].id)
            await desk.close(won[0].id, "done")
            loser, left = (first, one) if won[0].ticket_id == two.id else (second, two)
            await loser.leave(left.id)


async def test_an_agent_who_was_faster_elsewhere_may_take_the_next_at_once(tmp_path: Path) -> None:
    """A claim that led to nothing, because somebody else has the ticket, binds nobody."""
    async with hub_world(tmp_path) as world, second_hub(world) as other:
        hub = world.hub
        assert hub is not None
        kiosk, next_kiosk = await world.kiosk("kiosk1"), await world.kiosk("kiosk2")
        ticket = (await kiosk.call("housing", "", "r1")).ticket
        following = (await next_kiosk.call("housing", "", "r2")).ticket
        await until(lambda: len(other.view.waiting("valdore")) == 2)
        answers = await asyncio.gather(
            hub.sessions.accept("valdore", "alice", ticket.id),
            other.sessions.accept("valdore", "bob", ticket.id),
            return_exceptions=True,
        )
        loser = "bob" if isinstance(answers[0], SessionFacts) else "alice"
        assert (await other.sessions.accept("valdore", loser, following.id)).agent == loser


async def test_a_claim_of_a_hub_that_died_binds_its_agent_for_seconds_only(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        hub = world.hub
        assert hub is not None
        assert world.connection is not None
        kiosk, next_kiosk = await world.kiosk("kiosk1"), await world.kiosk("kiosk2")
        ticket = (await kiosk.call("housing", "", "r1")).ticket
        following = (await next_kiosk.call("housing", "", "r2")).ticket
        stored = hub.view.get("valdore", ticket.id)
        assert stored is not None
        hands = NatsHandStore(world.connection)
        await hands.claim("valdore", "alice", Claim(ticket.id, stored.revision), 0)  # and then it was killed
        with pytest.raises(AgentBusy):
            await hub.sessions.accept("valdore", "alice", following.id)
        assert (await hub.sessions.accept("valdore", "bob", following.id)).agent == "bob"
        async with asyncio.timeout(CLAIM_S + 5):
            while await hands.claimed("valdore", "alice") is not None:  # noqa: ASYNC110 - the server forgets in silence
                await asyncio.sleep(0.2)
        assert (await hub.sessions.accept("valdore", "alice", ticket.id)).agent == "alice"
        known = hub.view.get("valdore", ticket.id)
        assert known is not None
        assert known.ticket.state is TicketState.IN_SESSION
