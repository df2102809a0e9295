# SPDX-License-Identifier: GPL-3.0-only
"""A desk's questions to the dossier service about procedures and pieces.
Used by the desk's program.

The other end is `session.hub.dossier.pieces`. Each request raises what the hub refused.
"""

from __future__ import annotations

from session.bus.client import BusClient
from session.core.dossier_model import Dossier, SeenPage
from session.protocol.dossier.guides import GuidesAnswer, GuidesRequest
from session.protocol.dossier.pieces import (
    AcknowledgeRequest,
    CorrectRequest,
    DocumentSearchRequest,
    PageSeen,
    PieceHistory,
    PieceHistoryRequest,
    ProcedureFacts,
    ProceduresRequest,
    SeenRequest,
    StartProcedureRequest,
    SupersedeRequest,
)
from session.protocol.wire.ids import new_id


class PieceLink:
    """An agent's requests about the dossier of its session."""

    def __init__(self, bus: BusClient) -> None:
        self._bus = bus

    async def procedures(self, session_id: str) -> list[ProcedureFacts]:
        """Return what may be started."""
        request = ProceduresRequest(session_id=session_id)
        return (await self._bus.ask(request)).procedures

    async def guides(self, session_id: str) -> GuidesAnswer:
        """Return how the agent is guided, and what is ready to be written."""
        request = GuidesRequest(session_id=session_id)
        return await self._bus.ask(request)

    async def start(self, session_id: str, dossier: str, procedure: str) -> Dossier:
        """Adds what a procedure asks for; the dossier afterwards."""
        request = StartProcedureRequest(session_id=session_id, dossier=dossier, procedure=procedure)
        return (await self._bus.ask(request)).dossier

    async def correct(
        self,
        session_id: str,
        dossier: str,
        document_id: str,
        *,
        piece_id: str,
        name: str,
        reason: str,
    ) -> Dossier:
        """Files a document's bytes anew; the dossier afterwards."""
        request = CorrectRequest(
            session_id=session_id,
            dossier=dossier,
            request_id=new_id(),
            document_id=document_id,
            piece_id=piece_id,
            name=name,
            reason=reason,
        )
        return (await self._bus.ask(request)).dossier

    async def supersede(
        self, session_id: str, dossier: str, document_id: str, *, by_document_id: str, reason: str
    ) -> Dossier:
        """A document that was filed later takes another one's place; the dossier afterwards."""
        request = SupersedeRequest(
            session_id=session_id,
            dossier=dossier,
            document_id=document_id,
            by_document_id=by_document_id,
            reason=reason,
        )
        return (await self._bus.ask(request)).dossier

    async def acknowledge(self, session_id: str, dossier: str, piece_ids: list[str]) -> Dossier:
        """A receipt that names these pieces was printed."""
        request = AcknowledgeRequest(session_id=session_id, dossier=dossier, piece_ids=piece_ids)
        return (await self._bus.ask(request)).dossier

    async def history(self, session_id: str, dossier: str) -> PieceHistory:
        """Return what happened to the pieces, and what was done with the dossier,
        oldest first.
        """
        request = PieceHistoryRequest(session_id=session_id, dossier=dossier)
        return await self._bus.ask(request)

    async def seen(self, session_id: str, dossier: str, pages: list[PageSeen]) -> list[SeenPage]:
        """Pages that the dossier has already, or that look like some."""
        request = SeenRequest(session_id=session_id, dossier=dossier, pages=pages)
        return (await self._bus.ask(request)).seen

    async def search(self, session_id: str, dossier: str, words: str) -> list[str]:
        """Ids of the dossier's documents with these words."""
        request = DocumentSearchRequest(session_id=session_id, dossier=dossier, words=words)
        return (await self._bus.ask(request)).document_ids
