# SPDX-License-Identifier: GPL-3.0-only
"""`python -m tests.appointment`: the walk from the command line; 0 when every step was seen."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from expert_app.demo.run import SCRIPT_MEDIA, DemoSetup
from expert_app.demo.walk import write_report
from session.core.tasks import Tasks
from tests.appointment.town import AppointmentTown
from tests.appointment.walk import AppointmentWalk
from tests.unit.expert_app.messages.mail_server import MailServer

BUILD = Path(__file__).resolve().parents[2] / "build" / "appointment"


async def play(folder: Path, file: Path, pictures: Path) -> dict[str, Any]:
    """Plays all steps, writes the report into `file` and returns it."""
    pictures.mkdir(parents=True, exist_ok=True)
    tasks = Tasks()
    async with MailServer().running() as mail:
        setup = DemoSetup(script=True, media=SCRIPT_MEDIA)
        town = AppointmentTown(folder, tasks, setup=setup, mail_port=mail.port)
        walk = AppointmentWalk(town, pictures, mail)
        try:
            await town.start()
            await walk.run()
        finally:
            await town.stop()
            await tasks.close()
    report = walk.report()
    write_report(report, file)
    return report


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="tests.appointment", description=__doc__)
    parser.add_argument("--report", type=Path, default=BUILD / "report.json")
    parser.add_argument("--pictures", type=Path, default=BUILD / "pictures")
    parser.add_argument("--keep", type=Path, help="keep the programs' folders in this one")
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")
    with tempfile.TemporaryDirectory(prefix="appointment") as temporary:
        folder = arguments.keep or Path(temporary)
        report = asyncio.run(play(folder, arguments.report, arguments.pictures))
    print(f"{arguments.report}: {'every step was seen' if report['ok'] else 'not all was seen'}")
    return 0 if report["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
