# SPDX-License-Identifier: GPL-3.0-only
"""From the button to the statistics, on a real bus:
audit, projection, the supervisor's question.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import msgspec
import pypdfium2
import pytest
from sqlalchemy import select

from expert_app.board.report_files import ReportFiles
from session.bus.hub_connection import HubConnection
from session.core.clock import ManualClock
from session.core.errors import NotAllowed, SessionError
from session.desk.hub.client import DeskClient
from session.hub.composition import Hub
from session.hub.history import projection, tables
from session.hub.history.audit import AUDIT
from session.hub.history.database import History
from session.hub.parts import HubParts
from session.kiosk.hub.client import KioskClient
from session.protocol.hub.statistics import (
    MOST_DAYS,
    StatisticsBy,
    StatisticsRequest,
    StatisticsRow,
)
from session.protocol.hub.tickets import TicketState
from session.protocol.wire.roles import Role
from tests.support.hub_world import World, hub_world
from tests.support.waiting import until


def pass_time(world: World, clock: ManualClock, seconds: float) -> None:
    """The clock moves on and everybody is still there."""
    clock.advance(seconds)
    assert world.hub is not None
    for role, user in ((Role.KIOSK, "kiosk1"), (Role.KIOSK, "kiosk2"), (Role.AGENT, "alice")):
        world.hub.queue.presence.mark_alive("valdore", role, user)


async def one_session(
    world: World, kiosk: KioskClient, desk: DeskClient, request: str, clock: ManualClock
) -> str:
    """A caller waits a minute, is answered, talks for ten; the ticket's id."""
    ticket = (await kiosk.call("rights", "1234567", request)).ticket
    pass_time(world, clock, 60)
    facts = await desk.accept(ticket.id)
    pass_time(world, clock, 600)
    await desk.hang_up(facts.id)
    await desk.close(facts.id, "done")
    return ticket.id


async def slow_session(
    world: World, kiosk: KioskClient, desk: DeskClient, clock: ManualClock
) -> str:
    """The same, each step copied to the audit before the next:
    a session shorter than the copy may lose states.
    """
    assert world.hub is not None
    projection = world.hub.history.projection
    ticket = (await kiosk.call("rights", "1234567", "slow")).ticket
    await until(lambda: projection.position.applied == 1)
    pass_time(world, clock, 60)
    facts = await desk.accept(ticket.id)
    await until(lambda: projection.position.applied == 2)
    pass_time(world, clock, 600)
    await desk.hang_up(facts.id)
    await until(lambda: projection.position.applied == 3)
    await desk.close(facts.id, "done")
    return ticket.id


def states_of(history: History, ticket_id: str) -> list[str]:
    table = tables.transitions
    with history.reading() as connection:
        query = select(table.c.state).where(table.c.ticket == ticket_id).order_by(table.c.seq)
        return list(connection.execute(query).scalars())


async def settled(world: World, finished: int) -> Hub:
    """The hub, once its history has `finished` tickets and lacks nothing."""
    hub = world.hub
    assert hub is not None

    def is_whole() -> bool:
        if not hub.history.projection.caught_up.is_set():
            return False
        with hub.history.projection.history.reading() as connection:
            return len(connection.execute(select(tables.tickets.c.ticket)).all()) == finished

    await until(lambda: hub.history.projection.is_open)
    await hub.history.projection.fresh()
    await until(is_whole)
    return hub


async def supervisor(world: World, user: str = "boss") -> DeskClient:
    return DeskClient(await world.client(Role.SUPERVISOR, user), world.clock, tasks=world.tasks)


async def test_a_supervisor_reads_what_happened(tmp_path: Path) -> None:
    clock = ManualClock()
    async with hub_world(tmp_path, clock=clock) as world:
        kiosk = await world.kiosk("kiosk1")
        other = await world.kiosk("kiosk2")
        desk = await world.desk("alice")
        ticket_id = await slow_session(world, kiosk, desk, clock)
        gone = (await other.call("housing", "", "r2")).ticket
        pass_time(world, clock, 30)
        await other.leave(gone.id)
        hub = await settled(world, 2)
        assert states_of(hub.history.projection.history, ticket_id) == [
            "waiting",
            "in_session",
            "wrap_up",
            "closed",
        ]

        boss = await supervisor(world)
        day = clock.utc_now().date()
        answer = await boss.bus.ask(StatisticsRequest(first=day, last=day))
        (total,) = answer.rows
        assert (total.callers, total.answered, total.abandoned) == (2, 1, 1)
        assert (total.wait_median_s, total.talk_median_s) == (60, 600)
        assert (total.outcomes, total.left) == ({"done": 1}, {"left": 1})
        assert (answer.time_zone, answer.behind) == ("Europe/Paris", 0)
        by_service = await boss.bus.ask(
            StatisticsRequest(first=day, last=day, by=StatisticsBy.SERVICE)
        )
        assert [(row.key, row.callers) for row in by_service.rows] == [
            ("housing", 1),
            ("rights", 1),
        ]


