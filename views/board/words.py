# SPDX-License-Identifier: GPL-3.0-only
"""Acts in words: those that are about to be done, those of the history, and why one cannot be taken
back.
"""

from __future__ import annotations

from resources.texts import N_, _, ngettext
from session.desk.hub.board_acts import (
    Act,
    Announce,
    GiveToAgent,
    GiveToOrganisation,
    GiveToService,
    Join,
    MoveQueue,
    OnTickets,
    SetAgentServices,
    SetAgentState,
    SetPriority,
    SetQueue,
)
from session.protocol.hub.board import MessageTo
from session.protocol.hub.history import ActFacts, ActKind, ActSide, UndoState
from views.board.facts import BoardFacts
from views.board.rows import priority_words
from views.widgets.agent_state import state_style

KINDS: dict[ActKind, tuple[str, str]] = {
    ActKind.SERVICE: (N_("Given to a service"), "queue"),
    ActKind.AGENT: (N_("Kept for an agent"), "agent"),
    ActKind.PRIORITY: (N_("Priority"), "priority"),
    ActKind.ORGANISATION: (N_("Given to an organisation"), "arrow_right"),
    ActKind.MOVE: (N_("Everybody moved"), "arrow_right"),
    ActKind.CLOSE: (N_("Service closed"), "forbidden"),
    ActKind.OPEN: (N_("Service opened"), "available"),
    ActKind.BROADCAST: (N_("Message"), "bell"),
    ActKind.WITHDRAW: (N_("Message withdrawn"), "undo"),
    ActKind.CLOSE_SITE: (N_("Site closed"), "forbidden"),
    ActKind.OPEN_SITE: (N_("Site opened"), "available"),
    ActKind.AGENT_STATE: (N_("Agent's state"), "agent"),
    ActKind.AGENT_SERVICES: (N_("Agent's services"), "appointment"),
    ActKind.OTHER: (N_("Other"), "help"),
}
"""Words and icon of each kind, in the order of the filter."""

UNDO_WORDS: dict[UndoState, str] = {
    UndoState.POSSIBLE: N_("Can be taken back"),
    UndoState.TAKEN: N_("Too late: an agent has the caller"),
    UndoState.ENDED: N_("Too late: it is over"),
    UndoState.CHANGED: N_("Too late: somebody acted later"),
    UndoState.UNDONE: N_("Taken back already"),
    UndoState.NEVER: N_("Nothing to take back"),
}
"""Whether an act can be taken back, or why not."""


def words_of(act: Act, facts: BoardFacts) -> str:
    """An act of this board."""
    match act:
        case GiveToService() | GiveToOrganisation() | GiveToAgent() | SetPriority():
            if len(act.tickets) == 1:
                return _on_tickets(act, facts)
            words = _("{count} callers, the first: {act}")
            return words.format(count=len(act.tickets), act=_on_tickets(act, facts))
        case MoveQueue(service=service, to=to):
            words = _("everybody from {service} to {target}")
            return words.format(service=facts.service_name(service), target=facts.service_name(to))
        case SetQueue(service=service, closed=closed):
            if closed:
                words = _("{service} closed")
            else:
                words = _("{service} open")
            return words.format(service=facts.service_name(service))
        case Announce(to=None):
            return _("message to all agents")
        case Announce(to=to, target=target):
            return _("message to {who}").format(who=_reader(str(to), target, facts))
        case SetAgentState(agent=agent, available=available, pause=pause):
            state = state_style(available, pause)[0].lower()
            return f"{facts.agent_name(agent)}: {state}"
        case SetAgentServices(agent=agent, services=services):
            return f"{facts.agent_name(agent)}: {_services(services, facts)}"
        case Join(ticket=ticket):
            return _("conversation with {number} joined").format(number=ticket.number)


def callers_words(moved: int, left: int, *, gone: int, already: int) -> str:
    """Return what became of an act's callers; see `ActDone`."""
    parts = [(moved, ngettext("one caller changed", "{count} callers changed", moved))]
    if left:
        changed = ngettext(
            "one left as it is: it has just changed",
            "{count} left as they are: they have just changed",
            left,
        )
        parts.append((left, changed))
    if gone:
        parts.append((gone, ngettext("one has gone", "{count} have gone", gone)))
    if already:
        as_wished = ngettext("one needed no change", "{count} needed no change", already)
        parts.append((already, as_wished))
    return " · ".join(words.format(count=count) for count, words in parts)


