# SPDX-License-Identifier: GPL-3.0-only
"""The list of conversations at a real hub: written as they go, found by those who may, made again
from the logs.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from zstandard import ZstdCompressor

from session.bus.client import BusClient
from session.core.errors import LogRunning, SessionError
from session.core.spoken_letters import short_number
from session.desk.hub.client import DeskClient
from session.kiosk.hub.client import KioskClient
from session.log import events
from session.log.codec import decode_record, encode_record
from session.log.events import AnyEvent, Record, Writer
from session.protocol.conversation.messages import PrintState
from session.protocol.dossier.identity import LogAccessesRequest
from session.protocol.helpdesk.log_list import FindLogs, LogFilter, LogRow, LogsFound, LogState
from session.protocol.helpdesk.log_notes import ReadLogNotes
from session.protocol.hub.log import LogRequest, ReadEvents
from session.protocol.wire.roles import Role
from tests.support.hub_world import World, hub_world
from tests.support.waiting import until

HELP = (Role.HELPDESK, "help")
JAM = events.PrintChanged(
    print_id="p1", state=PrintState.WAITING, job_id=1, code="printer_jammed", sha256=""
)
PAGE = (
    events.AddressOpened(host="caf.example", path_length=3),
    events.MirrorChunk(
        started_at_utc=datetime(2026, 11, 2, 8, 0, tzinfo=UTC),
        data=ZstdCompressor().compress(b"[]"),
        is_snapshot=True,
        events=0,
    ),
)


def _lines(world: World, first: int, *what: AnyEvent) -> list[bytes]:
    now = world.clock.utc_now()
    return [
        encode_record(Record(at_utc=now, writer=Writer.KIOSK, number=first + at, event=event))
        for at, event in enumerate(what)
    ]


async def _ask(helpdesk: BusClient, **wanted: object) -> LogsFound:
    request = FindLogs(filter=LogFilter(**wanted), counts=True)  # type: ignore[arg-type]
    return await helpdesk.ask_once(request)


async def _row(world: World, helpdesk: BusClient, session_id: str, records: int) -> LogRow:
    """The conversation's row, written now: the world's clock stands."""
    assert world.hub is not None
    projection = world.hub.history.projection
    await until(lambda: projection.is_open)
    await world.hub.log_list.indexer.index([("valdore", session_id)])
    (row,) = (await _ask(helpdesk, number=session_id)).rows
    assert row.records == records
    return row


async def _talk(kiosk: KioskClient, desk: DeskClient, request: str) -> tuple[str, str]:
    ticket = (await kiosk.call("housing", "", request)).ticket
    return (await desk.accept(ticket.id)).id, ticket.number


async def test_a_conversation_is_in_the_list_while_it_goes_on_and_found_by_who_may_see_it(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        helpdesk = await world.client(Role.HELPDESK, "help")
        session_id, number = await _talk(kiosk, desk, "r1")
        running = await _row(world, helpdesk, session_id, 0)
        assert running.state is LogState.RUNNING
        assert running.short_number == short_number(session_id)
        assert (running.ticket_number, running.kiosk) == (number, "kiosk1")
        made_of = events.EndDescribed(by=Writer.KIOSK, version="0.2.0")
        await kiosk.append_log(session_id, 0, _lines(world, 0, made_of, JAM))
        await _row(world, helpdesk, session_id, 2)
        await desk.hang_up(session_id)
        ended = events.HungUp(by=Writer.DESK, reason="done")
        await kiosk.append_log(session_id, 2, _lines(world, 2, ended))
        row = await _row(world, helpdesk, session_id, 3)
        assert row.state is LogState.ENDED
        assert (row.service, row.agent, row.outcome) == ("housing", "alice", "done")
        assert row.site
        assert [(one.part, one.code) for one in row.troubles] == [("print", "printer_jammed")]
        assert row.kiosk_version == "0.2.0"
        by_short = await _ask(helpdesk, number=row.short_number.lower().replace("-", " "))
        assert [one.session_id for one in by_short.rows] == [session_id]
        assert by_short.counts is not None
        assert [(one.code, one.count) for one in by_short.counts.troubles] == [
            ("printer_jammed", 1)
        ]
        boss = await world.client(Role.SUPERVISOR, "boss")
        assert (await _ask(boss)).rows == by_short.rows
        operator = await world.client(Role.OPERATOR, "oper", "network")
        everywhere = await _ask(operator)
        assert everywhere.rows == by_short.rows
        assert everywhere.counts is not None
        assert (await _ask(operator, organisations=("nobody",))).rows == ()
        # what failed, of all organisations; what was on the page, of none
        reads = LogRequest(session_id=session_id, reason="nothing prints")
        with pytest.raises(SessionError):
            await operator.ask_once(reads)
        with pytest.raises(SessionError):
            await operator.ask_once(ReadLogNotes(session_id=session_id))
        with pytest.raises(SessionError):
            await (await world.client(Role.AGENT, "bob")).ask_once(FindLogs())


async def test_an_operator_reads_events_without_pages_and_their_organisation_sees_it(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        operator = await world.client(Role.OPERATOR, "oper", "network")
        boss, helpdesk = [await world.client(*one) for one in ((Role.SUPERVISOR, "boss"), HELP)]
        session_id, _number = await _talk(kiosk, desk, "r1")
        await kiosk.append_log(session_id, 0, _lines(world, 0, *PAGE, JAM))
        reads = ReadEvents(session_id=session_id, reason="nothing prints")
        with pytest.raises(LogRunning):
            await operator.ask_once(reads)
        await desk.hang_up(session_id)
        for asker, request in ((helpdesk, reads), (operator, ReadEvents(session_id=session_id))):
            with pytest.raises(SessionError):
                await asker.ask_once(request)
        part = await operator.ask_once(reads)
        told = [decode_record(bytes(line)).event for line in part.records]
        assert len(told) == 3
        assert JAM in told
        assert b"caf.example" not in b"".join(map(bytes, part.records))
        assert [one.data for one in told if isinstance(one, events.MirrorChunk)] == [b""]
        (line,) = (await boss.ask_once(LogAccessesRequest())).lines
        assert (line.user, line.by_name) == ("oper", "Marc L. (network)")
        assert line.reason == reads.reason


async def test_a_hub_that_lost_its_list_makes_it_again_and_a_restart_goes_on(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        helpdesk = await world.client(Role.HELPDESK, "help")
        session_id, number = await _talk(kiosk, desk, "r1")
        await kiosk.append_log(session_id, 0, _lines(world, 0, JAM, JAM))
        await desk.hang_up(session_id)
        await desk.close(session_id, "done")
        before = await _row(world, helpdesk, session_id, 2)
        assert world.hub is not None
        hub = world.hub
        await until(lambda: hub.history.projection.caught_up.is_set())
        assert await hub.log_list.indexer.rebuild() == 1
        again = await _row(world, helpdesk, session_id, 2)
        assert (again.troubles, again.ticket_number) == (before.troubles, number)
        await world.stop_hub()
        for file in tmp_path.rglob("history.sqlite*"):
            file.unlink()
        await world.start_hub()
        new = await _row(world, helpdesk, session_id, 2)
        assert (new.troubles, new.short_number) == (before.troubles, before.short_number)
