# SPDX-License-Identifier: GPL-3.0-only
"""What is wrong with the hours of an organisation. Pure; used by the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from session.hub.entries import OrganisationEntry
from session.hub.opening import REGIONS
from session.hub.slots import SlotWrong, slots, wrong_lines


def check_hours(entry: OrganisationEntry) -> Iterator[tuple[str, str]]:
    """(place, reason) of everything that cannot be."""
    for place, zone, region in (
        ("organisation", entry.time_zone, entry.public_holidays),
        *((f"site {site.id}", site.time_zone, site.public_holidays) for site in entry.sites),
    ):
        if zone and not _is_zone(zone):
            yield place, f'unknown time_zone "{zone}"'
        if region and region not in REGIONS:
            yield place, f'unknown public_holidays "{region}"'
    for service in entry.services:
        for wrong in wrong_lines(service.hours):
            yield f"service {service.id}, hours", str(wrong)
    for offer in entry.offers:
        for wrong in wrong_lines(offer.hours):
            yield f"offer at {offer.site}, hours", str(wrong)
    for opening in entry.openings:
        try:
            slots(opening.hours)
        except SlotWrong as wrong:
            yield f"opening of {opening.first}", str(wrong)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
