# SPDX-License-Identifier: GPL-3.0-only
"""A real nats-server with a real hub, and desks and kiosks on it;
for every test that needs the bus.

```python
async with hub_world(tmp_path) as world:
    kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
    answer = await kiosk.call("rights", "1234567", "r1")
```
"""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial, wraps
from pathlib import Path
from typing import Any

import msgspec
import pytest

from expert_app.runtime.ports import free_port as free_port
from session.bus.client import BusClient
from session.bus.hub_connection import HubConnection
from session.bus.sealing.client import SealingClient
from session.bus.server.config import ServerSettings
from session.bus.server.leaf_links import Partner
from session.bus.server.process import BusServer
from session.bus.transport.connection import Connection, Incoming
from session.bus.transport.nkeys import new_seed, public_key
from session.core.clock import Clock, SystemClock
from session.core.tasks import Tasks
from session.desk.hub.board import BoardClient
from session.desk.hub.client import DeskClient
from session.hub.access.handlers import Asker, handled_verbs
from session.hub.access.identities import IdentityBook
from session.hub.composition import Hub
from session.hub.convention.catalogue import Catalogue
from session.hub.convention.entries import ROLES
from session.hub.dossier.log_keeper import LogKeeper
from session.hub.dossier.store import DossierStoreLike
from session.hub.parts import PATIENCE, HubParts
from session.hub.storage.store_space import NO_LIMITS, StoreLimits
from session.kiosk.hub.client import KioskClient
from session.protocol.hub.requests import HubMessage, Refusal, Request
from session.protocol.wire import subjects
from session.protocol.wire.roles import Role
from tests.support.memory.dossiers import MemoryDossiers
from tests.support.waiting import until

CATALOGUE = """
[[organisations]]
id = "valdore"
name = "Caisse d'entraide du Val-Doré"
transfers_to = ["marais"]
home_address = "https://www.valdore.example/"
allowed_addresses = ["https://www.valdore.example/"]
services = [
  { id = "rights", name = "Mes droits", number_kind = "allocataire", letter = "D" },
  { id = "housing", name = "Aide au logement", letter = "L" },
]
sites = [{ id = "townhall", name = "Mairie de Saint-Oyen", services = ["rights", "housing"] }]
kiosks = [
  { id = "kiosk1", site = "townhall" },
  { id = "kiosk2", site = "townhall", name = "Borne du couloir" },
]
displays = [{ id = "screen1", site = "townhall" }]
people = [
  { id = "alice", name = "Alice M." },
  { id = "bob", name = "Bob T.", skills = ["lsf"] },
  { id = "boss", name = "Chantal V.", role = "supervisor" },
  { id = "help", name = "Denis W.", role = "helpdesk" },
AGENTS
]

[[organisations]]
id = "marais"
name = "Mutuelle du Marais"
transfers_from = ["valdore"]
services = [{ id = "care", name = "Soins", letter = "S" }]
sites = [{ id = "hall", name = "Maison commune de Sableuse", services = ["care"] }]
kiosks = [{ id = "kiosk9", site = "hall" }]
people = [{ id = "zoe", name = "Zoé K." }]

[[organisations]]
id = "network"
name = "Bornes du Val"
services = []
sites = [
  { id = "library", name = "Médiathèque d'Arvenne", \
services = ["valdore/rights", "marais/care"] },
]
kiosks = [{ id = "kiosk1", site = "library" }]
people = [
  { id = "alice", name = "Une homonyme" },
  { id = "host", name = "Inès B.", role = "facilitator", sites = ["library"] },
  { id = "oper", name = "Marc L.", role = "operator" },
]
"""

RACERS = 20


def catalogue_text() -> str:
    agents = "\n".join(f'  {{ id = "agent{n}", name = "Agent {n}" }},' for n in range(RACERS))
    return CATALOGUE.replace("AGENTS", agents)


def one_computer_each(
    keys: Mapping[tuple[str, Role, str], str],
) -> dict[tuple[str, Role, str], tuple[str, ...]]:
    """As the book of identities gives them."""
    return {identity: (key,) for identity, key in keys.items()}


@dataclass(frozen=True)
class LinkSettings:
    """This world's name among networks, and its partners."""

    network: str = ""
    partners: tuple[Partner, ...] = ()
    leaf_port: int | None = None


NO_LINK = LinkSettings()


