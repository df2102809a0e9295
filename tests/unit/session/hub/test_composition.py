# SPDX-License-Identifier: GPL-3.0-only
"""What a hub is made of: each part once, though many others hold it."""

from __future__ import annotations

from pathlib import Path

from session.bus.hub_connection import HubConnection
from session.bus.rate_limits import RateLimits
from session.bus.transport.nkeys import new_seed
from session.core.clock import ManualClock
from session.core.tasks import Tasks
from session.hub.composition import Hub
from session.hub.convention.catalogue import Catalogue
from session.hub.dossier.document_reader import DocumentReader
from session.hub.parts import HubParts
from tests.support.hub_world import catalogue_text
from tests.support.memory.dossiers import MemoryDossiers
from tests.support.object_graph import classes_that_exist_twice, objects_of


async def test_every_part_of_a_hub_exists_once(tmp_path: Path) -> None:
    tasks = Tasks()
    hub = Hub(
        HubParts(
            connection=HubConnection(["nats://127.0.0.1:1"], new_seed(), tasks=tasks),
            catalogue=Catalogue.parse(catalogue_text()),
            folder=tmp_path,
            clock=ManualClock(),
            tasks=tasks,
        ),
        dossiers=MemoryDossiers(),
    )
    # kinds of requests have limits of their own; an export leaves alone what agents look at
    may_be_many = {RateLimits, DocumentReader}
    assert classes_that_exist_twice(hub, may_be_many=may_be_many) == {}
    assert len(objects_of(hub)) > 50
