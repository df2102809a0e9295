# SPDX-License-Identifier: GPL-3.0-only
"""Session logs at their keeper: each record once, in one order, for those who may read."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from pathlib import Path

import pytest

from documents.pages.outbox import UnfiledPage
from expert_app.desk.filing import DeletedPages, note_deleted
from session.core.clock import ManualClock, SystemClock
from session.core.errors import LogClosed, NotAllowed, TicketUnknown
from session.core.tasks import Tasks
from session.desk.hub.client import DeskClient
from session.kiosk.hub.client import KioskClient
from session.log.events import WordsSent, Writer
from session.log.writer import LogWriter, left_over
from session.protocol.conversation.page_removal import RemovalReason
from session.protocol.hub.log import LogRequest
from session.protocol.wire.roles import Role
from tests.support.hub_world import hub_world


def _records(writer: str, first: int, count: int, size: int = 10) -> list[bytes]:
    return [
        json.dumps({"w": writer, "n": n, "pad": "x" * size}).encode()
        for n in range(first, first + count)
    ]


async def test_both_ends_write_and_repeats_are_dropped(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        facts = await desk.accept((await kiosk.call("housing", "", "r1")).ticket.id)
        assert await kiosk.append_log(facts.id, 0, _records("k", 0, 3)) == 3
        assert await desk.append_log(facts.id, 0, _records("a", 0, 2)) == 2
        assert await kiosk.append_log(facts.id, 0, _records("k", 0, 5)) == 5
        assert await kiosk.append_log(facts.id, 9, _records("k", 9, 1)) == 5
        await asyncio.gather(
            *(end.append_log(facts.id, n, []) for end in (kiosk, desk) for n in range(3))
        )
        await desk.hang_up(facts.id)
        await desk.close(facts.id)
        assert await kiosk.append_log(facts.id, 5, _records("k", 5, 1)) == 6
        read = [json.loads(record) for record in await world.kept_log(facts.id)]
        assert [(record["w"], record["n"]) for record in read] == [
            ("k", 0),
            ("k", 1),
            ("k", 2),
            ("a", 0),
            ("a", 1),
            ("k", 3),
            ("k", 4),
            ("k", 5),
        ]


async def test_writers_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        facts = await desk.accept((await kiosk.call("housing", "", "r1")).ticket.id)

        async def write(end: KioskClient | DeskClient, name: str) -> None:
            for n in range(30):
                assert await end.append_log(facts.id, n, _records(name, n, 1)) == n + 1

        await asyncio.gather(write(kiosk, "k"), write(desk, "a"))
        read = [json.loads(record) for record in await world.kept_log(facts.id)]
        assert [record["n"] for record in read if record["w"] == "k"] == list(range(30))
        assert [record["n"] for record in read if record["w"] == "a"] == list(range(30))


async def test_a_long_log_comes_in_parts_also_from_another_hub(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        facts = await desk.accept((await kiosk.call("housing", "", "r1")).ticket.id)
        for first in range(0, 100, 10):
            await kiosk.append_log(facts.id, first, _records("k", first, 10, size=10_000))
        await world.stop_hub()
        await world.start_hub()
        assert await kiosk.append_log(facts.id, 100, _records("k", 100, 1)) == 101
        await desk.hang_up(facts.id)
        boss = await world.client(Role.SUPERVISOR, "boss")
        request = LogRequest(session_id=facts.id, after=37, reason="what was shown")
        part = await boss.ask_once(request)
        assert json.loads(bytes(part.records[0]))["n"] == 37
        assert not part.end
        assert [json.loads(record)["n"] for record in await world.kept_log(facts.id)] == list(
            range(101)
        )


async def test_long_after_a_conversation_its_log_takes_no_more_records(tmp_path: Path) -> None:
    clock = ManualClock()
    async with hub_world(tmp_path, clock=clock) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        facts = await desk.accept((await kiosk.call("housing", "", "r1")).ticket.id)
        assert await kiosk.append_log(facts.id, 0, _records("k", 0, 2)) == 2
        await desk.hang_up(facts.id)
        await desk.close(facts.id)
        clock.advance(6 * 24 * 3600)
        assert await kiosk.append_log(facts.id, 2, _records("k", 2, 1)) == 3  # its line was away
        await world.stop_hub()
        await world.start_hub()
        clock.advance(2 * 24 * 3600)
        with pytest.raises(LogClosed):
            await kiosk.append_log(facts.id, 3, _records("k", 3, 1))
        assert await kiosk.append_log(facts.id, 0, _records("k", 0, 3)) == 3


async def test_pages_deleted_after_a_conversation_are_lines_in_its_log(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        facts = await desk.accept((await kiosk.call("housing", "", "r1")).ticket.id)
        tasks = Tasks()

        def log_of(session_id: str) -> LogWriter:
            return LogWriter(
                session_id,
                Writer.DESK,
                folder=tmp_path / "logs",
                clock=SystemClock(),
                send=partial(desk.append_log, session_id),
                tasks=tasks,
            )

        during = log_of(facts.id)
        during.write(WordsSent(by=Writer.DESK))
        assert await during.close()
        await desk.close(facts.id)
        pages = [UnfiledPage(facts.id, page_id, facts.opened_at_utc) for page_id in ("p1", "p2")]
        await note_deleted(DeletedPages(pages, RemovalReason.NOT_FILED), log_of)
        kept = [json.loads(record) for record in await world.kept_log(facts.id)]
        removed = [one for one in kept if "p1" in str(one) or "p2" in str(one)]
        assert [one["number"] for one in removed] == [1, 2]
        assert all("not_filed" in str(one) for one in removed)
        assert left_over(tmp_path / "logs") == []
        await tasks.close()


async def test_only_the_ends_write(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk = await world.kiosk("kiosk1")
        desk, stranger = await world.desk("alice"), await world.desk("bob")
        facts = await desk.accept((await kiosk.call("housing", "", "r1")).ticket.id)
        await kiosk.append_log(facts.id, 0, _records("k", 0, 1))
        with pytest.raises(NotAllowed):
            await stranger.append_log(facts.id, 0, _records("b", 0, 1))
        with pytest.raises(TicketUnknown):
            await desk.append_log("nosuch_00000000", 0, _records("a", 0, 1))
