# SPDX-License-Identifier: GPL-3.0-only
"""`make test-faults`: a cluster under load, its parts killed, frozen and restarted; the checker's verdict comes last.

`python -m tests.faults.run_cluster [--short] [--rounds N]`; exits with 0 only when nothing was lost, double, forgotten,
inverted or stale.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path

from session.protocol.tickets import Ticket
from tests.faults import history
from tests.faults.checker import FRESH_S, OPEN, Verdict, compared, differences, explain, judge
from tests.faults.cluster import Cluster, cluster
from tests.faults.cluster_world import PUSHED
from tests.faults.disks import can_mount
from tests.faults.network import is_possible

FROZEN_S = 8.0
CUT_S = 12.0
DOWN_S = 4.0
ANSWER_S = 60.0
DRAIN_S = 90.0
CALM_S = 8.0
"""Between two faults: only where nothing is broken must the order of the queue hold for every desk."""

FULL_S = 8.0

ANSWERS = frozenset({"acked", "accepted", "finished"})
"""What the hub has answered with a yes; the other lines are wishes and news."""

Fault = Callable[[Cluster], Awaitable[None]]


# ---- faults --------------------------------------------------------------------------------------------------------


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


async def shift_clock(world: Cluster) -> None:
    """One hub's clock is an hour ahead for a while, then an hour behind, then right again."""
    for shift_s in (3600, -3600, 0):
        await world.hubs[0].say(str(shift_s))
        await asyncio.sleep(4.0)


async def cut_leader(world: Cluster) -> None:
    """Its cable is pulled: clients, hubs and the other nodes hear nothing, and no connection is closed."""
    assert world.network is not None
    node = await world.leader()
    await world.network.cut(node)
    await asyncio.sleep(CUT_S)
    await world.network.mend(node)


async def cut_two(world: Cluster) -> None:
    """Nobody has a majority."""
    assert world.network is not None
    nodes = random.sample(list(world.nodes), 2)
    for node in nodes:
        await world.network.cut(node)
    await asyncio.sleep(CUT_S)
    for node in nodes:
        await world.network.mend(node)


async def fill_leader(world: Cluster) -> None:
    """Not a byte is left on its disk. The operator makes room and, as the operator's page says, restarts the node."""
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
    ("a hub's clock an hour ahead, behind, right", shift_clock),
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
    ("two cables pulled for 12 s", cut_two),
]
"""Only where network namespaces can be had."""

WITH_DISKS: list[tuple[str, Fault]] = [
    ("the leader's disk full for 8 s", fill_leader),
    ("all disks full for 8 s", fill_all),
]
"""Only where a small file system can be mounted."""

SHORT: list[tuple[str, Fault]] = [("kill -9 a node, a hub and half the clients", kill_one_of_each)]


# ---- the run -------------------------------------------------------------------------------------------------------


def _answered_s(world: Cluster, since_s: float) -> list[float]:
    lines = history.read(world.folder)
    return sorted(seen.at_s for seen in lines if seen.at_s >= since_s and seen.kind in ANSWERS)


async def _answers_again(world: Cluster) -> float:
    """Waits for a call or an accept that was sent after now and answered; the time it was."""
    ended_s = time.time()
    async with asyncio.timeout(ANSWER_S):
        while True:
            lines = history.read(world.folder)
            fresh = [seen.at_s for seen in lines if seen.sent_s > ended_s and seen.kind in ANSWERS]
            if fresh:
                return min(fresh)
            await asyncio.sleep(0.1)


async def _differences(world: Cluster) -> dict[str, set[str]]:
    before = await world.stored()
    views = {name: view for part in await world.ask_load("views") for name, view in part.items()}
    return differences(views, before, await world.stored())


async def _stale(world: Cluster, again_s: float) -> dict[str, set[str]]:
    """Desks that showed the same wrong thing in the last second of the time they have, with that."""
    await asyncio.sleep(max(0.0, again_s + FRESH_S - 1.0 - time.time()))
    first = await _differences(world)
    await asyncio.sleep(max(0.0, again_s + FRESH_S - time.time()))
    second = await _differences(world)
    return {desk: wrong & first[desk] for desk, wrong in second.items() if wrong & first[desk]}


def _silence(world: Cluster, begun_s: float) -> tuple[float, int]:
    """(longest time without an answer since then, how many answers there were)."""
    times = [begun_s, *_answered_s(world, begun_s)]
    return max((after - before for before, after in pairwise(times)), default=0.0), len(times) - 1


def longest_silence_s(world: Cluster, begun_s: float) -> float:
    """For benchmarks: the longest time in which nobody got any answer."""
    return _silence(world, begun_s)[0]


