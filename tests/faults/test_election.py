# SPDX-License-Identifier: GPL-3.0-only
"""A leader that dies, and the real election that follows:
it begins soon, and nothing waits for the dead one.
"""

from __future__ import annotations

import asyncio
import json
import re
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from session.bus.hub_connection import HubConnection
from session.bus.jetstream import elections
from session.bus.jetstream.elections import INBOX, STATES, Elections
from session.bus.jetstream.streams import NEW_LEADER, Streams
from session.bus.transport.connection import Line
from session.bus.transport.nkeys import elector_seed
from session.core.errors import HubUnreachable, StoreUnreachable
from session.hub.storage.ticket_store import BUCKET, NatsTicketStore
from tests.faults.cluster import READY_S, Cluster
from tests.support.waiting import until

ELECTION_S = 45.0
"""Followers begin 4 to 9 s after the leader's last word, again when two of them began at once."""

LEFT_S = 20.0
"""Desks and kiosks, whose lines are slow, bear a silence of half a minute;
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
    made = Cluster(tmp_path, 1, agents=1, loads=0, nodes=3)
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


def elector(world: Cluster, urls: list[str]) -> Line:
    """A connection with nothing but the elector's rights."""
    seed = elector_seed(world.world.hub_seed.encode())
    return Line(urls, seed, world.tasks, inbox=INBOX, name="test")


async def terms(line: Line) -> dict[str, int]:
    """By group, as the server of `line` knows it; where there is a leader."""
    found: dict[str, int] = {}
    for account in elections.ACCOUNTS:
        wish = json.dumps({"account": account}).encode()
        answer = json.loads((await line.request(STATES.format(line.server_id), wish, 5.0)).payload)
        groups = answer.get("data", {}).get(account, {})
        found |= {name: group["term"] for name, group in groups.items() if group.get("leader")}
    return found


async def settled_terms(line: Line) -> dict[str, int]:
    """Once every group has a leader, and still the same."""
    async with asyncio.timeout(READY_S):
        while True:
            before = await terms(line)
            await asyncio.sleep(1.0)
            if len(before) == 2 and await terms(line) == before:
                return before


async def test_a_cluster_is_asked_to_elect_as_soon_as_its_leader_is_silent(world: Cluster) -> None:
    leader = await world.leader()
    others = without(world, leader)
    watching = Elections(others, world.world.hub_seed.encode(), tasks=world.tasks)
    line = elector(world, others)
    watching.start()
    await line.open()
    before = await settled_terms(line)
    assert (watching.asked, await world.leader()) == (0, leader)
    world.nodes[leader].send(signal.SIGSTOP)  # dead, but that nobody's connection is closed
    await until(lambda: watching.asked > 0, ELECTION_S)
    await world.nodes[leader].end()
    assert await world.leader() != leader
    after = await settled_terms(line)
    [tickets] = [group for group in before if group != "_meta_"]
    # One term more is the servers' own doing, after 4 s at the soonest;
    # this one was asked for before that.
    assert after[tickets] - before[tickets] >= 2
    await watching.stop()
    await line.close()


async def test_nobody_is_asked_to_elect_while_the_leaders_answer(
    world: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    # nobody speaks often enough for it: all servers are asked
    monkeypatch.setattr(elections, "SILENT_S", -1.0)
    line = elector(world, world.world.urls)
    await line.open()
    before = await settled_terms(line)
    others = without(world, await world.leader())  # who leads everything has nobody to listen to
    watching = Elections(others, world.world.hub_seed.encode(), tasks=world.tasks)
    asked: list[str] = []
    end = await line.subscribe(f"{INBOX}.states", lambda message: asked.append(message.subject))
    watching.start()
    # two looks; three servers answer for two accounts
    await until(lambda: len(asked) >= 12, READY_S)
    await watching.stop()
    assert watching.asked == 0
    assert await terms(line) == before
    end()
    await line.close()


async def test_a_hub_leaves_a_frozen_server_for_another_one(world: Cluster) -> None:
    line = world.connection.line
    before = line.server_id
    [frozen] = [name for name in world.nodes if server_id(world, name) == before]
    world.nodes[frozen].send(signal.SIGSTOP)  # it takes connections as before, and says nothing
    await until(lambda: line.is_connected and line.server_id != before, LEFT_S)
    await line.settle()


def server_id(world: Cluster, name: str) -> str:
    """A server's id, as it writes it into its log."""
    log = (world.folder / name / "nats-server.log").read_text(encoding="utf-8")
    return str(re.findall(r"  ID: +(\w+)", log)[-1])


async def test_the_elector_may_do_nothing_else(world: Cluster) -> None:
    line = elector(world, world.world.urls)
    await line.open()
    heard: list[str] = []
    for subject in ("$SYS.>", "$NRG.>", ">"):
        await line.subscribe(subject, lambda message: heard.append(message.subject))
    await line.request(STATES.format("PING"), b"", 5.0)
    for subject in (
        "$SYS.REQ.SERVER.PING",
        f"$SYS.REQ.SERVER.{line.server_id}.RELOAD",
        "$JS.API.INFO",
    ):
        with pytest.raises(HubUnreachable):
            await line.request(subject, b"", 0.5)
    assert not heard
    await line.close()


async def test_what_a_dead_leader_was_asked_is_asked_again_as_soon_as_there_is_another(
    world: Cluster,
) -> None:
    leader = await world.leader()
    seat = HubConnection(without(world, leader), world.world.hub_seed.encode(), tasks=world.tasks)
    await seat.connect(READY_S)
    # so it is not the time that ends the question
    streams = Streams(seat.line, timeout_s=10 * ELECTION_S)
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
