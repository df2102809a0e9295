# SPDX-License-Identifier: GPL-3.0-only
"""The dossier store as the hub's dossier service wants it: asynchronous, in protocol words. For `expert_app.hub`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from documents import dossier as paper
from documents.errors import DocumentError
from documents.store import DossierStore
from session.clock import Clock
from session.errors import from_code
from session.protocol.hub_messages import DocumentRecord, DossierFacts, Piece, PieceState
from session.protocol.notes import DossierNote


class DossierAdapter:
    """`session.hub.dossier_service.DossierStoreLike` over a `documents.store.DossierStore`."""

    def __init__(self, store: DossierStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def find_by_caller_number(self, organisation: str, number: str) -> DossierFacts | None:
        """The dossier of the caller with this number, or None."""
        found = await _in_thread(self._store.find_by_caller_number, organisation, number)
        return None if found is None else facts_of(found)

    async def open(self, organisation: str, number: str) -> DossierFacts:
        """The dossier with this number."""
        return facts_of(await _in_thread(self._store.open_dossier, organisation, number))

    async def set_piece(
        self, organisation: str, number: str, piece_id: str, state: PieceState, reason: str
    ) -> DossierFacts:
        """Sets a piece's state by hand."""
        wanted = paper.PieceState(state.value)
        return facts_of(await _in_thread(self._store.set_piece, organisation, number, piece_id, wanted, reason))

    async def add_note(self, organisation: str, number: str, note_id: str, text: str, by_name: str) -> DossierFacts:
        """Keeps a note in a dossier."""
        note = paper.Note(id=note_id, text=text, by_name=by_name, at_utc=self._clock.utc_now())
        return facts_of(await _in_thread(self._store.add_note, organisation, number, note))

    async def file(
        self,
        organisation: str,
        dossier: str,
        piece_id: str,
        name: str,
        pages: int,
        sha256: str,
        data: bytes,
        upload_id: str,
    ) -> tuple[DocumentRecord, DossierFacts]:
        """Files a document; returns what the store read back."""
        filed = await _in_thread(
            self._store.file,
            organisation,
            dossier,
            piece_id,
            name,
            pages,
            sha256,
            data,
            upload_id,
            self._clock.utc_now(),
        )
        return record_of(filed), await self.open(organisation, dossier)

    async def read(self, organisation: str, document_id: str) -> bytes:
        """Bytes of a filed document."""
        return await _in_thread(self._store.read, organisation, document_id)


async def _in_thread[**Given, Result](
    work: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs
) -> Result:
    """Runs `work` in a thread; its paper errors become those of the session."""
    try:
        return await asyncio.to_thread(work, *args, **kwargs)
    except DocumentError as error:
        raise from_code(error.code, dict(error.detail)) from error


def record_of(document: paper.Document) -> DocumentRecord:
    """A filed document in protocol words."""
    return DocumentRecord(
        id=document.id,
        name=document.name,
        piece_id=document.piece_id,
        pages=document.pages,
        size_bytes=document.size_bytes,
        sha256=document.sha256,
        filed_at_utc=document.filed_at_utc,
        path=document.path,
    )


def facts_of(dossier: paper.Dossier) -> DossierFacts:
    """A dossier in protocol words."""
    return DossierFacts(
        number=dossier.number,
        caller_name=dossier.caller_name,
        caller_number=dossier.caller_number,
        born_on=dossier.born_on,
        procedure=dossier.procedure,
        pieces=[
            Piece(
                id=piece.id,
                name=piece.name,
                state=PieceState(piece.state.value),
                reason=piece.reason,
                documents=list(piece.documents),
            )
            for piece in dossier.pieces
        ],
        documents=[record_of(document) for document in dossier.documents],
        notes=[
            DossierNote(id=note.id, text=note.text, by_name=note.by_name, at_utc=note.at_utc) for note in dossier.notes
        ],
    )
