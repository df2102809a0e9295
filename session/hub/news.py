# SPDX-License-Identifier: GPL-3.0-only
"""What the hub says without being asked: to one user, to a kiosk about its place, to all desks as a pulse."""

from __future__ import annotations

import logging
from typing import Protocol

from session.bus.hub_connection import HubConnection
from session.errors import BusUnreachable
from session.hub.presence import Presence
from session.hub.queue import QueueView
from session.protocol.codec import encode
from session.protocol.hub_messages import HubEvent, QueueBeat, SessionEnded, TicketChanged
from session.protocol.roles import Role
from session.protocol.tickets import Ticket

log = logging.getLogger(__name__)


class News(Protocol):
    """How the rules tell somebody something."""

    async def tell(self, organisation: str, role: Role, user: str, event: HubEvent) -> None:
        """Tells one user; at most once, so everything told can be asked for too."""
        ...


class BusNews:
    """`News` over the bus."""

    def __init__(self, connection: HubConnection) -> None:
        self._connection = connection

    async def tell(self, organisation: str, role: Role, user: str, event: HubEvent) -> None:
        """See `News`. A bus that is away is no error here: who listens asks again when it is back."""
        try:
            await self._connection.tell_user(organisation, role, user, "hub", encode(event))
        except BusUnreachable:
            log.info("news not told, the bus is away: %s", type(event).__name__)

    async def beat(self, organisation: str, beat: QueueBeat) -> None:
        """The pulse for all desks of an organisation."""
        try:
            await self._connection.tell(organisation, "hb", encode(beat))
        except BusUnreachable:
            log.debug("no pulse, the bus is away")


async def tell_kiosk(news: News, ticket: Ticket, event: HubEvent) -> None:
    """Tells the ticket's kiosk, in the account in which it lives."""
    await news.tell(ticket.kiosk_home, Role.KIOSK, ticket.kiosk, event)


async def tell_both(news: News, ticket: Ticket, session_id: str, by: str, reason: str) -> None:
    """Tells both ends that their session is over."""
    ended = SessionEnded(session_id=session_id, by=by, reason=reason)
    await tell_kiosk(news, ticket, ended)
    if ticket.agent is not None:
        await news.tell(ticket.organisation, Role.AGENT, ticket.agent, ended)


class PlaceNews:
    """Tells waiting kiosks their place when it changed."""

    def __init__(self, view: QueueView, presence: Presence, news: News) -> None:
        self._view = view
        self._presence = presence
        self._news = news
        self._told: dict[str, tuple[int, int | None]] = {}

    def place(self, ticket: Ticket) -> tuple[int, int | None]:
        """(position, expected wait in seconds or None)."""
        position = self._view.position(ticket)
        return position, self._view.wait_s(ticket.organisation, position, self._presence.agents(ticket.organisation))

    async def look(self, organisation: str) -> None:
        """Tells each kiosk whose place is another than it was told."""
        agents = self._presence.agents(organisation)
        for index, ticket in enumerate(self._view.waiting(organisation), start=1):
            place = (index, self._view.wait_s(organisation, index, agents))
            if self._told.get(ticket.id) != place:
                self._told[ticket.id] = place
                changed = TicketChanged(ticket=ticket, position=place[0], wait_s=place[1])
                await tell_kiosk(self._news, ticket, changed)

    def forget(self, open_tickets: set[str]) -> None:
        """Drops what is known of tickets that are not open any more."""
        self._told = {ticket: place for ticket, place in self._told.items() if ticket in open_tickets}
