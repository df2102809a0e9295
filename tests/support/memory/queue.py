# SPDX-License-Identifier: GPL-3.0-only
"""The hub's rules about tickets with everything in memory, for tests that need no bus."""

from __future__ import annotations

from session.core.clock import Clock, ManualClock
from session.core.errors import TicketUnknown
from session.core.tasks import Tasks
from session.hub.convention.catalogue import Catalogue
from session.hub.convention.open_now import OpenNow
from session.hub.queue.calls import Calls
from session.hub.queue.core import Closures, Decisions, QueueCore
from session.hub.queue.moved_tickets import MovedTickets
from session.hub.queue.place_notifications import PlaceNotifications
from session.hub.queue.presence import Presence
from session.hub.queue.sessions import Sessions
from session.hub.queue.ticket_changes import TicketChanges
from session.hub.queue.view import QueueView
from session.hub.queue.wait_estimates import HandlingTimes, WaitEstimates
from session.hub.storage.board_store import BroadcastRecord, QueueRecord
from session.protocol.hub.board import AgentFacts
from session.protocol.hub.requests import TicketRequested
from session.protocol.hub.tickets import Ticket
from tests.support.askers import a_kiosk
from tests.support.hub_world import catalogue_text
from tests.support.memory.store import (
    MemoryCallers,
    MemoryLog,
    MemoryNotifications,
    MemoryStore,
)


class NoDecisions:
    """Nothing is closed."""

    def queue(self, organisation: str, service: str) -> QueueRecord | None:
        return None

    def site(self, organisation: str, site: str) -> QueueRecord | None:
        return None

    def messages_at(self, site: str) -> list[tuple[str, BroadcastRecord]]:
        return []


class NoPartners:
    """No other network."""

    async def check(self, ticket: Ticket, organisation: str, service: str) -> None:
        raise TicketUnknown

    async def arrive(self, old: Ticket) -> Ticket:
        raise TicketUnknown

    def is_done(self, old: Ticket) -> bool:
        return True


def memory_core(
    catalogue: Catalogue,
    clock: Clock,
    *,
    notifications: MemoryNotifications,
    store: MemoryStore | None = None,
    callers: MemoryCallers | None = None,
    view: QueueView | None = None,
    decisions: Decisions | None = None,
) -> QueueCore:
    """What nearly every rule works with, in memory."""
    return QueueCore(
        changes=TicketChanges(store or MemoryStore(), view or QueueView()),
        callers=callers or MemoryCallers(),
        catalogue=catalogue,
        closures=Closures(decisions or NoDecisions(), catalogue, clock=clock),
        presence=Presence(clock),
        notifications=notifications,
        clock=clock,
        tasks=Tasks(),
    )


class MemoryQueue:
    """Calls and conversations of one organisation."""

    def __init__(self, catalogue: str = "", decisions: Decisions | None = None) -> None:
        self.clock = ManualClock()
        self.store = MemoryStore()
        self.callers = MemoryCallers()
        self.log = MemoryLog()
        self.notifications = MemoryNotifications()
        self.view = QueueView()
        self.catalogue = Catalogue.parse(catalogue or catalogue_text())
        self.agents: list[AgentFacts] = []
        self.waits = WaitEstimates(
            self.view, HandlingTimes(), agents=lambda organisation: self.agents, clock=self.clock
        )
        self.use_view(self.view, decisions)

    def use_view(self, view: QueueView, decisions: Decisions | None = None) -> None:
        """The rules with this view, as another hub on the same store has them."""
        self.view = view
        self.core = memory_core(
            self.catalogue,
            self.clock,
            notifications=self.notifications,
            store=self.store,
            callers=self.callers,
            view=view,
            decisions=decisions,
        )
        self.presence = self.core.presence
        self.sessions = Sessions(self.core, log_opener=self.log)
        self.places = PlaceNotifications(self.core, self.waits)
        self.moved = MovedTickets(self.core, self.places, partners=NoPartners())
        self.calls = Calls(
            self.core,
            sessions=self.sessions,
            places=self.places,
            moved=self.moved,
            openings=OpenNow(self.catalogue, self.clock),
        )

    async def ticket(self, request: str = "r1", number: str = "", kiosk: str = "kiosk1") -> Ticket:
        wanted = TicketRequested(request_id=request, service="rights", caller_number=number)
        return (await self.calls.call(a_kiosk(kiosk), wanted)).ticket
