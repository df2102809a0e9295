# SPDX-License-Identifier: GPL-3.0-only
"""The ticket: one caller waiting for one service, and the states it may go through. Pure; used by hub, desk, kiosk."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from session.protocol.ids import Id


class TicketState(StrEnum):
    """Where a ticket is."""

    WAITING = "waiting"
    OFFERED = "offered"
    IN_SESSION = "in_session"
    WRAP_UP = "wrap_up"
    CLOSED = "closed"
    ABANDONED = "abandoned"


TRANSITIONS: dict[TicketState, frozenset[TicketState]] = {
    TicketState.WAITING: frozenset({TicketState.OFFERED, TicketState.IN_SESSION, TicketState.ABANDONED}),
    TicketState.OFFERED: frozenset({TicketState.WAITING, TicketState.IN_SESSION, TicketState.ABANDONED}),
    TicketState.IN_SESSION: frozenset({TicketState.WRAP_UP, TicketState.WAITING, TicketState.CLOSED}),
    TicketState.WRAP_UP: frozenset({TicketState.CLOSED}),
    TicketState.CLOSED: frozenset(),
    TicketState.ABANDONED: frozenset(),
}
"""From each state, the states that may follow."""


KEPT = timedelta(seconds=60)
"""How long a ticket that was given to one agent is refused to the others."""


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """What every agent of the organisation may see of a waiting caller: no name, no caller number.

    Attributes:
        number: the short word shown to people, e.g. "C042"; not unique for ever.
        priority: higher is served first; then arrival.
        caller_number_given: whether the caller typed a number (the number itself is not in the ticket).
        session: the session that is or was opened for it.
        assigned_to: the agent that a supervisor keeps this ticket for, until `KEPT` after `assigned_at_utc`.
        changed_by: "<role letter>.<user>" of who made the last change, or "hub".
        format: the number of this stored form.
    """

    id: Id
    organisation: Id
    service: Id
    kiosk: Id
    site: str
    number: str
    state: TicketState
    arrived_at_utc: datetime
    caller_number_given: bool = False
    priority: int = 0
    agent: Id | None = None
    session: Id | None = None
    accepted_at_utc: datetime | None = None
    ended_at_utc: datetime | None = None
    assigned_to: Id | None = None
    assigned_at_utc: datetime | None = None
    changed_by: str = "hub"
    reason: str = ""
    format: int = 1

    def may_become(self, state: TicketState) -> bool:
        """True when the rules let this ticket go to `state`."""
        return state in TRANSITIONS[self.state]

    def kept_for(self, now_utc: datetime) -> Id | None:
        """The only agent who may accept it now; None when everybody may."""
        if self.assigned_to is None or self.assigned_at_utc is None or now_utc - self.assigned_at_utc >= KEPT:
            return None
        return self.assigned_to


def queue_order(ticket: Ticket) -> tuple[int, datetime, str]:
    """Sort key of waiting tickets: priority first, then arrival."""
    return (-ticket.priority, ticket.arrived_at_utc, ticket.id)
