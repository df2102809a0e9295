# SPDX-License-Identifier: GPL-3.0-only
"""Messages that the hub sends without being asked: events to one user, beats to all desks.
Used by the rules and the hub's timer.
"""

from __future__ import annotations

import logging
from typing import Protocol

from session.bus.hub_connection import HubConnection
from session.core.errors import BusUnreachable
from session.protocol.codec import encode
from session.protocol.hub.requests import HubEvent, QueueBeat, SessionEnded
from session.protocol.hub.tickets import Ticket
from session.protocol.wire.roles import Role

log = logging.getLogger(__name__)


class Notifications(Protocol):
    """The way in which the rules notify a user."""

    async def notify(self, organisation: str, role: Role, user: str, event: HubEvent) -> None:
        """Sends an event to one user, at most once; a client can ask for everything it missed."""
        ...


class BusNotifications:
    """`Notifications` over the bus."""

    def __init__(self, connection: HubConnection) -> None:
        self._connection = connection

    async def notify(self, organisation: str, role: Role, user: str, event: HubEvent) -> None:
        """See `Notifications`. A bus that is away is no error: a client asks again afterwards."""
        try:
            await self._connection.publish_to_user(
                organisation, role, user, rest="hub", payload=encode(event)
            )
        except BusUnreachable:
            log.info("news not told, the bus is away: %s", type(event).__name__)

    async def beat(self, organisation: str, beat: QueueBeat) -> None:
        """The pulse for all desks of an organisation."""
        try:
            await self._connection.publish_event(organisation, "hb", encode(beat))
        except BusUnreachable:
            log.debug("no pulse, the bus is away")


async def notify_kiosk(notifications: Notifications, ticket: Ticket, event: HubEvent) -> None:
    """Notifies the ticket's kiosk, in the account in which it lives, unless the caller waits
    elsewhere.
    """
    if ticket.away:
        return
    await notifications.notify(ticket.kiosk_home, Role.KIOSK, ticket.kiosk, event)


async def notify_both(
    notifications: Notifications, ticket: Ticket, session_id: str, *, by: str, reason: str
) -> None:
    """Notifies both ends that their session is over."""
    ended = SessionEnded(session_id=session_id, by=by, reason=reason)
    await notify_kiosk(notifications, ticket, ended)
    if ticket.agent is not None:
        await notifications.notify(ticket.organisation, Role.AGENT, ticket.agent, ended)
