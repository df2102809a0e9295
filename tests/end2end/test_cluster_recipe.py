# SPDX-License-Identifier: GPL-3.0-only
"""The three-machine recipe does what the operator's page promises:
it starts, serves, is restarted node by node, loses a node and a hub, is backed up. One story,
because three servers and three hubs take longer to start than to serve.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from expert_app.runtime.config import HubSettings, load
from expert_app.stores.jetstream import hub_seed
from session.bus.client import BusClient
from session.bus.hub_connection import HubConnection
from session.bus.jetstream.snapshots import Snapshots
from session.bus.transport.nkeys import new_seed, public_key
from session.bus.transport.tls import client_tls
from session.core.clock import SystemClock
from session.core.errors import SessionError
from session.core.tasks import Tasks
from session.desk.hub.client import DeskClient
from session.hub.storage.ticket_store import BUCKET
from session.kiosk.hub.client import KioskClient
from tests.end2end.recipe import Machine, Recipe
from tests.support.programs import ROLES, one_session
from tests.support.waiting import until

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform != "linux", reason="systemd units and 127.0.0.11 are Linux's"),
    # a node that is stopped in order gives its clients time to go: some 12 s
    pytest.mark.timeout(300),
]

READY_S = 120.0
"""Three servers and three hubs start at once on one machine's two processors."""


class Region:
    """The recipe at work, with a kiosk and a desk that know all three addresses."""

    def __init__(self, recipe: Recipe, seeds: dict[str, bytes]) -> None:
        self.recipe, self._seeds = recipe, seeds
        self.tasks, self.clock = Tasks(), SystemClock()
        self._tls = client_tls(recipe.ca_file)
        self._open: list[BusClient] = []
        settings = load(HubSettings, recipe.machines[0].folder / "etc" / "hub.toml")
        self.connection = HubConnection(
            settings.bus_urls, hub_seed(settings), tasks=self.tasks, tls=self._tls
        )

    async def client(self, name: str) -> BusClient:
        client = BusClient(
            self.recipe.urls,
            ROLES[name],
            user=name,
            seed=self._seeds[name],
            tasks=self.tasks,
            clock=self.clock,
            tls=self._tls,
        )
        async with asyncio.timeout(READY_S):
            await client.connect(READY_S)
        self._open.append(client)
        return client

    async def leader(self) -> Machine:
        async with asyncio.timeout(READY_S):
            while True:
                try:
                    reply = await self.connection.bus.request(
                        f"$JS.API.STREAM.INFO.{BUCKET}", b"", 2.0
                    )
                    name = json.loads(reply.payload).get("cluster", {}).get("leader", "")
                except SessionError:
                    name = ""
                for machine in self.recipe.machines:
                    if machine.node == name:
                        return machine
                await asyncio.sleep(0.2)

    async def close(self) -> None:
        for client in self._open:
            await client.close()
        await self.connection.close()
        await self.tasks.close()


@pytest.fixture
async def region(tmp_path: Path) -> AsyncIterator[Region]:
    seeds = {name: new_seed() for name in ROLES}
    recipe = Recipe(tmp_path, {name: public_key(seed) for name, seed in seeds.items()})
    await recipe.prepare()
    world = Region(recipe, seeds)
    try:
        await asyncio.gather(*(machine.bus.start() for machine in recipe.machines))
        await asyncio.gather(*(machine.hub.start() for machine in recipe.machines))
        await world.connection.connect(READY_S)
        for machine in recipe.machines:
            await _healthy(machine.metrics_port)
            await _healthy(machine.monitor_port)
        yield world
    finally:
        await world.close()
        await recipe.close()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


async def _healthy(port: int) -> None:
    async with asyncio.timeout(READY_S):
        while not await asyncio.to_thread(_answers, port):  # noqa: ASYNC110 - another program's page
            await asyncio.sleep(0.2)


async def _serve(region: Region, kiosk: KioskClient, desk: DeskClient, request: str) -> None:
    """One caller, answered; asked again while nobody can answer."""
    async with asyncio.timeout(READY_S):
        while True:
            try:
                await one_session(kiosk, desk, request)
                return
            except SessionError:
                await asyncio.sleep(0.3)
            with contextlib.suppress(SessionError):  # its own connection may be the next to be away
                for facts in (await desk.resume()).sessions:
                    await desk.close(facts.id, "done")


async def test_the_recipe_serves_callers_and_bears_a_restart_and_the_loss_of_a_machine(
    region: Region, tmp_path: Path
) -> None:
    machines = region.recipe.machines
    kiosk = KioskClient(await region.client("kiosk1"), region.clock, tasks=region.tasks)
    desk = DeskClient(await region.client("alice"), region.clock, tasks=region.tasks)
    await kiosk.start()
    await desk.start()
    await until(lambda: desk.is_ready, READY_S)
    await _serve(region, kiosk, desk, "first")

    for name in await Snapshots(region.connection.bus).names():  # everything lies on three disks
        reply = await region.connection.bus.request(f"$JS.API.STREAM.INFO.{name}", b"", 5.0)
        assert json.loads(reply.payload)["config"]["num_replicas"] == 3, name

    restarted = await region.leader()  # in order, as for an upgrade
    stopping = asyncio.create_task(restarted.bus.stop())
    await _serve(region, kiosk, desk, "meanwhile")
    assert await stopping in (0, 1)
    await restarted.bus.start()
    await _healthy(restarted.monitor_port)  # it has caught up: the next one may go

    lost = await region.leader()
    await lost.bus.stop(signal.SIGKILL)
    await _serve(region, kiosk, desk, "without-node")
    await lost.bus.start()
    await _healthy(lost.monitor_port)

    assert await machines[0].hub.stop() == 0
    await _serve(region, kiosk, desk, "without-hub")

    settings, file = machines[1].folder / "etc" / "hub.toml", tmp_path / "region.backup"
    where = ("--settings", str(settings), "--folder", str(machines[1].folder / "var"))
    await region.recipe.run("hub", "backup", str(file), *where)
    assert file.stat().st_size > 10_000
