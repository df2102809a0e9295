# SPDX-License-Identifier: GPL-3.0-only
"""Two hubs on one bus, asked within the same millisecond:
what one alone promises, both together keep.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from session.bus.hub_connection import HubConnection
from session.core.errors import AgentBusy, SessionError
from session.hub.composition import Hub
from session.hub.parts import HubParts
from session.hub.queue.agent_claims import CLAIM_S, AgentClaim, NatsAgentClaimStore
from session.protocol.codec import decode_answer, encode
from session.protocol.hub.board import AgentState, AgentStateRequest, BoardAnswer
from session.protocol.hub.requests import SessionFacts
from session.protocol.hub.tickets import TicketState
from tests.integration.supervision.at_the_board import prioritise
from tests.support.hub_world import World, hub_world
from tests.support.waiting import LONGEST_S, until

CONTESTS = 25


@asynccontextmanager
async def second_hub(world: World) -> AsyncIterator[Hub]:
    """Another hub on the same bus; its folder is its own."""
    connection = HubConnection([world.server.url], world.hub_seed, tasks=world.tasks)
    await connection.connect()
    folder = world.folder / "hub2"
    hub = Hub(
        HubParts(
            connection=connection,
            catalogue=world.catalogue,
            folder=folder,
            clock=world.clock,
            tasks=world.tasks,
            tick_s=world.tick_s,
        ),
        dossiers=world.dossiers,
    )
    await hub.start()
    try:
        yield hub
    finally:
        await hub.stop()
        await connection.close()


def waits_there(hub: Hub, tickets: set[str]) -> bool:
    return {ticket.id for ticket in hub.queue.view.waiting("valdore")} >= tickets


async def test_two_hubs_do_not_let_one_agent_accept_two_callers(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world, second_hub(world) as other:
        hub = world.hub
        assert hub is not None
        first = await world.kiosk("kiosk1")
        second = await world.kiosk("kiosk2")
        desk = await world.desk("alice")
        for number in range(CONTESTS):
            one = (await first.call("housing", "", f"a{number}")).ticket
            two = (await second.call("housing", "", f"b{number}")).ticket
            await until(partial(waits_there, other, {one.id, two.id}))
            answers = await asyncio.gather(
                hub.queue.sessions.take_ticket("valdore", "alice", one.id),
                other.queue.sessions.take_ticket("valdore", "alice", two.id),
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
        await until(lambda: len(other.queue.view.waiting("valdore")) == 2)
        answers = await asyncio.gather(
            hub.queue.sessions.take_ticket("valdore", "alice", ticket.id),
            other.queue.sessions.take_ticket("valdore", "bob", ticket.id),
            return_exceptions=True,
        )
        loser = "bob" if isinstance(answers[0], SessionFacts) else "alice"
        assert (
            await other.queue.sessions.take_ticket("valdore", loser, following.id)
        ).agent == loser


async def test_a_claim_of_a_hub_that_died_binds_its_agent_for_seconds_only(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        hub = world.hub
        assert hub is not None
        assert world.connection is not None
        kiosk, next_kiosk = await world.kiosk("kiosk1"), await world.kiosk("kiosk2")
        ticket = (await kiosk.call("housing", "", "r1")).ticket
        following = (await next_kiosk.call("housing", "", "r2")).ticket
        stored = hub.queue.view.get("valdore", ticket.id)
        assert stored is not None
        hands = NatsAgentClaimStore(world.connection)
        # and then it was killed
        await hands.claim("valdore", "alice", AgentClaim(ticket.id, stored.revision), 0)
        with pytest.raises(AgentBusy):
            await hub.queue.sessions.take_ticket("valdore", "alice", following.id)
        assert (await hub.queue.sessions.take_ticket("valdore", "bob", following.id)).agent == "bob"
        async with asyncio.timeout(CLAIM_S + LONGEST_S):
            while await hands.claimed("valdore", "alice") is not None:  # noqa: ASYNC110 - the server forgets in silence
                await asyncio.sleep(0.2)
        assert (
            await hub.queue.sessions.take_ticket("valdore", "alice", ticket.id)
        ).agent == "alice"
        known = hub.queue.view.get("valdore", ticket.id)
        assert known is not None
        assert known.ticket.state is TicketState.IN_SESSION


ASKED = 16
"""So often one of two hubs is asked, by the server's choice: that both were is as good as sure."""


async def test_the_board_says_the_same_whichever_hub_is_asked(tmp_path: Path) -> None:
    """Pauses, closed services, the queue with its order, the day's figures."""
    async with hub_world(tmp_path) as world, second_hub(world) as other:
        hub = world.hub
        assert hub is not None
        link, board = await world.supervisor()
        kiosk, second = await world.kiosk("kiosk1"), await world.kiosk("kiosk2")
        alice, bob = await world.desk("alice"), await world.desk("bob")
        ticket = (await kiosk.call("rights", "1234567", "r1")).ticket
        urgent = (await second.call("housing", "", "r2")).ticket
        await until(lambda: len(link.queue) == 2)
        await prioritise(
            board, next(one for one in link.queue if one.id == urgent.id), 10, "long way home"
        )
        await board.set_queue("rights", True, "the line is down")
        await bob.bus.ask(AgentStateRequest(available=False, reason="lunch"))
        facts = await alice.accept(ticket.id)
        await alice.hang_up(facts.id)
        await alice.close(facts.id)
        await until(lambda: hub.queue.view.digest("valdore") == other.queue.view.digest("valdore"))

        async def asked() -> set[bytes]:
            before = hub.server.counts.answered, other.server.counts.answered
            answers = [await board.poll() for _ in range(ASKED)]
            after = hub.server.counts.answered, other.server.counts.answered
            assert all(now > then for now, then in zip(after, before, strict=True)), (
                "only one hub was asked"
            )
            return {encode(answer) for answer in answers}

        async with asyncio.timeout(30):
            while len(said := await asked()) > 1:  # noqa: ASYNC110 - two histories fill each at its own pace
                await asyncio.sleep(0.2)
        [answer] = [decode_answer(BoardAnswer, one) for one in said]
        states = {one.id: (one.state, one.reason) for one in answer.agents}
        assert states["bob"] == (AgentState.PAUSED, "lunch")
        assert [(one.service, one.reason) for one in answer.queues if one.closed] == [
            ("rights", "the line is down")
        ]
        assert [one.id for one in hub.queue.view.waiting("valdore")] == [
            one.id for one in other.queue.view.waiting("valdore")
        ]
