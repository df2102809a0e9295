# SPDX-License-Identifier: GPL-3.0-only
"""A real cluster on loopback: three nats-servers, two hubs and the callers' and agents' programs,
each one killable.

```python
async with cluster(folder, Size(kiosks=20, agents=8)) as world:
    await world.start_load()
    await kill_leader(world)
```
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from session.bus.hub_connection import HubConnection
from session.bus.jetstream.stream_follower import StreamFollower, as_stored
from session.bus.jetstream.streams import Stored
from session.bus.server.config import ClusterSettings, ServerSettings, config_text
from session.bus.server.process import server_binary
from session.bus.transport.nkeys import new_seed, public_key
from session.core.child_process import tied_command
from session.core.errors import SessionError
from session.core.tasks import Tasks
from session.hub.storage.lease import STREAM as LEASES
from session.hub.storage.ticket_store import BUCKET
from session.protocol.codec import decode_plain
from session.protocol.hub.tickets import Ticket
from tests.faults.cluster_world import ClusterWorld
from tests.faults.disks import Disks
from tests.faults.network import Network
from tests.support.hub_world import free_port, one_computer_each

READY_S = 60.0


def _of(tree: Path) -> list[str]:
    """What makes Python take modules from this folder first."""
    return ["/usr/bin/env", "-C", str(tree)]


class Program:
    """A process that can be ended by force, frozen, and started again with the same command."""

    def __init__(self, command: list[str], log_path: Path) -> None:
        self.command = command
        self._log_path = log_path
        self._process: Process | None = None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def code(self) -> int | None:
        """How it ended."""
        return self._process.returncode if self._process is not None else None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    async def start(self, *, wait_for: bytes = b"") -> None:
        """Starts it; with `wait_for`, returns once it has said so."""
        with self._log_path.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *tied_command(self.command), stdin=PIPE, stdout=PIPE, stderr=log
            )
        if wait_for and (line := await self.read_line(READY_S)) != wait_for:
            raise RuntimeError(f"{self.command[:4]} said {line!r}; see {self._log_path}")

    async def read_line(self, timeout_s: float) -> bytes:
        assert self._process is not None
        assert self._process.stdout is not None
        async with asyncio.timeout(timeout_s):
            return (await self._process.stdout.readline()).strip()

    async def send_line(self, line: str) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")
        await self._process.stdin.drain()

    def send(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)

    async def end(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Ends it and waits until it has."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)
            async with asyncio.timeout(30):
                await self._process.wait()


@dataclass(frozen=True, kw_only=True)
class Size:
    """How many of each there are; `loads`: programs with a part of the kiosks and agents each."""

    kiosks: int
    agents: int
    loads: int = 2
    nodes: int = 3
    hubs: int = 2


class Cluster:
    """Everything that runs, and a connection that reads the store.

    Args:
        synced: False for servers that sync now and then, as is their own default.
        cables: everybody's cable may be pulled (`network.Network`).
        small_disks: each node's disk may be filled (`Disks`).
        older: the files of an older release, of which hubs and load are until `Cluster.renew`, and
            the servers' configuration until `Cluster.renew_servers`.

    Attributes:
        nodes: by the server's name.
        disks: the nodes' disks, where they are small.
        network: everybody's cables, None on loopback.
        load: programs with callers and agents; each speaks for a part of the kiosks and desks.
    """

    def __init__(
        self,
        folder: Path,
        size: Size,
        *,
        synced: bool = True,
        cables: bool = False,
        small_disks: bool = False,
        older: Path | None = None,
    ) -> None:
        self.folder = folder
        self._older = older
        self.disks = Disks(folder)
        self._small_disks = small_disks
        self.tasks = Tasks()
        names = [f"node{n}" for n in range(size.nodes)]
        ports = {name: free_port() for name in names}
        seats, parts = (
            [f"hub{n}" for n in range(size.hubs)],
            [f"load{n}" for n in range(size.loads)],
        )
        self.network = Network([*names, *seats, *parts]) if cables else None
        self._hosts = (
            self.network.hosts if self.network is not None else dict.fromkeys(names, "127.0.0.1")
        )
        urls = [f"nats://{self._hosts[name]}:{port}" for name, port in ports.items()]
        self.world = ClusterWorld.invent(urls, size.kiosks, size.agents)
        self._world_path = folder / "world.json"
        self.world.save(self._world_path)
        self._write_servers(ports, synced=synced)
        self.nodes = {
            name: self._program(name, [str(server_binary()), "-c", f"{folder}/{name}.conf"])
            for name in names
        }
        self.hubs = [self._python("cluster_hub", name, str(len(names))) for name in seats]
        self.load = [
            self._python("load", name, f"{n}/{size.loads}") for n, name in enumerate(parts)
        ]
        self.connection = HubConnection(
            self.world.urls, self.world.hub_seed.encode(), tasks=self.tasks
        )

    def _write_servers(self, ports: dict[str, int], *, synced: bool) -> None:
        routes = {name: f"{self._hosts[name]}:{free_port()}" for name in ports}
        secret, system = new_seed().decode(), public_key(new_seed())
        accounts = self.world.catalogue().accounts(one_computer_each(self.world.keys()))
        for name, port in ports.items():
            others = tuple(route for other, route in routes.items() if other != name)
            place = ClusterSettings(name, int(routes[name].rpartition(":")[2]), others, secret)
            alone = len(ports) == 1
            settings = ServerSettings(self.folder / name, port, cluster=None if alone else place)
            if self._small_disks:
                self.disks.make(name)
            settings.folder.mkdir(exist_ok=True)
            hub_key = public_key(self.world.hub_seed.encode())
            text = config_text(settings, accounts, hub_key, system)
            text = text.replace(
                'listen: "127.0.0.1:', f'listen: "{self._hosts[name]}:'
            )  # a cable of our own, so in clear
            if not synced:
                text = text.replace("sync_interval: always, ", "")
            (self.folder / f"{name}.conf").write_text(text, encoding="utf-8")

    def _python(self, module: str, name: str, *last: str) -> Program:
        folder = self.folder / name
        folder.mkdir()
        older = _of(self._older) if self._older is not None else []
        return self._program(
            name,
            [
                *older,
                sys.executable,
                "-m",
                f"tests.faults.{module}",
                str(self._world_path),
                str(folder),
                *last,
            ],
        )

    def _program(self, name: str, command: list[str]) -> Program:
        before = self.network.command(name) if self.network is not None else []
        return Program([*before, *command], self.folder / f"{name}.err")

    async def renew(self, program: Program) -> None:
        """Ends a hub in order, or a load at once, and starts it again as today's program."""
        await program.end(signal.SIGTERM if program in self.hubs else signal.SIGKILL)
        if self._older is not None:
            program.command = [word for word in program.command if word not in _of(self._older)]
        await program.start(wait_for=b"ready")

    async def renew_servers(self) -> None:
        """End all servers, then start them."""
        for node in self.nodes.values():
            await node.end(signal.SIGTERM)
        for node in self.nodes.values():
            await node.start()
        await self.leader()

    async def start(self) -> None:
        if self.network is not None:
            await self.network.make()
        for node in self.nodes.values():
            await node.start()
        await self.connection.connect(READY_S)
        await asyncio.gather(*(hub.start(wait_for=b"ready") for hub in self.hubs))

    async def start_load(self) -> None:
        await asyncio.gather(*(load.start(wait_for=b"ready") for load in self.load))

    async def leader(self) -> str:
        """The node that leads the tickets' stream, once there is one."""
        async with asyncio.timeout(READY_S):
            while True:
                try:
                    reply = await self.connection.bus.request(
                        f"$JS.API.STREAM.INFO.{BUCKET}", b"", 2.0
                    )
                    name = json.loads(reply.payload).get("cluster", {}).get("leader", "")
                except SessionError:
                    name = ""
                if name in self.nodes:
                    return str(name)
                await asyncio.sleep(0.1)

    async def stored(self) -> dict[str, tuple[Ticket, int]]:
        """Every ticket as the stream's leader has it, with its revision."""
        found: dict[str, tuple[Ticket, int]] = {}

        def take(batch: list[Stored]) -> None:
            for stored in batch:
                ticket = decode_plain(Ticket, stored.payload)
                found[ticket.id] = (ticket, stored.revision)

        follower = StreamFollower(
            self.connection.bus,
            self.connection.streams,
            stream=BUCKET,
            tasks=self.tasks,
            keep=as_stored,
            on_loaded=lambda batch, _: take(list(batch)),
            on_change=lambda stored: take([stored]),
        )
        follower.start()
        try:
            async with asyncio.timeout(READY_S):
                await follower.loaded.wait()
        finally:
            await follower.stop()
        return found

    async def lease_holder(self) -> bytes | None:
        """Which hub has the lease to offer, by its own name for itself."""
        held = await self.connection.streams.last(LEASES, "lease.dispatch")
        return held.payload if held is not None else None

    async def shift_load(self, part: int, shift_s: float) -> None:
        """The clock of these desks and kiosks is wrong by so many seconds."""
        await self.load[part].send_line(f"clock {shift_s}")
        await self.load[part].read_line(READY_S)

    async def ask_load(self, what: str) -> list[Any]:
        """Asks every load program that runs; their JSON answers."""
        running = [load for load in self.load if load.is_running]
        for load in running:
            await load.send_line(what)
        return [json.loads(await load.read_line(READY_S)) for load in running]

    async def close(self) -> None:
        await self.connection.close()
        for program in (*self.load, *self.hubs, *self.nodes.values()):
            program.send(signal.SIGCONT)
            await program.end()
        if self.network is not None:
            await self.network.remove()
        self.disks.remove()
        await self.tasks.close()


@asynccontextmanager
async def cluster(
    folder: Path,
    size: Size,
    *,
    synced: bool = True,
    cables: bool = False,
    small_disks: bool = False,
    older: Path | None = None,
) -> AsyncIterator[Cluster]:
    """A running cluster, with the arguments of `Cluster`; everything ends with it."""
    world = Cluster(
        folder, size, synced=synced, cables=cables, small_disks=small_disks, older=older
    )
    try:
        await world.start()
        yield world
    finally:
        await world.close()
