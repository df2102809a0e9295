# SPDX-License-Identifier: GPL-3.0-only
"""The way of an operator's command to the hub's JetStream:
that of a running hub, or one started for it alone.

A hub that runs its server makes a new key at each start.
While it runs, the key lies in its folder (0600), beside the store that anybody who can read it
could read too; it goes when the hub stops.
"""

from __future__ import annotations

import contextlib
import shutil
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from expert_app.runtime.config import HubSettings
from expert_app.runtime.credentials import key_name, load_seed
from expert_app.runtime.folder_owner import own_folder
from expert_app.runtime.paths import Paths, private_folder
from expert_app.runtime.store_settings import LEAST_QUOTA_MB
from session.bus.hub_connection import HubConnection
from session.bus.server.config import ServerSettings
from session.bus.server.process import BusServer
from session.bus.transport.nkeys import new_seed, public_key
from session.bus.transport.tls import client_tls, pinned_tls
from session.core.disk import write_durably
from session.core.errors import SessionError
from session.core.tasks import Tasks
from session.hub.storage.store_space import QUOTA_BYTES, StoreLimits

HUB_KEY = key_name("hub", "hub", "hub")
"""The name under which the hub's key is kept, for a nats-server that is not its own."""

OWN_SERVER_BYTES = 1 << 50
"""Limit of our own server: more than the bounds of streams made on any disk. The hub keeps the
quota and watches the disk.
"""
CONNECT_S = 10.0
RUNNING_S = 3.0
"""Longest wait for a hub that says it runs: it may have been killed."""


class RunningHub(msgspec.Struct, frozen=True):
    """The address of a running hub's own server, and the key that it knows."""

    url: str
    seed: str


def _path(paths: Paths) -> Path:
    return paths.folder("bus") / "running.json"


def note_running(paths: Paths, url: str, seed: bytes) -> None:
    """Leaves the way in for commands on this folder."""
    write_durably(_path(paths), msgspec.json.encode(RunningHub(url, seed.decode())))


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


def store_limits(settings: HubSettings, folder: Path | None) -> StoreLimits:
    """Return how the room of JetStream is shared out.

    Args:
        folder: where our own server keeps its store; None for a server that is not ours.
    """
    store = settings.store
    quota_bytes = store.quota_mb << 20
    if not quota_bytes:
        if folder is None:
            quota_bytes = QUOTA_BYTES
        else:
            quota_bytes = _half_of_the_disk(folder)
    return StoreLimits(
        quota_bytes=quota_bytes,
        session_log_bytes=store.session_log_mb << 20,
        log_bytes={organisation: mb << 20 for organisation, mb in store.log_mb.items()},
    )


def server_store_bytes(settings: HubSettings, folder: Path | None) -> int:
    """Return what the nats-server itself may take: more than the quota, which the hub keeps by
    the bounds of its streams. So the server refuses no hang-up, and our own one no smaller
    quota and no smaller disk: it counts the bounds as taken, those of a larger disk too, and
    lets none be made or changed while their sum is above its limit.
    """
    quota_bytes = store_limits(settings, folder).quota_bytes
    if folder is not None:
        return OWN_SERVER_BYTES
    return quota_bytes + quota_bytes // 4


def _half_of_the_disk(folder: Path) -> int:
    """Return half of all of the disk, whether it is used or not: the same at every start."""
    return max(LEAST_QUOTA_MB << 20, _disk_bytes(folder) // 2)


def _disk_bytes(folder: Path) -> int:
    try:
        return shutil.disk_usage(folder).total
    except OSError:
        return 2 * QUOTA_BYTES


@asynccontextmanager
async def store_of(
    settings: HubSettings, paths: Paths, tasks: Tasks, *, alone: bool
) -> AsyncIterator[HubConnection]:
    """A connection into the hub's JetStream, whether the hub runs or not.

    Args:
        alone: no hub may run on this folder.

    Raises:
        FolderInUse: a hub runs on the folder (`alone`), or does not answer.
        BusUnreachable: no server. KeyMissing, SessionError.
    """
    async with contextlib.AsyncExitStack() as stack:
        if alone:
            stack.enter_context(own_folder(paths.data, "hub restore"))
        connection: HubConnection | None = None
        if settings.bus:
            if settings.ca_file:
                ca_file = Path(settings.ca_file)
            else:
                ca_file = None
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
            if not alone:
                stack.enter_context(own_folder(paths.data, "hub backup"))
            connection = await _started(settings, paths, tasks, stack)
        stack.push_async_callback(connection.close)
        yield connection


async def _running(settings: HubSettings, paths: Paths, tasks: Tasks) -> HubConnection | None:
    try:
        access = msgspec.json.decode(_path(paths).read_bytes(), type=RunningHub)
    except (OSError, msgspec.MsgspecError):
        return None
    if settings.tls_certificate:
        tls = pinned_tls(Path(settings.tls_certificate))
    else:
        tls = None
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
    folder = paths.folder("bus")
    place = ServerSettings(
        folder=folder,
        port=settings.listen_port,
        max_file_store=server_store_bytes(settings, folder),
    )
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
