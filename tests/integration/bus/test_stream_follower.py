# SPDX-License-Identifier: GPL-3.0-only
"""The hub's view follows the stream, also when its consumer dies without a word."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

import session.bus.jetstream.stream_follower
from session.bus.hub_connection import HubConnection
from session.bus.jetstream.stream_follower import StreamFollower, as_stored
from session.bus.jetstream.streams import Stored, WrongRevision
from session.core.errors import StoreUnreachable
from session.hub.storage.interfaces import StoredTicket
from session.hub.storage.ticket_store import BUCKET, NatsTicketStore
from session.protocol.codec import encode
from tests.support.hub_world import World, hub_world
from tests.support.invented_tickets import ticket
from tests.support.waiting import LONGEST_S, until

CONFIG = {
    "subjects": ["sample.*"],
    "storage": "file",
    "max_msgs_per_subject": 5,
    "allow_msg_ttl": True,
}


async def _connection(world: World) -> HubConnection:
    connection = HubConnection([world.server.url], world.hub_seed, tasks=world.tasks)
    await connection.connect()
    await connection.streams.ensure("SAMPLE", CONFIG)
    return connection


async def _delete_consumers(connection: HubConnection, stream: str) -> None:
    names = json.loads(
        (await connection.bus.request(f"$JS.API.CONSUMER.NAMES.{stream}", b"", 2.0)).payload
    )
    for name in names["consumers"]:
        await connection.bus.request(f"$JS.API.CONSUMER.DELETE.{stream}.{name}", b"", 2.0)


class _Seen:
    def __init__(self) -> None:
        self.values: dict[str, bytes] = {}
        self.loads: list[int] = []

    def on_loaded(self, batch: Sequence[Stored], revision: int) -> None:
        self.values = {stored.subject: stored.payload for stored in batch}
        self.loads.append(revision)

    def on_change(self, stored: Stored) -> None:
        self.values[stored.subject] = stored.payload


async def test_a_view_is_whole_then_fresh_then_healed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session.bus.jetstream.stream_follower, "HEARTBEAT_S", 0.1)
    monkeypatch.setattr(session.bus.jetstream.stream_follower, "SILENCE_S", 5.0)
    async with hub_world(tmp_path, with_hub=False) as world:
        connection = await _connection(world)
        streams = connection.streams
        for n in range(500):
            await streams.append(f"sample.{n % 50}", str(n).encode())
        seen = _Seen()
        follower = StreamFollower(
            connection.bus,
            streams,
            stream="SAMPLE",
            tasks=world.tasks,
            keep=as_stored,
            on_loaded=seen.on_loaded,
            on_change=seen.on_change,
        )
        follower.start()
        await follower.loaded.wait()
        assert seen.values == {f"sample.{n}": str(450 + n).encode() for n in range(50)}
        assert set(seen.loads) == {500}  # again after a silence, which a busy machine has
        await follower.reach(await streams.append("sample.7", b"new"))
        assert seen.values["sample.7"] == b"new"

        await _delete_consumers(connection, "SAMPLE")
        revision = await streams.append("sample.7", b"unheard")
        monkeypatch.setattr(session.bus.jetstream.stream_follower, "ASK_S", 0.1)
        # not for a moment is the old view taken for the truth
        with pytest.raises(StoreUnreachable):
            await follower.reach(revision)
        monkeypatch.setattr(session.bus.jetstream.stream_follower, "ASK_S", LONGEST_S)
        await follower.reach(revision)
        assert seen.values["sample.7"] == b"unheard"
        assert seen.loads[-1] == revision
        await follower.stop()
        await connection.close()


async def test_an_empty_stream_is_loaded_at_once(tmp_path: Path) -> None:
    async with hub_world(tmp_path, with_hub=False) as world:
        connection = await _connection(world)
        seen = _Seen()
        follower = StreamFollower(
            connection.bus,
            connection.streams,
            stream="SAMPLE",
            tasks=world.tasks,
            keep=as_stored,
            on_loaded=seen.on_loaded,
            on_change=seen.on_change,
        )
        follower.start()
        await follower.loaded.wait()
        assert (seen.values, seen.loads) == ({}, [0])
        await connection.streams.append("sample.1", b"one")
        await until(lambda: seen.values == {"sample.1": b"one"})
        await follower.stop()
        await connection.close()


async def test_compare_and_set_says_who_was_second(tmp_path: Path) -> None:
    async with hub_world(tmp_path, with_hub=False) as world:
        connection = await _connection(world)
        streams = connection.streams
        first = await streams.append(
            "sample.a", b"1", expected=0, headers={"Kind": "Prüfung".encode().hex()}
        )
        with pytest.raises(WrongRevision):
            await streams.append("sample.a", b"2", expected=0)
        second = await streams.append("sample.a", b"2", expected=first)
        stored = await streams.last("SAMPLE", "sample.a")
        assert stored is not None
        assert (stored.payload, stored.revision) == (b"2", second)
        following = await streams.next("SAMPLE", "sample.a", 1)
        assert following is not None
        assert following.headers["Kind"] == "Prüfung".encode().hex()
        assert await streams.last("SAMPLE", "sample.none") is None
        await streams.forget("SAMPLE", "sample.a")
        assert await streams.last("SAMPLE", "sample.a") is None
        with pytest.raises(StoreUnreachable):
            await streams.append("nowhere.a", b"1")
        with pytest.raises(StoreUnreachable):
            await streams.state("NOSUCH")
        await connection.close()


async def test_an_own_change_is_not_told_again_and_every_other_one_is(tmp_path: Path) -> None:
    async with hub_world(tmp_path, with_hub=False) as world:
        connection, other = await _connection(world), await _connection(world)
        ours, theirs = NatsTicketStore(connection, world.tasks), NatsTicketStore(other, world.tasks)
        told, at_theirs = list[StoredTicket](), list[StoredTicket]()
        await ours.prepare()
        await ours.follow(lambda _batch: None, told.append)
        await theirs.follow(lambda _batch: None, at_theirs.append)
        await ours.wait_loaded()
        await theirs.wait_loaded()
        known = [StoredTicket(one, await ours.create(one)) for one in (ticket(1), ticket(2))]
        changed = StoredTicket(
            ticket(1, reason="another hub's"),
            await theirs.replace(ticket(1, reason="another hub's"), 1),
        )
        known.append(
            StoredTicket(ticket(2, reason="ended"), await ours.retire(ticket(2, reason="ended"), 2))
        )
        await ours.wait_current()
        await theirs.wait_current()
        both = {stored.revision: stored for stored in [*told, *known]}
        assert both == {stored.revision: stored for stored in [*at_theirs, changed]}
        assert len(both) == 4
        assert changed in told
        await ours.stop()
        await theirs.stop()
        await connection.close()
        await other.close()


async def test_what_is_stored_while_all_is_loaded_again_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under load; the one order in which a change could be lost is made by hand in
    `test_nats_store`.
    """
    monkeypatch.setattr(session.bus.jetstream.stream_follower, "HEARTBEAT_S", 0.1)
    monkeypatch.setattr(session.bus.jetstream.stream_follower, "SILENCE_S", 0.6)
    async with hub_world(tmp_path, with_hub=False) as world:
        connection = await _connection(world)
        store, view, loads = NatsTicketStore(connection, world.tasks), dict[str, int](), list[int]()

        def on_loaded(batch: Sequence[StoredTicket]) -> None:
            loads.append(len(batch))
            view.clear()
            view.update({stored.ticket.id: stored.revision for stored in batch})

        async def keep_storing(lane: int) -> dict[str, int]:
            stored: dict[str, int] = {}
            while len(loads) < 4:
                await asyncio.sleep(0.003)
                one = msgspec.structs.replace(ticket(1), id=f"s{lane}x{len(stored)}")
                view[one.id] = stored[one.id] = await store.create(one)
            return stored

        await store.prepare()
        await store.follow(
            on_loaded, lambda stored: view.update({stored.ticket.id: stored.revision})
        )
        await store.wait_loaded()
        storing = [asyncio.ensure_future(keep_storing(lane)) for lane in range(8)]

        async def load_again(turn: int) -> None:
            await _delete_consumers(connection, BUCKET)
            await until(lambda: len(loads) > turn)

        for turn in range(1, 4):
            await load_again(turn)
        expected = {
            name: revision
            for stored in await asyncio.gather(*storing)
            for name, revision in stored.items()
        }
        await store.wait_current()
        assert view == expected
        assert len(expected) > 100
        await store.stop()
        await connection.close()


