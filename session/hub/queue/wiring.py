# SPDX-License-Identifier: GPL-3.0-only
"""Builds the queue: tickets, callers, conversations, and what everybody is told of them.
Used by `session.hub.composition`.
"""

from __future__ import annotations

from dataclasses import dataclass

from session.hub.convention.open_now import OpenNow
from session.hub.parts import HubParts
from session.hub.queue.agent_claims import AgentClaims, NatsAgentClaimStore
from session.hub.queue.agent_states import AgentStates
from session.hub.queue.calls import Calls
from session.hub.queue.core import Closures, QueueCore
from session.hub.queue.display import Display
from session.hub.queue.eligibility import Eligibility
from session.hub.queue.kiosk_offers import KioskOffers
from session.hub.queue.line_quality import KioskLines
from session.hub.queue.moved_tickets import MovedTickets, Partners
from session.hub.queue.notifications import BusNotifications
from session.hub.queue.place_notifications import PlaceNotifications
from session.hub.queue.presence import Presence
from session.hub.queue.returning_callers import NatsReturnStore, ReturningCallers
from session.hub.queue.sessions import LogOpener, Sessions
from session.hub.queue.ticket_changes import TicketChanges
from session.hub.queue.turn_credentials import TurnCredentials
from session.hub.queue.view import QueueView
from session.hub.queue.wait_estimates import HandlingTimes, WaitEstimates
from session.hub.storage.wiring import Stores


@dataclass(frozen=True)
class Queue:
    """The queue's parts that others use or that answer verbs."""

    core: QueueCore
    notifications: BusNotifications
    agents: AgentStates
    eligibility: Eligibility
    lines: KioskLines
    sessions: Sessions
    waits: WaitEstimates
    places: PlaceNotifications
    moved: MovedTickets
    openings: OpenNow
    calls: Calls
    offers: KioskOffers
    display: Display
    claim_store: NatsAgentClaimStore
    return_store: NatsReturnStore

    @property
    def view(self) -> QueueView:
        """The queue as this hub sees it."""
        return self.core.view

    @property
    def presence(self) -> Presence:
        """The clients that give signs of life."""
        return self.core.presence

    @property
    def rules(self) -> tuple[object, ...]:
        """The objects that answer verbs."""
        return (
            self.agents,
            self.lines,
            self.sessions,
            self.calls,
            self.offers,
            self.display,
        )


def build(
    parts: HubParts,
    stores: Stores,
    *,
    partners: Partners,
    log_opener: LogOpener,
    turn: TurnCredentials | None,
) -> Queue:
    """Args: turn: TURN servers for calls, None without any."""
    claims = NatsAgentClaimStore(parts.connection, parts.replicas)
    returns = NatsReturnStore(parts.connection, parts.replicas)
    notifications = BusNotifications(parts.connection)
    core = _core(parts, stores, claims, notifications)
    agents = AgentStates(core, stores.board, time_zone=parts.time_zone)
    eligibility = Eligibility(parts.catalogue, agents.answering, today=agents.as_today)
    returning, lines = ReturningCallers(returns, parts.clock), KioskLines(core)
    relays = turn or TurnCredentials([], b"", relay_only=False, clock=parts.clock)
    sessions = _sessions(parts, core, eligibility, returning, lines, relays, log_opener)
    waits = _wait_estimates(parts, core, agents)
    for listener in (core.presence, waits, agents, returning):
        core.view.changed.connect(listener.on_ticket)
    places, openings = PlaceNotifications(core, waits), OpenNow(parts.catalogue, parts.clock)
    moved = MovedTickets(core, places, partners=partners)
    return Queue(
        core=core,
        notifications=notifications,
        agents=agents,
        eligibility=eligibility,
        lines=lines,
        sessions=sessions,
        waits=waits,
        places=places,
        moved=moved,
        openings=openings,
        calls=_calls(parts, stores, core, sessions, places, moved, openings, returning),
        offers=KioskOffers(core, openings),
        display=Display(core),
        claim_store=claims,
        return_store=returns,
    )


def _core(
    parts: HubParts,
    stores: Stores,
    claims: NatsAgentClaimStore,
    notifications: BusNotifications,
) -> QueueCore:
    view = QueueView(parts.clock.monotonic_s)
    return QueueCore(
        changes=TicketChanges(stores.tickets, view, claims=AgentClaims(claims, stores.tickets)),
        callers=stores.callers,
        catalogue=parts.catalogue,
        closures=Closures(stores.board, parts.catalogue, clock=parts.clock),
        presence=Presence(parts.clock, parts.patience),
        notifications=notifications,
        clock=parts.clock,
        tasks=parts.tasks,
    )


def _sessions(
    parts: HubParts,
    core: QueueCore,
    eligibility: Eligibility,
    returning: ReturningCallers,
    lines: KioskLines,
    relays: TurnCredentials,
    log_opener: LogOpener,
) -> Sessions:
    return Sessions(
        core,
        log_opener=log_opener,
        eligibility=eligibility,
        served=returning.served,
        rates=lines.rates,
        relays=relays.rules,
        kiosk_key=parts.kiosk_key,
    )


def _calls(
    parts: HubParts,
    stores: Stores,
    core: QueueCore,
    sessions: Sessions,
    places: PlaceNotifications,
    moved: MovedTickets,
    openings: OpenNow,
    returning: ReturningCallers,
) -> Calls:
    def check_space() -> None:
        parts.disk_space.check()
        stores.space.check()

    return Calls(
        core,
        sessions=sessions,
        places=places,
        moved=moved,
        openings=openings,
        preferred=returning.preferred,
        check_space=check_space,
    )


def _wait_estimates(parts: HubParts, core: QueueCore, agents: AgentStates) -> WaitEstimates:
    return WaitEstimates(
        core.view,
        HandlingTimes(),
        agents=agents.all_facts,
        clock=parts.clock,
        services_of=agents.services_of,
        skills_of=parts.catalogue.skills_of,
    )
