# SPDX-License-Identifier: GPL-3.0-only
"""A hub's memory may be a moment behind the store, and a hub may die between two steps:
the rules hold all the same.
"""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from session.core.clock import ManualClock
from session.core.errors import QueueClosed, TicketTaken
from session.hub.queue.view import QueueView
from session.hub.storage.board_store import QueueRecord
from session.hub.storage.interfaces import StoredTicket
from session.protocol.hub.requests import LeaveRequest
from session.protocol.hub.routing import may_serve
from session.protocol.hub.tickets import Ticket, TicketState
from tests.support.askers import a_kiosk
from tests.support.memory.queue import MemoryQueue, NoDecisions

ORG = "valdore"


async def _behind_our_back(desk: MemoryQueue, ticket: Ticket, **changes: object) -> Ticket:
    """Another hub changes the ticket; ours has not heard of it."""
    stored = await desk.store.get(ORG, ticket.id)
    assert stored is not None
    changed = msgspec.structs.replace(stored.ticket, **changes)
    await desk.store.replace(changed, stored.revision)
    return changed


async def test_a_no_is_said_by_the_store_and_never_by_a_memory_that_is_behind() -> None:
    desk = MemoryQueue()
    ticket = await desk.ticket()
    taken = msgspec.structs.replace(
        ticket, state=TicketState.IN_SESSION, agent="bob", session=f"{ticket.id}_1"
    )
    desk.view.apply(StoredTicket(taken, 1000))  # we believe that it is taken; it is not
    assert (await desk.sessions.take_ticket(ORG, "alice", ticket.id)).agent == "alice"


async def test_an_agent_who_has_just_finished_at_another_hub_is_not_called_busy() -> None:
    desk = MemoryQueue()
    ticket, following = await desk.ticket(), await desk.ticket("r2", kiosk="kiosk2")
    facts = await desk.sessions.take_ticket(ORG, "alice", ticket.id)
    await _behind_our_back(
        desk, ticket, state=TicketState.CLOSED, ended_at_utc=desk.clock.utc_now()
    )
    assert desk.view.of_agent(ORG, "alice")  # we believe that it is going on
    assert (await desk.sessions.take_ticket(ORG, "alice", following.id)).id != facts.id


async def test_a_yes_of_a_memory_that_is_behind_is_refused_by_the_store() -> None:
    desk = MemoryQueue()
    ticket = await desk.ticket()
    session = f"{ticket.id}_1"
    await _behind_our_back(desk, ticket, state=TicketState.IN_SESSION, agent="bob", session=session)
    with pytest.raises(TicketTaken):
        await desk.sessions.take_ticket(ORG, "alice", ticket.id)
    stored = await desk.store.get(ORG, ticket.id)
    assert stored is not None
    assert stored.ticket.agent == "bob"


class AllClosed(NoDecisions):
    def queue(self, organisation: str, service: str) -> QueueRecord | None:
        return QueueRecord(
            closed=True, changed_by="s.boss", reason="", at_utc=datetime(2026, 3, 2, tzinfo=UTC)
        )


async def test_a_request_answered_by_another_hub_is_the_same_ticket_in_a_closed_queue() -> None:
    desk = MemoryQueue()
    ticket = await desk.ticket()
    desk.use_view(QueueView(), AllClosed())
    assert (await desk.ticket()).id == ticket.id
    with pytest.raises(QueueClosed):
        await desk.ticket("r2")


async def test_what_a_dead_hub_left_undone_is_done_when_the_kiosk_asks_again() -> None:
    desk = MemoryQueue()
    older = await desk.ticket("r1")
    desk.clock.advance(1)
    newer = await desk.ticket("r2")
    left = await _behind_our_back(
        desk, older, state=TicketState.WAITING, ended_at_utc=None, reason=""
    )
    stored = await desk.store.get(ORG, older.id)
    assert stored is not None
    # as if the hub had died after it had stored the newer one
    desk.view.apply(StoredTicket(left, stored.revision))
    assert (await desk.ticket("r2")).id == newer.id
    assert [ticket.id for ticket in desk.view.waiting(ORG)] == [newer.id]


async def test_an_old_request_that_comes_again_does_not_end_the_newer_call() -> None:
    desk = MemoryQueue()
    older = await desk.ticket("r1")
    desk.clock.advance(1)
    newer = await desk.ticket("r2")
    assert (await desk.ticket("r1")).state is TicketState.ABANDONED
    await _behind_our_back(desk, older, state=TicketState.WAITING, ended_at_utc=None)
    await desk.ticket("r1")
    assert [ticket.id for ticket in desk.view.waiting(ORG)] == [newer.id]


async def test_a_clock_that_jumps_back_lets_nobody_overtake() -> None:
    desk = MemoryQueue()
    desk.clock.advance(3600)  # the clock was an hour ahead, and is set right
    first = await desk.ticket("r1")
    desk.clock = desk.calls._clock = ManualClock()
    second = await desk.ticket("r2", kiosk="kiosk2")
    assert [ticket.id for ticket in desk.view.waiting(ORG)] == [first.id, second.id]
    now_utc = desk.clock.utc_now()
    # an arrival in the future has waited for no time, not for less
    assert may_serve(0, second, now_utc)
    assert not may_serve(60, second, now_utc)
    await desk.calls.leave(a_kiosk("kiosk1"), LeaveRequest(ticket_id=first.id))
    await desk.calls.leave(a_kiosk("kiosk2"), LeaveRequest(ticket_id=second.id))
    third = await desk.ticket("r3")
    # nobody waits: the clock alone counts again
    assert third.arrived_at_utc == desk.clock.utc_now()
