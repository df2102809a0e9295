# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub` as a real program, with a kiosk and two desks on its bus;
for tests of its operation.
"""

from __future__ import annotations

import asyncio
import io
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

from expert_app.__main__ import main
from expert_app.backup.signing import own_signer
from expert_app.runtime.paths import paths_for
from session.bus.client import BusClient
from session.bus.transport.nkeys import new_seed, public_key
from session.core.clock import SystemClock
from session.core.tasks import Tasks
from session.desk.hub.client import DeskClient
from session.kiosk.hub.client import KioskClient
from session.protocol.wire.roles import Role
from tests.support.hub_world import free_port
from tests.support.waiting import until

CATALOGUE = """
[[organisations]]
id = "valdore"
name = "Caisse d'entraide du Val-Doré"
services = [
  {{ id = "housing", name = "Aide au logement", letter = "L", number_kind = "allocataire" }},
]
sites = [{{ id = "townhall", name = "Mairie de Saint-Oyen", services = ["housing"] }}]
kiosks = [
  {{ id = "kiosk1", site = "townhall", key = "{kiosk1}" }},
  {{ id = "kiosk2", site = "townhall", key = "{kiosk2}" }},
]
people = [
  {{ id = "alice", name = "Alice M.", key = "{alice}" }},
  {{ id = "bob", name = "Bob T." }},
  {{ id = "boss", name = "Chantal V.", role = "supervisor", key = "{boss}" }},
]
"""
ROLES = {"kiosk1": Role.KIOSK, "kiosk2": Role.KIOSK, "alice": Role.AGENT, "boss": Role.SUPERVISOR}


class HubFolder:
    """A hub's folder, settings (`hub.toml`, where there is one) and keys; its programs are started
    with `run`.
    """

    def __init__(self, folder: Path, seeds: dict[str, bytes] | None = None) -> None:
        self.folder, self.port = folder, free_port()
        self.seeds = seeds or {name: new_seed() for name in ROLES}
        folder.mkdir(exist_ok=True)
        self.catalogue = folder / "catalogue.toml"
        keys = {name: public_key(seed) for name, seed in self.seeds.items()}
        self.catalogue.write_text(CATALOGUE.format(**keys), encoding="utf-8")

    @property
    def data(self) -> Path:
        return self.folder / "hub"

    @property
    def history(self) -> Path:
        return self.data / "history" / "history.sqlite"

    def command(self, *words: str) -> list[str]:
        listen = f"127.0.0.1:{self.port}"
        common = [
            "--folder",
            str(self.folder),
            "--catalogue",
            str(self.catalogue),
            "--listen",
            listen,
        ]
        settings = self.folder / "hub.toml"
        if settings.exists():
            common += ["--settings", str(settings)]
        return [sys.executable, "-m", "expert_app", "hub", *words, *common]

    async def run(self, *words: str) -> tuple[int, str]:
        """A command that ends by itself: its exit code and what it said, in English."""
        command = [*self.command(*words), "--language", "en"]
        process = await asyncio.create_subprocess_exec(
            *command, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT
        )
        async with asyncio.timeout(60):
            said, _ = await process.communicate()
        return process.returncode or 0, said.decode()

    async def run_here(self, *words: str) -> tuple[int, str]:
        """The same in this process: for tests of what a command does, not of how it is started."""
        _python, _m, _program, *arguments = self.command(*words)
        said = io.StringIO()
        with redirect_stdout(said), redirect_stderr(said):
            code = await asyncio.to_thread(main, [*arguments, "--language", "en"])
        return code, said.getvalue()

    async def restore(self, file: Path, of: HubFolder) -> tuple[int, str]:
        """`hub restore` in this process, with the signer as `of` noted it."""
        return await self.run_here("restore", str(file), "--key", of.backup_signer)

    @property
    def backup_signer(self) -> str:
        """The short form of the key that signs this hub's backups."""
        return own_signer(paths_for("hub", self.folder))

    async def said(self) -> tuple[int, str]:
        """A hub that ends by itself because it cannot start: its exit code and all that it said."""
        command = [*self.command(), "--language", "en"]
        process = await asyncio.create_subprocess_exec(
            *command, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT
        )
        async with asyncio.timeout(60):
            said, _ = await process.communicate()
        return process.returncode or 0, said.decode()

    @asynccontextmanager
    async def hub(self, stderr: int | None = None) -> AsyncIterator[Process]:
        """The hub, until the block ends."""
        process = await asyncio.create_subprocess_exec(
            *self.command(), stdin=DEVNULL, stdout=PIPE, stderr=stderr
        )
        try:
            assert process.stdout is not None
            async with asyncio.timeout(30):
                assert await process.stdout.readline()
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
                async with asyncio.timeout(30):
                    await process.wait()


class People:
    """Kiosks and desks on a hub's bus."""

    def __init__(self, place: HubFolder) -> None:
        self.place, self.tasks, self.clock = place, Tasks(), SystemClock()
        self._open: list[BusClient] = []

    async def client(self, name: str) -> BusClient:
        seed = self.place.seeds[name]
        client = BusClient(
            [f"nats://127.0.0.1:{self.place.port}"],
            ROLES[name],
            user=name,
            seed=seed,
            tasks=self.tasks,
            clock=self.clock,
        )
        await client.connect()
        self._open.append(client)
        return client

    async def kiosk(self, name: str = "kiosk1") -> KioskClient:
        link = KioskClient(await self.client(name), self.clock, tasks=self.tasks)
        await link.start()
        return link

    async def desk(self, name: str = "alice") -> DeskClient:
        link = DeskClient(await self.client(name), self.clock, tasks=self.tasks)
        await link.start()
        await until(lambda: link.is_ready)
        return link

    async def close(self) -> None:
        for client in self._open:
            await client.close()
        await self.tasks.close()


@asynccontextmanager
async def people(place: HubFolder) -> AsyncIterator[People]:
    """Who uses the hub; everybody leaves at the end."""
    them = People(place)
    try:
        yield them
    finally:
        await them.close()


async def one_session(kiosk: KioskClient, desk: DeskClient, request: str) -> str:
    """A caller is answered and leaves; the ticket's id."""
    ticket = (await kiosk.call("housing", "1234567", request)).ticket
    facts = await desk.accept(ticket.id)
    await desk.hang_up(facts.id)
    await desk.close(facts.id, "done")
    return ticket.id
