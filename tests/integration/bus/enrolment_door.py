# SPDX-License-Identifier: GPL-3.0-only
"""A hub's door for newcomers, for tests."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

from session.bus.client import BusClient
from session.bus.enrolment import enrol
from session.bus.hub_connection import HubConnection
from session.bus.server.config import ServerSettings
from session.bus.server.process import BusServer
from session.bus.transport.connection import Connection
from session.bus.transport.nkeys import enrolment_seed, new_seed, public_key
from session.core.clock import ManualClock, SystemClock
from session.core.tasks import Tasks
from session.hub.access.enrolment import Enrolment
from session.hub.access.identities import IdentityBook
from session.hub.convention.catalogue import Catalogue
from session.protocol.hub.enrolment import EnrolAnswer
from session.protocol.wire import subjects
from session.protocol.wire.roles import Role
from tests.support.hub_world import catalogue_text, free_port


class Door:
    """A server with the hub's door for newcomers, and the book."""

    def __init__(self, folder: Path) -> None:
        self.tasks, self.clock = Tasks(), ManualClock()
        self.book = IdentityBook(folder / "identities.sqlite")
        self.catalogue = Catalogue.parse(catalogue_text())
        hub_seed = new_seed()
        settings = ServerSettings(folder / "bus", free_port(), enrolment=True)
        self.server = BusServer(
            settings, self.catalogue.accounts(), hub_key=public_key(hub_seed), tasks=self.tasks
        )
        self.connection = HubConnection([self.server.url], hub_seed, tasks=self.tasks)
        self.enrolment = Enrolment(
            self.connection, self.book, reload=self._reload, clock=self.clock, tasks=self.tasks
        )
        self.clients: list[BusClient | Connection] = []
        self.reload_s = 0.0

    async def _reload(self) -> None:
        await asyncio.sleep(self.reload_s)
        await self.server.reload(self.catalogue.accounts(self.book.keys(), self.book.revoked()))

    @property
    def now(self) -> datetime:
        return self.clock.utc_now()

    async def enrol(self, code: str, seed: bytes) -> EnrolAnswer:
        return await enrol([self.server.url], code, seed, tasks=self.tasks)

    def client(self, seed: bytes, user: str = "alice") -> BusClient:
        client = BusClient(
            [self.server.url],
            Role.AGENT,
            user=user,
            seed=seed,
            tasks=self.tasks,
            clock=SystemClock(),
        )
        self.clients.append(client)
        return client

    async def newcomer(self) -> Connection:
        connection = Connection(
            [self.server.url],
            enrolment_seed(),
            tasks=self.tasks,
            inbox=subjects.ENROL_INBOX,
            name="newcomer",
        )
        self.clients.append(connection)
        await connection.open()
        return connection
