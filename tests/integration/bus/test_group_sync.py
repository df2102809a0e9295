# SPDX-License-Identifier: GPL-3.0-only
"""A hub that syncs for its server:
nothing is acknowledged before it is on the disk, whoever asks and how often.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from session.bus.jetstream.group_commit import is_possible
from session.core.errors import StoreUnreachable
from session.protocol.hub.tickets import TicketState
from tests.support.hub_world import World, hub_world
from tests.support.waiting import until


@pytest.fixture(autouse=True)
def _possible(tmp_path: Path) -> None:
    if not is_possible(tmp_path):
        pytest.skip("the server syncs by itself on this file system")


@contextmanager
def slow_disk(world: World) -> Iterator[None]:
    """No round of syncs ends meanwhile."""
    assert world.server.group_sync is not None
    pid = world.server.group_sync.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def test_a_call_is_answered_when_it_is_on_the_disk_and_not_before(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        desk, kiosk = await world.desk("alice"), await world.kiosk("kiosk1")
        with slow_disk(world):
            calling = asyncio.ensure_future(kiosk.call("housing", "", "r1"))
            await until(lambda: len(desk.queue) == 1)  # nobody was promised anything by that
            await asyncio.sleep(0.5)
            assert not calling.done()
        answer = await calling
        assert answer.ticket.id == desk.queue[0].id


async def test_who_asks_again_is_not_told_sooner_either(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        assert world.hub is not None
        hub = world.hub
        first, second = await world.kiosk("kiosk1"), await world.kiosk("kiosk1")
        with slow_disk(world):
            calling = asyncio.ensure_future(first.call("housing", "", "r1"))
            await until(lambda: len(hub.view.waiting("valdore")) == 1)
            again = asyncio.ensure_future(second.call("housing", "", "r1"))
            await asyncio.sleep(0.5)
            assert not calling.done()
            assert not again.done()
        assert (await calling).ticket.id == (await again).ticket.id


async def test_many_calls_at_once_need_few_rounds(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosks = [await world.kiosk("kiosk1"), await world.kiosk("kiosk2")]
        assert world.server.group_sync is not None
        rounds = world.server.group_sync.rounds
        with slow_disk(world):
            calls = [asyncio.ensure_future(kiosk.call("housing", "", "r1")) for kiosk in kiosks]
            await asyncio.sleep(0.5)
        await asyncio.gather(*calls)
        assert world.server.group_sync.rounds - rounds <= 3


async def test_a_disk_that_fails_refuses_and_is_seen(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        assert world.hub is not None
        assert world.server.group_sync is not None
        kiosk = await world.kiosk("kiosk1")
        await kiosk.call("housing", "", "r1")
        world.server.group_sync._has_failed = True
        with pytest.raises(StoreUnreachable):
            await kiosk.call("rights", "", "r2")
        assert [trouble.code for trouble in await world.hub.health.look()] == ["store_unreachable"]


async def test_a_server_that_was_killed_is_synced_as_a_whole_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with hub_world(tmp_path) as world:
        assert world.hub is not None
        assert world.server.group_sync is not None
        kiosk = await world.kiosk("kiosk1")
        before = (await kiosk.call("housing", "", "r1")).ticket
        wholes, really = list[bool](), world.server.group_sync.all_touched

        def touched() -> None:
            wholes.append(True)
            really()

        monkeypatch.setattr(world.server.group_sync, "all_touched", touched)
        world.kill_server()
        await until(lambda: bool(wholes) and kiosk._bus.is_connected)
        after = (await kiosk.call("housing", "", "r1")).ticket
        assert after.id == before.id
        assert after.state is TicketState.WAITING
