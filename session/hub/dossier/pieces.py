# SPDX-License-Identifier: GPL-3.0-only
"""Procedures and pieces of the dossier an agent is in session with:
what `DossierService` lets through, with its actor.

Used by hub and vault.
"""

from __future__ import annotations

from session.core.dossier_model import (
    Actor,
)
from session.hub.access.handlers import Asker, handles
from session.hub.dossier.service import DossierService
from session.hub.dossier.store import DossierStoreLike
from session.protocol.dossier.guides import GuidesAnswer, GuidesRequest
from session.protocol.dossier.pieces import (
    MAX_LISTED,
    AcknowledgeRequest,
    CorrectRequest,
    DocumentSearchAnswer,
    DocumentSearchRequest,
    DocumentSketch,
    DocumentSketchRequest,
    PieceHistory,
    PieceHistoryRequest,
    ProceduresAnswer,
    ProceduresRequest,
    SeenAnswer,
    SeenRequest,
    StartProcedureRequest,
    SupersedeRequest,
)
from session.protocol.hub.requests import DossierAnswer


class PieceService:
    """Procedures and pieces of the dossier that an agent is in session with."""

    def __init__(self, dossiers: DossierService) -> None:
        self._dossiers = dossiers

    @property
    def _store(self) -> DossierStoreLike:
        return self._dossiers.store

    async def _who(self, asker: Asker, session_id: str, dossier: str) -> Actor:
        return (await self._dossiers.check(asker, session_id, dossier))[1]

    @handles(ProceduresRequest)
    async def procedures(self, asker: Asker, request: ProceduresRequest) -> ProceduresAnswer:
        """Procedures that may be started for the caller's service."""
        ticket = await self._dossiers.own(asker.organisation, asker.user, request.session_id)
        return ProceduresAnswer(
            procedures=await self._store.procedures(asker.organisation, ticket.service)
        )

    @handles(GuidesRequest)
    async def guides(self, asker: Asker, request: GuidesRequest) -> GuidesAnswer:
        """Return how an agent is guided through these procedures,
        and what is ready to be written.
        """
        ticket = await self._dossiers.own(asker.organisation, asker.user, request.session_id)
        return await self._store.guides(asker.organisation, ticket.service)

    @handles(StartProcedureRequest)
    async def start(self, asker: Asker, request: StartProcedureRequest) -> DossierAnswer:
        """Adds the pieces that a procedure asks for. Raises `DossierUnknown`, `NotAllowed`."""
        who = await self._who(asker, request.session_id, request.dossier)
        facts = await self._store.start_procedure(
            asker.organisation, request.dossier, request.procedure, who=who
        )
        return DossierAnswer(dossier=facts)

    @handles(AcknowledgeRequest)
    async def acknowledge(self, asker: Asker, request: AcknowledgeRequest) -> DossierAnswer:
        """A receipt that names these pieces was printed. Raises `NotAllowed`."""
        who = await self._who(asker, request.session_id, request.dossier)
        facts = await self._store.acknowledge(
            asker.organisation, request.dossier, request.piece_ids, by=who
        )
        return DossierAnswer(dossier=facts)

    @handles(PieceHistoryRequest)
    async def history(self, asker: Asker, request: PieceHistoryRequest) -> PieceHistory:
        """Return what happened to the pieces, and other acts, the last ones.
        Raises `NotAllowed`.
        """
        await self._who(asker, request.session_id, request.dossier)
        steps = (await self._store.history(asker.organisation, request.dossier))[-MAX_LISTED:]
        acts = (await self._store.acts(asker.organisation, request.dossier))[-MAX_LISTED:]
        return PieceHistory(steps=steps, acts=acts)

    @handles(SeenRequest)
    async def seen(self, asker: Asker, request: SeenRequest) -> SeenAnswer:
        """Pages that the dossier has already, or that look like these. Raises `NotAllowed`."""
        await self._who(asker, request.session_id, request.dossier)
        return SeenAnswer(
            seen=await self._store.seen(asker.organisation, request.dossier, request.pages)
        )

    @handles(CorrectRequest)
    async def correct(self, asker: Asker, request: CorrectRequest) -> DossierAnswer:
        """Files a document's bytes anew. Raises `DossierUnknown`, `NotAllowed`."""
        who = await self._who(asker, request.session_id, request.dossier)
        return DossierAnswer(
            dossier=await self._store.correct(asker.organisation, request, user=asker.user, who=who)
        )

    @handles(SupersedeRequest)
    async def supersede(self, asker: Asker, request: SupersedeRequest) -> DossierAnswer:
        """One document takes the place of another. Raises `DossierUnknown`, `NotAllowed`."""
        who = await self._who(asker, request.session_id, request.dossier)
        return DossierAnswer(
            dossier=await self._store.supersede(
                asker.organisation, request, user=asker.user, who=who
            )
        )

    @handles(DocumentSearchRequest)
    async def search(self, asker: Asker, request: DocumentSearchRequest) -> DocumentSearchAnswer:
        """Documents of the dossier with these words. Raises `NotAllowed`."""
        await self._who(asker, request.session_id, request.dossier)
        document_ids = await self._store.search(asker.organisation, request.dossier, request.words)
        return DocumentSearchAnswer(document_ids=document_ids)

    @handles(DocumentSketchRequest)
    async def sketch(self, asker: Asker, request: DocumentSketchRequest) -> DocumentSketch:
        """The first page of a document, small. Raises `NotAllowed`, `DocumentNotFiled`."""
        await self._who(asker, request.session_id, request.dossier)
        await self._dossiers.check_holds(asker.organisation, request.dossier, request.document_id)
        return DocumentSketch(
            jpeg=await self._store.sketch(asker.organisation, request.document_id)
        )
