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
from documents.printed.report.charts import ChartColumn, bar, columns, legend, steps, whole_steps
from documents.printed.report.front_page import draw_annex, draw_front, month_columns
from documents.printed.report.network import NetworkFacts, months_of
from documents.printed.report.parts import (
    GAP,
    HEADING,
    LABEL,
    SMALL_TEXT,
    STRONG,
    SUBTITLE,
    TITLE,
    VALUE,
    Tile,
    draw_row,
    draw_tiles,
    right,
)
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
    BOLD,
    BOTTOM,
    HEIGHT,
    INNER,
    MARGIN,
    PrintedSheet,
    TextStyle,
    height_of,
)
from resources.texts import N_, _, ngettext

MOST_COLUMNS = 45
"""Days that still fit side by side; a longer period is shown by weeks."""

MOST_WEEKDAYS = 9
"""Days with callers from which on they are shown by weekday, too."""


class ReportFacts(msgspec.Struct, frozen=True, kw_only=True):
    """All that stands in a report.

    Attributes:
        first, last: the days of the period, both included.
        made_at: timezone-aware, shown as it is.
        time_zone: whose days and hours were counted.
        masked: small counts are hidden; see `report_masking`.
        network: what a front page says of all chapters together; None for a report without one.
    """

    first: date
    last: date
    made_at: datetime
    time_zone: str
    chapters: tuple[Chapter, ...]
    masked: bool = False
    network: NetworkFacts | None = None
    language: str = "fr-FR"


