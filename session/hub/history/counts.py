# SPDX-License-Identifier: GPL-3.0-only
"""How many callers, how long they waited, what came of it: questions to the history alone.
Used by service and report.

Waits are read as they are, never as averages of averages:
median and 90th percentile by nearest rank over every answered caller. 100,000 tickets are one pass
over one index; numpy does the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec
import numpy as np
import numpy.typing as npt
from sqlalchemy import String, cast, func, literal, select

from session.hub.history import tables
from session.hub.history.database import History
from session.protocol.hub.statistics import StatisticsBy, StatisticsRow

FEWEST = 5
"""Fewer answers than these are not shown: they might tell who gave them."""

_NAMED = {
    StatisticsBy.SITE: tables.answers.c.site,
    StatisticsBy.SERVICE: tables.answers.c.service,
}

Numbers = npt.NDArray[np.int64]

_KEYS = {
    StatisticsBy.HOUR: tables.tickets.c.hour,
    StatisticsBy.SITE: tables.tickets.c.site,
    StatisticsBy.SERVICE: tables.tickets.c.service,
}


def count(
    history: History,
    organisation: str,
    *,
    first: date,
    last: date,
    by: StatisticsBy,
    across: StatisticsBy = StatisticsBy.TOTAL,
) -> list[StatisticsRow]:
    """Finished tickets of callers who arrived from `first` to `last`, local days, both included;
    by order of their keys. `across` parts each group once more.

    Raises:
        StoreUnreachable: the database fails.
    """
    days, groups, columns = _read(history, organisation, first=first, last=last, by=(by, across))
    if not days:
        return []
    named = _names(history)
    said = _said(history, organisation, first=first, last=last, by=by)
    keys, parts = groups
    kinds = int(parts.max(initial=0)) + 1
    rows = []
    for key, (outcome, wait_s, talk_s) in _groups(keys * kinds + parts, columns):
        text = _text(by, key // kinds, days, named)
        row = _row(text, outcome, wait_s=wait_s, talk_s=talk_s, named=named)
        solved = said.get(text, {}) if across is StatisticsBy.TOTAL else {}
        part = _text(across, key % kinds, days, named)
        rows.append(msgspec.structs.replace(row, across=part, solved=solved))
    return sorted(rows, key=lambda row: (row.key, row.across))


def _said(
    history: History, organisation: str, *, first: date, last: date, by: StatisticsBy
) -> dict[str, dict[str, int]]:
    """Key -> how often callers said each word; without keys of fewer than `FEWEST` answers, and
    never without exactly one key: the total would give it away.
    """
    if by is StatisticsBy.HOUR:
        return {}
    table, names = tables.answers, tables.names
    key = {
        StatisticsBy.DAY: table.c.day,
        StatisticsBy.SITE: names.c.text,
        StatisticsBy.SERVICE: names.c.text,
    }.get(by, literal(""))
    query = (
        select(key.label("key"), table.c.solved, func.count())
        .where(
            table.c.organisation == organisation,
            table.c.day.between(first.isoformat(), last.isoformat()),
        )
        .group_by("key", table.c.solved)
    )
    if by in _NAMED:
        query = query.join(names, names.c.id == _NAMED[by])
    said: dict[str, dict[str, int]] = {}
    with history.reading() as connection:
        for text, solved, answers in connection.execute(query):
            said.setdefault(str(text), {})[str(solved)] = int(answers)
    by_number = sorted(said, key=lambda key: sum(said[key].values()))
    hidden = [key for key in by_number if sum(said[key].values()) < FEWEST]
    if len(hidden) == 1:
        hidden = by_number[:2]
    return {key: counts for key, counts in said.items() if key not in hidden}


def _read(
    history: History,
    organisation: str,
    *,
    first: date,
    last: date,
    by: tuple[StatisticsBy, StatisticsBy],
) -> tuple[list[str], list[Numbers], tuple[Numbers, Numbers, Numbers]]:
    """(days, keys of each grouping, (outcome, wait, talk)):
    a day at a time, each column as one text, along the index.

    No sorting in the database and few rows to fetch:
    three times as fast as one row per ticket (measured).
    """
    table = tables.tickets
    wanted = [table.c.outcome, table.c.wait_s, table.c.talk_s]
    wanted += [_KEYS[one] for one in by if one in _KEYS]
    query = (
        select(
            table.c.day,
            func.count(),
            *(func.aggregate_strings(cast(column, String), ",") for column in wanted),
        )
        .where(
            table.c.organisation == organisation,
            table.c.day.between(first.isoformat(), last.isoformat()),
        )
        .group_by(table.c.day)
        .order_by(table.c.day)
    )
    with history.reading() as connection:
        found = connection.execute(query).all()
    columns = [
        _numbers(",".join(row[place] for row in found)) for place in range(2, 2 + len(wanted))
    ]
    counts = [row[1] for row in found]
    rest = iter(columns[3:])
    groups = []
    for one in by:
        match one:
            case StatisticsBy.DAY:
                groups.append(np.repeat(np.arange(len(found)), counts))
            case StatisticsBy.TOTAL:
                groups.append(np.zeros(sum(counts), np.int64))
            case _:
                groups.append(next(rest))
    return [row[0] for row in found], groups, (columns[0], columns[1], columns[2])


def _numbers(text: str) -> Numbers:
    return np.fromstring(text, np.int64, sep=",") if text else np.zeros(0, np.int64)


def _groups(
    keys: Numbers, columns: tuple[Numbers, Numbers, Numbers]
) -> Iterator[tuple[int, tuple[Numbers, Numbers, Numbers]]]:
    order = np.argsort(keys, kind="stable")
    sorted_keys = keys[order]
    starts = np.flatnonzero(np.concatenate(([True], sorted_keys[1:] != sorted_keys[:-1])))
    ends = np.append(starts[1:], len(sorted_keys))
    outcome, wait_s, talk_s = (column[order] for column in columns)
    for start, end in zip(starts, ends, strict=True):
        yield int(sorted_keys[start]), (outcome[start:end], wait_s[start:end], talk_s[start:end])


def _row(
    key: str, outcome: Numbers, *, wait_s: Numbers, talk_s: Numbers, named: dict[int, str]
) -> StatisticsRow:
    is_answered = talk_s >= 0
    waits, talks = np.sort(wait_s[is_answered]), np.sort(talk_s[is_answered])
    return StatisticsRow(
        key=key,
        callers=len(outcome),
        answered=len(waits),
        abandoned=len(outcome) - len(waits),
        wait_median_s=_rank(waits, 50),
        wait_p90_s=_rank(waits, 90),
        talk_median_s=_rank(talks, 50),
        talk_p90_s=_rank(talks, 90),
        outcomes=_counted(outcome[is_answered], named),
        left=_counted(outcome[~is_answered], named),
    )


def _rank(ordered: Numbers, percent: int) -> int | None:
    """Nearest rank: the smallest value that at least `percent` of all do not exceed."""
    return int(ordered[(len(ordered) * percent + 99) // 100 - 1]) if len(ordered) else None


def _counted(values: Numbers, named: dict[int, str]) -> dict[str, int]:
    numbers, counts = np.unique(values, return_counts=True)
    return {named[int(number)]: int(count_) for number, count_ in zip(numbers, counts, strict=True)}


def _names(history: History) -> dict[int, str]:
    with history.reading() as connection:
        return {
            int(number): str(text)
            for number, text in connection.execute(select(tables.names.c.id, tables.names.c.text))
        }


def _text(by: StatisticsBy, key: int, days: list[str], named: dict[int, str]) -> str:
    match by:
        case StatisticsBy.DAY:
            return days[key]
        case StatisticsBy.HOUR:
            return f"{key:02}"
        case StatisticsBy.TOTAL:
            return ""
        case _:
            return named[key]
