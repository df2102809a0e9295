# SPDX-License-Identifier: GPL-3.0-only
"""The fate of an open ticket as time passes: lost ends, holds, transfers, forgotten wrap-ups.
Used by the hub.
"""

from __future__ import annotations

from datetime import timedelta

from session.hub.queue.presence import (
    CallerLost,
    DeskLost,
    Finding,
    KioskLost,
    PeerChanged,
    PresenceWatch,
)
from session.hub.queue.view import WAITING
from session.hub.queue.wiring import Queue
from session.hub.transfers.wiring import Transfers
from session.protocol.hub.requests import PeerPresence
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.wire.roles import Role

NO_LONGER_OFFERED = "no_longer_offered"
"""Reason of a ticket whose service has left the convention: nobody would ever take it."""

FORGOTTEN = timedelta(hours=12)
"""A wrap-up that nobody finished is closed."""


class TicketTimeouts:
    """Checks open tickets one after the other; every act is a compare-and-set of the ticket.

    Attributes:
        watch: which ends are lost.
    """

    def __init__(self, queue: Queue, transfers: Transfers) -> None:
        self.watch = PresenceWatch(queue.presence)
        self._catalogue = queue.core.catalogue
        self._notifications = queue.core.notifications
        self._clock = queue.core.clock
        self._calls = queue.calls
        self._sessions = queue.sessions
        self._third_parties = transfers.third_parties
        self._pass_on = transfers.pass_on

    async def check(self, ticket: Ticket) -> None:
        """Acts on what time has done to this ticket.
        Raises session errors; the next tick goes on.
        """
        for finding in self.watch.check(ticket):
            await self._act(finding)
        await self._third_parties.check(ticket)
        await self._pass_on.check(ticket)
        if self._is_forgotten(ticket):
            await self._sessions.close_forgotten(ticket)
        if ticket.state in WAITING and not self._catalogue.has(ticket.organisation, ticket.service):
            await self._calls.abandon(ticket, NO_LONGER_OFFERED)

    async def _act(self, finding: Finding) -> None:
        ticket = finding.ticket
        match finding:
            case PeerChanged(role=role, present=present):
                user = ticket.kiosk if role is Role.KIOSK else ticket.agent
                account = ticket.kiosk_home if role is Role.KIOSK else ticket.organisation
                if user is not None and ticket.session is not None:
                    event = PeerPresence(session_id=ticket.session, present=present)
                    await self._notifications.notify(account, role, user, event)
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
