# SPDX-License-Identifier: GPL-3.0-only
"""What the hub says without being asked:
to one user, to a kiosk about its place, to all desks as a pulse.
"""

from __future__ import annotations

import logging
from typing import Protocol

from session.bus.hub_connection import HubConnection
from session.core.clock import Clock
from session.core.errors import BusUnreachable
from session.hub.queue.view import QueueView
from session.hub.queue.wait_estimates import WaitEstimates, WaitRange
from session.protocol.codec import encode
from session.protocol.hub.requests import HubEvent, QueueBeat, SessionEnded, TicketChanged
from session.protocol.hub.tickets import Ticket
from session.protocol.wire.roles import Role

log = logging.getLogger(__name__)

QUIET_S = 4.0
"""Between two waits told to one kiosk while its position is the same."""

NEAR = 10
FAR_S = 10.0
"""Who is further back than `NEAR` is told another position at most so often:
each call answered moves everybody.
"""


class Notifications(Protocol):
    """How the rules tell somebody something."""

    async def notify(self, organisation: str, role: Role, user: str, event: HubEvent) -> None:
        """Tells one user; at most once, so everything told can be asked for too."""
        ...


class BusNotifications:
    """`Notifications` over the bus."""

    def __init__(self, connection: HubConnection) -> None:
        self._connection = connection

    async def notify(self, organisation: str, role: Role, user: str, event: HubEvent) -> None:
        """See `Notifications`. A bus that is away is no error here: who listens asks again when it is
        back.
        """
        try:
            await self._connection.publish_to_user(organisation, role, user, "hub", encode(event))
        except BusUnreachable:
            log.info("news not told, the bus is away: %s", type(event).__name__)

    async def beat(self, organisation: str, beat: QueueBeat) -> None:
        """The pulse for all desks of an organisation."""
        try:
            await self._connection.publish_event(organisation, "hb", encode(beat))
        except BusUnreachable:
            log.debug("no pulse, the bus is away")


async def notify_kiosk(notifications: Notifications, ticket: Ticket, event: HubEvent) -> None:
    """Tells the ticket's kiosk, in the account in which it lives;
    nobody stands there when the caller is away.
    """
    if ticket.away:
        return
    await notifications.notify(ticket.kiosk_home, Role.KIOSK, ticket.kiosk, event)


async def notify_both(
    notifications: Notifications, ticket: Ticket, session_id: str, by: str, reason: str
) -> None:
    """Tells both ends that their session is over."""
    ended = SessionEnded(session_id=session_id, by=by, reason=reason)
    await notify_kiosk(notifications, ticket, ended)
    if ticket.agent is not None:
        await notifications.notify(ticket.organisation, Role.AGENT, ticket.agent, ended)


class PlaceNotifications:
    """Tells waiting kiosks their place when it changed:
    a position near the front at once, the rest now and then.
    """

    def __init__(
        self, view: QueueView, waits: WaitEstimates, *, notifications: Notifications, clock: Clock
    ) -> None:
        self._view = view
        self._waits = waits
        self._notifications = notifications
        self._clock = clock
        self._told: dict[str, tuple[int, WaitRange | None, float]] = {}

    def place(self, ticket: Ticket) -> tuple[int, WaitRange | None]:
        """(position, how long it may take or None)."""
        return self._view.position(ticket), self._waits.of(ticket)

    async def look(self, organisation: str) -> None:
        """Tells each kiosk whose place is another than it was told."""
        now_s = self._clock.monotonic_s()
        for position, ticket in enumerate(self._view.waiting(organisation), start=1):
            wait = self._waits.of(ticket)
            told = self._told.get(ticket.id)
            if told is not None and (
                told[:2] == (position, wait) or self._is_early(told, position, now_s)
            ):
                continue
            self._told[ticket.id] = (position, wait, now_s)
            least_s, most_s = wait_fields(wait)
            changed = TicketChanged(
                ticket=ticket, position=position, wait_s=least_s, wait_most_s=most_s
            )
            await notify_kiosk(self._notifications, ticket, changed)

    @staticmethod
    def _is_early(told: tuple[int, WaitRange | None, float], position: int, now_s: float) -> bool:
        is_near = position <= NEAR or told[0] <= NEAR
        return now_s - told[2] < (QUIET_S if told[0] == position else 0.0 if is_near else FAR_S)

    def forget(self, open_tickets: set[str]) -> None:
        """Drops what is known of tickets that are not open any more."""
        self._told = {
            ticket: place for ticket, place in self._told.items() if ticket in open_tickets
        }


def wait_fields(wait: WaitRange | None) -> tuple[int | None, int | None]:
    """A range as the messages carry it: (wait_s, wait_most_s)."""
    return (None, None) if wait is None else (wait.least_s, wait.most_s)
