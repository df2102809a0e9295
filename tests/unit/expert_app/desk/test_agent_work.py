# SPDX-License-Identifier: GPL-3.0-only
"""An agent's work on a real bus with a real hub:
states, offers, the next caller, notes, and a hub that goes away.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import pytest

import session.bus.client
from documents.workers import Workers
from expert_app.desk.agent_work import AgentWork, ReportedState, WrapUpTime
from expert_app.desk.dossier.owed_notes import OwedNotes
from session.core.clock import SystemClock
from session.hub.assignment.dispatch import FORGIVEN
from session.protocol.hub.board import SHIFT_CHECK, AgentState
from session.protocol.hub.requests import AgentChanged
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.hub.waiting import PromisedCall
from session.protocol.wire.roles import Role
from tests.integration.queue.routed_world import OFFER_S, call, pushing, today
from tests.support.hub_world import World
from tests.support.memory.window_settings import MemorySettings
from tests.support.waiting import until
from tests.unit.expert_app.desk.desk_at_work import Desk


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request is repeated at once."""
    monkeypatch.setattr(session.bus.client, "AGAIN_S", 0.05)


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers() as started:
        yield started


class Worker(Desk):
    """A desk with its work, and what that told."""

    def __init__(
        self, world: World, user: str, workers: Workers, client: session.bus.client.BusClient
    ) -> None:
        super().__init__(world, client, world.folder / f"desk of {user}", workers)
        self.world, self.user = world, user
        self.work = AgentWork(
            self.app,
            self.link,
            owed=OwedNotes(MemorySettings(), SystemClock()),
            user=user,
            clock=SystemClock(),
            tasks=self.tasks,
        )
        self.said: list[ReportedState] = []
        self.offers: list[Ticket | None] = []
        self.rang: list[str] = []
        self.times: list[WrapUpTime] = []
        self.work.state_changed.connect(self.said.append)
        self.work.offered.connect(self.offers.append)
        self.work.rang.connect(lambda ticket: self.rang.append(ticket.id))
        self.work.wrap_up_changed.connect(self.times.append)

    async def start(self) -> None:
        self.work.start()
        await super().start()
        await until(lambda: bool(self.work.services))
        await until(
            lambda: (
                self.world.hub is not None
                and self.world.hub.queue.presence.is_there("valdore", Role.AGENT, self.user)
            )
        )

    def state(self) -> AgentState:
        assert self.world.hub is not None
        record = self.world.hub.queue.agents.reported("valdore", self.user)
        return AgentState.AVAILABLE if record is None or record.available else AgentState.PAUSED


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with pushing(tmp_path) as made:
        yield made


async def at_work(world: World, user: str, workers: Workers) -> Worker:
    found = Worker(world, user, workers, await world.client(Role.AGENT, user))
    await found.start()
    return found


async def test_a_promised_call_is_told_and_made_before_its_time(
    world: World, workers: Workers
) -> None:
    alice = await at_work(world, "alice", workers)
    promised: list[Sequence[PromisedCall]] = []
    alice.work.calls_changed.connect(promised.append)
    ticket = await call(world, number="1234567")
    await until(lambda: bool(alice.offers))
    alice.work.accept_offer(ticket.id)
    await until(lambda: bool(alice.opened))
    alice.work.call_back("0612345678", 60, "")
    await until(lambda: bool(promised))
    [promise] = promised[-1]
    assert promise.number == ticket.number
    alice.work.call_now(promise.ticket_id)
    await until(lambda: len(alice.opened) == 2)
    assert alice.opened[-1].facts.phone == "0612345678"


async def held_at_work(world: World, user: str, workers: Workers) -> Worker:
    """An agent whose desk is checked before the first caller."""
    found = Worker(world, user, workers, await world.client(Role.AGENT, user))
    found.work.hold()
    await found.start()
    return found


def reason_at_hub(world: World, user: str) -> str:
    assert world.hub is not None
    record = world.hub.queue.agents.reported("valdore", user)
    return record.reason if record is not None else ""


