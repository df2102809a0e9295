# SPDX-License-Identifier: GPL-3.0-only
"""The hub's view follows the stream, also when its consumer dies without a word."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import session.bus.follower
from session.bus.follower import Follower, as_stored
from session.bus.hub_connection import HubConnection
from session.bus.streams import Stored, WrongRevision
from session.errors import StoreUnreachable
from session.hub.engine import StoredTicket
from session.hub.nats_store import NatsTicketStore
from session.protocol.codec import encode
from tests.talks.hub.bus_fixture import World, hub_world
from tests.unit.session.hub.invented_tickets import ticket
from tests.waiting import until

CONFIG = {"subjects": ["sample.*"], "storage": "file", "max_msgs_per_subject": 5, "allow_msg_ttl": True}


async def _connection(world: World) -> HubConnection:
    connection = HubConnection([world.server.url], world.hub_seed, world.tasks)
    await connection.connect()
    await connection.streams.ensure("SAMPLE", CONFIG)
    return connection


class _Seen:
    def __init__(self) -> None:
        self.values: dict[str, bytes] = {}
        self.loads: list[int] = []

    def on_loaded(self, batch: Sequence[Stored], revision: int) -> None:
        self.values = {stored.subject: stored.payload for stored in batch}
        self.loads.append(revision)

    def on_change(self, stored: Stored) -> None:
        self.values[stored.subject] = stored.payload


async def test_a_view_is_whole_then_fresh_then_healed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session.bus.follower, "HEARTBEAT_S", 0.1)
    monkeypatch.setattr(session.bus.follower, "SILENCE_S", 0.6)
    async with hub_world(tmp_path, with_hub=False) as world:
        connection = await _connection(world)
        streams = connection.streams
        for n in range(500):
            await streams.append(f"sample.{n % 50}", str(n).encode())
        seen = _Seen()
        follower = Follower(connection.line, streams, "SAMPLE", world.tasks, as_stored, seen.on_loaded, seen.on_change)
        follower.start()
        await follower.loaded.wait()
        assert seen.values == {f"sample.{n}": str(450 + n).encode() for n in range(50)}
        assert seen.loads == [500]
        await follower.reach(await streams.append("sample.7", b"new"))
        assert seen.values["sample.7"] == b"new"

        names = json.loads((await connection.line.request("$JS.API.CONSUMER.NAMES.SAMPLE", b"", 2.0)).payload)
        for name in names["consumers"]:
            await connection.line.request(f"$JS.API.CONSUMER.DELETE.SAMPLE.{name}", b"", 2.0)
        revision = await streams.append("sample.7", b"unheard")
        monkeypatch.setattr(session.bus.follower, "ASK_S", 0.1)
        with pytest.raises(StoreUnreachable):  # not for a moment is the old view taken for the truth
            await follower.reach(revision)
        monkeypatch.setattr(session.bus.follower, "ASK_S", 5.0)
        await follower.reach(revision)
        assert seen.values["sample.7"] == b"unheard"
        assert len(seen.loads) == 2
        await follower.stop()
        await connection.close()


async def test_an_empty_stream_is_loaded_at_once(tmp_path: Path) -> None:
    async with hub_world(tmp_path, with_hub=False) as world:
        connection = await _connection(world)
        seen = _Seen()
        follower = Follower(
            connection.line, connection.streams, "SAMPLE", world.tasks, as_stored, seen.on_loaded, seen.on_change
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
        first = await streams.append("sample.a", b"1", expected=0, headers={"Kind": "Prüfung".encode().hex()})
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


async def test_a_ticket_that_is_known_already_is_not_told_again_and_every_other_one_is(tmp_path: Path) -> None:
    async with hub_world(tmp_path, with_hub=False) as world:
        connection = HubConnection([world.server.url], world.hub_seed, world.tasks)
        await connection.connect()
        store, told, known = NatsTicketStore(connection, world.tasks), list[tuple[str, int]](), dict[str, int]()
        await store.prepare()
        await store.follow(
            lambda _batch: None,
            lambda stored: told.append((stored.ticket.id, stored.revision)),
            lambda _organisation, name: known.get(name, 0),
        )
        await store.wait_loaded()
        known["t1"] = 1  # by the store's own answer, before the change is heard
        for number in (1, 2):
            await store.create(ticket(number))
        await store.replace(ticket(1, reason="another hub's"), 1)
        await until(lambda: len(told) == 2)
        assert told == [("t2", 2), ("t1", 3)]
        await store.stop()
        await connection.close()


async def test_own_change_that_is_heard_before_the_answer_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with hub_world(tmp_path, with_hub=False) as world:
        connection = HubConnection([world.server.url], world.hub_seed, world.tasks)
        await connection.connect()
        store, told = NatsTicketStore(connection, world.tasks), list[StoredTicket]()
        await store.prepare()
        await store.follow(lambda _batch: None, told.append)
        await store.wait_loaded()
        at_once = connection.streams.append
        theirs = ticket(1, reason="another hub's")

        async def late(subject: str, payload: bytes, **how: Any) -> int:
            """The answer comes after the change was heard, and after another hub's, which came next."""
            revision = await at_once(subject, payload, **how)
            if how["expected"] == 0:
                await at_once(subject, encode(theirs), expected=revision)
            await until(lambda: len(told) > 1)
            return revision

        monkeypatch.setattr(connection.streams, "append", late)
        ours = ticket(1)
        first = await store.create(ours)
        assert [(stored.ticket, stored.revision) for stored in told] == [(ours, first), (theirs, first + 1)]
        assert told[0].ticket is ours
        retired = ticket(1, reason="ended")
        await store.retire(retired, first + 1)
        await until(lambda: len(told) == 3)
        assert told[2].ticket == retired
        monkeypatch.undo()
        await store.create(ticket(2))
        await until(lambda: len(told) == 4)
        assert told[3].ticket == ticket(2)
        await store.stop()
        await connection.close()
