# SPDX-License-Identifier: GPL-3.0-only
"""Between the store's rows and the words of a dossier.
Used by the store and its parts, inside their transactions.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, insert, select, update

from documents.store import tables
from documents.store.names import search_key
from documents.store.procedures import PieceRule, holds_until
from documents.store.procedures import piece_id as piece_id_of
from session.core.dossier_model import (
    NOBODY,
    SETTLED,
    Actor,
    DocumentRecord,
    Dossier,
    DossierNote,
    Piece,
    PieceState,
    PieceStep,
    may_follow,
)
from session.core.errors import DocumentNotFiled, DossierUnknown


class _Choice(msgspec.Struct, frozen=True):
    """A paper that will do for a piece, as its row has it."""

    id: str
    name: str


_CHOICES = msgspec.json.Decoder(tuple[_Choice, ...])


class Moment(msgspec.Struct, frozen=True):
    """The person who acts, when (timezone-aware), and which day that is for the organisation."""

    at_utc: datetime
    today: date
    by: Actor = NOBODY


def uploaded(connection: Connection, organisation: str, upload_id: str) -> DocumentRecord | None:
    """The document that this upload became, or None."""
    table = tables.documents
    query = select(table).where(
        table.c.organisation == organisation, table.c.upload_id == upload_id
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    return document_of(row)


def same_bytes(document: DocumentRecord, sha256: str) -> DocumentRecord:
    """The document, when it has these bytes.
    Raises `DocumentNotFiled`: the upload's id was used for others.
    """
    if document.sha256 != sha256:
        raise DocumentNotFiled(why="upload_id_reused")
    return document


def document_id_of(organisation: str, upload_id: str) -> str:
    """The same upload is the same document, whatever was lost in between."""
    return hashlib.blake2b(f"{organisation}|{upload_id}".encode(), digest_size=10).hexdigest()


def find_row(connection: Connection, organisation: str, number: str) -> Row[Any] | None:
    """The row of exactly this number, or None."""
    table = tables.dossiers
    query: Select[Any] = select(table).where(
        table.c.organisation == organisation, table.c.number == number
    )
    return connection.execute(query).first()


def kept_row(connection: Connection, organisation: str, number: str) -> Row[Any] | None:
    """The dossier's row, or that of the one it was merged into; or None."""
    row = find_row(connection, organisation, number)
    while row is not None and row.merged_into:
        row = find_row(connection, organisation, row.merged_into)
    return row


def key_of(connection: Connection, organisation: str, number: str) -> int:
    """The dossier's key, or that of the one it was merged into. Raises `DossierUnknown`."""
    row = kept_row(connection, organisation, number)
    if row is None:
        raise DossierUnknown(what="dossier")
    key: int = row.id
    return key


def number_of(connection: Connection, key: int) -> str:
    """The number of the dossier with this key."""
    table = tables.dossiers
    return str(connection.execute(select(table.c.number).where(table.c.id == key)).scalar_one())


def piece_name(connection: Connection, key: int, piece_id: str) -> str:
    """The name of a dossier's piece; "" when it has none of that id."""
    table = tables.pieces
    query = select(table.c.name).where(table.c.dossier_id == key, table.c.piece_id == piece_id)
    return connection.execute(query).scalar() or ""


def change_piece(
    connection: Connection,
    key: int,
    piece_id: str,
    state: PieceState,
    *,
    reason: str = "",
    moment: Moment,
) -> None:
    """Changes a piece and writes its history.

    Raises:
        DossierUnknown: no such piece, or a state that cannot follow the one it is in.
    """
    table = tables.pieces
    here = (table.c.dossier_id == key) & (table.c.piece_id == piece_id)
    row = connection.execute(select(table).where(here)).first()
    if row is None:
        raise DossierUnknown(what="piece")
    was = _state(row, moment.today)
    if not may_follow(was, state):
        raise DossierUnknown(what="state", was=was.value, wanted=state.value)
    if (was, row.reason) == (state, reason) and state is not PieceState.FILED:
        return
    if state is PieceState.ACKNOWLEDGED:
        expires = row.expires_on
    else:
        expires = _expiry(row, state, moment.today)
    connection.execute(
        update(table).where(here).values(state=state.value, reason=reason, expires_on=expires)
    )
    event = {
        "dossier_id": key,
        "piece_id": piece_id,
        "was": was.value,
        "state": state.value,
        "reason": reason,
    }
    who = {"by_name": moment.by.name, "site": moment.by.site, "kiosk": moment.by.kiosk}
    at_utc = moment.at_utc.astimezone(UTC).replace(tzinfo=None)
    connection.execute(insert(tables.piece_events).values(**event, **who, at_utc=at_utc))