class World:
    """Server, hub and everybody's keys.

    Attributes:
        store, patience, database: of the hub that is started next.
        revoked: whose keys were taken away, as this hub is told.
        open_ends: who is connected, and closed with this world.
    """

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        *,
        tick_s: float,
        port: int,
        catalogue: str = "",
        link: LinkSettings = NO_LINK,
        limits: StoreLimits = NO_LIMITS,
    ) -> None:
        self.folder = folder
        self.clock = clock
        self.tick_s = tick_s
        self.tasks = Tasks()
        self.catalogue = Catalogue.parse(catalogue or catalogue_text())
        self.seeds: dict[tuple[str, Role, str], bytes] = {}
        for name in self.catalogue.organisations:
            entry = self.catalogue.organisation(name)
            roles = ROLES
            for kiosk in entry.kiosks:
                self.seeds[name, Role.KIOSK, kiosk.id] = new_seed()
            for display in entry.displays:
                self.seeds[name, Role.DISPLAY, display.id] = new_seed()
            for vault in entry.vaults:
                self.seeds[name, Role.VAULT, vault.id] = new_seed()
            for person in entry.people:
                self.seeds[name, roles[person.role], person.id] = new_seed()
        self.keys = {identity: public_key(seed) for identity, seed in self.seeds.items()}
        self.revoked: set[tuple[str, Role, str]] = set()
        self.hub_seed = new_seed()
        self.network = link.network
        self.limits = limits
        self.patience = PATIENCE
        self.database = ""
        settings = ServerSettings(
            folder / "bus",
            port,
            network=link.network,
            partners=link.partners,
            leaf_port=link.leaf_port,
        )
        self.server = BusServer(
            settings,
            self.catalogue.accounts(one_computer_each(self.keys)),
            hub_key=public_key(self.hub_seed),
            tasks=self.tasks,
        )
        self.dossiers = MemoryDossiers()
        self.store: DossierStoreLike = self.dossiers
        self.dossiers.add("valdore", "D-2026-0001", "Jeanne Exemple", "1234567")
        self.dossiers.add("valdore", "D-2026-0002", "Paul Modèle", "7654321")
        self.hub: Hub | None = None
        self.connection: HubConnection | None = None
        self.open_ends: list[BusClient | Connection] = []

    async def start_hub(self) -> Hub:
        self.connection = HubConnection([self.server.url], self.hub_seed, tasks=self.tasks)
        await self.connection.connect()
        self.hub = Hub(
            HubParts(
                connection=self.connection,
                catalogue=self.catalogue,
                folder=self.folder / "hub",
                clock=self.clock,
                tasks=self.tasks,
                tick_s=self.tick_s,
                network=self.network,
                limits=self.limits,
                patience=self.patience,
                database=self.database,
                library=self.folder / "library",
                kiosk_key=lambda home, kiosk: self.keys.get((home, Role.KIOSK, kiosk), ""),
                has_key=lambda *identity: identity not in self.revoked,
                book=IdentityBook(self.folder / "book.sqlite"),
            ),
            dossiers=self.store,
        )
        await self.hub.start()
        return self.hub

    async def stop_hub(self) -> None:
        if self.hub is not None and self.connection is not None:
            await self.hub.stop()
            await self.connection.close()
        self.hub = self.connection = None

    async def client(
        self,
        role: Role,
        user: str,
        organisation: str = "valdore",
        seals: SealingClient | None = None,
    ) -> BusClient:
        seed = self.seeds[organisation, role, user]
        client = BusClient(
            [self.server.url],
            role,
            user=user,
            seed=seed,
            tasks=self.tasks,
            clock=self.clock,
            seals=seals,
        )
        await client.connect()
        self.open_ends.append(client)
        return client

    def clients(self) -> list[BusClient]:
        """Everybody who was connected."""
        return [each for each in self.open_ends if isinstance(each, BusClient)]

    async def connect_as(self, role: Role, user: str, organisation: str = "valdore") -> Connection:
        """A bare connection with the rights of `user`, for those who try what they may not."""
        seed = self.seeds[organisation, role, user]
        connection = Connection(
            [self.server.url],
            seed,
            tasks=self.tasks,
            inbox=subjects.inbox(role, user),
            name="attacker",
        )
        await connection.open()
        self.open_ends.append(connection)
        return connection

    async def desk(self, user: str, organisation: str = "valdore") -> DeskClient:
        link = DeskClient(
            await self.client(Role.AGENT, user, organisation), self.clock, tasks=self.tasks
        )
        await link.start()
        await until(lambda: link.is_ready)
        return link

    async def supervisor(self, user: str = "boss") -> tuple[DeskClient, BoardClient]:
        """A supervisor's queue and acts; the board looks ten times a second."""
        client = await self.client(Role.SUPERVISOR, user)
        link = DeskClient(client, self.clock, tasks=self.tasks)
        board = BoardClient(client, self.tasks, poll_s=0.1)
        await link.start()
        board.start()
        await until(lambda: link.is_ready)
        return link, board

    async def kiosk(
        self, user: str, organisation: str = "valdore", poll_s: float = 10.0
    ) -> KioskClient:
        client = await self.client(Role.KIOSK, user, organisation)
        link = KioskClient(client, self.clock, tasks=self.tasks, poll_s=poll_s)
        await link.start()
        return link

    def log_keeper(self) -> LogKeeper:
        """Another keeper of the logs in this store, as another hub has it."""
        assert self.connection is not None
        return LogKeeper(self.connection, {}, clock=self.clock)

    async def kept_log(self, session_id: str, organisation: str = "valdore") -> list[bytes]:
        """What the keeper has of a session's log, whether it is over or not."""
        keeper, records, after = self.log_keeper(), list[bytes](), 0
        while True:
            part = await keeper.read(organisation, session_id, after)
            records += [bytes(record) for record in part.records]
            after = part.next
            if part.end:
                return records

    def kill_server(self) -> None:
        """kill -9; the supervisor starts it again."""
        assert self.server.pid is not None
        os.kill(self.server.pid, signal.SIGKILL)

    async def close(self) -> None:
        for client in self.open_ends:
            await client.close()
        await self.stop_hub()
        await self.server.stop()
        await self.tasks.close()
        self.dossiers.close()


