# SPDX-License-Identifier: GPL-3.0-only
"""`make bench-scale`: 5,000 kiosks, 1,000 sites and 500 agents against a real hub: how long each
list takes, and until each role's window is usable.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
if not os.getuid():  # Chromium refuses its sandbox to root
    os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")

from PyQt6.QtWebEngineWidgets import QWebEngineView
from PyQt6.QtWidgets import QApplication

from expert_app.board.wiring.program import BoardProgram, build_jobs
from expert_app.board.wiring.site import HostProgram
from expert_app.desk.wiring.program import build_desk
from expert_app.helpdesk.wiring.program import HelpdeskProgram
from expert_app.runtime.config import DeskSettings, MediaSettings
from expert_app.runtime.credentials import SEED_VARIABLE
from expert_app.runtime.paths import paths_for
from expert_app.runtime.window_program import ROLES, Program
from session.bus.client import BusClient
from session.core.clock import SystemClock
from session.core.errors import SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.desk.hub.board_past import BoardPast
from session.desk.hub.client import DeskLink
from session.desk.hub.helpdesk import HelpdeskQuestions
from session.desk.hub.identity import DossierRegisterLink
from session.protocol.dossier.identity import AccessesRequest
from session.protocol.helpdesk.log_list import LogFilter
from session.protocol.hub.board import BoardAnswer, BoardRequest
from session.protocol.hub.history import HistoryRequest
from session.protocol.hub.network import MoveTargets, MoveTargetsRequest
from session.protocol.hub.requests import QueueAnswer, QueueRequest
from session.protocol.hub.site import NetworkAnswer, NetworkRequest, SiteAnswer, SiteRequest
from session.protocol.hub.statistics import StatisticsBy
from session.protocol.hub.third_parties import TargetsAnswer, TargetsRequest
from session.protocol.wire.roles import Role
from tests.benchmarks.scale_hub import AGENTS, DOCUMENTS, KIOSKS, SITES
from tests.benchmarks.table import Row, publish
from tests.support.qt_loop import QtLoop
from tests.support.waiting import until
from views.board.window import ACCESSES, DOUBLES, GED, HISTORY, LINES, STATISTICS, TRENDS

NEEDS_WEB_ENGINE = QWebEngineView
ROUNDS, LIST_MS, WINDOW_MS, READY_S = 5, 300.0, 1_000.0, 300.0
SIZE = f"{KIOSKS:,} kiosks, {SITES:,} sites, {AGENTS} agents"
Question = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class LargeNetwork:
    """Where the hub is, and everybody's keys."""

    url: str
    seeds: dict[str, bytes]
    folder: Path
    tasks: Tasks

    async def client(self, role: Role, user: str) -> BusClient:
        """A connected client."""
        seed = self.seeds[f"{role}.{user}"]
        made = BusClient(
            [self.url], role, user=user, seed=seed, tasks=self.tasks, clock=SystemClock()
        )
        await made.connect()
        return made


