# SPDX-License-Identifier: GPL-3.0-only
"""Statistics are what a plain count over the same tickets says."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from zoneinfo import ZoneInfo

import msgspec
import pytest

from session.hub.history.counts import count
from session.hub.history.database import History
from session.protocol.hub.statistics import StatisticsBy, StatisticsRow
from session.protocol.hub.tickets import Ticket, TicketState
from tests.support.invented_tickets import days_of_work, entry, ticket

FIRST, LAST = date(2026, 3, 1), date(2026, 12, 31)


def key_of(ended: Ticket, by: StatisticsBy) -> str:
    local = ended.arrived_at_utc.astimezone(ZoneInfo("Europe/Paris"))
    return {
        StatisticsBy.TOTAL: "",
        StatisticsBy.MONTH: f"{local:%Y-%m}",
        StatisticsBy.WEEKDAY: str(local.isoweekday()),
        StatisticsBy.DAY: local.date().isoformat(),
        StatisticsBy.HOUR: f"{local:%H}",
        StatisticsBy.SITE: ended.site,
        StatisticsBy.SERVICE: ended.service,
    }[by]


def rank(values: list[int], percent: int) -> int | None:
    """The smallest value with at least `percent` of all at or below it, found by looking."""
    for value in sorted(values):
        if sum(other <= value for other in values) * 100 >= percent * len(values):
            return value
    return None


def plain(tickets: list[Ticket], by: StatisticsBy) -> list[StatisticsRow]:
    groups: dict[str, list[Ticket]] = defaultdict(list)
    for ended in tickets:
        groups[key_of(ended, by)].append(ended)
    rows = []
    for key, members in sorted(groups.items()):
        waits, talks = [], []
        for one in members:
            if one.state is TicketState.CLOSED and one.accepted_at_utc and one.ended_at_utc:
                waits.append(int((one.accepted_at_utc - one.arrived_at_utc).total_seconds()))
                talks.append(int((one.ended_at_utc - one.accepted_at_utc).total_seconds()))
        rows.append(
            StatisticsRow(
                key=key,
                callers=len(members),
                answered=len(waits),
                abandoned=len(members) - len(waits),
                wait_median_s=rank(waits, 50),
                wait_p90_s=rank(waits, 90),
                talk_median_s=rank(talks, 50),
                talk_p90_s=rank(talks, 90),
                talk_sum_s=sum(talks),
                outcomes=dict(
                    Counter(one.reason for one in members if one.state is TicketState.CLOSED)
                ),
                left=dict(
                    Counter(one.reason for one in members if one.state is TicketState.ABANDONED)
                ),
            )
        )
    return rows


@pytest.mark.parametrize("by", list(StatisticsBy))
def test_every_grouping_is_what_a_plain_count_says(history: History, by: StatisticsBy) -> None:
    tickets = days_of_work(700, 12)
    history.apply(history.stream("x"), [entry(seq, one) for seq, one in enumerate(tickets, 1)])
    assert count(history, ("valdore",), first=FIRST, last=LAST, by=by) == plain(tickets, by)


@pytest.mark.parametrize(
    ("by", "across"),
    [
        (StatisticsBy.SITE, StatisticsBy.HOUR),
        (StatisticsBy.SERVICE, StatisticsBy.DAY),
        (StatisticsBy.DAY, StatisticsBy.SITE),
        (StatisticsBy.MONTH, StatisticsBy.WEEKDAY),
    ],
)
def test_two_groupings_at_once_are_what_a_plain_count_says(
    history: History, by: StatisticsBy, across: StatisticsBy
) -> None:
    tickets = days_of_work(300, 6)
    history.apply(history.stream("x"), [entry(seq, one) for seq, one in enumerate(tickets, 1)])
    parts: dict[str, list[Ticket]] = defaultdict(list)
    for one in tickets:
        parts[key_of(one, by)].append(one)
    wanted = [
        msgspec.structs.replace(row, key=key, across=row.key)
        for key, members in sorted(parts.items())
        for row in plain(members, across)
    ]
    assert count(history, ("valdore",), first=FIRST, last=LAST, by=by, across=across) == wanted


def test_only_the_days_asked_for_and_only_the_own_callers_count(history: History) -> None:
    tickets, foreign = days_of_work(100, 10), ticket(9999, organisation="marais")
    history.apply(
        history.stream("x"), [entry(seq, one) for seq, one in enumerate([*tickets, foreign], 1)]
    )
    rows = count(
        history, ("valdore",), first=date(2026, 3, 3), last=date(2026, 3, 4), by=StatisticsBy.DAY
    )
    asked = [
        row for row in plain(tickets, StatisticsBy.DAY) if row.key in ("2026-03-03", "2026-03-04")
    ]
    assert rows == asked
    assert len(rows) == 2
    assert (
        count(history, ("marais",), first=FIRST, last=LAST, by=StatisticsBy.TOTAL)[0].callers == 1
    )


def test_organisations_together_are_counted_as_one(history: History) -> None:
    tickets, foreign = days_of_work(100, 10), ticket(9999, organisation="marais")
    history.apply(
        history.stream("x"), [entry(seq, one) for seq, one in enumerate([*tickets, foreign], 1)]
    )
    both = ("valdore", "marais")
    rows = count(history, both, first=FIRST, last=LAST, by=StatisticsBy.SITE)
    assert rows == plain([*tickets, foreign], StatisticsBy.SITE)


def test_days_without_callers_give_no_rows(history: History) -> None:
    for by in StatisticsBy:
        assert count(history, ("valdore",), first=FIRST, last=LAST, by=by) == []


def test_a_day_on_which_nobody_was_answered_has_no_median(history: History) -> None:
    gone = ticket(1, state=TicketState.ABANDONED, accepted_at_utc=None, reason="left")
    history.apply(history.stream("x"), [entry(1, gone)])
    (row,) = count(history, ("valdore",), first=FIRST, last=LAST, by=StatisticsBy.DAY)
    assert (row.callers, row.answered, row.abandoned, row.wait_median_s) == (1, 0, 1, None)
    assert (row.outcomes, row.left) == ({}, {"left": 1})