@asynccontextmanager
async def hub_world(
    folder: Path,
    *,
    clock: Clock | None = None,
    tick_s: float = 0.1,
    with_hub: bool = True,
    catalogue: str = "",
    limits: StoreLimits = NO_LIMITS,
) -> AsyncIterator[World]:
    """A running world; everything ends with it."""
    world = World(
        folder,
        clock or SystemClock(),
        tick_s=tick_s,
        port=free_port(),
        catalogue=catalogue,
        limits=limits,
    )
    try:
        await world.server.start()
        if with_hub:
            await world.start_hub()
        yield world
    finally:
        await world.close()


# ---- what a hub answers, held back, spoiled or asked for without a client

Answer = Callable[[Asker, Any], Awaitable[HubMessage]]
Around = Callable[[Answer, Asker, Any], Awaitable[HubMessage]]
"""(the rule's own answer, who asks, the request) -> what is answered instead."""


def answer_around(
    monkeypatch: pytest.MonkeyPatch, rule: type, request: type[Request[Any]], *, around: Around
) -> None:
    """Let hubs that start from now on answer a request through `around`."""
    name = handled_verbs(rule)[request.verb]
    method = getattr(rule, name)

    @wraps(method)  # the verb stands at the method
    async def answer(self: object, asker: Asker, question: Any) -> HubMessage:
        return await around(partial(method, self), asker, question)

    monkeypatch.setattr(rule, name, answer)


def refusal_in(answer: bytes) -> Refusal | None:
    """Return what a hub's answer refuses, None when it does not."""
    if msgspec.json.decode(answer)["type"] == "Refusal":
        return msgspec.json.decode(answer, type=Refusal)
    return None


class HubAnswers:
    """Gives requests to a running hub as the server would, and returns what it says."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        assert world.hub is not None
        assert world.connection is not None
        self.server = world.hub.server
        self.payloads: list[bytes] = []
        monkeypatch.setattr(world.connection.bus, "publish", self.publish(world))

    def publish(self, world: World) -> Callable[..., Awaitable[None]]:
        """Return a bus's `publish` that keeps the answers to us."""
        assert world.connection is not None
        publish = world.connection.bus.publish

        async def keep(subject: str, payload: bytes, *more: Any, **named: Any) -> None:
            if subject == "here":
                self.payloads.append(payload)
            else:
                await publish(subject, payload, *more, **named)

        return keep

    async def ask(self, subject: str, payload: bytes) -> bytes:
        """Return the answer to one request, whether it is a refusal or not."""
        before = len(self.payloads)
        self.server.take(Incoming(subject, payload, {}, "here"))
        await until(lambda: len(self.payloads) > before, every_s=0)
        return self.payloads[-1]
