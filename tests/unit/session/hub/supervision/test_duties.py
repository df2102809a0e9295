# SPDX-License-Identifier: GPL-3.0-only
"""A supervisor changes an agent's state, and what it serves today, with the real rules of the
queue over stores in memory.
"""

from __future__ import annotations

import pytest

from session.core.errors import AgentAway, NotAllowed, ServiceUnknown, SkillMissing
from session.protocol.hub.board import (
    AgentState,
    AgentStateRequest,
    SetAgentStateRequest,
)
from session.protocol.hub.requests import AgentChanged, HubEvent
from tests.support.askers import a_supervisor, an_agent
from tests.unit.session.hub.supervision.duty_hub import Supervising
from tests.unit.session.hub.supervision.supervised_hub import Supervised

ORG = "valdore"


def told(desk: Supervised, agent: str) -> list[HubEvent]:
    return [event for _role, user, event in desk.notifications.sent if user == agent]


async def test_a_paused_agent_gets_nobody_until_made_available_and_is_told_by_whom() -> None:
    desk = Supervising()
    await desk.set_state(False, "meeting")
    assert await desk.alice() == (AgentState.PAUSED, "Chantal V.", "agreed on", False)
    assert [one.id for one in desk.states.free(ORG)] == ["bob"]
    assert told(desk, "alice") == [AgentChanged(by_name="Chantal V.", reason="agreed on")]
    await desk.set_state(True, act_id="a2")
    assert (await desk.alice())[0] is AgentState.AVAILABLE
    await desk.states.report(an_agent(), AgentStateRequest(available=False, reason="break"))
    assert (await desk.alice())[1:3] == ("", ""), "what the agent says itself is its own"


async def test_who_is_not_there_or_silent_is_not_made_available_by_somebody_else() -> None:
    desk = Supervising()
    await desk.states.mark_silent(ORG, "alice")
    with pytest.raises(AgentAway):
        await desk.set_state(True)
    await desk.set_state(False, "technical")
    desk.clock.advance(desk.presence.patience.silent_s + 1)
    with pytest.raises(AgentAway):
        await desk.set_state(True, act_id="a2")
    with pytest.raises(NotAllowed):
        await desk.duties.set_state(
            a_supervisor(), SetAgentStateRequest(agent="boss", available=True, reason="me too")
        )


async def test_what_an_agent_serves_today_decides_whom_it_may_take_until_midnight() -> None:
    desk = Supervising()
    ticket = await desk.ticket()
    await desk.set_services("housing")
    assert (await desk.alice())[3]
    assert desk.states.answering(ORG, "rights") == 1, "Bob"
    with pytest.raises(SkillMissing):
        await desk.sessions.take_ticket(ORG, "alice", ticket.id)
    await desk.set_services(act_id="s2")
    await desk.sessions.take_ticket(ORG, "alice", ticket.id)
    await desk.set_services("housing", act_id="s3")
    desk.clock.advance(24 * 3600)
    assert desk.states.services_of(ORG, "alice") is None


async def test_a_new_state_keeps_the_services_of_the_day() -> None:
    desk = Supervising()
    await desk.set_services("housing")
    await desk.set_state(False, "meeting")
    assert desk.states.services_of(ORG, "alice") == frozenset({"housing"})
    duty = desk.board_store.duties[ORG, "alice"]
    assert (duty.state, duty.changed_by, duty.reason) == ("meeting", "s.boss", "agreed on")


async def test_the_same_act_asked_again_after_a_lost_answer_changes_nothing_more() -> None:
    desk = Supervising()
    await desk.set_services("housing")
    await desk.set_services("housing")
    assert len(told(desk, "alice")) == 1
    with pytest.raises(ServiceUnknown):
        await desk.set_services("care", act_id="s2")
