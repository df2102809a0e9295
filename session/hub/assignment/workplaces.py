# SPDX-License-Identifier: GPL-3.0-only
"""At which of its computers an agent works: one at a time, so that no caller is offered to two
desks. The rule behind the verb `work_here`; used by the hub's door, which refuses the others.
"""

from __future__ import annotations

import asyncio
import logging

from session.bus.jetstream.streams import WrongRevision
from session.core.computer import printable_name
from session.core.errors import StoreUnreachable
from session.hub.access.handlers import Asker, handles
from session.hub.queue.agent_states import AgentStates
from session.hub.queue.core import QueueCore
from session.hub.storage.board_store import BoardStore, WorkplaceRecord
from session.protocol.hub.requests import WorkplaceChanged
from session.protocol.hub.routing import WorkHereAnswer, WorkHereRequest
from session.protocol.wire.roles import Role

log = logging.getLogger(__name__)

TRIES = 5
"""Two computers may open at the same moment, at two hubs."""

BEHIND_S = 0.1
"""This hub's copy of what another one has just stored comes within that time."""


class Workplaces:
    """Each agent's computer in use. A program that does not say which computer it is on is never
    refused: it is older than this rule.
    """

    def __init__(self, core: QueueCore, *, agents: AgentStates, store: BoardStore) -> None:
        self._view = core.view
        self._presence = core.presence
        self._clock = core.clock
        self._notifications = core.notifications
        self._agents = agents
        self._store = store

    def is_elsewhere(self, asker: Asker) -> bool:
        """True if this agent works at another computer than the one that asks."""
        if asker.role is not Role.AGENT or not asker.desk:
            return False
        _, workplace = self._store.workplace(asker.organisation, asker.user)
        return workplace is not None and workplace.desk != asker.desk

    @handles(WorkHereRequest)
    async def work_here(self, asker: Asker, request: WorkHereRequest) -> WorkHereAnswer:
        """Takes this computer unless another one is in use; with `take` also then, unless a
        conversation is not finished there. A computer that is silent, as one that was switched
        off, is not in use: its conversation goes on here. Raises `StoreUnreachable`.
        """
        organisation, agent = asker.organisation, asker.user
        for _ in range(TRIES):
            revision, workplace = self._store.workplace(organisation, agent)
            if workplace is not None and workplace.desk == request.desk:
                return WorkHereAnswer(here=True)
            if workplace is not None and self._is_used(organisation, agent, workplace):
                talks = self._talks(organisation, agent)
                if talks or not request.take:
                    return WorkHereAnswer(here=False, computer=workplace.computer, talks=talks)
            try:
                await self._take(asker, request, revision)
            except WrongRevision:
                await asyncio.sleep(BEHIND_S)
            else:
                return WorkHereAnswer(here=True)
        raise StoreUnreachable(why="the workplace changes too often")

    def _is_used(self, organisation: str, agent: str, workplace: WorkplaceRecord) -> bool:
        """It gives signs of life, or has had no time for one: it is new, or this hub is."""
        patience_s = self._presence.patience.silent_s
        age_s = (self._clock.utc_now() - workplace.at_utc).total_seconds()
        silent_s = self._presence.silent_s(organisation, Role.AGENT, agent)
        return 0.0 <= age_s < patience_s or silent_s < patience_s

    def _talks(self, organisation: str, agent: str) -> bool:
        in_hand = self._agents.ticket_in_hand(organisation, agent)
        return in_hand is not None or bool(self._view.helping(organisation, agent))

    async def _take(self, asker: Asker, request: WorkHereRequest, expected: int) -> None:
        record = WorkplaceRecord(
            desk=request.desk,
            computer=printable_name(request.computer),
            at_utc=self._clock.utc_now(),
        )
        await self._store.put_workplace(asker.organisation, asker.user, record, expected)
        log.info("%s.%s works at another computer", asker.organisation, asker.user)
        event = WorkplaceChanged(desk=record.desk, computer=record.computer)
        await self._notifications.notify(asker.organisation, Role.AGENT, asker.user, event)
