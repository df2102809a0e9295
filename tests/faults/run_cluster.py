# SPDX-License-Identifier: GPL-3.0-only
"""`make test-faults`: a cluster under load, its parts killed, frozen and restarted;
the checker's verdict comes last.

`python -m tests.faults.run_cluster [--short] [--rounds N]`;
exits with 0 only when nothing was lost, double, forgotten, inverted or stale.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import shutil
import sys
import tempfile
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

from session.protocol.hub.tickets import Ticket
from tests.faults import history
from tests.faults.checker import FRESH_S, OPEN, Verdict, compared, differences, explain, judge
from tests.faults.cluster import Cluster, Size, cluster
from tests.faults.cluster_world import PUSHED
from tests.faults.disks import can_mount
from tests.faults.kinds import LONG, SHORT, WITH_CABLES, WITH_DISKS, Fault
from tests.faults.network import is_possible

ANSWER_S = 60.0
DRAIN_S = 90.0
CALM_S = 8.0
"""Between two faults: only where nothing is broken must the order of the queue hold for every desk.
"""

ANSWERS = frozenset({"acked", "accepted", "finished"})
"""What the hub has answered with a yes; the other lines are requests and notifications."""


# ---- the run


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
    """Desks that showed the same wrong thing in the last second of the time they have, with
    that.
    """
    await asyncio.sleep(max(0.0, again_s + FRESH_S - 1.0 - time.time()))
    first = await _differences(world)
    await asyncio.sleep(max(0.0, again_s + FRESH_S - time.time()))
    second = await _differences(world)
    return {desk: wrong & first[desk] for desk, wrong in second.items() if wrong & first[desk]}


def _silence(world: Cluster, begun_s: float) -> tuple[float, int]:
    """(longest time without an answer since then, how many answers there were)."""
    times = [begun_s, *_answered_s(world, begun_s)]
    return max((after - before for before, after in pairwise(times)), default=0.0), len(times) - 1


async def answers_after(folder: Path, fault: Fault) -> tuple[float, Verdict]:
    """For benchmarks: one fault under load.

    Returns:
        The longest time in which nobody got any answer, s; and what the checker finds.
    """
    async with cluster(folder, Size(kiosks=24, agents=10)) as world:
        await world.start_load()
        await _answers_again(world)
        begun_s = time.time()
        await fault(world)
        await world.leader()
        await _answers_again(world)
        silence_s, _answers = _silence(world, begun_s)
        stored, waiting = await drained(world)
        return silence_s, judge(history.read(folder), stored, waiting)


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
        f"{label:<44} {answers:>5} answers, longest silence {silence_s:5.2f} s, stale desks "
        f"{len(stale)}",
        flush=True,
    )
    for desk, why in stale.items():
        print(f"  {desk}: {'; '.join(sorted(why))}"[:200], flush=True)
    return len(stale), over_s


async def drained(world: Cluster) -> tuple[dict[str, Ticket], dict[str, str]]:
    """No more calls; the store, and what the kiosks believe, once both are at rest or the time is
    over.
    """
    await world.ask_load("drain")
    deadline_s = time.time() + DRAIN_S
    while True:
        stored = {name: ticket for name, (ticket, _) in (await world.stored()).items()}
        kiosks = {
            name: ticket for part in await world.ask_load("kiosks") for name, ticket in part.items()
        }
        at_rest = not any(kiosks.values()) and not any(
            ticket.state in OPEN for ticket in stored.values()
        )
        if at_rest or time.time() > deadline_s:
            return stored, kiosks
        await asyncio.sleep(0.5)


async def run(
    folder: Path,
    faults: list[tuple[str, Fault]],
    *,
    kiosks: int = 24,
    agents: int = 6,
    older: Path | None = None,
) -> Verdict:
    """The whole story in `folder`: start, load, faults, drain, verdict.
    More callers than agents: a queue stands. `older` as in `Cluster`.
    """
    begun_s = time.time()
    cables = any(one in WITH_CABLES for one in faults)
    disks = any(one in WITH_DISKS for one in faults)
    async with cluster(
        folder,
        Size(kiosks=kiosks, agents=agents),
        cables=cables,
        small_disks=disks,
        older=older,
    ) as world:
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
        verdict = judge(history.read(folder), stored, waiting, stale=stale, faults=windows)
        if not verdict.is_good:
            _keep_histories(folder)
        return verdict


def _keep_histories(folder: Path) -> None:
    """The clients' histories and the hubs' words stay when a promise was broken."""
    kept = Path("build/faults") / time.strftime("%m%d-%H%M%S")
    for path in (*folder.glob("*/history.jsonl"), *folder.glob("**/*.log")):
        target = kept / path.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    print(f"histories and logs are kept in {kept}", flush=True)


def _print_done(
    folder: Path, stored: dict[str, Ticket], windows: list[tuple[float, float]]
) -> None:
    """What was really done, so that a verdict over nothing is seen."""
    count = Counter(seen.kind for seen in history.read(folder))
    words = ", ".join(
        f"{count[kind]} {kind}"
        for kind in ("acked", "accepted", "held", "passed", "declined", "moved")
    )
    offered = sum(ticket.service == PUSHED for ticket in stored.values())
    print(f"done: {words}, {offered} offered by the hub", flush=True)
    print(f"order: {compared(history.read(folder), stored, windows)} pairs compared", flush=True)


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument(
        "--short", action="store_true", help="the faults that `make test` has too"
    )
    arguments.add_argument("--rounds", type=int, default=1, help="how often all faults come")
    arguments.add_argument("--only", default="", help="only the faults with this word")
    arguments.add_argument(
        "--keep", type=Path, help="an empty folder for stores, logs and histories"
    )
    options = arguments.parse_args()
    logging.basicConfig(level=logging.ERROR)
    whole = [*LONG, *(WITH_CABLES if is_possible() else ()), *(WITH_DISKS if can_mount() else ())]
    if not is_possible():
        print("no cable is pulled: that needs Linux, root and `ip`")
    if not can_mount():
        print("no disk is filled: that needs Linux, root and `mount`")
    faults = [
        fault for fault in (SHORT if options.short else whole) if options.only in fault[0]
    ] * options.rounds
    with tempfile.TemporaryDirectory(prefix="faults") as folder:
        verdict = asyncio.run(run(options.keep or Path(folder), faults))
    print(verdict.line)
    return 0 if verdict.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
