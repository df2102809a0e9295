# SPDX-License-Identifier: GPL-3.0-only
"""A dossier with more documents than a message can hold: it travels with its newest ones, and the
earlier ones are read in pages. Used by the hub's door, the vault's, and by desks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from session.core.dossier_model import DocumentRecord, Dossier
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
    """All of them, oldest first."""

    PAGED: ClassVar[tuple[str, ...]] = ("documents",)

    documents: list[DocumentRecord]


class DocumentsRequest(
    ListRequest[DocumentsAnswer],
    frozen=True,
    kw_only=True,
    verb="dossier_documents",
    roles=(Role.AGENT, Role.SUPERVISOR),
):
    """The documents of a dossier that an agent has opened in this session, or that a supervisor has
    looked at or exported within the hour.
    """

    session_id: OptionalId = ""
    dossier: DossierNumber


def shortened(dossier: Dossier) -> Dossier:
    """Return the dossier with as many of its newest documents as a message holds, and of its notes
    the newest; the pieces name only documents that are there.
    """
    notes = dossier.notes[-MOST_NOTES:]
    rest = _with(msgspec.structs.replace(dossier, notes=notes), ())
    room_bytes = min(PAGE_BYTES, ROOM_BYTES - len(_encoder.encode(rest)))
    newest = list[DocumentRecord]()
    for document in reversed(dossier.documents):
        room_bytes -= len(_encoder.encode(document)) + 1
        if room_bytes < 0:
            break
        newest.append(document)
    if len(newest) == len(dossier.documents):
        return msgspec.structs.replace(dossier, notes=notes)
    short = msgspec.structs.replace(
        dossier, notes=notes, earlier=len(dossier.documents) - len(newest)
    )
    return _with(short, newest[::-1])


def whole(short: Dossier, earlier: Sequence[DocumentRecord]) -> Dossier:
    """Return the dossier with its earlier documents too."""
    return _with(msgspec.structs.replace(short, earlier=0), [*earlier, *short.documents])


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
