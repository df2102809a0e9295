# SPDX-License-Identifier: GPL-3.0-only
"""The hours of one cell of the matrix (organisation, service, site), and what is wrong with the
hours of an organisation. Pure; used by the catalogue, its checks and `open_now`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from session.hub.convention.appointment_entries import AppointmentEntry
from session.hub.convention.entries import OrganisationEntry, ServiceEntry, SiteEntry
from session.hub.convention.problems import Problem
from session.hub.opening_hours.entries import ClosureEntry, OpeningEntry
from session.hub.opening_hours.rules import REGIONS, Hours, Span
from session.hub.opening_hours.weekly_hours import SlotWrong, slots, week, wrong_lines


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
    closures = [closure for closure in owner.closures if _meets(closure, service.id, site.id)]
    if home.id != owner.id:
        closures += [
            closure
            for closure in home.closures
            if not closure.services and _meets(closure, service.id, site.id)
        ]
    openings = [opening for opening in owner.openings if _meets(opening, service.id, site.id)]
    return Hours(
        zone=ZoneInfo(site.time_zone or home.time_zone),
        week=week(lines) if lines else None,
        regions=tuple(
            dict.fromkeys(name for name in (owner.public_holidays, site.public_holidays) if name)
        ),
        closures=tuple(Span(closure.first, closure.end, closure.message) for closure in closures),
        openings=tuple(
            Span(opening.first, opening.end, opening.message, slots(opening.hours))
            for opening in openings
        ),
    )


def _meets(entry: ClosureEntry | OpeningEntry, service: str, site: str) -> bool:
    return (not entry.services or service in entry.services) and (
        not entry.sites or site in entry.sites
    )


def check_hours(entry: OrganisationEntry, where: str) -> Iterator[Problem]:
    """Everything that cannot be, of the organisation at `where`."""
    for place, zone, region in (
        (where, entry.time_zone, entry.public_holidays),
        *(
            (f"{where}.sites.{site.id}", site.time_zone, site.public_holidays)
            for site in entry.sites
        ),
    ):
        if zone and not _is_zone(zone):
            yield Problem("unknown_time_zone", place, {"name": zone})
        if region and region not in REGIONS:
            yield Problem("unknown_region", place, {"name": region})
    for service in entry.services:
        yield from _lines(service.hours, f"{where}.services.{service.id}.hours")
        if service.appointments is not None:
            yield from _appointments(service.appointments, f"{where}.services.{service.id}")
    for offer in entry.offers:
        yield from _lines(offer.hours, f"{where}.offers.{offer.site}.hours")
    yield from _spans(entry, where)
    for opening in entry.openings:
        try:
            slots(opening.hours)
        except SlotWrong as wrong:
            yield Problem(wrong.code, f"{where}.openings, {opening.first}", {"text": wrong.text})


def _lines(lines: Sequence[str], where: str) -> Iterator[Problem]:
    yield from (Problem(wrong.code, where, {"text": wrong.text}) for wrong in wrong_lines(lines))


def _appointments(entry: AppointmentEntry, where: str) -> Iterator[Problem]:
    """Times that cannot be read, and days in the wrong order."""
    yield from _lines(entry.hours, f"{where}.appointments.hours")
    for dated in entry.dated:
        place = f"{where}.appointments.dated, {dated.first}"
        if dated.end < dated.first:
            yield Problem(
                "days_backwards", place, {"first": f"{dated.first}", "last": f"{dated.end}"}
            )
        if dated.hours:
            try:
                slots(dated.hours)
            except SlotWrong as wrong:
                yield Problem(wrong.code, place, {"text": wrong.text})


def _spans(entry: OrganisationEntry, where: str) -> Iterator[Problem]:
    """Closures and openings: the days in order, the names known where they are the organisation's
    own.
    """
    services = [service.id for service in entry.services]
    for name, spans in (("closures", entry.closures), ("openings", entry.openings)):
        for span in spans:
            place = f"{where}.{name}, {span.first}"
            if span.end < span.first:
                yield Problem(
                    "days_backwards", place, {"first": f"{span.first}", "last": f"{span.end}"}
                )
            yield from (
                Problem("unknown_service", place, {"service": service_id})
                for service_id in span.services
                if service_id not in services
            )


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
