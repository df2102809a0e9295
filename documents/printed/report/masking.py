# SPDX-License-Identifier: GPL-3.0-only
"""Counts below five do not leave an organisation: they could point at a person.
Used by the operator's report.

The usual rule of official statistics (primary and secondary suppression): a count of 1 to 4 is
shown as "< 5", and whatever would give it away by subtraction is hidden too: the other half of a
pair, and the next smallest row of a table in which it would be the only one.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from documents.printed.report.words import (
    HIDDEN,
    SMALL,
    AppointmentSums,
    Chapter,
    Crossed,
    ReportFigures,
)
from session.core.small_counts import LEAST, hidden_cells, hidden_days, hidden_keys, is_small


def masked(chapter: Chapter) -> Chapter:
    """The chapter as it may leave its organisation."""
    if is_small(chapter.total.callers):  # what else is known is of these few
        chapter = msgspec.structs.replace(chapter, passed_on={}, documents=None, appointments=None)
    return msgspec.structs.replace(
        chapter,
        total=_masked_row(chapter.total),
        months=_masked_table(chapter.months),
        weekdays=_masked_table(chapter.weekdays),
        days=_masked_days(chapter.days),
        hours=_masked_table(chapter.hours),
        services=_masked_table(chapter.services),
        sites=_masked_table(chapter.sites),
        crossed=tuple(_masked_crossing(crossing) for crossing in chapter.crossed),
        passed_on=_masked_counts(chapter.passed_on),
        documents=None if chapter.documents is None else _count(chapter.documents),
        appointments=_masked_appointments(chapter.appointments),
    )


def _masked_appointments(figures: AppointmentSums | None) -> AppointmentSums | None:
    if figures is None:
        return None
    return msgspec.structs.replace(
        figures,
        booked=_count(figures.booked),
        moved=_count(figures.moved),
        ends={} if is_small(figures.booked) else _masked_counts(figures.ends),
    )


def _count(number: int) -> int:
    return SMALL if is_small(number) else number


def _masked_table(rows: Sequence[ReportFigures]) -> tuple[ReportFigures, ...]:
    """A table with a total elsewhere: never exactly one row is hidden, nor one row's halves."""
    hidden = hidden_keys({row.key: row.callers for row in rows})
    visible_rows = [row for row in rows if row.key not in hidden]
    halves: set[str] = set()
    if not hidden:  # else what is missing is of several rows
        halves = hidden_keys({row.key: row.answered for row in visible_rows})
        halves |= hidden_keys({row.key: row.abandoned for row in visible_rows})
    return tuple(
        _hidden_row(row) if row.key in hidden else _masked_row(row, halves=row.key in halves)
        for row in rows
    )


def _masked_days(rows: Sequence[ReportFigures]) -> tuple[ReportFigures, ...]:
    """The same where months and weekdays are tables of their own."""
    hidden = hidden_days({row.key: row.callers for row in rows})
    halves = hidden_days({row.key: row.answered for row in rows})
    halves |= hidden_days({row.key: row.abandoned for row in rows})
    return tuple(
        _hidden_row(row) if row.key in hidden else _masked_row(row, halves=row.key in halves)
        for row in rows
    )


def _masked_crossing(crossed: Crossed) -> Crossed:
    """The same for two groupings at once."""
    by_cell = {(row.key, row.across): row for row in crossed.rows}
    hidden = hidden_cells({cell: row.callers for cell, row in by_cell.items()})
    halves = hidden_cells({cell: row.answered for cell, row in by_cell.items()})
    halves |= hidden_cells({cell: row.abandoned for cell, row in by_cell.items()})
    rows = tuple(
        _hidden_row(row) if cell in hidden else _masked_row(row, halves=cell in halves)
        for cell, row in by_cell.items()
    )
    return msgspec.structs.replace(crossed, rows=rows)


def _hidden_row(row: ReportFigures) -> ReportFigures:
    """Nothing but that there was somebody."""
    if is_small(row.callers):
        count = SMALL
    else:
        count = HIDDEN
    return ReportFigures(
        key=row.key,
        name=row.name,
        across=row.across,
        across_name=row.across_name,
        callers=count,
        answered=HIDDEN,
        abandoned=HIDDEN,
    )


def _masked_row(row: ReportFigures, *, halves: bool = False) -> ReportFigures:
    """`halves`: who was answered and who gave up would give another row away."""
    if is_small(row.callers):
        return _hidden_row(row)
    answered, abandoned = row.answered, row.abandoned
    if halves or is_small(answered) or is_small(abandoned):
        answered, abandoned = (
            SMALL if is_small(number) else HIDDEN for number in (answered, abandoned)
        )
    few = row.answered < LEAST  # a median of four is nearly one of them
    return msgspec.structs.replace(
        row,
        answered=answered,
        abandoned=abandoned,
        wait_median_s=None if few else row.wait_median_s,
        wait_p90_s=None if few else row.wait_p90_s,
        talk_median_s=None if few else row.talk_median_s,
        talk_p90_s=None if few else row.talk_p90_s,
        talk_sum_s=0 if few else row.talk_sum_s,
        outcomes=_masked_counts(row.outcomes) if answered >= 0 else {},
        left=_masked_counts(row.left) if abandoned >= 0 else {},
        solved=_masked_counts(row.solved),
    )


def _masked_counts(counted: dict[str, int]) -> dict[str, int]:
    hidden = {code: SMALL if is_small(counted[code]) else HIDDEN for code in hidden_keys(counted)}
    return counted | hidden
