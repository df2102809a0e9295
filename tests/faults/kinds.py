# SPDX-License-Identifier: GPL-3.0-only
"""The kinds of faults of a cluster, each one call: `await kill_leader(world)`.
Used by `run_cluster` and benchmarks.
"""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable

from tests.faults.cluster import Cluster

FROZEN_S = 8.0
CUT_S = 12.0
MISSED_S = 75.0
"""Longer than a hub keeps a silent desk's caller for it."""

DOWN_S = 4.0
FULL_S = 8.0

Fault = Callable[[Cluster], Awaitable[None]]


async def _down(world: Cluster, names: list[str], down_s: float) -> None:
    for name in names:
        world.nodes[name].send(signal.SIGKILL)
    for name in names:
        await world.nodes[name].end()
    await asyncio.sleep(down_s)
    for name in names:
        await world.nodes[name].start()


async def kill_leader(world: Cluster) -> None:
    await _down(world, [await world.leader()], DOWN_S)


async def kill_follower(world: Cluster) -> None:
    leader = await world.leader()
    await _down(world, [random.choice([name for name in world.nodes if name != leader])], DOWN_S)


async def kill_two(world: Cluster) -> None:
    leader = await world.leader()
    other = random.choice([name for name in world.nodes if name != leader])
    await _down(world, [leader, other], DOWN_S)


async def kill_all(world: Cluster) -> None:
    await _down(world, list(world.nodes), 1.0)


async def freeze_leader(world: Cluster) -> None:
    node = world.nodes[await world.leader()]
    node.send(signal.SIGSTOP)
    await asyncio.sleep(FROZEN_S)
    node.send(signal.SIGCONT)


async def freeze_follower(world: Cluster) -> None:
    leader = await world.leader()
    node = world.nodes[random.choice([name for name in world.nodes if name != leader])]
    node.send(signal.SIGSTOP)
    await asyncio.sleep(FROZEN_S)
    node.send(signal.SIGCONT)


async def freeze_hub(world: Cluster) -> None:
    """It keeps its connection and its share of the requests, answers none, and goes on with all of
    them when they are old.
    """
    world.hubs[0].send(signal.SIGSTOP)
    await asyncio.sleep(FROZEN_S)
    world.hubs[0].send(signal.SIGCONT)


JUMPS_S = (3600, -3600, 0)
"""A clock is an hour ahead for a while, then an hour behind, then right again."""


async def shift_clock(world: Cluster) -> None:
    for shift_s in JUMPS_S:
        await world.hubs[0].send_line(str(shift_s))
        await asyncio.sleep(4.0)


async def shift_clients_clocks(world: Cluster) -> None:
    for shift_s in JUMPS_S:
        await world.shift_load(0, shift_s)
        await asyncio.sleep(4.0)


async def _cut(world: Cluster, names: list[str], cut_s: float) -> None:
    """Their cables are pulled: nothing of them arrives, and no connection is closed."""
    assert world.network is not None
    for name in names:
        await world.network.cut(name)
    await asyncio.sleep(cut_s)
    for name in names:
        await world.network.mend(name)


async def cut_leader(world: Cluster) -> None:
    await _cut(world, [await world.leader()], CUT_S)


async def cut_two(world: Cluster) -> None:
    """Nobody has a majority."""
    await _cut(world, random.sample(list(world.nodes), 2), CUT_S)


async def part_leader(world: Cluster) -> None:
    """It reaches no other node, but all hubs, desks and kiosks reach it:
    two halves that both believe they serve.
    """
    assert world.network is not None
    leader = await world.leader()
    others = [name for name in world.nodes if name != leader]
    await world.network.part(leader, others)
    await asyncio.sleep(CUT_S)
    await world.network.join(leader, others)


async def cut_hub(world: Cluster) -> None:
    await _cut(world, ["hub0"], CUT_S)


async def cut_clients(world: Cluster) -> None:
    await _cut(world, ["load0"], CUT_S)


async def miss_clients(world: Cluster) -> None:
    """Their callers are given back to the queue, others serve them, and then these desks are there
    again.
    """
    await _cut(world, ["load0"], MISSED_S)


