# SPDX-License-Identifier: GPL-3.0-only
"""The desk's job on a real bus with a real hub:
tickets, wrap-up, restarts, and a hub that goes away.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

import expert_app.desk.app
import session.bus.client
import session.core.errors
from documents.workers import Workers
from session.bus.client import BusClient
from session.core.clock import ManualClock
from session.core.dossier_model import Dossier
from session.desk.hub.client import DeskClient
from session.hub.parts import RETURN_S
from session.log.codec import decode_record
from session.log.events import TicketAccepted
from session.protocol.hub.requests import SessionFacts
from session.protocol.hub.tickets import TicketState
from session.protocol.wire.roles import Role
from tests.support.hub_world import hub_world
from tests.support.waiting import until
from tests.unit.expert_app.desk.desk_at_work import Desk, Office


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request is repeated at once."""
    monkeypatch.setattr(session.bus.client, "AGAIN_S", 0.05)


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers() as started:
        yield started


@pytest.fixture
async def office(tmp_path: Path, workers: Workers) -> AsyncIterator[Office]:
    async with hub_world(tmp_path / "hub") as world:
        made = Office(world, tmp_path, workers=workers)
        yield made
        await made.close()


async def test_a_caller_whose_acceptance_got_no_answer_is_not_left_before_an_idle_desk(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, ticket = await office.desk("alice"), await office.caller()
    accept = DeskClient.accept

    async def without_answer(link: DeskClient, ticket_id: str, *, trace: str) -> SessionFacts:
        await accept(link, ticket_id, trace=trace)
        raise session.core.errors.HubUnreachable(why="no answer")

    monkeypatch.setattr(DeskClient, "accept", without_answer)
    desk.app.accept(ticket)
    await until(lambda: bool(desk.opened))
    assert desk.app.session is not None
    assert desk.codes() == [("accept", "hub_unreachable")]


async def test_the_log_of_a_conversation_has_the_trace_that_the_hubs_log_shows_of_the_acceptance(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "session.hub.queue")
    desk, ticket = await office.desk("alice"), await office.caller()
    desk.app.accept(ticket)
    await until(lambda: bool(desk.opened))
    [spool] = (office.folder / "alice" / "logs").iterdir()
    records = [decode_record(line) for line in spool.read_bytes().splitlines()]
    [event] = [one.event for one in records if isinstance(one.event, TicketAccepted)]
    assert event.trace != ""
    assert f"is in session {desk.opened[0].facts.id}, trace {event.trace}" in caplog.text


async def test_the_slower_agent_is_told_and_stays_free(office: Office) -> None:
    alice, bob = await office.desk("alice"), await office.desk("bob")
    ticket = await office.caller()
    alice.app.accept(ticket)
    await until(lambda: bool(alice.opened))
    bob.app.accept(ticket)
    await until(lambda: bob.codes() == [("accept", "ticket_taken")])
    assert (bob.opened, bob.app.session) == ([], None)
    await until(
        lambda: [facts.caller_name for facts in alice.dossiers if facts] == ["Jeanne Exemple"]
    )


async def test_a_caller_without_a_number_has_no_dossier_until_the_agent_names_one(
    office: Office,
) -> None:
    alice = await office.desk("alice")
    alice.app.accept(
        (await (await office.world.kiosk("kiosk1")).call("housing", "", "r1")).ticket.id
    )
    await until(lambda: alice.dossiers == [None])
    alice.app.do(alice.app.load_dossier("D-none"), "find the dossier")
    await until(lambda: alice.codes() == [("find the dossier", "dossier_unknown")])
    alice.app.do(alice.app.load_dossier("D-2026-0002"), "find the dossier")
    await until(
        lambda: alice.app.dossier is not None and alice.app.dossier.caller_name == "Paul Modèle"
    )
    assert alice.over == ["find the dossier"]


async def test_a_wrap_up_is_not_finished_while_a_document_waits(office: Office) -> None:
    alice = await office.desk("alice")
    alice.app.accept(await office.caller())
    await until(lambda: alice.app.dossier is not None)
    await alice.receive_page()
    await alice.allow_to_keep()
    alice.app.hang_up()
    await until(lambda: bool(alice.ended))
    await office.world.stop_hub()
    alice.app.file(["p1"], "payslip", "Bulletin")
    await until(lambda: ("file", "hub_unreachable") in alice.codes())
    alice.app.finish("done")
    await until(lambda: ("finish", "hub_unreachable") in alice.codes())
    assert alice.app.session is not None
    assert len(alice.outbox.documents()) == 1

    await office.world.start_hub()
    await until(lambda: office.world.dossiers.filings == 1)
    alice.app.finish("done")
    await until(lambda: alice.closed == ["done"])
    assert alice.outbox.documents() == []
    assert {"file", "finish"} & set(alice.over) == {"finish"}


async def test_nothing_is_filed_before_the_caller_lets_it_be_kept(office: Office) -> None:
    alice = await office.desk("alice")
    alice.app.accept(await office.caller())
    await until(lambda: alice.app.dossier is not None)
    await alice.receive_page()
    alice.app.file(["p1"], "payslip", "Bulletin")
    await until(lambda: ("file", "grant_missing") in alice.codes())
    assert (alice.outbox.documents(), office.world.dossiers.filings) == ([], 0)
    await alice.allow_to_keep()
    alice.app.file(["p1"], "payslip", "Bulletin")
    await until(lambda: office.world.dossiers.filings == 1)


async def test_a_dossier_that_could_not_be_had_is_loaded_when_the_line_is_back(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await office.desk("alice")
    ticket = await office.caller()
    with monkeypatch.context() as broken:
        broken.setattr(office.world.dossiers, "find_by_caller_number", _no_store)
        alice.app.accept(ticket)
        await until(lambda: ("load the dossier", "store_unreachable") in alice.codes())
    assert alice.dossiers == []
    office.world.kill_server()
    await until(lambda: ("line", "hub_unreachable") in alice.codes())
    await until(lambda: alice.app.dossier is not None)
    assert {"line", "load the dossier"} <= set(alice.over)


async def _no_store(organisation: str, number: str) -> Dossier | None:
    raise session.core.errors.StoreUnreachable


async def test_a_desk_restarted_in_the_wrap_up_is_in_the_wrap_up_again(office: Office) -> None:
    alice = await office.desk("alice")
    alice.app.accept(await office.caller())
    await until(lambda: alice.app.dossier is not None)
    await alice.receive_page()
    await alice.allow_to_keep()
    alice.app.hang_up()
    await until(lambda: bool(alice.ended))
    await alice.close()
    await alice.client.close()

    again = await office.desk("alice")
    await until(lambda: [ended.reason for ended in again.ended] == ["resumed_in_wrap_up"])
    assert [(session.facts.id, session.resumed) for session in again.opened] == [
        (alice.opened[0].facts.id, True)
    ]
    assert again.app.resumed.is_set()
    await until(
        lambda: (
            again.filing.unfiled(again.opened[0].facts.id) == 1 and again.app.dossier is not None
        )
    )
    again.app.file(["p1"], "payslip", "Bulletin")
    await until(lambda: office.world.dossiers.filings == 1)
    again.app.finish("done")
    await until(lambda: again.closed == ["done"])


async def test_a_desk_goes_on_as_soon_as_the_line_is_there(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expert_app.desk.app, "RETRY_S", 60.0)
    desk = await office.desk("alice")
    desk.app.accept(await office.caller())
    await until(lambda: bool(desk.opened))
    await desk.close()
    await desk.client.close()

    world = office.world
    seed = world.seeds["valdore", Role.AGENT, "alice"]
    client = BusClient(
        [world.server.url],
        Role.AGENT,
        user="alice",
        seed=seed,
        tasks=world.tasks,
        clock=world.clock,
    )
    again = office.add(Desk(world, client, office.folder / "alice", office.workers))
    await again.app.start()
    await client.connect()
    await until(lambda: [session.resumed for session in again.opened] == [True])
    await again.close()
    await client.close()


async def test_a_caller_who_leaves_brings_the_wrap_up(office: Office) -> None:
    alice = await office.desk("alice")
    kiosk = await office.world.kiosk("kiosk1")
    alice.app.accept((await kiosk.call("rights", "1234567", "r1")).ticket.id)
    await until(lambda: bool(alice.opened))
    await kiosk.hang_up(alice.opened[0].facts.id, "caller")
    await until(
        lambda: [(ended.by, ended.reason) for ended in alice.ended] == [("kiosk", "caller")]
    )
    alice.app.hang_up()  # too late, and no harm
    assert alice.app.session is not None
    alice.app.finish("cut_off")
    await until(lambda: alice.closed == ["cut_off"])
    assert alice.troubles == []


async def test_a_desk_that_was_away_too_long_has_lost_its_caller_to_the_queue(
    tmp_path: Path, workers: Workers
) -> None:
    clock = ManualClock()
    async with hub_world(tmp_path / "hub", clock=clock) as world:
        office = Office(world, tmp_path, workers=workers)
        alice = await office.desk("alice")
        ticket = await office.caller()
        alice.app.accept(ticket)
        await until(lambda: bool(alice.opened))
        clock.advance(RETURN_S + 1)
        await until(lambda: alice.closed == ["desk_lost"])
        assert alice.app.session is None
        await until(
            lambda: (
                [(seen.id, seen.state) for seen in alice.link.queue]
                == [(ticket, TicketState.WAITING)]
            )
        )
        alice.app.accept(ticket)
        await until(lambda: len(alice.opened) == 2)
        await office.close()


def cut(desk: Desk) -> None:
    """The desk's line is cut: an end that is told meanwhile does not come."""
    desk.link.connection_changed.emit(False)
    desk.link._ended.add(desk.opened[-1].facts.id)


async def test_a_desk_whose_line_was_cut_asks_whether_its_caller_has_left(office: Office) -> None:
    alice, kiosk = await office.desk("alice"), await office.world.kiosk("kiosk1")
    alice.app.accept((await kiosk.call("rights", "1234567", "r1")).ticket.id)
    await until(lambda: bool(alice.opened))
    cut(alice)
    await kiosk.hang_up(alice.opened[0].facts.id, "caller")
    await asyncio.sleep(0.2)
    assert alice.ended == [], "nobody has told it"
    alice.link.connection_changed.emit(True)
    await until(lambda: [one.reason for one in alice.ended] == ["resumed_in_wrap_up"])
    alice.app.finish("cut_off")
    await until(lambda: alice.closed == ["cut_off"])


async def test_a_desk_whose_line_was_cut_asks_whether_its_caller_is_anothers(
    tmp_path: Path, workers: Workers
) -> None:
    clock = ManualClock()
    async with hub_world(tmp_path / "hub", clock=clock) as world:
        office = Office(world, tmp_path, workers=workers)
        alice = await office.desk("alice")
        alice.app.accept(await office.caller())
        await until(lambda: bool(alice.opened))
        cut(alice)
        clock.advance(RETURN_S + 1)
        waiting = [TicketState.WAITING]
        await until(lambda: [seen.state for seen in alice.link.queue] == waiting)
        assert alice.closed == [], "nobody has told it"
        alice.link.connection_changed.emit(True)
        await until(lambda: alice.closed == ["desk_lost"])
        assert alice.app.session is None
        await office.close()


async def test_a_caller_by_telephone_is_talked_to_or_called_later_and_the_kiosk_is_left_alone(
    office: Office,
) -> None:
    kiosk, desk = await office.world.kiosk("kiosk1"), await office.desk("alice")
    first = (await kiosk.call("rights", "1234567", "r1")).ticket
    await kiosk.step_away(first.id, "phone", "0612345678")
    heard: list[object] = []
    kiosk.session_opened.connect(heard.append)

    desk.app.accept(first.id)
    await until(lambda: bool(desk.opened))
    assert desk.opened[0].facts.phone == "0612345678"
    desk.app.call_later(15)
    await until(lambda: desk.closed == ["call_later"])

    second = (await kiosk.call("rights", "1234567", "r2")).ticket
    await kiosk.step_away(second.id, "phone", "0612345678")
    desk.app.accept(second.id)
    await until(lambda: len(desk.opened) == 2)
    desk.app.hang_up()
    await until(lambda: bool(desk.ended))
    desk.app.finish("done")
    await until(lambda: desk.closed == ["call_later", "done"])
    assert heard == []
    assert desk.troubles == []
