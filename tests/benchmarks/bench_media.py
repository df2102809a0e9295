# SPDX-License-Identifier: GPL-3.0-only
"""Our engines and their peers on shaped lines: `make bench-media`. Needs root (network namespaces) and Linux.

Each case runs every engine, one after the other, on the same line. The kiosk's end is Chromium in each, so a row
compares desks. Writes build/bench/media.json: every cell, and for each missed one of ours its cause if it is known.

    python -m tests.benchmarks.bench_media [--engine NAME]... [--case NAME]... [--quick]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from dataclasses import asdict
from typing import Any

from tests.benchmarks.media.cases import CASES, Cell, Times
from tests.benchmarks.media.causes import cause_of
from tests.benchmarks.media.network import why_not
from tests.benchmarks.media.peers import ENGINES
from tests.benchmarks.table import FOLDER

TRIES = 2
"""A pair that does not start under load is tried once more, and the table says so."""


async def measured(case: str, engine: str, times: Times) -> tuple[list[Cell], str]:
    """One case with one engine, and what went wrong."""
    trouble = ""
    for _try in range(TRIES):
        try:
            return await CASES[case](ENGINES[engine], times), trouble
        except (RuntimeError, TimeoutError, OSError) as error:
            trouble = f"{type(error).__name__}: {error}"
            print(f"  {case}, {engine}: {trouble}", file=sys.stderr, flush=True)
    return [], trouble


async def run(cases: list[str], engines: list[str], times: Times) -> list[dict[str, Any]]:
    """All rows."""
    rows: list[dict[str, Any]] = []
    for case in cases:
        for engine in engines:
            cells, trouble = await measured(case, engine, times)
            load = round(os.getloadavg()[0], 1)
            print(f"  {case}, {engine}: {len(cells)} figures, load {load}", file=sys.stderr, flush=True)
            rows += [_row(cell, engine, load) for cell in cells]
            if not cells:
                rows.append(_row(Cell(case, "ran", None, most=1), engine, load) | {"cause": trouble})
            write(rows)
    return rows


def write(rows: list[dict[str, Any]]) -> None:
    """After each case, so that a run that is stopped leaves what it found."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "media.json").write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _row(cell: Cell, engine: str, load: float) -> dict[str, Any]:
    row = asdict(cell) | {"engine": engine, "ours": ENGINES[engine].ours, "ok": cell.ok, "load": load}
    return row | {"cause": cause_of(cell, engine, load) if not cell.ok else ""}


def show(rows: list[dict[str, Any]], engines: list[str]) -> None:
    """The table: a line per figure, a column per engine; ✗ marks a bound that was not kept."""
    width = max(len(engine) for engine in engines) + 3
    print(f"{'':<58}{'bound':>9}" + "".join(f"{engine:>{width}}" for engine in engines))
    last = ""
    for case, metric in dict.fromkeys((row["case"], row["metric"]) for row in rows):
        if case != last:
            print(case)
            last = case
        found = {row["engine"]: row for row in rows if (row["case"], row["metric"]) == (case, metric)}
        any_row = next(iter(found.values()))
        bound = f"<= {any_row['most']:g}" if any_row["most"] is not None else ""
        bound = f">= {any_row['least']:g}" if any_row["least"] is not None else bound
        line = f"  {metric + ', ' + any_row['unit'] if any_row['unit'] else metric:<56}{bound:>9}"
        print(line + "".join(f"{_shown(found.get(engine)):>{width}}" for engine in engines))


def _shown(row: dict[str, Any] | None) -> str:
    if row is None:
        return ""
    value = "never" if row["value"] is None else f"{row['value']:.3g}" if row["value"] < 100 else f"{row['value']:.0f}"
    return value if row["ok"] else f"{value} ✗"


def main() -> int:
    """Runs what is asked for and writes it down; 0 when every bound of ours is kept."""
    parser = argparse.ArgumentParser(prog="bench-media")
    parser.add_argument("--engine", action="append", choices=list(ENGINES))
    parser.add_argument("--case", action="append", choices=list(CASES))
    parser.add_argument("--quick", action="store_true", help="shorter windows, for a look")
    wanted = parser.parse_args()
    if reason := why_not():
        print(f"bench-media cannot run: {reason}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that a stopped run leaves no namespaces
    times = Times(4.0, 12.0, 80.0) if wanted.quick else Times()
    engines = wanted.engine or list(ENGINES)
    rows = asyncio.run(run(wanted.case or list(CASES), engines, times))
    show(rows, engines)
    missed = [row for row in rows if row["ours"] and not row["ok"]]
    for row in missed:
        print(f"✗ {row['engine']}: {row['case']}, {row['metric']}: {row['cause'] or 'cause not known'}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
