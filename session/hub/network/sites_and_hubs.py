# SPDX-License-Identifier: GPL-3.0-only
"""The view and acts of the network's operator: hubs, the convention's version, sites.
Used by `session.hub.composition`.

No queue, no caller, no dossier. Each hub tells the others of itself every few seconds over a
subject of their account.
"""

from __future__ import annotations

import logging
import secrets
from datetime import datetime

import msgspec

from session.bus.server.certificate_watch import CertificateState
from session.bus.transport.connection import Incoming
from session.core.errors import BusUnreachable, GateNotPassed, NotAllowed
from session.core.field_types import NOT_DECODED
from session.core.folded_text import has_words
from session.core.signals import Signal
from session.hub.access.handlers import Asker, handles
from session.hub.access.operator_acts import SiteDecision
from session.hub.access.request_server import RequestCounts
from session.hub.history.projection import Projection
from session.hub.network.site_gate import EVERY, LONGEST_EXCEPTION, SiteGate
from session.hub.network.sites import Sites
from session.hub.parts import HubParts
from session.hub.queue.core import QueueCore
from session.hub.storage.board_store import QueueRecord
from session.protocol.hub.requests import Done, ServicesChanged
from session.protocol.hub.site import (
    HubFacts,
    HubTrouble,
    NetworkAnswer,
    NetworkRequest,
    OpenSiteRequest,
    SiteFacts,
    SiteStateRequest,
)
from session.protocol.wire.roles import Role

log = logging.getLogger(__name__)

GONE_S = 15.0
"""A hub that says nothing for so long is not listed any more."""

SUBJECT = "net.hub"


