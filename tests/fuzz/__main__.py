# SPDX-License-Identifier: GPL-3.0-only
"""The command `make fuzz`: each target for some seconds, then a table; exit code 1 when it found
something.

`python -m tests.fuzz [--seconds 60] [TARGET...]`.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

from tests.fuzz.target import FuzzTarget
from tests.fuzz.targets import MOST_BYTES, TARGETS

MEMORY_MB = 2048
ONE_READ_S = 10
FOLDER = Path("build/fuzz")
KEPT = Path("tests/data/fuzz")


def run(target: FuzzTarget, seconds: int) -> tuple[str, str]:
    """Runs a target in a process of its own; how often it read, and what was found, if anything."""
    grown, found = FOLDER / "examples" / target.name, FOLDER / "found" / target.name
    for folder in (grown, found):
        folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds):
        (grown / f"seed-{number}").write_bytes(seed)
    kept = KEPT / target.name
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.fuzz.one",
            target.name,
            str(grown),
            *([str(kept)] if kept.is_dir() else []),
            f"-max_total_time={seconds}",
            f"-max_len={MOST_BYTES}",
            f"-rss_limit_mb={MEMORY_MB}",
            f"-timeout={ONE_READ_S}",
            f"-artifact_prefix={found}/",
            "-print_final_stats=1",
        ],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    times = re.search(r"stat::number_of_executed_units:\s*(\d+)", ran.stderr)
    if ran.returncode == 0 and times:
        return times.group(1), ""
    (found / "output.txt").write_text(ran.stdout + ran.stderr)
    said = re.findall(
        r"^(?:\w+\.)*\w*(?:Error|Exception|Wrong)\b.*|ERROR: .*", ran.stderr + ran.stdout, re.M
    )
    return times.group(1) if times else "?", said[0][:90] if said else "ended"


def main() -> int:
    """The exit code."""
    names = [target.name for target in TARGETS]
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("targets", nargs="*", choices=[*names, []], help="all of them by default")
    chosen = parser.parse_args()
    failed = False
    for target in TARGETS:
        if chosen.targets and target.name not in chosen.targets:
            continue
        times, found = run(target, chosen.seconds)
        print(f"{target.name:20} {times:>9} reads  {found or 'nothing found'}", flush=True)
        failed = failed or bool(found)
    if failed:
        print(f"\nExamples are in {FOLDER}/found: keep each in {KEPT}/TARGET, mend, run again.")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
