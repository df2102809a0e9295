# SPDX-License-Identifier: GPL-3.0-only
"""Procedures and pieces of the dossier an agent is in session with:
what `DossierService` lets through, with its actor.

Used by the hub. A store of dossiers that knows nothing of procedures still works: then nothing can
be started.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import msgspec

from session.core.errors import NotAllowed
from session.hub.access.request_server import Asker, Handler
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
    PieceStep,
    ProcedureFacts,
    ProceduresAnswer,
    ProceduresRequest,
    SeenAnswer,
    SeenPage,
    SeenRequest,
    StartProcedureRequest,
    SupersedeRequest,
)
from session.protocol.hub.requests import (
    DocumentRecord,
    DossierAnswer,
    DossierFacts,
    PieceState,
    SessionFacts,
)
from session.protocol.hub.tickets import Ticket


class Who(msgspec.Struct, frozen=True, kw_only=True):
    """Who changes a piece, as callers read the name, and where the caller is."""

    name: str = ""
    site: str = ""
    kiosk: str = ""


def who_of(facts: SessionFacts) -> Who:
    """The agent of a session, and its site and kiosk."""
    return Who(name=facts.agent_name, site=facts.site, kiosk=facts.kiosk)


@runtime_checkable
class PieceStoreLike(Protocol):
    """What a store of dossiers has beyond `DossierStoreLike`.
    Errors are classes of `session.core.errors`.
    """

    async def procedures(self, organisation: str, service: str) -> list[ProcedureFacts]:
        """Procedures that agents of this service may start."""
        ...

    async def start_procedure(
        self, organisation: str, number: str, procedure: str, who: Who
    ) -> DossierFacts:
        """Adds what it asks for, once. Raises `DossierUnknown`: no such dossier or procedure."""
        ...

    async def set_piece_by(
        self,
        organisation: str,
        number: str,
        piece_id: str,
        state: PieceState,
        reason: str,
        who: Who,
    ) -> DossierFacts:
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
        who: Who,
    ) -> tuple[DocumentRecord, DossierFacts]:
        """As `DossierStoreLike.file`, with its history."""
        ...

    async def acknowledge(
        self, organisation: str, number: str, piece_ids: list[str], who: Who
    ) -> DossierFacts:
        """A receipt that names them was printed."""
        ...

    async def history(self, organisation: str, number: str) -> list[PieceStep]:
        """What happened to the pieces, oldest first."""
        ...

    async def correct(
        self, organisation: str, wish: CorrectRequest, user: str, who: Who
    ) -> DossierFacts:
        """Files a document's bytes anew. Raises `DossierUnknown`."""
        ...

    async def supersede(
        self, organisation: str, wish: SupersedeRequest, user: str, who: Who
    ) -> DossierFacts:
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
    ) -> tuple[Ticket, Who]:
        """The session's ticket and who acts. Raises `NotAllowed`, `TicketUnknown`."""
        ...

    async def own(self, organisation: str, agent: str, session_id: str) -> Ticket:
        """The ticket of an agent's own session. Raises `TicketUnknown`."""
        ...


class _PieceHandlers:
    def __init__(self, dossiers: BoundDossiers) -> None:
        self._dossiers = dossiers

    @property
    def _store(self) -> PieceStoreLike:
        store = self._dossiers.store
        if not isinstance(store, PieceStoreLike):
            raise NotAllowed(why="this store knows no procedures")
        return store

    async def _who(self, asker: Asker, session_id: str, dossier: str) -> Who:
        return (await self._dossiers.check(asker.organisation, asker.user, session_id, dossier))[1]

    async def procedures(self, asker: Asker, wish: ProceduresRequest) -> ProceduresAnswer:
        ticket = await self._dossiers.own(asker.organisation, asker.user, wish.session_id)
        if not isinstance(self._dossiers.store, PieceStoreLike):
            return ProceduresAnswer(procedures=[])
        return ProceduresAnswer(
            procedures=await self._store.procedures(asker.organisation, ticket.service)
        )

    async def start(self, asker: Asker, wish: StartProcedureRequest) -> DossierAnswer:
        who = await self._who(asker, wish.session_id, wish.dossier)
        facts = await self._store.start_procedure(
            asker.organisation, wish.dossier, wish.procedure, who
        )
        return DossierAnswer(dossier=facts)

    async def acknowledge(self, asker: Asker, wish: AcknowledgeRequest) -> DossierAnswer:
        who = await self._who(asker, wish.session_id, wish.dossier)
        facts = await self._store.acknowledge(asker.organisation, wish.dossier, wish.piece_ids, who)
        return DossierAnswer(dossier=facts)

    async def history(self, asker: Asker, wish: PieceHistoryRequest) -> PieceHistory:
        await self._who(asker, wish.session_id, wish.dossier)
        steps = (await self._store.history(asker.organisation, wish.dossier))[-MAX_LISTED:]
        acts = (await self._store.acts(asker.organisation, wish.dossier))[-MAX_LISTED:]
        return PieceHistory(steps=steps, acts=acts)

    async def seen(self, asker: Asker, wish: SeenRequest) -> SeenAnswer:
        await self._who(asker, wish.session_id, wish.dossier)
        return SeenAnswer(seen=await self._store.seen(asker.organisation, wish.dossier, wish.pages))

    async def correct(self, asker: Asker, wish: CorrectRequest) -> DossierAnswer:
        who = await self._who(asker, wish.session_id, wish.dossier)
        return DossierAnswer(
            dossier=await self._store.correct(asker.organisation, wish, asker.user, who)
        )

    async def supersede(self, asker: Asker, wish: SupersedeRequest) -> DossierAnswer:
        who = await self._who(asker, wish.session_id, wish.dossier)
        return DossierAnswer(
            dossier=await self._store.supersede(asker.organisation, wish, asker.user, who)
        )

    async def search(self, asker: Asker, wish: DocumentSearchRequest) -> DocumentSearchAnswer:
        await self._who(asker, wish.session_id, wish.dossier)
        found = await self._store.search(asker.organisation, wish.dossier, wish.words)
        return DocumentSearchAnswer(document_ids=found)


def piece_handlers(dossiers: BoundDossiers) -> dict[str, Handler]:
    """Verb of `piece_messages` -> the rule that answers it."""
    rules = _PieceHandlers(dossiers)
    return {
        "procedures": rules.procedures,
        "start_procedure": rules.start,
        "acknowledge": rules.acknowledge,
        "piece_history": rules.history,
        "seen": rules.seen,
        "correct_document": rules.correct,
        "supersede_document": rules.supersede,
        "search_documents": rules.search,
    }
