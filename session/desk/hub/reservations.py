# SPDX-License-Identifier: GPL-3.0-only
"""Callers who are kept for one agent for a minute: notices when the minute is over and the agent
has not taken them. Used by `session.desk.hub.client`.

The hub stores no such moment: it is only a question of the time (`Ticket.kept_for`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from session.protocol.hub.tickets import Ticket, TicketState

_WAITING = (TicketState.WAITING, TicketState.OFFERED)


class Reservations:
    """Remembers who was seen kept, so that each end is told once, and none from before."""

    def __init__(self) -> None:
        self._kept: dict[str, datetime | None] = {}

    def ended(self, tickets: Iterable[Ticket], now_utc: datetime) -> list[Ticket]:
        """The tickets that were kept for an agent until a moment ago and wait for everybody now.

        One that is offered to the agent is not over before the answer.
        """
        reserved: dict[str, datetime | None] = {}
        over = []
        for ticket in tickets:
            if ticket.assigned_to is None or ticket.state not in _WAITING:
                continue
            was_kept = self._kept.get(ticket.id) == ticket.assigned_at_utc is not None
            if ticket.kept_for(now_utc) is not None:
                reserved[ticket.id] = ticket.assigned_at_utc
            elif was_kept and ticket.state is TicketState.WAITING:
                over.append(ticket)
            elif was_kept:
                reserved[ticket.id] = ticket.assigned_at_utc
        self._kept = reserved
        return over
