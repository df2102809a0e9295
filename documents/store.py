# SPDX-License-Identifier: GPL-3.0-only
"""Dossiers of organisations and the documents filed in them. Used by the hub's dossier service, from a worker thread.

Nothing is called filed before its bytes were read back from the disk. The order is always: file, read back, row; so a
crash leaves at worst a file that no row names, and the repeated request finds it there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Row, Select, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from documents import store_tables as tables
from documents.blobs import Blobs
from documents.check import sha256_of
from documents.dossier import Document, Dossier, Note, Piece, PieceState
from documents.durable import make_folder
from documents.errors import DocumentError, DocumentNotFiled, DossierUnknown, PageDamaged, StoreUnreachable
from documents.pdf_check import inspect_pdf


class DossierStore:
    """The memory of a hub. Thread-safe; several processes may share it. Close it, or use it with `with`.

    Every method names the organisation: another one's dossiers and documents do not exist for it.

    Args:
        folder: holds the documents, and the database when no `database_url` is given.
        database_url: an SQLAlchemy URL, e.g. of PostgreSQL.

    Raises:
        StoreUnreachable: from every method, when database or disk fail; the same request may be repeated.
    """

    def __init__(self, folder: Path, database_url: str | None = None) -> None:
        with _reached():
            make_folder(folder)
            self._blobs = Blobs(folder / "documents")
            self._engine = tables.open_engine(folder, database_url)
        try:
            self._prepare()
        except DocumentError:
            self.close()
            raise

    def close(self) -> None:
        """Ends all connections."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def create_dossier(self, dossier: Dossier) -> Dossier:
        """Adds a dossier with its expected pieces; one that is there already is left as it is and returned."""
        with self._writing() as connection:
            if _find(connection, dossier.organisation, dossier.number) is None:
                connection.execute(insert(tables.dossiers).values(**_columns(dossier)))
                key = _key(connection, dossier.organisation, dossier.number)
                for place, piece in enumerate(dossier.pieces):
                    connection.execute(insert(tables.pieces).values(dossier_id=key, **_piece_columns(piece, place)))
            return _read(connection, dossier.organisation, dossier.number)

    def open_dossier(self, organisation: str, number: str) -> Dossier:
        """The dossier as it is now.

        Raises:
            DossierUnknown: the organisation has none of that number.
        """
        with self._reading() as connection:
            return _read(connection, organisation, number)

    def find_by_caller_number(self, organisation: str, caller_number: str) -> Dossier | None:
        """The caller's newest dossier, or None."""
        if not caller_number:
            return None
        table = tables.dossiers
        query = (
            select(table.c.number)
            .where(table.c.organisation == organisation, table.c.caller_number == caller_number)
            .order_by(table.c.id.desc())
        )
        with self._reading() as connection:
            number = connection.execute(query).scalars().first()
            return None if number is None else _read(connection, organisation, number)

    def list_dossiers(self, organisation: str) -> list[str]:
        """Numbers of the organisation's dossiers, in order of number."""
        table = tables.dossiers
        query = select(table.c.number).where(table.c.organisation == organisation).order_by(table.c.number)
        with self._reading() as connection:
            return list(connection.execute(query).scalars())

    def set_piece(self, organisation: str, number: str, piece_id: str, state: PieceState, reason: str = "") -> Dossier:
        """Changes a piece's state by hand.

        Raises:
            DossierUnknown: no such dossier or piece. Detail: `what`.
        """
        with self._writing() as connection:
            _set_piece(connection, _key(connection, organisation, number), piece_id, state, reason)
            return _read(connection, organisation, number)

    def add_note(self, organisation: str, number: str, note: Note) -> Dossier:
        """Keeps a note; one with the same id is kept as it was first.

        Raises:
            DossierUnknown: no such dossier.
        """
        table = tables.notes
        with self._writing() as connection:
            key = _key(connection, organisation, number)
            known = select(table.c.id).where(table.c.dossier_id == key, table.c.note_id == note.id)
            if connection.execute(known).first() is None:
                at_utc = note.at_utc.astimezone(UTC).replace(tzinfo=None)
                values = {"note_id": note.id, "text": note.text, "by_name": note.by_name, "at_utc": at_utc}
                connection.execute(insert(table).values(dossier_id=key, **values))
            return _read(connection, organisation, number)

    def file(
        self,
        organisation: str,
        number: str,
        piece_id: str,
        name: str,
        pages: int,
        sha256: str,
        data: bytes,
        upload_id: str,
        filed_at_utc: datetime,
    ) -> Document:
        """Files a document and marks its piece filed. Repeating an `upload_id` gives the same document again.

        Args:
            piece_id: the expected piece, or "" for a document that nobody expected.
            pages, sha256: what the sender says; both are checked.
            filed_at_utc: timezone-aware.

        Raises:
            PageDamaged: the bytes are not those of `sha256`.
            DocumentNotFiled: no PDF, another number of pages, an `upload_id` used for other bytes, or not read back.
            DossierUnknown: no such dossier or piece.
        """
        _check(data, sha256, pages)
        with self._reading() as connection:
            known = _uploaded(connection, organisation, upload_id)
            if known is not None:
                return _same(known, sha256)
            _check_place(connection, organisation, number, piece_id)
        with _reached():
            path = self._blobs.put(organisation, data, sha256)
        document = Document(
            id=_document_id(organisation, upload_id),
            piece_id=piece_id,
            name=name,
            pages=pages,
            size_bytes=len(data),
            sha256=sha256,
            filed_at_utc=filed_at_utc.astimezone(UTC),
            path=path,
        )
        return self._add(organisation, number, upload_id, document)

    def read(self, organisation: str, document_id: str) -> bytes:
        """A document's bytes, proved by their hash.

        Raises:
            DossierUnknown: the organisation has no such document.
            DocumentNotFiled: its file is gone or was changed.
        """
        table = tables.documents
        query = select(table.c.path, table.c.sha256).where(
            table.c.organisation == organisation, table.c.document_id == document_id
        )
        with self._reading() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise DossierUnknown(what="document")
        with _reached():
            return self._blobs.get(row.path, row.sha256)

    def damaged(self, organisation: str) -> list[Document]:
        """Documents whose file is gone or no longer what was filed; reads every file, for a nightly round."""
        query = select(tables.documents).where(tables.documents.c.organisation == organisation)
        with self._reading() as connection:
            filed = [_document(row) for row in connection.execute(query)]
        return [document for document in filed if not self._is_whole(document)]

    def _is_whole(self, document: Document) -> bool:
        try:
            with _reached():
                self._blobs.get(document.path, document.sha256)
        except DocumentNotFiled:
            return False
        return True

    def _add(self, organisation: str, number: str, upload_id: str, document: Document) -> Document:
        """The row of a file that is safe; the same upload, sent twice at once, is added once."""
        with self._writing() as connection:
            known = _uploaded(connection, organisation, upload_id)
            if known is not None:
                return _same(known, document.sha256)
            key = _key(connection, organisation, number)
            connection.execute(
                insert(tables.documents).values(
                    organisation=organisation, dossier_id=key, upload_id=upload_id, **_document_columns(document)
                )
            )
            if document.piece_id:
                _set_piece(connection, key, document.piece_id, PieceState.FILED, "")
        return document

    def _prepare(self) -> None:
        """Makes the tables that are missing; refuses a newer layout."""
        with self._writing() as connection:
            tables.metadata.create_all(connection)
            found = connection.execute(select(tables.about.c.format)).scalar()
            if found is None:
                connection.execute(insert(tables.about).values(format=tables.FORMAT))
            elif found == 1:  # what is new is a table of its own, made above
                connection.execute(update(tables.about).values(format=tables.FORMAT))
            elif found != tables.FORMAT:
                raise StoreUnreachable(why="format", theirs=found, ours=tables.FORMAT)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with _reached(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        engine = self._engine.execution_options(write=True)
        with _reached(), engine.begin() as connection:
            yield connection


@contextmanager
def _reached() -> Iterator[None]:
    """Faults of disk and database in our own words."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        raise StoreUnreachable(why=type(error).__name__) from error


def _check(data: bytes, sha256: str, pages: int) -> None:
    """Is it what the sender says, and a whole PDF?"""
    if sha256_of(data) != sha256:
        raise PageDamaged(size_bytes=len(data))
    try:
        facts = inspect_pdf(data)
    except DocumentError as error:
        raise DocumentNotFiled(why=str(error.detail.get("why", error.code))) from error
    if facts.active:
        raise DocumentNotFiled(why="active_content")
    if facts.pages != pages:
        raise DocumentNotFiled(why="pages", found=facts.pages, announced=pages)


def _check_place(connection: Connection, organisation: str, number: str, piece_id: str) -> None:
    dossier = _read(connection, organisation, number)
    if piece_id and dossier.piece(piece_id) is None:
        raise DossierUnknown(what="piece")


def _uploaded(connection: Connection, organisation: str, upload_id: str) -> Document | None:
    table = tables.documents
    query = select(table).where(table.c.organisation == organisation, table.c.upload_id == upload_id)
    row = connection.execute(query).first()
    return None if row is None else _document(row)


def _same(known: Document, sha256: str) -> Document:
    if known.sha256 != sha256:
        raise DocumentNotFiled(why="upload_id_reused")
    return known


def _document_id(organisation: str, upload_id: str) -> str:
    """The same upload is the same document, whatever was lost in between."""
    return hashlib.blake2b(f"{organisation}|{upload_id}".encode(), digest_size=10).hexdigest()


def _find(connection: Connection, organisation: str, number: str) -> Row[Any] | None:
    table = tables.dossiers
    query: Select[Any] = select(table).where(table.c.organisation == organisation, table.c.number == number)
    return connection.execute(query).first()


def _key(connection: Connection, organisation: str, number: str) -> int:
    row = _find(connection, organisation, number)
    if row is None:
        raise DossierUnknown(what="dossier")
    key: int = row.id
    return key


def _set_piece(connection: Connection, key: int, piece_id: str, state: PieceState, reason: str) -> None:
    table = tables.pieces
    change = (
        update(table)
        .where(table.c.dossier_id == key, table.c.piece_id == piece_id)
        .values(state=state.value, reason=reason)
    )
    if connection.execute(change).rowcount != 1:
        raise DossierUnknown(what="piece")


def _read(connection: Connection, organisation: str, number: str) -> Dossier:
    row = _find(connection, organisation, number)
    if row is None:
        raise DossierUnknown(what="dossier")
    files, expected = tables.documents, tables.pieces
    filed = [
        _document(found)
        for found in connection.execute(select(files).where(files.c.dossier_id == row.id).order_by(files.c.id))
    ]
    pieces = connection.execute(select(expected).where(expected.c.dossier_id == row.id).order_by(expected.c.place))
    return Dossier(
        organisation=row.organisation,
        number=row.number,
        caller_name=row.caller_name,
        caller_number=row.caller_number,
        born_on=row.born_on,
        procedure=row.procedure,
        pieces=tuple(_piece(found, filed) for found in pieces),
        documents=tuple(filed),
        notes=tuple(_note(found) for found in connection.execute(_notes_of(row.id))),
    )


def _notes_of(key: int) -> Select[Any]:
    return select(tables.notes).where(tables.notes.c.dossier_id == key).order_by(tables.notes.c.id)


def _note(row: Row[Any]) -> Note:
    return Note(id=row.note_id, text=row.text, by_name=row.by_name, at_utc=row.at_utc.replace(tzinfo=UTC))


def _piece(row: Row[Any], filed: list[Document]) -> Piece:
    return Piece(
        id=row.piece_id,
        name=row.name,
        state=PieceState(row.state),
        reason=row.reason,
        documents=tuple(document.id for document in filed if document.piece_id == row.piece_id),
    )


def _document(row: Row[Any]) -> Document:
    return Document(
        id=row.document_id,
        piece_id=row.piece_id,
        name=row.name,
        pages=row.pages,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        filed_at_utc=row.filed_at_utc.replace(tzinfo=UTC),
        path=row.path,
    )


def _columns(dossier: Dossier) -> dict[str, str]:
    return {
        "organisation": dossier.organisation,
        "number": dossier.number,
        "caller_name": dossier.caller_name,
        "caller_number": dossier.caller_number,
        "born_on": dossier.born_on,
        "procedure": dossier.procedure,
    }


def _document_columns(document: Document) -> dict[str, Any]:
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


def _piece_columns(piece: Piece, place: int) -> dict[str, str | int]:
    return {
        "piece_id": piece.id,
        "place": place,
        "name": piece.name,
        "state": piece.state.value,
        "reason": piece.reason,
    }
