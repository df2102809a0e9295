# SPDX-License-Identifier: GPL-3.0-only
"""Upgrades from an older form of what is in JetStream to today's, a step for each number.
Used by the hub's program.

A step may be done twice, and by two hubs at once: it leaves what is new as it is.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

from session.bus.hub_connection import HubConnection
from session.bus.jetstream.snapshots import Snapshots
from session.bus.jetstream.streams import Stored, Streams
from session.core.errors import MessageMalformed, StoreUnreachable
from session.hub.storage import ticket_store as nats_store
from session.hub.storage.format import FORMAT, StoredTooNew, prepare, put_format, read_format
from session.hub.storage.interfaces import CallerRecord
from session.hub.storage.store_space import is_store_full
from session.hub.transfers import callbacks
from session.hub.transfers.callbacks import Callback
from session.protocol.codec import decode_plain
from session.protocol.hub.tickets import Ticket

log = logging.getLogger(__name__)

STREAMS = "streams"
"""What `StoredTooNew` calls JetStream's part."""

READY_S = 60.0
AGAIN_S = 0.5

Step = Callable[[HubConnection], Awaitable[None]]


async def _all_readable(connection: HubConnection) -> None:
    """1 -> 2: every record can be read by this version.
    One that cannot would be left out of the queue in silence.
    """
    kinds: dict[str, type[Ticket | Callback | CallerRecord]] = {
        nats_store.BUCKET: Ticket,
        callbacks.BUCKET: Callback,
        nats_store.CALLERS: CallerRecord,
    }
    names = await Snapshots(connection.bus).names()
    for stream, kind in kinds.items():
        if stream not in names:
            continue
        async for stored in every(connection.streams, stream):
            try:
                decode_plain(kind, stored.payload)
            except MessageMalformed as error:
                raise StoreUnreachable(why=f"{stream} {stored.revision} is unreadable") from error


STEPS: Mapping[int, Step] = {1: _all_readable}
"""From each older number, what leads to the next."""


async def every(streams: Streams, stream: str) -> AsyncIterator[Stored]:
    """Every message of a stream, oldest first."""
    revision = 1
    while (stored := await streams.next(stream, ">", revision)) is not None:
        yield stored
        revision = stored.revision + 1


async def _when_ready(connection: HubConnection, replicas: int) -> tuple[bool, int, int]:
    """(whether nothing is stored yet, the number, its revision), once the store can tell.

    The servers of a cluster that is started find each other and elect in their own time.
    """
    loop = asyncio.get_running_loop()
    end_s = loop.time() + READY_S
    while True:
        try:
            is_new = nats_store.BUCKET not in await Snapshots(connection.bus).names()
            await prepare(connection, replicas)
            return is_new, *(await read_format(connection.streams))
        except StoreUnreachable as error:
            if is_store_full(error) or loop.time() > end_s:
                raise
            log.info("the store is not ready: %s", error.detail.get("why", ""))
            await asyncio.sleep(AGAIN_S)


async def upgrade(
    connection: HubConnection,
    keep_copy: Callable[[int], Awaitable[None]],
    replicas: int = 1,
    *,
    steps: Mapping[int, Step] = STEPS,
    ours: int = FORMAT,
) -> None:
    """Brings what is stored to our form; nothing happens when it has it.

    Args:
        keep_copy: called with the old number before anything is changed.

    Raises:
        StoredTooNew: written by a newer version; nothing was changed.
        StoreUnreachable: the store was not ready within a minute, or a step broke off:
            then the number is that of the last whole step.
    """
    is_new, number, revision = await _when_ready(connection, replicas)
    if number > ours:
        raise StoredTooNew(STREAMS, number, ours=ours)
    if number < ours and is_new and not revision:
        await put_format(connection.streams, ours, 0)
        return
    if number < ours:
        await keep_copy(number)
    while number < ours:
        log.info("the stored form %d becomes %d", number, number + 1)
        await steps[number](connection)
        await put_format(connection.streams, number + 1, revision)
        number, revision = await read_format(connection.streams)
        if number > ours:
            raise StoredTooNew(STREAMS, number, ours=ours)
