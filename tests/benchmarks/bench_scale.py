# SPDX-License-Identifier: GPL-3.0-only
"""`make bench-scale`: 5,000 kiosks, 1,000 sites, 500 agents, 10,000 waiting callers and 100,000
dossiers against a real hub: how long each list takes, and until each role's window is usable.

Beside the clock: what the hub's process and this one, which has the windows, spent of a processor.
Where PostgreSQL is installed, the lists are read a second time from a hub whose store is there.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
if not os.getuid():  # Chromium refuses its sandbox to root
    os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")

import psutil
from PyQt6.QtWebEngineWidgets import QWebEngineView
from PyQt6.QtWidgets import QApplication

from expert_app.board.wiring.program import BoardProgram
from expert_app.board.wiring.site import HostProgram
from expert_app.desk.wiring.program import build_desk
from expert_app.driven.helpdesk import observe_helpdesk
from expert_app.driven.observations import Observations
from expert_app.helpdesk.wiring.program import HelpdeskProgram
from expert_app.runtime.config import DeskSettings, MediaSettings
from expert_app.runtime.credentials import SEED_VARIABLE
from expert_app.runtime.paths import paths_for
from expert_app.runtime.window_program import Program
from expert_app.workplace.role_parts import RoleParts, build_role_parts
from session.bus.client import BusClient
from session.core.clock import SystemClock
from session.core.errors import SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.desk.hub.client import DeskClient
from session.desk.hub.helpdesk import HelpdeskClient
from session.desk.hub.identity import DossierIdentityClient, DossierRegisterClient
from session.protocol.dossier.identity import AccessesRequest
from session.protocol.dossier.pieces import DocumentSearchRequest
from session.protocol.helpdesk.log_list import LogFilter
from session.protocol.helpdesk.self_test import SelfTestsRequest
from session.protocol.hub.board import BoardRequest
from session.protocol.hub.history import HistoryRequest, LinesRequest, TrendsRequest
from session.protocol.hub.network import MoveTargetsRequest
from session.protocol.hub.requests import QueueRequest
from session.protocol.hub.site import NetworkRequest, SiteRequest
from session.protocol.hub.statistics import StatisticsBy, StatisticsRequest
from session.protocol.hub.third_parties import TargetsRequest
from session.protocol.wire.roles import Role
from tests.benchmarks.bench_hub import busy
from tests.benchmarks.hub.engines import spent_s
from tests.benchmarks.table import Row, publish
from tests.integration.lists import large_network as large
from tests.support.postgres import programs, server
from tests.support.qt_loop import QtLoop
from tests.support.waiting import until
from views.board.window import ACCESSES, DOUBLES, GED, HISTORY, LINES, STATISTICS, TRENDS
from views.desk.shared_page.mirror_engine import register_schemes

NEEDS_WEB_ENGINE = QWebEngineView
ROUNDS, LIST_MS, WINDOW_MS, READY_S = 5, 300.0, 1_000.0, 1_200.0
SIZE = (
    f"{large.KIOSKS:,} kiosks, {large.SITES:,} sites, {large.AGENTS} agents, "
    f"{large.WAITING:,} waiting, {large.DOSSIERS:,} dossiers, {large.PAST:,} conversations"
)
Question = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class LargeNetwork:
    """Where the hub is, and everybody's keys."""

    url: str
    seeds: dict[str, bytes]
    folder: Path
    tasks: Tasks
    hub: psutil.Process

    async def client(self, role: Role, user: str) -> BusClient:
        """A connected client."""
        seed = self.seeds[f"{role}.{user}"]
        made = BusClient(
            [self.url], role, user=user, seed=seed, tasks=self.tasks, clock=SystemClock()
        )
        await made.connect()
        return made


@asynccontextmanager
async def large_network(folder: Path, address: str = "") -> AsyncIterator[LargeNetwork]:
    """The hub in a process of its own, its store in SQLite or at a PostgreSQL server's address."""
    folder.mkdir()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.benchmarks.scale_hub",
        str(folder),
        address,
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
        hub = psutil.Process(world["pid"])
        yield LargeNetwork(world["url"], seeds, folder, Tasks(), hub)
    finally:
        process.stdin.close()
        await process.wait()


class Spent:
    """Milliseconds since it was made: by the clock, of the hub's processor, and of ours."""

    def __init__(self, hub: psutil.Process) -> None:
        self._hub = hub
        self._begun = self._now()

    def _now(self) -> tuple[float, float, float]:
        return time.perf_counter(), spent_s(self._hub), time.process_time()

    def ms(self) -> tuple[float, float, float]:
        """So far."""
        now, begun = self._now(), self._begun
        return tuple((after - before) * 1000 for after, before in zip(now, begun, strict=True))  # type: ignore[return-value]  # three of each


