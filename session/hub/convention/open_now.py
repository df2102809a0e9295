# SPDX-License-Identifier: GPL-3.0-only
"""Which service is open now, at which site: the convention's hours, kept until they change.
Used by the hub's parts.
"""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from session.core.clock import Clock
from session.hub.convention.catalogue import Catalogue
from session.hub.convention.hours import hours_of
from session.hub.opening_hours.rules import Hours, Opening, by_language, french, opening
from session.protocol.hub.requests import Service

FAR = datetime.max.replace(tzinfo=UTC)

Cell = tuple[str, str, str, str]
"""Organisation, service, the organisation whose site it is, site."""


class OpenNow:
    """Openings of all cells; each is worked out when first asked for, and again when it or the
    convention changes.
    """

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
        self._follow_convention()
        cell, now = (organisation, service, home, site), self._clock.utc_now()
        current = self._known.get(cell)
        if current is None or current.until_utc <= now:
            current = self._known[cell] = opening(self.hours(cell), now)
        return current

    def _follow_convention(self) -> None:
        if self._version != self._catalogue.version:
            self._version = self._catalogue.version
            self._known.clear()
            self._hours.clear()

    def hours(self, cell: Cell) -> Hours:
        """All that decides when this cell is open. Raises as `of`."""
        self._follow_convention()
        if cell not in self._hours:
            organisation, service, home, site = cell
            owner = self._catalogue.organisation(organisation)
            host = self._catalogue.organisation(home)
            place = next(entry for entry in host.sites if entry.id == site)
            self._hours[cell] = hours_of(
                owner, self._catalogue.service(organisation, service), host, place
            )
        return self._hours[cell]

    def shown(self, service: Service, cell: Cell) -> Service:
        """The button as it is now, with what the convention says to callers."""
        current = self.of(*cell)
        entry = self._catalogue.service(cell[0], cell[1])
        words = current.message or entry.message
        return msgspec.structs.replace(
            service,
            open_now=current.is_open,
            opens_at=current.opens_at.isoformat() if current.opens_at is not None else "",
            closes_at=current.closes_at.isoformat() if current.closes_at is not None else "",
            callback=entry.callback,
            message=french(words),
            messages=by_language(words),
        )

    def next_change_utc(self) -> datetime:
        """Return the time at which the first of the openings that were asked for may be
        another; far away when none was.
        """
        return min((current.until_utc for current in self._known.values()), default=FAR)