@asynccontextmanager
async def large_network(folder: Path) -> AsyncIterator[LargeNetwork]:
    """The hub in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.benchmarks.scale_hub",
        str(folder),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), READY_S)
        if line != b"ready\n":
            raise RuntimeError("the hub did not come")
        world = json.loads((folder / "world.json").read_text(encoding="utf-8"))
        seeds = {name: base64.b64decode(seed) for name, seed in world["seeds"].items()}
        yield LargeNetwork(world["url"], seeds, folder, Tasks())
    finally:
        process.stdin.close()
        await process.wait()


# ---- lists


async def list_row(name: str, ask: Question, goal_ms: float | None = LIST_MS) -> Row:
    """The median of some answers, all pages of each."""
    spent = []
    for _ in range(ROUNDS):
        before = time.perf_counter()
        await ask()
        spent.append((time.perf_counter() - before) * 1000)
        await asyncio.sleep(0.5)  # what a person asks stays below the hub's rate
    print(f"{name}: {statistics.median(spent):.0f} ms", file=sys.stderr, flush=True)
    return Row(name, "ms", statistics.median(spent), goal=goal_ms)


async def lists(network: LargeNetwork) -> list[Row]:
    """Each list of each role."""
    boss = await network.client(Role.SUPERVISOR, "boss")
    helper = await network.client(Role.HELPDESK, "help")
    oper = await network.client(Role.OPERATOR, "oper")
    host = await network.client(Role.FACILITATOR, "host")
    agent = await network.client(Role.AGENT, "agent0")
    clock = SystemClock()
    past, desk = BoardPast(boss), DeskLink(agent, clock, tasks=network.tasks)
    reports, register = DeskLink(boss, clock, tasks=network.tasks), DossierRegisterLink(boss)
    questions, of_network = HelpdeskQuestions(helper), HelpdeskQuestions(oper)
    today = datetime.now(UTC).date()
    queue = await agent.request("queue", QueueRequest(), QueueAnswer)
    session = await desk.accept(min(queue.tickets, key=lambda ticket: ticket.number).id)
    dossier = await desk.dossier(session.id)
    assert len(dossier.documents) == DOCUMENTS
    asked: dict[str, Question] = {
        "board: agents and sites": partial(boss.request, "board", BoardRequest(), BoardAnswer),
        "lines: first rows and totals": past.lines,
        "lines: by words": partial(past.lines, "quartier 77"),
        "queue: a page": partial(agent.request, "queue", QueueRequest(), QueueAnswer),
        "move targets": partial(
            boss.request, "move_targets", MoveTargetsRequest(service="rights"), MoveTargets
        ),
        "history": partial(
            past.history, HistoryRequest(first=today - timedelta(days=7), last=today)
        ),
        "statistics: site by day": partial(
            reports.statistics,
            today - timedelta(days=30),
            today,
            StatisticsBy.SITE,
            across=StatisticsBy.DAY,
        ),
        "accesses": partial(register.accesses, AccessesRequest()),
        "merges": register.merges,
        "conversations, with counts": partial(questions.find, LogFilter(), counts=True),
        "self-tests": questions.self_tests,
        "help from afar": questions.helps,
        "network: sites and hubs": partial(
            oper.request, "network", NetworkRequest(), NetworkAnswer
        ),
        "host: kiosks of all sites": partial(host.request, "site", SiteRequest(), SiteAnswer),
        "targets of a caller": partial(
            agent.request, "targets", TargetsRequest(session_id=session.id), TargetsAnswer
        ),
        f"dossier of {DOCUMENTS:,} documents": partial(desk.dossier, session.id),
        "places to choose from": questions.places,
        "places, of the operator": of_network.places,
    }
    rows = [await list_row(name, ask) for name, ask in asked.items()]
    rows.append(await list_row("lines: every row", partial(past.lines, "", KIOSKS), None))
    for client in (boss, helper, oper, host, agent):
        await client.close()
    return rows


# ---- windows


class Heard:
    """Whether a signal has come."""

    def __init__(self, signal: Signal[Any]) -> None:
        self.count = 0
        signal.connect(self._on_signal)

    def _on_signal(self, _value: object) -> None:
        self.count += 1

    def again(self) -> Callable[[], bool]:
        """True once it has come after now."""
        known = self.count
        return lambda: self.count > known


def settings_of(network: LargeNetwork, role: str, user: str) -> DeskSettings:
    media = MediaSettings(engine="aiortc", camera="simulated", microphone="simulated")
    return DeskSettings(
        organisation="valdore",
        user=user,
        role=role,  # type: ignore[arg-type]
        bus=[network.url],
        media=media,
    )


async def board_rows(network: LargeNetwork) -> list[Row]:
    """The supervisor's window, and each of its pages."""
    program, settings = Program(), settings_of(network, "supervisor", "boss")
    paths, seed = paths_for("desk", network.folder / "boss"), network.seeds["s.boss"]
    jobs = build_jobs(settings, paths, seed=seed, program=program)
    board = BoardProgram(settings, paths, seed=seed, jobs=jobs, program=program)
    app, window = jobs.app, board.window
    signals: list[Signal[Any]] = [app.board_changed, app.lines_changed]
    first = [Heard(signal).again() for signal in signals]
    before = time.perf_counter()
    await board.start()
    await until(lambda: all(heard() for heard in first))
    rows = [_window("board: opened", time.perf_counter() - before)]
    pages: dict[str, Signal[Any]] = {
        TRENDS: app.trends_changed,
        HISTORY: app.history_changed,
        STATISTICS: app.statistics_changed,
        ACCESSES: jobs.accesses.received,
        GED: jobs.deliveries.received,
        DOUBLES: jobs.doubles.merges,
        LINES: app.lines_changed,
    }
    for name, signal in pages.items():
        shown = Heard(signal).again()
        before = time.perf_counter()
        window.show_page(name)
        if name == LINES:
            app.show_lines("", 200)
        await until(shown)
        rows.append(_window(f"board: page {name}", time.perf_counter() - before))
    await board.stop()
    return rows


