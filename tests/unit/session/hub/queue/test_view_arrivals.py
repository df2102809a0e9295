# SPDX-License-Identifier: GPL-3.0-only
"""Under which time a newcomer waits, when clocks jump and the queue never empties:
in order, and soon right again.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from session.hub.queue.view import QueueView
from session.hub.storage.interfaces import StoredTicket
from session.protocol.hub.tickets import Ticket, TicketState
from tests.support.invented_tickets import ticket

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
ORG = "valdore"


class Hubs:
    """Two hubs' views of one queue; each newcomer is known to both at once."""

    def __init__(self) -> None:
        self.passed_s = 0.0
        self.views = [QueueView(lambda: self.passed_s), QueueView(lambda: self.passed_s)]
        self.count = 0

    def comes(self, hub: int, shift: timedelta = timedelta()) -> Ticket:
        """A caller asks this hub, whose clock is wrong by `shift`."""
        self.count += 1
        arrived = self.views[hub].arrival(ORG, NOW + timedelta(seconds=self.passed_s) + shift)
        made = ticket(
            self.count, state=TicketState.WAITING, agent=None, session=None, arrived_at_utc=arrived
        )
        self.note(made)
        return made

    def note(self, changed: Ticket) -> None:
        for view in self.views:
            view.apply(StoredTicket(changed, self.count))

    def leaves(self, number: int, gone: Ticket) -> None:
        self.count += 1
        self.note(ticket(number, arrived_at_utc=gone.arrived_at_utc))


def test_two_hubs_go_on_from_a_clock_that_was_ahead_in_one_order() -> None:
    hubs = Hubs()
    hubs.comes(0, HOUR)
    hubs.passed_s = 10
    first = hubs.comes(0)
    hubs.passed_s = 10.004
    # who has not heard of the one before yet
    unaware = hubs.views[1].arrival(ORG, NOW + timedelta(seconds=10.004))
    assert first.arrived_at_utc == NOW + HOUR + 5 * SECOND
    assert unaware > first.arrived_at_utc


def test_an_hour_too_much_is_gone_after_two_also_when_the_queue_never_empties() -> None:
    hubs = Hubs()
    arrivals = [hubs.comes(0, HOUR).arrived_at_utc]
    for minute in range(1, 180):
        hubs.passed_s = minute * 60.0
        arrivals.append(hubs.comes(minute % 2).arrived_at_utc)
    assert arrivals == sorted(arrivals)
    assert arrivals[60] == NOW + HOUR + HOUR / 2
    assert arrivals[121] == NOW + 121 * 60 * SECOND  # the clock alone


def test_a_queue_that_has_emptied_forgets_the_wrong_clock_at_every_hub() -> None:
    hubs = Hubs()
    ahead = hubs.comes(0, HOUR)
    hubs.leaves(1, ahead)
    hubs.passed_s = 1
    assert hubs.comes(1).arrived_at_utc == NOW + SECOND
    assert hubs.comes(0).arrived_at_utc == NOW + SECOND + timedelta(microseconds=1)


def test_a_hub_that_loads_its_view_anew_goes_on_where_the_others_are() -> None:
    """Found by the faults: disks were full, one hub read the store again and let a newcomer in
    before who was there.
    """
    hubs = Hubs()
    waiting = hubs.comes(0, HOUR)
    hubs.passed_s = 20  # in which the store took nobody
    hubs.views[1].load([StoredTicket(waiting, 1)])
    first = hubs.views[0].arrival(ORG, NOW + timedelta(seconds=20))
    hubs.passed_s = 20.1
    unaware = hubs.views[1].arrival(ORG, NOW + timedelta(seconds=20.1))
    assert unaware > first == NOW + HOUR + 10 * SECOND
    gone = ticket(1, arrived_at_utc=waiting.arrived_at_utc)
    hubs.views[1].load([StoredTicket(gone, 2)])
    assert hubs.views[1].arrival(ORG, NOW + timedelta(seconds=20.1)) == NOW + timedelta(
        seconds=20.1
    )