async def test_who_asks_need_not_wait_until_changes_have_gathered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projection, "GATHER_S", (60.0, 60.0))
    clock = ManualClock()
    async with hub_world(tmp_path, clock=clock) as world:
        kiosk = await world.kiosk("kiosk1")
        desk = await world.desk("alice")
        boss = await supervisor(world)
        day = clock.utc_now().date()
        for n in range(1, 4):
            await one_session(world, kiosk, desk, f"r{n}", clock)
            # the server's copy into AUDIT may take a moment, never a minute
            async with asyncio.timeout(30):
                rows: Sequence[StatisticsRow] = ()
                while sum(row.callers for row in rows) < n:
                    await asyncio.sleep(0.1)
                    rows = (await boss.bus.ask(StatisticsRequest(first=day, last=day))).rows


async def test_the_history_answers_from_what_it_has_while_the_store_is_away(tmp_path: Path) -> None:
    clock = ManualClock()
    async with hub_world(tmp_path, clock=clock) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        ticket = await one_session(world, kiosk, desk, "r1", clock)
        hub = await settled(world, 1)
        await world.server.stop()
        history = await hub.history.projection.fresh()
        assert states_of(history, ticket)[-1] == "closed"


async def test_a_supervisor_saves_the_figures_since_the_opening(tmp_path: Path) -> None:
    clock = ManualClock()
    async with hub_world(tmp_path, clock=clock) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        await slow_session(world, kiosk, desk, clock)
        await settled(world, 1)
        boss = await supervisor(world)
        await boss.start()
        files = ReportFiles(boss, clock, tasks=world.tasks)
        ends: list[str] = []
        files.saved.connect(ends.append)
        files.failed.connect(ends.append)
        today = clock.utc_now().date()
        long_ago = today - timedelta(days=MOST_DAYS - 1)
        grouped = (StatisticsBy.SITE, StatisticsBy.DAY)
        paths = [str(tmp_path / name) for name in ("figures.pdf", "figures.csv")]
        for path in paths:
            files.save(long_ago, today, path, grouped)
        await until(lambda: sorted(ends) == sorted(paths))
        rows = (tmp_path / "figures.csv").read_text(encoding="utf-8-sig").splitlines()
        assert any(";month;" in row for row in rows)
        with pypdfium2.PdfDocument(tmp_path / "figures.pdf") as pdf:  # type: ignore[no-untyped-call]
            assert str(long_ago.year) not in pdf[0].get_textpage().get_text_bounded()


async def test_only_supervisors_ask_and_only_for_a_period_that_is_one(tmp_path: Path) -> None:
    clock = ManualClock()
    async with hub_world(tmp_path, clock=clock) as world:
        await settled(world, 0)
        day = clock.utc_now().date()
        alice = await world.desk("alice")
        with pytest.raises(NotAllowed):
            await alice.bus.ask(StatisticsRequest(first=day, last=day))
        boss = await supervisor(world)
        with pytest.raises(NotAllowed):
            await boss.bus.ask(StatisticsRequest(first=day, last=day - timedelta(days=1)))
        with pytest.raises(NotAllowed):
            await boss.bus.ask(StatisticsRequest(first=day - timedelta(days=3660), last=day))
        long = StatisticsRequest(first=day - timedelta(days=3659), last=day)
        assert (await boss.bus.ask(long)).rows == []
        by_day = msgspec.structs.replace(long, by=StatisticsBy.DAY)
        assert (await boss.bus.ask(by_day)).rows == []
        with pytest.raises(NotAllowed):
            await boss.bus.ask(msgspec.structs.replace(by_day, across=StatisticsBy.SITE))
        assert (await boss.bus.ask(StatisticsRequest(first=day, last=day))).rows == []