async def run_under_load(folder: Path, fault: Fault, measure: Callable[[Cluster, float], float]) -> float:
    """One fault, measured once the answers have come back."""
    async with cluster(folder, kiosks=24, agents=10) as world:
        await world.start_load()
        await _answers_again(world)
        begun_s = time.time()
        await fault(world)
        await world.leader()
        await _answers_again(world)
        return measure(world, begun_s)


async def run_fault(world: Cluster, label: str, fault: Fault) -> tuple[int, float]:
    """Does one thing to the cluster; prints what it cost.

    Returns:
        The number of desks that were stale 5 s after it, and when these were over.
    """
    begun_s = time.time()
    await fault(world)
    await world.leader()
    again_s = await _answers_again(world)
    stale = await _stale(world, again_s)
    over_s = time.time()
    silence_s, answers = _silence(world, begun_s)
    print(
        f"{label:<44} {answers:>5} answers, longest silence {silence_s:5.2f} s, stale desks {len(stale)}",
        flush=True,
    )
    for desk, why in stale.items():
        print(f"  {desk}: {'; '.join(sorted(why))}"[:200], flush=True)
    return len(stale), over_s


async def drained(world: Cluster) -> tuple[dict[str, Ticket], dict[str, str]]:
    """No more calls; the store, and what the kiosks believe, once both are at rest or the time is over."""
    await world.ask_load("drain")
    deadline_s = time.time() + DRAIN_S
    while True:
        stored = {name: ticket for name, (ticket, _) in (await world.stored()).items()}
        kiosks = {name: ticket for part in await world.ask_load("kiosks") for name, ticket in part.items()}
        at_rest = not any(kiosks.values()) and not any(ticket.state in OPEN for ticket in stored.values())
        if at_rest or time.time() > deadline_s:
            return stored, kiosks
        await asyncio.sleep(0.5)


async def run(folder: Path, faults: list[tuple[str, Fault]], *, kiosks: int = 24, agents: int = 6) -> Verdict:
    """The whole story in `folder`: start, load, faults, drain, verdict. More callers than agents: a queue stands."""
    begun_s = time.time()
    cables, disks = any(one in WITH_CABLES for one in faults), any(one in WITH_DISKS for one in faults)
    async with cluster(folder, kiosks=kiosks, agents=agents, cables=cables, small_disks=disks) as world:
        await world.start_load()
        await _answers_again(world)
        print(f"{'ready under load':<44} after {time.time() - begun_s:.1f} s", flush=True)
        stale, windows = 0, []
        await asyncio.sleep(CALM_S)
        for label, fault in faults:
            begun_s = time.time()
            found, over_s = await run_fault(world, label, fault)
            stale += found
            windows.append((begun_s, over_s))
            await asyncio.sleep(CALM_S)
        stored, waiting = await drained(world)
        _print_done(folder, stored, windows)
        for line in explain(history.read(folder), stored, windows):
            print(f"  {line}", flush=True)
        return judge(history.read(folder), stored, waiting, stale, windows)


def _print_done(folder: Path, stored: dict[str, Ticket], windows: list[tuple[float, float]]) -> None:
    """What was really done, so that a verdict over nothing is seen."""
    count = Counter(seen.kind for seen in history.read(folder))
    words = ", ".join(f"{count[kind]} {kind}" for kind in ("acked", "accepted", "held", "passed", "declined", "moved"))
    offered = sum(ticket.service == PUSHED for ticket in stored.values())
    print(f"done: {words}, {offered} offered by the hub", flush=True)
    print(f"order: {compared(history.read(folder), stored, windows)} pairs compared", flush=True)


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--short", action="store_true", help="the faults that `make test` has too")
    arguments.add_argument("--rounds", type=int, default=1, help="how often all faults come")
    arguments.add_argument("--only", default="", help="only the faults with this word")
    arguments.add_argument("--keep", type=Path, help="an empty folder for stores, logs and histories")
    options = arguments.parse_args()
    logging.basicConfig(level=logging.ERROR)
    whole = [*LONG, *(WITH_CABLES if is_possible() else ()), *(WITH_DISKS if can_mount() else ())]
    if not is_possible():
        print("no cable is pulled: that needs Linux, root and `ip`")
    if not can_mount():
        print("no disk is filled: that needs Linux, root and `mount`")
    faults = [fault for fault in (SHORT if options.short else whole) if options.only in fault[0]] * options.rounds
    with tempfile.TemporaryDirectory(prefix="faults") as folder:
        verdict = asyncio.run(run(options.keep or Path(folder), faults))
    print(verdict.line)
    return 0 if verdict.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
