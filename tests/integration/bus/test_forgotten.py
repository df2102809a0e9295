# SPDX-License-Identifier: GPL-3.0-only
"""What the hub forgets is not on its server's disk any more: removed messages are written over."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from session.bus.jetstream.streams import Streams, _ApiError, _Reply
from session.core.errors import StoreUnreachable
from session.hub.storage.interfaces import CallerRecord
from session.hub.storage.ticket_store import NatsCallerStore
from tests.support.hub_world import World, hub_world

NUMBERS = ("7654321", "0612345678")


def _files_with(folder: Path, text: str) -> list[str]:
    return [
        path.name
        for path in folder.rglob("*")
        if path.is_file() and text.encode() in path.read_bytes()
    ]


async def test_a_forgotten_caller_record_is_erased_with_all_it_was_before(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        assert world.connection is not None
        store = NatsCallerStore(world.connection)
        for number in NUMBERS:
            await store.put("valdore", "t1", CallerRecord(number=number, note=f"note {number}"))
        await store.put("valdore", "t2", CallerRecord(number="1111111"))
        assert (await store.get("valdore", "t1")).number == NUMBERS[-1]
        assert _files_with(tmp_path / "bus", NUMBERS[0])
        await store.forget("valdore", "t1")
        assert (await store.get("valdore", "t1")) == CallerRecord()
        assert (await store.get("valdore", "t2")).number == "1111111"
        await store.forget("valdore", "t1")  # a second time does nothing
        await world.stop_hub()
        await world.server.stop()
        for number in NUMBERS:
            assert _files_with(tmp_path / "bus", number) == []
        assert _files_with(tmp_path / "bus", "1111111"), "what is not forgotten is there"
        await world.server.start()


async def test_two_changes_of_one_caller_record_at_once_are_both_kept(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        assert world.connection is not None
        store = NatsCallerStore(world.connection)
        await store.put("valdore", "t1", CallerRecord(number="7654321"))

        def noted(record: CallerRecord) -> CallerRecord:
            return msgspec.structs.replace(record, note="parle occitan")

        def bound(record: CallerRecord) -> CallerRecord:
            return msgspec.structs.replace(record, dossier="1234567")

        changes = (noted, bound, lambda record: msgspec.structs.replace(record, phone="0612"))
        await asyncio.gather(*(store.change("valdore", "t1", change) for change in changes))
        assert await store.get("valdore", "t1") == CallerRecord(
            number="7654321", note="parle occitan", dossier="1234567", phone="0612"
        )


async def test_a_record_that_two_forget_at_once_is_gone_for_both(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        assert world.connection is not None
        store = NatsCallerStore(world.connection)
        for number in range(50):
            await store.put("valdore", f"t{number}", CallerRecord(number=NUMBERS[0]))
        both = (store.forget("valdore", f"t{number}") for number in range(50) for _ in range(2))
        await asyncio.gather(*both)
        assert await store.get("valdore", "t49") == CallerRecord()


async def _with_record(world: World) -> NatsCallerStore:
    assert world.connection is not None
    store = NatsCallerStore(world.connection)
    await store.put("valdore", "t1", CallerRecord(number=NUMBERS[0]))
    return store


async def test_a_removal_that_fails_after_another_one_s_is_no_trouble_whatever_the_server_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = Streams._ask

    async def late(streams: Streams, what: str, body: Mapping[str, Any]) -> _Reply:
        reply = await really(streams, what, body)
        if what.startswith("STREAM.MSG.DELETE."):
            error = _ApiError(code=400, err_code=10043, description="sequence 46 not found")
            return _Reply(error=error)
        return reply

    monkeypatch.setattr(Streams, "_ask", late)
    async with hub_world(tmp_path) as world:
        store = await _with_record(world)
        await store.forget("valdore", "t1")
        assert await store.get("valdore", "t1") == CallerRecord()


async def test_a_removal_that_removes_nothing_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = Streams._ask

    async def refused(streams: Streams, what: str, body: Mapping[str, Any]) -> _Reply:
        if what.startswith("STREAM.MSG.DELETE."):
            return _Reply(error=_ApiError(code=500, err_code=10057, description="no disk"))
        return await really(streams, what, body)

    async with hub_world(tmp_path) as world:
        store = await _with_record(world)
        with monkeypatch.context() as broken:
            broken.setattr(Streams, "_ask", refused)
            with pytest.raises(StoreUnreachable):
                await store.forget("valdore", "t1")
        assert await store.get("valdore", "t1") != CallerRecord()
