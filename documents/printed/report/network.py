# SPDX-License-Identifier: GPL-3.0-only
"""All organisations of a report together: what its front page says. Used by the activity report.

Sums are made of what the chapters show. What is hidden there is in no sum here, so no sum gives it
away; such a sum is called "at least".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

import msgspec

from documents.printed.report.words import Chapter, ReportFigures, TravelFigures

MOST_PARTNERS = 7
"""Organisations with a row of their own; the smallest are the others."""

MOST_NOTICES = 6
FEW = 20
"""Of fewer callers or appointments no share is told as a notice."""

ONE_IN = 5
"""One in so many callers who gave up, or appointments that were missed, are a notice."""


class CostLine(msgspec.Struct, frozen=True, kw_only=True):
    """So many years or hours of something, at so much each."""

    kind: Literal["kiosk", "line", "agent", "host", "permanence"]
    quantity: float
    each_eur: float

    @property
    def eur(self) -> float:
        """Return the product."""
        return self.quantity * self.each_eur


class CostFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What the network has cost in the period, and what weekly permanences at the same sites would
    have; 0 for `permanences_eur` where nobody says it.
    """

    lines: tuple[CostLine, ...]
    permanences: CostLine | None = None
    source: str = ""
    year: int = 0

    @property
    def eur(self) -> float:
        """Return the sum of all lines."""
        return sum(line.eur for line in self.lines)


class TravelMethod(msgspec.Struct, frozen=True, kw_only=True):
    """How journeys are reckoned: see `expert_app.runtime.report_settings.TravelSettings`."""

    road_factor: float
    speed_kmh: float
    mode: str
    co2_kg_km: float
    source: str
    year: int


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """Something that somebody has to decide on.

    Attributes:
        name: of the service and site, the site or the organisation.
        part, of: so many of so many.
        day: of an insurance, its last.
        organisation: whose chapter says more.
    """

    kind: Literal["gave_up", "missed", "nobody", "insurance"]
    name: str
    part: int = 0
    of: int = 0
    day: date | None = None
    organisation: str = ""


class NetworkFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the front page says beside the sums of the chapters.

    Attributes:
        sites: how many reception points the convention has.
        since_opening: the period begins with the first caller ever.
        wait_median_s, wait_p90_s: of all answered callers; None for too few.
        notices: those that no chapter tells.
    """

    sites: int
    since_opening: bool = False
    wait_median_s: int | None = None
    wait_p90_s: int | None = None
    costs: CostFigures | None = None
    travel_method: TravelMethod | None = None
    notices: tuple[Notice, ...] = ()


class NetworkSums(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over what the chapters show.

    Attributes:
        at_least: something is hidden, so that the true sums are larger.
        kept, ended: appointments kept, of those kept or missed.
        solved: (callers who said yes, callers who said anything).
    """

    callers: int
    answered: int
    abandoned: int
    done: int
    solved: tuple[int, int]
    passed_on: int
    talk_s: int
    at_least: bool
    offered: int = 0
    kept: int = 0
    ended: int = 0
    documents: int | None = None
    travel: TravelFigures | None = None


def sums_of(chapters: Sequence[Chapter]) -> NetworkSums:
    """Sum up what these chapters show."""
    totals = [chapter.total for chapter in chapters]
    appointments = [chapter.appointments for chapter in chapters if chapter.appointments]
    ends = [figures.ends for figures in appointments if min(figures.ends.values(), default=0) >= 0]
    documents = [chapter.documents for chapter in chapters if chapter.documents is not None]
    kept = sum(end.get("kept", 0) for end in ends)
    return NetworkSums(
        callers=_sum(total.callers for total in totals),
        answered=_sum(total.answered for total in totals),
        abandoned=_sum(total.abandoned for total in totals),
        done=_sum(total.outcomes.get("done", 0) for total in totals),
        solved=(
            _sum(total.solved.get("yes", 0) for total in totals),
            _sum(number for total in totals for number in total.solved.values()),
        ),
        passed_on=_sum(number for chapter in chapters for number in chapter.passed_on.values()),
        talk_s=sum(total.talk_sum_s for total in totals),
        at_least=any(total.answered < 0 for total in totals),
        offered=sum(figures.offered for figures in appointments),
        kept=kept,
        ended=kept + sum(end.get("missed", 0) for end in ends),
        documents=_sum(documents) if documents else None,
        travel=_travel(chapters),
    )


def _sum(numbers: Iterable[int]) -> int:
    """The sum of those that are shown."""
    return sum(number for number in numbers if number > 0)


def _travel(chapters: Sequence[Chapter]) -> TravelFigures | None:
    parts = [chapter.travel for chapter in chapters if chapter.travel is not None]
    if not parts:
        return None
    return TravelFigures(
        journeys=sum(part.journeys for part in parts),
        without_distance=sum(part.without_distance for part in parts),
        km=sum(part.km for part in parts),
        hours=sum(part.hours for part in parts),
        co2_kg=sum(part.co2_kg for part in parts),
        at_least=any(part.at_least for part in parts),
    )


def months_of(chapters: Sequence[Chapter], first: date, last: date) -> list[ReportFigures]:
    """Sum up every month from `first` to `last`, also those without a caller."""
    keys = []
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        keys.append(f"{year:04}-{month:02}")
        year, month = year + month // 12, month % 12 + 1
    rows: dict[str, list[ReportFigures]] = {key: [] for key in keys}
    for chapter in chapters:
        for row in chapter.months:
            rows.setdefault(row.key, []).append(row)
    return [
        ReportFigures(
            key=key,
            name=key,
            callers=_sum(row.callers for row in rows[key]),
            answered=_sum(row.answered for row in rows[key]),
            abandoned=_sum(row.abandoned for row in rows[key]),
        )
        for key in keys
    ]


def partners_of(chapters: Sequence[Chapter]) -> tuple[list[Chapter], list[Chapter]]:
    """Part the chapters, the largest first, into those with a row of their own and the others."""
    ordered = sorted(chapters, key=lambda one: (-one.total.answered, one.organisation))
    if len(ordered) <= MOST_PARTNERS:
        return ordered, []
    return ordered[: MOST_PARTNERS - 1], ordered[MOST_PARTNERS - 1 :]


def notices_of(chapters: Sequence[Chapter], more: Sequence[Notice] = ()) -> list[Notice]:
    """Return what asks for a decision, what concerns most people first: where one in five gave up
    or did not come to an appointment, and `more` after it.
    """
    found = []
    for chapter in chapters:
        for crossing in chapter.crossed:
            for row in crossing.rows:
                if _is_much(row.abandoned, row.callers):
                    name = f"{chapter.organisation}, {row.name} · {row.across_name}"
                    found.append(
                        Notice(
                            kind="gave_up",
                            name=name,
                            part=row.abandoned,
                            of=row.callers,
                            organisation=chapter.organisation,
                        )
                    )
        ends = chapter.appointments.ends if chapter.appointments else {}
        missed, ended = ends.get("missed", 0), ends.get("missed", 0) + ends.get("kept", 0)
        if ends.get("kept", 0) >= 0 and _is_much(missed, ended):
            found.append(
                Notice(
                    kind="missed",
                    name=chapter.organisation,
                    part=missed,
                    of=ended,
                    organisation=chapter.organisation,
                )
            )
    found.sort(key=lambda notice: (-notice.part, notice.name))
    return [*found, *more]


def _is_much(part: int, of: int) -> bool:
    return of >= FEW and part * ONE_IN >= of and part > 0
