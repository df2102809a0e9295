# SPDX-License-Identifier: GPL-3.0-only
"""A dossier store in memory for tests of the hub; can fail in one named way:
`damage` makes reading back differ.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import msgspec

from session.core.dossier_model import DocumentRecord, Dossier, DossierNote, Piece, PieceState
from session.core.errors import DocumentNotFiled, DossierUnknown


class MemoryDossiers:
    def __init__(self) -> None:
        self.damage = False
        self.filings = 0
        self.documents: dict[str, bytes] = {}
        self._by_upload: dict[str, DocumentRecord] = {}
        self._dossiers: dict[tuple[str, str], Dossier] = {}

    def add(self, organisation: str, number: str, name: str, caller_number: str) -> None:
        self._dossiers[organisation, number] = Dossier(
            number=number,
            caller_name=name,
            caller_number=caller_number,
            procedure="Housing aid",
            pieces=(
                Piece(id="payslip", name="Payslip"),
                Piece(id="identity", name="Identity card"),
            ),
        )

    async def find_by_caller_number(self, organisation: str, number: str) -> Dossier | None:
        for (owner, _), facts in self._dossiers.items():
            if owner == organisation and facts.caller_number == number:
                return facts
        return None

    async def open(self, organisation: str, number: str) -> Dossier:
        facts = self._dossiers.get((organisation, number))
        if facts is None:
            raise DossierUnknown
        return facts

    async def set_piece(
        self, organisation: str, number: str, piece_id: str, state: PieceState, reason: str
    ) -> Dossier:
        facts = await self.open(organisation, number)
        pieces = [
            msgspec.structs.replace(piece, state=state, reason=reason)
            if piece.id == piece_id
            else piece
            for piece in facts.pieces
        ]
        changed = msgspec.structs.replace(facts, pieces=pieces)
        self._dossiers[organisation, number] = changed
        return changed

    async def add_note(
        self, organisation: str, number: str, note_id: str, text: str, by_name: str
    ) -> Dossier:
        facts = await self.open(organisation, number)
        if any(note.id == note_id for note in facts.notes):
            return facts
        note = DossierNote(
            id=note_id, text=text, by_name=by_name, at_utc=datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
        )
        changed = msgspec.structs.replace(facts, notes=[*facts.notes, note])
        self._dossiers[organisation, number] = changed
        return changed

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
    ) -> tuple[DocumentRecord, Dossier]:
        if upload_id in self._by_upload:
            return self._by_upload[upload_id], await self.open(organisation, dossier)
        if self.damage or hashlib.sha256(data).hexdigest() != sha256:
            raise DocumentNotFiled
        self.filings += 1
        record = DocumentRecord(
            id=f"d{self.filings}",
            name=name,
            piece_id=piece_id,
            pages=pages,
            size_bytes=len(data),
            sha256=sha256,
            filed_at_utc=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
        )
        self.documents[record.id] = data
        self._by_upload[upload_id] = record
        facts = await self.set_piece(organisation, dossier, piece_id, PieceState.FILED, "")
        facts = msgspec.structs.replace(facts, documents=[*facts.documents, record])
        self._dossiers[organisation, dossier] = facts
        return record, facts

    async def read(self, organisation: str, document_id: str) -> bytes:
        return self.documents[document_id]
