# SPDX-License-Identifier: GPL-3.0-only
"""Procedures and pieces of the dossier an agent is in session with:
what `DossierService` lets through, with its actor.

Used by the hub. A store of dossiers that knows nothing of procedures still works: then nothing can
be started.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from session.core.dossier_model import (
    Actor,
    DocumentRecord,
    Dossier,
    PieceState,
    PieceStep,
    SeenPage,
)
from session.core.errors import NotAllowed
from session.hub.access.handlers import Asker, handles
from session.protocol.dossier.pieces import (
    MAX_LISTED,
    AcknowledgeRequest,
    ActStep,
    CorrectRequest,
    DocumentSearchAnswer,
    DocumentSearchRequest,
    PageSeen,
    PieceHistory,
    PieceHistoryRequest,
    ProcedureFacts,
    ProceduresAnswer,
    ProceduresRequest,
    SeenAnswer,
    SeenRequest,
    StartProcedureRequest,
    SupersedeRequest,
)
from session.protocol.hub.requests import DossierAnswer, SessionFacts
from session.protocol.hub.tickets import Ticket


def who_of(facts: SessionFacts) -> Actor:
    """The agent of a session, and its site and kiosk."""
    return Actor(name=facts.agent_name, site=facts.site, kiosk=facts.kiosk)


@runtime_checkable
class PieceStoreLike(Protocol):
    """What a store of dossiers has beyond `DossierStoreLike`.
    Errors are classes of `session.core.errors`.
    """

    async def procedures(self, organisation: str, service: str) -> list[ProcedureFacts]:
        """Procedures that agents of this service may start."""
        ...

    async def start_procedure(
        self, organisation: str, number: str, procedure: str, who: Actor
    ) -> Dossier:
        """Adds what it asks for, once. Raises `DossierUnknown`: no such dossier or procedure."""
        ...

    async def set_piece_by(
        self,
        organisation: str,
        number: str,
        piece_id: str,
        state: PieceState,
        reason: str,
        who: Actor,
    ) -> Dossier:
        """As `DossierStoreLike.set_piece`, with its history."""
        ...

    async def file_by(
        self,
        organisation: str,
        dossier: str,
        piece_id: str,
        name: str,
        pages: int,
        sha256: str,
        data: bytes,
        upload_id: str,
        who: Actor,
    ) -> tuple[DocumentRecord, Dossier]:
        """As `DossierStoreLike.file`, with its history."""
        ...

    async def acknowledge(
        self, organisation: str, number: str, piece_ids: list[str], who: Actor
    ) -> Dossier:
        """A receipt that names them was printed."""
        ...

    async def history(self, organisation: str, number: str) -> list[PieceStep]:
        """What happened to the pieces, oldest first."""
        ...

    async def correct(
        self, organisation: str, request: CorrectRequest, user: str, who: Actor
    ) -> Dossier:
        """Files a document's bytes anew. Raises `DossierUnknown`."""
        ...

    async def supersede(
        self, organisation: str, request: SupersedeRequest, user: str, who: Actor
    ) -> Dossier:
        """One document takes another one's place. Raises `DossierUnknown`."""
        ...

    async def acts(self, organisation: str, number: str) -> list[ActStep]:
        """What people did with the dossier beyond its pieces, oldest first."""
        ...

    async def seen(self, organisation: str, number: str, pages: list[PageSeen]) -> list[SeenPage]:
        """Pages of the dossier that are these, or look like them."""
        ...

    async def search(self, organisation: str, number: str, words: str) -> list[str]:
        """Ids of documents with these words."""
        ...


class BoundDossiers(Protocol):
    """`DossierService`: which session's dossier is whose."""

    @property
    def store(self) -> object:
        """The store."""
        ...

    async def check(
        self, organisation: str, agent: str, session_id: str, dossier: str
    ) -> tuple[Ticket, Actor]:
        """The session's ticket and who acts. Raises `NotAllowed`, `TicketUnknown`."""
        ...

    async def own(self, organisation: str, agent: str, session_id: str) -> Ticket:
        """The ticket of an agent's own session. Raises `TicketUnknown`."""
        ...


