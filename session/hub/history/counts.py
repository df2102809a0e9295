# SPDX-License-Identifier: GPL-3.0-only
"""Counts of callers, of how long they waited and of what came of it:
questions to the history alone. Used by service and report.

Waits are read as they are, never as averages of averages: median and 90th percentile by nearest
rank over every answered caller. 100,000 tickets are one pass over one index; numpy does the
rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime

import msgspec
import numpy as np
import numpy.typing as npt
from sqlalchemy import String, and_, cast, func, literal, select

from session.core.small_counts import Cell, hidden_cells, hidden_days, hidden_keys
from session.hub.history import tables
from session.hub.history.database import History
from session.protocol.hub.statistics import StatisticsBy, StatisticsRow
from session.protocol.wire.ids import split_service

Numbers = npt.NDArray[np.int64]

_KEYS = {
    StatisticsBy.HOUR: tables.tickets.c.hour,
    StatisticsBy.SITE: tables.tickets.c.site,
    StatisticsBy.SERVICE: tables.tickets.c.service,
}


class KioskCalls(msgspec.Struct, frozen=True, kw_only=True):
    """Conversations that have ended at a kiosk: how many, and when the first one began."""

    first_at_utc: datetime
    count: int


def calls_of_kiosks(history: History, organisation: str) -> dict[str, KioskCalls]:
    """Return the conversations of each kiosk that had one.

    Raises:
        StoreUnreachable: the database fails.
    """
    column = tables.tickets.c
    query = (
        select(column.kiosk, func.min(column.accepted_at_utc), func.count())
        .where(column.organisation == organisation, column.accepted_at_utc.is_not(None))
        .group_by(column.kiosk)
    )
    with history.reading() as connection:
        rows = connection.execute(query).all()
    return {
        kiosk: KioskCalls(first_at_utc=first.replace(tzinfo=UTC), count=calls)
        for kiosk, first, calls in rows
    }


def first_day(history: History, organisations: tuple[str, ...]) -> date | None:
    """Return the local day on which the first of their callers arrived; None for nobody.

    Raises:
        StoreUnreachable: the database fails.
    """
    column = tables.tickets.c
    query = select(func.min(column.day)).where(column.organisation.in_(organisations))
    with history.reading() as connection:
        day = connection.execute(query).scalar()
    return None if day is None else date.fromisoformat(day)


def passed_on(history: History, organisation: str, *, first: date, last: date) -> dict[str, int]:
    """Count the callers who arrived in these local days and were passed on to another organisation
    in a conversation, by that organisation's id.

    Raises:
        StoreUnreachable: the database fails.
    """
    change, ticket = tables.transitions.c, tables.tickets.c
    query = (
        select(change.moved_to, func.count(change.ticket.distinct()))
        .join(
            tables.tickets,
            and_(ticket.organisation == change.organisation, ticket.ticket == change.ticket),
        )
        .where(
            change.organisation == organisation,
            change.moved_to != "",
            ticket.talk_s >= 0,
            ticket.day.between(first.isoformat(), last.isoformat()),
        )
        .group_by(change.moved_to)
    )
    counts: dict[str, int] = {}
    with history.reading() as connection:
        for target, callers in connection.execute(query):
            other, _service = split_service(target, organisation)
            if other != organisation:
                counts[other] = counts.get(other, 0) + int(callers)
    return counts


def count(
    history: History,
    organisations: tuple[str, ...],
    *,
    first: date,
    last: date,
    by: StatisticsBy,
    across: StatisticsBy = StatisticsBy.TOTAL,
) -> list[StatisticsRow]:
    """Finished tickets of callers who arrived from `first` to `last`, local days, both included,
    of these organisations together; by order of their keys. `across` parts each group once more.

    Raises:
        StoreUnreachable: the database fails.
    """
    days, groups, columns = _read(history, organisations, first=first, last=last, by=(by, across))
    if not days:
        return []
    named = _names(history)
    answers = _answers(history, organisations, days=(first, last), by=by, across=across)
    keys, parts = groups
    kinds = int(parts.max(initial=0)) + 1
    rows = []
    for key, (outcome, wait_s, talk_s) in _groups(keys * kinds + parts, columns):
        text = _text(by, key // kinds, days, named)
        row = _row(text, outcome, wait_s=wait_s, talk_s=talk_s, named=named)
        part = _text(across, key % kinds, days, named)
        solved = answers.get((text, part), {})
        rows.append(msgspec.structs.replace(row, across=part, solved=solved))
    return sorted(rows, key=lambda row: (row.key, row.across))


def _answers(
    history: History,
    organisations: tuple[str, ...],
    *,
    days: tuple[date, date],
    by: StatisticsBy,
    across: StatisticsBy,
) -> dict[Cell, dict[str, int]]:
    """(key, key of the second grouping) -> how often callers said each word; without those of few
    answers, and what would give these away.
    """
    if StatisticsBy.HOUR in (by, across):
        return {}
    table = tables.answers
    service, site = tables.names.alias(), tables.names.alias()
    keys = {
        StatisticsBy.MONTH: table.c.day,
        StatisticsBy.WEEKDAY: table.c.day,
        StatisticsBy.DAY: table.c.day,
        StatisticsBy.SITE: site.c.text,
        StatisticsBy.SERVICE: service.c.text,
        StatisticsBy.TOTAL: literal(""),
    }
    query = (
        select(keys[by].label("key"), keys[across].label("part"), table.c.solved, func.count())
        .select_from(
            table.join(service, service.c.id == table.c.service).join(
                site, site.c.id == table.c.site
            )
        )
        .where(
            table.c.organisation.in_(organisations),
            table.c.day.between(days[0].isoformat(), days[1].isoformat()),
        )
        .group_by("key", "part", table.c.solved)
    )
    words_by_cell: dict[Cell, dict[str, int]] = {}
    with history.reading() as connection:
        for key, part, solved, answers in connection.execute(query):
            words = words_by_cell.setdefault((_line(by, key), _line(across, part)), {})
            words[str(solved)] = words.get(str(solved), 0) + int(answers)
    counts = {cell: sum(words.values()) for cell, words in words_by_cell.items()}
    if across is StatisticsBy.TOTAL:
        of_lines = {key: count for (key, _part), count in counts.items()}
        lines = (hidden_days if by is StatisticsBy.DAY else hidden_keys)(of_lines)
        hidden = {cell for cell in counts if cell[0] in lines}
    else:
        hidden = hidden_cells(counts)
    return {cell: words for cell, words in words_by_cell.items() if cell not in hidden}


def _read(
    history: History,
    organisations: tuple[str, ...],
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
    selected = [table.c.outcome, table.c.wait_s, table.c.talk_s]
    selected += [_KEYS[kind] for kind in by if kind in _KEYS]
    query = (
        select(
            table.c.day,
            func.count(),
            *(func.aggregate_strings(cast(column, String), ",") for column in selected),
        )
        .where(
            table.c.organisation.in_(organisations),
            table.c.day.between(first.isoformat(), last.isoformat()),
        )
        .group_by(table.c.day)
        .order_by(table.c.day)
    )
    with history.reading() as connection:
        rows = connection.execute(query).all()
    columns = [
        _numbers(",".join(row[place] for row in rows)) for place in range(2, 2 + len(selected))
    ]
    counts = [row[1] for row in rows]
    rest = iter(columns[3:])
    groups = []
    for grouping in by:
        match grouping:
            case StatisticsBy.DAY | StatisticsBy.MONTH | StatisticsBy.WEEKDAY:
                numbers = [
                    _number_of_day(grouping, row[0], place) for place, row in enumerate(rows)
                ]
                groups.append(np.repeat(np.array(numbers, np.int64), counts))
            case StatisticsBy.TOTAL:
                groups.append(np.zeros(sum(counts), np.int64))
            case _:
                groups.append(next(rest))
    return [row[0] for row in rows], groups, (columns[0], columns[1], columns[2])


def _number_of_day(by: StatisticsBy, day: str, place: int) -> int:
    """Return the number by which this ISO day's callers are grouped; `_text` reads it."""
    match by:
        case StatisticsBy.MONTH:
            return int(day[:4]) * 12 + int(day[5:7]) - 1
        case StatisticsBy.WEEKDAY:
            return date.fromisoformat(day).isoweekday()
    return place