def _expiry(row: Row[Any], state: PieceState, today: date) -> str:
    if state in SETTLED:
        until = holds_until(today, row.holds_days)
    else:
        until = None
    if until:
        return until.isoformat()
    return ""


def _state(row: Row[Any], today: date) -> PieceState:
    """A settled piece whose time is over is expected again."""
    state = PieceState(row.state)
    over = bool(row.expires_on) and row.expires_on < today.isoformat()
    if over and state in SETTLED:
        return PieceState.EXPECTED
    return state


def history_of(connection: Connection, key: int) -> list[PieceStep]:
    """Return what happened to a dossier's pieces, oldest first."""
    table = tables.piece_events
    rows = connection.execute(select(table).where(table.c.dossier_id == key).order_by(table.c.id))
    return [
        PieceStep(
            piece_id=row.piece_id,
            was=PieceState(row.was),
            state=PieceState(row.state),
            reason=row.reason,
            by_name=row.by_name,
            site=row.site,
            kiosk=row.kiosk,
            at_utc=row.at_utc.replace(tzinfo=UTC),
        )
        for row in rows
    ]


def read_dossier(connection: Connection, organisation: str, number: str, today: date) -> Dossier:
    """The whole dossier, or the one that it was merged into. Raises `DossierUnknown`."""
    row = kept_row(connection, organisation, number)
    if row is None:
        raise DossierUnknown(what="dossier")
    files, expected = tables.documents, tables.pieces
    filed = [
        document_of(document_row)
        for document_row in connection.execute(
            select(files)
            .where(files.c.dossier_id == row.id, files.c.withdrawn_at_utc.is_(None))
            .order_by(files.c.id)
        )
    ]
    filed = with_versions(connection, row.id, filed)
    pieces = connection.execute(
        select(expected).where(expected.c.dossier_id == row.id).order_by(expected.c.place)
    )
    return Dossier(
        number=row.number,
        caller_name=row.caller_name,
        caller_number=row.caller_number,
        born_on=row.born_on,
        procedure=row.procedure,
        pieces=tuple(_piece(piece_row, filed, today) for piece_row in pieces),
        documents=tuple(filed),
        notes=tuple(_note(note_row) for note_row in connection.execute(_notes_of(row.id))),
        contact=row.contact,
        provisional=bool(row.provisional),
        merged=tuple(_merged_into(connection, organisation, row.number)),
        family_name=row.family_name,
        given_names=row.given_names,
    )


def _merged_into(connection: Connection, organisation: str, number: str) -> list[str]:
    table = tables.dossiers
    query = select(table.c.number).where(
        table.c.organisation == organisation, table.c.merged_into == number
    )
    return list(connection.execute(query.order_by(table.c.id)).scalars())


def with_versions(
    connection: Connection, dossier_key: int, filed: list[DocumentRecord]
) -> list[DocumentRecord]:
    """The documents of a dossier, each with the one that came after."""
    gone = replaced_in(connection, dossier_key)
    return [
        msgspec.structs.replace(
            document, replaced_by=gone[document.id][0], why=gone[document.id][1]
        )
        if document.id in gone
        else document
        for document in filed
    ]


