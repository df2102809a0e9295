# SPDX-License-Identifier: GPL-3.0-only
"""The board's rules on stores in memory:
races, repeats after a lost answer, and the counts of the day.
"""

from __future__ import annotations

import msgspec
import pytest

from session.core.errors import NotAllowed, QueueClosed, ServiceUnknown, TicketTaken
from session.hub.access.handlers import Asker
from session.hub.queue.agent_states import AgentStates
from session.protocol.hub.board import (
    AgentState,
    AgentStateRequest,
    AskSupervisorRequest,
    MoveQueueRequest,
    PrioritiseRequest,
    QueueStateRequest,
    ReassignRequest,
    TicketSeen,
)
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.wire.roles import Role
from tests.support.askers import a_supervisor
from tests.unit.session.hub.supervision.supervised_hub import MemoryBoardStore, Supervised

ORG = "valdore"


def priority(ticket: Ticket, to: int, reason: str = "cannot stand") -> PrioritiseRequest:
    return PrioritiseRequest(
        ticket_id=ticket.id, seen=TicketSeen.of(ticket), priority=to, reason=reason
    )


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
    with pytest.raises(TicketTaken):
        await desk.board.prioritise(a_supervisor(), priority(ticket, 5))
    stored = await desk.store.get(ORG, ticket.id)
    assert stored is not None
    assert (stored.ticket.agent, stored.ticket.priority) == ("bob", 0)


async def test_the_same_act_asked_again_after_a_lost_answer_is_done_once() -> None:
    desk = Supervised()
    ticket = await desk.ticket()
    first = await desk.board.prioritise(a_supervisor(), priority(ticket, 5))
    assert await desk.board.prioritise(a_supervisor(), priority(ticket, 5)) == first
    with pytest.raises(TicketTaken):
        await desk.board.prioritise(a_supervisor("other"), priority(ticket, 5))


async def test_tickets_go_to_known_agents_and_open_services_only() -> None:
    desk = Supervised()
    ticket = await desk.ticket()
    seen = TicketSeen.of(ticket)
    for nobody in ("boss", "zoe"):
        request = ReassignRequest(
            ticket_id=ticket.id, seen=seen, reason="not an agent here", agent=nobody
        )
        with pytest.raises(NotAllowed):
            await desk.board.reassign(a_supervisor(), request)
    with pytest.raises(ServiceUnknown):
        await desk.board.reassign(
            a_supervisor(),
            ReassignRequest(ticket_id=ticket.id, seen=seen, reason="elsewhere", service="care"),
        )
    await desk.board.close_queue(
        a_supervisor(), QueueStateRequest(service="housing", reason="nobody left")
    )
    with pytest.raises(QueueClosed):
        await desk.board.reassign(
            a_supervisor(),
            ReassignRequest(ticket_id=ticket.id, seen=seen, reason="closed one", service="housing"),
        )


async def test_a_ticket_is_taken_back_from_the_agent_it_was_kept_for() -> None:
    desk = Supervised()
    ticket = await desk.ticket()
    request = ReassignRequest(
        ticket_id=ticket.id, seen=TicketSeen.of(ticket), reason="knows her", agent="bob"
    )
    kept = (await desk.board.reassign(a_supervisor(), request)).ticket
    assert kept.kept_for(desk.clock.utc_now()) == "bob"
    back = ReassignRequest(
        ticket_id=ticket.id, seen=TicketSeen.of(kept), reason="undone again", agent=""
    )
    free = (await desk.board.reassign(a_supervisor(), back)).ticket
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
