# SPDX-License-Identifier: GPL-3.0-only
"""Logs that an older version stored, with the words of their pages, are brought to the structure:
in the store, at once when somebody asks for one, and whatever stops the hub meanwhile.
"""

from __future__ import annotations

import asyncio
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from session.bus.hub_connection import HubConnection
from session.bus.jetstream.streams import NANOSECONDS, Streams
from session.core.errors import LogUnreadable, StoreUnreachable
from session.desk.hub.client import DeskLink
from session.hub.composition import Hub
from session.hub.dossier.log_keeper import LogKeeper
from session.log.migrate import decode_record
from session.log.playback.replay import whole_chunks
from session.log.upgrade import is_old
from session.protocol.conversation.mirror import unpack
from session.protocol.hub.requests import SessionFacts
from tests.support.hub_world import World, hub_world
from tests.support.waiting import LONGEST_S, until

SAMPLE = Path(__file__).parents[2] / "data" / "logs" / "format-3.jsonl"
WORDS = (b"Garrigue", b"Glycines", b"14/05/1988", b"Bonjour", b"Quentin")
STREAM = "LOG_valdore"


async def old_store(streams: Streams) -> None:
    """The stream as the older version made it."""
    config = {
        "subjects": ["log.valdore.*"],
        "storage": "file",
        "max_age": 90 * 86_400 * NANOSECONDS,
        "max_bytes": 1 << 28,
        "discard": "old",
        "deny_delete": True,
    }
    await streams.ensure(STREAM, config)


async def keep_old(streams: Streams, session_id: str, facts: SessionFacts) -> None:
    """A session's log as the older version kept it: one message for each record."""
    ends = [f"k.{facts.kiosk}", f"a.{facts.agent}"]
    following: dict[str, int] = {}
    subject, total, revision = f"log.valdore.{session_id}", 0, 0

    async def store(batch: list[bytes]) -> None:
        nonlocal revision
        state = {"ends": ends, "next": following, "total": total, "size_bytes": 0}
        revision = await streams.append(
            subject,
            b"[" + b",".join(batch) + b"]",
            expected=revision,
            headers={"State": json.dumps(state)},
        )

    await store([])
    for line in SAMPLE.read_bytes().splitlines()[1:]:
        end = ends[json.loads(line)["writer"] == "desk"]
        following[end] = following.get(end, 0) + 1
        total += 1
        await store([line])


async def a_session(world: World) -> tuple[DeskLink, SessionFacts]:
    kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
    return desk, await desk.accept((await kiosk.call("housing", "", "r1")).ticket.id)


def connection_of(world: World) -> HubConnection:
    """Of the hub that runs now."""
    assert world.connection is not None
    return world.connection


async def is_gone(streams: Streams) -> bool:
    try:
        await streams.state(STREAM)
    except StoreUnreachable:
        return True
    return False


async def _stored(streams: Streams) -> bytes:
    whole, revision = b"", 1
    while (one := await streams.next("LOGS_valdore", "logs.valdore.*", revision)) is not None:
        whole += one.payload
        revision = one.revision + 1
    return whole


def check_structure(lines: list[bytes]) -> None:
    old = SAMPLE.read_bytes().splitlines()[1:]
    assert [json.loads(line)["number"] for line in lines] == [
        json.loads(line)["number"] for line in old
    ]
    assert not any(map(is_old, lines))
    pages = b"".join(unpack(one.data) for one in whole_chunks(map(decode_record, lines)))
    assert b'"tagName":"h1"' in pages
    assert not any(word in pages for word in WORDS)


