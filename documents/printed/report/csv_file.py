# SPDX-License-Identifier: GPL-3.0-only
"""The activity report as a table for a spreadsheet. Used by the hub's operator.

One row per organisation, kind and key, and per pair of keys where two groupings are crossed; a
total has more cells than the others. The column names are codes, the same in every language.
Semicolons and a byte order mark, because that is what a French spreadsheet opens without questions;
seconds are whole numbers.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from documents.printed.report.words import SMALL, Chapter, ReportFigures
from documents.printed.spreadsheet import harmless

COLUMNS = (
    "organisation",
    "by",
    "key",
    "name",
    "callers",
    "answered",
    "abandoned",
    "wait_median_s",
    "wait_p90_s",
    "talk_median_s",
    "talk_p90_s",
    "outcomes",
    "left",
    "solved",
    "across",
    "across_key",
    "across_name",
    "passed_on",
    "documents",
    "appointments_offered",
    "appointments",
    "km",
    "hours",
    "co2_kg",
)


def report_csv(chapters: Sequence[Chapter]) -> bytes:
    """UTF-8 with a byte order mark; RFC 4180 but for the semicolons."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for chapter in chapters:
        for by, across, figures in _all(chapter):
            cells = (chapter.organisation, by, *_cells(figures), across)
            cells = (*cells, figures.across, figures.across_name)
            cells = (*cells, *(_more(chapter) if by == "total" else _NO_MORE))
            writer.writerow([_safe(cell) for cell in cells])
    return b"\xef\xbb\xbf" + file.getvalue().encode()


def _all(chapter: Chapter) -> Iterator[tuple[str, str, ReportFigures]]:
    """(grouping, second grouping or "", figures)."""
    yield "total", "", chapter.total
    for by, rows in (
        ("month", chapter.months),
        ("weekday", chapter.weekdays),
        ("day", chapter.days),
        ("hour", chapter.hours),
        ("service", chapter.services),
        ("site", chapter.sites),
    ):
        for figures in rows:
            yield by, "", figures
    for crossed in chapter.crossed:
        for figures in crossed.rows:
            yield crossed.by, crossed.across, figures


def _cells(figures: ReportFigures) -> tuple[str | int, ...]:
    seconds = (figures.wait_median_s, figures.wait_p90_s, figures.talk_median_s, figures.talk_p90_s)
    return (
        figures.key,
        figures.name,
        *(_count(number) for number in (figures.callers, figures.answered, figures.abandoned)),
        *("" if duration_s is None else duration_s for duration_s in seconds),
        _counted(figures.outcomes),
        _counted(figures.left),
        _counted(figures.solved),
    )


_NO_MORE = ("",) * 7


def _more(chapter: Chapter) -> tuple[str | int, ...]:
    """What is known of an organisation as a whole only."""
    appointments, travel = chapter.appointments, chapter.travel
    return (
        _counted(chapter.passed_on, " | "),
        "" if chapter.documents is None else _count(chapter.documents),
        "" if appointments is None else appointments.offered,
        "" if appointments is None else _counted(appointments.ends),
        *(
            ("", "", "")
            if travel is None
            else (round(travel.km), round(travel.hours), round(travel.co2_kg))
        ),
    )


def _counted(counted: dict[str, int], between: str = " ") -> str:
    """E.g. "appointment=3 done=12"."""
    return between.join(f"{code}={_count(number)}" for code, number in sorted(counted.items()))


def _count(number: int) -> str | int:
    """A number; "<5" for one that is too small to be told, "" for one that would give it away."""
    if number >= 0:
        return number
    if number == SMALL:
        return "<5"
    return ""


def _safe(cell: str | int) -> str | int:
    """A text that a spreadsheet would run gets an apostrophe before it."""
    if isinstance(cell, str):
        return harmless(cell)
    return cell
