# SPDX-License-Identifier: GPL-3.0-only
"""What becomes of an open ticket as time passes: lost ends, holds, transfers, forgotten wrap-ups.
Used by the hub.
"""

from __future__ import annotations

from datetime import timedelta

from session.core.clock import Clock
from session.hub.convention.catalogue import Catalogue
from session.hub.queue.calls import Calls
from session.hub.queue.notifications import BusNotifications
from session.hub.queue.presence import (
    CallerLost,
    DeskLost,
    Finding,
    KioskLost,
    PeerChanged,
    PresenceWatch,
)
from session.hub.queue.sessions import Sessions
from session.hub.queue.view import WAITING
from session.hub.transfers.pass_on import PassOn
from session.hub.transfers.third_parties import ThirdParties
from session.protocol.hub.requests import PeerPresence
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.wire.roles import Role

NO_LONGER_OFFERED = "no_longer_offered"
"""Reason of a ticket whose service has left the convention: nobody would ever take it."""

FORGOTTEN = timedelta(hours=12)
"""A wrap-up that nobody finished is closed."""


class TicketTimeouts:
    """Looks at one ticket after the other; every act is the ticket's own compare-and-set."""

    def __init__(
        self,
        watch: PresenceWatch,
        calls: Calls,
        *,
        sessions: Sessions,
        talks: ThirdParties,
        passing: PassOn,
        notifications: BusNotifications,
        catalogue: Catalogue,
        clock: Clock,
    ) -> None:
        self._watch, self._calls, self._sessions = watch, calls, sessions
        self._talks, self._passing, self._notifications = talks, passing, notifications
        self._catalogue, self._clock = catalogue, clock

    async def look(self, ticket: Ticket) -> None:
        """Acts on what time has done to this ticket.
        Raises session errors; the next look goes on.
        """
        for finding in self._watch.look(ticket):
            await self._act(finding)
        await self._talks.look(ticket)
        await self._passing.look(ticket)
        if self._is_forgotten(ticket):
            await self._sessions.close_forgotten(ticket)
        if ticket.state in WAITING and not self._catalogue.has(ticket.organisation, ticket.service):
            await self._calls.abandon(ticket, NO_LONGER_OFFERED)

    def forget(self, sessions: set[str]) -> None:
        """Only these sessions are still of interest."""
        self._watch.forget(sessions)

    async def _act(self, finding: Finding) -> None:
        ticket = finding.ticket
        match finding:
            case PeerChanged(role=role, present=present):
                user = ticket.kiosk if role is Role.KIOSK else ticket.agent
                account = ticket.kiosk_home if role is Role.KIOSK else ticket.organisation
                if user is not None and ticket.session is not None:
                    told = PeerPresence(session_id=ticket.session, present=present)
                    await self._notifications.notify(account, role, user, told)
            case DeskLost():
                await self._sessions.give_back(ticket)
            case CallerLost():
                await self._calls.abandon(ticket)
            case KioskLost():
                await self._sessions.give_up(ticket)

    def _is_forgotten(self, ticket: Ticket) -> bool:
        if ticket.state is not TicketState.WRAP_UP or ticket.ended_at_utc is None:
            return False
        return self._clock.utc_now() - ticket.ended_at_utc > FORGOTTEN
