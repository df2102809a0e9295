# SPDX-License-Identifier: GPL-3.0-only
"""Rows of a benchmark: printed as a table, written as JSON. Used by every `bench_*`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "build" / "bench"


@dataclass(frozen=True)
class Row:
    """One measurement.

    Attributes:
        ours, peer: in the metric's unit; `peer` is None where no peer does the same thing.
        goal: the largest value of ours that is good enough, or None when it is only reported.
        peers: every peer's value by its name, where there are several; `peer` is the one that is
            compared.
        cause: why the goal is missed, said when it is.
    """

    case: str
    metric: str
    ours: float
    peer: float | None = None
    peer_name: str = ""
    goal: float | None = None
    peers: Mapping[str, float] = field(default_factory=dict)
    cause: str = ""

    @property
    def ratio(self) -> float | None:
        return None if not self.peer else round(self.ours / self.peer, 3)

    @property
    def ok(self) -> bool:
        return self.goal is None or self.ours <= self.goal


def publish(name: str, rows: list[Row]) -> int:
    """Prints the table and writes `build/bench/<name>.json`; 0 when every goal is reached."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    lines = [
        {**asdict(row), "cause": "" if row.ok else row.cause, "ratio": row.ratio, "ok": row.ok}
        for row in rows
    ]
    (FOLDER / f"{name}.json").write_text(
        json.dumps(lines, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    names = list(dict.fromkeys(name for row in rows for name in row.peers))
    columns = "".join(f" {name:>10}" for name in names)
    columns = columns or f" {'peer':>10}"
    head = f"{'case':<40} {'metric':<16} {'ours':>10}{columns} {'ratio':>7} {'goal':>8}  ok  peer"
    print(head, "-" * len(head), sep="\n")
    for row in rows:
        print(_line(row, names))
        if not row.ok and row.cause:
            print(f"    missed because {row.cause}")
    return 0 if all(row.ok for row in rows) else 1


def _line(row: Row, names: list[str]) -> str:
    found = [row.peers.get(name) for name in names] if names else [row.peer]
    peers = "".join(f" {'' if value is None else f'{value:.3f}':>10}" for value in found)
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    goal = "" if row.goal is None else f"{row.goal:.4g}"
    figures = f"{row.case:<40} {row.metric:<16} {row.ours:>10.3f}{peers} {ratio:>7} {goal:>8}"
    return f"{figures}  {'yes' if row.ok else 'NO':<3} {row.peer_name}"
