# SPDX-License-Identifier: GPL-3.0-only
"""Acts in words: those that are about to be done, those of the history, and why one cannot be taken
back.
"""

from __future__ import annotations

from resources.texts import N_, _
from session.desk.hub.board_acts import (
    Act,
    Announce,
    GiveToAgent,
    GiveToOrganisation,
    GiveToService,
    Join,
    MoveQueue,
    SetPriority,
    SetQueue,
)
from session.protocol.hub.history import ActFacts, ActKind, ActSide, UndoState
from views.board.facts import BoardFacts
from views.board.rows import priority_words

KINDS: dict[ActKind, tuple[str, str]] = {
    ActKind.SERVICE: (N_("Given to a service"), "queue"),
    ActKind.AGENT: (N_("Kept for an agent"), "agent"),
    ActKind.PRIORITY: (N_("Priority"), "priority"),
    ActKind.ORGANISATION: (N_("Given to an organisation"), "arrow_right"),
    ActKind.MOVE: (N_("Everybody moved"), "arrow_right"),
    ActKind.CLOSE: (N_("Service closed"), "forbidden"),
    ActKind.OPEN: (N_("Service opened"), "available"),
    ActKind.BROADCAST: (N_("Message to all"), "bell"),
    ActKind.WITHDRAW: (N_("Message withdrawn"), "undo"),
    ActKind.CLOSE_SITE: (N_("Site closed"), "forbidden"),
    ActKind.OPEN_SITE: (N_("Site opened"), "available"),
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
        case GiveToService(ticket=ticket, service=service):
            return _("{number} to {service}").format(
                number=ticket.number, service=facts.service_name(service)
            )
        case GiveToOrganisation(ticket=ticket, target=target):
            return _("{number} to {service}").format(
                number=ticket.number, service=facts.service_name(target)
            )
        case GiveToAgent(ticket=ticket, agent=""):
            return _("{number} for everybody").format(number=ticket.number)
        case GiveToAgent(ticket=ticket, agent=agent):
            return _("{number} for {name}").format(
                number=ticket.number, name=facts.agent_name(agent)
            )
        case SetPriority(ticket=ticket, priority=priority):
            words = _("{number}: priority {priority}")
            return words.format(number=ticket.number, priority=priority_words(priority).lower())
        case MoveQueue(service=service, to=to):
            words = _("everybody from {service} to {target}")
            return words.format(service=facts.service_name(service), target=facts.service_name(to))
        case SetQueue(service=service, closed=closed):
            words = _("{service} closed") if closed else _("{service} open")
            return words.format(service=facts.service_name(service))
        case Announce():
            return _("message to all agents")
        case Join(ticket=ticket):
            return _("conversation with {number} joined").format(number=ticket.number)


def subject_of(act: ActFacts, facts: BoardFacts) -> str:
    """What an act of the history was about: a caller's number, a service, a message."""
    match act.kind:
        case ActKind.MOVE:
            words = _("{service} ({count})")
            return words.format(service=facts.service_name(act.service), count=act.tickets)
        case ActKind.CLOSE | ActKind.OPEN:
            return facts.service_name(act.service)
        case ActKind.BROADCAST | ActKind.WITHDRAW:
            return act.text
        case ActKind.CLOSE_SITE | ActKind.OPEN_SITE:
            return act.about or act.service
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
        case ActKind.ORGANISATION if act.before is not None:
            return f"{facts.service_name(act.before.service)} → {facts.service_name(act.to)}"
    if act.before is None or act.after is None:
        return ""
    pairs = zip(_side(act.before, facts), _side(act.after, facts), strict=True)
    return ", ".join(f"{before} → {after}" for before, after in pairs if before != after)


def _side(side: ActSide, facts: BoardFacts) -> tuple[str, str, str]:
    kept = facts.agent_name(side.assigned_to) if side.assigned_to else _("everybody")
    return facts.service_name(side.service), priority_words(side.priority).lower(), kept
