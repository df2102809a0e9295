# SPDX-License-Identifier: GPL-3.0-only
"""A bus over TLS, for tests."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from session.bus.server.config import BusAccount, BusUser, ServerSettings
from session.bus.server.process import BusServer
from session.bus.transport.connection import Connection
from session.bus.transport.nkeys import new_seed, public_key
from session.core.errors import (
    HubUnreachable,
)
from session.core.tasks import Tasks
from session.protocol.wire import subjects
from session.protocol.wire.roles import Role
from tests.support.hub_world import free_port
from tests.support.tls_files import TlsFiles, tls_files

SEED, HUB_SEED = new_seed(), new_seed()


@dataclass
class SafeBus:
    """A server with TLS on both ports, and what is open on it."""

    server: BusServer
    files: TlsFiles
    port: int
    web_port: int
    tasks: Tasks
    connections: list[Connection] = field(default_factory=list)

    def connection(self, url: str, tls: ssl.SSLContext | None) -> Connection:
        connection = Connection(
            [url],
            SEED,
            tasks=self.tasks,
            inbox=subjects.inbox(Role.AGENT, "alice"),
            name="a.alice",
            tls=tls,
        )
        self.connections.append(connection)
        return connection


@contextlib.asynccontextmanager
async def safe_bus(
    folder: Path, hosts: tuple[str, ...] = ("localhost", "127.0.0.1")
) -> AsyncIterator[SafeBus]:
    files, tasks = tls_files(folder / "ca", hosts), Tasks()
    port, web_port = free_port(), free_port()
    settings = ServerSettings(
        folder / "bus",
        port,
        tls_certificate=files.certificate,
        tls_key=files.key,
        websocket_port=web_port,
    )
    accounts = [BusAccount("valdore", (BusUser(Role.AGENT, "alice", public_key(SEED)),))]
    server = BusServer(settings, accounts, hub_key=public_key(HUB_SEED), tasks=tasks)
    bus = SafeBus(server, files, port, web_port, tasks)
    try:
        await server.start()
        yield bus
    finally:
        for connection in bus.connections:
            await connection.close()
        await server.stop()
        await tasks.close()


async def is_answered(connection: Connection) -> None:
    """A round trip of a large message: the server itself answers that nobody listens."""
    with pytest.raises(HubUnreachable) as answered:
        await connection.request("svc.a.alice.queue", b"x" * 100_000, 5.0)
    assert answered.value.detail == {"why": "nobody listens"}
