# SPDX-License-Identifier: GPL-3.0-only
"""Tells a waiting caller's kiosk its place when it changes. Used by the hub's rules and timer."""

from __future__ import annotations

from session.hub.queue.core import QueueCore
from session.hub.queue.notifications import notify_kiosk
from session.hub.queue.wait_estimates import WaitEstimates, WaitRange
from session.protocol.hub.requests import TicketChanged
from session.protocol.hub.tickets import Ticket

QUIET_S = 4.0
"""Between two waits told to one kiosk while its position is the same."""

NEAR = 10
FAR_S = 10.0
"""Who is further back than `NEAR` is told another position at most so often:
each call answered moves everybody.
"""


class PlaceNotifications:
    """Notifies waiting kiosks when their place changes: near the front of the queue at once,
    further back every few seconds.
    """

    def __init__(self, core: QueueCore, waits: WaitEstimates) -> None:
        self._view = core.view
        self._notifications = core.notifications
        self._clock = core.clock
        self._waits = waits
        self._sent: dict[str, tuple[int, WaitRange | None, float]] = {}

    def place(self, ticket: Ticket) -> tuple[int, WaitRange | None]:
        """(position, how long it may take or None)."""
        return self._view.position(ticket), self._waits.of(ticket)

    async def tick(self, organisation: str) -> None:
        """Notifies each kiosk whose place has changed."""
        now_s = self._clock.monotonic_s()
        for position, ticket in enumerate(self._view.waiting(organisation), start=1):
            wait = self._waits.of(ticket)
            sent = self._sent.get(ticket.id)
            if sent is not None and (
                sent[:2] == (position, wait) or self._is_early(sent, position, now_s)
            ):
                continue
            self._sent[ticket.id] = (position, wait, now_s)
            least_s, most_s = wait_fields(wait)
            changed = TicketChanged(
                ticket=ticket, position=position, wait_s=least_s, wait_most_s=most_s
            )
            await notify_kiosk(self._notifications, ticket, changed)

    @staticmethod
    def _is_early(sent: tuple[int, WaitRange | None, float], position: int, now_s: float) -> bool:
        sent_position, _wait, sent_s = sent
        if sent_position == position:
            return now_s - sent_s < QUIET_S
        is_near = position <= NEAR or sent_position <= NEAR
        return not is_near and now_s - sent_s < FAR_S

    def forget(self, open_tickets: set[str]) -> None:
        """Drops what is known of tickets that are not open any more."""
        self._sent = {
            ticket: place for ticket, place in self._sent.items() if ticket in open_tickets
        }


def wait_fields(wait: WaitRange | None) -> tuple[int | None, int | None]:
    """A range as the messages carry it: (wait_s, wait_most_s)."""
    if wait is None:
        return (None, None)
    return (wait.least_s, wait.most_s)
