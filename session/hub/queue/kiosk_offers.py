# SPDX-License-Identifier: GPL-3.0-only
"""The services that each kiosk may show now; a kiosk is notified when that changes.
Used by `session.hub.composition`.
"""

from __future__ import annotations

import hashlib

import msgspec

from session.hub.access.handlers import Asker, handles
from session.hub.convention.open_now import FAR, OpenNow
from session.hub.queue.core import NOTICE, QueueCore
from session.protocol.codec import encode
from session.protocol.hub.requests import (
    ServicesAnswer,
    ServicesChanged,
    ServicesRequest,
    SiteMessage,
)
from session.protocol.wire.ids import split_service
from session.protocol.wire.roles import Role

QUIET_S = 60.0
"""A kiosk is told at most this often."""

MOST_NOTICES = 2
"""What supervisors say at one site, the newest first; more than two nobody reads."""

Kiosk = tuple[str, str]


class KioskOffers:
    """The services of each kiosk: the convention's, with the hours of now and what supervisors
    decided.
    """

    def __init__(self, core: QueueCore, openings: OpenNow) -> None:
        self._catalogue = core.catalogue
        self._closures = core.closures
        self._notifications = core.notifications
        self._clock = core.clock
        self._openings = openings
        self._seen: dict[Kiosk, bytes] = {}
        self._notified_s: dict[Kiosk, float] = {}
        self._late: set[Kiosk] = set()
        self._version = ""
        self._next_utc = FAR

    @handles(ServicesRequest)
    async def services(self, asker: Asker, _request: ServicesRequest) -> ServicesAnswer:
        """A kiosk asks what it may show now. Raises `NotAllowed`."""
        return self.of(asker.organisation, asker.user)

    def of(self, organisation: str, kiosk: str) -> ServicesAnswer:
        """Return what this kiosk shows. Raises `NotAllowed`."""
        answer = self._by_convention(organisation, kiosk)
        services = self._closures.shown(organisation, answer.services)
        if self._closures.is_site_closed(
            organisation, self._catalogue.site_of(organisation, kiosk).id
        ):
            services = [msgspec.structs.replace(service, closed=True) for service in services]
        return msgspec.structs.replace(
            answer, services=services, notices=self._notices(organisation, kiosk)
        )

    def _notices(self, home: str, kiosk: str) -> list[SiteMessage]:
        site = self._catalogue.site_of(home, kiosk).id
        return [
            SiteMessage(
                organisation_name=self._catalogue.organisation(owner).name,
                text=message.text,
                until_utc=message.at_utc + NOTICE,
            )
            for owner, message in self._closures.notices(home, site, self._clock.utc_now())
            if self._catalogue.has_organisation(owner)
        ][:MOST_NOTICES]

    def _by_convention(self, organisation: str, kiosk: str) -> ServicesAnswer:
        answer = self._catalogue.offer(organisation, kiosk)
        site = self._catalogue.site_of(organisation, kiosk).id
        services = [
            self._openings.shown(
                service, (*split_service(service.id, organisation), organisation, site)
            )
            for service in answer.services
        ]
        return msgspec.structs.replace(
            answer, services=services, host=self._catalogue.has_host(organisation, site)
        )

    async def tick(self) -> None:
        """Notifies each kiosk whose services have changed by the convention or the hour.
        (The board notifies of supervisors' acts.)
        """
        now, first = self._clock.utc_now(), not self._version
        if self._version != self._catalogue.version or now >= self._next_utc:
            self._compare()
            self._version = self._catalogue.version
            self._next_utc = self._openings.next_change_utc()
        now_s = self._clock.monotonic_s()
        for kiosk in [
            candidate
            for candidate in self._late
            if now_s - self._notified_s.get(candidate, -QUIET_S) >= QUIET_S
        ]:
            self._late.discard(kiosk)
            # the first notification to all kiosks does not delay the next one
            if not first:
                self._notified_s[kiosk] = now_s
            await self._notifications.notify(kiosk[0], Role.KIOSK, kiosk[1], ServicesChanged())

    def _compare(self) -> None:
        digests: dict[Kiosk, bytes] = {}
        for organisation in self._catalogue.organisations:
            for entry in self._catalogue.organisation(organisation).kiosks:
                kiosk = organisation, entry.id
                closed = self._closures.is_site_closed(organisation, entry.site)
                shown = encode(self._by_convention(*kiosk))
                digests[kiosk] = hashlib.sha256(shown + bytes([closed])).digest()
                if self._seen.get(kiosk) != digests[kiosk]:
                    self._late.add(kiosk)
        self._seen = digests
        self._late &= digests.keys()
        self._notified_s = {
            kiosk: notified_s for kiosk, notified_s in self._notified_s.items() if kiosk in digests
        }
