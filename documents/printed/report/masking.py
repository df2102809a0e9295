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

from documents.printed.report.words import HIDDEN, SMALL, Chapter, ReportFigures

LEAST = 5
"""The smallest count that is shown."""


def masked(chapter: Chapter) -> Chapter:
    """The chapter as it may leave its organisation."""
    return msgspec.structs.replace(
        chapter,
        total=_masked_row(chapter.total),
        days=_masked_table(chapter.days),
        hours=_masked_table(chapter.hours),
        services=_masked_table(chapter.services),
        sites=_masked_table(chapter.sites),
    )


def is_small(count: int) -> bool:
    """True for a count that could point at a person; zero cannot."""
    return 0 < count < LEAST


def _masked_table(rows: Sequence[ReportFigures]) -> tuple[ReportFigures, ...]:
    """A table with a total elsewhere: never exactly one row is hidden."""
    hidden = {one.key for one in rows if is_small(one.callers)}
    if len(hidden) == 1:
        others = sorted((one for one in rows if one.callers >= LEAST), key=lambda one: one.callers)
        hidden |= {one.key for one in others[:1]}
    return tuple(_hidden_row(one) if one.key in hidden else _masked_row(one) for one in rows)


def _hidden_row(row: ReportFigures) -> ReportFigures:
    """Nothing but that there was somebody."""
    count = SMALL if is_small(row.callers) else HIDDEN
    return ReportFigures(
        key=row.key, name=row.name, callers=count, answered=HIDDEN, abandoned=HIDDEN
    )


def _masked_row(row: ReportFigures) -> ReportFigures:
    if is_small(row.callers):
        return _hidden_row(row)
    answered, abandoned = row.answered, row.abandoned
    if is_small(answered) or is_small(abandoned):
        answered, abandoned = (SMALL if is_small(one) else HIDDEN for one in (answered, abandoned))
    few = row.answered < LEAST  # a median of four is nearly one of them
    return msgspec.structs.replace(
        row,
        answered=answered,
        abandoned=abandoned,
        wait_median_s=None if few else row.wait_median_s,
        wait_p90_s=None if few else row.wait_p90_s,
        talk_median_s=None if few else row.talk_median_s,
        talk_p90_s=None if few else row.talk_p90_s,
        outcomes=_masked_counts(row.outcomes) if answered >= 0 else {},
        left=_masked_counts(row.left) if abandoned >= 0 else {},
        solved=_masked_counts(row.solved),
    )


def _masked_counts(counted: dict[str, int]) -> dict[str, int]:
    small = {code for code, count in counted.items() if is_small(count)}
    masked = counted | dict.fromkeys(small, SMALL)
    if len(small) == 1:
        others = sorted((count, code) for code, count in counted.items() if count >= LEAST)
        masked |= {code: HIDDEN for _count, code in others[:1]}
    return masked
