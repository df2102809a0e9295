# SPDX-License-Identifier: GPL-3.0-only
"""Which rule of the dossier service answers which verb:
in the hub, and in an organisation's vault.
"""

from __future__ import annotations

from session.hub.access.request_server import Asker, Handler
from session.hub.dossier.pieces import piece_handlers
from session.hub.dossier.service import DossierService
from session.protocol.hub.requests import (
    DocumentFiled,
    DocumentPart,
    DocumentRequest,
    Done,
    DossierAnswer,
    DossierRequest,
    PieceRequest,
    UploadBegin,
    UploadChunk,
    UploadCommit,
    UploadState,
)
from session.protocol.hub.routing import NoteRequest


class _Dossiers:
    """Answers for whoever asks, within the asker's own organisation."""

    def __init__(self, dossiers: DossierService) -> None:
        self.dossiers = dossiers

    async def dossier(self, asker: Asker, wish: DossierRequest) -> DossierAnswer:
        return DossierAnswer(
            dossier=await self.dossiers.dossier(asker.organisation, asker.user, wish)
        )

    async def piece(self, asker: Asker, wish: PieceRequest) -> DossierAnswer:
        return DossierAnswer(
            dossier=await self.dossiers.piece(asker.organisation, asker.user, wish)
        )

    async def note(self, asker: Asker, wish: NoteRequest) -> Done:
        await self.dossiers.note(asker.organisation, asker.user, wish)
        return Done()

    async def upload_begin(self, asker: Asker, begin: UploadBegin) -> UploadState:
        return await self.dossiers.upload_begin(asker.organisation, asker.user, begin)

    async def upload_chunk(self, asker: Asker, chunk: UploadChunk) -> UploadState:
        return await self.dossiers.upload_chunk(asker.organisation, asker.user, chunk)

    async def upload_commit(self, asker: Asker, wish: UploadCommit) -> DocumentFiled:
        return await self.dossiers.upload_commit(asker.organisation, asker.user, wish.upload_id)

    async def document(self, asker: Asker, wish: DocumentRequest) -> DocumentPart:
        return await self.dossiers.document(asker.organisation, asker.user, wish)


def dossier_handlers(dossiers: DossierService) -> dict[str, Handler]:
    """Verb -> the rule that answers it, pieces and procedures included."""
    rules = _Dossiers(dossiers)
    return {
        "dossier": rules.dossier,
        "piece": rules.piece,
        "note": rules.note,
        "upload_begin": rules.upload_begin,
        "upload_chunk": rules.upload_chunk,
        "upload_commit": rules.upload_commit,
        "document": rules.document,
        **piece_handlers(dossiers),
    }