async def helpdesk_rows(network: LargeNetwork, role: str, user: str) -> list[Row]:
    """The window of the helpdesk or of the operator."""
    program, settings = Program(), settings_of(network, role, user)
    paths, seed = paths_for("desk", network.folder / user), network.seeds[f"{ROLES[role]}.{user}"]
    desk = HelpdeskProgram(settings, paths, seed=seed, program=program)
    program.observations.note("begun")
    desk.observe()
    before = time.perf_counter()
    desk.start()
    facts = program.observations.all
    rows = []
    if role == "operator":
        await until(lambda: "network" in facts())
        rows.append(_window(f"{role}: opened", time.perf_counter() - before))
    await until(lambda: "found" in facts())
    rows.append(_window(f"{role}: conversations", time.perf_counter() - before))
    before = time.perf_counter()
    desk.view.kiosks.refresh_requested.emit()
    await until(lambda: "self_tests" in facts())
    rows.append(_window(f"{role}: kiosks", time.perf_counter() - before))
    await desk.stop()
    return rows


async def host_rows(network: LargeNetwork) -> list[Row]:
    """The host's window; this one looks after some sites."""
    program, settings = Program(), settings_of(network, "facilitator", "host2")
    paths, seed = paths_for("desk", network.folder / "host2"), network.seeds["f.host2"]
    host = HostProgram(settings, paths, seed=seed, program=program)
    before = time.perf_counter()
    host.start()
    await until(lambda: bool(host.view.cards))
    rows = [_window("host: opened", time.perf_counter() - before)]
    await host.stop()
    return rows


async def desk_rows(network: LargeNetwork) -> list[Row]:
    """The agent's window."""
    program, settings = Program(), settings_of(network, "agent", "agent1")
    paths, seed = paths_for("desk", network.folder / "agent1"), network.seeds["a.agent1"]
    os.environ[SEED_VARIABLE] = "given"  # so that no keyring is needed
    desk = build_desk(settings, paths, seed=seed, program=program)
    shown = Heard(desk.parts.link.queue_changed).again()
    before = time.perf_counter()
    await desk.start()
    await until(shown)
    rows = [_window("desk: queue", time.perf_counter() - before)]
    await desk.stop()
    return rows


def _window(name: str, seconds: float) -> Row:
    print(f"{name}: {seconds:.3f} s", file=sys.stderr, flush=True)
    return Row(name, "ms", seconds * 1000, goal=WINDOW_MS)


async def measure(folder: Path) -> list[Row]:
    """Lists, then windows."""
    async with large_network(folder) as network:
        rows = await lists(network)
        for windows in (
            board_rows(network),
            helpdesk_rows(network, "helpdesk", "help"),
            helpdesk_rows(network, "operator", "oper"),
            host_rows(network),
            desk_rows(network),
        ):
            try:
                rows += await windows
            except (TimeoutError, SessionError) as error:
                rows.append(Row(f"a window did not come: {error!r}", "ms", 1e6, goal=WINDOW_MS))
        return rows


def main() -> int:
    """Measures, and says what is not good enough."""
    print(SIZE)
    qt = QtLoop(QApplication(["bench_scale"]))
    with tempfile.TemporaryDirectory() as folder:
        rows = qt.run(measure(Path(folder)), timeout_s=1_800.0)
    return publish("scale", rows)


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # QtWebEngine is not closed by an application that never ran