async def test_nobody_is_offered_to_a_desk_that_is_checked_and_nobody_is_lost(
    world: World, workers: Workers
) -> None:
    waiting = await call(world, number="1234567")
    alice = await held_at_work(world, "alice", workers)
    assert alice.said == [ReportedState(False, SHIFT_CHECK)]
    await until(lambda: reason_at_hub(world, "alice") == SHIFT_CHECK)
    second = await call(world, kiosk="kiosk2", number="7654321")
    await until(
        lambda: (
            [(one.id, one.state) for one in alice.link.queue]
            == [(waiting.id, TicketState.WAITING), (second.id, TicketState.WAITING)]
        )
    )
    assert alice.offers == []
    alice.work.release()
    await until(lambda: bool(alice.offers))
    assert alice.offers[0] is not None
    assert alice.offers[0].id == waiting.id


async def test_the_check_leaves_a_pause_of_today_as_it_is(world: World, workers: Workers) -> None:
    alice = await at_work(world, "alice", workers)
    alice.work.set_state(False, "training")
    await until(lambda: reason_at_hub(world, "alice") == "training")
    await alice.client.close()
    again = await held_at_work(world, "alice", workers)
    await until(lambda: again.said[-1] == ReportedState(False, "training"))
    again.work.release()
    assert reason_at_hub(world, "alice") == "training"
    assert again.said[-1] == ReportedState(False, "training")


async def test_a_check_that_nobody_ended_does_not_pause_the_next_start(
    world: World, workers: Workers
) -> None:
    alice = await held_at_work(world, "alice", workers)
    await until(lambda: reason_at_hub(world, "alice") == SHIFT_CHECK)
    await alice.client.close()
    again = await at_work(world, "alice", workers)
    await until(lambda: again.state() is AgentState.AVAILABLE)


async def test_a_supervisor_may_end_the_wait_for_the_check(world: World, workers: Workers) -> None:
    waiting = await call(world, number="1234567")
    alice = await held_at_work(world, "alice", workers)
    await until(lambda: reason_at_hub(world, "alice") == SHIFT_CHECK)
    assert world.hub is not None
    await world.hub.queue.agents.set_by_supervisor(
        "valdore", "alice", True, pause="", by="supervisor.boss", why="urgent"
    )
    alice.link.agent_changed.emit(AgentChanged(by_name="Chantal V.", reason="urgent"))
    await until(lambda: bool(alice.offers))
    assert alice.offers[0] is not None
    assert alice.offers[0].id == waiting.id


async def test_an_offer_is_told_taken_and_written_up(world: World, workers: Workers) -> None:
    alice = await at_work(world, "alice", workers)
    ticket = await call(world, number="1234567")
    await until(lambda: bool(alice.offers))
    assert alice.offers[-1] is not None
    alice.work.accept_offer(ticket.id)
    await until(lambda: bool(alice.opened) and alice.offers[-1] is None)
    alice.app.hang_up()
    await until(lambda: bool(alice.times) and bool(alice.dossiers))
    assert alice.times[-1].more == 1
    alice.work.prolong()
    await until(lambda: alice.times[-1].more == 0)
    alice.work.finish("done", "Bring the lease next time.")
    await until(lambda: alice.closed == ["done"])
    notes = (await world.dossiers.open("valdore", "D-2026-0001")).notes
    assert [(note.text, note.by_name) for note in notes] == [
        ("Bring the lease next time.", "Alice M.")
    ]
    stored = (
        await world.connection.streams.last("KV_tk", f"$KV.tk.valdore.{ticket.id}")
        if world.connection
        else None
    )
    assert stored is not None
    assert b"lease" not in stored.payload
    assert not any(
        b"lease" in path.read_bytes()
        for path in (world.folder / "desk of alice" / "logs").rglob("*.jsonl")
    )
    await alice.close()


