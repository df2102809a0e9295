# SPDX-License-Identifier: GPL-3.0-only
"""The acts that a supervisor may do, as values: made by the board's view, done by its program.
Pure; used by both.
"""

from __future__ import annotations

from dataclasses import dataclass

from session.protocol.hub.board import MessageTo
from session.protocol.hub.tickets import Ticket


@dataclass(frozen=True)
class GiveToService:
    """Tickets wait for another service."""

    tickets: tuple[Ticket, ...]
    service: str


@dataclass(frozen=True)
class GiveToAgent:
    """Tickets are kept for one agent for a minute; "" for nobody in particular."""

    tickets: tuple[Ticket, ...]
    agent: str


@dataclass(frozen=True)
class SetPriority:
    """Tickets get this priority."""

    tickets: tuple[Ticket, ...]
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
    """Every agent reads this text; with `to`, one agent, the agents of a service, or the callers of
    a site.
    """

    text: str
    to: MessageTo | None = None
    target: str = ""


@dataclass(frozen=True)
class SetAgentState:
    """An agent is available, or pauses with this code."""

    agent: str
    available: bool
    pause: str = ""


@dataclass(frozen=True)
class SetAgentServices:
    """A change of what an agent serves today; none: what the convention says."""

    agent: str
    services: tuple[str, ...]


@dataclass(frozen=True)
class GiveToOrganisation:
    """Tickets wait for a service of another organisation: `target` is `ref` of a `MoveTarget`."""

    tickets: tuple[Ticket, ...]
    target: str


@dataclass(frozen=True)
class Join:
    """The supervisor joins a conversation, named on both screens before anything is seen or
    heard.
    """

    ticket: Ticket


OnTickets = GiveToService | GiveToAgent | GiveToOrganisation | SetPriority
"""An act on waiting callers; who has changed meanwhile is left."""

Act = OnTickets | MoveQueue | SetQueue | Announce | SetAgentState | SetAgentServices | Join
"""`MoveQueue.to` may be a `MoveTarget`'s `ref` too.
All but what goes to another organisation, and what an agent is told to do, can be taken back.
"""


def can_be_undone(act: Act) -> bool:
    """False for callers who wait with another organisation: only that one may send them back.
    What an agent shall do is decided again.
    """
    match act:
        case GiveToOrganisation() | Join() | SetAgentState() | SetAgentServices():
            return False
        case MoveQueue(to=to):
            return "/" not in to
    return True
