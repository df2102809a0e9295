# SPDX-License-Identifier: GPL-3.0-only
"""The order of the queue, on thousands of invented callers:
fair within a priority, nobody starves, nothing jumps.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from session.hub.queue.sessions import HEAD
from session.hub.queue.view import QueueView
from session.hub.storage.interfaces import StoredTicket
from session.protocol.hub.tickets import STEP, Ticket, TicketState, queue_order

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SUPERVISORS_HIGHEST = 10


def invented(number: int, chance: random.Random) -> Ticket:
    return Ticket(
        id=f"t{number}",
        organisation="valdore",
        service="rights",
        kiosk=f"k{chance.randrange(40)}",
        site="Mairie",
        number=f"D{number % 1000:03d}",
        state=TicketState.WAITING,
        arrived_at_utc=START + timedelta(seconds=chance.randrange(4 * 3600)),
        priority=chance.choice((0, 0, 0, 0, -3, 1, 5, SUPERVISORS_HIGHEST)),
    )


@pytest.mark.parametrize("seed", range(20))
def test_within_a_priority_who_came_first_is_first(seed: int) -> None:
    chance = random.Random(seed)
    ordered = sorted((invented(n, chance) for n in range(300)), key=queue_order)
    for priority in {ticket.priority for ticket in ordered}:
        arrivals = [ticket.arrived_at_utc for ticket in ordered if ticket.priority == priority]
        assert arrivals == sorted(arrivals)


@pytest.mark.parametrize("seed", range(20))
def test_nobody_is_overtaken_by_who_came_later_than_the_priority_is_worth(seed: int) -> None:
    chance = random.Random(seed)
    tickets = [invented(n, chance) for n in range(300)]
    for first in tickets:
        for second in tickets:
            worth = (second.priority - first.priority) * STEP
            if second.arrived_at_utc > first.arrived_at_utc + worth:
                assert queue_order(first) < queue_order(second)


def test_a_plain_caller_is_served_although_urgent_ones_never_stop_coming() -> None:
    plain = msgspec.structs.replace(invented(0, random.Random(1)), priority=0, arrived_at_utc=START)
    view = QueueView()
    view.apply(StoredTicket(plain, 1))
    for minute in range(
        120
    ):  # an urgent caller each minute, one served each minute: before ageing, plain waits for ever
        urgent = msgspec.structs.replace(
            plain,
            id=f"u{minute}",
            number=f"D{minute:03d}",
            priority=SUPERVISORS_HIGHEST,
            arrived_at_utc=START + timedelta(minutes=minute, seconds=1),
        )
        view.apply(StoredTicket(urgent, 2 * minute + 2))
        served = next(view.in_line("valdore"))
        if served.id == plain.id:
            assert minute * timedelta(minutes=1) <= SUPERVISORS_HIGHEST * STEP
            return
        view.apply(
            StoredTicket(
                msgspec.structs.replace(served, state=TicketState.CLOSED, ended_at_utc=START),
                2 * minute + 3,
            )
        )
    pytest.fail("the plain caller starved")


@pytest.mark.parametrize("seed", range(5))
def test_a_caller_given_back_is_before_everybody_a_supervisor_may_lift(seed: int) -> None:
    chance = random.Random(seed)
    tickets = [invented(n, chance) for n in range(300)]
    back = msgspec.structs.replace(max(tickets, key=queue_order), priority=HEAD)
    assert min([*tickets, back], key=queue_order) == back


@pytest.mark.parametrize("seed", range(10))
def test_whatever_happens_the_view_is_in_order_and_positions_count_up(seed: int) -> None:
    chance = random.Random(seed)
    view = QueueView()
    known: dict[str, Ticket] = {}
    for revision in range(1, 600):
        if known and chance.random() < 0.6:
            ticket = chance.choice(list(known.values()))
            changed = msgspec.structs.replace(
                ticket,
                state=chance.choice(list(TicketState)),
                priority=chance.choice((0, 1, 5, HEAD)),
                agent="alice",
            )
        else:
            changed = invented(revision, chance)
        known[changed.id] = changed
        view.apply(StoredTicket(changed, revision))
        if chance.random() < 0.05:
            view.forget_ended(lambda ticket: True)
            known = {key: one for key, one in known.items() if one.state not in ENDED}
    waiting = [
        one for one in known.values() if one.state in (TicketState.WAITING, TicketState.OFFERED)
    ]
    assert view.waiting("valdore") == sorted(waiting, key=queue_order)
    assert [view.position(ticket) for ticket in view.waiting("valdore")] == list(
        range(1, len(waiting) + 1)
    )
    still_open = [one for one in known.values() if one.state not in ENDED]
    assert view.open_count("valdore") == len(still_open)
    in_hand = {
        one.id
        for one in still_open
        if one.agent == "alice" and one.state is not TicketState.WAITING
    }
    assert {ticket.id for ticket in view.of_agent("valdore", "alice")} == in_hand
    assert sum(len(view.at_kiosk("valdore", f"k{n}")) for n in range(40)) == len(still_open)


ENDED = (TicketState.CLOSED, TicketState.ABANDONED)
