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
from typing import Annotated, Literal

import msgspec

from expert_app.demo.run import SCRIPT_MEDIA, SIMULATED_MEDIA, Demo, DemoSetup
from expert_app.demo.walk import Walk, write_report
from expert_app.demo.world import CALLER_NUMBER, LOOPBACK_KBPS
from expert_app.runtime.child_programs import ChildFailed
from expert_app.runtime.command_line import Argument, CommonOptions
from expert_app.runtime.config import Engine, MediaSettings
from resources.texts import _
from session.core.tasks import Tasks

SCRIPT_KBPS = 5000
"""A page takes about two seconds, so that the script can break something while it arrives."""


@dataclass(frozen=True, kw_only=True)
class DemoOptions:
    """The options of a demo."""

    script: Annotated[
        Literal["walk"] | None, Argument("without a person: the whole job, driven and proved")
    ] = None
    report: Annotated[Path | None, Argument("write the script's report (JSON) here")] = None
    shots: Annotated[Path | None, Argument("folder for one picture per step and window")] = None
    scanner: Annotated[str, Argument("address of a real scanner, e.g. escl://host:port/eSCL")] = ""
    printer: Annotated[str, Argument("address of a real printer, e.g. ipp://host:port/path")] = ""
    camera: Annotated[str, Argument('"simulated", "auto", "none" or a device')] = "simulated"
    engine: Annotated[Engine, Argument("what carries the desk's calls")] = "auto"
    partner: Annotated[bool, Argument("also open a desk of the kiosk's second organisation")] = (
        False
    )
    display: Annotated[bool, Argument("also open the waiting room's display")] = False
    host: Annotated[
        bool, Argument("also open the windows of the site's host and of the operator")
    ] = False
    vault: Annotated[bool, Argument("the organisation keeps dossiers and log itself, sealed")] = (
        False
    )
    supervisor: Annotated[bool, Argument("also open the supervisor's board")] = False


def _no_screen() -> bool:
    return sys.platform == "linux" and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )


def run_demo(common: CommonOptions, options: DemoOptions) -> int:
    """Start everything, run the script or wait for a person to close a window; the exit code."""
    return asyncio.run(_run(common, options))


async def _run(common: CommonOptions, options: DemoOptions) -> int:
    if _no_screen():
        if not options.script:
            print(_("There is no screen here. Run `make demo`, or add `--script walk`."))
            return 2
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    is_kept = common.folder is not None
    folder = common.folder or Path(tempfile.mkdtemp(prefix="poste-expert-demo-"))
    tasks = Tasks()
    setup = DemoSetup(
        script=bool(options.script),
        scanner=options.scanner,
        printer=options.printer,
        media=_media(options),
        language=common.language or "fr",
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
        is_kept = True
        return 1
    finally:
        await demo.stop()
        await tasks.close()
        if not is_kept:
            shutil.rmtree(folder, ignore_errors=True)


def _media(options: DemoOptions) -> MediaSettings:
    if options.camera != "simulated":
        return MediaSettings(engine=options.engine, camera=options.camera)
    if options.script:
        return msgspec.structs.replace(SCRIPT_MEDIA, engine=options.engine)
    return msgspec.structs.replace(SIMULATED_MEDIA, engine=options.engine)


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
