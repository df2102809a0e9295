# SPDX-License-Identifier: GPL-3.0-only
"""Our engines and their peers on shaped lines: `make bench-media`.
Needs root (network namespaces) and Linux.

Each case runs every engine, one after the other, on the same line. The kiosk's end is Chromium in
each, so a row compares desks. After every case build/bench/media.json is written: each cell, and
for each missed one of ours its cause if it is known. With --case or --engine only these are
measured anew, with --resume only what is not there yet; the rest of the file stays, and the table
shows all of it. All cases take a quarter of an hour; a real hour is --case long --long-s 3600.

    python -m tests.benchmarks.bench_media [--engine NAME]... [--case NAME]...
    [--quick] [--resume] [--long-s SECONDS]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
import time
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from tests.benchmarks.media.cases import CASES, Cell, Times
from tests.benchmarks.media.causes import cause_of
from tests.benchmarks.media.network import why_not
from tests.benchmarks.media.peers import ENGINES
from tests.benchmarks.table import FOLDER

Row = dict[str, Any]

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


async def run(cases: list[str], engines: list[str], times: Times, rows: list[Row]) -> None:
    """Measures and replaces in `rows`, which are written after each case."""
    for case in cases:
        for engine in engines:
            began_s = time.monotonic()
            cells, trouble = await measured(case, engine, times)
            print(
                f"  {case}, {engine}: {len(cells)} figures in {time.monotonic() - began_s:.0f} s",
                file=sys.stderr,
            )
            if not cells and not trouble:
                continue  # not for this engine
            rows[:] = [row for row in rows if (row["key"], row["engine"]) != (case, engine)]
            rows += [_row(case, cell, engine, cells) for cell in cells]
            if not cells:
                rows.append(
                    _row(case, Cell(case, "ran", None, most=1), engine, []) | {"cause": trouble}
                )
            rows.sort(
                key=lambda row: (list(CASES).index(row["key"]), list(ENGINES).index(row["engine"]))
            )
            write(rows)


def write(rows: list[Row]) -> None:
    """After each case, so that a run that is stopped leaves what it found."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    beside = FOLDER / "media.json.part"
    beside.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    beside.replace(FOLDER / "media.json")


def earlier() -> list[Row]:
    """What the file has of earlier runs, as far as it is of today's cases and engines."""
    try:
        rows: list[Row] = json.loads((FOLDER / "media.json").read_text(encoding="utf-8"))
        return [row for row in rows if row["key"] in CASES and row["engine"] in ENGINES]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _row(case: str, cell: Cell, engine: str, cells: list[Cell]) -> Row:
    row = asdict(cell) | {
        "key": case,
        "engine": engine,
        "ours": ENGINES[engine].ours,
        "ok": cell.ok,
    }
    row["measured_at_utc"] = datetime.now(UTC).isoformat(timespec="seconds")
    return row | {"cause": cause_of(cell, engine, cells) if not cell.ok else ""}


def show(rows: list[Row], engines: list[str]) -> None:
    """The table: a line per figure, a column per engine; ✗ marks a bound that was not kept."""
    width = max(len(engine) for engine in engines) + 3
    print(f"{'':<58}{'bound':>9}" + "".join(f"{engine:>{width}}" for engine in engines))
    last = ""
    for case, metric in dict.fromkeys((row["case"], row["metric"]) for row in rows):
        if case != last:
            print(case)
            last = case
        found = {
            row["engine"]: row for row in rows if (row["case"], row["metric"]) == (case, metric)
        }
        any_row = next(iter(found.values()))
        bound = f"<= {any_row['most']:g}" if any_row["most"] is not None else ""
        bound = f">= {any_row['least']:g}" if any_row["least"] is not None else bound
        line = f"  {metric + ', ' + any_row['unit'] if any_row['unit'] else metric:<56}{bound:>9}"
        print(line + "".join(f"{_shown(found.get(engine)):>{width}}" for engine in engines))


def _shown(row: Row | None) -> str:
    if row is None:
        return ""
    if row["value"] is None:
        value = "never"
    else:
        value = f"{row['value']:.3g}" if row["value"] < 100 else f"{row['value']:.0f}"
    return value if row["ok"] else f"{value} ✗"


def main() -> int:
    """Runs what is asked for and writes it down; 0 when every bound of ours is kept."""
    parser = argparse.ArgumentParser(prog="bench-media")
    parser.add_argument("--engine", action="append", choices=list(ENGINES))
    parser.add_argument("--case", action="append", choices=list(CASES))
    parser.add_argument("--quick", action="store_true", help="shorter windows, for a look")
    parser.add_argument("--resume", action="store_true", help="only what the file has not yet")
    parser.add_argument(
        "--long-s", type=float, default=Times.long_s, help="length of the long call"
    )
    wanted = parser.parse_args()
    if reason := why_not():
        print(f"bench-media cannot run: {reason}", file=sys.stderr)
        return 2
    # so that a stopped run leaves no namespaces
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    times = Times(3.0, 8.0, 8.0, wanted.long_s, 1) if wanted.quick else Times(long_s=wanted.long_s)
    cases, engines = wanted.case or list(CASES), wanted.engine or list(ENGINES)
    rows = earlier() if wanted.case or wanted.engine or wanted.resume else []
    known = {(row["key"], row["engine"]) for row in rows} if wanted.resume else set()
    began_s = time.monotonic()
    for case in cases:
        asyncio.run(
            run([case], [engine for engine in engines if (case, engine) not in known], times, rows)
        )
    show(rows, list(ENGINES))
    print(f"measured in {(time.monotonic() - began_s) / 60:.1f} min")
    missed = [row for row in rows if row["ours"] and not row["ok"]]
    for row in missed:
        print(
            f"✗ {row['engine']}: {row['case']}, {row['metric']}: "
            f"{row['cause'] or 'cause not known'}"
        )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