async def test_the_audit_keeps_what_the_bucket_rolled_up(tmp_path: Path) -> None:
    clock = ManualClock()
    async with hub_world(tmp_path, clock=clock) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        await slow_session(world, kiosk, desk, clock)
        await settled(world, 1)
        assert world.connection is not None
        streams = world.connection.streams
        assert (await streams.state("KV_tk")).messages == 1
        assert (await streams.state(AUDIT)).messages == 4


async def test_what_happened_while_no_hub_read_is_told_at_the_next_start(tmp_path: Path) -> None:
    clock = ManualClock()
    async with hub_world(tmp_path, clock=clock) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        await one_session(world, kiosk, desk, "r1", clock)
        hub = await settled(world, 1)
        await hub.history.projection.stop()
        await one_session(world, kiosk, desk, "r2", clock)
        await world.stop_hub()
        await world.start_hub()
        await settled(world, 2)


async def test_a_lost_database_and_a_rebuilt_one_are_the_same_as_before(tmp_path: Path) -> None:
    clock = ManualClock()
    async with hub_world(tmp_path, clock=clock) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        for n in range(3):
            await one_session(world, kiosk, desk, f"r{n}", clock)
        hub = await settled(world, 3)
        boss = await supervisor(world)
        day = clock.utc_now().date()
        by_hour = StatisticsRequest(first=day, last=day, by=StatisticsBy.HOUR)
        before = (await boss.bus.ask(by_hour)).rows
        reader = hub.history.projection.history.reader
        await world.stop_hub()

        (database,) = (tmp_path / "hub" / "history").glob("history.sqlite")
        database.unlink()
        await world.start_hub()
        hub = await settled(world, 3)
        lost = hub.history.projection.history.reader
        assert lost != reader
        assert (await boss.bus.ask(by_hour)).rows == before
        await world.stop_hub()

        world.connection = HubConnection([world.server.url], world.hub_seed, tasks=world.tasks)
        await world.connection.connect()
        world.hub = Hub(
            HubParts(
                connection=world.connection,
                catalogue=world.catalogue,
                folder=tmp_path / "hub",
                clock=clock,
                tasks=world.tasks,
                tick_s=0.1,
                rebuild_history=True,
            ),
            dossiers=world.dossiers,
        )
        await world.hub.start()
        hub = await settled(world, 3)
        assert hub.history.projection.history.reader != lost
        assert (await boss.bus.ask(by_hour)).rows == before


async def test_the_history_goes_on_after_the_server_was_killed(tmp_path: Path) -> None:
    clock = ManualClock()
    async with hub_world(tmp_path, clock=clock) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        await one_session(world, kiosk, desk, "r1", clock)
        await settled(world, 1)
        world.kill_server()
        await until(lambda: not desk.is_ready)
        await until(lambda: desk.is_ready)
        done = ""
        for attempt in range(20):
            try:
                done = await one_session(world, kiosk, desk, f"again{attempt}", clock)
                break
            except SessionError:  # the hub's own line may be back a moment later than the desk's
                await asyncio.sleep(0.2)
        hub = world.hub
        assert hub is not None
        await until(lambda: "closed" in states_of(hub.history.projection.history, done))


async def test_an_entry_that_the_history_cannot_store_is_left_out_and_told(tmp_path: Path) -> None:
    clock = ManualClock()
    async with hub_world(tmp_path, clock=clock) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        hub = world.hub
        assert hub is not None
        ticket_id = await one_session(world, kiosk, desk, "r1", clock)
        await settled(world, 1)
        ticket = (await kiosk.call("housing", "", "r2")).ticket
        poison = msgspec.structs.replace(
            ticket,
            id="poison",
            state=TicketState.CLOSED,
            ended_at_utc=ticket.arrived_at_utc,
            priority=1 << 63,  # one more than SQL's largest number
        )
        assert world.connection is not None
        await world.connection.streams.append(
            f"$KV.tk.{ticket.organisation}.poison", msgspec.json.encode(poison)
        )
        await kiosk.leave(ticket.id)
        await settled(world, 2)
        projection = hub.history.projection
        assert projection.left_out == 1
        assert states_of(projection.history, "poison") == []
        assert states_of(projection.history, ticket_id)
        assert [task.name for task in hub.parts.tasks.failing] == ["entries of the history"]
