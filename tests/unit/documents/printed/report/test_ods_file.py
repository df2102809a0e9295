# SPDX-License-Identifier: GPL-3.0-only
"""The report as a spreadsheet: sheets, numbers that are numbers, and nothing hidden in it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from odfdo import Document

from documents.printed.report.masking import masked
from documents.printed.report.network import CostFigures, CostLine, NetworkFacts
from documents.printed.report.ods_file import report_ods
from documents.printed.report.pdf import ReportFacts
from documents.printed.report.words import Chapter, Crossed, ReportFigures, TravelFigures
from resources.texts import use_language


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    use_language("en")
    yield
    use_language("en")


def row(key: str, answered: int, abandoned: int = 0, **more: Any) -> ReportFigures:
    return ReportFigures(
        key=key,
        name=more.pop("name", key),
        callers=answered + abandoned,
        answered=answered,
        abandoned=abandoned,
        wait_median_s=90,
        **more,
    )


def chapter(name: str) -> Chapter:
    pair = row("rights", 40, name="Mes droits", across="Mairie", across_name="Mairie")
    return Chapter(
        organisation=name,
        total=row("", 40, 10, outcomes={"done": 38, "cut_off": 2}, solved={"yes": 9, "no": 8}),
        days=(row("2026-03-02", 30), row("2026-03-03", 10, 10)),
        services=(row("rights", 40, 10, name="Mes droits"),),
        crossed=(Crossed(by="service", across="site", rows=(pair,)),),
        travel=TravelFigures(journeys=38, km=1520.4, hours=30, co2_kg=293),
    )


def sheets(*chapters: Chapter, is_masked: bool = False) -> dict[str, list[list[Any]]]:
    costs = CostFigures(lines=(CostLine(kind="kiosk", quantity=2, each_eur=1250.5),))
    facts = ReportFacts(
        first=date(2026, 3, 1),
        last=date(2026, 3, 31),
        made_at=datetime(2026, 4, 1, tzinfo=UTC),
        time_zone="Europe/Paris",
        chapters=chapters,
        masked=is_masked,
        network=NetworkFacts(sites=2, wait_median_s=90, costs=costs),
    )
    document = Document(io.BytesIO(report_ods(facts)))
    return {
        str(table.name): [list(values) for values in table.get_values()]
        for table in document.body.get_tables()
    }


def test_each_grouping_is_a_sheet_and_each_outcome_a_column() -> None:
    read = sheets(chapter("Val-Doré"))
    assert list(read) == [
        "Sums",
        "By organisation",
        "Day",
        "Service",
        "Service and reception point",
    ]
    heads, total = read["By organisation"]
    of = dict(zip(heads, total, strict=True))
    assert of["Organisation"] == "Val-Doré"
    assert (of["Callers"], of["Answered"], of["Gave up"], of["Settled"]) == (50, 40, 10, 38)
    assert of["Solved: Yes"] == 9
    assert read["Day"][1][:3] == ["Val-Doré", date(2026, 3, 2), 30]
    assert read["Service and reception point"][1][:3] == ["Val-Doré", "Mes droits", "Mairie"]


def test_the_sums_are_those_of_the_front_page() -> None:
    of = {line[0]: line[1] for line in sheets(chapter("Val-Doré"), chapter("Marais"))["Sums"]}
    assert (of["Callers"], of["Conversations"]) == (100, 80)
    assert (of["Kilometres avoided"], of["Costs (€)"]) == (3041, 2501)
    assert of["Small counts are hidden"] == "No"


def test_what_is_hidden_is_a_text_and_no_number() -> None:
    read = sheets(masked(chapter("Val-Doré")), is_masked=True)
    heads, total = read["By organisation"]
    of = dict(zip(heads, total, strict=True))
    assert of["Conversation was cut"] == "<\u00a05"
    assert of["Settled"] == "–"


def test_a_name_is_never_a_formula() -> None:
    read = sheets(chapter('=HYPERLINK("http://x.example")'))
    assert read["By organisation"][1][0] == '=HYPERLINK("http://x.example")'
