# SPDX-License-Identifier: GPL-3.0-only
"""The committee's page: what it says, what asks for a decision, and that no sum tells a few."""

# mypy: disable-error-code="no-untyped-call"
# pypdfium2 has no types.

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pypdfium2
import pytest

from documents.pdf.files import is_pdfa
from documents.printed.report.masking import masked
from documents.printed.report.network import (
    MOST_NOTICES,
    CostFigures,
    CostLine,
    NetworkFacts,
    Notice,
    TravelMethod,
    months_of,
    notices_of,
    partners_of,
    sums_of,
)
from documents.printed.report.pdf import ReportFacts, report
from documents.printed.report.words import (
    HIDDEN,
    SMALL,
    AppointmentSums,
    Chapter,
    Crossed,
    ReportFigures,
    TravelFigures,
    decimal,
    euros,
    share,
)
from resources.texts import use_language

METHOD = TravelMethod(
    road_factor=1.3, speed_kmh=50, mode="voiture", co2_kg_km=0.193, source="ADEME", year=2018
)
COSTS = CostFigures(
    lines=(
        CostLine(kind="kiosk", quantity=2, each_eur=2500),
        CostLine(kind="agent", quantity=10, each_eur=38),
    ),
    permanences=CostLine(kind="permanence", quantity=1, each_eur=10_000),
    source="Budget",
    year=2026,
)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    use_language("en")
    yield
    use_language("en")


def row(key: str, answered: int, abandoned: int = 0, **more: Any) -> ReportFigures:
    return ReportFigures(
        key=key,
        name=key,
        callers=answered + abandoned,
        answered=answered,
        abandoned=abandoned,
        **more,
    )


def chapter(name: str, answered: int, abandoned: int = 0, **more: Any) -> Chapter:
    total = row("", answered, abandoned, outcomes={"done": answered})
    hours = (row("09", answered, abandoned),) if answered else ()
    return Chapter(organisation=name, total=total, hours=hours, **more)


def facts(*chapters: Chapter, **network: Any) -> ReportFacts:
    return ReportFacts(
        first=date(2026, 1, 1),
        last=date(2026, 6, 30),
        made_at=datetime(2026, 7, 1, 9, tzinfo=UTC),
        time_zone="Europe/Paris",
        chapters=chapters,
        network=NetworkFacts(**({"sites": 3} | network)),
    )


def pages_of(data: bytes) -> list[str]:
    with pypdfium2.PdfDocument(data) as document:
        return [
            " ".join(page.get_textpage().get_text_bounded().replace("\u202f", " ").split())
            for page in document
        ]


def test_the_front_page_says_the_sums_and_the_last_one_how_they_came_about() -> None:
    travel = TravelFigures(journeys=900, km=36_000, hours=720, co2_kg=6948)
    ends = {"kept": 90, "missed": 10, "cancelled": 5}
    first = chapter(
        "Val-Doré",
        1200,
        80,
        passed_on={"Marais": 7},
        documents=610,
        appointments=AppointmentSums(offered=400, booked=105, ends=ends),
        travel=travel,
    )
    data = report(
        facts(first, chapter("Marais", 300), costs=COSTS, travel_method=METHOD, wait_median_s=240)
    )
    assert is_pdfa(data)
    pages = pages_of(data)
    for said in (
        "3 reception points · 2 organisations",
        "1 500",
        "1 580 callers, 80 gave up",
        "4 min 00 s",
        "36 000 km",
        "720 h on the road, 900 journeys",
        "6.9 t",
        "3.59 €",
        "weekly permanences: 6.67 €",
        "90 % of 100; 400 were offered",
        "7 callers passed on to a partner",
        "Val-Doré 1 200 80 %",
        "Marais 300 20 %",
        f"page {len(pages)}",
    ):
        assert said in pages[0], said
    for said in ("1.30 times", "Source: ADEME, 2018", "2 500 €", "5 380 €", "Budget, 2026"):
        assert said in pages[-1], said


def test_what_is_not_known_is_said_and_not_guessed() -> None:
    pages = pages_of(report(facts(chapter("Val-Doré", 50))))
    assert "no distances: see the annex" in pages[0]
    assert "no costs stated: see the annex" in pages[0]
    assert "none were given" in pages[0]
    assert "Not reckoned: the settings state no costs." in pages[-1]


def test_a_report_of_nobody_is_written_whole() -> None:
    pages = pages_of(report(facts(chapter("Val-Doré", 0), costs=COSTS)))
    assert "No caller's request ended in this period." in " ".join(pages)


def test_sums_leave_out_what_is_hidden_and_say_so() -> None:
    many, few = masked(chapter("Val-Doré", 40, 10)), masked(chapter("Marais", 3))
    sums = sums_of([many, few])
    assert (few.total.callers, few.total.answered) == (SMALL, HIDDEN)
    assert (sums.callers, sums.answered, sums.at_least) == (50, 40, True)
    front = pages_of(report(facts(many, few)))[0]
    assert "≥ 40" in front
    assert "Marais – –" in front