class SitesAndHubs:
    """Hubs and sites as an operator sees them.

    Attributes:
        decided: an operator's act was stored.
        refused_parts: what of this hub's convention was not taken.
        troubles: what is wrong with this hub, as its health last said.
        certificate: until when it is valid, and of which authority.
        next_authority: fingerprint of the one that this hub gives to the programs; "" for none.
    """

    def __init__(
        self,
        parts: HubParts,
        core: QueueCore,
        *,
        sites: Sites,
        gate: SiteGate,
        requests: RequestCounts,
        projection: Projection,
    ) -> None:
        self.decided: Signal[SiteDecision] = Signal()
        self.hub_id = secrets.token_hex(4)
        self._parts = parts
        self._connection = parts.connection
        self._sites = sites
        self._gate = gate
        self._catalogue = core.catalogue
        self._notifications = core.notifications
        self._clock = core.clock
        self._requests = requests
        self._projection = projection
        self._started_at_utc = core.clock.utc_now()
        self._others: dict[str, tuple[HubFacts, float]] = {}
        self.refused_parts: list[str] = []
        self.troubles: list[HubTrouble] = []
        self.certificate = CertificateState(None, "")
        self.next_authority = ""

    async def start(self) -> None:
        """Listens to the other hubs, and says that this one is there."""
        await self._connection.serve(f"{SUBJECT}.*", self._on_other_hub, shared=False)
        await self.publish()

    def _on_other_hub(self, message: Incoming) -> None:
        try:
            facts = msgspec.json.decode(message.payload, type=HubFacts)
        except NOT_DECODED:
            log.warning(
                "another hub says something of itself that we do not know: is it another version?"
            )
            return
        self._others[facts.id] = (facts, self._clock.monotonic_s())

    def _own(self) -> HubFacts:
        free_bytes, age_s = self._parts.disk_space.free_bytes, self._parts.backup_age_s()
        return HubFacts(
            id=self.hub_id,
            started_at_utc=self._started_at_utc,
            convention=self._catalogue.version,
            refused_parts=self.refused_parts,
            answered=self._requests.answered,
            refused=self._requests.refused,
            behind=self._projection.position.behind,
            troubles=self.troubles,
            certificate_days=self.certificate.days,
            authority=self.certificate.authority,
            next_authority=self.next_authority,
            disk_free_mb=None if free_bytes is None else free_bytes >> 20,
            backup_hours=None if age_s is None else int(max(0.0, age_s) // 3600),
        )

    def on_certificate(self, certificate: CertificateState) -> None:
        """Its certificate was looked at."""
        self.certificate = certificate

    def on_next_authority(self, fingerprint: str) -> None:
        """Another authority, or none, is given to the programs from now on."""
        self.next_authority = fingerprint

    async def publish(self) -> None:
        """Tells the other hubs how this one is."""
        try:
            await self._connection.bus.publish(
                f"{SUBJECT}.{self.hub_id}", msgspec.json.encode(self._own())
            )
        except BusUnreachable:
            log.info("the other hubs are not told of this one: the bus is away")

    # ---- questions

    @handles(NetworkRequest)
    async def network(self, asker: Asker, request: NetworkRequest) -> NetworkAnswer:
        """Return what an operator sees."""
        sites, totals = self._sites.all_of(asker.organisation)
        hits = [site for site in sites if _is_asked_for(site, request)]
        hits.sort(key=lambda site: (not site.is_wrong, site.name, site.organisation))
        return NetworkAnswer(
            your_name=self._catalogue.person_name(asker.organisation, asker.user),
            hubs=self.hubs(),
            totals=totals,
            hits=len(hits),
            sites=hits,
        )

    def hubs(self) -> list[HubFacts]:
        """Return the hubs of the network, the oldest first."""
        now_s = self._clock.monotonic_s()
        self._others = {
            name: other for name, other in self._others.items() if now_s - other[1] <= GONE_S
        }
        hubs = {name: facts for name, (facts, _) in self._others.items()} | {
            self.hub_id: self._own()
        }
        return sorted(hubs.values(), key=lambda facts: (facts.started_at_utc, facts.id))

    # ---- acts

    @handles(SiteStateRequest)
    async def close_site(self, asker: Asker, request: SiteStateRequest) -> Done:
        """The site takes no new calls. Raises as `_set_site`."""
        return await self._set_site(asker, request, closed=True)

    @handles(OpenSiteRequest)
    async def open_site(self, asker: Asker, request: OpenSiteRequest) -> Done:
        """The site takes calls again; one with a gate when nothing lacks, or by an exception.

        Raises:
            GateNotPassed: something lacks.
            NotAllowed: as `_set_site`; or the exception ends before today or too late ("until").
        """
        home, gate = asker.organisation, self._gate
        if not self._catalogue.site(home, request.site).gate:
            return await self._set_site(asker, request, closed=False)
        today = gate.today(home, request.site)
        until = request.until
        if until is None:
            if gaps := await gate.gaps(home, request.site):
                raise GateNotPassed(count=len(gaps))
            until = today + EVERY
        elif not today <= until <= today + LONGEST_EXCEPTION:
            raise NotAllowed(why="until")
        return await self._set_site(
            asker,
            request,
            closed=False,
            until_utc=gate.end_of(home, request.site, until),
            is_exception=request.until is not None,
        )

    async def _set_site(
        self,
        asker: Asker,
        request: SiteStateRequest,
        *,
        closed: bool,
        until_utc: datetime | None = None,
        is_exception: bool = False,
    ) -> Done:
        """Closes or opens a site of the operator's own account, and tells its kiosks.

        Raises:
            NotAllowed: no such site here. StoreUnreachable.
        """
        entry = self._catalogue.organisation(asker.organisation)
        self._catalogue.site(asker.organisation, request.site)
        record = QueueRecord(
            closed=closed,
            changed_by=f"{Role.OPERATOR}.{asker.user}",
            reason=request.reason,
            at_utc=self._clock.utc_now(),
            act=secrets.token_hex(8),
            until_utc=until_utc,
            is_exception=is_exception,
        )
        await self._sites.store.put_site(asker.organisation, request.site, record)
        self.decided.emit(SiteDecision(asker.organisation, request.site, asker.user, closed))
        for kiosk in entry.kiosks:
            if kiosk.site == request.site:
                await self._notifications.notify(
                    asker.organisation, Role.KIOSK, kiosk.id, ServicesChanged()
                )
        return Done()


def _is_asked_for(site: SiteFacts, request: NetworkRequest) -> bool:
    names = f"{site.name} {site.id} {site.organisation} {site.organisation_name}"
    return (site.is_wrong or not request.wrong) and has_words(names, request.words)