def report(facts: ReportFacts) -> bytes:
    """The report as PDF/A-2b, A4, in the language in use (`resources.texts.use_language`)."""
    counted = _Report(facts)
    counted.draw()
    drawn = _Report(facts, counted).draw()
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
    """Draws one.

    Args:
        counted: the same report, drawn before: it knows on which page everything is.
    """

    def __init__(self, facts: ReportFacts, counted: _Report | None = None) -> None:
        self._facts = facts
        self._counted = counted
        self._pages = 0
        self._starts: dict[str, int] = {}
        if facts.chapters:
            self._chapter = facts.chapters[0]
        else:
            self._chapter = Chapter(organisation="", total=_nobody())
        self._header = self._chapter.organisation

    def draw(self) -> bytes:
        """The PDF."""
        facts = self._facts
        if facts.network is not None:
            self._header = _together(facts.chapters)
        sheet = PrintedSheet(self._on_page)
        if facts.network is not None:
            self._front(sheet, facts.network)
        for place, chapter in enumerate(facts.chapters or (self._chapter,)):
            self._chapter, self._header = chapter, chapter.organisation
            if place or facts.network is not None:
                sheet.need(HEIGHT)
            self._starts[chapter.organisation] = sheet.page
            self._draw_chapter(sheet)
        if facts.network is not None:
            self._header = _together(facts.chapters)
            sheet.need(HEIGHT)
            sheet.down(sheet.text(_("How it was reckoned"), TITLE) + GAP)
            draw_annex(sheet, facts.network, facts.chapters)
        self._pages = sheet.page
        return sheet.finish()

    def _front(self, sheet: PrintedSheet, network: NetworkFacts) -> None:
        facts = self._facts
        title = _("Since the opening") if network.since_opening else _("Activity report")
        sheet.down(2 * mm)
        sheet.down(sheet.text(title, TITLE) + 1 * mm)
        sites = ngettext("one reception point", "{count} reception points", network.sites)
        bodies = ngettext("one organisation", "{count} organisations", len(facts.chapters))
        words = f"{_capital(period(facts.first, facts.last))} · " + " · ".join(
            (sites.format(count=network.sites), bodies.format(count=len(facts.chapters)))
        )
        sheet.down(sheet.text(words, SUBTITLE) + 1 * mm)
        sheet.down(sheet.text(self._kind(), VALUE) + 5 * mm)
        counted = self._counted
        draw_front(
            sheet,
            network,
            facts.chapters,
            days=(facts.first, facts.last),
            starts=counted._starts if counted else {},
        )
        words = _(
            "How it was reckoned, with factors, sources and years: page {page}. No figure is about "
            "a single adviser."
        ).format(page=counted._pages if counted else 0)
        sheet.put(words, SMALL_TEXT)

    def _kind(self) -> str:
        if self._facts.masked:
            return _("For publication: small counts are hidden.")
        return _("For the organisation's own people: true numbers, not for publication.")

    def _draw_chapter(self, sheet: PrintedSheet) -> None:
        chapter = self._chapter
        self._title(sheet)
        if chapter.total.callers:
            self._figures(sheet)
            self._days(sheet)
            self._hours(sheet)
            self._table(sheet, _("By service"), _("Service"), chapter.services)
            self._table(sheet, _("By reception point"), _("Reception point"), chapter.sites)
            if len(chapter.months) > 1:
                self._table(sheet, _("By month"), _("Month"), chapter.months, in_order=True)
            if len(chapter.days) > MOST_WEEKDAYS:
                days = chapter.weekdays
                self._table(sheet, _("By weekday"), _("Weekday"), days, in_order=True)
            for crossed in chapter.crossed:
                self._crossing(sheet, crossed)
            self._outcomes(sheet)
        else:
            sheet.down(sheet.text(_("No caller's request ended in this period."), VALUE) + GAP)
        self._method(sheet)

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
        sheet.text(words, SMALL_TEXT, width=INNER * 0.84)
        pages = self._counted._pages if self._counted else page
        number = _("Page {page} of {pages}").format(page=page, pages=pages)
        sheet.text(
            number,
            right(SMALL_TEXT),
            x=MARGIN + INNER * 0.84,
            width=INNER * 0.16,
        )
        sheet.y = HEIGHT - 13 * mm
        sheet.down(sheet.text(self._header, TextStyle(BOLD, 12, 15, ACCENT)) + GAP)

    def _title(self, sheet: PrintedSheet) -> None:
        sheet.down(2 * mm)
        sheet.down(sheet.text(_("Activity report"), TITLE) + 1 * mm)
        words = _capital(period(self._facts.first, self._facts.last))
        sheet.down(sheet.text(words, SUBTITLE) + 1 * mm)
        sheet.down(sheet.text(self._kind(), VALUE) + 5 * mm)

    def _figures(self, sheet: PrintedSheet) -> None:
        """Tiles: what a reader wants to know first."""
        total = self._chapter.total
        at_most = _("9 out of 10: at most {time}")
        tiles = (
            Tile(
                _("Callers"),
                whole(total.callers),
                _("{count} answered").format(count=whole(total.answered)),
            ),
            Tile(
                _("Answered"),
                share(total.answered, total.callers),
                _("{count} gave up").format(count=whole(total.abandoned)),
            ),
            Tile(
                _("Median wait"),
                duration(total.wait_median_s),
                at_most.format(time=duration(total.wait_p90_s)),
            ),
            Tile(
                _("Median conversation"),
                duration(total.talk_median_s),
                at_most.format(time=duration(total.talk_p90_s)),
            ),
        )
        draw_tiles(sheet, tiles, len(tiles))

    def _days(self, sheet: PrintedSheet) -> None:
        facts, chapter = self._facts, self._chapter
        days = every_day(chapter.days, facts.first, facts.last)
        if len(days) > MOST_COLUMNS and any(figures.callers < 0 for figures in days):
            # weeks are made of the days that are shown; months are counted by themselves
            heading = _("Callers per month")
            chart_columns = month_columns(months_of([chapter], facts.first, facts.last))
        elif len(days) > MOST_COLUMNS:
            heading, chart_columns = _("Callers per week"), _weeks(days)
        else:
            heading, chart_columns = _("Callers per day"), _day_columns(days)
        sheet.need(62 * mm)
        legend(sheet, ((_("Answered"), ACCENT), (_("Gave up"), AMBER)), MARGIN + INNER)
        sheet.down(sheet.text(heading, HEADING, width=INNER * 0.6) + 3 * mm)
        if not any(sum(column.parts) for column in chart_columns):
            words = _("All of these counts are too small to be shown.")
            sheet.put(words, VALUE, 6 * mm)
            return
        axis = whole_steps(max(sum(column.parts) for column in chart_columns))
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
            sheet.text(_("Callers by hour of arrival"), HEADING, width=half),
            sheet.text(_("Median wait by hour, in minutes"), HEADING, x=x, width=half),
        )
        sheet.down(height + 3 * mm)
        axis = whole_steps(max(max(0, figures.callers) for figures in hours))
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
        sheet.down(sheet.text(heading, HEADING) + 2 * mm)
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
        draw_row(sheet, head, _WIDTHS, LABEL, LABEL)
        if not in_order:
            rows = sorted(rows, key=lambda row: (-row.callers, row.name))
        for figures in rows:
            sheet.need(height_of(figures.name, STRONG, INNER * _WIDTHS[0]) + 5 * mm)
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
            draw_row(sheet, cells, _WIDTHS, STRONG, VALUE)
        sheet.down(5 * mm)

    def _crossing(self, sheet: PrintedSheet, crossed: Crossed) -> None:
        """Two groupings at once: a row for each pair that somebody came for."""
        by, across = _(GROUPED[crossed.by]), _(GROUPED[crossed.across])
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
        if self._chapter.passed_on:
            passed = self._chapter.passed_on
            heading = _("Callers passed on in a conversation")
            self._shares(sheet, heading, passed, total.answered, lost=False)
        if total.left:
            self._shares(sheet, _("Callers who gave up"), total.left, total.abandoned, lost=True)

    def _shares(
        self, sheet: PrintedSheet, heading: str, counted: dict[str, int], of: int, *, lost: bool
    ) -> None:
        sheet.need(16 * mm + 6 * mm * min(len(counted), 4))
        sheet.down(sheet.text(heading, HEADING) + 2 * mm)
        for code, number in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])):
            sheet.need(6 * mm)
            sheet.text(outcome_words(code), VALUE, width=INNER * 0.34)
            bar(
                sheet,
                max(0, number) / of,
                x=MARGIN + INNER * 0.36,
                width=INNER * 0.42,
                colour=AMBER if lost else ACCENT,
            )
            sheet.text(whole(number), right(STRONG), x=MARGIN + INNER * 0.79, width=INNER * 0.1)
            sheet.text(share(number, of), right(VALUE), x=MARGIN + INNER * 0.89, width=INNER * 0.11)
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
        sheet.need(height_of(words, SMALL_TEXT, INNER) + 4 * mm)
        sheet.line()
        sheet.down(2 * mm)
        sheet.down(sheet.text(words, SMALL_TEXT))


GROUPED = {
    "month": N_("Month"),
    "weekday": N_("Weekday"),
    "day": N_("Day"),
    "hour": N_("Hour of arrival"),
    "service": N_("Service"),
    "site": N_("Reception point"),
}

_WIDTHS = (0.27, 0.09, 0.11, 0.1, 0.12, 0.11, 0.12, 0.08)


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


def _together(chapters: Sequence[Chapter]) -> str:
    """Name what the front page is about."""
    if len(chapters) == 1:
        return chapters[0].organisation
    return _("All organisations")


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _hour_label(key: str) -> str:
    return _("{hour} h").format(hour=int(key))


def _plain(value: float) -> str:
    if value == int(value):
        return whole(int(value))
    return f"{value:g}"


def _nobody() -> ReportFigures:
    return ReportFigures(key="", name="")