def _line(by: StatisticsBy, key: str) -> str:
    """Return the key of a group, of a day where the group is of days."""
    match by:
        case StatisticsBy.MONTH:
            return str(key)[:7]
        case StatisticsBy.WEEKDAY:
            return str(date.fromisoformat(key).isoweekday())
    return str(key)


def _numbers(text: str) -> Numbers:
    if text:
        return np.fromstring(text, np.int64, sep=",")
    return np.zeros(0, np.int64)


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
        talk_sum_s=int(talks.sum()),
        outcomes=_counted(outcome[is_answered], named),
        left=_counted(outcome[~is_answered], named),
    )


def _rank(ordered: Numbers, percent: int) -> int | None:
    """Nearest rank: the smallest value that at least `percent` of all do not exceed."""
    if len(ordered):
        return int(ordered[(len(ordered) * percent + 99) // 100 - 1])
    return None


def _counted(values: Numbers, named: dict[int, str]) -> dict[str, int]:
    """For ten thousand groups of some callers each this is four times as fast as numpy."""
    return {named[number]: times for number, times in sorted(Counter(values.tolist()).items())}


def _names(history: History) -> dict[int, str]:
    with history.reading() as connection:
        return {
            int(number): str(text)
            for number, text in connection.execute(select(tables.names.c.id, tables.names.c.text))
        }


def _text(by: StatisticsBy, key: int, days: list[str], named: dict[int, str]) -> str:
    match by:
        case StatisticsBy.MONTH:
            return f"{key // 12:04}-{key % 12 + 1:02}"
        case StatisticsBy.WEEKDAY:
            return str(key)
        case StatisticsBy.DAY:
            return days[key]
        case StatisticsBy.HOUR:
            return f"{key:02}"
        case StatisticsBy.TOTAL:
            return ""
        case _:
            return named[key]
