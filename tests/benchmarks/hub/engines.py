# SPDX-License-Identifier: GPL-3.0-only
"""Our hub and its peers behind one face, each with its own server on loopback.
Used by `bench_hub`.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import json
import os
import platform
import shutil
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import psutil

from session.bus.client import BusClient
from session.core.clock import SystemClock
from session.core.errors import AgentBusy, TicketTaken
from session.core.tasks import Tasks
from session.desk.hub.client import DeskClient
from session.hub.history.projection import GATHER_S
from session.hub.storage.ticket_store import NatsTicketStore
from session.kiosk.hub.client import KioskClient
from session.protocol.hub.requests import AcceptRequest
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.wire.roles import Role
from tests.benchmarks.hub.watching import behind
from tests.faults.cluster import Cluster, Program, Size
from tests.faults.cluster_world import ORGANISATION, SERVICE
from tests.integration.lists.large_network import fill_queue
from tests.support.hub_world import free_port
from tests.support.waiting import until

KIOSKS = 256
AGENTS = 100
READY_S = 30.0

SETTLES, QUIET = 12, 0.08
"""Looks at a hub, and the share of a processor below which it rests."""


class PeerMissing(Exception):
    """The peer is not installed here."""


class Engine(Protocol):
    """What is measured.

    Attributes:
        seen: ticket -> time at which the measured desk showed it (`time.perf_counter`).
        watcher: arguments of `watchers` without the count.
        callers: arguments of `callers`.
    """

    name: str
    seen: dict[str, float]

    async def start(self) -> None: ...

    def desk(self) -> AbstractAsyncContextManager[None]:
        """The desk that is measured comes, and goes."""
        ...

    async def call(self, kiosk: int, request: str) -> str: ...

    async def accept(self, agent: int, ticket: str) -> bool: ...

    async def fill(self, count: int) -> None: ...

    async def snapshot(self, count: int) -> None: ...

    def watcher(self) -> list[str]: ...

    async def callers(self) -> list[str]:
        """They are the kiosks from now on: the ones of this process are gone."""
        ...

    async def settle(self) -> None:
        """Returns when the hub has done what is left to do of earlier calls."""
        ...

    def hub_process(self) -> psutil.Process: ...

    def server_processes(self) -> list[psutil.Process]:
        """Everything that stores: what the hub hands over."""
        ...

    async def close(self) -> None: ...


def child_process(program: Program) -> psutil.Process:
    """The process of a `Program`."""
    assert program.pid is not None
    return psutil.Process(program.pid)


def spent_s(process: psutil.Process) -> float:
    """Processor time of a process, without its children.

    By the scheduler's clock, where there is one:
    what the system counts for everybody has steps of 10 ms. The number of another process's clock
    is that of clock_getcpuclockid(3) of Linux.
    """
    if platform.system() == "Linux":
        return time.clock_gettime(~process.pid << 3 | 2)
    times = process.cpu_times()
    return times.user + times.system


def alone(folder: Path, kiosks: int, agents: int) -> Cluster:
    """One hub and its one server."""
    made = Cluster(folder, Size(kiosks=kiosks, agents=agents, loads=1, nodes=1, hubs=1))
    for program in (*made.nodes.values(), *made.hubs):
        program.command = behind(program.command)
    return made


class Ours:
    """nats-server, our hub in a process of its own, and real kiosks and desks."""

    name = "ours"

    def __init__(self, folder: Path) -> None:
        self.seen: dict[str, float] = {}
        self._folder = folder
        self._cluster = alone(folder, KIOSKS, AGENTS)
        self._tasks = Tasks()
        self._clock = SystemClock()
        self._kiosks: list[KioskClient] = []
        self._kiosk_clients: list[BusClient] = []
        self._agents: list[BusClient] = []
        self._clients: list[BusClient] = []

    async def start(self) -> None:
        world = self._cluster.world
        await self._cluster.nodes["node0"].start()
        await self._cluster.connection.connect(READY_S)
        await self._cluster.hubs[0].start(wait_for=b"ready")
        for name, seed in world.kiosks.items():
            client = await self._client(Role.KIOSK, name, seed)
            self._kiosks.append(KioskClient(client, self._clock, tasks=self._tasks, poll_s=600.0))
            client.beat()
            self._kiosk_clients.append(client)
        for name, seed in world.agents.items():
            self._agents.append(await self._client(Role.AGENT, name, seed))

    @asynccontextmanager
    async def desk(self) -> AsyncIterator[None]:
        """A connection of its own, so that it is neither the first nor the last that the server
        knows.
        """
        client = await self._client(Role.AGENT, "agent0", self._cluster.world.agents["agent0"])
        desk = DeskClient(client, self._clock, tasks=self._tasks)
        desk.queue_changed.connect(self._on_queue)
        await desk.start()
        await until(lambda: desk.is_ready, READY_S)
        try:
            yield
        finally:
            await client.close()

    def _on_queue(self, tickets: list[Ticket]) -> None:
        now_s = time.perf_counter()
        for ticket in reversed(tickets):
            if ticket.id in self.seen:
                return
            self.seen[ticket.id] = now_s

    async def _client(self, role: Role, name: str, seed: str) -> BusClient:
        client = BusClient(
            self._cluster.world.urls,
            role,
            user=name,
            seed=seed.encode(),
            tasks=self._tasks,
            clock=self._clock,
        )
        self._clients.append(client)
        await client.connect(READY_S)
        return client

    async def call(self, kiosk: int, request: str) -> str:
        return (await self._kiosks[kiosk].call(SERVICE, "", request)).ticket.id

    async def accept(self, agent: int, ticket: str) -> bool:
        try:
            await self._agents[agent].ask_once(AcceptRequest(ticket_id=ticket))
        except (TicketTaken, AgentBusy):
            return False
        return True

    async def fill(self, count: int) -> None:
        """Waiting tickets of kiosks that nobody else uses, straight into the store:
        one kiosk has only one.
        """
        begun = datetime.now(UTC)

        def ticket(n: int) -> Ticket:
            return Ticket(
                id=f"f{n}",
                organisation=ORGANISATION,
                service=SERVICE,
                kiosk=f"k{n}",
                site="Mairie de Saint-Oyen",
                number=f"L{n % 999 + 1:03d}",
                state=TicketState.WAITING,
                arrived_at_utc=begun + timedelta(milliseconds=n),
                changed_by=f"{Role.KIOSK}.k{n}",  # a sign of life: a silent kiosk has no caller
            )

        store = NatsTicketStore(self._cluster.connection, self._tasks)
        await fill_queue(store, count, ticket)

    async def snapshot(self, count: int) -> None:
        """A second desk, from its first question to a whole queue."""
        desk = DeskClient(self._agents[1], self._clock, tasks=self._tasks)
        await desk.start()
        await until(lambda: desk.is_ready, READY_S)
        if len(desk.queue) < count:
            raise RuntimeError(f"the desk has {len(desk.queue)} of {count} tickets")

    def watcher(self) -> list[str]:
        host, port = self._cluster.world.urls[0].removeprefix("nats://").split(":")
        return ["nats", host, port, self._cluster.world.agents["agent2"]]

    async def callers(self) -> list[str]:
        while self._kiosk_clients:
            await self._kiosk_clients.pop().close()
        path = self._folder / "callers.json"
        path.write_text(json.dumps(self._cluster.world.kiosks), encoding="utf-8")
        return [*self.watcher()[:3], str(path)]

    async def settle(self) -> None:
        """The history gathers changes for four seconds before it takes the last of them."""
        quiet_s = max(GATHER_S) + 1.0
        for _ in range(SETTLES):
            before_s = spent_s(self.hub_process())
            await asyncio.sleep(quiet_s)
            if spent_s(self.hub_process()) - before_s < QUIET * quiet_s:
                return
        raise RuntimeError("the hub does not come to rest")

    def hub_process(self) -> psutil.Process:
        return child_process(self._cluster.hubs[0])

    def server_processes(self) -> list[psutil.Process]:
        return [child_process(self._cluster.nodes["node0"])]

    async def close(self) -> None:
        for client in self._clients:
            await client.close()
        await self._tasks.close()
        await self._cluster.close()


class Peer:
    """A peer's server and hub, and its clients over WebSockets."""

    def __init__(self, folder: Path) -> None:
        self.seen: dict[str, float] = {}
        self._folder = folder
        self._port = free_port()
        self._server = Program([], folder / "server.err")
        self._hub = Program([], folder / "hub.err")
        self._http: aiohttp.ClientSession | None = None
        self._sockets: dict[str, Any] = {}
        self._kiosk_sockets = [f"k{n}" for n in range(KIOSKS)]
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    name = ""
    kind = ""

    async def _start_server(self) -> str:
        raise NotImplementedError

    async def start(self) -> None:
        dsn = await self._start_server()
        arguments = [self.kind, dsn, str(self._port)]
        self._hub.command = behind(
            [sys.executable, "-m", "tests.benchmarks.hub.peer_server", *arguments]
        )
        await self._hub.start(wait_for=b"ready")
        self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        for name in self._kiosk_sockets + [f"a{n}" for n in range(AGENTS)]:
            self._sockets[name] = await self._open("ask")

    @asynccontextmanager
    async def desk(self) -> AsyncIterator[None]:
        """The peer's hub tells the desks in the order in which they came."""
        desk = await self._open("desk")
        listening = asyncio.get_running_loop().create_task(self._listen(desk))
        try:
            yield
        finally:
            listening.cancel()
            await desk.close()

    async def _open(self, path: str) -> Any:
        assert self._http is not None
        return await self._http.ws_connect(
            f"http://127.0.0.1:{self._port}/{path}", max_msg_size=1 << 26
        )

    async def _listen(self, desk: Any) -> None:
        async for message in desk:
            self.seen.setdefault(json.loads(message.data)["id"], time.perf_counter())

    async def _ask(self, who: str, *words: object) -> Any:
        async with self._turns[who]:
            socket = self._sockets[who]
            await socket.send_str(json.dumps(words))
            return json.loads((await socket.receive()).data)

    async def call(self, kiosk: int, request: str) -> str:
        return str(await self._ask(f"k{kiosk}", "call", f"k{kiosk}", request))

    async def accept(self, agent: int, ticket: str) -> bool:
        return bool(await self._ask(f"a{agent}", "accept", f"a{agent}", ticket))

    async def fill(self, count: int) -> None:
        await self._ask("a0", "fill", count)

    async def snapshot(self, count: int) -> None:
        if len(await self._ask("a1", "snapshot")) < count:
            raise RuntimeError("the snapshot is not whole")

    def watcher(self) -> list[str]:
        return ["ws", "127.0.0.1", str(self._port)]

    async def callers(self) -> list[str]:
        while self._kiosk_sockets:
            await self._sockets.pop(self._kiosk_sockets.pop()).close()
        path = self._folder / "callers.json"
        path.write_text(json.dumps({f"k{n}": "" for n in range(KIOSKS)}), encoding="utf-8")
        return [*self.watcher(), str(path)]

    async def settle(self) -> None:
        """It does everything at once."""

    def hub_process(self) -> psutil.Process:
        return child_process(self._hub)

    def server_processes(self) -> list[psutil.Process]:
        """A PostgreSQL server is many."""
        server = child_process(self._server)
        return [server, *server.children(recursive=True)]

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()
        await self._hub.end()
        await self._server.end()


