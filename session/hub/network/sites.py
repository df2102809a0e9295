# SPDX-License-Identifier: GPL-3.0-only
"""Every site of the network as its operator sees it: kiosks that are there, away, or never came.
Used by `sites_and_hubs`.
"""

from __future__ import annotations

import msgspec

from session.hub.access.sightings import Sightings
from session.hub.convention.entries import SiteEntry
from session.hub.convention.open_now import OpenNow
from session.hub.queue.core import QueueCore
from session.hub.storage.board_store import BoardStore
from session.protocol.hub.site import SiteFacts, SiteTotals
from session.protocol.wire.ids import split_service
from session.protocol.wire.roles import Role


class Sites:
    """Reads them from the hub's memory.

    Attributes:
        store: which sites operators have closed.
    """

    def __init__(
        self, core: QueueCore, store: BoardStore, *, openings: OpenNow, sightings: Sightings
    ) -> None:
        self.store = store
        self._catalogue = core.catalogue
        self._closures = core.closures
        self._presence = core.presence
        self._openings = openings
        self._sightings = sightings

    def all_of(self, own: str) -> tuple[list[SiteFacts], SiteTotals]:
        """Return the sites of every organisation of this network, and how many are how; `own`: the
        organisation whose operator asks.
        """
        sites = [
            self._facts(organisation, site, is_own=organisation == own)
            for organisation in self._catalogue.served
            for site in self._catalogue.organisation(organisation).sites
        ]
        totals = SiteTotals(
            sites=len(sites),
            wrong=sum(site.is_wrong for site in sites),
            closed=sum(site.closed for site in sites),
            unopened=sum(site.is_unopened for site in sites),
        )
        return sites, totals

    def _facts(self, organisation: str, site: SiteEntry, *, is_own: bool) -> SiteFacts:
        kiosks = self._catalogue.kiosks_of(organisation, site.id)
        heard = [self._sightings.last_at(organisation, Role.KIOSK, kiosk.id) for kiosk in kiosks]
        there = [self._presence.is_there(organisation, Role.KIOSK, kiosk.id) for kiosk in kiosks]
        facts = SiteFacts(
            id=site.id,
            name=site.name,
            organisation=organisation,
            organisation_name=self._catalogue.organisation(organisation).name,
            own=is_own,
            kiosks=len(kiosks),
            there=sum(there),
            unopened=sum(
                at is None and not is_there for at, is_there in zip(heard, there, strict=True)
            ),
            resting=self._is_resting(organisation, site),
            last_utc=max((at for at in heard if at is not None), default=None),
            closed=self._closures.is_site_closed(organisation, site.id),
            gate=site.gate,
        )
        record = self.store.site(organisation, site.id)
        if record is None:
            return facts
        by = self._catalogue.person_name(organisation, record.changed_by.partition(".")[2])
        return msgspec.structs.replace(
            facts,
            changed_by=by,
            reason=record.reason,
            at_utc=record.at_utc,
            until_utc=record.until_utc if site.gate else None,
            is_exception=record.is_exception,
        )

    def _is_resting(self, organisation: str, site: SiteEntry) -> bool:
        """True if no service is open there now."""
        cells = [
            (*split_service(ref, organisation), organisation, site.id) for ref in site.services
        ]
        return bool(cells) and not any(self._openings.of(*cell).is_open for cell in cells)
