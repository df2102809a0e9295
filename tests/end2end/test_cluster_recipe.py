# SPDX-License-Identifier: GPL-3.0-only
"""The three-machine recipe does what the operator's page promises:
it starts, serves, is restarted node by node, loses a node and a hub, is backed up. One story,
because three servers and three hubs take longer to start than to serve.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from session.bus.jetstream.snapshots import Snapshots
from session.bus.transport.nkeys import new_seed, public_key
from session.desk.hub.client import DeskClient
from session.kiosk.hub.client import KioskClient
from tests.end2end.recipe import READY_S, Recipe, Region, healthy, serve
from tests.support.programs import ROLES
from tests.support.waiting import until

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform != "linux", reason="systemd units and 127.0.0.11 are Linux's"),
    # a node that is stopped in order gives its clients time to go: some 12 s
    pytest.mark.timeout(300),
]


@pytest.fixture
async def region(tmp_path: Path) -> AsyncIterator[Region]:
    seeds = {name: new_seed() for name in ROLES}
    recipe = Recipe(tmp_path, {name: public_key(seed) for name, seed in seeds.items()})
    await recipe.prepare()
    world = Region(recipe, seeds)
    try:
        await world.start()
        yield world
    finally:
        await world.close()
        await recipe.close()


async def test_the_recipe_serves_callers_and_bears_a_restart_and_the_loss_of_a_machine(
    region: Region, tmp_path: Path
) -> None:
    machines = region.recipe.machines
    kiosk = KioskClient(await region.client("kiosk1"), region.clock, tasks=region.tasks)
    desk = DeskClient(await region.client("alice"), region.clock, tasks=region.tasks)
    await kiosk.start()
    await desk.start()
    await until(lambda: desk.is_ready, READY_S)
    await serve(region, kiosk, desk, "first")

    for name in await Snapshots(region.connection.bus).names():  # everything lies on three disks
        reply = await region.connection.bus.request(f"$JS.API.STREAM.INFO.{name}", b"", 5.0)
        assert json.loads(reply.payload)["config"]["num_replicas"] == 3, name

    restarted = await region.leader()  # in order, as for an upgrade
    stopping = asyncio.create_task(restarted.bus.stop())
    await serve(region, kiosk, desk, "meanwhile")
    assert await stopping in (0, 1)
    await restarted.bus.start()
    await healthy(restarted.monitor_port)  # it has caught up: the next one may go

    lost = await region.leader()
    await lost.bus.stop(signal.SIGKILL)
    await serve(region, kiosk, desk, "without-node")
    await lost.bus.start()
    await healthy(lost.monitor_port)

    assert await machines[0].hub.stop() == 0
    await serve(region, kiosk, desk, "without-hub")

    settings, file = machines[1].folder / "etc" / "hub.toml", tmp_path / "region.backup"
    where = ("--settings", str(settings), "--folder", str(machines[1].folder / "var"))
    await region.recipe.run("hub", "backup", str(file), *where)
    assert file.stat().st_size > 10_000