async def test_own_change_that_is_heard_before_the_answer_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with hub_world(tmp_path, with_hub=False) as world:
        connection = HubConnection([world.server.url], world.hub_seed, tasks=world.tasks)
        await connection.connect()
        store, told = NatsTicketStore(connection, world.tasks), list[StoredTicket]()
        await store.prepare()
        await store.follow(lambda _batch: None, told.append)
        await store.wait_loaded()
        at_once = connection.streams.append
        theirs = ticket(1, reason="another hub's")

        async def late(subject: str, payload: bytes, **how: Any) -> int:
            """The answer comes after the change was heard, and after another hub's, which came
            next.
            """
            known = len(told)
            revision = await at_once(subject, payload, **how)
            if how["expected"] == 0:
                await at_once(subject, encode(theirs), expected=revision)
                known += 1
            await until(lambda: len(told) > known)
            return revision

        monkeypatch.setattr(connection.streams, "append", late)
        ours = ticket(1)
        first = await store.create(ours)
        assert [(stored.ticket, stored.revision) for stored in told] == [
            (ours, first),
            (theirs, first + 1),
        ]
        assert told[0].ticket is ours
        retired = ticket(1, reason="ended")
        await store.retire(retired, first + 1)
        await until(lambda: len(told) == 3)
        assert told[2].ticket == retired
        await store.stop()
        await connection.close()
