# SPDX-License-Identifier: GPL-3.0-only
"""The words of a dossier: its pieces and documents, as the store keeps them.
Used by store, outbox, filing, receipt.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class PieceState(StrEnum):
    """Where an expected piece is; the same words as on the wire.

    Filed is said by the store alone; acknowledged means that a receipt that names the piece was
    printed.
    """

    EXPECTED = "expected"
    SCANNED = "scanned"
    LEGIBLE = "legible"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    FILED = "filed"
    ACKNOWLEDGED = "acknowledged"


SETTLED = (PieceState.ACCEPTED, PieceState.FILED, PieceState.ACKNOWLEDGED)
"""Nothing more is asked of the caller."""

_NEXT: dict[PieceState, frozenset[PieceState]] = {
    PieceState.SCANNED: frozenset(
        {PieceState.EXPECTED, PieceState.REFUSED, PieceState.LEGIBLE, PieceState.SCANNED}
    ),
    PieceState.LEGIBLE: frozenset({PieceState.SCANNED, PieceState.LEGIBLE}),
    PieceState.ACKNOWLEDGED: frozenset(
        {PieceState.FILED, PieceState.ACCEPTED, PieceState.ACKNOWLEDGED}
    ),
}
"""State -> the states it may follow; the others may follow any:
an agent may always accept, refuse, expect again.
"""


def may_follow(was: PieceState, state: PieceState) -> bool:
    """True when a piece may go from `was` to `state`."""
    allowed = _NEXT.get(state)
    return allowed is None or was in allowed


class PieceChoice(msgspec.Struct, frozen=True, kw_only=True):
    """One of the papers that will do for a piece."""

    id: str
    name: str


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A supporting document that a procedure expects.

    Attributes: documents: ids, oldest first. procedure: id of the procedure that asks for it, or
        "". hint, any_of, optional, decided_by: for whom and what to look at; papers of which one
        will do; whether the agent may leave it out; who decides.
        holds_days: how long it holds once it is settled; 0: for good.
        expires_on: its last day then, ISO 8601, or "".
    """

    id: str
    name: str
    state: PieceState = PieceState.EXPECTED
    reason: str = ""
    documents: tuple[str, ...] = ()
    procedure: str = ""
    hint: str = ""
    any_of: tuple[PieceChoice, ...] = ()
    optional: bool = False
    decided_by: str = ""
    holds_days: int = 0
    expires_on: str = ""

    @property
    def is_missing(self) -> bool:
        """The caller still has to bring it."""
        return self.state not in SETTLED and (not self.optional or self.state is PieceState.REFUSED)


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who changes a piece and at which site and kiosk; what the history says later."""

    name: str = ""
    site: str = ""
    kiosk: str = ""


NOBODY = Actor()


class PieceEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a piece's history."""

    piece_id: str
    was: PieceState
    state: PieceState
    reason: str
    by: Actor
    at_utc: datetime


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A filed document. `sha256` is of the bytes as they were read back; `path` is inside the
    store's folder.

    `replaced_by` is the id of the version that came after, "" while this is the last;
    `why` says why.
    """

    id: str
    piece_id: str
    name: str
    pages: int
    size_bytes: int
    sha256: str
    filed_at_utc: datetime
    path: str
    replaced_by: str = ""
    why: str = ""


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent wrote for the next one after a conversation."""

    id: str
    text: str
    by_name: str
    at_utc: datetime


class Dossier(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation's file of a caller.
    `born_on` is ISO 8601 or empty; documents and notes are in order of time.
    """

    organisation: str
    number: str
    caller_name: str
    caller_number: str = ""
    born_on: str = ""
    procedure: str = ""
    pieces: tuple[Piece, ...] = ()
    documents: tuple[Document, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def missing(self) -> tuple[Piece, ...]:
        """What the caller still has to bring."""
        return tuple(piece for piece in self.pieces if piece.is_missing)

    def piece(self, piece_id: str) -> Piece | None:
        """The piece of that id."""
        return next((piece for piece in self.pieces if piece.id == piece_id), None)
