# SPDX-License-Identifier: GPL-3.0-only
"""The cluster recipe of `installers/cluster`, really started:
its settings, its units' commands, on loopback addresses.

What is other than on three machines: /etc, /run, /var and /srv lie in folders of the test;
10.20.0.1x is 127.0.0.1x, with ports that are free; PostgreSQL and a far store for documents only
where a story brings them.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import sys
import urllib.request
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path

from expert_app.runtime.config import HubSettings, load
from expert_app.stores.jetstream import hub_seed
from session.bus.client import BusClient
from session.bus.hub_connection import HubConnection
from session.bus.transport.nkeys import new_seed
from session.bus.transport.tls import client_tls
from session.core.child_process import tied_command
from session.core.clock import SystemClock
from session.core.errors import SessionError
from session.core.tasks import Tasks
from session.desk.hub.client import DeskClient
from session.hub.storage.ticket_store import BUCKET
from session.kiosk.hub.client import KioskClient
from tests.support.hub_world import free_port
from tests.support.programs import CATALOGUE, ROLES, one_session

RECIPE = Path(__file__).parents[2] / "installers" / "cluster"
HOSTS = ("127.0.0.11", "127.0.0.12", "127.0.0.13")
NO_HOME = {**os.environ, "HOME": "/proc/no-home"}
"""The units may write into their own folders only: into none in the account's home."""