def replaced_in(connection: Connection, dossier_key: int) -> dict[str, tuple[str, str]]:
    """DocumentRecord -> (the one that came after, why), of a dossier."""
    old, new, table = tables.documents.alias("old"), tables.documents.alias("new"), tables.versions
    query = (
        select(old.c.document_id, new.c.document_id.label("after"), table.c.why)
        .join(old, old.c.id == table.c.replaces_key)
        .join(new, new.c.id == table.c.document_key)
        .where(old.c.dossier_id == dossier_key)
    )
    return {row.document_id: (row.after, row.why) for row in connection.execute(query)}


def _notes_of(key: int) -> Select[Any]:
    return select(tables.notes).where(tables.notes.c.dossier_id == key).order_by(tables.notes.c.id)


def _note(row: Row[Any]) -> DossierNote:
    note = DossierNote(
        id=row.note_id, text=row.text, by_name=row.by_name, at_utc=row.at_utc.replace(tzinfo=UTC)
    )
    if row.withdrawn_at_utc is None:
        return note
    withdrawn = row.withdrawn_at_utc.replace(tzinfo=UTC)
    return msgspec.structs.replace(note, text="", withdrawn_at_utc=withdrawn)


def _piece(row: Row[Any], filed: list[DocumentRecord], today: date) -> Piece:
    return Piece(
        id=row.piece_id,
        name=row.name,
        state=_state(row, today),
        reason=row.reason,
        procedure=row.procedure,
        hint=row.hint,
        any_of=tuple(choice.name for choice in _CHOICES.decode(row.any_of)),
        optional=bool(row.optional),
        decided_by=row.decided_by,
        expires_on=row.expires_on,
        documents=tuple(
            document.id
            for document in filed
            if document.piece_id == row.piece_id and not document.replaced_by
        ),
    )


def document_of(row: Row[Any]) -> DocumentRecord:
    """A document of its row."""
    return DocumentRecord(
        id=row.document_id,
        piece_id=row.piece_id,
        name=row.name,
        pages=row.pages,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        filed_at_utc=row.filed_at_utc.replace(tzinfo=UTC),
        path=row.path,
    )


def dossier_columns(organisation: str, dossier: Dossier) -> dict[str, Any]:
    """A dossier as its row; the parts of the caller's name are not known."""
    return {
        "organisation": organisation,
        "number": dossier.number,
        "caller_name": dossier.caller_name,
        "caller_number": dossier.caller_number,
        "born_on": dossier.born_on,
        "procedure": dossier.procedure,
        "family_name": "",
        "given_names": "",
        "search_key": search_key(dossier.caller_name),
        "contact": dossier.contact,
        "provisional": int(dossier.provisional),
        "merged_into": "",
        "made_by": "",
    }


def document_columns(document: DocumentRecord) -> dict[str, Any]:
    """A document as its row."""
    return {
        "document_id": document.id,
        "piece_id": document.piece_id,
        "name": document.name,
        "pages": document.pages,
        "size_bytes": document.size_bytes,
        "sha256": document.sha256,
        "path": document.path,
        "filed_at_utc": document.filed_at_utc.replace(tzinfo=None),
    }


def piece_columns(piece: Piece, place: int, rule: PieceRule | None = None) -> dict[str, str | int]:
    """A piece as its row; `place` is its order in the dossier, `rule` what asks for it."""
    if rule:
        choices = [_Choice(id=choice.id, name=choice.name) for choice in rule.any_of]
    else:
        choices = []
    return {
        "piece_id": piece.id,
        "place": place,
        "name": piece.name,
        "state": piece.state.value,
        "reason": piece.reason,
        "procedure": piece.procedure,
        "hint": piece.hint,
        "any_of": msgspec.json.encode(choices).decode(),
        "optional": int(piece.optional),
        "decided_by": piece.decided_by,
        "holds_days": rule.holds_days if rule else 0,
        "expires_on": piece.expires_on,
    }


def settled_before(dossier: Dossier, rule: PieceRule) -> Piece | None:
    """The same piece, settled and not out of date, that another procedure of the dossier asked
    for.
    """
    return next(
        (
            piece
            for piece in dossier.pieces
            if piece.state in SETTLED
            and piece.name == rule.name
            and piece.id == piece_id_of(piece.procedure, rule.id)
            and (piece.expires_on or not rule.holds_days)
        ),
        None,
    )