def test_of_four_callers_neither_documents_nor_appointments_are_told() -> None:
    given = AppointmentSums(offered=40, booked=9, ends={"kept": 9})
    few = masked(chapter("Marais", 4, documents=12, appointments=given, passed_on={"Val-Doré": 9}))
    assert (few.documents, few.appointments, few.passed_on) == (None, None, {})


def test_kilometres_of_which_some_are_hidden_are_at_least_so_many() -> None:
    travel = TravelFigures(journeys=9, km=360, hours=7, co2_kg=69, at_least=True)
    pages = pages_of(report(facts(chapter("Val-Doré", 50, travel=travel), travel_method=METHOD)))
    assert "≥ 360 km" in pages[0]
    assert "≥ 69 kg" in pages[0]
    assert "in no sum" in pages[-1]


def test_an_end_that_is_hidden_gives_no_share() -> None:
    ends = {"kept": 18, "missed": 2}
    given = AppointmentSums(offered=40, booked=20, ends=ends)
    made = masked(chapter("Val-Doré", 40, appointments=given))
    assert made.appointments is not None
    assert min(made.appointments.ends.values()) < 0
    assert (sums_of([made]).kept, sums_of([made]).ended) == (0, 0)
    assert notices_of([made]) == []


def test_what_asks_for_a_decision_is_one_in_five_of_at_least_twenty() -> None:
    def crossing(*cells: tuple[str, int, int]) -> tuple[Crossed, ...]:
        rows = [row("rights", a, b, across=site, across_name=site) for site, a, b in cells]
        return (Crossed(by="service", across="site", rows=tuple(rows)),)

    ends = {"kept": 30, "missed": 10}
    made = chapter(
        "Val-Doré",
        200,
        crossed=crossing(("Courville", 16, 4), ("Saint-Oyen", 15, 4), ("Sableuse", 81, 19)),
        appointments=AppointmentSums(ends=ends),
    )
    more = [Notice(kind="insurance", name="Arvenne", day=date(2026, 3, 1))]
    found = notices_of([made], more)
    assert [(one.kind, one.name, one.part, one.of) for one in found[:2]] == [
        ("missed", "Val-Doré", 10, 40),
        ("gave_up", "Val-Doré, rights · Courville", 4, 20),
    ]
    assert found[2:] == more
    front = pages_of(report(facts(made, notices=tuple(more))))[0]
    assert "rights · Courville: 4 of 20 callers gave up" in front
    assert "Arvenne: the insurance ended on 1 March 2026" in front
    assert "page 2" in front


def test_more_notices_than_have_room_are_counted() -> None:
    notices = tuple(Notice(kind="nobody", name=f"Mairie {n}") for n in range(MOST_NOTICES + 3))
    front = pages_of(report(facts(chapter("Val-Doré", 50), notices=notices)))[0]
    assert "and 3 more" in front
    assert f"Mairie {MOST_NOTICES}" not in front


def test_a_hidden_part_is_no_notice() -> None:
    rows = (row("rights", 19, 1),)
    hidden = ReportFigures(key="x", name="x", callers=40, answered=HIDDEN, abandoned=SMALL)
    made = chapter(
        "Val-Doré", 60, crossed=(Crossed(by="service", across="site", rows=(*rows, hidden)),)
    )
    assert notices_of([made]) == []


def test_months_without_a_caller_stand_in_the_row() -> None:
    made = chapter("Val-Doré", 9, months=(row("2026-01", 5), row("2026-03", 4)))
    months = months_of([made, made], date(2025, 12, 15), date(2026, 4, 1))
    assert [(one.key, one.answered) for one in months] == [
        ("2025-12", 0),
        ("2026-01", 10),
        ("2026-02", 0),
        ("2026-03", 8),
        ("2026-04", 0),
    ]


def test_the_smallest_of_many_organisations_are_the_others() -> None:
    chapters = [chapter(f"Organisme {n:02}", 10 * n) for n in range(1, 13)]
    named, others = partners_of(chapters)
    assert [one.total.answered for one in named] == [120, 110, 100, 90, 80, 70]
    assert sum(one.total.answered for one in others) == 210
    front = pages_of(report(facts(*chapters)))[0]
    assert "Others (6) 210" in front
    assert len(partners_of(chapters[:7])[1]) == 0


def test_long_names_and_five_hundred_organisations_keep_one_front_page() -> None:
    name = "Caisse d'entraide et de prévoyance des communes associées du Val-Doré"
    chapters = [chapter(f"{name} {n}", 1000 + n) for n in range(500)]
    pages = pages_of(report(facts(*chapters[:30])))
    assert "Others (24)" in pages[0]
    assert "What asks for a decision" in pages[0]
    assert sums_of(chapters).answered == sum(1000 + n for n in range(500))


def test_numbers_are_written_as_the_language_has_it() -> None:
    assert (decimal(1234.56, 1), euros(12.3), euros(1234)) == (
        "1\u202f234.6",
        "12.30 €",
        "1\u202f234 €",
    )
    use_language("fr")
    assert (decimal(1234.56, 1), decimal(0.193, 3)) == ("1\u202f234,6", "0,193")
    assert (share(1, 300), share(0, 300), share(3, 300)) == (
        "<\u00a01\u00a0%",
        "0\u00a0%",
        "1\u00a0%",
    )
