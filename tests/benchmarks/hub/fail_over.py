# SPDX-License-Identifier: GPL-3.0-only
"""A cluster that loses its leader: how long nobody gets an answer, and what is lost.
Used by `bench_hub`.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.benchmarks.table import Row
from tests.faults.kinds import kill_leader
from tests.faults.run_cluster import answers_after

RUNS = 3
MOST_S = 10.0


async def fail_over() -> list[Row]:
    """The longest silence of a few runs when the leader of the tickets is killed, and how many of
    the answered calls are gone afterwards.
    """
    silences: list[float] = []
    lost = 0
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory(prefix="failover") as name:
            silence_s, verdict = await answers_after(Path(name), kill_leader)
        silences.append(silence_s)
        lost += verdict.lost
    each = ", ".join(f"{silence_s:.1f}" for silence_s in silences)
    cause = (
        "nats-server's followers elect 4 to 9 s after the leader's last sign, by chance and "
        "without an option (2.15, server/raft.go: minElectionTimeoutDefault, "
        f"maxElectionTimeoutDefault); the runs took {each} s"
    )
    return [
        Row("leader killed: longest silence", "s", max(silences), goal=MOST_S, cause=cause),
        Row("leader killed: answered calls lost", "", lost, goal=0),
    ]
