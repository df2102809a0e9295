# SPDX-License-Identifier: GPL-3.0-only
"""Builds who gets which caller: offers by the hub, and the agents' own choice.
Used by `session.hub.composition`.
"""

from __future__ import annotations

from dataclasses import dataclass

from session.hub.assignment.dispatch import TICK_S, Dispatch
from session.hub.assignment.previews import CallerPreviews
from session.hub.assignment.routing import Routing
from session.hub.assignment.workplaces import Workplaces
from session.hub.dossier.store import DossierStoreLike
from session.hub.parts import HubParts
from session.hub.queue.wiring import Queue
from session.hub.storage.lease import Lease
from session.hub.storage.wiring import Stores


@dataclass(frozen=True)
class Assignment:
    """Offers and routing; `lease` is held by the one hub that offers."""

    dispatch: Dispatch
    routing: Routing
    previews: CallerPreviews
    workplaces: Workplaces
    lease: Lease

    @property
    def rules(self) -> tuple[object, ...]:
        """The objects that answer verbs."""
        return (self.routing, self.previews, self.workplaces)

    def is_ours(self) -> bool:
        """True while this hub is the one that offers."""
        return self.lease.is_held


def build(
    parts: HubParts, stores: Stores, *, queue: Queue, dossiers: DossierStoreLike
) -> Assignment:
    """A change of a ticket or of an agent's state makes the dispatch look at once."""
    dispatch = Dispatch(
        queue.core,
        agents=queue.agents,
        is_ours=lambda: stores.lease.is_held,
        tasks=parts.tasks,
        tick_s=min(parts.tick_s, TICK_S),
        eligibility=queue.eligibility,
    )
    queue.core.view.changed.connect(dispatch.on_ticket)
    stores.board.changed.connect(dispatch.wake)
    routing = Routing(
        queue.core, sessions=queue.sessions, agents=queue.agents, eligibility=queue.eligibility
    )
    previews = CallerPreviews(queue.core, routing, lines=queue.lines, dossiers=dossiers)
    return Assignment(
        dispatch=dispatch,
        routing=routing,
        previews=previews,
        workplaces=Workplaces(queue.core, agents=queue.agents, store=stores.board),
        lease=stores.lease,
    )
