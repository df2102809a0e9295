# SPDX-License-Identifier: GPL-3.0-only
"""Answers questions about the list of conversations. Pure reading, blocking; used by `service`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from session.core.errors import MessageMalformed
from session.core.folded_text import folded, has_words
from session.core.spoken_letters import tidy_short_number
from session.hub.log_index import tables
from session.hub.log_index.digest import decode_digest
from session.hub.log_index.rows import LogRows
from session.protocol.helpdesk.log_list import (
    MOST_COUNTED,
    CountOf,
    FindLogs,
    LineMinute,
    LogCounts,
    LogFilter,
    LogRow,
    LogsFound,
    LogState,
    TimeWindow,
    TroubleBar,
    TroublePart,
)
from session.protocol.hub.requests import fitting

ANY = "any"
"""In a filter of troubles: whichever."""

_rows = tables.rows
_STATES: dict[LogState, ColumnElement[bool]] = {
    LogState.RUNNING: and_(_rows.c.ended_at_utc.is_(None), _rows.c.is_erased == 0),
    LogState.ENDED: and_(
        _rows.c.ended_at_utc.is_not(None), _rows.c.is_erased == 0, _rows.c.records > 0
    ),
    LogState.ERASED: _rows.c.is_erased == 1,
    LogState.NO_LOG: and_(
        _rows.c.ended_at_utc.is_not(None), _rows.c.is_erased == 0, _rows.c.records == 0
    ),
}


def find_logs(rows: LogRows, organisations: Sequence[str] | None, request: FindLogs) -> LogsFound:
    """A page of the list.

    Args:
        organisations: whose conversations may be seen; None for all.

    Raises:
        StoreUnreachable. MessageMalformed: a cursor that was none of ours.
    """
    with rows.database().reading() as connection:
        conditions = _conditions(connection, organisations, request.filter)
        page = select(_rows).where(*conditions, *_before(request.before))
        page = page.order_by(_rows.c.started_at_utc.desc(), _rows.c.id.desc())
        matches = connection.execute(page.limit(request.limit + 1)).all()
        rows_found = [_row(row) for row in matches[: request.limit]]
        page_rows = rows_found[: fitting(rows_found)]
        return LogsFound(
            rows=tuple(page_rows),
            next=_cursor(matches[len(page_rows) - 1]) if len(matches) > len(page_rows) else "",
            counts=_counts(connection, conditions) if request.counts else None,
        )


# ---- which


def _conditions(
    connection: Connection, organisations: Sequence[str] | None, log_filter: LogFilter
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if organisations is not None:
        conditions.append(_one_of(_rows.c.organisation, organisations))
    if log_filter.organisations:
        conditions.append(_one_of(_rows.c.organisation, log_filter.organisations))
    conditions += _in_time(log_filter)
    for column, typed in ((_rows.c.site, log_filter.sites), (_rows.c.kiosk, log_filter.kiosks)):
        if typed:
            names = connection.execute(select(column).distinct().where(*conditions[:1])).scalars()
            conditions.append(_one_of(column, _meant(list(names), typed)))
    for column, values in (
        (_rows.c.service, log_filter.services),
        (_rows.c.agent, log_filter.agents),
    ):
        if values:
            conditions.append(_one_of(column, values))
    if log_filter.versions:
        sides = (_rows.c.kiosk_version, _rows.c.desk_version)
        conditions.append(or_(*(_one_of(side, log_filter.versions) for side in sides)))
    if log_filter.states:
        conditions.append(or_(*(_STATES[state] for state in log_filter.states)))
    if log_filter.number.strip():
        conditions.append(_numbered(log_filter.number))
    return conditions + _beside(log_filter)


def _in_time(log_filter: LogFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if log_filter.since_utc is not None:
        conditions.append(_rows.c.started_at_utc >= _naive(log_filter.since_utc))
    if log_filter.until_utc is not None:
        conditions.append(_rows.c.started_at_utc < _naive(log_filter.until_utc))
    if log_filter.windows:
        conditions.append(or_(*map(_within, log_filter.windows)))
    return conditions


def _within(window: TimeWindow) -> ColumnElement[bool]:
    started = _rows.c.started_at_utc
    return and_(started >= _naive(window.since_utc), started < _naive(window.until_utc))


def _meant(names: Sequence[str], typed: Sequence[str]) -> list[str]:
    """Return the names that were typed whole, or else those that have the words typed."""
    meant: list[str] = []
    for words in typed:
        exact = [name for name in names if folded(name) == folded(words)]
        meant += exact or [name for name in names if has_words(name, words)]
    return meant


def _beside(log_filter: LogFilter) -> list[ColumnElement[bool]]:
    """Conditions on troubles and devices: one row of them is enough."""
    conditions: list[ColumnElement[bool]] = []
    trouble, device = tables.troubles, tables.devices
    trouble_conditions: list[ColumnElement[bool]] = []
    if log_filter.troubles and ANY not in log_filter.troubles:
        trouble_conditions.append(_one_of(trouble.c.code, log_filter.troubles))
    if log_filter.parts:
        trouble_conditions.append(
            _one_of(trouble.c.part, [part.value for part in log_filter.parts])
        )
    if log_filter.troubles or log_filter.parts:
        conditions.append(_rows.c.id.in_(select(trouble.c.row).where(*trouble_conditions)))
    if log_filter.devices:
        models = select(device.c.row).where(_one_of(device.c.model, log_filter.devices))
        conditions.append(_rows.c.id.in_(models))
    return conditions


def _numbered(typed: str) -> ColumnElement[bool]:
    """By a number as people type it: a conversation's, a ticket's, the whole id, or the trace of
    the press or of its acceptance, as the hub's log shows it.
    """
    text = typed.strip()
    same = [_rows.c.session == text, _rows.c.ticket_number == text.upper().replace(" ", "")]
    if text:
        same += [_rows.c.trace == text, _rows.c.accept_trace == text]
    short = tidy_short_number(text)
    if short:
        same.append(_rows.c.short_number == short)
    return and_(or_(*same), or_(_rows.c.is_erased == 0, _rows.c.short_number == short))


def _one_of(column: Any, values: Sequence[str]) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = column == values[0] if len(values) == 1 else column.in_(values)
    return condition


# ---- pages


def _cursor(row: Any) -> str:
    return f"{row.started_at_utc.isoformat()}~{row.id}"


def _before(cursor: str) -> list[ColumnElement[bool]]:
    if not cursor:
        return []
    at, _, number = cursor.partition("~")
    try:
        started, row = datetime.fromisoformat(at), int(number)
    except ValueError as error:
        raise MessageMalformed(why="cursor") from error
    if started.tzinfo is not None:
        raise MessageMalformed(why="cursor")
    column = _rows.c.started_at_utc
    return [column <= started, or_(column < started, _rows.c.id < row)]


def _row(row: Any) -> LogRow:
    summary = decode_digest(row.summary)
    worst = None
    if row.worst_at_utc is not None:
        worst = LineMinute(
            at_utc=row.worst_at_utc.replace(tzinfo=UTC),
            kbps=row.worst_kbps,
            loss_percent=row.worst_loss_percent,
        )
    ended = row.ended_at_utc
    return LogRow(
        session_id=row.session,
        short_number=row.short_number,
        state=_state(row),
        started_at_utc=row.started_at_utc.replace(tzinfo=UTC),
        ended_at_utc=ended.replace(tzinfo=UTC) if ended is not None else None,
        organisation=row.organisation,
        ticket_number=row.ticket_number,
        trace=row.trace,
        accept_trace=row.accept_trace,
        site=row.site,
        kiosk=row.kiosk,
        service=row.service,
        agent=row.agent,
        outcome=row.outcome,
        worst_minute=worst,
        troubles=tuple(summary.troubles()),
        devices=tuple(summary.devices()),
        kiosk_version=row.kiosk_version,
        desk_version=row.desk_version,
        gaps=row.gaps,
        records=row.records,
    )


def _state(row: Any) -> LogState:
    if row.is_erased:
        return LogState.ERASED
    if row.ended_at_utc is None:
        return LogState.RUNNING
    if row.records:
        return LogState.ENDED
    return LogState.NO_LOG


# ---- counts


def _counts(connection: Connection, conditions: list[ColumnElement[bool]]) -> LogCounts:
    """One look at the index for each."""

    def sums(column: Any) -> dict[str, int]:
        query = select(column, func.count()).where(*conditions).group_by(column)
        return {str(row[0]): int(row[1]) for row in connection.execute(query)}

    days = sums(_rows.c.day)
    return LogCounts(
        conversations=sum(days.values()),
        kiosks=_greatest(sums(_rows.c.kiosk)),
        sites=_greatest(sums(_rows.c.site)),
        services=_greatest(sums(_rows.c.service)),
        days=tuple(CountOf(name=day, count=count) for day, count in sorted(days.items())),
        troubles=_trouble_counts(connection, conditions),
    )


def _greatest(sums: dict[str, int]) -> tuple[CountOf, ...]:
    ordered = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    return tuple(CountOf(name=name, count=count) for name, count in ordered[:MOST_COUNTED] if name)


def _trouble_counts(
    connection: Connection, conditions: list[ColumnElement[bool]]
) -> tuple[TroubleBar, ...]:
    trouble = tables.troubles
    number = func.count().label("conversations")
    query = select(trouble.c.part, trouble.c.code, number)
    if conditions:
        query = query.join(_rows, _rows.c.id == trouble.c.row).where(*conditions)
    query = query.group_by(trouble.c.part, trouble.c.code)
    query = query.order_by(number.desc(), trouble.c.code).limit(MOST_COUNTED)
    return tuple(
        TroubleBar(part=TroublePart(part), code=code, count=count)
        for part, code, count in connection.execute(query)
    )


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)