async def test_a_note_that_cannot_be_kept_leaves_the_wrap_up_open(
    world: World, workers: Workers
) -> None:
    alice = await at_work(world, "alice", workers)
    await call(world)  # no number, so no dossier
    await until(lambda: bool(alice.offers))
    alice.work.accept_next("")
    await until(lambda: bool(alice.opened))
    alice.app.hang_up()
    await until(lambda: bool(alice.ended))
    alice.work.finish("done", "lost?")
    await until(lambda: ("finish", "dossier_unknown") in alice.codes())
    assert (alice.closed, alice.app.session is not None) == ([], True)
    alice.work.finish("done", "")
    await until(lambda: alice.closed == ["done"])
    await alice.close()


async def test_who_let_an_offer_pass_reads_it_and_is_back_by_saying_so(
    tmp_path: Path, workers: Workers
) -> None:
    clock = today()
    async with pushing(tmp_path, clock) as world:
        alice = await at_work(world, "alice", workers)
        await call(world)
        await until(lambda: bool(alice.offers))
        clock.advance(OFFER_S)
        assert world.hub is not None
        world.hub.queue.presence.mark_alive("valdore", Role.AGENT, "alice")
        await until(lambda: alice.said == [ReportedState(False, "not_responding")])
        assert alice.offers[-1] is None
        alice.work.set_state(True)
        await until(lambda: alice.state() is AgentState.AVAILABLE)
        clock.advance(FORGIVEN.total_seconds())  # the same caller may be offered again
        world.hub.queue.presence.mark_alive("valdore", Role.AGENT, "alice")
        await until(lambda: alice.offers[-1] is not None)
        await alice.close()


async def test_what_was_chosen_while_the_hub_was_away_is_said_when_it_is_back(
    world: World, workers: Workers
) -> None:
    alice = await at_work(world, "alice", workers)
    await world.stop_hub()
    alice.work.set_state(False, "break")
    await until(lambda: ("report my state", "hub_unreachable") in alice.codes())
    alice.link._set_connected(False)
    await world.start_hub()
    await until(lambda: alice.state() is AgentState.PAUSED)
    assert alice.said == []  # nothing but what its own screen shows
    await alice.close()


async def test_a_restarted_desk_finds_its_pause_and_its_end_again(
    world: World, workers: Workers
) -> None:
    alice = await at_work(world, "alice", workers)
    alice.work.set_state(False, "training", 20)
    await until(lambda: alice.state() is AgentState.PAUSED)
    [told] = alice.said
    assert told.until_utc is not None
    assert (told.until_utc - SystemClock().utc_now()).total_seconds() == pytest.approx(1230, abs=31)
    await alice.close()
    again = await at_work(world, "alice", workers)
    await until(lambda: again.said == [told])
    await again.close()


async def test_a_closed_desk_is_offered_nobody_and_is_available_when_it_opens_again(
    world: World, workers: Workers
) -> None:
    alice = await at_work(world, "alice", workers)
    await alice.work.stop()
    assert alice.state() is AgentState.PAUSED
    await call(world)
    again = await at_work(world, "alice", workers)
    await until(lambda: bool(again.offers))
    assert (again.said, again.state()) == ([], AgentState.AVAILABLE)
    again.work.set_state(False, "break")
    await until(lambda: again.state() is AgentState.PAUSED)
    await again.work.stop()
    assert world.hub is not None
    record = world.hub.queue.agents.reported("valdore", "alice")
    assert record is not None
    assert record.reason == "break"
    await alice.close()
    await again.close()


async def test_a_new_caller_rings_once_and_those_before_do_not(
    world: World, workers: Workers
) -> None:
    first = await call(world, service="housing")
    alice = await at_work(world, "alice", workers)
    second = await call(world, "kiosk2", "housing")
    await until(lambda: alice.rang == [second.id])
    assert first.state is TicketState.WAITING
    alice.work.accept_next("housing")
    await until(lambda: bool(alice.opened))
    assert alice.opened[0].facts.ticket_id == first.id
    assert alice.rang == [second.id]
    await alice.close()
