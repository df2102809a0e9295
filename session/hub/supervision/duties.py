# SPDX-License-Identifier: GPL-3.0-only
"""A supervisor's decisions about an agent: its state, and what it serves today.
The rules behind the verbs `set_agent_state` and `set_agent_services`; used by the hub.

Each is stored with its reason, as every act; the agent is told who decided and why.
"""

from __future__ import annotations

from session.core.errors import AgentAway
from session.hub.access.handlers import Asker, handles
from session.hub.queue.agent_states import AgentStates
from session.hub.queue.core import QueueCore
from session.hub.storage.board_store import BoardStore, DutyRecord
from session.protocol.hub.board import (
    AgentState,
    SetAgentServicesRequest,
    SetAgentStateRequest,
)
from session.protocol.hub.requests import AgentChanged, Done
from session.protocol.wire.ids import new_id
from session.protocol.wire.roles import Role


class AgentDuties:
    """Supervisors' decisions about agents. The store tells the dispatch of each."""

    def __init__(self, core: QueueCore, store: BoardStore, *, agents: AgentStates) -> None:
        self._catalogue = core.catalogue
        self._notifications = core.notifications
        self._clock = core.clock
        self._store = store
        self._agents = agents

    @handles(SetAgentStateRequest)
    async def set_state(self, asker: Asker, request: SetAgentStateRequest) -> Done:
        """The agent is available, or pauses once its conversation is over.

        Raises:
            AgentAway: its desk is not there; or it did not answer an offer, and only the agent
            knows whether it is back. NotAllowed (no such agent), StoreUnreachable.
        """
        organisation, agent = asker.organisation, request.agent
        person = self._catalogue.agent(organisation, agent)
        if self._is_done(organisation, agent, request.act_id):
            return Done()
        state = self._agents.facts(organisation, person).state
        silent = state is AgentState.NOT_RESPONDING and request.available
        if state is AgentState.OFFLINE or silent:
            raise AgentAway(agent=agent)
        if request.available:
            pause = ""
        else:
            pause = request.pause
        by = f"{Role.SUPERVISOR}.{asker.user}"
        await self._agents.set_by_supervisor(
            organisation, agent, request.available, pause=pause, by=by, why=request.reason
        )
        if request.available:
            decided_state = "available"
        else:
            decided_state = pause or "paused"
        services = self._agents.services_today(organisation, agent)
        await self._decide(asker, request, state=decided_state, services=services)
        return Done()

    @handles(SetAgentServicesRequest)
    async def set_services(self, asker: Asker, request: SetAgentServicesRequest) -> Done:
        """Set what the agent serves until midnight;
        its skills and the rules of overflow stay.

        Raises:
            NotAllowed (no such agent), ServiceUnknown, StoreUnreachable.
        """
        organisation = asker.organisation
        self._catalogue.agent(organisation, request.agent)
        for service in request.services:
            self._catalogue.service(organisation, service)
        if not self._is_done(organisation, request.agent, request.act_id):
            services = tuple(dict.fromkeys(request.services)) or None
            await self._decide(asker, request, state=None, services=services)
        return Done()

    def _is_done(self, organisation: str, agent: str, act_id: str | None) -> bool:
        """The first answer was lost and the request is repeated."""
        record = self._store.duty(organisation, agent)
        return record is not None and record.act == act_id

    async def _decide(
        self,
        asker: Asker,
        request: SetAgentStateRequest | SetAgentServicesRequest,
        *,
        state: str | None,
        services: tuple[str, ...] | None,
    ) -> None:
        record = DutyRecord(
            changed_by=f"{Role.SUPERVISOR}.{asker.user}",
            reason=request.reason,
            at_utc=self._clock.utc_now(),
            act=request.act_id or new_id(),
            state=state,
            services=services,
        )
        await self._store.put_duty(asker.organisation, request.agent, record)
        by_name = self._catalogue.person_name(asker.organisation, asker.user)
        event = AgentChanged(by_name=by_name, reason=request.reason, services=state is None)
        await self._notifications.notify(asker.organisation, Role.AGENT, request.agent, event)
