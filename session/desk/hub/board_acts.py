# SPDX-License-Identifier: GPL-3.0-only
"""What a supervisor may do, as values: made by the board's view, done by its program.
Pure; used by both.
"""

from __future__ import annotations

from dataclasses import dataclass

from session.protocol.hub.tickets import Ticket


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


@dataclass(frozen=True)
class GiveToOrganisation:
    """The ticket waits for a service of another organisation:
    `target` is `ref` of a `MoveTarget`.
    """

    ticket: Ticket
    target: str


@dataclass(frozen=True)
class Join:
    """The supervisor joins a conversation, named on both screens before anything is seen or
    heard.
    """

    ticket: Ticket


Act = (
    GiveToService
    | GiveToAgent
    | GiveToOrganisation
    | SetPriority
    | MoveQueue
    | SetQueue
    | Announce
    | Join
)
"""`MoveQueue.to` may be a `MoveTarget`'s `ref` too.
All but what goes to another organisation can be taken back.
"""


def can_be_undone(act: Act) -> bool:
    """False for callers who wait with another organisation: only that one may send them back."""
    return not isinstance(act, GiveToOrganisation | Join) and not (
        isinstance(act, MoveQueue) and "/" in act.to
    )
