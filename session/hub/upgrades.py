# SPDX-License-Identifier: GPL-3.0-only
"""Upgrades from an older form of what is in JetStream to today's, a step for each number.
Used by the hub's program.

A step may be done twice, and by two hubs at once: it leaves what is new as it is.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from session.bus.hub_connection import HubConnection
from session.bus.jetstream.snapshots import Snapshots
from session.core.errors import StoreUnreachable
from session.hub.storage import ticket_store as nats_store
from session.hub.storage.format import FORMAT, check_format, prepare, put_format, read_format
from session.hub.storage.store_space import is_store_full

log = logging.getLogger(__name__)

STREAMS = "streams"
"""What `StoredFormatUnknown` calls JetStream's part."""

READY_S = 60.0
AGAIN_S = 0.5

Step = Callable[[HubConnection], Awaitable[None]]

STEPS: Mapping[int, Step] = {}
"""From each older number, what leads to the next."""

OLDEST = min(STEPS, default=FORMAT)
"""The oldest number that can be brought to ours."""


async def _when_ready(connection: HubConnection, replicas: int) -> tuple[bool, int, int]:
    """Return (whether nothing is stored yet, the number, its revision), once the store can tell.

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
    """Bring what is stored to our form; nothing happens when it has it.

    Args:
        keep_copy: called with the old number before anything is changed.

    Raises:
        StoredFormatUnknown: no step leads from it to ours; nothing was changed.
        StoreUnreachable: the store was not ready within a minute, or a step broke off:
            then the number is that of the last whole step.
    """
    is_new, number, revision = await _when_ready(connection, replicas)
    if is_new and not revision:
        await put_format(connection.streams, ours, 0)
        return
    oldest = min(steps, default=ours)
    check_format(STREAMS, number, ours=ours, oldest=oldest)
    if number < ours:
        await keep_copy(number)
    while number < ours:
        log.info("the stored form %d becomes %d", number, number + 1)
        await steps[number](connection)
        await put_format(connection.streams, number + 1, revision)
        number, revision = await read_format(connection.streams)
        check_format(STREAMS, number, ours=ours, oldest=oldest)
