# SPDX-License-Identifier: GPL-3.0-only
"""Tickets, services and agents as rows of the board's tables.
Pure words and tones; used by the board's window.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from resources.texts import N_, _
from session.protocol.hub.board import SHIFT_CHECK, AgentFacts, AgentState, QueueFacts
from session.protocol.hub.requests import Service
from session.protocol.hub.tickets import Ticket, TicketState
from views.board.tables import Cell, TableRow
from views.widgets.agent_state import DESK_CLOSED, NOT_RESPONDING, PAUSES, help_words
from views.widgets.parts import clock_words
from views.words.waits import WaitLimits, expected_words, wait_style

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
PAUSE_WORDS[SHIFT_CHECK] = N_("Checks the desk")
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
    if names:
        return _(names[-1])
    return _("Low")


def ticket_row(
    ticket: Ticket,
    services: Mapping[str, Service],
    agents: Mapping[str, str],
    *,
    now_utc: datetime,
    limits: WaitLimits,
) -> TableRow:
    """Number, service, site, wait, priority, whom it is with or kept for."""
    waiting = ticket.state in (TicketState.WAITING, TicketState.OFFERED)
    if waiting:
        since = ticket.arrived_at_utc
    else:
        since = ticket.accepted_at_utc or ticket.arrived_at_utc
    seconds = (now_utc - since).total_seconds()
    order = list(services)
    service = services.get(ticket.service)
    look = wait_style(seconds if waiting else 0.0, limits.of(service))
    kept_for = ticket.kept_for(now_utc)
    who = ""
    if ticket.state is TicketState.OFFERED and ticket.agent is not None:
        who = _("Offered to {name}").format(name=agents.get(ticket.agent, ticket.agent))
    elif ticket.agent is not None:
        who = agents.get(ticket.agent, ticket.agent)
    elif kept_for is not None:
        who = _("Kept for {name}").format(name=agents.get(kept_for, kept_for))
    raised = waiting and ticket.priority > 0
    priority = priority_words(ticket.priority) if raised else ""
    hint = "\n".join(filter(None, (priority, who)))
    cells = (
        Cell(ticket.number, "" if waiting else "soft", hint=hint),
        Cell(
            service.name if service else ticket.service,
            icon_name=service.icon if service else "help",
            place=order.index(ticket.service) if ticket.service in order else len(order),
        ),
        Cell(ticket.site, "soft"),
        Cell(clock_words(seconds), look.tone, look.icon_name if look.words else ""),
        Cell(priority, "warn", "priority" if raised else ""),
        Cell(who or "–", "accent" if who else "soft"),
    )
    spoken = ", ".join(part for part in (*(cell.text for cell in cells), look.words) if part)
    return TableRow(ticket.id, cells, spoken, strong=waiting)


class QueueLimits(NamedTuple):
    """The figures of a service that are an alert, unless the service sets its own."""

    waits: WaitLimits = WaitLimits()
    level_percent: int = 80


def queue_rows(
    services: Mapping[str, Service],
    states: Mapping[str, QueueFacts],
    tickets: Sequence[Ticket],
    *,
    now_utc: datetime,
    limits: QueueLimits,
    is_known: bool = True,
) -> list[TableRow]:
    """Service, how many wait, the longest wait, the share answered in time, the wait to expect.

    Args:
        is_known: the hub answers; else nobody is not counted as nobody.
    """
    waits_s: dict[str, list[float]] = {}
    for ticket in tickets:
        if ticket.state in (TicketState.WAITING, TicketState.OFFERED):
            seconds = (now_utc - ticket.arrived_at_utc).total_seconds()
            waits_s.setdefault(ticket.service, []).append(seconds)
    return [
        _queue_row(
            service,
            place,
            states.get(service.id),
            waits_s=waits_s.get(service.id, []),
            limits=limits,
            is_known=is_known,
        )
        for place, service in enumerate(services.values())
    ]


def _queue_row(
    service: Service,
    place: int,
    facts: QueueFacts | None,
    *,
    waits_s: Sequence[float],
    limits: QueueLimits,
    is_known: bool,
) -> TableRow:
    worst_s = max(waits_s, default=0.0)
    look = wait_style(worst_s, limits.waits.of(service))
    many = 0 < service.most_waiting <= len(waits_s)
    if facts is not None:
        closed = facts.closed
    else:
        closed = service.closed
    cells = (
        Cell(service.name, icon_name=service.icon, place=place, hint=_level_words(facts)),
        Cell(
            str(len(waits_s)) if waits_s or is_known else "–",
            _count_tone(len(waits_s), many),
            right=True,
        ),
        Cell(clock_words(worst_s), look.tone, look.icon_name if look.words else "")
        if waits_s
        else Cell("–", "soft"),
        _level_cell(facts, limits.level_percent),
        Cell(_("Is closed"), "warn", "forbidden") if closed else _expected_cell(facts),
    )
    if facts is not None and facts.closed:
        why = f"{facts.changed_by}: {facts.reason}"
    else:
        why = ""
    late = look.words if waits_s else ""
    if many:
        full = _("too many callers")
    else:
        full = ""
    spoken = ", ".join(part for part in (*(cell.text for cell in cells), late, full, why) if part)
    return TableRow(service.id, cells, spoken)


def _count_tone(count: int, many: bool) -> str:
    if many:
        return "bad"
    if count:
        return ""
    return "soft"


def _level_cell(facts: QueueFacts | None, level_percent: int) -> Cell:
    """The share of the day's callers who were answered in time; those who gave up were not."""
    if facts is not None:
        total = facts.answered + facts.abandoned
    else:
        total = 0
    if facts is None or not total:
        return Cell("–", "soft", right=True)
    percent = round(100 * facts.within / total)
    return Cell(f"{percent}\u00a0%", "bad" if percent < level_percent else "", right=True)


