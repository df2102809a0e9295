# SPDX-License-Identifier: GPL-3.0-only
"""Which service is open now, at which site: the convention's hours, kept until they change. Used by the hub's parts."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from session.clock import Clock
from session.hub.catalogue import Catalogue
from session.hub.entries import OrganisationEntry, ServiceEntry, SiteEntry
from session.hub.hours_entries import ClosureEntry, OpeningEntry
from session.hub.opening import Hours, Opening, Span, by_language, french, opening
from session.hub.slots import slots, week
from session.protocol.hub_messages import Service

FAR = datetime.max.replace(tzinfo=UTC)

Cell = tuple[str, str, str, str]
"""Organisation, service, the organisation whose site it is, site."""


def hours_of(owner: OrganisationEntry, service: ServiceEntry, home: OrganisationEntry, site: SiteEntry) -> Hours:
    """All that the convention says about one cell of the matrix.

    The closures of a site that belongs to somebody else (`home`) close it for everybody.
    """
    lines = service.hours
    for offer in owner.offers:
        if offer.site == site.id and service.id in offer.services and offer.hours:
            lines = offer.hours
    closures = [one for one in owner.closures if _meets(one, service.id, site.id)]
    if home.id != owner.id:
        closures += [one for one in home.closures if not one.services and _meets(one, service.id, site.id)]
    openings = [one for one in owner.openings if _meets(one, service.id, site.id)]
    return Hours(
        zone=ZoneInfo(site.time_zone or home.time_zone),
        week=week(lines) if lines else None,
        regions=tuple(dict.fromkeys(name for name in (owner.public_holidays, site.public_holidays) if name)),
        closures=tuple(Span(one.first, one.end, one.message) for one in closures),
        openings=tuple(Span(one.first, one.end, one.message, slots(one.hours)) for one in openings),
    )


def _meets(entry: ClosureEntry | OpeningEntry, service: str, site: str) -> bool:
    return (not entry.services or service in entry.services) and (not entry.sites or site in entry.sites)


class Openings:
    """Openings of all cells; each is worked out when first asked for, and again when it or the convention changes."""

    def __init__(self, catalogue: Catalogue, clock: Clock) -> None:
        self._catalogue = catalogue
        self._clock = clock
        self._known: dict[Cell, Opening] = {}
        self._hours: dict[Cell, Hours] = {}
        self._version = catalogue.version

    def of(self, organisation: str, service: str, home: str, site: str) -> Opening:
        """The opening of `organisation`'s service at the site of `home`, now.

        Raises:
            NotAllowed, ServiceUnknown: no such organisation or service.
        """
        if self._version != self._catalogue.version:
            self._version = self._catalogue.version
            self._known.clear()
            self._hours.clear()
        cell, now = (organisation, service, home, site), self._clock.utc_now()
        known = self._known.get(cell)
        if known is None or known.until_utc <= now:
            known = self._known[cell] = opening(self._hours_of(cell), now)
        return known

    def _hours_of(self, cell: Cell) -> Hours:
        if cell not in self._hours:
            organisation, service, home, site = cell
            owner, host = self._catalogue.organisation(organisation), self._catalogue.organisation(home)
            place = next(entry for entry in host.sites if entry.id == site)
            self._hours[cell] = hours_of(owner, self._catalogue.service(organisation, service), host, place)
        return self._hours[cell]

    def shown(self, service: Service, cell: Cell) -> Service:
        """The button as it is now, with what the convention says to callers."""
        found = self.of(*cell)
        entry = self._catalogue.service(cell[0], cell[1])
        words = found.message or entry.message
        return msgspec.structs.replace(
            service,
            open_now=found.is_open,
            opens_at=found.opens_at.isoformat() if found.opens_at is not None else "",
            closes_at=found.closes_at.isoformat() if found.closes_at is not None else "",
            callback=entry.callback,
            message=french(words),
            messages=by_language(words),
        )

    def next_change_utc(self) -> datetime:
        """When the first of the openings that were asked for may be another; far away when none was."""
        return min((found.until_utc for found in self._known.values()), default=FAR)
