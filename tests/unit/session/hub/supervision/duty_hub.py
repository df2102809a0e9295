# SPDX-License-Identifier: GPL-3.0-only
"""Agents with duties, for tests."""

from __future__ import annotations

from session.hub.queue.eligibility import Eligibility
from session.hub.queue.sessions import Sessions
from session.protocol.hub.board import (
    AgentState,
    BoardRequest,
    SetAgentServicesRequest,
    SetAgentStateRequest,
)
from session.protocol.wire.roles import Role
from tests.support.askers import a_supervisor
from tests.unit.session.hub.supervision.supervised_hub import Supervised

ORG = "valdore"


class Supervising(Supervised):
    """Alice and Bob are there, and the queue asks what they serve today."""

    def __init__(self) -> None:
        super().__init__()
        eligibility = Eligibility(self.catalogue, self.states.answering, today=self.states.as_today)
        self.sessions = Sessions(self.core, log_opener=self.log, eligibility=eligibility)
        for agent in ("alice", "bob"):
            self.presence.mark_alive(ORG, Role.AGENT, agent)

    async def set_services(self, *services: str, agent: str = "alice", act_id: str = "s1") -> None:
        request = SetAgentServicesRequest(
            agent=agent, services=list(services), reason="only one is left", act_id=act_id
        )
        await self.duties.set_services(a_supervisor(), request)

    async def set_state(self, available: bool, pause: str = "", act_id: str = "a1") -> None:
        request = SetAgentStateRequest(
            agent="alice", available=available, pause=pause, reason="agreed on", act_id=act_id
        )
        await self.duties.set_state(a_supervisor(), request)

    async def alice(self) -> tuple[AgentState, str, str, bool]:
        answer = await self.board.board(a_supervisor(), BoardRequest())
        facts = next(one for one in answer.agents if one.id == "alice")
        return facts.state, facts.by_name, facts.why, facts.for_today
