# SPDX-License-Identifier: GPL-3.0-only
"""Small counts do not leave an organisation, and nothing shown gives them away by subtraction."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pypdfium2

from documents.printed.report.csv_file import report_csv
from documents.printed.report.masking import masked
from documents.printed.report.pdf import ReportFacts, report
from documents.printed.report.words import (
    HIDDEN,
    SMALL,
    Chapter,
    Crossed,
    ReportFigures,
    share,
    whole,
)


def row(key: str, answered: int, abandoned: int, **more: Any) -> ReportFigures:
    facts: dict[str, Any] = {
        "wait_median_s": 60,
        "wait_p90_s": 90,
        "talk_median_s": 300,
        "talk_p90_s": 600,
    }
    return ReportFigures(
        key=key,
        name=key,
        callers=answered + abandoned,
        answered=answered,
        abandoned=abandoned,
        **(facts | more),
    )


def chapter(*rows: ReportFigures, total: ReportFigures | None = None) -> Chapter:
    return Chapter(organisation="Val-Doré", total=total or row("", 100, 20), services=rows)


def test_a_count_below_five_is_not_told() -> None:
    rows = masked(
        chapter(row("a", 40, 10), row("b", 2, 0), row("c", 3, 1), row("d", 60, 9))
    ).services
    assert [one.callers for one in rows] == [50, SMALL, SMALL, 69]
    assert (rows[1].answered, rows[1].wait_median_s) == (HIDDEN, None)
    assert (whole(SMALL), whole(HIDDEN), share(SMALL, 50)) == ("<\u00a05", "–", "–")


def test_a_single_hidden_row_takes_another_with_it() -> None:
    rows = masked(chapter(row("a", 40, 10), row("b", 2, 0), row("c", 20, 6))).services
    assert [one.callers for one in rows] == [50, SMALL, HIDDEN]  # else 120 - 50 - 26 would tell it


def test_the_other_half_of_a_pair_is_hidden_too() -> None:
    (one,) = masked(chapter(row("a", 40, 3))).services
    assert (one.callers, one.answered, one.abandoned) == (43, HIDDEN, SMALL)
    (none,) = masked(chapter(row("a", 40, 0))).services
    assert (none.answered, none.abandoned) == (40, 0)  # nobody is nobody


def test_outcomes_are_masked_the_same_way_and_no_median_is_of_four() -> None:
    whole_total = row(
        "", 100, 20, outcomes={"done": 90, "cut_off": 3, "redirected": 7}, left={"left": 20}
    )
    total = masked(chapter(total=whole_total)).total
    assert total.outcomes == {"done": 90, "cut_off": SMALL, "redirected": HIDDEN}
    assert total.left == {"left": 20}
    (few,) = masked(chapter(row("a", 4, 30))).services
    assert (few.wait_median_s, few.talk_p90_s) == (None, None)


def test_a_row_s_other_half_is_not_told_by_the_other_rows() -> None:
    rows = masked(chapter(row("a", 40, 3), row("b", 60, 17), row("c", 80, 30))).services
    assert [one.abandoned for one in rows] == [SMALL, HIDDEN, 30]  # else 50 - 17 - 30 would tell it
    assert [one.callers for one in rows] == [43, 77, 110]


def test_two_groupings_hide_what_one_of_them_hides() -> None:
    def cell(key: str, across: str, answered: int) -> ReportFigures:
        return row(key, answered, 0, across=across, across_name=across)

    crossed = Crossed(
        by="service",
        across="site",
        rows=(cell("a", "x", 3), cell("a", "y", 30), cell("b", "x", 20), cell("b", "y", 90)),
    )
    made = msgspec.structs.replace(chapter(row("a", 33, 0), row("b", 110, 0)), crossed=(crossed,))
    rows = masked(made).crossed[0].rows
    assert [one.callers for one in rows] == [SMALL, HIDDEN, HIDDEN, HIDDEN]
    assert (rows[0].key, rows[0].across) == ("a", "x")


def test_a_masked_report_is_written_whole() -> None:
    days = tuple(row(f"2026-03-{day:02}", day, day % 3) for day in range(2, 28))
    made = Chapter(
        organisation="Val-Doré",
        total=row("", 351, 26, outcomes={"done": 349, "cut_off": 2}, left={"left": 26}),
        days=days,
        hours=(row("09", 3, 1), row("10", 348, 25)),
        services=(row("a", 3, 0), row("b", 348, 26)),
        sites=(row("a", 351, 26),),
    )
    hidden = masked(made)
    text = report_csv([hidden]).decode("utf-8-sig")
    assert ";service;a;a;<5;;;" in text
    assert ";service;b;b;;;;" in text
    facts = ReportFacts(
        first=date(2026, 3, 1),
        last=date(2026, 3, 31),
        made_at=datetime(2026, 4, 1, tzinfo=UTC),
        time_zone="Europe/Paris",
        chapters=(hidden,),
        masked=True,
    )
    assert report(facts).startswith(b"%PDF-")


def test_a_year_whose_days_are_hidden_is_drawn_by_months_or_said() -> None:
    def told(per_month: int) -> str:
        days = tuple(row(f"2026-{month:02}-02", per_month, 0) for month in range(1, 13))
        months = tuple(row(f"2026-{month:02}", per_month, 0) for month in range(1, 13))
        made = Chapter(
            organisation="Val-Doré",
            total=row("", 12 * per_month, 0),
            days=days if per_month < 5 else (row("2026-01-02", 3, 0), *days[1:]),
            months=months,
            hours=(row("09", 12 * per_month, 0),),
        )
        facts = ReportFacts(
            first=date(2026, 1, 1),
            last=date(2026, 12, 31),
            made_at=datetime(2027, 1, 1, tzinfo=UTC),
            time_zone="Europe/Paris",
            chapters=(masked(made),),
            masked=True,
        )
        with pypdfium2.PdfDocument(report(facts)) as pdf:  # type: ignore[no-untyped-call]
            return str(pdf[0].get_textpage().get_text_bounded())

    assert "Callers per month" in told(20)
    assert "too small to be shown" not in told(20)
    assert "All of these counts are too small to be shown." in told(1)