def _level_words(facts: QueueFacts | None) -> str:
    if facts is not None:
        total = facts.answered + facts.abandoned
    else:
        total = 0
    if facts is None or not total:
        return ""
    return _("{percent} % answered in time today").format(percent=round(100 * facts.within / total))


def _expected_cell(facts: QueueFacts | None) -> Cell:
    """Return how long somebody who came now would wait."""
    if facts is None:
        return Cell(_("Is open"), "good")
    if facts.wait_s is None:
        if facts.answering:
            return Cell("–", "soft")
        return Cell(_("Nobody"), "warn", "warning")
    return Cell(expected_words(facts.wait_s, facts.wait_most_s))


def in_order(agents: Sequence[AgentFacts]) -> list[AgentFacts]:
    """Sort agents: those who ask for help first, then free agents, then by name."""
    return sorted(agents, key=lambda agent: (not agent.help, _ORDER.index(agent.state), agent.name))


def _end_words(until_utc: datetime | None, now_utc: datetime) -> str:
    """Until when a state goes on, or meant to."""
    if until_utc is None:
        return ""
    time = f"{until_utc.astimezone():%H:%M}"
    if until_utc > now_utc:
        return _("until {time}").format(time=time)
    return _("was to end at {time}").format(time=time)


def agent_rows(
    agents: Sequence[AgentFacts], services: Mapping[str, Service], now_utc: datetime
) -> list[TableRow]:
    """Name, state with its reason or caller and service, since when; free agents first."""
    rows = []
    for agent in in_order(agents):
        words, icon_name, tone = AGENT_STATES[agent.state]
        if agent.service in services:
            service = services[agent.service].name
        else:
            service = agent.service
        if agent.reason in SAID_BY_STATE:
            reason = ""
        else:
            reason = agent.reason
        if reason:
            why = _(PAUSE_WORDS.get(reason, reason))
        else:
            why = ""
        if agent.by_name and not agent.ticket:
            by = _("by {name}").format(name=agent.by_name)
        else:
            by = ""
        end = "" if agent.ticket else _end_words(agent.until_utc, now_utc)
        parts = (_(words), agent.ticket or why, service if agent.ticket else by, end)
        state = " · ".join(part for part in parts if part)
        if agent.help:
            asks = _("Asks for help: {reason}").format(reason=help_words(agent.help))
            state, icon_name, tone = f"{asks} · {state}", "bell", "bad"
        since_utc = agent.help_since_utc or agent.since_utc
        if since_utc is None:
            since = ""
        else:
            since = clock_words((now_utc - since_utc).total_seconds())
        cells = (
            Cell(
                agent.name,
                "soft" if agent.state is AgentState.OFFLINE else "",
                "appointment" if agent.for_today else "",
            ),
            Cell(state, tone, icon_name),
            Cell(since, "soft"),
        )
        if agent.for_today:
            today = _services_words(agent, services)
        else:
            today = ""
        spoken_parts = (*(cell.text for cell in cells), agent.why, today)
        rows.append(TableRow(agent.id, cells, ", ".join(part for part in spoken_parts if part)))
    return rows


def _services_words(agent: AgentFacts, services: Mapping[str, Service]) -> str:
    names = ", ".join(
        services[service_id].name for service_id in agent.services if service_id in services
    )
    return _("today: {services}").format(services=names)
