# SPDX-License-Identifier: GPL-3.0-only
"""Statistics as a chapter of an activity report.
Used by the operator's report and by the supervisor's board.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from documents.printed.report.words import Chapter, ReportFigures
from session.protocol.hub.statistics import StatisticsBy, StatisticsRow


def chapter(
    organisation_name: str,
    services: Mapping[str, str],
    rows: Mapping[StatisticsBy, Sequence[StatisticsRow]],
) -> Chapter:
    """An organisation's chapter from its rows by every way to group; `services` are names by id."""

    def figures(by: StatisticsBy) -> tuple[ReportFigures, ...]:
        return tuple(_figures(row, services.get(row.key, row.key)) for row in rows[by])

    total = figures(StatisticsBy.TOTAL)
    return Chapter(
        organisation=organisation_name,
        total=total[0] if total else ReportFigures(key="", name=organisation_name),
        days=figures(StatisticsBy.DAY),
        hours=figures(StatisticsBy.HOUR),
        services=figures(StatisticsBy.SERVICE),
        sites=figures(StatisticsBy.SITE),
    )


def _figures(row: StatisticsRow, name: str) -> ReportFigures:
    return ReportFigures(
        key=row.key,
        name=name,
        callers=row.callers,
        answered=row.answered,
        abandoned=row.abandoned,
        wait_median_s=row.wait_median_s,
        wait_p90_s=row.wait_p90_s,
        talk_median_s=row.talk_median_s,
        talk_p90_s=row.talk_p90_s,
        outcomes=row.outcomes,
        left=row.left,
        solved=row.solved,
    )