def row_of(name: str, ms: tuple[float, float, float], goal_ms: float | None) -> Row:
    """What it took; the processors' share stands beside."""
    clock, hub, own = ms
    print(f"{name}: {clock:.0f} ms ({hub:.0f}, {own:.0f})", file=sys.stderr, flush=True)
    beside = {"hub's CPU": hub, "own CPU": own}
    return Row(name, "ms", clock, goal=goal_ms, peers=beside, cause=busy())


# ---- lists


async def list_row(
    network: LargeNetwork, name: str, ask: Question, goal_ms: float | None = LIST_MS
) -> Row:
    """The median of some answers, all pages of each."""
    rounds = []
    for _ in range(ROUNDS):
        spent = Spent(network.hub)
        await ask()
        rounds.append(spent.ms())
        await asyncio.sleep(0.5)  # what a person asks stays below the hub's rate
    return row_of(name, sorted(rounds)[ROUNDS // 2], goal_ms)


async def lists(network: LargeNetwork) -> list[Row]:
    """Each list of each role."""
    boss = await network.client(Role.SUPERVISOR, "boss")
    helper = await network.client(Role.HELPDESK, "help")
    oper = await network.client(Role.OPERATOR, "oper")
    host = await network.client(Role.FACILITATOR, "host")
    agent = await network.client(Role.AGENT, "agent0")
    clients = (boss, helper, oper, host, agent)
    clock = SystemClock()
    desk = DeskClient(agent, clock, tasks=network.tasks)
    queue = await agent.ask_once(QueueRequest())
    session = await desk.accept(min(queue.tickets, key=lambda one: one.arrived_at_utc).id)
    dossier = await desk.dossier(session.id)
    assert dossier is not None
    assert (dossier.number, len(dossier.documents)) == (large.DOSSIER, large.DOCUMENTS)
    asked: dict[str, Question] = {
        **_of_supervisor(boss),
        **_of_helpdesk(HelpdeskClient(helper), HelpdeskClient(oper)),
        **_of_agent(agent, desk, session.id),
        "network: sites and hubs": partial(oper.ask_once, NetworkRequest()),
        "host: kiosks of all sites": partial(host.ask_once, SiteRequest()),
    }
    rows = [await list_row(network, name, ask) for name, ask in asked.items()]
    rows.append(
        await list_row(
            network,
            "lines: every row",
            partial(boss.ask_once, LinesRequest(), rows=large.KIOSKS),
            None,
        )
    )
    for client in clients:
        await client.close()
    return rows


def _of_supervisor(boss: BusClient) -> dict[str, Question]:
    register = DossierRegisterClient(boss)
    today = datetime.now(UTC).date()
    month, year = today - timedelta(days=30), today - timedelta(days=365)
    return {
        "board: agents and sites": partial(boss.ask_once, BoardRequest()),
        "lines: first rows and totals": partial(boss.ask_once, LinesRequest(), rows=200),
        "lines: by words": partial(boss.ask_once, LinesRequest(words="quartier 77"), rows=200),
        "move targets": partial(boss.ask_once, MoveTargetsRequest(service="rights")),
        "history: a week": partial(
            boss.ask_once, HistoryRequest(first=today - timedelta(days=7), last=today)
        ),
        "trends": partial(boss.ask_once, TrendsRequest()),
        "statistics: site by day, a month": partial(
            boss.ask,
            StatisticsRequest(
                first=month, last=today, by=StatisticsBy.SITE, across=StatisticsBy.DAY
            ),
        ),
        "statistics: a year by day": partial(
            boss.ask, StatisticsRequest(first=year, last=today, by=StatisticsBy.DAY)
        ),
        "accesses": partial(register.bus.ask, AccessesRequest()),
        "merges": register.merges,
        "provisional dossiers": register.provisional,
    }


def _of_helpdesk(questions: HelpdeskClient, of_network: HelpdeskClient) -> dict[str, Question]:
    jams = LogFilter(sites=("quartier 77",), troubles=("printer_jammed",))
    return {
        "conversations, with counts": partial(questions.find, LogFilter(), counts=True),
        "conversations: jams of some sites": partial(questions.find, jams, counts=True),
        "self-tests": partial(questions.bus.ask_once, SelfTestsRequest()),
        "help from afar": questions.helps,
        "places to choose from": questions.places,
        "places, of the operator": of_network.places,
    }


def _of_agent(agent: BusClient, desk: DeskClient, session: str) -> dict[str, Question]:
    people = DossierIdentityClient(agent)
    found = DocumentSearchRequest(session_id=session, dossier=large.DOSSIER, words="fiscal")
    return {
        "queue: a page": partial(agent.ask_once, QueueRequest()),
        "targets of a caller": partial(agent.ask_once, TargetsRequest(session_id=session)),
        f"dossier of {large.DOCUMENTS:,} documents": partial(desk.dossier, session),
        "documents by words": partial(agent.ask_once, found),
        "a person among all dossiers": partial(
            people.find, session, large.FAMILY, "", born_on=large.BORN_ON
        ),
    }


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


def parts_of(network: LargeNetwork, role: str, user: str) -> RoleParts:
    """What the program of this person makes first."""
    media = MediaSettings(engine="aiortc", camera="simulated", microphone="simulated")
    settings = DeskSettings(
        organisation="valdore",
        user=user,
        role=role,  # type: ignore[arg-type]
        bus=[network.url],
        media=media,
        shift_check=False,
    )
    seed = network.seeds[f"{settings.bus_role}.{user}"]
    paths = paths_for("desk", network.folder / user)
    return build_role_parts(settings, paths, seed=seed, program=Program())


async def board_rows(network: LargeNetwork) -> list[Row]:
    """The supervisor's window, and each of its pages."""
    board = BoardProgram(parts_of(network, "supervisor", "boss"))
    app, window, jobs = board.app, board.window, board.jobs
    signals: list[Signal[Any]] = [app.board_changed, app.lines_changed]
    first = [Heard(signal).again() for signal in signals]
    spent = Spent(network.hub)
    await board.start()
    await until(lambda: all(heard() for heard in first))
    rows = [await _usable("board: opened", spent)]
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
        spent = Spent(network.hub)
        window.show_page(name)
        if name == LINES:
            app.show_lines("", 200)
        await until(shown)
        rows.append(await _usable(f"board: page {name}", spent))
    await board.stop()
    return rows


async def helpdesk_rows(network: LargeNetwork, role: str, user: str) -> list[Row]:
    """The window of the helpdesk or of the operator."""
    desk = HelpdeskProgram(parts_of(network, role, user))
    observations = Observations(desk.parts.clock)
    observe_helpdesk(desk, observations)
    spent = Spent(network.hub)
    await desk.start()
    facts = observations.all
    rows = []
    if role == "operator":
        await until(lambda: "network" in facts())
        rows.append(await _usable(f"{role}: opened", spent))
    await until(lambda: "found" in facts())
    rows.append(await _usable(f"{role}: conversations", spent))
    spent = Spent(network.hub)
    desk.view.kiosks.ask()
    await until(lambda: "self_tests" in facts())
    rows.append(await _usable(f"{role}: kiosks", spent))
    await desk.stop()
    return rows


async def host_rows(network: LargeNetwork) -> list[Row]:
    """The host's window; this one looks after some sites."""
    host = HostProgram(parts_of(network, "facilitator", "host2"))
    spent = Spent(network.hub)
    await host.start()
    await until(lambda: bool(host.view.cards))
    rows = [await _usable("host: opened", spent)]
    await host.stop()
    return rows


async def desk_rows(network: LargeNetwork) -> list[Row]:
    """The agent's window."""
    os.environ[SEED_VARIABLE] = "given"  # so that no keyring is needed
    desk = build_desk(parts_of(network, "agent", "agent1"))
    shown = Heard(desk.parts.link.queue_changed).again()
    spent = Spent(network.hub)
    await desk.start()
    await until(shown)
    rows = [await _usable("desk: queue", spent)]
    await desk.stop()
    return rows


async def _usable(name: str, spent: Spent) -> Row:
    """Once what was shown is also drawn: the loop has nothing left to do."""
    for _ in range(3):
        await asyncio.sleep(0)
    return row_of(name, spent.ms(), WINDOW_MS)


async def windows(network: LargeNetwork) -> list[Row]:
    """One role after the other."""
    rows = list[Row]()
    for opened in (
        board_rows(network),
        helpdesk_rows(network, "helpdesk", "help"),
        helpdesk_rows(network, "operator", "oper"),
        host_rows(network),
        desk_rows(network),
    ):
        try:
            rows += await opened
        except (TimeoutError, SessionError) as error:
            rows.append(Row(f"a window did not come: {error!r}", "ms", 1e6, goal=WINDOW_MS))
    return rows


async def measure(folder: Path) -> list[Row]:
    """Lists, then windows; then the lists once more, from PostgreSQL."""
    async with large_network(folder / "sqlite") as network:
        rows = [*await lists(network), *await windows(network)]
    home = programs()
    if home is None:
        print("PostgreSQL is not installed here: not measured", flush=True)
        return rows
    publish("scale", rows)  # what is known, should the second hub not come
    with server(home, durable=True) as address:
        async with large_network(folder / "postgresql", address) as network:
            again = await lists(network)
    return [*rows, *(replace(row, case=f"PostgreSQL: {row.case}") for row in again)]


def main() -> int:
    """Measures, and says what is not good enough."""
    print(SIZE)
    register_schemes()  # as a program does, before its application
    qt = QtLoop(QApplication(["bench_scale"]))
    with tempfile.TemporaryDirectory(prefix="scale") as folder:
        rows = qt.run(measure(Path(folder)), timeout_s=3_600.0)
    return publish("scale", rows)


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # QtWebEngine is not closed by an application that never ran
