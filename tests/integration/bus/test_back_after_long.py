# SPDX-License-Identifier: GPL-3.0-only
"""An end whose line was away for longer than it is waited for, and is back:
what it does then is not undone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from session.bus.client import BEAT_S
from session.core.clock import ManualClock
from session.hub.parts import KIOSK_RETURN_S, RETURN_S
from session.protocol.hub.tickets import TicketState
from session.protocol.wire.roles import Role
from tests.support.hub_world import World, hub_world
from tests.support.waiting import until


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with hub_world(tmp_path, clock=ManualClock(), tick_s=3600) as made:
        yield made


def states(world: World) -> list[TicketState]:
    assert world.hub is not None
    return [stored.ticket.state for stored in world.hub.queue.view.all_open()]


async def test_a_caller_who_was_just_taken_is_not_given_back_because_the_desk_was_away_before(
    world: World,
) -> None:
    hub, clock = world.hub, world.clock
    assert hub is not None
    assert isinstance(clock, ManualClock)
    kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
    ticket = (await kiosk.call("housing", "1234567", "r1")).ticket
    clock.advance(RETURN_S + 15)
    hub.queue.presence.mark_alive("valdore", Role.KIOSK, "kiosk1")
    await desk.accept(ticket.id)
    await hub.tick()
    assert states(world) == [TicketState.IN_SESSION]
    clock.advance(RETURN_S + 1)
    hub.queue.presence.mark_alive("valdore", Role.KIOSK, "kiosk1")
    await hub.tick()
    assert states(world) == [TicketState.WAITING], "but a desk that is silent from then on is gone"


async def test_a_caller_who_has_just_called_is_not_lost_because_the_kiosk_was_away_before(
    world: World,
) -> None:
    hub, clock = world.hub, world.clock
    assert hub is not None
    assert isinstance(clock, ManualClock)
    kiosk = await world.kiosk("kiosk1")
    clock.advance(1)
    first = (await kiosk.call("housing", "1234567", "r1")).ticket
    await until(lambda: hub.queue.presence.silent_s("valdore", Role.KIOSK, "kiosk1") == 0.0)
    await kiosk.leave(first.id)
    clock.advance(KIOSK_RETURN_S + 15)
    await kiosk.call("housing", "1234567", "r2")
    await hub.tick()
    assert states(world) == [TicketState.WAITING]
    clock.advance(KIOSK_RETURN_S + 1)
    await hub.tick()
    assert states(world) == []


async def test_a_sign_of_life_goes_as_soon_as_the_bus_is_back(world: World) -> None:
    hub, clock = world.hub, world.clock
    assert hub is not None
    assert isinstance(clock, ManualClock)
    client = await world.client(Role.AGENT, "alice")
    clock.advance(1)
    client.beat()
    await until(lambda: hub.queue.presence.silent_s("valdore", Role.AGENT, "alice") == 0.0)
    clock.advance(RETURN_S)
    client.reconnect()
    await until(
        lambda: hub.queue.presence.silent_s("valdore", Role.AGENT, "alice") < RETURN_S, BEAT_S / 2
    )
