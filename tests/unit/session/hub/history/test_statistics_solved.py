# SPDX-License-Identifier: GPL-3.0-only
"""What callers say is counted by service and site; few answers, which might tell whose they are,
are hidden.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from session.hub.history import tables
from session.hub.history.audit import AnswerEntry, AnswerRecord, AuditEntry
from session.hub.history.counts import count
from session.hub.history.database import History
from session.protocol.hub.statistics import Solved, StatisticsBy
from tests.support.invented_tickets import FIRST_DAY, SITES, entry, ticket

DAY = date(2026, 3, 2)


def _answer(seq: int, solved: Solved, service: str = "rights", site: str = SITES[0]) -> AuditEntry:
    record = AnswerRecord(service=service, site=site, solved=solved.value)
    return AuditEntry(seq, FIRST_DAY, None, answer=AnswerEntry("valdore", record))


def _solved(history: History, by: StatisticsBy) -> dict[str, dict[str, int]]:
    rows = count(history, ("valdore",), first=DAY, last=DAY, by=by)
    return {row.key: row.solved for row in rows}


def _tell(history: History, entries: list[AuditEntry]) -> None:
    callers = [
        entry(1, ticket(1)),
        entry(2, ticket(2, service="housing", site=SITES[1])),
        entry(3, ticket(3, service="family")),
    ]
    history.apply(history.stream("x"), [*callers, *entries])


def test_answers_are_counted_in_every_grouping_but_by_hour(history: History) -> None:
    told = [_answer(10 + n, Solved.NO if n == 5 else Solved.YES) for n in range(6)]
    _tell(history, told)
    _tell(history, told)  # told twice
    assert _solved(history, StatisticsBy.TOTAL) == {"": {"yes": 5, "no": 1}}
    assert _solved(history, StatisticsBy.DAY) == {"2026-03-02": {"yes": 5, "no": 1}}
    assert _solved(history, StatisticsBy.SERVICE)["rights"] == {"yes": 5, "no": 1}
    assert _solved(history, StatisticsBy.SITE)[SITES[0]] == {"yes": 5, "no": 1}
    assert set(map(str, _solved(history, StatisticsBy.HOUR).values())) == {"{}"}


def test_answers_of_a_month_do_not_give_a_hidden_day_away(history: History) -> None:
    second = [
        AuditEntry(
            40 + n, FIRST_DAY + timedelta(days=1), None, answer=_answer(1, Solved.YES).answer
        )
        for n in range(8)
    ]
    told = [_answer(10 + n, Solved.YES) for n in range(2)] + second
    _tell(history, told)
    history.apply(history.stream("x"), [entry(5, ticket(1440 + 9))])
    rows = {
        by: count(history, ("valdore",), first=DAY, last=date(2026, 3, 31), by=by)
        for by in (StatisticsBy.MONTH, StatisticsBy.DAY)
    }
    assert [row.solved for row in rows[StatisticsBy.MONTH]] == [{"yes": 10}]
    assert [row.solved for row in rows[StatisticsBy.DAY]] == [{}, {}]  # else 10 - 8 would tell it


@pytest.mark.parametrize("few", [1, 4])
def test_fewer_than_five_answers_are_hidden(history: History, few: int) -> None:
    _tell(history, [_answer(10 + n, Solved.YES) for n in range(few)])
    assert _solved(history, StatisticsBy.TOTAL) == {"": {}}
    assert _solved(history, StatisticsBy.SERVICE)["rights"] == {}


def test_the_total_does_not_give_a_hidden_service_away(history: History) -> None:
    told = [_answer(10 + n, Solved.YES) for n in range(6)]
    told += [_answer(30 + n, Solved.PARTLY, "family") for n in range(9)]
    told += [_answer(50, Solved.NO, "housing", SITES[1])]
    _tell(history, told)
    assert _solved(history, StatisticsBy.TOTAL)[""] == {"yes": 6, "partly": 9, "no": 1}
    assert _solved(history, StatisticsBy.SERVICE) == {
        "rights": {},
        "housing": {},
        "family": {"partly": 9},
    }


def test_answers_by_service_and_site_hide_what_would_tell_a_few(history: History) -> None:
    told = [_answer(10 + n, Solved.YES) for n in range(6)]
    told += [_answer(20 + n, Solved.NO, "rights", SITES[1]) for n in range(7)]
    told += [_answer(30 + n, Solved.PARTLY, "housing", SITES[1]) for n in range(9)]
    told += [_answer(60 + n, Solved.PARTLY, "housing", SITES[0]) for n in range(8)]
    callers = [
        entry(n, ticket(n, service=service, site=site))
        for n, (service, site) in enumerate(
            [(a, b) for a in ("rights", "housing") for b in SITES[:2]], start=1
        )
    ]
    history.apply(history.stream("x"), [*callers, *told])

    def crossed() -> dict[tuple[str, str], dict[str, int]]:
        rows = count(
            history,
            ("valdore",),
            first=DAY,
            last=DAY,
            by=StatisticsBy.SERVICE,
            across=StatisticsBy.SITE,
        )
        return {(row.key, row.across): row.solved for row in rows}

    assert crossed() == {
        ("rights", SITES[0]): {"yes": 6},
        ("rights", SITES[1]): {"no": 7},
        ("housing", SITES[1]): {"partly": 9},
        ("housing", SITES[0]): {"partly": 8},
    }
    few = [_answer(80, Solved.NO, "family", SITES[0])]
    history.apply(history.stream("x"), few)
    assert crossed()["rights", SITES[0]] == {}, "two services have few: their sites tell nothing"


def test_a_database_from_before_the_question_gets_its_table(history: History) -> None:
    with history.writing() as connection:
        tables.answers.drop(connection)
    history._prepare()
    _tell(history, [_answer(10 + n, Solved.YES) for n in range(5)])
    assert _solved(history, StatisticsBy.TOTAL) == {"": {"yes": 5}}
