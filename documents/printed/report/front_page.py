# SPDX-License-Identifier: GPL-3.0-only
"""The front page of the activity report, for a committee that reads it in a minute, and its annex:
how the figures were reckoned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from reportlab.lib.units import mm

from documents.printed.dates import long_date
from documents.printed.report.charts import ChartColumn, bar, columns, legend, whole_steps
from documents.printed.report.network import (
    MOST_NOTICES,
    CostFigures,
    CostLine,
    NetworkFacts,
    NetworkSums,
    Notice,
    months_of,
    notices_of,
    partners_of,
    sums_of,
)
from documents.printed.report.parts import (
    HEADING,
    LABEL,
    SMALL_TEXT,
    STRONG,
    VALUE,
    Tile,
    draw_row,
    draw_tiles,
    right,
)
from documents.printed.report.words import (
    Chapter,
    ReportFigures,
    decimal,
    duration,
    euros,
    share,
    whole,
)
from documents.printed.sheet import ACCENT, AMBER, INNER, MARGIN, PrintedSheet, height_of
from resources.texts import N_, _, ngettext

_WIDTHS = (0.36, 0.13, 0.1, 0.17, 0.12, 0.12)
_BAR = 3
MOST_MONTHS = 36


def draw_front(
    sheet: PrintedSheet,
    facts: NetworkFacts,
    chapters: Sequence[Chapter],
    *,
    days: tuple[date, date],
    starts: Mapping[str, int],
) -> None:
    """Draw what stands below the title. `starts`: the first page of each chapter."""
    sums = sums_of(chapters)
    draw_tiles(sheet, _tiles(facts, sums), 3)
    if len(chapters) > 1:
        _partners(sheet, chapters, sums)
    _notices(sheet, notices_of(chapters, facts.notices), starts)
    months = months_of(chapters, *days)[-MOST_MONTHS:]
    if len(months) > 2:
        _months(sheet, months)


def _tiles(facts: NetworkFacts, sums: NetworkSums) -> list[Tile]:
    yes, said = sums.solved
    tiles = [
        Tile(
            _("Conversations"),
            _at_least(whole(sums.answered), at_least=sums.at_least),
            _("{callers} callers, {count} gave up").format(
                callers=whole(sums.callers), count=whole(sums.abandoned)
            ),
        ),
        Tile(
            _("Median wait"),
            duration(facts.wait_median_s),
            _("9 out of 10: at most {time}").format(time=duration(facts.wait_p90_s)),
        ),
        Tile(
            _("Solved, as callers say"),
            share(yes, said),
            ngettext("{count} answer", "{count} answers", said).format(count=whole(said)),
        ),
        Tile(
            _("Settled in one conversation"),
            share(sums.done, sums.answered),
            _("as advisers say"),
        ),
        Tile(
            _("Appointments kept"),
            share(sums.kept, sums.ended),
            _appointment_words(sums),
        ),
        Tile(
            _("Documents filed"),
            "–" if sums.documents is None else whole(sums.documents),
            _("{count} callers passed on to a partner").format(count=whole(sums.passed_on)),
        ),
    ]
    return [*tiles, *_travel_tiles(facts, sums), _cost_tile(facts.costs, sums)]


def _appointment_words(sums: NetworkSums) -> str:
    if not sums.offered and not sums.ended:
        return _("none were given")
    return _("of {count}; {offered} were offered").format(
        count=whole(sums.ended), offered=whole(sums.offered)
    )


def _travel_tiles(facts: NetworkFacts, sums: NetworkSums) -> list[Tile]:
    travel, method = sums.travel, facts.travel_method
    if travel is None or method is None:
        return [Tile(_("Travel avoided"), "–", _("no distances: see the annex"))]
    rounded = _("{count} km").format(count=whole(round(travel.km)))
    if travel.co2_kg >= 1000:
        co2 = _("{count} t").format(count=decimal(travel.co2_kg / 1000, 1))
    else:
        co2 = _("{count} kg").format(count=whole(round(travel.co2_kg)))
    return [
        Tile(
            _("Travel avoided"),
            _at_least(rounded, at_least=travel.at_least),
            _("{hours} h on the road, {count} journeys").format(
                hours=whole(round(travel.hours)), count=whole(travel.journeys)
            ),
        ),
        Tile(
            _("CO₂ avoided"),
            _at_least(co2, at_least=travel.at_least),
            _("factor of {year}: see the annex").format(year=method.year),
        ),
    ]


def _cost_tile(costs: CostFigures | None, sums: NetworkSums) -> Tile:
    label = _("Cost of a conversation")
    if costs is None or not sums.answered:
        return Tile(label, "–", _("no costs stated: see the annex"))
    if costs.permanences is None:
        return Tile(label, euros(costs.eur / sums.answered), _("see the annex"))
    other = euros(costs.permanences.eur / sums.answered)
    below = _("weekly permanences: {amount}").format(amount=other)
    return Tile(label, euros(costs.eur / sums.answered), below)


def _at_least(words: str, *, at_least: bool) -> str:
    if at_least:
        return f"≥\u00a0{words}"
    return words


def _partners(sheet: PrintedSheet, chapters: Sequence[Chapter], sums: NetworkSums) -> None:
    sheet.down(sheet.text(_("Who was received, by organisation"), HEADING) + 2 * mm)
    head = (
        _("Organisation"),
        _("Conversations"),
        _("Share"),
        "",
        _("Appointments kept"),
        _("Documents filed"),
    )
    draw_row(sheet, head, _WIDTHS, LABEL, LABEL)
    named, others = partners_of(chapters)
    for chapter in named:
        _partner(sheet, chapter.organisation, chapter.total.answered, [chapter], sums)
    if others:
        answered = sums_of(others).answered
        name = _("Others ({count})").format(count=len(others))
        _partner(sheet, name, answered, others, sums)
    sheet.down(4 * mm)


def _partner(
    sheet: PrintedSheet, name: str, answered: int, chapters: Sequence[Chapter], sums: NetworkSums
) -> None:
    mine = sums_of(chapters)
    hidden = [chapter for chapter in chapters if (chapter.documents or 0) < 0]
    if mine.documents is None:
        documents = "–"
    elif hidden:
        documents = "<\u00a05"
    else:
        documents = whole(mine.documents)
    cells = (
        name,
        whole(answered),
        share(answered, sums.answered),
        "",
        share(mine.kept, mine.ended),
        documents,
    )
    left = MARGIN + INNER * sum(_WIDTHS[:_BAR]) + 2 * mm
    if sums.answered and answered > 0:
        width = INNER * _WIDTHS[_BAR] - 2 * mm
        bar(sheet, answered / sums.answered, x=left, width=width)
    draw_row(sheet, cells, _WIDTHS, STRONG, VALUE)


def _months(sheet: PrintedSheet, months: Sequence[ReportFigures]) -> None:
    sheet.need(52 * mm)
    legend(sheet, ((_("Answered"), ACCENT), (_("Gave up"), AMBER)), MARGIN + INNER)
    sheet.down(sheet.text(_("Callers per month"), HEADING, width=INNER * 0.6) + 3 * mm)
    drawn = month_columns(months)
    columns(
        sheet,
        drawn,
        (ACCENT, AMBER),
        height=30 * mm,
        x=MARGIN,
        width=INNER,
        axis=whole_steps(max(sum(column.parts) for column in drawn)),
        words=lambda value: whole(round(value)),
    )
    sheet.down(5 * mm)


def month_columns(months: Sequence[ReportFigures]) -> list[ChartColumn]:
    """Each month a column, about a dozen of them named; a hidden count has no height."""
    every = -(-len(months) // 14)
    return [
        ChartColumn(
            f"{row.key[5:]}/{row.key[2:4]}" if place % every == 0 else "",
            (max(0, row.answered), max(0, row.abandoned)),
        )
        for place, row in enumerate(months)
    ]


_NOTICES = {
    "gave_up": N_("{name}: {part} of {of} callers gave up"),
    "missed": N_("{name}: {part} of {of} appointments were missed"),
    "nobody": N_("{name}: no caller in this period"),
    "insurance": N_("{name}: the insurance ended on {day}"),
}


def _notices(sheet: PrintedSheet, notices: Sequence[Notice], starts: Mapping[str, int]) -> None:
    sheet.need(16 * mm)
    sheet.down(sheet.text(_("What asks for a decision"), HEADING) + 2 * mm)
    if not notices:
        words = _(
            "Nothing: nowhere did one in five of at least twenty callers give up or miss an "
            "appointment, and every reception point had callers."
        )
        sheet.put(words, VALUE, 5 * mm)
        return
    for notice in notices[:MOST_NOTICES]:
        words = _(_NOTICES[notice.kind]).format(
            name=notice.name,
            part=whole(notice.part),
            of=whole(notice.of),
            day=long_date(notice.day) if notice.day else "",
        )
        sheet.need(height_of(words, VALUE, INNER * 0.86) + 3 * mm)
        page = starts.get(notice.organisation)
        if page:
            where = _("page {page}").format(page=page)
            sheet.text(where, right(VALUE), x=MARGIN + INNER * 0.86, width=INNER * 0.14)
        sheet.down(sheet.text(words, VALUE, width=INNER * 0.86) + 1.4 * mm)
        sheet.line()
        sheet.down(1.4 * mm)
    rest = len(notices) - MOST_NOTICES
    if rest > 0:
        words = ngettext("and one more", "and {count} more", rest).format(count=rest)
        sheet.put(words, SMALL_TEXT, 2 * mm)
    sheet.down(3 * mm)


# ---- annex


def draw_annex(sheet: PrintedSheet, facts: NetworkFacts, chapters: Sequence[Chapter]) -> None:
    """Draw how the front page's figures were reckoned, with all that was stated for it."""
    sums = sums_of(chapters)
    for heading, words in (
        (_("Sums"), _sum_words(sums)),
        (_("Travel avoided"), _travel_words(facts, sums)),
    ):
        sheet.need(30 * mm)
        sheet.down(sheet.text(heading, HEADING) + 2 * mm)
        for text in words:
            sheet.put(text, VALUE, 2 * mm)
        sheet.down(3 * mm)
    sheet.need(30 * mm)
    sheet.down(sheet.text(_("Costs"), HEADING) + 2 * mm)
    _costs(sheet, facts.costs, sums)


