# SPDX-License-Identifier: GPL-3.0-only
"""The activity report: what a reader finds in it, and that it is PDF/A."""

# mypy: disable-error-code="no-untyped-call"
# pypdfium2 has no types.

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime

import msgspec
import pypdfium2
import pytest

from documents.pdf.files import is_pdfa
from documents.printed.report.charts import steps
from documents.printed.report.csv_file import COLUMNS, report_csv
from documents.printed.report.pdf import ReportFacts, report
from documents.printed.report.words import Chapter, Crossed, ReportFigures, duration, every_day
from resources.texts import use_language

PATH = 2
"""FPDF_PAGEOBJ_PATH of PDFium's fpdf_edit.h."""

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 13)
MADE = datetime(2026, 4, 1, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    use_language("en")
    yield
    use_language("en")


def figures(key: str, callers: int, name: str = "") -> ReportFigures:
    lost = callers // 10
    return ReportFigures(
        key=key,
        name=name or key,
        callers=callers,
        answered=callers - lost,
        abandoned=lost,
        wait_median_s=190,
        wait_p90_s=700,
        talk_median_s=580,
        talk_p90_s=1700,
        outcomes={"done": callers - lost - 2, "appointment": 2},
        left={"left": lost} if lost else {},
    )


def chapter(name: str = "Caisse d'entraide du Val-Doré", last: date = LAST) -> Chapter:
    days = [FIRST.replace(day=day) for day in range(2, 14) if FIRST.replace(day=day).weekday() < 5]
    return Chapter(
        organisation=name,
        total=figures("", 1900),
        days=tuple(figures(day.isoformat(), 180 + day.day) for day in days),
        hours=tuple(figures(f"{hour:02}", 100 + hour) for hour in range(8, 18)),
        services=(
            figures("rights", 1100, "Mes droits"),
            figures("housing", 800, "Aide au logement"),
        ),
        sites=(figures("Mairie de Saint-Oyen", 1900),),
    )


def facts(*chapters: Chapter, last: date = LAST) -> ReportFacts:
    return ReportFacts(
        first=FIRST, last=last, made_at=MADE, time_zone="Europe/Paris", chapters=chapters
    )


def text_of(data: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(data)
    pages = [page.get_textpage().get_text_bounded().replace("\u202f", " ") for page in document]
    document.close()
    return pages


def test_a_report_is_pdfa_and_says_what_was_counted() -> None:
    data = report(facts(chapter()))
    assert is_pdfa(data)
    text = "\n".join(text_of(data))
    for said in (
        "Activity report",
        "1 900",
        "90",
        "3 min 10 s",
        "12 min",
        "Mes droits",
        "Mairie de Saint-Oyen",
    ):
        assert said in text
    assert "Settled" in text
    assert "Left the queue" in text
    assert "Page 2 of 2" in text


def test_no_line_of_a_chart_runs_through_a_heading_that_wraps() -> None:
    use_language("fr")
    document = pypdfium2.PdfDocument(report(facts(chapter())))
    page = next(
        page
        for page in document
        if "en minutes" in " ".join(page.get_textpage().get_text_bounded().split())
    )
    words = page.get_textpage()
    first, count = words.search("minutes").get_next()
    left, bottom, right, top = words.get_charbox(first + count - 1)
    lines = [one.get_bounds() for one in page.get_objects() if one.type == PATH]
    assert len(lines) > 20
    assert [
        at for at in lines if at[0] < right and left < at[2] and at[1] < top and bottom < at[3]
    ] == []
    document.close()


def test_each_organisation_begins_a_page() -> None:
    pages = text_of(
        report(facts(chapter("Caisse d'entraide du Val-Doré"), chapter("Mutuelle du Marais")))
    )
    titled = [page for page in pages if "Callers per day" in page]
    assert len(titled) == 2
    assert "Mutuelle du Marais" in titled[1]
    assert "Mutuelle du Marais" not in titled[0]


def test_a_period_without_callers_says_so() -> None:
    empty = Chapter(organisation="Mutuelle du Marais", total=ReportFigures(key="", name=""))
    (page,) = text_of(report(facts(empty)))
    assert "No caller's request ended in this period." in page


def test_a_long_period_is_shown_by_weeks() -> None:
    assert any(
        "Callers per week" in page
        for page in text_of(report(facts(chapter(), last=date(2026, 9, 30))))
    )


def test_many_sites_and_long_names_fill_pages_and_lose_none() -> None:
    many = tuple(
        figures(f"Maison France services n° {n} de la communauté de communes", 90 + n)
        for n in range(60)
    )
    one = chapter()
    long = Chapter(
        organisation=one.organisation,
        total=one.total,
        days=one.days,
        hours=one.hours,
        services=one.services,
        sites=many,
    )
    text = " ".join("\n".join(text_of(report(facts(long)))).split())
    assert all(f"n° {n} de la" in text for n in range(60))


def test_equal_facts_give_equal_bytes() -> None:
    assert report(facts(chapter())) == report(facts(chapter()))


def test_weekends_are_left_out_unless_somebody_came() -> None:
    days = every_day((figures("2026-03-03", 3),), FIRST, date(2026, 3, 8))
    assert [one.callers for one in days] == [0, 3, 0, 0, 0]
    with_sunday = every_day((figures("2026-03-08", 1),), FIRST, date(2026, 3, 8))
    assert [one.callers for one in with_sunday] == [0, 0, 0, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "–"),
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min 00 s"),
        (599, "9 min 59 s"),
        (629, "10 min"),
        (3569, "59 min"),
        (3570, "1 h 00 min"),
        (3900, "1 h 05 min"),
        (7199, "2 h 00 min"),
    ],
)
def test_durations_read_as_people_say_them(seconds: int | None, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize("highest", [0, 0.3, 1, 3, 7, 10, 87, 99.9, 100, 1234, 99_999])
def test_an_axis_is_round_and_reaches_over_the_highest(highest: float) -> None:
    axis = steps(highest)
    assert axis[0] == 0
    assert axis[-1] >= highest
    assert 2 <= len(axis) <= 7


def test_the_csv_opens_in_a_spreadsheet_with_all_rows() -> None:
    data = report_csv([chapter(), chapter("Mutuelle du Marais")])
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 2 * (1 + 10 + 10 + 2 + 1)
    total = rows[0]
    assert (total["by"], total["callers"], total["wait_median_s"]) == ("total", "1900", "190")
    assert total["outcomes"] == "appointment=2 done=1708"
    assert {row["organisation"] for row in rows} == {
        "Caisse d'entraide du Val-Doré",
        "Mutuelle du Marais",
    }


def crossed() -> Crossed:
    pair = {"across": "Mairie de Saint-Oyen", "across_name": "Mairie de Saint-Oyen"}
    rows = [
        msgspec.structs.replace(figures("rights", 1100, "Mes droits"), **pair, solved={"yes": 9}),
        msgspec.structs.replace(figures("housing", 800, "Aide au logement"), **pair),
    ]
    return Crossed(by="service", across="site", rows=tuple(rows))


def test_two_groupings_at_once_stand_in_both_files() -> None:
    made = msgspec.structs.replace(chapter(), crossed=(crossed(),))
    text = "\n".join(text_of(report(facts(made))))
    assert "Service and reception point" in text
    assert "Mes droits · Mairie de Saint-Oyen" in " ".join(text.split())
    data = report_csv([made]).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(data), delimiter=";"))
    pairs = [row for row in rows if row["across"]]
    assert [(row["by"], row["key"], row["across"], row["across_name"]) for row in pairs] == [
        ("service", "rights", "site", "Mairie de Saint-Oyen"),
        ("service", "housing", "site", "Mairie de Saint-Oyen"),
    ]
    assert [row["solved"] for row in pairs] == ["yes=9", ""]


def test_a_name_never_becomes_a_formula() -> None:
    hostile = Chapter(organisation="=cmd()", total=ReportFigures(key="", name="@x"))
    rows = list(
        csv.DictReader(io.StringIO(report_csv([hostile]).decode("utf-8-sig")), delimiter=";")
    )
    assert (rows[0]["organisation"], rows[0]["name"]) == ("'=cmd()", "'@x")
    assert rows[0]["wait_median_s"] == ""
