# SPDX-License-Identifier: GPL-3.0-only
"""`python -m tests.pilot`: the pilot from the command line; 0 when every step was seen."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.pilot.installed import ROOT, install
from tests.pilot.pilot import Pilot
from tests.pilot.plan import plan

BUILD = ROOT / "build" / "pilot"


async def play(folder: Path, programs: Path, file: Path, pictures: Path) -> dict[str, Any]:
    """Plays all steps, writes the report into `file` and returns it."""
    pilot = Pilot(folder, programs)
    steps = plan(pilot)
    try:
        await pilot.run(steps, pictures)
    finally:
        await pilot.close()
    report = pilot.report(len(steps))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return report


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="tests.pilot", description=__doc__)
    parser.add_argument("--programs", type=Path, help="folder of an installed expert-app")
    parser.add_argument("--report", type=Path, default=BUILD / "report.json")
    parser.add_argument("--pictures", type=Path, default=BUILD / "pictures")
    parser.add_argument("--keep", type=Path, help="keep the computers in this folder")
    arguments = parser.parse_args()
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")
    programs = arguments.programs or install(BUILD)
    with tempfile.TemporaryDirectory(prefix="pilot") as temporary:
        folder = arguments.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        report = asyncio.run(play(folder, programs, arguments.report, arguments.pictures))
    ok = bool(report["ok"])
    print(f"{arguments.report}: {'every step was seen' if ok else 'not all was seen'}")
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
