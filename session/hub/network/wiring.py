# SPDX-License-Identifier: GPL-3.0-only
"""Builds what crosses between ends, hubs and networks: the relay, the operators' view, the links.
Used by `session.hub.composition`.
"""

from __future__ import annotations

from dataclasses import dataclass

from session.hub.access.flood_watch import FloodWatch
from session.hub.access.request_server import RequestCounts
from session.hub.access.sightings import Sightings
from session.hub.dossier.keep_consent import KeepConsents
from session.hub.history.projection import Projection
from session.hub.network.outgoing_callers import OutgoingCallers
from session.hub.network.relay import Relay
from session.hub.network.site_gate import SiteGate
from session.hub.network.sites import Sites
from session.hub.network.sites_and_hubs import SitesAndHubs
from session.hub.parts import HubParts
from session.hub.queue.wiring import Queue
from session.hub.remote_help.self_tests import KioskSelfTests
from session.hub.storage.wiring import Stores


@dataclass(frozen=True)
class Network:
    """The relay between ends, hubs and sites for operators, callers at partners' networks."""

    relay: Relay
    state: SitesAndHubs
    gate: SiteGate
    outgoing: OutgoingCallers

    @property
    def rules(self) -> tuple[object, ...]:
        """The objects that answer verbs."""
        return (self.state, self.gate)


@dataclass(frozen=True)
class HubDoor:
    """The hub's door, as far as the network needs it.

    Attributes:
        flood_watch: is told of what is dropped, and of whom.
        sightings: when each identity was last heard.
    """

    requests: RequestCounts
    flood_watch: FloodWatch
    sightings: Sightings


def build(
    parts: HubParts,
    stores: Stores,
    *,
    queue: Queue,
    outgoing: OutgoingCallers,
    keep: KeepConsents,
    projection: Projection,
    door: HubDoor,
    self_tests: KioskSelfTests,
) -> Network:
    """Nothing is heard or told before the hub starts."""
    parts.connection.network = parts.network
    queue.core.view.changed.connect(outgoing.on_ticket)
    relay = Relay(
        queue.core,
        parts.connection,
        keep=keep,
        tasks=parts.tasks,
        refused=door.flood_watch.refused,
        on_excess=door.flood_watch.dropped,
        forward=outgoing.pass_on,
    )
    sites = Sites(queue.core, stores.board, openings=queue.openings, sightings=door.sightings)
    gate = SiteGate(parts.catalogue, parts.clock, tests=self_tests.newest)
    state = SitesAndHubs(
        parts, queue.core, sites=sites, gate=gate, requests=door.requests, projection=projection
    )
    return Network(relay=relay, state=state, gate=gate, outgoing=outgoing)
