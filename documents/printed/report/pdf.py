# SPDX-License-Identifier: GPL-3.0-only
"""The activity report as a PDF: how many came, how long they waited, what came of it.
Used by the hub's operator.

One chapter per organisation, each with its key figures first, then days and hours, services and
sites, outcomes.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec
import pikepdf
from reportlab.lib.units import mm

from documents.pdf.files import PdfTitle, as_pdfa
from documents.printed.dates import hour, long_date
from documents.printed.report.charts import ChartColumn, bar, columns, legend, steps
from documents.printed.report.words import (
    Chapter,
    Crossed,
    ReportFigures,
    duration,
    every_day,
    outcome_words,
    period,
    share,
    solved_share,
    whole,
)
from documents.printed.sheet import (
    ACCENT,
    AMBER,
    BODY,
    BOLD,
    BOTTOM,
    HEIGHT,
    INK,
    INNER,
    MARGIN,
    SOFT,
    TINT,
    PrintedSheet,
    TextStyle,
    height_of,
)
from resources.texts import N_, _

_TITLE = TextStyle(BOLD, 20, 25, INK)
_HEADING = TextStyle(BOLD, 11, 15, ACCENT)
_LABEL = TextStyle(BODY, 7.5, 10, SOFT)
_VALUE = TextStyle(BODY, 9, 12.5, INK)
_STRONG = TextStyle(BOLD, 9, 12.5, INK)
_SMALL = TextStyle(BODY, 7.5, 10.5, SOFT)
_FIGURE = TextStyle(BOLD, 17, 21, ACCENT)
_GAP = 4 * mm

MOST_COLUMNS = 45
"""Days that still fit side by side; a longer period is shown by weeks."""


class ReportFacts(msgspec.Struct, frozen=True, kw_only=True):
    """All that stands in a report.

    Attributes:
        first, last: the days of the period, both included.
        made_at: timezone-aware, shown as it is.
        time_zone: whose days and hours were counted.
        masked: small counts are hidden; see `report_masking`.
    """

    first: date
    last: date
    made_at: datetime
    time_zone: str
    chapters: tuple[Chapter, ...]
    masked: bool = False
    language: str = "fr-FR"


def report(facts: ReportFacts) -> bytes:
    """The report as PDF/A-2b, A4, in the language in use (`resources.texts.use_language`)."""
    pages = _Report(facts, 0).draw()[1]
    drawn, _pages = _Report(facts, pages).draw()
    names = ", ".join(chapter.organisation for chapter in facts.chapters)
    title = PdfTitle(
        f"{_('Activity report')} – {period(facts.first, facts.last)}",
        facts.made_at,
        author=names,
        subject=_("Callers, waits and outcomes"),
        language=facts.language,
    )
    with pikepdf.open(io.BytesIO(drawn)) as pdf:
        return as_pdfa(pdf, title)


class _Report:
    """Draws one; `pages` is the number of pages, 0 while it is being counted."""

    def __init__(self, facts: ReportFacts, pages: int) -> None:
        self._facts = facts
        self._pages = pages
        if facts.chapters:
            self._chapter = facts.chapters[0]
        else:
            self._chapter = Chapter(organisation="", total=_nobody())

    def draw(self) -> tuple[bytes, int]:
        """The PDF and how many pages it has."""
        sheet = PrintedSheet(self._on_page)
        for place, chapter in enumerate(self._facts.chapters or (self._chapter,)):
            self._chapter = chapter
            if place:
                sheet.need(HEIGHT)
            self._title(sheet)
            if chapter.total.callers:
                self._figures(sheet)
                self._days(sheet)
                self._hours(sheet)
                self._table(sheet, _("By service"), _("Service"), chapter.services)
                self._table(sheet, _("By reception point"), _("Reception point"), chapter.sites)
                for crossed in chapter.crossed:
                    self._crossing(sheet, crossed)
                self._outcomes(sheet)
            else:
                sheet.down(
                    sheet.text(_("No caller's request ended in this period."), _VALUE) + _GAP
                )
            self._method(sheet)
        return sheet.finish(), sheet.page

    def _on_page(self, sheet: PrintedSheet, page: int) -> None:
        """Band, name of the organisation, foot."""
        facts = self._facts
        sheet.band(5 * mm, ACCENT)
        sheet.y = BOTTOM - 6 * mm
        sheet.line()
        sheet.down(2 * mm)
        made_line = _("Made on {date} at {hour}").format(
            date=long_date(facts.made_at), hour=hour(facts.made_at)
        )
        words = f"{_('Activity report')}  ·  {period(facts.first, facts.last)}\n{made_line}"
        sheet.text(words, _SMALL, width=INNER * 0.84)
        number = _("Page {page} of {pages}").format(page=page, pages=self._pages or page)
        sheet.text(
            number,
            TextStyle(BODY, 7.5, 10.5, SOFT, right=True),
            x=MARGIN + INNER * 0.84,
            width=INNER * 0.16,
        )
        sheet.y = HEIGHT - 13 * mm
        name = self._chapter.organisation
        sheet.down(sheet.text(name, TextStyle(BOLD, 12, 15, ACCENT)) + _GAP)

    def _title(self, sheet: PrintedSheet) -> None:
        sheet.down(2 * mm)
        sheet.down(sheet.text(_("Activity report"), _TITLE) + 1 * mm)
        words = period(self._facts.first, self._facts.last)
        sheet.down(
            sheet.text(words[:1].upper() + words[1:], TextStyle(BODY, 11, 15, SOFT)) + 1 * mm
        )
        if self._facts.masked:
            kind = _("For publication: small counts are hidden.")
        else:
            kind = _("For the organisation's own people: true numbers, not for publication.")
        sheet.down(sheet.text(kind, _VALUE) + 5 * mm)

    def _figures(self, sheet: PrintedSheet) -> None:
        """Tiles: what a reader wants to know first."""
        total = self._chapter.total
        lost = _("{count} gave up").format(count=whole(total.abandoned))
        tiles = (
            (
                _("Callers"),
                whole(total.callers),
                _("{count} answered").format(count=whole(total.answered)),
                _FIGURE,
            ),
            (_("Answered"), share(total.answered, total.callers), lost, _FIGURE),
            (
                _("Median wait"),
                duration(total.wait_median_s),
                _("9 out of 10: at most {time}").format(time=duration(total.wait_p90_s)),
                _FIGURE,
            ),
            (
                _("Median conversation"),
                duration(total.talk_median_s),
                _("9 out of 10: at most {time}").format(time=duration(total.talk_p90_s)),
                _FIGURE,
            ),
        )
        gap, height = 3 * mm, 23 * mm
        width = (INNER - gap * (len(tiles) - 1)) / len(tiles)
        top = sheet.y
        for place, (label, value, below, kind) in enumerate(tiles):
            x = MARGIN + place * (width + gap)
            sheet.y = top
            sheet.panel(height, TINT, ACCENT, x=x, width=width)
            sheet.down(2.5 * mm)
            inner = {"x": x + 3.5 * mm, "width": width - 4.5 * mm}
            sheet.down(sheet.text(label, _LABEL, **inner))
            sheet.down(
                sheet.text(
                    value, kind if height_of(value, kind, inner["width"]) < 30 else _STRONG, **inner
                )
            )
            sheet.text(below, _LABEL, **inner)
        sheet.y = top - height - 8 * mm

    def _days(self, sheet: PrintedSheet) -> None:
        days = every_day(self._chapter.days, self._facts.first, self._facts.last)
        by_week = len(days) > MOST_COLUMNS
        if by_week:
            chart_columns = _weeks(days)
        else:
            chart_columns = _day_columns(days)
        sheet.need(62 * mm)
        legend(sheet, ((_("Answered"), ACCENT), (_("Gave up"), AMBER)), MARGIN + INNER)
        if by_week:
            heading = _("Callers per week")
        else:
            heading = _("Callers per day")
        sheet.down(sheet.text(heading, _HEADING, width=INNER * 0.6) + 3 * mm)
        axis = _whole_steps(max(sum(column.parts) for column in chart_columns))
        columns(
            sheet,
            chart_columns,
            (ACCENT, AMBER),
            height=40 * mm,
            x=MARGIN,
            width=INNER,
            axis=axis,
            words=_plain,
        )
        sheet.down(6 * mm)

    def _hours(self, sheet: PrintedSheet) -> None:
        """Two charts side by side: when they come, and how long they wait then."""
        hours = self._chapter.hours
        half = (INNER - 6 * mm) / 2
        sheet.need(58 * mm)
        top = sheet.y
        came = [ChartColumn(_hour_label(figures.key), _parts(figures)) for figures in hours]
        x = MARGIN + half + 6 * mm
        height = max(
            sheet.text(_("Callers by hour of arrival"), _HEADING, width=half),
            sheet.text(_("Median wait by hour, in minutes"), _HEADING, x=x, width=half),
        )
        sheet.down(height + 3 * mm)
        axis = _whole_steps(max(max(0, figures.callers) for figures in hours))
        columns(
            sheet,
            came,
            (ACCENT, AMBER),
            height=32 * mm,
            x=MARGIN,
            width=half,
            axis=axis,
            words=_plain,
        )
        end, sheet.y = sheet.y, top - height - 3 * mm
        waits = [
            ChartColumn(_hour_label(figures.key), ((figures.wait_median_s or 0) / 60,))
            for figures in hours
        ]
        columns(
            sheet,
            waits,
            (ACCENT,),
            height=32 * mm,
            x=x,
            width=half,
            axis=steps(max(column.parts[0] for column in waits)),
            words=_plain,
        )
        sheet.y = end - 6 * mm

    def _table(
        self,
        sheet: PrintedSheet,
        heading: str,
        first: str,
        rows: Sequence[ReportFigures],
        *,
        in_order: bool = False,
    ) -> None:
        """The largest first, or in the order of the rows."""
        sheet.need(min(16 * mm + len(rows) * 9 * mm, 110 * mm))
        sheet.down(sheet.text(heading, _HEADING) + 2 * mm)
        head = (
            first,
            _("Callers"),
            _("Answered"),
            _("Gave up"),
            _("Median wait"),
            _("9 out of 10"),
            _("Conversation"),
            _("Solved"),
        )
        _row(sheet, head, _LABEL, _LABEL)
        if not in_order:
            rows = sorted(rows, key=lambda row: (-row.callers, row.name))
        for figures in rows:
            sheet.need(height_of(figures.name, _STRONG, INNER * _WIDTHS[0]) + 5 * mm)
            cells = (
                figures.name,
                whole(figures.callers),
                share(figures.answered, figures.callers),
                whole(figures.abandoned),
                duration(figures.wait_median_s),
                duration(figures.wait_p90_s),
                duration(figures.talk_median_s),
                solved_share(figures.solved),
            )
            _row(sheet, cells, _STRONG, _VALUE)
        sheet.down(5 * mm)

    def _crossing(self, sheet: PrintedSheet, crossed: Crossed) -> None:
        """Two groupings at once: a row for each pair that somebody came for."""
        by, across = _(_GROUPED[crossed.by]), _(_GROUPED[crossed.across])
        pairs = [
            msgspec.structs.replace(pair, name=f"{pair.name} · {pair.across_name}")
            for pair in crossed.rows
        ]
        heading = _("{group} and {other}").format(group=by, other=across.lower())
        self._table(sheet, heading, f"{by} · {across}", pairs, in_order=True)

    def _outcomes(self, sheet: PrintedSheet) -> None:
        total = self._chapter.total
        self._shares(
            sheet, _("What came of the conversations"), total.outcomes, total.answered, lost=False
        )
        if total.solved:
            answer_count = sum(max(0, number) for number in total.solved.values())
            self._shares(sheet, _("Solved, as callers say"), total.solved, answer_count, lost=False)
        if total.left:
            self._shares(sheet, _("Callers who gave up"), total.left, total.abandoned, lost=True)

    def _shares(
        self, sheet: PrintedSheet, heading: str, counted: dict[str, int], of: int, *, lost: bool
    ) -> None:
        sheet.need(16 * mm + 6 * mm * min(len(counted), 4))
        sheet.down(sheet.text(heading, _HEADING) + 2 * mm)
        for code, number in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])):
            sheet.need(6 * mm)
            sheet.text(outcome_words(code), _VALUE, width=INNER * 0.34)
            bar(
                sheet,
                max(0, number) / of,
                x=MARGIN + INNER * 0.36,
                width=INNER * 0.42,
                colour=AMBER if lost else ACCENT,
            )
            sheet.text(whole(number), _right(_STRONG), x=MARGIN + INNER * 0.79, width=INNER * 0.1)
            sheet.text(
                share(number, of), _right(_VALUE), x=MARGIN + INNER * 0.89, width=INNER * 0.11
            )
            sheet.down(5.6 * mm)
        sheet.down(5 * mm)

    def _method(self, sheet: PrintedSheet) -> None:
        words = _(
            "Counted are the callers who arrived at a kiosk in the period and whose request has "
            "ended. A wait runs "
            "from the button to the adviser's answer; half of those answered waited at most the "
            "median, nine out of "
            "ten at most the figure beside it. Days and hours are those of {zone}. No figure is "
            "about a single adviser."
        ).format(zone=self._facts.time_zone)
        if self._facts.masked:
            words += " " + _(
                "So that nobody can be recognised, counts of 1 to 4 are shown as “< 5”, and a dash "
                "stands for what "
                "would give them away; columns then show all callers of the day in one colour."
            )
        sheet.need(height_of(words, _SMALL, INNER) + 4 * mm)
        sheet.line()
        sheet.down(2 * mm)
        sheet.down(sheet.text(words, _SMALL))


_GROUPED = {
    "day": N_("Day"),
    "hour": N_("Hour of arrival"),
    "service": N_("Service"),
    "site": N_("Reception point"),
}

_WIDTHS = (0.27, 0.09, 0.11, 0.1, 0.12, 0.11, 0.12, 0.08)


def _row(sheet: PrintedSheet, cells: Sequence[str], first: TextStyle, other: TextStyle) -> None:
    x, height = MARGIN, 0.0
    for place, (cell, part) in enumerate(zip(cells, _WIDTHS, strict=True)):
        width = INNER * part
        if place == 0:
            kind = first
        else:
            kind = _right(other)
        height = max(height, sheet.text(cell, kind, x=x, width=width - 1 * mm))
        x += width
    sheet.down(height + 1.4 * mm)
    sheet.line()
    sheet.down(1.4 * mm)


def _right(kind: TextStyle) -> TextStyle:
    return TextStyle(kind.font, kind.size, kind.leading, kind.colour, right=True)


def _parts(figures: ReportFigures) -> tuple[float, float]:
    """(answered, gave up) of a column; all callers as one part where the two are hidden."""
    if figures.answered < 0 or figures.abandoned < 0:
        return max(0, figures.callers), 0
    return figures.answered, figures.abandoned


def _day_columns(days: Sequence[ReportFigures]) -> list[ChartColumn]:
    """Each day a column, its day of the month below; with many days, only Mondays are named."""
    is_dense = len(days) > 14
    chart_columns = []
    for place, figures in enumerate(days):
        day = date.fromisoformat(figures.key)
        is_named = not is_dense or day.weekday() == 0 or place == 0
        if is_named:
            label = f"{day.day:02}/{day.month:02}"
        else:
            label = ""
        chart_columns.append(ChartColumn(label, _parts(figures)))
    return chart_columns


def _weeks(days: Sequence[ReportFigures]) -> list[ChartColumn]:
    """Each week a column, named by its Monday; about a dozen names."""
    weeks: dict[date, tuple[float, float]] = {}
    for figures in days:
        day = date.fromisoformat(figures.key)
        monday = day - timedelta(days=day.weekday())
        answered, lost = weeks.get(monday, (0, 0))
        more_answered, more_lost = _parts(figures)
        weeks[monday] = (answered + more_answered, lost + more_lost)
    every = max(1, -(-len(weeks) // 14))
    return [
        ChartColumn(f"{monday.day:02}/{monday.month:02}" if place % every == 0 else "", parts)
        for place, (monday, parts) in enumerate(sorted(weeks.items()))
    ]


def _whole_steps(highest: float) -> list[float]:
    """No half callers."""
    axis = steps(highest)
    if all(value == int(value) for value in axis):
        return axis
    return [float(value) for value in range(int(highest) + 2)]


def _hour_label(key: str) -> str:
    return _("{hour} h").format(hour=int(key))


def _plain(value: float) -> str:
    if value == int(value):
        return whole(int(value))
    return f"{value:g}"


def _nobody() -> ReportFigures:
    return ReportFigures(key="", name="")