def _on_tickets(act: OnTickets, facts: BoardFacts) -> str:
    """Return what becomes of the first caller."""
    number = act.tickets[0].number
    match act:
        case GiveToService(service=service) | GiveToOrganisation(target=service):
            return _("{number} to {service}").format(
                number=number, service=facts.service_name(service)
            )
        case GiveToAgent(agent=""):
            return _("{number} for everybody").format(number=number)
        case GiveToAgent(agent=agent):
            return _("{number} for {name}").format(number=number, name=facts.agent_name(agent))
        case SetPriority(priority=priority):
            words = _("{number}: priority {priority}")
            return words.format(number=number, priority=priority_words(priority).lower())


def subject_of(act: ActFacts, facts: BoardFacts) -> str:
    """Return what an act of the history was about: a caller's number, a service, a message."""
    match act.kind:
        case ActKind.MOVE:
            words = _("{service} ({count})")
            return words.format(service=facts.service_name(act.service), count=act.tickets)
        case ActKind.CLOSE | ActKind.OPEN:
            return facts.service_name(act.service)
        case ActKind.BROADCAST | ActKind.WITHDRAW if act.to:
            return f"{_reader(act.to, act.service, facts, act.about)}: {act.text}"
        case ActKind.BROADCAST | ActKind.WITHDRAW:
            return act.text
        case ActKind.AGENT_STATE | ActKind.AGENT_SERVICES:
            return facts.agent_name(act.to)
        case ActKind.CLOSE_SITE | ActKind.OPEN_SITE:
            return act.about or act.service
    if act.tickets > 1:
        return ngettext("One caller", "{count} callers", act.tickets).format(count=act.tickets)
    return " · ".join(part for part in (act.number, act.conversation) if part)


def change_of(act: ActFacts, facts: BoardFacts) -> str:
    """Before → after, in the words of the board."""
    match act.kind:
        case ActKind.MOVE:
            return f"{facts.service_name(act.service)} → {facts.service_name(act.to)}"
        case ActKind.CLOSE | ActKind.CLOSE_SITE:
            return f"{_('Is open')} → {_('Is closed')}"
        case ActKind.OPEN | ActKind.OPEN_SITE:
            return f"{_('Is closed')} → {_('Is open')}"
        case ActKind.AGENT_STATE:
            if act.text in ("available", "paused"):
                pause = ""
            else:
                pause = act.text
            return f"→ {state_style(act.text == 'available', pause)[0]}"
        case ActKind.AGENT_SERVICES:
            return f"→ {_services(tuple(filter(None, act.text.split(','))), facts)}"
        case ActKind.ORGANISATION if act.before is not None:
            return f"{facts.service_name(act.before.service)} → {facts.service_name(act.to)}"
    if act.before is None or act.after is None:
        return ""
    pairs = zip(_side(act.before, facts), _side(act.after, facts), strict=True)
    if act.tickets > 1:  # each had its own before
        return ", ".join(f"→ {after}" for before, after in pairs if before != after)
    return ", ".join(f"{before} → {after}" for before, after in pairs if before != after)


def _reader(to: str, target: str, facts: BoardFacts, site: str = "") -> str:
    """Whom a message is for."""
    match to:
        case MessageTo.AGENT:
            return facts.agent_name(target)
        case MessageTo.SERVICE:
            return _("Agents of {service}").format(service=facts.service_name(target))
    return _("Callers at {site}").format(site=site or facts.site_name(target))


def _services(services: tuple[str, ...], facts: BoardFacts) -> str:
    """Return what an agent serves today."""
    if not services:
        return _("services as the convention says")
    return ", ".join(facts.service_name(service) for service in services)


def _side(side: ActSide, facts: BoardFacts) -> tuple[str, str, str]:
    if side.assigned_to:
        reserved_for = facts.agent_name(side.assigned_to)
    else:
        reserved_for = _("everybody")
    return facts.service_name(side.service), priority_words(side.priority).lower(), reserved_for
