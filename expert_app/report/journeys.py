# SPDX-License-Identifier: GPL-3.0-only
"""Journeys that conversations have spared: from a reception point to an organisation's next agency
and back. Used by the activity report.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import asin, cos, radians, sin, sqrt

from documents.printed.report.words import Chapter, ReportFigures, TravelFigures
from expert_app.runtime.report_settings import TravelSettings
from session.hub.convention.entries import OrganisationEntry
from session.hub.convention.site_record import Position, SiteRecord

EARTH_KM = 6371.0088
"""Mean radius (IUGG)."""

NOT_SPARED = frozenset({"cut_off", "not_reached", "call_later", "redirected"})
"""Outcomes after which the caller still has to go, or nothing came of it."""


def great_circle_km(here: Position, there: Position) -> float:
    """Return the distance on the sphere (haversine formula)."""
    latitude, longitude = (radians(there[axis] - here[axis]) for axis in (0, 1))
    half = sin(latitude / 2) ** 2 + cos(radians(here[0])) * cos(radians(there[0])) * (
        sin(longitude / 2) ** 2
    )
    return 2 * EARTH_KM * asin(sqrt(min(1.0, half)))


def road_km(record: SiteRecord, organisation: OrganisationEntry, factor: float) -> float | None:
    """Return the way from a site to the organisation's next agency; None when nobody knows it."""
    said = record.km.get(organisation.id)
    if said is not None:
        return said
    if record.position is None or not organisation.agencies:
        return None
    here = record.position
    return factor * min(great_circle_km(here, agency.position) for agency in organisation.agencies)


def travel_of(
    chapter: Chapter,
    organisation: OrganisationEntry,
    records: Mapping[str, SiteRecord],
    settings: TravelSettings,
) -> TravelFigures | None:
    """Return what the conversations that `chapter` shows have spared, both ways; None when no
    distance is known. `records`: by the name of the site, as the history has it.
    """
    ways = [
        (
            journeys(row),
            road_km(records.get(row.key, SiteRecord()), organisation, settings.road_factor),
        )
        for row in chapter.sites
    ]
    known = [(count, km) for count, km in ways if km is not None]
    if not known:
        return None
    km = sum(2 * count * one_way for count, one_way in known)
    return TravelFigures(
        journeys=sum(count for count, _km in known),
        without_distance=sum(count for count, one_way in ways if one_way is None),
        km=km,
        hours=km / settings.speed_kmh,
        co2_kg=km * settings.co2_kg_km,
        at_least=any(_is_hidden(row) for row in chapter.sites),
    )


def _is_hidden(row: ReportFigures) -> bool:
    """True when not all is shown of what a row's conversations came to."""
    return row.answered < 0 or min(row.outcomes.values(), default=0) < 0


def journeys(row: ReportFigures) -> int:
    """Count the conversations of a row that have spared a journey, as far as they are shown."""
    return sum(
        number
        for outcome, number in row.outcomes.items()
        if number > 0 and outcome not in NOT_SPARED
    )
