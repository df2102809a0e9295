# SPDX-License-Identifier: GPL-3.0-only
"""A whole dossier for a supervisor: noted before anything is sent, then read part by part.
Used by hub and vault.

Nothing of it lies at the hub meanwhile: the board puts the file together.
What was noted in the store is what allows the reading, so any hub answers and a restart changes
nothing.
"""

from __future__ import annotations

from session.core.dossier_model import ActingUser
from session.core.errors import DossierUnknown, NotAllowed
from session.hub.access.handlers import Asker, handles
from session.hub.dossier.deliveries import NameOf
from session.hub.dossier.document_reader import DocumentReader
from session.hub.dossier.store import DossierStoreLike
from session.protocol.dossier.exports import (
    ExportAnswer,
    ExportHistoryRequest,
    ExportPartRequest,
    ExportRequest,
)
from session.protocol.dossier.pieces import MAX_LISTED, PieceHistory
from session.protocol.hub.requests import DocumentPart

CACHED_DOCUMENTS = 2


class ExportService:
    """Gives a whole dossier away, part by part, to whoever has noted an export of it."""

    def __init__(self, store: DossierStoreLike, name_of: NameOf) -> None:
        self._store = store
        self._name_of = name_of
        self._reader = DocumentReader(store, CACHED_DOCUMENTS)

    @handles(ExportRequest)
    async def export(self, asker: Asker, request: ExportRequest) -> ExportAnswer:
        """Notes the export and answers the dossier. Raises `DossierUnknown`, `NotAllowed`."""
        store, organisation = self._store, asker.organisation
        by = ActingUser(
            user=asker.user,
            name=self._name_of(organisation, asker.user),
            computer=asker.computer,
        )
        await store.export(organisation, request.dossier, by, reason=request.reason)
        return ExportAnswer(dossier=await store.open(organisation, request.dossier))

    @handles(ExportHistoryRequest)
    async def history(self, asker: Asker, request: ExportHistoryRequest) -> PieceHistory:
        """A page of what happened to the pieces. Raises `NotAllowed` without a noted export."""
        await self._check(asker, request.dossier)
        part = slice(request.offset, request.offset + MAX_LISTED)
        steps = await self._store.history(asker.organisation, request.dossier)
        acts = await self._store.acts(asker.organisation, request.dossier)
        return PieceHistory(steps=steps[part], acts=acts[part])

    async def _check(self, asker: Asker, dossier: str) -> None:
        if not await self._store.may_export(asker.organisation, dossier, asker.user):
            raise NotAllowed(why="no export of this dossier was noted")

    @handles(ExportPartRequest)
    async def part(self, asker: Asker, request: ExportPartRequest) -> DocumentPart:
        """A part of one document. Raises `NotAllowed` without a noted export, `DossierUnknown`."""
        store, organisation = self._store, asker.organisation
        await self._check(asker, request.dossier)
        facts = await store.open(organisation, request.dossier)
        if all(document.id != request.document_id for document in facts.documents):
            raise DossierUnknown(what="document")
        return await self._reader.part(organisation, request.document_id, request.offset)
