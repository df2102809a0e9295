# SPDX-License-Identifier: GPL-3.0-only
"""Whom a waiting caller is offered to, and what an unanswered offer leaves; on stores in memory."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from session.core.errors import StoreUnreachable
from session.core.tasks import Tasks
from session.hub.assignment.dispatch import FORGIVEN, Dispatch, choose
from session.hub.convention.entries import PersonEntry
from session.hub.queue.agent_states import AgentStates
from session.hub.queue.view import TicketChange
from session.protocol.hub.board import AgentState
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.wire.roles import Role
from tests.support.hub_world import catalogue_text
from tests.support.memory.queue import MemoryQueue
from tests.unit.session.hub.supervision.supervised_hub import MemoryBoardStore

ORG = "valdore"

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ALICE, BOB, CLEA = (PersonEntry(id=name, name=name.title()) for name in ("alice", "bob", "clea"))
ALL = [(0, ALICE), (0, BOB), (60, CLEA)]


def waiting(**changes: object) -> Ticket:
    facts: dict[str, object] = {
        "id": "t1",
        "organisation": ORG,
        "service": "rights",
        "kiosk": "kiosk1",
        "site": "Mairie",
        "number": "D001",
        "state": TicketState.WAITING,
        "arrived_at_utc": NOW - timedelta(seconds=10),
    }
    return Ticket(**(facts | changes))  # type: ignore[arg-type]  # fields of a Ticket, named by the tests


def test_the_longest_idle_who_is_able_is_asked() -> None:
    assert choose(waiting(), ALL, NOW) == ALICE
    assert choose(waiting(), [(60, CLEA), (0, BOB)], NOW) == BOB
    assert choose(waiting(), [(60, CLEA)], NOW) is None
    assert (
        choose(waiting(arrived_at_utc=NOW - timedelta(seconds=60)), [(60, CLEA), (0, BOB)], NOW)
        == CLEA
    )


def test_who_knows_the_caller_goes_before_the_longest_idle() -> None:
    assert choose(waiting(preferred="bob"), ALL, NOW) == BOB
    assert choose(waiting(preferred="gone"), ALL, NOW) == ALICE


def test_a_caller_kept_for_an_agent_is_offered_to_nobody_else() -> None:
    kept = waiting(assigned_to="bob", assigned_at_utc=NOW, preferred="alice")
    assert choose(kept, ALL, NOW) == BOB
    assert choose(kept, [(0, ALICE)], NOW) is None
    assert choose(kept, [(0, ALICE)], NOW + timedelta(seconds=60)) == ALICE


def test_who_did_not_take_a_caller_is_asked_again_only_after_a_while() -> None:
    declined = waiting(declined_by=("alice", "bob"), declined_at_utc=NOW, preferred="alice")
    assert choose(declined, [(0, ALICE), (0, BOB)], NOW) is None
    assert choose(declined, [(0, ALICE), (0, BOB)], NOW + FORGIVEN) == ALICE


class Pushing(MemoryQueue):
    """The rules of `MemoryQueue`, with offers for one service."""

    def __init__(self) -> None:
        super().__init__(catalogue_text().replace('letter = "D"', 'letter = "D", mode = "push"'))
        self.crew = AgentStates(self.core, MemoryBoardStore())
        self.dispatch = Dispatch(self.core, agents=self.crew, is_ours=lambda: True, tasks=Tasks())
        self.view.changed.connect(self.crew.on_ticket)

    def there(self, *agents: str) -> None:
        for agent in agents:
            self.presence.mark_alive(ORG, Role.AGENT, agent)

    async def now(self, ticket: Ticket) -> Ticket:
        stored = await self.store.get(ORG, ticket.id)
        assert stored is not None
        return stored.ticket


async def test_looking_again_changes_nothing() -> None:
    desk = Pushing()
    ticket = await desk.ticket()
    desk.there("alice", "bob")
    await desk.dispatch.check(ORG)
    first = await desk.now(ticket)
    assert first.state is TicketState.OFFERED
    await desk.dispatch.check(ORG)
    await asyncio.gather(desk.dispatch.check(ORG), desk.dispatch.check(ORG))
    assert await desk.now(ticket) == first


async def test_an_agent_who_accepts_in_the_last_moment_is_not_called_silent() -> None:
    desk = Pushing()
    ticket = await desk.ticket()
    desk.there("alice")
    await desk.dispatch.check(ORG)
    desk.clock.advance(19)
    desk.there("alice")
    desk.clock.advance(1)
    desk.store.beaten = lambda now: msgspec.structs.replace(
        now, state=TicketState.IN_SESSION, session="t_1"
    )
    await desk.dispatch.check(ORG)
    assert (await desk.now(ticket)).state is TicketState.IN_SESSION
    assert desk.crew.reported(ORG, "alice") is None


async def test_no_new_caller_for_whoever_is_in_conversation_paused_or_away() -> None:
    desk = Pushing()
    first = await desk.ticket()
    desk.there("alice")
    await desk.sessions.take_ticket(ORG, "alice", first.id)
    second = await desk.ticket("r2", kiosk="kiosk2")
    await desk.dispatch.check(ORG)
    assert (await desk.now(second)).state is TicketState.WAITING
    desk.there("bob")
    await desk.crew.mark_silent(ORG, "bob")
    await desk.dispatch.check(ORG)
    assert (await desk.now(second)).state is TicketState.WAITING
    bob = next(one for one in desk.catalogue.agents(ORG) if one.id == "bob")
    assert desk.crew.facts(ORG, bob).state is AgentState.NOT_RESPONDING


async def test_a_store_that_is_away_leaves_the_offer_as_it_was() -> None:
    desk = Pushing()
    ticket = await desk.ticket()
    desk.there("alice", "bob")
    desk.store.away = True
    with pytest.raises(StoreUnreachable):
        await desk.dispatch.check(ORG)
    desk.store.away = False
    await desk.dispatch.check(ORG)
    offered = await desk.now(ticket)
    assert offered.agent is not None
    assert (await desk.sessions.take_ticket(ORG, offered.agent, ticket.id)).agent == offered.agent


async def test_only_what_may_lead_to_an_offer_wakes(monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[str] = []
    desk = Pushing()
    monkeypatch.setattr(desk.dispatch, "wake", woken.append)
    chosen = waiting(service="housing")
    ended = msgspec.structs.replace(chosen, state=TicketState.ABANDONED)
    # agents choose themselves, and none is concerned
    for before, after in ((None, chosen), (chosen, ended)):
        desk.dispatch.on_ticket(TicketChange(before, after))
    assert woken == []
    in_session = msgspec.structs.replace(chosen, state=TicketState.IN_SESSION, agent="alice")
    for before, after in ((None, waiting()), (chosen, in_session), (in_session, ended)):
        desk.dispatch.on_ticket(TicketChange(before, after))
    assert woken == [ORG] * 3
    desk.dispatch.on_ticket(
        TicketChange(None, waiting(service="gone"))
    )  # no more in the convention
    assert len(woken) == 3
