# SPDX-License-Identifier: GPL-3.0-only
"""How a command of the operator reaches the hub's JetStream:
that of a running hub, or one started for it alone.

A hub that runs its server makes a new key at each start.
While it runs, the key lies in its folder (0600), beside the store that anybody who can read it
could read too; it goes when the hub stops.
"""

from __future__ import annotations

import contextlib
import os
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from expert_app.runtime.config import HubSettings
from expert_app.runtime.credentials import key_name, load_seed
from expert_app.runtime.paths import Paths, private_folder
from session.bus.hub_connection import HubConnection
from session.bus.server.config import ServerSettings
from session.bus.server.process import BusServer
from session.bus.transport.nkeys import new_seed, public_key
from session.bus.transport.tls import client_tls, pinned_tls
from session.core.errors import SessionError
from session.core.tasks import Tasks

HUB_KEY = key_name("hub", "hub", "hub")
"""The name under which the hub's key is kept, for a nats-server that is not its own."""

CONNECT_S = 10.0
RUNNING_S = 3.0
"""Longest wait for a hub that says it runs: it may have been killed."""


class RunningHub(msgspec.Struct, frozen=True):
    """Where a running hub's own server is, and the key that it knows."""

    url: str
    seed: str


def _path(paths: Paths) -> Path:
    return paths.folder("bus") / "running.json"


def note_running(paths: Paths, url: str, seed: bytes) -> None:
    """Leaves the way in for commands on this folder."""
    part = _path(paths).with_suffix(".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(RunningHub(url, seed.decode())))
    part.replace(_path(paths))


def forget_running(paths: Paths) -> None:
    """Takes it away again."""
    _path(paths).unlink(missing_ok=True)


def documents_folder(settings: HubSettings, paths: Paths, name: str) -> Path:
    """The private folder "dossiers" or "uploads":
    in the hub's own folder, or where several hubs share it.
    """
    if settings.documents_folder:
        return private_folder(Path(settings.documents_folder) / name)
    return paths.folder(name)


def hub_seed(settings: HubSettings) -> bytes:
    """The hub's key for a nats-server that is not its own. Raises `KeyMissing`."""
    return load_seed(HUB_KEY, Path(settings.key_file) if settings.key_file else None)


@asynccontextmanager
async def store_of(
    settings: HubSettings, paths: Paths, tasks: Tasks, *, alone: bool
) -> AsyncIterator[HubConnection]:
    """A connection into the hub's JetStream, whether the hub runs or not.

    Args:
        alone: no hub may run on this folder.

    Raises:
        BusUnreachable: no server, or (`alone`) a hub runs. KeyMissing, SessionError.
    """
    async with contextlib.AsyncExitStack() as stack:
        connection: HubConnection | None = None
        if settings.bus:
            ca_file = Path(settings.ca_file) if settings.ca_file else None
            connection = await _connected(
                settings.bus_urls,
                hub_seed(settings),
                tasks,
                tls=client_tls(ca_file),
                timeout_s=CONNECT_S,
            )
        elif not alone:
            connection = await _running(settings, paths, tasks)
        if connection is None:
            connection = await _started(settings, paths, tasks, stack)
        stack.push_async_callback(connection.close)
        yield connection


async def _running(settings: HubSettings, paths: Paths, tasks: Tasks) -> HubConnection | None:
    try:
        access = msgspec.json.decode(_path(paths).read_bytes(), type=RunningHub)
    except (OSError, msgspec.MsgspecError):
        return None
    tls = pinned_tls(Path(settings.tls_certificate)) if settings.tls_certificate else None
    try:
        return await _connected(
            [access.url], access.seed.encode(), tasks, tls=tls, timeout_s=RUNNING_S
        )
    except SessionError:  # it was killed, and another server has the address now or none
        return None


async def _started(
    settings: HubSettings, paths: Paths, tasks: Tasks, stack: contextlib.AsyncExitStack
) -> HubConnection:
    """A server on the hub's store for this command alone."""
    seed = new_seed()
    place = ServerSettings(folder=paths.folder("bus"), port=settings.listen_port)
    server = BusServer(place, [], hub_key=public_key(seed), tasks=tasks)
    await server.start()
    stack.push_async_callback(server.stop)
    return await _connected([server.url], seed, tasks, tls=None, timeout_s=CONNECT_S)


async def _connected(
    urls: list[str], seed: bytes, tasks: Tasks, *, tls: ssl.SSLContext | None, timeout_s: float
) -> HubConnection:
    connection = HubConnection(urls, seed, tasks=tasks, tls=tls)
    try:
        await connection.connect(timeout_s)
    except SessionError:
        await connection.close()
        raise
    return connection
