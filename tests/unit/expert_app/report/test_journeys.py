# SPDX-License-Identifier: GPL-3.0-only
"""Journeys spared: distances as geography says, and only conversations that count."""

from __future__ import annotations

import pytest

from documents.printed.report.words import SMALL, Chapter, ReportFigures
from expert_app.report.journeys import great_circle_km, road_km, travel_of
from expert_app.runtime.report_settings import TravelSettings
from session.hub.convention.entries import OrganisationEntry
from session.hub.convention.site_record import AgencyEntry, SiteRecord

QUARTER_KM = 10_007.5
"""From the equator to a pole, on a sphere of the mean radius."""


def organisation(*positions: tuple[float, float]) -> OrganisationEntry:
    agencies = [AgencyEntry(name=f"Agence {n}", position=at) for n, at in enumerate(positions)]
    return OrganisationEntry(id="valdore", name="Val-Doré", agencies=agencies)


def chapter(**outcomes: dict[str, int]) -> Chapter:
    rows = tuple(
        ReportFigures(key=site, name=site, callers=99, answered=99, outcomes=counted)
        for site, counted in outcomes.items()
    )
    return Chapter(organisation="Val-Doré", total=ReportFigures(key="", name=""), sites=rows)


def test_a_great_circle_is_as_long_as_geography_says() -> None:
    assert great_circle_km((0, 0), (90, 0)) == pytest.approx(QUARTER_KM, abs=1)
    assert great_circle_km((0, -180), (0, 180)) == pytest.approx(0, abs=1e-6)
    assert great_circle_km((48.0, 2.0), (48.0, 2.0)) == 0
    # a degree of latitude is 111.2 km, one of longitude half of it at 60 degrees
    assert great_circle_km((60, 10), (60, 11)) == pytest.approx(111.19 / 2, abs=0.1)


def test_the_next_agency_counts_and_what_the_convention_says_goes_before() -> None:
    place = SiteRecord(position=(46.0, 3.0))
    far_and_near = organisation((48.0, 3.0), (46.1, 3.0))
    assert road_km(place, far_and_near, 1.3) == pytest.approx(1.3 * 11.12, abs=0.01)
    said = SiteRecord(position=(46.0, 3.0), km={"valdore": 25.0, "marais": 3.0})
    assert road_km(said, far_and_near, 1.3) == 25.0
    assert road_km(place, organisation(), 1.3) is None
    assert road_km(SiteRecord(), far_and_near, 1.3) is None


def test_conversations_after_which_people_still_go_spare_nothing() -> None:
    made = chapter(
        a={"done": 10, "cut_off": 5, "redirected": 4, "not_reached": 3, "call_later": 2},
        b={"information": 7, "own_word": 1},
    )
    records = {"a": SiteRecord(km={"valdore": 10.0})}
    settings = TravelSettings(speed_kmh=40.0, co2_kg_km=0.2)
    travel = travel_of(made, organisation(), records, settings)
    assert travel is not None
    assert (travel.journeys, travel.without_distance) == (10, 8)
    assert (travel.km, travel.hours, travel.co2_kg) == (200.0, 5.0, 40.0)
    assert not travel.at_least
    assert travel_of(made, organisation(), {}, settings) is None


def test_what_is_hidden_is_in_no_sum() -> None:
    made = chapter(a={"done": 10, "information": SMALL})
    travel = travel_of(
        made, organisation(), {"a": SiteRecord(km={"valdore": 1.0})}, TravelSettings()
    )
    assert travel is not None
    assert (travel.journeys, travel.at_least) == (10, True)