async def fill_leader(world: Cluster) -> None:
    """Not a byte is left on its disk.
    The operator makes room and, as the operator's page says, restarts the node.
    """
    node = await world.leader()
    world.disks.fill(node)
    await asyncio.sleep(FULL_S)
    world.disks.free(node)
    await world.nodes[node].end(signal.SIGTERM)
    await world.nodes[node].start()


async def fill_all(world: Cluster) -> None:
    """The same on every node at once: nothing can be stored anywhere."""
    for name in world.nodes:
        world.disks.fill(name)
    await asyncio.sleep(FULL_S)
    for name in world.nodes:
        world.disks.free(name)
    for node in world.nodes.values():
        await node.end(signal.SIGTERM)
        await node.start()


async def stop_hub(world: Cluster) -> None:
    """In order: what it has begun is finished by itself, the rest by the other one."""
    await world.hubs[0].end(signal.SIGTERM)
    await asyncio.sleep(1.0)
    await world.hubs[0].start(wait_for=b"ready")


async def rolling_restart(world: Cluster) -> None:
    for node in world.nodes.values():
        await node.end(signal.SIGTERM)
        await node.start()
        await asyncio.sleep(2.0)
        await world.leader()
        await asyncio.sleep(4.0)


async def kill_hub(world: Cluster) -> None:
    await world.hubs[0].end()
    await asyncio.sleep(1.0)
    await world.hubs[0].start(wait_for=b"ready")


async def kill_both_hubs(world: Cluster) -> None:
    for hub in world.hubs:
        hub.send(signal.SIGKILL)
    for hub in world.hubs:
        await hub.end()
    await asyncio.gather(*(hub.start(wait_for=b"ready") for hub in world.hubs))


async def kill_clients(world: Cluster) -> None:
    """Half of the desks and kiosks: with tickets waiting, accepted, in session."""
    await world.load[0].end()
    await asyncio.sleep(2.0)
    await world.load[0].start(wait_for=b"ready")


async def kill_one_of_each(world: Cluster) -> None:
    await asyncio.gather(kill_follower(world), kill_hub(world), kill_clients(world))


LONG: list[tuple[str, Fault]] = [
    ("kill -9 leader, back after 4 s", kill_leader),
    ("kill -9 follower, back after 4 s", kill_follower),
    ("SIGSTOP leader for 8 s", freeze_leader),
    ("SIGSTOP a follower for 8 s", freeze_follower),
    ("SIGSTOP a hub for 8 s", freeze_hub),
    ("a hub's clock an hour ahead, behind, right", shift_clock),
    ("half the clients' clocks, the same", shift_clients_clocks),
    ("kill -9 two nodes, back after 4 s", kill_two),
    ("rolling restart", rolling_restart),
    ("kill -9 all nodes, back after 1 s", kill_all),
    ("SIGTERM to one hub, back after 1 s", stop_hub),
    ("kill -9 one hub, back after 1 s", kill_hub),
    ("kill -9 both hubs", kill_both_hubs),
    ("kill -9 half of desks and kiosks", kill_clients),
    ("kill -9 a node, a hub and half the clients", kill_one_of_each),
]
WITH_CABLES: list[tuple[str, Fault]] = [
    ("the leader's cable pulled for 12 s", cut_leader),
    ("two nodes' cables pulled for 12 s", cut_two),
    ("the leader cut from the other nodes for 12 s", part_leader),
    ("a hub's cable pulled for 12 s", cut_hub),
    ("half of desks and kiosks cut for 12 s", cut_clients),
    ("half of desks and kiosks cut for 75 s", miss_clients),
]
"""Only where network namespaces can be had."""

WITH_DISKS: list[tuple[str, Fault]] = [
    ("the leader's disk full for 8 s", fill_leader),
    ("all disks full for 8 s", fill_all),
]
"""Only where a small file system can be mounted."""

SHORT: list[tuple[str, Fault]] = [("kill -9 a node, a hub and half the clients", kill_one_of_each)]
