# SPDX-License-Identifier: GPL-3.0-only
"""The gate of a site: what must be so before it opens. Used by `sites_and_hubs` and the command
`acceptance`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from session.core.clock import Clock
from session.hub.access.handlers import Asker, handles
from session.hub.convention.catalogue import Catalogue
from session.hub.convention.entries import KioskEntry, OrganisationEntry, SiteEntry
from session.protocol.helpdesk.self_test import SelfTestRow
from session.protocol.helpdesk.site_gate import (
    MOST_GAPS,
    Lack,
    SiteGap,
    SiteGateAnswer,
    SiteGateRequest,
)
from session.protocol.wire.ids import split_service

TRIED = timedelta(days=7)
"""How old the last self-test of a kiosk may be when its site opens."""

EVERY = timedelta(days=365)
"""After which a site is looked at anew, and a host trained again."""

LONGEST_EXCEPTION = timedelta(days=92)


class SiteGate:
    """Args: tests: reads each kiosk's newest self-test; raises `StoreUnreachable`."""

    def __init__(
        self, catalogue: Catalogue, clock: Clock, *, tests: Callable[[], Sequence[SelfTestRow]]
    ) -> None:
        self._catalogue = catalogue
        self._clock = clock
        self._tests = tests

    @handles(SiteGateRequest)
    async def lacks(self, _asker: Asker, request: SiteGateRequest) -> SiteGateAnswer:
        """Say what lacks at a site. Raises `NotAllowed`, `StoreUnreachable`."""
        return SiteGateAnswer(
            gaps=(await self.gaps(request.organisation, request.site))[:MOST_GAPS]
        )

    async def gaps(self, home: str, site: str) -> list[SiteGap]:
        """Return all that lacks. Raises `NotAllowed`: no such site. `StoreUnreachable`."""
        self._catalogue.site(home, site)
        tests = await asyncio.to_thread(self._tests)
        return find_gaps(self._catalogue, home, site, tests=tests, now=self._clock.utc_now())

    def end_of(self, home: str, site: str, day: date) -> datetime:
        """Return the end of a day on the clock of the site's wall, in UTC."""
        zone = _zone(self._catalogue.organisation(home), self._catalogue.site(home, site))
        return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)

    def today(self, home: str, site: str) -> date:
        """Return the day at the site."""
        zone = _zone(self._catalogue.organisation(home), self._catalogue.site(home, site))
        return self._clock.utc_now().astimezone(zone).date()


def find_gaps(
    catalogue: Catalogue, home: str, site: str, *, tests: Sequence[SelfTestRow], now: datetime
) -> list[SiteGap]:
    """Return all that lacks at a site: of its record, its hosts, its kiosks."""
    entry, owner = catalogue.site(home, site), catalogue.organisation(home)
    today = now.astimezone(_zone(owner, entry)).date()
    newest = {test.kiosk: test for test in tests if test.organisation == home}
    return [
        *_record_gaps(catalogue, home, entry, today),
        *_host_gaps(owner, entry, today),
        *_kiosk_gaps(catalogue.kiosks_of(home, site), newest, now),
    ]


def _record_gaps(
    catalogue: Catalogue, home: str, site: SiteEntry, today: date
) -> Iterator[SiteGap]:
    record = site.record
    told = (
        (Lack.ADDRESS, record.address.strip()),
        (Lack.CONTACT, record.contact.strip()),
        (Lack.CLOSED_ROOM, record.closed_room),
        (Lack.WHEELCHAIR, record.wheelchair),
        (Lack.INSURANCE, record.insured_until is not None and record.insured_until >= today),
    )
    yield from (SiteGap(gap=gap) for gap, is_so in told if not is_so)
    signed = {signature.organisation for signature in record.signatures if signature.on <= today}
    offering = (split_service(ref, home)[0] for ref in site.services)
    for organisation in dict.fromkeys((home, *offering)):
        if organisation not in signed:
            yield SiteGap(gap=Lack.SIGNATURE, of=catalogue.organisation(organisation).name)


def _host_gaps(owner: OrganisationEntry, site: SiteEntry, today: date) -> Iterator[SiteGap]:
    """One host at least, and each of them trained within a year."""
    hosts = [
        person
        for person in owner.people
        if person.role == "facilitator" and site.id in person.sites
    ]
    if not hosts:
        yield SiteGap(gap=Lack.HOST)
    for host in hosts:
        trained_on = host.trained_on
        if trained_on is None or not today - EVERY <= trained_on <= today:
            yield SiteGap(gap=Lack.TRAINING, of=host.name)


def _kiosk_gaps(
    kiosks: Sequence[KioskEntry], newest: dict[str, SelfTestRow], now: datetime
) -> Iterator[SiteGap]:
    if not kiosks:
        yield SiteGap(gap=Lack.KIOSK)
    for kiosk in kiosks:
        name, test = kiosk.name or kiosk.id, newest.get(kiosk.id)
        if test is None or now - test.at_utc > TRIED:
            yield SiteGap(gap=Lack.NOT_TRIED, of=name)
        elif any(check.is_fault for check in test.checks):
            yield SiteGap(gap=Lack.FAULT, of=name)


def _zone(owner: OrganisationEntry, site: SiteEntry) -> ZoneInfo:
    return ZoneInfo(site.time_zone or owner.time_zone)
