# SPDX-License-Identifier: GPL-3.0-only
"""`make bench-start`: desk cold start to queue visible, demo to first accepted call, memory of each
program in a call and while nobody calls.

The peer of the desk's start is the smallest program of the same kind:
an empty PyQt6 window with a browser pane, in the same run on the same machine. Median of `ROUNDS`.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import psutil

from expert_app.demo.run import Demo, DemoSetup
from expert_app.demo.walk import Walk
from expert_app.runtime.child_programs import Child
from session.core.tasks import Tasks
from tests.benchmarks.table import Row, publish

ROUNDS = 5
IDLE_S = 20
IDLE_GOALS_MB = {"desk": 300, "kiosk": 400, "hub": 80}
MEGABYTE = 1 << 20
PEER = """
import sys
from PyQt6.QtWebEngineWidgets import QWebEngineView
from PyQt6.QtWidgets import QApplication, QMainWindow
app = QApplication(sys.argv)
window = QMainWindow()
view = QWebEngineView()
window.setCentralWidget(view)
view.loadFinished.connect(lambda ok: (print("shown", flush=True), app.exit()))
view.setHtml("<p>empty</p>")
window.show()
app.exec()
"""


async def peer_start_s() -> float:
    started = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        PEER,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 30)
    if line != b"shown\n":
        raise RuntimeError("the peer's window did not come")
    shown = time.perf_counter() - started
    await process.wait()
    return shown


async def desk_start_s(demo: Demo, walk: Walk) -> tuple[float, float]:
    """Return the time from the process's birth to the fact "queue_visible", by the clock and of
    the processor: the latter is the same under other load.
    """
    await demo.desk.stop()
    started = time.perf_counter()
    demo.desk = await demo.start_desk()
    await walk.fact(demo.desk, "queue_visible")
    start_s = time.perf_counter() - started
    used = psutil.Process(demo.desk.pid).cpu_times()
    return start_s, used.user + used.system


def memory_mb(child: Child) -> float:
    """Proportional set size of the program with its children (browser processes), in megabytes."""
    process = psutil.Process(child.pid)
    family = [process, *process.children(recursive=True)]
    return sum(member.memory_full_info().pss for member in family if member.is_running()) / MEGABYTE


async def idle_rows(demo: Demo) -> list[Row]:
    """Return each program's memory while nobody calls, desk and kiosk each without the other: two
    programs on one machine share the browser engine's files.
    """
    await demo.kiosk.stop()
    await asyncio.sleep(IDLE_S)
    memories = {"desk": memory_mb(demo.desk)}
    await demo.desk.stop()
    demo.kiosk = await demo.start_kiosk()
    await asyncio.sleep(IDLE_S)
    memories |= {"kiosk": memory_mb(demo.kiosk), "hub": memory_mb(demo.hub)}
    return [
        Row(f"{name}: memory while nobody calls", "MB (PSS)", value, goal=IDLE_GOALS_MB[name])
        for name, value in memories.items()
    ]


async def measure() -> list[Row]:
    rows: list[Row] = []
    tasks = Tasks()
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        demo = Demo(Path(folder), tasks, setup=DemoSetup(script=True))
        try:
            await demo.start()
            walk = Walk(demo, None)
            await walk.call_requested()
            await walk.ticket_visible()
            await walk.accepted()
            first_call_s = time.perf_counter() - begun
            await walk.first_video_at_desk()
            await walk.audio_both_ways()
            memories = {child.name: memory_mb(child) for child in (demo.hub, demo.kiosk, demo.desk)}
            await walk.hung_up()
            peers, ours, used = [], [], []
            for _round in range(ROUNDS):
                peers.append(await peer_start_s())
                start_s, used_s = await desk_start_s(demo, walk)
                ours.append(start_s)
                used.append(used_s)
            rows += await idle_rows(demo)
        finally:
            await demo.stop()
            await tasks.close()
    peer = statistics.median(peers)
    rows.append(
        Row(
            "desk: start to queue visible",
            "s",
            statistics.median(ours),
            peer,
            "empty PyQt6-WebEngine window",
            1.2,
        )
    )
    rows.append(Row("desk: processor time of that start", "s", statistics.median(used)))
    rows.append(Row("demo: command to first accepted call", "s", first_call_s))
    rows += [
        Row(f"{name}: memory in a call", "MB (PSS)", value) for name, value in memories.items()
    ]
    return rows


def main() -> int:
    # as installed, where Python has compiled the program once
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("QT_LOGGING_RULES", "*=false")
    os.environ.setdefault(
        "QTWEBENGINE_CHROMIUM_FLAGS", "--disable-gpu --disable-logging --log-level=3"
    )
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")
    return publish("start", asyncio.run(measure()))


if __name__ == "__main__":
    sys.exit(main())