async def _accepts(port: int) -> None:
    async with asyncio.timeout(READY_S):
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.05)


class PostgresPeer(Peer):
    """PostgreSQL with its own settings: fsync and synchronous_commit are on."""

    name, kind = "PostgreSQL", "pg"

    async def _start_server(self) -> str:
        homes = sorted(
            Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name)
        )
        if not homes or importlib.util.find_spec("asyncpg") is None:
            raise PeerMissing(self.name)
        as_user = (
            [
                shutil.which("setpriv") or "setpriv",
                "--reuid=postgres",
                "--regid=postgres",
                "--clear-groups",
            ]
            if os.geteuid() == 0
            else []
        )
        data = self._folder / "data"
        data.mkdir()
        if as_user:
            for folder in (data, self._folder):
                shutil.chown(folder, "postgres")
        home, port = homes[-1], free_port()
        make = [
            *as_user,
            str(home / "initdb"),
            "-D",
            str(data),
            "-U",
            "bench",
            "-A",
            "trust",
            "--no-sync",
        ]
        process = await asyncio.create_subprocess_exec(
            *make, stdout=asyncio.subprocess.DEVNULL, cwd=data
        )
        if await process.wait() != 0:
            raise PeerMissing(self.name)
        options = [
            f"-cport={port}",
            "-clisten_addresses=127.0.0.1",
            f"-cunix_socket_directories={data}",
        ]
        program = [str(home / "postgres"), "-D", str(data), *options]
        self._server.command = behind([*as_user, *program])
        await self._server.start()
        await _accepts(port)
        await asyncio.sleep(0.5)  # it listens a moment before it lets anybody in
        return f"postgresql://bench@127.0.0.1:{port}/postgres"


class ValkeyPeer(Peer):
    """Valkey (or Redis), each command on the disk before its answer."""

    name, kind = "Valkey", "valkey"

    async def _start_server(self) -> str:
        binary = shutil.which("valkey-server") or shutil.which("redis-server")
        if binary is None or importlib.util.find_spec("redis") is None:
            raise PeerMissing(self.name)
        port = free_port()
        options = [
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--dir",
            str(self._folder),
            "--save",
            "",
        ]
        self._server.command = behind(
            [binary, *options, "--appendonly", "yes", "--appendfsync", "always"]
        )
        await self._server.start()
        await _accepts(port)
        return f"redis://127.0.0.1:{port}"


ENGINES: list[Callable[[Path], Engine]] = [Ours, PostgresPeer, ValkeyPeer]
