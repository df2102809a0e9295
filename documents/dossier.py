# SPDX-License-Identifier: GPL-3.0-only
"""The words of a dossier: its pieces and documents, as the store keeps them. Used by store, outbox, filing, receipt."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class PieceState(StrEnum):
    """Where an expected piece is; the same words as on the wire."""

    EXPECTED = "expected"
    SCANNED = "scanned"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    FILED = "filed"


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A supporting document that a procedure expects. `documents` are ids, oldest first."""

    id: str
    name: str
    state: PieceState = PieceState.EXPECTED
    reason: str = ""
    documents: tuple[str, ...] = ()


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A filed document. `sha256` is of the bytes as they were read back; `path` is inside the store's folder."""

    id: str
    piece_id: str
    name: str
    pages: int
    size_bytes: int
    sha256: str
    filed_at_utc: datetime
    path: str


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent wrote for the next one after a conversation."""

    id: str
    text: str
    by_name: str
    at_utc: datetime


class Dossier(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation's file of a caller. `born_on` is ISO 8601 or empty; documents and notes are in order of time."""

    organisation: str
    number: str
    caller_name: str
    caller_number: str = ""
    born_on: str = ""
    procedure: str = ""
    pieces: tuple[Piece, ...] = ()
    documents: tuple[Document, ...] = ()
    notes: tuple[Note, ...] = ()

    def piece(self, piece_id: str) -> Piece | None:
        """The piece of that id."""
        return next((piece for piece in self.pieces if piece.id == piece_id), None)
