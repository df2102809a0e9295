# SPDX-License-Identifier: GPL-3.0-only
"""What a supervisor may do, as values: made by the board's view, done by its program. Pure; used by both."""

from __future__ import annotations

from dataclasses import dataclass

from session.protocol.tickets import Ticket


@dataclass(frozen=True)
class GiveToService:
    """The ticket waits for another service."""

    ticket: Ticket
    service: str


@dataclass(frozen=True)
class GiveToAgent:
    """The ticket is kept for one agent for a minute; "" for nobody in particular."""

    ticket: Ticket
    agent: str


@dataclass(frozen=True)
class SetPriority:
    """The ticket gets this priority."""

    ticket: Ticket
    priority: int


@dataclass(frozen=True)
class MoveQueue:
    """Everybody who waits for `service` waits for `to`."""

    service: str
    to: str


@dataclass(frozen=True)
class SetQueue:
    """A service is closed for new calls, or opened."""

    service: str
    closed: bool


@dataclass(frozen=True)
class Announce:
    """Every agent reads this text."""

    text: str


Act = GiveToService | GiveToAgent | SetPriority | MoveQueue | SetQueue | Announce


def undoing(act: Act, after: Ticket | None) -> Act | None:
    """The act that takes `act` back, None when there is none.

    Args:
        after: the ticket as it was stored after the act; None for acts on no ticket.
    """
    match act:
        case SetQueue(service=service, closed=closed):
            return SetQueue(service, not closed)
        case GiveToService(ticket=before) if after is not None:
            return GiveToService(after, before.service)
        case GiveToAgent(ticket=before) if after is not None:
            return GiveToAgent(after, before.assigned_to or "")
        case SetPriority(ticket=before) if after is not None:
            return SetPriority(after, before.priority)
    return None
