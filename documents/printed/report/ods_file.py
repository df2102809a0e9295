# SPDX-License-Identifier: GPL-3.0-only
"""The activity report as a spreadsheet (OpenDocument, ISO/IEC 26300): a sheet of sums, and one for
each way to group. Used by the hub's operator.

Numbers are numbers and days are dates, so that a reader may reckon with them; what is hidden is
"<5" or a dash, a text.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from documents.printed.report.network import sums_of
from documents.printed.report.pdf import GROUPED, ReportFacts
from documents.printed.report.words import Chapter, ReportFigures, outcome_words, whole
from resources.texts import _

if TYPE_CHECKING:
    from odfdo import Table

Value = str | int | float | date | None


def report_ods(facts: ReportFacts) -> bytes:
    """The file. Texts are cells of text: nothing in it is a formula."""
    # half a second, and only whoever writes one needs it
    from odfdo import Document

    document = Document("spreadsheet")
    document.language = facts.language
    document.body.clear()
    if facts.network is not None:
        document.body.append(_table(_("Sums"), _sums(facts)))
    for heading, rows in _groupings(facts.chapters):
        document.body.append(_table(heading, rows))
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _table(name: str, rows: Sequence[Sequence[Value]]) -> Table:
    from odfdo import Row, Table

    table = Table(name)
    for values in rows:
        row = Row()
        row.set_values(list(values))
        table.append_row(row)
    return table


def _sums(facts: ReportFacts) -> list[tuple[Value, ...]]:
    """What the front page says, one figure a line."""
    sums, network = sums_of(facts.chapters), facts.network
    assert network is not None
    yes, said = sums.solved
    rows: list[tuple[Value, ...]] = [
        (_("First day"), facts.first),
        (_("Last day"), facts.last),
        (_("Small counts are hidden"), _("Yes") if facts.masked else _("No")),
        (_("Callers"), sums.callers),
        (_("Conversations"), sums.answered),
        (_("Gave up"), sums.abandoned),
        (_("Median wait (s)"), network.wait_median_s),
        (_("9 out of 10 waited at most (s)"), network.wait_p90_s),
        (_("Settled in one conversation"), sums.done),
        (_("Callers who said whether it was solved"), said),
        (_("Callers who said yes"), yes),
        (_("Appointments offered"), sums.offered),
        (_("Appointments kept"), sums.kept),
        (_("Appointments kept or missed"), sums.ended),
        (_("Documents filed"), sums.documents),
        (_("Callers passed on in a conversation"), sums.passed_on),
    ]
    if sums.travel is not None:
        rows += [
            (_("Journeys avoided"), sums.travel.journeys),
            (_("Kilometres avoided"), round(sums.travel.km)),
            (_("Hours on the road avoided"), round(sums.travel.hours)),
            (_("Kilograms of CO₂ avoided"), round(sums.travel.co2_kg)),
        ]
    if network.costs is not None:
        rows.append((_("Costs (€)"), round(network.costs.eur, 2)))
    if network.costs is not None and network.costs.permanences is not None:
        rows.append((_("Weekly permanences (€)"), round(network.costs.permanences.eur, 2)))
    return rows


def _groupings(chapters: Sequence[Chapter]) -> Iterator[tuple[str, list[list[Value]]]]:
    """(name of the sheet, its rows with heads), for every grouping that has rows."""
    yield _("By organisation"), _sheet([(one, one.total) for one in chapters], "")
    for by in GROUPED:
        rows = [(one, row) for one in chapters for row in _rows(one)[by]]
        if rows:
            yield _(GROUPED[by]), _sheet(rows, by)
    crossed = [
        (one, row)
        for one in chapters
        for crossing in one.crossed
        if (crossing.by, crossing.across) == ("service", "site")
        for row in crossing.rows
    ]
    if crossed:
        yield _("Service and reception point"), _sheet(crossed, "service", across="site")


def _rows(chapter: Chapter) -> dict[str, tuple[ReportFigures, ...]]:
    return {
        "month": chapter.months,
        "weekday": chapter.weekdays,
        "day": chapter.days,
        "hour": chapter.hours,
        "service": chapter.services,
        "site": chapter.sites,
    }


def _sheet(
    rows: Sequence[tuple[Chapter, ReportFigures]], by: str, *, across: str = ""
) -> list[list[Value]]:
    """Heads and rows; each outcome and answer that occurs is a column."""
    outcomes = sorted({code for _one, row in rows for code in row.outcomes})
    left = sorted({code for _one, row in rows for code in row.left})
    solved = [
        word for word in ("yes", "partly", "no") if any(word in row.solved for _, row in rows)
    ]
    heads: list[Value] = [_("Organisation")]
    heads += [_(GROUPED[name]) for name in (by, across) if name]
    heads += [_("Callers"), _("Answered"), _("Gave up")]
    heads += [_("Median wait (s)"), _("9 out of 10 waited at most (s)")]
    heads += [_("Median conversation (s)"), _("9 out of 10 talked at most (s)")]
    heads += [outcome_words(code) for code in (*outcomes, *left)]
    heads += [f"{_('Solved')}: {outcome_words(word)}" for word in solved]
    table = [heads]
    for one, row in rows:
        values: list[Value] = [one.organisation]
        if by:
            values.append(_key(by, row))
        if across:
            values.append(row.across_name)
        values += [_number(number) for number in (row.callers, row.answered, row.abandoned)]
        values += [row.wait_median_s, row.wait_p90_s, row.talk_median_s, row.talk_p90_s]
        values += [_number(row.outcomes.get(code, 0)) for code in outcomes]
        values += [_number(row.left.get(code, 0)) for code in left]
        values += [_number(row.solved.get(word, 0)) for word in solved]
        table.append(values)
    return table


def _key(by: str, row: ReportFigures) -> Value:
    if by == "day":
        return date.fromisoformat(row.key)
    return row.name


def _number(number: int) -> Value:
    return number if number >= 0 else whole(number)
