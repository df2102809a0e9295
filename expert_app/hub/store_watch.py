# SPDX-License-Identifier: GPL-3.0-only
"""Asks now and then whether far documents and agencies' systems can be reached.
Used by health of hub and vault.
"""

from __future__ import annotations

import asyncio
import logging

from documents.store.blobs import BlobStore
from documents.store.dossier_store import DossierStore
from documents.store.remote_blobs import RemoteBlobs
from expert_app.ged.courier import Courier
from expert_app.register.lookup import OpenRegisters
from session.core.errors import SessionError
from session.core.tasks import Tasks
from session.hub.monitoring.health import Trouble

log = logging.getLogger(__name__)

POLL_S = 30.0
PROBE = "here"
"""A name that is only asked for, never written."""


class StoreWatch:
    """The troubles with the places of documents, as last asked."""

    def __init__(
        self,
        store: DossierStore,
        blobs: BlobStore,
        *,
        courier: Courier,
        registers: OpenRegisters | None = None,
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._courier = courier
        self._registers = registers or OpenRegisters()
        self._away = ""
        self._refused: dict[str, int] = {}

    def start(self, tasks: Tasks) -> None:
        """Asks every half minute from now on."""
        tasks.keep(self._run, name="watch the documents' store")

    def troubles(self) -> list[Trouble]:
        """`documents_away` (grave: nothing can be filed), `ged_away`, `ged_refused` (copies wait,
        or want a person), and what registers are away.
        """
        if self._away:
            troubles = [Trouble("documents_away", True, {"why": self._away})]
        else:
            troubles = []
        troubles += [
            Trouble("ged_away", False, {"name": name, "why": why})
            for name, why in self._courier.away.items()
        ]
        troubles += [
            Trouble("ged_refused", False, {"name": name, "copies": n})
            for name, n in self._refused.items()
            if n
        ]
        return [*troubles, *self._registers.troubles()]

    async def poll(self) -> None:
        """Asks once; it takes as long as the slowest answer."""
        away = await asyncio.to_thread(self._try_blobs)
        if away and not self._away:
            log.warning(
                "the documents' store is away (%s); desks keep documents until it is back", away
            )
        elif self._away and not away:
            log.warning("the documents' store is back")
        self._away = away
        try:
            self._refused = await asyncio.to_thread(self._store.deliveries.refused)
        except SessionError as error:
            log.info("refused copies not counted: %s", error.code)

    async def _run(self) -> None:
        while True:
            await self.poll()
            await asyncio.sleep(POLL_S)

    def _try_blobs(self) -> str:
        """Why the far store cannot be reached;
        "" when it can, and for a folder of our own, which `DiskSpace` watches.
        """
        if not isinstance(self._blobs, RemoteBlobs):
            return ""
        try:
            self._blobs.has(PROBE)
        except OSError as error:
            return str(error)
        return ""
