# SPDX-License-Identifier: GPL-3.0-only
"""What waiting kiosks are told of their place:
near the front each change, further back now and then.
"""

from __future__ import annotations

import msgspec

from session.core.clock import ManualClock
from session.hub.convention.catalogue import Catalogue
from session.hub.queue.place_notifications import FAR_S, NEAR, PlaceNotifications
from session.hub.queue.view import QueueView
from session.hub.queue.wait_estimates import HandlingTimes, WaitEstimates
from session.hub.storage.interfaces import StoredTicket
from session.protocol.hub.requests import TicketChanged
from session.protocol.hub.tickets import Ticket, TicketState
from tests.support.hub_world import catalogue_text
from tests.support.invented_tickets import ticket
from tests.support.memory.queue import memory_core
from tests.support.memory.store import MemoryNotifications

ORG = "valdore"


class Line:
    """Twenty callers wait, from the one at kiosk 1 on; nobody serves, so no wait is told."""

    def __init__(self) -> None:
        self.clock, self.view, self.notifications = (
            ManualClock(),
            QueueView(),
            MemoryNotifications(),
        )
        waits = WaitEstimates(
            self.view, HandlingTimes(), agents=lambda organisation: [], clock=self.clock
        )
        core = memory_core(
            Catalogue.parse(catalogue_text()),
            self.clock,
            notifications=self.notifications,
            view=self.view,
        )
        self._places = PlaceNotifications(core, waits)
        self._revision = 0
        open_still = {
            "accepted_at_utc": None,
            "ended_at_utc": None,
            "agent": None,
            "session": None,
            "reason": "",
        }
        for number in range(1, 21):
            self._put(
                ticket(number, kiosk=f"kiosk{number}", state=TicketState.WAITING, **open_still)
            )

    def _put(self, changed: Ticket) -> None:
        self._revision += 1
        self.view.apply(StoredTicket(changed, self._revision))

    def first_leaves(self) -> None:
        first = next(iter(self.view.waiting(ORG)))
        self._put(msgspec.structs.replace(first, state=TicketState.ABANDONED))

    async def told_after(self, seconds: float) -> dict[str, int]:
        """Kiosk -> the position that it is told."""
        self.clock.advance(seconds)
        self.notifications.sent.clear()
        await self._places.tick(ORG)
        return {
            user: event.position
            for _, user, event in self.notifications.sent
            if isinstance(event, TicketChanged)
        }


async def test_everybody_is_told_a_first_place() -> None:
    line = Line()
    assert await line.told_after(0) == {f"kiosk{number}": number for number in range(1, 21)}
    assert await line.told_after(1) == {}


async def test_near_the_front_each_change_is_told_at_once_and_further_back_now_and_then() -> None:
    line = Line()
    await line.told_after(0)
    line.first_leaves()
    assert await line.told_after(1) == {
        f"kiosk{number}": number - 1 for number in range(2, NEAR + 2)
    }
    line.first_leaves()
    assert await line.told_after(1) == {
        f"kiosk{number}": number - 2 for number in range(3, NEAR + 3)
    }
    behind = {f"kiosk{number}": number - 2 for number in range(NEAR + 3, 21)}
    assert await line.told_after(FAR_S - 2) == behind
    assert await line.told_after(FAR_S) == {}


async def test_who_comes_near_the_front_from_far_back_is_told_at_once() -> None:
    line = Line()
    await line.told_after(0)
    for _ in range(8):
        line.first_leaves()
    told = await line.told_after(1)
    assert told[f"kiosk{8 + NEAR}"] == NEAR
    assert f"kiosk{9 + NEAR}" not in told
