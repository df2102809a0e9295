# SPDX-License-Identifier: GPL-3.0-only
"""Versions of filed documents: one filed anew under another piece or name, or one that a better
scan replaces; and the notes and documents that their own author withdraws.

Nothing is ever removed or written over: the earlier version stays, with the one that came after and
why. What was withdrawn keeps its row, and the dossier shows it no more. Used by the store, inside
its transactions.
"""

from __future__ import annotations

from datetime import UTC
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from documents.store import tables
from documents.store.accesses import opened_in, write_line
from documents.store.acts import DossierAct, DossierActKind, write_act
from documents.store.deliveries import call_off
from documents.store.rows import (
    Moment,
    change_piece,
    document_of,
    kept_row,
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
    OwnNote,
    OwnPaper,
    OwnWork,
    PaperPlace,
    PieceState,
)
from session.core.errors import DossierUnknown

MOST_OWN = 100
"""Notes, documents and places of one conversation in `own_work`."""


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
    if row is None or row.withdrawn_at_utc is not None:
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
        filed.c.dossier_id == dossier_key,
        filed.c.piece_id == piece_id,
        filed.c.withdrawn_at_utc.is_(None),
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


# ---- what its author withdraws


def own_dossiers(connection: Connection, organisation: str, author: Access) -> dict[int, str]:
    """Key and number of the dossiers that the author's conversation opened."""
    numbers = opened_in(connection, organisation, author.session_id, author.by.user)
    rows = (kept_row(connection, organisation, number) for number in sorted(numbers))
    return {row.id: row.number for row in rows if row is not None}


def own_work(connection: Connection, organisation: str, author: Access) -> OwnWork:
    """Return the author's notes and documents that stand, and where documents could be."""
    dossiers = own_dossiers(connection, organisation, author)
    filed = connection.execute(_own(tables.documents, dossiers, author)).all()
    gone = {name for key in dossiers for name in replaced_in(connection, key)}
    notes = connection.execute(_own(tables.notes, dossiers, author)).all()
    table = tables.pieces
    places = [PaperPlace(dossier=number) for number in dossiers.values()]
    pieces = select(table).where(table.c.dossier_id.in_(dossiers)).order_by(table.c.place)
    places += [
        PaperPlace(dossier=dossiers[row.dossier_id], piece_id=row.piece_id, name=row.name)
        for row in connection.execute(pieces.limit(MOST_OWN))
    ]
    return OwnWork(
        notes=tuple(OwnNote(id=row.note_id, text=row.text) for row in notes),
        papers=tuple(
            OwnPaper(
                id=row.document_id,
                name=row.name,
                dossier=dossiers[row.dossier_id],
                piece_id=row.piece_id,
            )
            for row in filed
            if row.document_id not in gone
        ),
        places=tuple(places),
    )


def own_document(
    connection: Connection, organisation: str, document_id: str, author: Access
) -> Row[Any] | None:
    """The row of a document that this author filed in this conversation; None once it is withdrawn.

    Raises:
        DossierUnknown: it is not the author's, or another version took its place.
    """
    table = tables.documents
    query: Select[Any] = select(table).where(
        table.c.organisation == organisation,
        table.c.document_id == document_id,
        table.c.session_id == author.session_id,
        table.c.by_user == author.by.user,
    )
    row = connection.execute(query).first()
    if row is None:
        raise DossierUnknown(what="document")
    if document_id in replaced_in(connection, row.dossier_id):
        raise DossierUnknown(what="version")
    if row.withdrawn_at_utc is not None:
        return None
    return row


def withdraw(
    connection: Connection,
    organisation: str,
    row: Row[Any],
    *,
    author: Access,
    moment: Moment,
    kind: DossierActKind = DossierActKind.DOCUMENT_WITHDRAWN,
) -> None:
    """Takes a document out of its dossier, with the author's own versions of it before. What the
    first of them had replaced stands again.

    Raises:
        CopyDelivered: a copy has left.
    """
    subject = _shown(connection, row.dossier_id, document_of(row))
    act = DossierAct(
        kind=kind, about=subject, reason=author.reason, by=author.by, at_utc=moment.at_utc
    )
    table, versions = tables.documents, tables.versions
    withdrawn: list[Row[Any]] = []
    earlier: Row[Any] | None = row
    while earlier is not None and _is_own(earlier, author):
        withdrawn.append(earlier)
        query: Select[Any] = (
            select(table)
            .join(versions, versions.c.replaces_key == table.c.id)
            .where(versions.c.document_key == earlier.id)
        )
        earlier = connection.execute(query).first()
    keys = [version.id for version in withdrawn]
    call_off(connection, keys, act)
    at_utc = moment.at_utc.astimezone(UTC).replace(tzinfo=None)
    connection.execute(update(table).where(table.c.id.in_(keys)).values(withdrawn_at_utc=at_utc))
    connection.execute(delete(versions).where(versions.c.document_key == keys[-1]))
    for piece_id in {version.piece_id for version in withdrawn if version.piece_id}:
        _expect_again(connection, row.dossier_id, piece_id, reason=author.reason, moment=moment)
    note_act(connection, organisation, row.dossier_id, author=author, act=act)


def withdraw_note(
    connection: Connection,
    organisation: str,
    note_id: str,
    *,
    author: Access,
    moment: Moment,
    text: str = "",
    new_id: str = "",
) -> None:
    """Withdraws a note of this author in this conversation, once; one with `text` takes its place.

    Raises:
        DossierUnknown: it is not the author's.
    """
    table = tables.notes
    dossiers = own_dossiers(connection, organisation, author)
    query: Select[Any] = select(table).where(
        table.c.dossier_id.in_(dossiers),
        table.c.note_id == note_id,
        table.c.session_id == author.session_id,
        table.c.by_user == author.by.user,
    )
    row = connection.execute(query).first()
    if row is None:
        raise DossierUnknown(what="note")
    at_utc = moment.at_utc.astimezone(UTC).replace(tzinfo=None)
    changed = connection.execute(
        update(table)
        .where(table.c.id == row.id, table.c.withdrawn_at_utc.is_(None))
        .values(withdrawn_at_utc=at_utc)
    )
    if not changed.rowcount:
        return
    kind = DossierActKind.NOTE_WITHDRAWN
    if text:
        kind = DossierActKind.NOTE_CORRECTED
        names = ("dossier_id", "by_name", "session_id", "by_user")
        values = {name: getattr(row, name) for name in names}
        connection.execute(insert(table).values(note_id=new_id, text=text, at_utc=at_utc, **values))
    act = DossierAct(kind=kind, about="", reason="", by=author.by, at_utc=moment.at_utc)
    note_act(connection, organisation, row.dossier_id, author=author, act=act)


def note_act(
    connection: Connection, organisation: str, dossier_key: int, *, author: Access, act: DossierAct
) -> None:
    """Writes an act on a dossier, and its line in the register."""
    write_act(connection, organisation, dossier_key, act)
    number, now = number_of(connection, dossier_key), act.at_utc
    write_line(connection, organisation, AccessKind.CORRECTED, number, access=author, now=now)


def _own(table: Any, dossiers: dict[int, str], author: Access) -> Select[Any]:
    return (
        select(table)
        .where(
            table.c.dossier_id.in_(dossiers),
            table.c.session_id == author.session_id,
            table.c.by_user == author.by.user,
            table.c.withdrawn_at_utc.is_(None),
        )
        .order_by(table.c.id.desc())
        .limit(MOST_OWN)
    )


def _is_own(row: Row[Any], author: Access) -> bool:
    return (row.session_id, row.by_user) == (author.session_id, author.by.user)