class PieceService:
    """Procedures and pieces of the dossier that an agent is in session with."""

    def __init__(self, dossiers: BoundDossiers) -> None:
        self._dossiers = dossiers

    @property
    def _store(self) -> PieceStoreLike:
        store = self._dossiers.store
        if not isinstance(store, PieceStoreLike):
            raise NotAllowed(why="this store knows no procedures")
        return store

    async def _who(self, asker: Asker, session_id: str, dossier: str) -> Actor:
        return (await self._dossiers.check(asker.organisation, asker.user, session_id, dossier))[1]

    @handles("procedures")
    async def procedures(self, asker: Asker, request: ProceduresRequest) -> ProceduresAnswer:
        """Procedures that may be started for the caller's service; none in a store without any."""
        ticket = await self._dossiers.own(asker.organisation, asker.user, request.session_id)
        if not isinstance(self._dossiers.store, PieceStoreLike):
            return ProceduresAnswer(procedures=[])
        return ProceduresAnswer(
            procedures=await self._store.procedures(asker.organisation, ticket.service)
        )

    @handles("start_procedure")
    async def start(self, asker: Asker, request: StartProcedureRequest) -> DossierAnswer:
        """Adds the pieces that a procedure asks for. Raises `DossierUnknown`, `NotAllowed`."""
        who = await self._who(asker, request.session_id, request.dossier)
        facts = await self._store.start_procedure(
            asker.organisation, request.dossier, request.procedure, who
        )
        return DossierAnswer(dossier=facts)

    @handles("acknowledge")
    async def acknowledge(self, asker: Asker, request: AcknowledgeRequest) -> DossierAnswer:
        """A receipt that names these pieces was printed. Raises `NotAllowed`."""
        who = await self._who(asker, request.session_id, request.dossier)
        facts = await self._store.acknowledge(
            asker.organisation, request.dossier, request.piece_ids, who
        )
        return DossierAnswer(dossier=facts)

    @handles("piece_history")
    async def history(self, asker: Asker, request: PieceHistoryRequest) -> PieceHistory:
        """What happened to the pieces, and other acts, the last ones. Raises `NotAllowed`."""
        await self._who(asker, request.session_id, request.dossier)
        steps = (await self._store.history(asker.organisation, request.dossier))[-MAX_LISTED:]
        acts = (await self._store.acts(asker.organisation, request.dossier))[-MAX_LISTED:]
        return PieceHistory(steps=steps, acts=acts)

    @handles("seen")
    async def seen(self, asker: Asker, request: SeenRequest) -> SeenAnswer:
        """Pages that the dossier has already, or that look like these. Raises `NotAllowed`."""
        await self._who(asker, request.session_id, request.dossier)
        return SeenAnswer(
            seen=await self._store.seen(asker.organisation, request.dossier, request.pages)
        )

    @handles("correct_document")
    async def correct(self, asker: Asker, request: CorrectRequest) -> DossierAnswer:
        """Files a document's bytes anew. Raises `DossierUnknown`, `NotAllowed`."""
        who = await self._who(asker, request.session_id, request.dossier)
        return DossierAnswer(
            dossier=await self._store.correct(asker.organisation, request, asker.user, who)
        )

    @handles("supersede_document")
    async def supersede(self, asker: Asker, request: SupersedeRequest) -> DossierAnswer:
        """One document takes the place of another. Raises `DossierUnknown`, `NotAllowed`."""
        who = await self._who(asker, request.session_id, request.dossier)
        return DossierAnswer(
            dossier=await self._store.supersede(asker.organisation, request, asker.user, who)
        )

    @handles("search_documents")
    async def search(self, asker: Asker, request: DocumentSearchRequest) -> DocumentSearchAnswer:
        """Documents of the dossier with these words. Raises `NotAllowed`."""
        await self._who(asker, request.session_id, request.dossier)
        found = await self._store.search(asker.organisation, request.dossier, request.words)
        return DocumentSearchAnswer(document_ids=found)