def _sum_words(sums: NetworkSums) -> list[str]:
    words = [
        _(
            "The front page sums up what the chapters show. “Settled in one conversation” is what "
            "the adviser says at the end; “Solved” is what callers answer at the kiosk, by "
            "themselves. Appointments are of days that are over; the others of those booked were "
            "cancelled, or are still to be said. A caller who was passed on to a partner is "
            "counted at both."
        )
    ]
    if sums.at_least or (sums.travel is not None and sums.travel.at_least):
        words.append(
            _("What the chapters hide is in no sum: these are then at least (≥) what is said.")
        )
    return words


def _travel_words(facts: NetworkFacts, sums: NetworkSums) -> list[str]:
    travel, method = sums.travel, facts.travel_method
    if travel is None or method is None:
        return [
            _(
                "Not reckoned: the convention says neither how far the organisations' agencies are "
                "from the reception points, nor where these are."
            )
        ]
    words = [
        _(
            "A journey is a conversation that was answered, unless it was cut off, ended with "
            "nobody reached, or sent the caller elsewhere. Its length is the way from the "
            "reception point to the organisation's next agency and back; where its caller lives is "
            "not known. Kilometres on the road are those of the convention, or {factor} times the "
            "great circle; hours are at {speed} km/h; mode of travel: {mode}."
        ).format(
            factor=decimal(method.road_factor, 2),
            speed=decimal(method.speed_kmh, 0),
            mode=method.mode,
        ),
        _("CO₂ equivalent: {factor} kg for a kilometre. Source: {source}, {year}.").format(
            factor=decimal(method.co2_kg_km, 3), source=method.source, year=method.year
        ),
        _("{count} journeys, {km} km: {mean} km there and back.").format(
            count=whole(travel.journeys),
            km=whole(round(travel.km)),
            mean=decimal(travel.km / travel.journeys if travel.journeys else 0, 1),
        ),
    ]
    if travel.without_distance:
        words.append(
            ngettext(
                "The distance of {count} more is not known; it is in no sum.",
                "The distance of {count} more is not known; they are in no sum.",
                travel.without_distance,
            ).format(count=whole(travel.without_distance))
        )
    return words


