# SPDX-License-Identifier: GPL-3.0-only
"""The hub's rules on a store in memory:
who may do what with a ticket, whatever others do meanwhile.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from session.core.errors import StoreUnreachable, TicketTaken, TicketUnknown
from session.hub.queue.ticket_changes import FIRST, ImpossibleTransition, TicketChanges
from session.hub.queue.wait_estimates import FRESH_S
from session.hub.storage.interfaces import CallerRecord, RevisionConflict, StoredTicket
from session.hub.transfers.waiting_elsewhere import WaitingElsewhere
from session.protocol.hub.board import AgentFacts, AgentState
from session.protocol.hub.requests import (
    HangUpRequest,
    LeaveRequest,
    ResumeRequest,
    SessionEnded,
    TicketChanged,
)
from session.protocol.hub.tickets import TRANSITIONS, Ticket, TicketState
from session.protocol.hub.waiting import StepAwayRequest
from session.protocol.wire.roles import Role
from tests.support.askers import a_kiosk, an_agent
from tests.support.memory.queue import MemoryQueue

ORG = "valdore"


async def test_an_agent_beaten_in_the_last_moment_loses() -> None:
    desk = MemoryQueue()
    ticket = await desk.ticket()
    desk.store.beaten = lambda now: msgspec.structs.replace(
        now, state=TicketState.IN_SESSION, agent="bob", session="x"
    )
    with pytest.raises(TicketTaken):
        await desk.sessions.take_ticket(ORG, "alice", ticket.id)
    assert desk.notifications.sent == []


async def test_a_harmless_change_meanwhile_does_not_lose_the_accept() -> None:
    desk = MemoryQueue()
    ticket = await desk.ticket()
    desk.store.beaten = lambda now: msgspec.structs.replace(now, priority=5)
    facts = await desk.sessions.take_ticket(ORG, "alice", ticket.id)
    stored = await desk.store.get(ORG, ticket.id)
    assert stored is not None
    assert (stored.ticket.priority, stored.ticket.session) == (5, facts.id)


async def test_a_repeated_accept_is_the_same_session_and_tells_the_kiosk_again() -> None:
    desk = MemoryQueue()
    ticket = await desk.ticket(number="1234567")
    first = await desk.sessions.take_ticket(ORG, "alice", ticket.id)
    again = await desk.sessions.take_ticket(ORG, "alice", ticket.id)
    assert again == first
    assert first.caller_number == "1234567"
    assert desk.log.opened == {first.id: ["k.kiosk1", "a.alice"]}
    assert desk.notifications.kinds("kiosk1") == ["SessionOpened", "SessionOpened"]


async def test_an_unreachable_store_accepts_nothing() -> None:
    desk = MemoryQueue()
    ticket = await desk.ticket()
    desk.store.away = True
    with pytest.raises(StoreUnreachable):
        await desk.sessions.take_ticket(ORG, "alice", ticket.id)
    with pytest.raises(StoreUnreachable):
        await desk.ticket("r2")
    desk.store.away = False
    assert (await desk.sessions.take_ticket(ORG, "bob", ticket.id)).agent == "bob"
    desk.store.away = True
    with pytest.raises(StoreUnreachable):  # "you have nobody" could be wrong
        await desk.sessions.resume(an_agent("alice"), ResumeRequest())


async def test_a_call_that_is_just_being_stored_is_asked_for_again_and_is_not_unknown() -> None:
    desk = MemoryQueue()

    async def in_process(ticket: Ticket) -> int:
        # a leader without its followers refuses the second try before it has the first
        raise RevisionConflict

    really, desk.store.create = desk.store.create, in_process  # type: ignore[method-assign]
    with pytest.raises(StoreUnreachable):
        await desk.ticket()
    desk.store.create = really  # type: ignore[method-assign]
    assert (await desk.ticket()).state is TicketState.WAITING


async def test_the_caller_number_is_nowhere_in_the_ticket_and_gone_at_the_end() -> None:
    desk = MemoryQueue()
    ticket = await desk.ticket(number="123 45 67")
    stored = await desk.store.get(ORG, ticket.id)
    assert b"1234567" not in msgspec.json.encode(stored.ticket if stored else None)
    assert desk.callers.records[ORG, ticket.id].number == "1234567"
    facts = await desk.sessions.take_ticket(ORG, "alice", ticket.id)
    await desk.sessions.hang_up(
        a_kiosk("kiosk1"), HangUpRequest(session_id=facts.id, reason="done")
    )
    assert desk.callers.records
    await desk.sessions.close_session(ORG, "alice", facts.id, "helped")
    await desk.sessions.close_session(ORG, "alice", facts.id, "helped")
    assert desk.callers.records == {}
    assert desk.store.retired == [ticket.id]


async def test_closing_without_hanging_up_tells_both_ends() -> None:
    desk = MemoryQueue()
    facts = await desk.sessions.take_ticket(ORG, "alice", (await desk.ticket()).id)
    await desk.sessions.close_session(ORG, "alice", facts.id, "no_show")
    assert desk.notifications.kinds("kiosk1") == ["SessionOpened", "SessionEnded"]
    assert desk.notifications.sent[-1] == (
        Role.AGENT,
        "alice",
        SessionEnded(session_id=facts.id, by="agent", reason="no_show"),
    )


async def test_who_hung_up_first_is_what_both_hear() -> None:
    desk = MemoryQueue()
    facts = await desk.sessions.take_ticket(ORG, "alice", (await desk.ticket()).id)
    await desk.sessions.hang_up(
        a_kiosk("kiosk1"), HangUpRequest(session_id=facts.id, reason="stop")
    )
    await desk.sessions.hang_up(
        an_agent("alice"), HangUpRequest(session_id=facts.id, reason="done")
    )
    ended = [event for _, _, event in desk.notifications.sent if isinstance(event, SessionEnded)]
    assert {(event.by, event.reason) for event in ended} == {("kiosk", "stop")}


async def test_a_ticket_given_back_has_a_new_session_and_goes_first() -> None:
    desk = MemoryQueue()
    lost = await desk.ticket("r1")
    first = await desk.sessions.take_ticket(ORG, "alice", lost.id)
    desk.clock.advance(5)
    other = await desk.ticket("r2", kiosk="kiosk2")
    stored = desk.view.get(ORG, lost.id)
    assert stored is not None
    await desk.sessions.give_back(stored.ticket)
    await desk.sessions.give_back(stored.ticket)
    assert [ticket.id for ticket in desk.view.waiting(ORG)] == [lost.id, other.id]
    with pytest.raises(TicketUnknown):
        await desk.sessions.hang_up(
            an_agent("alice"), HangUpRequest(session_id=first.id, reason="done")
        )
    second = await desk.sessions.take_ticket(ORG, "bob", lost.id)
    assert second.id != first.id
    assert desk.notifications.kinds("alice") == ["SessionEnded"]


async def test_a_kiosk_that_calls_again_hears_of_its_older_ticket_by_the_answer_alone() -> None:
    """News of an end would come before the answer, while the kiosk still shows the older ticket."""
    desk = MemoryQueue()
    older = await desk.ticket()
    newer = await desk.ticket("r2")
    stored = await desk.store.get(ORG, older.id)
    assert stored is not None
    assert (stored.ticket.state, stored.ticket.reason) == (TicketState.ABANDONED, "new_call")
    assert desk.notifications.sent == []
    await desk.calls.abandon(newer)
    assert [type(event) for _, _, event in desk.notifications.sent] == [TicketChanged]


async def test_leaving_ends_a_waiting_ticket_only() -> None:
    desk = MemoryQueue()
    ticket = await desk.ticket(number="1234567")
    with pytest.raises(TicketUnknown):
        await desk.calls.leave(a_kiosk("kiosk2"), LeaveRequest(ticket_id=ticket.id))
    await desk.calls.leave(a_kiosk("kiosk1"), LeaveRequest(ticket_id=ticket.id))
    assert desk.callers.records == {}
    with pytest.raises(TicketTaken):
        await desk.sessions.take_ticket(ORG, "alice", ticket.id)


async def test_a_forgotten_wrap_up_is_closed_once() -> None:
    desk = MemoryQueue()
    ticket = await desk.ticket()
    facts = await desk.sessions.take_ticket(ORG, "alice", ticket.id)
    await desk.sessions.hang_up(
        an_agent("alice"), HangUpRequest(session_id=facts.id, reason="done")
    )
    stored = desk.view.get(ORG, ticket.id)
    assert stored is not None
    await desk.sessions.close_forgotten(stored.ticket)
    assert desk.view.open_tickets(ORG) == []


async def test_a_kiosk_is_told_its_place_once_for_each_change() -> None:
    desk = MemoryQueue()
    first = await desk.ticket("r1")
    desk.clock.advance(1)
    second = await desk.ticket("r2", kiosk="kiosk2")
    desk.agents = [AgentFacts(id="alice", name="Alice M.", state=AgentState.AVAILABLE)]
    desk.clock.advance(FRESH_S)
    for _ in range(3):
        await desk.places.tick(ORG)
    assert desk.notifications.kinds("kiosk2") == ["TicketChanged"]
    await desk.sessions.take_ticket(ORG, "alice", first.id)
    await desk.places.tick(ORG)
    assert desk.notifications.kinds("kiosk2") == ["TicketChanged", "TicketChanged"]
    position, wait = desk.places.place(second)
    assert position == 1
    assert wait is not None
    desk.agents = []
    desk.clock.advance(timedelta(minutes=1).total_seconds())
    assert desk.places.place(second) == (1, None)


async def test_a_kiosk_that_does_not_come_back_ends_the_conversation_for_its_agent() -> None:
    desk = MemoryQueue()
    ticket = await desk.ticket()
    facts = await desk.sessions.take_ticket(ORG, "alice", ticket.id)
    stored = desk.view.get(ORG, ticket.id)
    assert stored is not None
    await desk.sessions.give_up(stored.ticket)
    await desk.sessions.give_up(stored.ticket)
    assert desk.notifications.kinds("alice") == ["SessionEnded"]
    assert desk.notifications.sent[-1] == (
        Role.AGENT,
        "alice",
        SessionEnded(session_id=facts.id, by="hub", reason="kiosk_lost"),
    )
    again = desk.view.get(ORG, ticket.id)
    assert again is not None
    assert (again.ticket.state, again.ticket.reason) == (TicketState.WRAP_UP, "kiosk_lost")


async def test_a_telephone_number_goes_with_the_ticket_though_the_hub_died_in_between() -> None:
    desk = MemoryQueue()
    ticket = await desk.ticket()
    away = WaitingElsewhere(desk.core, calls=desk.calls, moved=desk.moved, waits=desk.waits)
    put = desk.callers.put

    async def put_and_die(organisation: str, ticket_id: str, record: CallerRecord) -> None:
        await put(organisation, ticket_id, record)
        desk.store.away = True

    desk.callers.put = put_and_die  # type: ignore[method-assign]
    with pytest.raises(StoreUnreachable):
        await away.step_away(
            a_kiosk(), StepAwayRequest(ticket_id=ticket.id, how="phone", phone="0601020304")
        )
    assert desk.callers.records
    desk.store.away = False
    await desk.ticket("r2")
    assert desk.callers.records == {}


EDGES = [(before, after) for before in TicketState for after in TicketState]


@pytest.mark.parametrize(("before", "after"), EDGES)
async def test_no_rule_can_store_a_state_that_may_not_follow(
    before: TicketState, after: TicketState
) -> None:
    desk = MemoryQueue()
    stored = msgspec.structs.replace(await desk.ticket(), state=before)
    revision = await desk.store.replace(stored, 1)
    desk.view.apply(StoredTicket(stored, revision))
    changes = TicketChanges(desk.store, desk.view)

    def decide(ticket: Ticket) -> Ticket:
        return msgspec.structs.replace(ticket, state=after, reason="tried")

    if after is before or after in TRANSITIONS[before]:
        changed, _ = await changes.change(ORG, stored.id, decide)
        assert (changed.ticket.state, changed.ticket.reason) == (after, "tried")
    else:
        with pytest.raises(ImpossibleTransition):
            await changes.change(ORG, stored.id, decide)
        assert await desk.store.get(ORG, stored.id) == StoredTicket(stored, revision)


@pytest.mark.parametrize("state", [state for state in TicketState if state is not FIRST])
async def test_a_new_ticket_waits(state: TicketState) -> None:
    desk = MemoryQueue()
    ticket = msgspec.structs.replace(await desk.ticket(), id="another", state=state)
    with pytest.raises(ImpossibleTransition):
        await TicketChanges(desk.store, desk.view).add(ticket)
