# SPDX-License-Identifier: GPL-3.0-only
"""The day and the last hours, counted from changes of tickets:
also of those that are still open.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from session.hub.history.audit import AuditEntry
from session.hub.history.database import History
from session.hub.history.trends import day_figures, midnight, quarters_of
from session.protocol.hub.tickets import Ticket, TicketState
from tests.support.invented_tickets import ticket
from tests.unit.session.hub.history.databases import OpenHistory

TEN = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


class Day:
    """Writes a day's changes, minute by minute."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.seq = 0

    def note(self, minute: float, changed: Ticket) -> Ticket:
        self.seq += 1
        at = TEN + timedelta(minutes=minute)
        self.history.apply(self.history.stream("x"), [AuditEntry(self.seq, at, changed)])
        return changed

    def arrives(self, minute: float, number: int, service: str = "rights") -> Ticket:
        new = ticket(
            number,
            state=TicketState.WAITING,
            service=service,
            arrived_at_utc=TEN + timedelta(minutes=minute),
            accepted_at_utc=None,
            ended_at_utc=None,
            agent=None,
        )
        return self.note(minute, new)

    def accepted(self, minute: float, before: Ticket) -> Ticket:
        at = TEN + timedelta(minutes=minute)
        taken = msgspec.structs.replace(
            before, state=TicketState.IN_SESSION, accepted_at_utc=at, agent="bob"
        )
        return self.note(minute, taken)

    def gone(self, minute: float, before: Ticket, reason: str = "left") -> Ticket:
        at = TEN + timedelta(minutes=minute)
        return self.note(
            minute,
            msgspec.structs.replace(
                before, state=TicketState.ABANDONED, ended_at_utc=at, reason=reason
            ),
        )


def a_morning(history: History) -> None:
    """Four callers: answered after 2 min, after 20 (twice, a desk was lost), gone, and one who
    still waits.
    """
    day = Day(history)
    quick, slow = day.arrives(0, 1), day.arrives(1, 2)
    day.accepted(2, quick)
    third = day.arrives(3, 3, "housing")
    lost = day.accepted(21, slow)
    back = day.note(
        22,
        msgspec.structs.replace(lost, state=TicketState.WAITING, accepted_at_utc=None, agent=None),
    )
    day.accepted(23, back)
    day.gone(24, third)
    day.arrives(25, 4)
    day.gone(26, day.arrives(26, 5), "new_call")


def test_the_day_counts_answers_in_time_and_who_gave_up(history: History) -> None:
    a_morning(history)
    since = midnight(TEN, ZoneInfo("Europe/Paris"))
    assert since == datetime(2026, 3, 1, 23, 0, tzinfo=UTC)
    day = day_figures(history, "valdore", since, 180, {})[0]
    assert (day.answered, day.within, day.abandoned) == (2, 1, 1)
    # exactly two minutes are in time
    assert day_figures(history, "valdore", since, 120, {})[0].within == 1
    assert day_figures(history, "valdore", since, 119, {})[0].within == 0
    assert day_figures(history, "valdore", since, 1200, {})[0].within == 2
    other = day_figures(history, "marais", since, 180, {})[0]
    assert (other.answered, other.abandoned) == (0, 0)


def test_yesterdays_answer_is_not_todays_when_its_ticket_is_closed_today(history: History) -> None:
    day = Day(history)
    talking = day.accepted(1, day.arrives(0, 1))
    day.note(60, msgspec.structs.replace(talking, state=TicketState.CLOSED, reason="done"))
    assert day_figures(history, "valdore", TEN + timedelta(minutes=30), 180, {})[0].answered == 0


def test_the_days_counts_survive_a_restart(open_history: OpenHistory) -> None:
    first = open_history()
    a_morning(first)
    since = midnight(TEN, ZoneInfo("Europe/Paris"))
    before = day_figures(first, "valdore", since, 180, {})[0]
    first.close()
    assert day_figures(open_history(), "valdore", since, 180, {})[0] == before


def test_the_last_hours_in_quarters(history: History) -> None:
    a_morning(history)
    quarters = quarters_of(history, "valdore", end=TEN + timedelta(minutes=40), hours=1)
    assert [one.start_utc for one in quarters] == [
        TEN + timedelta(minutes=minutes) for minutes in (-15, 0, 15, 30)
    ]
    assert [one.arrived for one in quarters] == [0, 3, 2, 0]
    assert [one.answered for one in quarters] == [0, 1, 1, 0]
    assert [one.abandoned for one in quarters] == [0, 0, 1, 0]
    # the most at once; one waits through the last quarter
    assert [one.waiting for one in quarters] == [0, 2, 2, 1]
    assert [one.wait_median_s for one in quarters] == [None, 120, 1200, None]
    assert quarters[1].wait_p90_s == 120


def test_the_last_hours_of_one_service(history: History) -> None:
    a_morning(history)
    quarters = quarters_of(
        history, "valdore", end=TEN + timedelta(minutes=40), hours=1, service="housing"
    )
    assert [one.arrived for one in quarters] == [0, 1, 0, 0]
    assert [one.waiting for one in quarters] == [0, 1, 1, 0]
    assert [one.abandoned for one in quarters] == [0, 0, 1, 0]


def test_who_waited_before_the_asked_time_waits_in_it(history: History) -> None:
    day = Day(history)
    day.arrives(-100, 1)
    assert [one.waiting for one in quarters_of(history, "valdore", end=TEN, hours=1)] == [
        1,
        1,
        1,
        1,
    ]


def test_each_service_is_measured_by_the_wait_that_it_promises_itself(history: History) -> None:
    day = Day(history)
    since = midnight(TEN, ZoneInfo("UTC"))
    for number, service in ((1, "rights"), (2, "housing"), (3, "housing")):
        first = day.arrives(0, number, service=service)
        day.accepted(4, first)
    day.gone(5, day.arrives(0, 4, service="housing"))
    whole, each = day_figures(history, "valdore", since, 180, {"housing": 300})
    assert (whole.answered, whole.within, whole.abandoned) == (3, 2, 1)
    assert (each["rights"].answered, each["rights"].within) == (1, 0)
    housing = each["housing"]
    assert (housing.answered, housing.within, housing.abandoned) == (2, 2, 1)
