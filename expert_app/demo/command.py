# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app demo`: the whole system on one machine, for a person or driven by a script.
No Qt here.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from expert_app.demo.run import Demo, DemoSetup
from expert_app.demo.walk import Walk, write_report
from expert_app.demo.world import CALLER_NUMBER, LOOPBACK_KBPS
from expert_app.runtime.child_programs import ChildFailed
from expert_app.runtime.config import Engine, Language, MediaSettings
from resources.texts import _
from session.core.tasks import Tasks

SCRIPT_KBPS = 5000
"""A page takes about two seconds, so that the script can break something while it arrives."""


@dataclass(frozen=True)
class DemoOptions:
    """The options of a demo, as the command line says.

    Attributes:
        folder: kept afterwards when given; else a temporary one, removed.
        script: "walk" or "" for a person.
        report, shots: where the script writes.
        scanner, printer: addresses of real devices, or "".
        camera: "simulated" or what a settings file may say.
        engine: of the desk's calls.
        supervisor: a third window, the board.
        partner: one more desk, of the kiosk's second organisation.
        display: the waiting room's display.
        host: the windows of the site's host and of the network's operator.
        vault: the organisation keeps dossiers and log itself, sealed.
    """

    folder: Path | None
    script: str
    report: Path | None
    shots: Path | None
    scanner: str
    printer: str
    camera: str
    language: Language
    supervisor: bool = False
    partner: bool = False
    display: bool = False
    host: bool = False
    vault: bool = False
    engine: Engine = "auto"


def _no_screen() -> bool:
    return sys.platform == "linux" and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )


async def run_demo(options: DemoOptions) -> int:
    """Starts everything, runs the script or waits for a person to close a window; the exit code."""
    if _no_screen():
        if not options.script:
            print(_("There is no screen here. Run `make demo`, or add `--script walk`."))
            return 2
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    folder = options.folder or Path(tempfile.mkdtemp(prefix="poste-expert-demo-"))
    tasks = Tasks()
    if options.camera == "simulated":
        microphone = "simulated"
    else:
        microphone = "auto"
    setup = DemoSetup(
        script=bool(options.script),
        scanner=options.scanner,
        printer=options.printer,
        media=MediaSettings(engine=options.engine, camera=options.camera, microphone=microphone),
        language=options.language,
        chunk_kbps=SCRIPT_KBPS if options.script else LOOPBACK_KBPS,
        supervisor=options.supervisor,
        partner=options.partner,
        display=options.display,
        host=options.host,
        vault=options.vault,
    )
    demo = Demo(folder, tasks, setup=setup)
    try:
        await demo.start()
        return await (_script(demo, options) if options.script else _person(demo))
    except (ChildFailed, TimeoutError) as error:
        print(
            _("The demo cannot start: {error}. The programs' logs are in {folder}.").format(
                error=error, folder=folder
            )
        )
        options = DemoOptions(**{**options.__dict__, "folder": folder})  # keep the logs
        return 1
    finally:
        await demo.stop()
        await tasks.close()
        if options.folder is None:
            shutil.rmtree(folder, ignore_errors=True)


async def _script(demo: Demo, options: DemoOptions) -> int:
    if options.shots is not None:
        options.shots.mkdir(parents=True, exist_ok=True)
    walk = Walk(demo, options.shots)
    await walk.run()
    if options.report is not None:
        write_report(walk.report(), options.report)
        print(_("Report: {path}").format(path=options.report))
    if options.shots is not None:
        print(_("Pictures: {path}").format(path=options.shots))
    if walk.ok:
        return 0
    return 1


async def _person(demo: Demo) -> int:
    """Waits until a window is closed or Ctrl+C is pressed."""
    print(
        _(
            "Two windows are open. On the kiosk touch a service; the invented caller's number is "
            "{number}."
        ).format(number=CALLER_NUMBER)
    )
    print(_("Then accept the call at the desk. Close a window to end the demo."))
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(name, stop.set)
    ends = [
        asyncio.create_task(event.wait()) for event in (stop, demo.desk.ended, demo.kiosk.ended)
    ]
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    for task in ends:
        task.cancel()
    return 0
