# SPDX-License-Identifier: GPL-3.0-only
"""A leader that dies, or a server that freezes: nothing waits for the dead one."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from session.bus.hub_connection import HubConnection
from session.bus.jetstream.streams import NEW_LEADER, Streams, WrongRevision
from session.core.errors import StoreUnreachable
from session.hub.storage.ticket_store import BUCKET, NatsTicketStore
from tests.faults.cluster import READY_S, Cluster, Size
from tests.support.waiting import until

ELECTION_S = 45.0
"""Followers begin 4 to 9 s after the leader's last word, again when two of them began at once."""

LEFT_S = 20.0
"""Desks and kiosks, whose networks are slow, bear a silence of half a minute;
hubs, whose are not, some 3 s.
"""

SUBJECT = "$KV.tk.valdore.t1"


async def done[Answer](ask: Callable[[], Awaitable[Answer]]) -> Answer:
    """Asks until the store has an answer:
    nodes that have just begun find each other, a new leader begins to hear.
    """
    async with asyncio.timeout(READY_S):
        while True:
            try:
                return await ask()
            except StoreUnreachable:
                await asyncio.sleep(0.1)


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[Cluster]:
    """Three servers with the tickets' stream on all of them; no hub."""
    made = Cluster(tmp_path, Size(kiosks=1, agents=1, loads=0))
    try:
        for node in made.nodes.values():
            await node.start()
        await made.connection.connect(READY_S)
        await done(NatsTicketStore(made.connection, made.tasks, replicas=3).prepare)
        await made.leader()
        yield made
    finally:
        await made.close()


def without(world: Cluster, leader: str) -> list[str]:
    """The addresses of the others."""
    return [url for name, url in zip(world.nodes, world.world.urls, strict=True) if name != leader]


async def test_a_hub_leaves_a_frozen_server_for_another_one(world: Cluster) -> None:
    connection = world.connection.bus
    before = connection._server
    [frozen] = [
        name
        for name, url in zip(world.nodes, world.world.urls, strict=True)
        if url.endswith(before)
    ]
    # it takes connections as before, and answers nothing
    world.nodes[frozen].send(signal.SIGSTOP)
    await until(lambda: connection.is_connected and connection._server != before, LEFT_S)
    await connection.settle()


async def test_what_a_dead_leader_was_asked_is_asked_again_as_soon_as_there_is_another(
    world: Cluster,
) -> None:
    async with asyncio.timeout(4 * READY_S):
        # on a busy machine another leader may have begun just before: that one answers
        while not await asked_a_dead_leader(world):
            pass


async def asked_a_dead_leader(world: Cluster) -> bool:
    """Asks a leader that dies of it; False when it was not the leader any more."""
    leader = await world.leader()
    seat = HubConnection(without(world, leader), world.world.hub_seed.encode(), tasks=world.tasks)
    await seat.connect(READY_S)
    # so it is not the time that ends the question
    streams = Streams(seat.bus, timeout_s=10 * ELECTION_S)
    end = await streams.watch_leaders()
    before = await done(lambda: streams.last(BUCKET, SUBJECT))
    first = await done(
        lambda: streams.append(SUBJECT, b"first", expected=before.revision if before else 0)
    )

    world.nodes[leader].send(signal.SIGSTOP)  # it takes the question and answers nothing
    question = asyncio.create_task(streams.append(SUBJECT, b"second", expected=first))
    await asyncio.sleep(0.3)
    await world.nodes[leader].end()
    await asyncio.wait([question], timeout=ELECTION_S)
    error = question.exception()
    if was_leader := error is not None:
        assert isinstance(error, StoreUnreachable)
        assert error.detail["why"] == NEW_LEADER
        with contextlib.suppress(WrongRevision):  # one whose answer was lost has been stored
            await done(lambda: streams.append(SUBJECT, b"second", expected=first))
    else:
        await world.nodes[leader].start()
    stored = await done(lambda: streams.last(BUCKET, SUBJECT))
    assert stored is not None
    assert stored.payload == b"second"
    end()
    await seat.close()
    return was_leader
