# SPDX-License-Identifier: GPL-3.0-only
"""Checks of a convention that a schema cannot make:
names that point at each other, hours, addresses, keys. Pure.

`wrong` finds what no hub can work with;
`advice` finds what is probably a mistake, and needs the date.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from session.bus.transport.nkeys import is_public_key
from session.hub.convention.allowed_transfers import transfer_problems
from session.hub.convention.caller_numbers import NUMBER_KINDS
from session.hub.convention.entries import MOST_SERVICES, OrganisationEntry, SiteEntry
from session.hub.convention.hours import check_hours, hours_of
from session.hub.convention.library_entries import library_problems
from session.hub.convention.overflow_check import overflow_problems
from session.hub.convention.problems import Problem
from session.hub.convention.seal_check import check_seal, expired_keys, out_of_reach
from session.hub.opening_hours.rules import opening
from session.protocol.conversation.messages import ScanSource
from session.protocol.conversation.scan_profiles import MOST_PROFILES, Sides
from session.protocol.wire.ids import split_service


def wrong(organisations: Sequence[OrganisationEntry]) -> list[Problem]:
    """Everything wrong with organisations whose offers are merged;
    advice too, where another organisation is needed.
    """
    problems = list(_twice("organisations", [entry.id for entry in organisations]))
    for entry in organisations:
        problems += _in_itself(entry)
        for site in entry.sites:
            problems += _site(entry, site, organisations)
    problems += overflow_problems(organisations)
    problems += transfer_problems(organisations)
    return problems + list(_keys(organisations))


def _keys(organisations: Sequence[OrganisationEntry]) -> Iterator[Problem]:
    """A key that stands in two places, named at each:
    the bus's server refuses a whole configuration with one.
    """
    places: dict[str, list[str]] = {}
    for entry in organisations:
        for kiosk in entry.kiosks:
            places.setdefault(kiosk.key, []).append(f"organisations.{entry.id}.kiosks.{kiosk.id}")
        for display in entry.displays:
            places.setdefault(display.key, []).append(
                f"organisations.{entry.id}.displays.{display.id}"
            )
        for vault in entry.vaults:
            places.setdefault(vault.key, []).append(f"organisations.{entry.id}.vaults.{vault.id}")
        for person in entry.people:
            places.setdefault(person.key, []).append(f"organisations.{entry.id}.people.{person.id}")
    for key, where in places.items():
        if key and len(where) > 1:
            yield from (Problem("key_twice", place, {"key": key}) for place in where)


def _in_itself(entry: OrganisationEntry) -> Iterator[Problem]:
    place = f"organisations.{entry.id}"
    services, sites = [service.id for service in entry.services], [site.id for site in entry.sites]
    yield from _twice(f"{place}.services", services)
    yield from _twice(f"{place}.sites", sites)
    yield from _twice(f"{place}.kiosks", [kiosk.id for kiosk in entry.kiosks])
    yield from _twice(f"{place}.displays", [display.id for display in entry.displays])
    yield from _twice(f"{place}.people", [f"{person.role} {person.id}" for person in entry.people])
    for service in entry.services:
        here = f"{place}.services.{service.id}"
        if service.number_kind not in NUMBER_KINDS:
            yield Problem("unknown_number_kind", here, {"name": service.number_kind})
        yield from _twice(f"{here}.outcomes", [outcome.id for outcome in service.outcomes])
    yield from _profiles(entry, place)
    for person in entry.people:
        here = f"{place}.people.{person.id}"
        yield from (
            Problem("unknown_service", here, {"service": service_id})
            for service_id in person.services
            if service_id not in services
        )
        yield from (
            Problem("unknown_site", here, {"site": site_id})
            for site_id in person.sites
            if site_id not in sites
        )
        if person.role == "facilitator" and not person.sites:
            yield Problem("host_without_site", here)
        if person.key and not is_public_key(person.key):
            yield Problem("not_a_key", here, {"key": person.key})
    for kiosk in entry.kiosks:
        yield from _screen(f"{place}.kiosks.{kiosk.id}", kiosk.site, kiosk.key, sites)
    for display in entry.displays:
        yield from _screen(f"{place}.displays.{display.id}", display.site, display.key, sites)
    yield from check_hours(entry, place)
    yield from check_seal(entry, place)
    yield from library_problems(place, entry.library, entry.allowed_addresses)
    for address in (*entry.allowed_addresses, *entry.record_text, entry.home_address):
        if address and not is_address(address):
            yield Problem("address_not_http", place, {"address": address})


def _profiles(entry: OrganisationEntry, place: str) -> Iterator[Problem]:
    yield from _twice(f"{place}.scan_profiles", [profile.id for profile in entry.scan_profiles])
    if len(entry.scan_profiles) > MOST_PROFILES:
        values = {"count": len(entry.scan_profiles), "most": MOST_PROFILES}
        yield Problem("too_many_profiles", f"{place}.scan_profiles", values)
    for profile in entry.scan_profiles:
        here = f"{place}.scan_profiles.{profile.id}"
        if profile.source is ScanSource.GLASS and profile.sides is not Sides.ONE:
            yield Problem("glass_has_one_side", here)
        if profile.source is ScanSource.FEEDER and profile.preview:
            yield Problem("feeder_has_no_preview", here)


def _screen(here: str, site: str, key: str, sites: Sequence[str]) -> Iterator[Problem]:
    if site not in sites:
        yield Problem("unknown_site", here, {"site": site})
    if key and not is_public_key(key):
        yield Problem("not_a_key", here, {"key": key})


def _site(
    entry: OrganisationEntry, site: SiteEntry, organisations: Sequence[OrganisationEntry]
) -> Iterator[Problem]:
    place = f"organisations.{entry.id}.sites.{site.id}"
    by_id = {owner.id: owner for owner in organisations}
    if len(site.services) > MOST_SERVICES:
        yield Problem(
            "too_many_services", place, {"count": len(site.services), "most": MOST_SERVICES}
        )
    buttons = [split_service(ref, entry.id) for ref in site.services]
    yield from _twice(f"{place}.services", ["/".join(button) for button in buttons])
    for organisation, service in buttons:
        if organisation not in by_id:
            yield Problem("unknown_organisation", place, {"organisation": organisation})
        elif service not in [offered.id for offered in by_id[organisation].services]:
            yield Problem("unknown_service", place, {"service": service})
        elif by_id[organisation].network:
            yield Problem(
                "service_elsewhere", place, {"organisation": organisation, "service": service}
            )
    for name in site.shared_with:
        if name not in by_id:
            yield Problem("unknown_organisation", place, {"organisation": name})


def _twice(where: str, names: Sequence[str]) -> Iterator[Problem]:
    yield from (
        Problem("twice", where, {"name": name})
        for name, times in Counter(names).items()
        if times > 1
    )


def is_address(address: str) -> bool:
    """True for http(s) with a host; a leading "*." stands for everything below a host of at least
    two labels.
    """
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        _ = parts.port  # raises when it is no number
    except ValueError:
        return False
    if (
        parts.scheme not in ("http", "https")
        or not host
        or "@" in parts.netloc
        or any(ord(letter) < 33 for letter in address)
    ):
        return False
    plain = host.removeprefix("*.")
    return "*" not in plain + parts.path and (plain == host or "." in plain.strip("."))


# ---- what is surely not meant


def advice(organisations: Sequence[OrganisationEntry], now: datetime) -> list[Problem]:
    """Return what works for the hub but surely not for people:
    nobody can ask for it, or it is over. Needs that nothing is `wrong`.
    """
    problems: list[Problem] = []
    offered = {
        split_service(ref, entry.id)
        for entry in organisations
        for site in entry.sites
        if any(kiosk.site == site.id for kiosk in entry.kiosks)
        for ref in site.services
    }
    for entry in organisations:
        problems += _past(entry, now)
        problems += expired_keys(entry, now)
        problems += _idle(entry, offered, {member.id for member in organisations if member.network})
        for site in entry.sites:
            problems += _never_open(entry, site, organisations, now)
    return [*problems, *out_of_reach(organisations)]


def _past(entry: OrganisationEntry, now: datetime) -> Iterator[Problem]:
    for name, spans in (("closures", entry.closures), ("openings", entry.openings)):
        for span in spans:
            if span.end < now.date():
                yield Problem(
                    "over", f"organisations.{entry.id}.{name}", {"day": f"{span.end}"}, advice=True
                )


def _idle(
    entry: OrganisationEntry, offered: set[tuple[str, str]], abroad: set[str]
) -> Iterator[Problem]:
    """`abroad`: organisations of partners' networks, whose kiosks and people stand in conventions
    of their own.
    """
    if entry.network:
        return
    place = f"organisations.{entry.id}"
    for kiosk in entry.kiosks:
        if any(site.id == kiosk.site and not site.services for site in entry.sites):
            yield Problem(
                "kiosk_without_service",
                f"{place}.kiosks.{kiosk.id}",
                {"site": kiosk.site},
                advice=True,
            )
    agents = [person for person in entry.people if person.role == "agent"]
    for service in entry.services:
        here = f"{place}.services.{service.id}"
        if (entry.id, service.id) not in offered and abroad.isdisjoint(entry.transfers_from):
            yield Problem("offered_nowhere", here, advice=True)
        elif not any(not agent.services or service.id in agent.services for agent in agents):
            yield Problem("nobody_answers", here, advice=True)


def _never_open(
    entry: OrganisationEntry,
    site: SiteEntry,
    organisations: Sequence[OrganisationEntry],
    now: datetime,
) -> Iterator[Problem]:
    by_id = {member.id: member for member in organisations}
    for ref in site.services:
        organisation, name = split_service(ref, entry.id)
        owner = by_id[organisation]
        service = next(candidate for candidate in owner.services if candidate.id == name)
        next_opening = opening(hours_of(owner, service, entry, site), now)
        if not next_opening.is_open and next_opening.opens_at is None:
            where = f"organisations.{organisation}.services.{name}"
            yield Problem("never_open", where, {"site": site.id}, advice=True)
