# SPDX-License-Identifier: GPL-3.0-only
"""Rows of a benchmark: printed as a table, written as JSON. Used by every `bench_*`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "build" / "bench"


@dataclass(frozen=True)
class Row:
    """One measurement.

    Attributes:
        ours, peer: in the metric's unit; `peer` is None where no peer does the same thing.
        goal: the largest value of ours that is good enough, or None when it is only reported.
        why: the cause, where the goal is missed.
    """

    case: str
    metric: str
    ours: float
    peer: float | None = None
    peer_name: str = ""
    goal: float | None = None
    why: str = ""

    @property
    def ratio(self) -> float | None:
        return None if not self.peer else round(self.ours / self.peer, 3)

    @property
    def ok(self) -> bool:
        return self.goal is None or self.ours <= self.goal


def publish(name: str, rows: list[Row]) -> int:
    """Prints the table and writes `build/bench/<name>.json`; 0 when every goal is reached."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    lines = [{**asdict(row), "ratio": row.ratio, "ok": row.ok} for row in rows]
    (FOLDER / f"{name}.json").write_text(json.dumps(lines, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    head = f"{'case':<34} {'metric':<16} {'ours':>10} {'peer':>10} {'ratio':>7} {'goal':>8}  ok  peer"
    print(head, "-" * len(head), sep="\n")
    for row in rows:
        peer = "" if row.peer is None else f"{row.peer:.3f}"
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        goal = "" if row.goal is None else f"{row.goal:g}"
        mark = "yes" if row.ok else "NO"
        figures = f"{row.case:<34} {row.metric:<16} {row.ours:>10.3f} {peer:>10} {ratio:>7} {goal:>8}"
        print(f"{figures}  {mark:<3} {row.peer_name}")
    for row in rows:
        if row.why and not row.ok:
            print(f"missed: {row.case}, {row.metric}: {row.why}")
    return 0 if all(row.ok for row in rows) else 1
