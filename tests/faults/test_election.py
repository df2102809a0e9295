# SPDX-License-Identifier: GPL-3.0-only
"""A leader that dies with a question, and the real election that follows: nothing waits for the dead one's answer."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from session.bus.hub_connection import HubConnection
from session.bus.streams import NEW_LEADER, Streams
from session.errors import StoreUnreachable
from session.hub.nats_store import BUCKET, NatsTicketStore
from tests.faults.cluster import READY_S, Cluster

ELECTION_S = 45.0
"""Followers begin 4 to 9 s after the leader's last word, again when two of them began at once."""

SUBJECT = "$KV.tk.valdore.t1"


async def done[Answer](ask: Callable[[], Awaitable[Answer]]) -> Answer:
    """Asks until the store has an answer: nodes that have just begun find each other, a new leader begins to hear."""
    async with asyncio.timeout(READY_S):
        while True:
            try:
                return await ask()
            except StoreUnreachable:
                await asyncio.sleep(0.1)


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
async def test_what_a_dead_leader_was_asked_is_asked_again_as_soon_as_there_is_another(tmp_path: Path) -> None:
    world = Cluster(tmp_path, 1, 1, loads=0, nodes=3)
    try:
        for node in world.nodes.values():
            await node.start()
        await world.connection.connect(READY_S)
        await done(NatsTicketStore(world.connection, world.tasks, replicas=3).prepare)
        leader = await world.leader()
        others = [url for name, url in zip(world.nodes, world.world.urls, strict=True) if name != leader]
        seat = HubConnection(others, world.world.hub_seed.encode(), world.tasks)
        await seat.connect(READY_S)
        streams = Streams(seat.line, timeout_s=10 * ELECTION_S)  # so it is not the time that ends the question
        end = await streams.watch_leaders()
        first = await streams.append(SUBJECT, b"first", expected=0)

        world.nodes[leader].send(signal.SIGSTOP)  # it takes the question and says nothing
        question = asyncio.create_task(streams.append(SUBJECT, b"second", expected=first))
        await asyncio.sleep(0.3)
        assert not question.done()
        await world.nodes[leader].end()
        with pytest.raises(StoreUnreachable) as caught:
            await asyncio.wait_for(question, ELECTION_S)
        assert caught.value.detail["why"] == NEW_LEADER
        revision = await done(lambda: streams.append(SUBJECT, b"second", expected=first))
        stored = await streams.last(BUCKET, SUBJECT)
        assert stored is not None
        assert (stored.payload, stored.revision) == (b"second", revision)
        end()
        await seat.close()
    finally:
        await world.close()
