# SPDX-License-Identifier: GPL-3.0-only
"""Statistics as a chapter of an activity report.
Used by the operator's report and by the supervisor's board.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from documents.printed.dates import month_name, weekday_name
from documents.printed.report.words import Chapter, Crossed, ReportFigures
from session.protocol.hub.statistics import StatisticsBy, StatisticsRow

Groupings = tuple[StatisticsBy, StatisticsBy]

ALWAYS_CROSSED: Groupings = (StatisticsBy.SERVICE, StatisticsBy.SITE)
"""Which service is asked for where: in every report."""

_NOTHING: Mapping[Groupings, Sequence[StatisticsRow]] = {}


def chapter(
    organisation_name: str,
    services: Mapping[str, str],
    rows: Mapping[StatisticsBy, Sequence[StatisticsRow]],
    crossed: Mapping[Groupings, Sequence[StatisticsRow]] = _NOTHING,
) -> Chapter:
    """An organisation's chapter from its rows by every way to group, and by pairs of these;
    `services` are names by id.
    """

    def named(
        row: StatisticsRow, by: StatisticsBy, across: StatisticsBy = StatisticsBy.TOTAL
    ) -> ReportFigures:
        return _figures(row, _name(by, row.key, services), _name(across, row.across, services))

    def figures(by: StatisticsBy) -> tuple[ReportFigures, ...]:
        return tuple(named(row, by) for row in rows[by])

    total = figures(StatisticsBy.TOTAL)
    return Chapter(
        organisation=organisation_name,
        total=total[0] if total else ReportFigures(key="", name=organisation_name),
        months=figures(StatisticsBy.MONTH),
        weekdays=figures(StatisticsBy.WEEKDAY),
        days=figures(StatisticsBy.DAY),
        hours=figures(StatisticsBy.HOUR),
        services=figures(StatisticsBy.SERVICE),
        sites=figures(StatisticsBy.SITE),
        crossed=tuple(
            Crossed(
                by=by.value,
                across=across.value,
                rows=tuple(named(row, by, across) for row in pair_rows),
            )
            for (by, across), pair_rows in crossed.items()
            if pair_rows
        ),
    )


def _name(by: StatisticsBy, key: str, services: Mapping[str, str]) -> str:
    """Return what people call a group."""
    match by:
        case StatisticsBy.SERVICE:
            return services.get(key, key)
        case StatisticsBy.MONTH:
            return f"{month_name(int(key[5:]))} {key[:4]}".capitalize()
        case StatisticsBy.WEEKDAY:
            return weekday_name(int(key)).capitalize()
    return key


def _figures(row: StatisticsRow, name: str, across_name: str) -> ReportFigures:
    return ReportFigures(
        key=row.key,
        name=name,
        across=row.across,
        across_name=across_name,
        callers=row.callers,
        answered=row.answered,
        abandoned=row.abandoned,
        wait_median_s=row.wait_median_s,
        wait_p90_s=row.wait_p90_s,
        talk_median_s=row.talk_median_s,
        talk_p90_s=row.talk_p90_s,
        talk_sum_s=row.talk_sum_s,
        outcomes=row.outcomes,
        left=row.left,
        solved=row.solved,
    )
