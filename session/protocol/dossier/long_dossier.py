# SPDX-License-Identifier: GPL-3.0-only
"""A dossier with more documents or notes than a message can hold: it travels with its newest ones,
and the earlier ones are read in pages. Used by the hub's door, the vault's, and by desks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from session.core.dossier_model import DocumentRecord, Dossier, DossierNote
from session.protocol.dossier.deliveries import DossierNumber
from session.protocol.hub.requests import PAGE_BYTES, ListAnswer, ListRequest, Requests
from session.protocol.wire.ids import OptionalId
from session.protocol.wire.roles import Role
from session.protocol.wire.version import MAX_CONTROL_BYTES

ROOM_BYTES = MAX_CONTROL_BYTES - 8_000
"""Of a dossier; what stands beside it in a message has the rest."""

MOST_NOTES = 50
"""Notes of one message, the newest."""

_encoder = msgspec.json.Encoder()


class DocumentsAnswer(ListAnswer, frozen=True, kw_only=True):
    """All of them, or all notes, oldest first."""

    PAGED: ClassVar[tuple[str, ...]] = ("documents", "notes")

    documents: list[DocumentRecord] = msgspec.field(default_factory=list)
    notes: list[DossierNote] = msgspec.field(default_factory=list)


class DocumentsRequest(
    ListRequest[DocumentsAnswer],
    frozen=True,
    kw_only=True,
    verb="dossier_documents",
    roles=(Role.AGENT, Role.SUPERVISOR),
):
    """The documents, or instead the `notes`, of a dossier that an agent has opened in this session,
    or that a supervisor has looked at or exported within the hour.
    """

    session_id: OptionalId = ""
    dossier: DossierNumber
    notes: bool = False


def shortened(dossier: Dossier) -> Dossier:
    """Return the dossier with as many of its newest documents as a message holds, and of its notes
    the newest; the pieces name only documents that are there.
    """
    notes = dossier.notes[-MOST_NOTES:]
    dossier = msgspec.structs.replace(
        dossier, notes=notes, earlier_notes=len(dossier.notes) - len(notes)
    )
    rest = _with(dossier, ())
    room_bytes = min(PAGE_BYTES, ROOM_BYTES - len(_encoder.encode(rest)))
    newest = list[DocumentRecord]()
    for document in reversed(dossier.documents):
        room_bytes -= len(_encoder.encode(document)) + 1
        if room_bytes < 0:
            break
        newest.append(document)
    if len(newest) == len(dossier.documents):
        return dossier
    short = msgspec.structs.replace(dossier, earlier=len(dossier.documents) - len(newest))
    return _with(short, newest[::-1])


def whole(
    short: Dossier, earlier: Sequence[DocumentRecord], notes: Sequence[DossierNote] = ()
) -> Dossier:
    """Return the dossier with its earlier documents and notes too."""
    all_notes = (*notes, *short.notes)
    short = msgspec.structs.replace(short, earlier=0, earlier_notes=0, notes=all_notes)
    return _with(short, [*earlier, *short.documents])


def _with(dossier: Dossier, documents: Sequence[DocumentRecord]) -> Dossier:
    of_pieces: dict[str, list[str]] = {}
    for document in documents:
        if not document.replaced_by:
            of_pieces.setdefault(document.piece_id, []).append(document.id)
    pieces = tuple(
        msgspec.structs.replace(piece, documents=tuple(of_pieces.get(piece.id, ())))
        for piece in dossier.pieces
    )
    return msgspec.structs.replace(dossier, pieces=pieces, documents=tuple(documents))


DOCUMENT_REQUESTS: Requests = (DocumentsRequest,)
