# SPDX-License-Identifier: GPL-3.0-only
"""One agent, two computers, each with its own key: callers come to the one where the agent works.
Real server and hub.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from session.bus.client import BusClient
from session.bus.transport.nkeys import new_seed, public_key
from session.core.clock import ManualClock
from session.core.errors import DeskElsewhere
from session.desk.hub.client import DeskClient
from session.desk.hub.workplace import Workplace, ask_to_work_here
from session.protocol.hub.routing import NextRequest, WorkHereAnswer
from session.protocol.hub.tickets import TicketState
from session.protocol.wire.roles import Role
from tests.integration.queue.routed_world import call, pushing, today
from tests.support.hub_world import World, one_computer_each
from tests.support.waiting import until

ALICE = ("valdore", Role.AGENT, "alice")


@dataclass
class Computer:
    """One of Alice's computers, as its desk's program connects it."""

    bus: BusClient
    link: DeskClient
    elsewhere: list[WorkHereAnswer]
    place: Workplace

    async def take(self) -> WorkHereAnswer:
        return await ask_to_work_here(self.bus, "", take=True)

    def is_offered(self) -> bool:
        return any(one.state is TicketState.OFFERED for one in self.link.queue)


async def two_keys(world: World) -> tuple[bytes, bytes]:
    first, second = world.seeds[ALICE], new_seed()
    keys = one_computer_each(world.keys) | {ALICE: (public_key(first), public_key(second))}
    await world.server.reload(world.catalogue.accounts(keys))
    return first, second


async def computer(world: World, seed: bytes, name: str) -> Computer:
    bus = BusClient(
        [world.server.url],
        Role.AGENT,
        user="alice",
        seed=seed,
        tasks=world.tasks,
        clock=world.clock,
    )
    await bus.connect()
    world.open_ends.append(bus)
    link = DeskClient(bus, world.clock, tasks=world.tasks)
    place = Workplace(bus, link, computer=name, tasks=world.tasks)
    found = Computer(bus, link, [], place)
    place.elsewhere.connect(found.elsewhere.append)
    await link.start()
    return found


def places(world: World) -> str:
    assert world.hub is not None
    _, known = world.hub.assignment.workplaces._store.workplace("valdore", "alice")
    return known.computer if known is not None else ""


async def test_a_caller_comes_to_the_computer_where_the_agent_works(tmp_path: Path) -> None:
    async with pushing(tmp_path) as world:
        seeds = await two_keys(world)
        first = await computer(world, seeds[0], "guichet-1")
        await until(lambda: places(world) == "guichet-1")
        second = await computer(world, seeds[1], "guichet-2")
        # it is told where she works, and can do nothing
        await until(lambda: bool(second.elsewhere))
        assert second.elsewhere[0] == WorkHereAnswer(here=False, computer="guichet-1")
        ticket = await call(world)
        await until(first.is_offered)
        for refused in (
            second.link.accept(ticket.id),
            second.bus.ask(NextRequest()),
            second.link.resume(),
        ):
            with pytest.raises(DeskElsewhere):
                await refused

        # one click: the offer follows her, the first computer is told in words
        assert (await second.take()).here
        await until(lambda: bool(first.elsewhere))
        assert first.elsewhere[0].computer == ""
        with pytest.raises(DeskElsewhere):
            await first.link.accept(ticket.id)
        facts = await second.link.accept(ticket.id)
        assert facts.ticket_id == ticket.id

        # a conversation is not taken away from where it goes on
        assert await first.take() == WorkHereAnswer(here=False, computer="", talks=True)
        await second.link.hang_up(facts.id)
        assert (await first.take()).talks  # nor its wrap-up
        await second.link.close(facts.id)
        assert (await first.take()).here


async def test_the_conversation_of_a_computer_that_stopped_goes_on_at_the_other(
    tmp_path: Path,
) -> None:
    clock: ManualClock = today()
    async with pushing(tmp_path, clock) as world:
        assert world.hub is not None
        seeds = await two_keys(world)
        first = await computer(world, seeds[0], "guichet-1")
        await until(lambda: places(world) == "guichet-1")
        ticket = await call(world)
        await until(first.is_offered)
        facts = await first.link.accept(ticket.id)
        await first.bus.close()  # as when its plug is pulled
        second = await computer(world, seeds[1], "guichet-2")
        await until(lambda: bool(second.elsewhere))
        clock.advance(world.hub.parts.patience.silent_s + 1)
        world.hub.queue.presence.mark_alive("valdore", Role.KIOSK, "kiosk1")
        assert (await ask_to_work_here(second.bus, "guichet-2")).here
        assert [one.id for one in (await second.link.resume()).sessions] == [facts.id]
        await until(lambda: places(world) == "guichet-2")