_COSTS = {
    "kiosk": N_("Kiosks, in years"),
    "line": N_("Lines, in years"),
    "agent": N_("Advisers in conversation, in hours"),
    "host": N_("Hosts' help, in hours"),
    "permanence": N_("Weekly permanences, in years"),
}

_COST_WIDTHS = (0.46, 0.18, 0.18, 0.18)


def _costs(sheet: PrintedSheet, costs: CostFigures | None, sums: NetworkSums) -> None:
    if costs is None:
        words = _("Not reckoned: the settings state no costs.")
        sheet.put(words, VALUE, 3 * mm)
        return
    head = (_("Stated costs"), _("How many"), _("Each"), _("Together"))
    draw_row(sheet, head, _COST_WIDTHS, LABEL, LABEL)
    for line in costs.lines:
        _cost_row(sheet, line)
    draw_row(sheet, (_("All together"), "", "", euros(costs.eur)), _COST_WIDTHS, STRONG, STRONG)
    if sums.answered:
        cells = (
            _("for a conversation"),
            whole(sums.answered),
            "",
            euros(costs.eur / sums.answered),
        )
        draw_row(sheet, cells, _COST_WIDTHS, VALUE, VALUE)
    if costs.permanences is not None:
        sheet.down(3 * mm)
        _cost_row(sheet, costs.permanences)
        words = _(
            "For comparison: every organisation comes once a week to each reception point where "
            "it had callers, and receives the same people."
        )
        sheet.put(words, SMALL_TEXT, 2 * mm)
    if costs.source or costs.year:
        year = str(costs.year) if costs.year else ""
        words = _("Source: {source}").format(source=", ".join(filter(None, (costs.source, year))))
        sheet.put(words, SMALL_TEXT, 2 * mm)


def _cost_row(sheet: PrintedSheet, line: CostLine) -> None:
    cells = (
        _(_COSTS[line.kind]),
        decimal(line.quantity, 1),
        euros(line.each_eur),
        euros(line.eur),
    )
    sheet.need(height_of(cells[0], VALUE, INNER * _COST_WIDTHS[0]) + 5 * mm)
    draw_row(sheet, cells, _COST_WIDTHS, VALUE, VALUE)