class Unit:
    """A systemd unit of the recipe on one of the machines, driven as systemd would."""

    def __init__(self, name: str, machine: Machine) -> None:
        text = machine.place(RECIPE / f"{name}.service")
        self._fields = re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE)
        self._machine, self._name = machine, name
        self.process: Process | None = None

    def _all(self, field: str) -> list[list[str]]:
        return [
            [self._machine.node if word == "${NODE}" else word for word in shlex.split(value)]
            for key, value in self._fields
            if key == field
        ]

    async def start(self) -> None:
        for name in (name for [*names] in self._all("StateDirectory") for name in names):
            (self._machine.folder / "var" / Path(name).name).mkdir(exist_ok=True)
        for command in self._all("ExecStartPre"):
            before = await asyncio.create_subprocess_exec(*command, env=NO_HOME)
            assert await before.wait() == 0, command
        [command] = self._all("ExecStart")
        with (self._machine.folder / f"{self._name}.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *tied_command(command),
                env=NO_HOME,
                stdin=DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    async def stop(self, number: signal.Signals | None = None) -> int:
        """As `systemctl stop`; with `number`, by that signal. The exit code."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(number or signal.Signals[self._all("KillSignal")[0][0]])
        async with asyncio.timeout(float(self._all("TimeoutStopSec")[0][0])):
            return await self.process.wait()


class Machine:
    """One of the three: its files, its bus and its hub."""

    def __init__(self, recipe: Recipe, number: int) -> None:
        self._recipe = recipe
        self.node, self.host = f"n{number + 1}", HOSTS[number]
        self.folder = recipe.folder / self.node
        for name in ("etc", "run", "var"):
            (self.folder / name).mkdir(parents=True)
        self.metrics_port, self.monitor_port = free_port(), recipe.monitor_ports[number]
        self.bus, self.hub = Unit("poste-expert-bus", self), Unit("poste-expert-hub", self)
        (self.folder / "etc" / "hub.toml").write_text(self._settings(), encoding="utf-8")
        config = self.folder / "poste-expert-bus-config"
        config.write_text(self.place(RECIPE / "poste-expert-bus-config"), encoding="utf-8")
        config.chmod(0o755)

    def place(self, path: Path) -> str:
        """A file of the recipe with this machine's paths."""
        text = path.read_text(encoding="utf-8")
        places = {
            "/opt/poste-expert/bin/expert-app": f"{self._recipe.program}",
            "/opt/poste-expert/bin": f"{self.folder}",
            "/etc/poste-expert": f"{self.folder}/etc",
            "/run/poste-expert-bus": f"{self.folder}/run",
            "/var/lib/poste-expert": f"{self.folder}/var",
            "/srv/poste-expert": f"{self._recipe.folder}/srv",
        }
        for was, becomes in places.items():
            text = text.replace(was, becomes)
        return text

    def _settings(self) -> str:
        text = self.place(RECIPE / "hub.toml")
        database = f'database = "{self._recipe.database}"' if self._recipe.database else ""
        text = re.sub(r"^database = .*$", lambda _old: database, text, flags=re.MULTILINE)
        text += self._recipe.more
        text = text.replace("127.0.0.1:9467", f"127.0.0.1:{self.metrics_port}")
        for number, host in enumerate(HOSTS):
            port, peer_port = self._recipe.ports[number]
            text = text.replace(f"10.20.0.1{number + 1}:4222", f"{host}:{port}")
            monitor = f"monitor_port = {self._recipe.monitor_ports[number]}"
            ports = f"port = {port}\npeer_port = {peer_port}\n{monitor}"
            text = text.replace(f'host = "10.20.0.1{number + 1}"', f'host = "{host}"\n{ports}')
        assert "10.20." not in text
        return text


class Recipe:
    """Three machines, made as docs/operator.md says; their folders are in `folder`.

    Args:
        database: address of a PostgreSQL; "" for none.
        more: lines at the end of each machine's settings.
    """

    def __init__(
        self, folder: Path, keys: dict[str, str], *, database: str = "", more: str = ""
    ) -> None:
        self.folder, self.database, self.more = folder, database, more
        self.ports = [(free_port(), free_port()) for _ in HOSTS]
        self.monitor_ports = [free_port() for _ in HOSTS]
        self.program = folder / "expert-app"
        self.program.write_text(
            f'#!/bin/sh\nexec {sys.executable} -m expert_app "$@"\n', encoding="ascii"
        )
        self.program.chmod(0o755)
        self.machines = [Machine(self, number) for number in range(len(HOSTS))]
        self._keys = keys

    @property
    def urls(self) -> list[str]:
        return [f"tls://{host}:{port}" for host, (port, _) in zip(HOSTS, self.ports, strict=True)]

    @property
    def ca_file(self) -> Path:
        return self.folder / "ca" / "ca.pem"

    async def run(self, *words: str) -> str:
        """What a command of ours says; it must succeed."""
        process = await asyncio.create_subprocess_exec(str(self.program), *words, stdout=PIPE)
        said, _nothing = await process.communicate()
        assert process.returncode == 0, (words, said.decode())
        return said.decode()

    async def prepare(self) -> None:
        """Authority, certificates, the hub's key, the secret, the convention."""
        await self.run("hub", "make-ca", str(self.folder / "ca"))
        await self.run("hub", "make-key", "--key-file", str(self.folder / "hub.key"))
        secret = new_seed().decode()
        for machine in self.machines:
            etc = machine.folder / "etc"
            await self.run("hub", "make-certificate", machine.host, "--ca", str(self.folder / "ca"))
            shutil.copy(self.folder / "ca" / f"{machine.host}.pem", etc / "bus.pem")
            shutil.copy(self.folder / "ca" / f"{machine.host}.key", etc / "bus.key")
            shutil.copy(self.ca_file, etc / "ca.pem")
            shutil.copy(self.folder / "hub.key", etc / "hub.key")
            (etc / "cluster.secret").write_text(secret, encoding="ascii")
            (etc / "catalogue.toml").write_text(CATALOGUE.format(**self._keys), encoding="utf-8")

    async def close(self) -> None:
        for machine in self.machines:
            for unit in (machine.hub, machine.bus):
                if unit.process is not None and unit.process.returncode is None:
                    unit.process.kill()
                    await unit.process.wait()


READY_S = 120.0
"""Three servers and three hubs start at once on one machine's two processors."""


class Region:
    """The recipe at work, with a kiosk and a desk that know all three addresses."""

    def __init__(self, recipe: Recipe, seeds: dict[str, bytes]) -> None:
        self.recipe, self._seeds = recipe, seeds
        self.tasks, self.clock = Tasks(), SystemClock()
        self._tls = client_tls(recipe.ca_file)
        self._open: list[BusClient] = []
        settings = load(HubSettings, recipe.machines[0].folder / "etc" / "hub.toml")
        self.connection = HubConnection(
            settings.bus_urls, hub_seed(settings), tasks=self.tasks, tls=self._tls
        )

    async def client(self, name: str) -> BusClient:
        client = BusClient(
            self.recipe.urls,
            ROLES[name],
            user=name,
            seed=self._seeds[name],
            tasks=self.tasks,
            clock=self.clock,
            tls=self._tls,
        )
        async with asyncio.timeout(READY_S):
            await client.connect(READY_S)
        self._open.append(client)
        return client

    async def leader(self) -> Machine:
        async with asyncio.timeout(READY_S):
            while True:
                try:
                    reply = await self.connection.bus.request(
                        f"$JS.API.STREAM.INFO.{BUCKET}", b"", 2.0
                    )
                    name = json.loads(reply.payload).get("cluster", {}).get("leader", "")
                except SessionError:
                    name = ""
                for machine in self.recipe.machines:
                    if machine.node == name:
                        return machine
                await asyncio.sleep(0.2)

    async def start(self) -> None:
        """Starts everything, and waits until it is well."""
        machines = self.recipe.machines
        await asyncio.gather(*(machine.bus.start() for machine in machines))
        await asyncio.gather(*(machine.hub.start() for machine in machines))
        await self.connection.connect(READY_S)
        for machine in machines:
            await healthy(machine.metrics_port)
            await healthy(machine.monitor_port)

    async def close(self) -> None:
        for client in self._open:
            await client.close()
        await self.connection.close()
        await self.tasks.close()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


async def healthy(port: int) -> None:
    async with asyncio.timeout(READY_S):
        while not await asyncio.to_thread(_answers, port):  # noqa: ASYNC110 - another program's page
            await asyncio.sleep(0.2)


async def serve(region: Region, kiosk: KioskClient, desk: DeskClient, request: str) -> None:
    """One caller, answered; asked again while nobody can answer."""
    async with asyncio.timeout(READY_S):
        while True:
            try:
                await one_session(kiosk, desk, request)
                return
            except SessionError:
                await asyncio.sleep(0.3)
            with contextlib.suppress(SessionError):  # its own connection may be the next to be away
                for facts in (await desk.resume()).sessions:
                    await desk.close(facts.id, "done")
