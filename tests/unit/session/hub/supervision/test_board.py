# SPDX-License-Identifier: GPL-3.0-only
"""The board's rules on stores in memory:
races, repeats after a lost answer, and the counts of the day.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec
import pytest

from session.core.errors import NotAllowed, QueueClosed, ServiceUnknown
from session.hub.access.handlers import Asker
from session.hub.queue.agent_states import AgentStates
from session.protocol.hub.board import (
    ActOnTicketsRequest,
    AgentState,
    AgentStateRequest,
    AskSupervisorRequest,
    MoveQueueRequest,
    QueueStateRequest,
    TicketResult,
    TicketSeen,
)
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.wire.roles import Role
from tests.support.askers import a_supervisor
from tests.unit.session.hub.supervision.supervised_hub import MemoryBoardStore, Supervised

ORG = "valdore"


def on(*tickets: Ticket, act: str = "a1", why: str = "cannot stand", **changes: Any) -> Any:
    seen = [TicketSeen.of(ticket) for ticket in tickets]
    return ActOnTicketsRequest(tickets=seen, reason=why, act_id=act, **changes)


async def test_an_agent_asks_a_supervisor_for_help_and_keeps_its_state() -> None:
    desk = Supervised()
    agents = AgentStates(desk.core, store := MemoryBoardStore())
    who = Asker(ORG, Role.AGENT, "bob")
    await agents.report(who, AgentStateRequest(available=False, reason="break"))
    await agents.ask_supervisor(who, AskSupervisorRequest(reason="advice"))
    await agents.report(who, AgentStateRequest(available=True))
    record = store.agents[ORG, "bob"]
    assert (record.available, record.help) == (True, "advice")
    desk.presence.mark_alive(ORG, Role.AGENT, "bob")
    [bob] = [one for one in agents.all_facts(ORG) if one.id == "bob"]
    assert (bob.state, bob.help) == (AgentState.AVAILABLE, "advice")
    await agents.ask_supervisor(who, AskSupervisorRequest())
    [bob] = [one for one in agents.all_facts(ORG) if one.id == "bob"]
    assert bob.help == ""


async def test_a_supervisor_beaten_in_the_last_moment_changes_nothing() -> None:
    desk = Supervised()
    ticket = await desk.ticket()
    desk.store.beaten = lambda now: msgspec.structs.replace(
        now, state=TicketState.IN_SESSION, agent="bob", session="x"
    )
    answer = await desk.board.act_on_tickets(a_supervisor(), on(ticket, priority=5))
    assert [result.code for result in answer.results] == ["ticket_taken"]
    stored = await desk.store.get(ORG, ticket.id)
    assert stored is not None
    assert (stored.ticket.agent, stored.ticket.priority) == ("bob", 0)


async def test_the_same_act_asked_again_after_a_lost_answer_is_done_once() -> None:
    desk = Supervised()
    ticket = await desk.ticket()
    first = await desk.board.act_on_tickets(a_supervisor(), on(ticket, priority=5))
    assert first.results == [TicketResult(ticket_id=ticket.id)]
    assert await desk.board.act_on_tickets(a_supervisor(), on(ticket, priority=5)) == first
    other = on(ticket, act="a2", priority=5)
    answer = await desk.board.act_on_tickets(a_supervisor("other"), other)
    assert [result.code for result in answer.results] == ["ticket_taken"]


async def test_of_several_callers_each_becomes_what_can_be_and_the_answer_says_what() -> None:
    desk = Supervised()
    waits, urgent = await desk.ticket("r1"), await desk.ticket("r2", kiosk="kiosk2")
    await desk.board.act_on_tickets(a_supervisor(), on(urgent, act="a0", priority=5))
    urgent = (await desk.core.changes.read(ORG, urgent.id)).ticket
    unknown = msgspec.structs.replace(waits, id="nobody")

    async def outcomes(act: str) -> list[tuple[str, bool]]:
        request = on(waits, urgent, unknown, act=act, priority=5)
        answer = await desk.board.act_on_tickets(a_supervisor(), request)
        return [(result.code, result.already) for result in answer.results]

    assert await outcomes("a1") == [("", False), ("", True), ("ticket_unknown", False)]
    assert (await desk.core.changes.read(ORG, urgent.id)).ticket.act == "a0"
    for ticket, state in ((waits, TicketState.IN_SESSION), (urgent, TicketState.ABANDONED)):
        becomes = partial(msgspec.structs.replace, state=state)
        await desk.core.changes.change(ORG, ticket.id, becomes)
    refused = [("ticket_taken", False), ("ticket_unknown", False), ("ticket_unknown", False)]
    assert await outcomes("a2") == refused
    assert (await outcomes("a1"))[0] == ("", False), "asked again, it is as it was"


async def test_tickets_go_to_known_agents_and_open_services_only() -> None:
    desk = Supervised()
    ticket = await desk.ticket()
    for nobody in ("boss", "zoe"):
        with pytest.raises(NotAllowed):
            await desk.board.act_on_tickets(a_supervisor(), on(ticket, agent=nobody))
    with pytest.raises(ServiceUnknown):
        await desk.board.act_on_tickets(a_supervisor(), on(ticket, service="care"))
    await desk.board.close_queue(
        a_supervisor(), QueueStateRequest(service="housing", reason="nobody left")
    )
    with pytest.raises(QueueClosed):
        await desk.board.act_on_tickets(a_supervisor(), on(ticket, service="housing"))


async def test_a_ticket_is_taken_back_from_the_agent_it_was_kept_for() -> None:
    desk = Supervised()
    ticket = await desk.ticket()
    await desk.board.act_on_tickets(a_supervisor(), on(ticket, agent="bob"))
    kept = (await desk.core.changes.read(ORG, ticket.id)).ticket
    assert kept.kept_for(desk.clock.utc_now()) == "bob"
    await desk.board.act_on_tickets(a_supervisor(), on(kept, act="a2", agent=""))
    free = (await desk.core.changes.read(ORG, ticket.id)).ticket
    assert (free.assigned_to, free.assigned_at_utc) == (None, None)


async def test_a_caller_accepted_during_a_move_is_left_with_the_agent() -> None:
    desk = Supervised()
    await desk.ticket("r1")
    await desk.ticket("r2", kiosk="kiosk2")
    desk.store.beaten = lambda now: msgspec.structs.replace(
        now, state=TicketState.IN_SESSION, agent="bob", session="x"
    )
    moved = await desk.board.move_queue(
        a_supervisor(), MoveQueueRequest(service="rights", to="housing", reason="closing")
    )
    assert (moved.moved, moved.left) == (1, 1)
