# SPDX-License-Identifier: GPL-3.0-only
"""Puts what organisations offer on the sites that are shared with them:
the matrix as the hub reads it. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from session.hub.convention.entries import OrganisationEntry, SiteEntry
from session.hub.convention.problems import Problem
from session.hub.opening_hours.entries import OfferEntry
from session.protocol.wire.ids import split_service


def merged(
    organisations: Sequence[OrganisationEntry],
) -> tuple[list[OrganisationEntry], list[Problem]]:
    """The organisations with every offer among the services of its site, and what could not be
    placed.

    An offer is for a site of the organisation's own, or for one of another organisation that is
    `shared_with` it. The buttons of a site are first those it names itself, then the offers in the
    order of `shared_with`.
    """
    problems: list[Problem] = []
    for owner in organisations:
        for offer in owner.offers:
            problems += _unplaced(owner, offer, organisations)
    return [_with_offers(entry, organisations) for entry in organisations], problems


def without_unasked(
    organisations: Sequence[OrganisationEntry],
) -> tuple[list[OrganisationEntry], list[Problem]]:
    """Takes away buttons that a site names of an organisation that does not offer them there, and
    tells which.

    For conventions of several signers: each organisation says itself which callers it serves.
    """
    offered = {
        (owner.id, service, offer.site)
        for owner in organisations
        for offer in owner.offers
        for service in offer.services
    }
    problems: list[Problem] = []

    def asked(entry: OrganisationEntry, site: SiteEntry) -> SiteEntry:
        refs = []
        for ref in site.services:
            organisation, service = split_service(ref, entry.id)
            if organisation == entry.id or (organisation, service, site.id) in offered:
                refs.append(ref)
                continue
            where = f"organisations.{entry.id}.sites.{site.id}"
            problems.append(Problem("not_offered", where, {"service": ref}, advice=True))
        return msgspec.structs.replace(site, services=refs)

    entries = [
        msgspec.structs.replace(entry, sites=[asked(entry, site) for site in entry.sites])
        for entry in organisations
    ]
    return entries, problems


def hosts(
    owner: OrganisationEntry, site: str, organisations: Sequence[OrganisationEntry]
) -> list[OrganisationEntry]:
    """The organisations at whose site of this id `owner` may offer services: itself first."""
    if any(candidate.id == site for candidate in owner.sites):
        itself = [owner]
    else:
        itself = []
    return itself + [
        entry
        for entry in organisations
        if entry.id != owner.id
        and any(
            candidate.id == site and owner.id in candidate.shared_with for candidate in entry.sites
        )
    ]


def _unplaced(
    owner: OrganisationEntry, offer: OfferEntry, organisations: Sequence[OrganisationEntry]
) -> list[Problem]:
    where = f"organisations.{owner.id}.offers.{offer.site}"
    places = hosts(owner, offer.site, organisations)
    problems = []
    if len(places) > 1:
        problems.append(Problem("site_of_two", where, {"site": offer.site}))
    if not places:
        is_known = any(site.id == offer.site for entry in organisations for site in entry.sites)
        problems.append(
            Problem(
                "not_shared" if is_known else "unknown_site",
                where,
                {"site": offer.site},
                advice=True,
            )
        )
    known_services = [service.id for service in owner.services]
    problems += [
        Problem("unknown_service", where, {"service": name})
        for name in offer.services
        if name not in known_services
    ]
    return problems


def _with_offers(
    entry: OrganisationEntry, organisations: Sequence[OrganisationEntry]
) -> OrganisationEntry:
    sites = [
        msgspec.structs.replace(site, services=_buttons(entry, site, organisations))
        for site in entry.sites
    ]
    return msgspec.structs.replace(entry, sites=sites)


def _buttons(
    home: OrganisationEntry, site: SiteEntry, organisations: Sequence[OrganisationEntry]
) -> list[str]:
    buttons = list(site.services)
    by_id = {entry.id: entry for entry in organisations}
    for name in (home.id, *site.shared_with):
        owner = by_id.get(name)
        if owner is None:
            continue
        service_ids = {service.id for service in owner.services}
        for offer in owner.offers:
            if offer.site != site.id:
                continue
            refs = [
                service_id if name == home.id else f"{name}/{service_id}"
                for service_id in offer.services
                if service_id in service_ids
            ]
            buttons += [ref for ref in refs if ref not in buttons]
    return buttons