async def test_a_hub_that_starts_on_an_older_store_rewrites_its_logs(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        _desk, facts = await a_session(world)
        await old_store(connection_of(world).streams)
        for number in range(3):
            await keep_old(connection_of(world).streams, f"old{number}", facts)
        await world.stop_hub()
        hub = await world.start_hub()
        streams = connection_of(world).streams
        await until(lambda: not hub._log_keeper.old.left)
        assert await is_gone(streams)
        keeper = LogKeeper(connection_of(world), {"valdore": 90})
        for number in range(3):
            part = await keeper.read("valdore", f"old{number}", 0)
            check_structure([bytes(record) for record in part.records])
        whole = await _stored(streams)
        assert not any(word in whole for word in WORDS)
        await world.stop_hub()


async def test_a_log_that_is_asked_for_comes_before_its_turn_and_goes_on(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        _desk, facts = await a_session(world)
        streams = connection_of(world).streams
        await old_store(streams)
        await keep_old(streams, "old1", facts)
        keeper = LogKeeper(connection_of(world), {"valdore": 90, "marais": 90})
        await keeper.prepare()
        assert "valdore" in keeper.old.left
        desk = f"a.{facts.agent}"
        assert await keeper.append("valdore", "old1", desk, first=0, records=[]) == 4
        assert await keeper.append("valdore", "old1", desk, first=4, records=[b'{"w":1}']) == 5
        part = await keeper.read("valdore", "old1", 0)
        check_structure([bytes(record) for record in part.records[:-1]])
        assert (await streams.state(STREAM)).messages == 0


async def test_a_copy_that_broke_off_goes_on_and_two_hubs_do_it_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with hub_world(tmp_path) as world:
        _desk, facts = await a_session(world)
        streams = connection_of(world).streams
        await old_store(streams)
        await keep_old(streams, "old1", facts)
        keepers = [LogKeeper(connection_of(world), {"valdore": 90, "marais": 90}) for _ in range(2)]
        for keeper in keepers:
            await keeper.prepare()
        original, stored = streams.append, 0

        async def breaks_off(*args: Any, **more: Any) -> int:
            nonlocal stored
            stored += 1
            if stored == 4:
                raise StoreUnreachable(why="test")
            return await original(*args, **more)

        with monkeypatch.context() as patch:
            patch.setattr(streams, "append", breaks_off)
            with pytest.raises(StoreUnreachable):
                await keepers[0].read("valdore", "old1", 0)
        parts = await asyncio.gather(*(one.read("valdore", "old1", 0) for one in keepers))
        for part in parts:
            check_structure([bytes(record) for record in part.records])
        await asyncio.gather(*(keeper.upgrade_old() for keeper in keepers))
        assert await is_gone(streams)


async def test_an_end_of_an_older_version_gives_up_what_it_says_of_pages(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        desk, facts = await a_session(world)
        lines = [line for line in SAMPLE.read_bytes().splitlines() if b'"writer":"desk"' in line]
        assert await desk.append_log(facts.id, 0, lines) == len(lines)
        kept = [bytes(record) for record in await world.kept_log(facts.id)]
        assert not any(map(is_old, kept))
        assert whole_chunks(map(decode_record, kept)) == []


@pytest.mark.parametrize(
    ("payload", "headers"),
    [(b"no JSON", {"State": "{}"}), (b"[]", {"State": "no state"})],
    ids=["records", "state"],
)
async def test_a_log_that_cannot_be_read_is_set_aside_and_the_others_go_on(
    tmp_path: Path, payload: bytes, headers: dict[str, str]
) -> None:
    async with hub_world(tmp_path) as world:
        _desk, facts = await a_session(world)
        streams = connection_of(world).streams
        await old_store(streams)
        await streams.append("log.valdore.old0", payload, headers=headers)
        await keep_old(streams, "old1", facts)
        keeper = LogKeeper(connection_of(world), {"valdore": 90, "marais": 90})
        await keeper.prepare()
        async with asyncio.timeout(LONGEST_S):
            await keeper.upgrade_old()
        part = await keeper.read("valdore", "old1", 0)
        check_structure([bytes(record) for record in part.records])
        assert keeper.old.aside == {"valdore": {"old0"}}
        assert not keeper.old.left
        for ask in (keeper.read("valdore", "old0", 0), keeper.open("valdore", "old0", ["k.k1"])):
            with pytest.raises(LogUnreadable):
                await ask
        kept = await streams.last(STREAM, "log.valdore.old0")
        assert kept is not None
        assert kept.payload == payload


def _all_that_can_be_is_done(hub: Hub) -> bool:
    return bool(hub._log_keeper.old.aside) and not hub._log_keeper.old.left


async def test_a_hub_says_which_logs_it_cannot_read_and_tries_them_at_each_start(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        await old_store(connection_of(world).streams)
        await connection_of(world).streams.append("log.valdore.old0", b"no JSON")
        for _start in range(2):
            await world.stop_hub()
            hub = await world.start_hub()
            await until(partial(_all_that_can_be_is_done, hub))
            troubles = {one.code: one.detail for one in await hub.monitoring.health.check()}
            assert troubles["logs_unreadable"] == {"logs": 1, "organisations": "valdore"}
            assert "logs_upgraded" not in troubles
