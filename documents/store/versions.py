# SPDX-License-Identifier: GPL-3.0-only
"""Versions of filed documents: one filed anew under another piece or name, or one that a better
scan replaces.

Nothing is ever removed or written over:
the earlier version stays, with the one that came after and why. Used by the store, inside its
transactions.
"""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, insert, select

from documents.store import tables
from documents.store.accesses import write_line
from documents.store.acts import DossierAct, DossierActKind, write_act
from documents.store.rows import (
    Moment,
    change_piece,
    document_of,
    number_of,
    piece_name,
    replaced_in,
)
from resources.texts import _
from session.core.dossier_model import (
    Access,
    AccessKind,
    ActingUser,
    DocumentRecord,
    PieceState,
)
from session.core.errors import DossierUnknown


class Replacement(msgspec.Struct, frozen=True):
    """Why one document takes another one's place, and who says so, in which session."""

    reason: str
    by: ActingUser
    session_id: str = ""


def current(
    connection: Connection, dossier_key: int, document_id: str
) -> tuple[int, DocumentRecord]:
    """(key, document) of one that nothing has replaced yet. Raises `DossierUnknown`."""
    table = tables.documents
    query = select(table).where(
        table.c.dossier_id == dossier_key, table.c.document_id == document_id
    )
    row = connection.execute(query).first()
    if row is None:
        raise DossierUnknown(what="document")
    if document_id in replaced_in(connection, dossier_key):
        raise DossierUnknown(what="version")
    return int(row.id), document_of(row)


def replace(
    connection: Connection,
    organisation: str,
    dossier_key: int,
    *,
    old_id: str,
    new_id: str,
    why: Replacement,
    moment: Moment,
) -> None:
    """Puts `new_id` in the place of `old_id`;
    a piece that has no document any more is expected again.

    Raises:
        DossierUnknown: no such document, the same one, or one of them was replaced before.
    """
    if old_id == new_id:
        raise DossierUnknown(what="version")
    old_key, old = current(connection, dossier_key, old_id)
    new_key, new = current(connection, dossier_key, new_id)
    table = tables.versions
    if (
        connection.execute(select(table.c.id).where(table.c.document_key == new_key)).first()
        is not None
    ):
        raise DossierUnknown(what="version")  # a line of versions, no tree
    connection.execute(
        insert(table).values(document_key=new_key, replaces_key=old_key, why=why.reason[:500])
    )
    if old.piece_id and old.piece_id != new.piece_id:
        _expect_again(connection, dossier_key, old.piece_id, reason=why.reason, moment=moment)
    subject = f"{_shown(connection, dossier_key, old)} → {_shown(connection, dossier_key, new)}"
    act = DossierAct(
        kind=DossierActKind.VERSION,
        about=subject,
        reason=why.reason,
        by=why.by,
        at_utc=moment.at_utc,
    )
    write_act(connection, organisation, dossier_key, act)
    write_line(
        connection,
        organisation,
        AccessKind.CORRECTED,
        number_of(connection, dossier_key),
        access=Access(by=why.by, session_id=why.session_id, reason=why.reason),
        now=moment.at_utc,
    )


def _expect_again(
    connection: Connection, dossier_key: int, piece_id: str, *, reason: str, moment: Moment
) -> None:
    filed = tables.documents
    query = select(filed.c.document_id).where(
        filed.c.dossier_id == dossier_key, filed.c.piece_id == piece_id
    )
    gone = replaced_in(connection, dossier_key)
    if any(document_id not in gone for document_id in connection.execute(query).scalars()):
        return
    pieces = tables.pieces
    state = connection.execute(
        select(pieces.c.state).where(
            pieces.c.dossier_id == dossier_key, pieces.c.piece_id == piece_id
        )
    ).scalar()
    if state in (PieceState.FILED.value, PieceState.ACKNOWLEDGED.value):
        change_piece(
            connection,
            dossier_key,
            piece_id,
            PieceState.EXPECTED,
            reason=reason[:500],
            moment=moment,
        )


def _shown(connection: Connection, dossier_key: int, document: DocumentRecord) -> str:
    piece = piece_name(connection, dossier_key, document.piece_id) or _("Other document")
    if piece == document.name:
        return document.name
    return f"{document.name} ({piece})"
