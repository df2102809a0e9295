# SPDX-License-Identifier: GPL-3.0-only
"""Rows of `bench_hub` that have no peer:
growth of kiosks and desks, and a cluster that loses its leader.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from session.bus.client import BusClient
from session.core.clock import SystemClock
from session.core.tasks import Tasks
from session.desk.hub.client import DeskLink
from session.kiosk.hub.client import KioskLink
from session.protocol.hub.tickets import Ticket
from session.protocol.wire.roles import Role
from tests.benchmarks.hub_engines import READY_S, alone, child_process, spent_s
from tests.benchmarks.table import Row
from tests.benchmarks.watching import watching
from tests.faults.cluster_world import SERVICE
from tests.faults.kinds import kill_leader
from tests.faults.run_cluster import longest_silence_s, run_under_load
from tests.support.waiting import until

SIZES = (10, 100, 1000)
CALLS = 120
CALLS_PER_S = 30.0
FAIL_OVERS = 5

ELECTION = (
    "nats-server's followers elect 4 to 9 s after the leader's last sign, by chance and without an "
    "option (2.15, server/raft.go: minElectionTimeoutDefault, maxElectionTimeoutDefault)"
)


async def _size(size: int) -> tuple[float, float]:
    """(hub's CPU ms, ms until a desk shows it) of a call with `size` kiosks that live and `size`
    desks that watch.
    """
    tasks, clock = Tasks(), SystemClock()
    with tempfile.TemporaryDirectory(prefix="growth") as name:
        world = alone(Path(name), size, 4)
        seen: dict[str, float] = {}

        async def client(role: Role, user: str, seed: str) -> BusClient:
            found = BusClient(
                world.world.urls, role, user=user, seed=seed.encode(), tasks=tasks, clock=clock
            )
            clients.append(found)
            await found.connect(READY_S)
            return found

        def on_queue(tickets: list[Ticket]) -> None:
            for ticket in tickets:
                seen.setdefault(ticket.id, time.perf_counter())

        clients: list[BusClient] = []
        try:
            await world.nodes["node0"].start()
            await world.connection.connect(READY_S)
            await world.hubs[0].start(wait_for=b"ready")
            kiosks = [
                await client(Role.KIOSK, user, seed) for user, seed in world.world.kiosks.items()
            ]
            links = [
                KioskLink(kiosk, clock, tasks=tasks, poll_s=600.0)
                for kiosk in kiosks[: min(size, 100)]
            ]
            for kiosk in kiosks:
                kiosk.beat()
            desk = DeskLink(
                await client(Role.AGENT, "agent0", world.world.agents["agent0"]), clock, tasks=tasks
            )
            desk.queue_changed.connect(on_queue)
            await desk.start()
            await until(lambda: desk.is_ready, READY_S)
            host, port = world.world.urls[0].removeprefix("nats://").split(":")
            took_ms: list[float] = []

            async def call(n: int) -> None:
                begun_s = time.perf_counter()
                ticket = (await links[n % len(links)].call(SERVICE, "", f"g{n}")).ticket.id
                await until(lambda: ticket in seen, 10.0)
                took_ms.append((seen[ticket] - begun_s) * 1000)

            hub = child_process(world.hubs[0])
            async with watching(
                ["nats", host, port, world.world.agents["agent2"]], size - 1, Path(name)
            ):
                before_s, running = spent_s(hub), []
                for n in range(CALLS):
                    running.append(asyncio.ensure_future(call(n)))
                    await asyncio.sleep(1 / CALLS_PER_S)
                await asyncio.gather(*running)
                spent_ms = (spent_s(hub) - before_s) * 1000 / CALLS
            return spent_ms, statistics.median(took_ms)
        finally:
            for one in clients:
                await one.close()
            await tasks.close()
            await world.close()


async def growth() -> list[Row]:
    """CPU and latency of a call at each size;
    ten times as many may cost at most ten times as much.
    """
    rows: list[Row] = []
    before: tuple[float, float] | None = None
    for size in SIZES:
        cpu_ms, seen_ms = await _size(size)
        goals = (10 * before[0], 10 * before[1]) if before is not None else (None, None)
        rows.append(Row(f"{size} kiosks and desks: hub CPU per call", "ms", cpu_ms, goal=goals[0]))
        rows.append(Row(f"{size} kiosks and desks: visible p50", "ms", seen_ms, goal=goals[1]))
        before = cpu_ms, seen_ms
    return rows


async def fail_over() -> Row:
    """The longest silence when the leader of the tickets is killed."""
    silences: list[float] = []
    for _ in range(FAIL_OVERS):
        with tempfile.TemporaryDirectory(prefix="failover") as name:
            silences.append(await run_under_load(Path(name), kill_leader, longest_silence_s))
    case = "cluster: leader killed, longest silence"
    return Row(
        case,
        "s",
        statistics.median(silences),
        goal=10.0,
        cause=f"{ELECTION} (runs: {_each(silences)})",
    )


def _each(seconds: list[float]) -> str:
    return ", ".join(f"{each:.1f}" for each in seconds) + " s"
