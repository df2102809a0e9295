# SPDX-License-Identifier: GPL-3.0-only
"""The way from the press of a big button to a ticket.
One caller has one ticket, however often the button is touched.

Used by the kiosk's program; the ticket itself is made by the hub from organisation, kiosk and
request id.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from session.core.clock import Clock
from session.protocol.hub.requests import TicketAnswer
from session.protocol.wire.ids import new_id

SAME_PRESS_S = 600.0
"""Seconds in which a press whose outcome is unknown is still the same press."""


class LinkLike(Protocol):
    """The part of the kiosk's link to the hub that the button needs."""

    async def call_once(self, service: str, caller_number: str, request_id: str) -> TicketAnswer:
        """Ask once for a ticket; the same `request_id` is the same ticket."""
        ...


class CallButton:
    """Turns presses into tickets. After a ticket is over, or a caller walked away, call
    `release`.
    """

    def __init__(self, link: LinkLike, clock: Clock) -> None:
        self._link = link
        self._clock = clock
        self._pressing = asyncio.Lock()
        self._asked_for: tuple[str, str] | None = None
        self._request_id = ""
        self._pressed_at_s = 0.0
        self._answer: TicketAnswer | None = None

    @property
    def request_id(self) -> str:
        """The id of the press in hand, empty when there is none."""
        return self._request_id

    async def press(self, service: str, caller_number: str = "") -> TicketAnswer:
        """The ticket for this service and number.
        A double tap waits for the first tap and gets its ticket.

        Raises:
            BusUnreachable, HubUnreachable, StoreUnreachable: outcome unknown;
            pressing again repeats the same request.
            ServiceUnknown, CallerNumberInvalid, NotAllowed, RateLimited: the hub refused.
        """
        async with self._pressing:
            if self._answer is not None:
                return self._answer
            self._take((service, caller_number))
            request_id = self._request_id
            answer = await self._link.call_once(service, caller_number, request_id)
            if request_id == self._request_id:
                self._answer = answer
            return answer

    def _take(self, asked_for: tuple[str, str]) -> None:
        now_s = self._clock.monotonic_s()
        if asked_for == self._asked_for and now_s - self._pressed_at_s < SAME_PRESS_S:
            return
        self._asked_for = asked_for
        self._request_id = new_id()
        self._pressed_at_s = now_s

    def release(self) -> None:
        """The ticket is over or the caller left: the next press is a new caller's."""
        self._asked_for = None
        self._request_id = ""
        self._answer = None
