# SPDX-License-Identifier: GPL-3.0-only
"""Tickets, services and agents as rows of the board's tables.
Pure words and tones; used by the board's window.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from resources.texts import N_, _
from session.protocol.hub.board import AgentFacts, AgentState, QueueFacts
from session.protocol.hub.requests import Service
from session.protocol.hub.tickets import Ticket, TicketState
from views.board.tables import Cell, TableRow
from views.widgets.agent_state import DESK_CLOSED, NOT_RESPONDING, PAUSES, help_words
from views.widgets.parts import clock_words

AGENT_STATES: dict[AgentState, tuple[str, str, str]] = {
    AgentState.AVAILABLE: (N_("Available"), "available", "good"),
    AgentState.IN_SESSION: (N_("In conversation"), "call", "accent"),
    AgentState.WRAP_UP: (N_("Wrap-up"), "wrap_up", "accent"),
    AgentState.NOT_RESPONDING: (N_("Not responding"), "wait_long", "bad"),
    AgentState.PAUSED: (N_("Paused"), "paused", "warn"),
    AgentState.TRAINING: (N_("Training"), "paused", "warn"),
    AgentState.OFFLINE: (N_("Away"), "disconnected", "soft"),
}
"""Words, icon and tone of each state, in the order they stand on the board."""

PAUSE_WORDS = {code: words for code, words in PAUSES if code}
SAID_BY_STATE = frozenset({NOT_RESPONDING, DESK_CLOSED, "training"})
"""Reasons that the word of the state says already."""

PRIORITIES = (
    (0, N_("Usual")),
    (5, N_("High")),
    (10, N_("Urgent")),
    (1000, N_("Head of the queue")),
)
"""What a supervisor may choose; see `session.protocol.hub.board.Priority`."""

_ORDER = list(AGENT_STATES)


def priority_words(priority: int) -> str:
    """The name of the highest level that `priority` reaches."""
    names = [words for level, words in PRIORITIES if priority >= level]
    return _(names[-1]) if names else _("Low")


def ticket_row(
    ticket: Ticket,
    services: Mapping[str, Service],
    agents: Mapping[str, str],
    *,
    now_utc: datetime,
    longest_s: int,
) -> TableRow:
    """Number, service, site, wait, priority, whom it is with or kept for."""
    waiting = ticket.state in (TicketState.WAITING, TicketState.OFFERED)
    since = ticket.arrived_at_utc if waiting else ticket.accepted_at_utc or ticket.arrived_at_utc
    seconds = (now_utc - since).total_seconds()
    long = waiting and seconds >= longest_s
    order = list(services)
    service = services.get(ticket.service)
    kept = ticket.kept_for(now_utc)
    who = ""
    if ticket.state is TicketState.OFFERED and ticket.agent is not None:
        who = _("Offered to {name}").format(name=agents.get(ticket.agent, ticket.agent))
    elif ticket.agent is not None:
        who = agents.get(ticket.agent, ticket.agent)
    elif kept is not None:
        who = _("Kept for {name}").format(name=agents.get(kept, kept))
    raised = waiting and ticket.priority > 0
    cells = (
        Cell(ticket.number, "" if waiting else "soft"),
        Cell(
            service.name if service else ticket.service,
            icon_name=service.icon if service else "help",
            place=order.index(ticket.service) if ticket.service in order else len(order),
        ),
        Cell(ticket.site, "soft"),
        Cell(
            _("{time} · long").format(time=clock_words(seconds)) if long else clock_words(seconds),
            "bad" if long else "",
        ),
        Cell(
            priority_words(ticket.priority) if raised else "", "warn", "priority" if raised else ""
        ),
        Cell(who or "–", "accent" if who else "soft"),
    )
    return TableRow(ticket.id, cells, strong=waiting)


def queue_rows(
    services: Mapping[str, Service],
    states: Mapping[str, QueueFacts],
    tickets: Sequence[Ticket],
    *,
    now_utc: datetime,
    longest_s: int,
) -> list[TableRow]:
    """Service, how many wait, the longest wait, open or closed."""
    rows = []
    for place, service in enumerate(services.values()):
        waits_s = [
            (now_utc - ticket.arrived_at_utc).total_seconds()
            for ticket in tickets
            if ticket.service == service.id
            and ticket.state in (TicketState.WAITING, TicketState.OFFERED)
        ]
        worst_s = max(waits_s, default=0.0)
        long = worst_s >= longest_s
        facts = states.get(service.id)
        closed = facts.closed if facts is not None else service.closed
        cells = (
            Cell(service.name, icon_name=service.icon, place=place),
            Cell(str(len(waits_s)), "" if waits_s else "soft", right=True),
            _longest_wait_cell(worst_s, long=long) if waits_s else Cell("–", "soft"),
            Cell(
                _("Is closed") if closed else _("Is open"),
                "warn" if closed else "good",
                "forbidden" if closed else "",
            ),
        )
        why = f", {facts.changed_by}: {facts.reason}" if facts is not None and facts.closed else ""
        late = f", {_('Long wait')}" if long else ""
        spoken = ", ".join(cell.text for cell in cells) + late + why
        rows.append(TableRow(service.id, cells, spoken))
    return rows


def _longest_wait_cell(wait_s: float, *, long: bool) -> Cell:
    if long:
        return Cell(clock_words(wait_s), "bad", "wait_long")
    return Cell(clock_words(wait_s))


def in_order(agents: Sequence[AgentFacts]) -> list[AgentFacts]:
    """Who asks for help first, then free agents, then by name."""
    return sorted(agents, key=lambda one: (not one.help, _ORDER.index(one.state), one.name))


def agent_rows(
    agents: Sequence[AgentFacts], services: Mapping[str, Service], now_utc: datetime
) -> list[TableRow]:
    """Name, state with its reason or caller and service, since when; free agents first."""
    rows = []
    for agent in in_order(agents):
        words, icon_name, tone = AGENT_STATES[agent.state]
        service = services[agent.service].name if agent.service in services else agent.service
        reason = "" if agent.reason in SAID_BY_STATE else agent.reason
        why = _(PAUSE_WORDS.get(reason, reason)) if reason else ""
        parts = (_(words), agent.ticket or why, service if agent.ticket else "")
        state = " · ".join(part for part in parts if part)
        if agent.help:
            asks = _("Asks for help: {reason}").format(reason=help_words(agent.help))
            state, icon_name, tone = f"{asks} · {state}", "bell", "bad"
        since_utc = agent.help_since_utc or agent.since_utc
        since = "" if since_utc is None else clock_words((now_utc - since_utc).total_seconds())
        cells = (
            Cell(agent.name, "soft" if agent.state is AgentState.OFFLINE else ""),
            Cell(state, tone, icon_name),
            Cell(since, "soft"),
        )
        rows.append(TableRow(agent.id, cells))
    return rows
