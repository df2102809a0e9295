# SPDX-License-Identifier: GPL-3.0-only
"""The hours of one cell of the matrix, organisation x service x site, from the convention's
entries. Pure.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from session.hub.convention.entries import OrganisationEntry, ServiceEntry, SiteEntry
from session.hub.opening_hours.entries import ClosureEntry, OpeningEntry
from session.hub.opening_hours.rules import Hours, Span
from session.hub.opening_hours.weekly_hours import slots, week


def hours_of(
    owner: OrganisationEntry, service: ServiceEntry, home: OrganisationEntry, site: SiteEntry
) -> Hours:
    """All that the convention says about one cell of the matrix.

    The closures of a site that belongs to somebody else (`home`) close it for everybody.
    """
    lines = service.hours
    for offer in owner.offers:
        if offer.site == site.id and service.id in offer.services and offer.hours:
            lines = offer.hours
    closures = [one for one in owner.closures if _meets(one, service.id, site.id)]
    if home.id != owner.id:
        closures += [
            one for one in home.closures if not one.services and _meets(one, service.id, site.id)
        ]
    openings = [one for one in owner.openings if _meets(one, service.id, site.id)]
    return Hours(
        zone=ZoneInfo(site.time_zone or home.time_zone),
        week=week(lines) if lines else None,
        regions=tuple(
            dict.fromkeys(name for name in (owner.public_holidays, site.public_holidays) if name)
        ),
        closures=tuple(Span(one.first, one.end, one.message) for one in closures),
        openings=tuple(Span(one.first, one.end, one.message, slots(one.hours)) for one in openings),
    )


def _meets(entry: ClosureEntry | OpeningEntry, service: str, site: str) -> bool:
    return (not entry.services or service in entry.services) and (
        not entry.sites or site in entry.sites
    )
