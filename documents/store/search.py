# SPDX-License-Identifier: GPL-3.0-only
"""The search for filed documents: by their words, and for pages by their hash or look.
Used by the store.
"""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from sqlalchemy import Connection, insert, select, text

from documents.imaging.likeness import ALIKE, fingerprint_difference
from documents.search_words import asked, folded, owner_word
from documents.store import tables
from session.core.dossier_model import DocumentRecord, SeenPage


class PageMark(msgspec.Struct, frozen=True):
    """A page's marks: hash of the page as it was scanned ("" unknown), look of its cleaned copy (""
    none).
    """

    original_sha256: str = ""
    look: str = ""


class FiledMarks(msgspec.Struct, frozen=True):
    """By what a document is found: `words` of its text layer, and its pages in order."""

    words: str = ""
    pages: tuple[PageMark, ...] = ()


NO_MARKS = FiledMarks()


class FoundDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document that a search found."""

    document_id: str
    name: str
    dossier: str
    caller_name: str
    pages: int
    filed_at_utc: datetime


def add_marks(
    connection: Connection,
    key: int,
    organisation: str,
    dossier_key: int,
    *,
    document: DocumentRecord,
    marks: FiledMarks,
) -> None:
    """Puts a document that was just filed into the index, under its key."""
    pages = [
        {
            "document_key": key,
            "place": place,
            "original_sha256": page.original_sha256,
            "look": page.look,
        }
        for place, page in enumerate(marks.pages, start=1)
    ]
    if pages:
        connection.execute(insert(tables.document_pages), pages)
    _index(
        connection,
        key,
        organisation,
        dossier_key,
        piece_id=document.piece_id,
        name=document.name,
        more=marks.words,
    )


def pages_of(connection: Connection, document_key: int) -> tuple[PageMark, ...]:
    """The marks of a document's pages."""
    table = tables.document_pages
    query = select(table).where(table.c.document_key == document_key).order_by(table.c.place)
    return tuple(PageMark(row.original_sha256, row.look) for row in connection.execute(query))


def index_missing(connection: Connection) -> int:
    """Put documents into the index that are not there, by their names: those from a backup."""
    filed = tables.documents
    query = select(filed).where(text("document.id NOT IN (SELECT rowid FROM document_words)"))
    rows = list(connection.execute(query))
    for row in rows:
        _index(
            connection,
            row.id,
            row.organisation,
            row.dossier_id,
            piece_id=row.piece_id,
            name=row.name,
            more="",
        )
    return len(rows)


def _index(
    connection: Connection,
    key: int,
    organisation: str,
    dossier_key: int,
    *,
    piece_id: str,
    name: str,
    more: str,
) -> None:
    owner, piece = tables.dossiers, tables.pieces
    same = (piece.c.dossier_id == owner.c.id) & (piece.c.piece_id == piece_id)
    query = select(owner.c.caller_name, owner.c.number, piece.c.name).join(
        piece, same, isouter=True
    )
    caller_name, number, piece_said = connection.execute(
        query.where(owner.c.id == dossier_key)
    ).one()
    texts = (name, piece_said or "", caller_name, number, more)
    words = f"{owner_word(organisation)} {folded(' '.join(texts))}"
    statement = {
        "sqlite": "INSERT INTO document_words(rowid, words) VALUES (:key, :words)",
        "postgresql": "INSERT INTO document_words(rowid, words) "
        "VALUES (:key, to_tsvector('simple', :words))",
    }[connection.dialect.name]
    connection.execute(text(statement), {"key": key, "words": words})


_FOUND = {
    "sqlite": """
SELECT d.document_id, d.name, o.number, o.caller_name, d.pages, d.filed_at_utc
FROM document_words JOIN document d ON d.id = document_words.rowid
JOIN dossier o ON o.id = d.dossier_id
WHERE document_words MATCH :question AND d.organisation = :organisation {dossier}
AND d.withdrawn_at_utc IS NULL
ORDER BY document_words.rowid DESC LIMIT :limit
""",
    # The planner would walk backwards through all documents, or join all hits;
    # the words first, whatever it thinks. The owner's word keeps the limit within the organisation.
    "postgresql": """
WITH hits AS MATERIALIZED (
    SELECT rowid FROM document_words WHERE words @@ to_tsquery('simple', :question)
    ORDER BY rowid DESC LIMIT :limit
)
SELECT d.document_id, d.name, o.number, o.caller_name, d.pages, d.filed_at_utc
FROM hits JOIN document d ON d.id = hits.rowid JOIN dossier o ON o.id = d.dossier_id
WHERE d.organisation = :organisation AND d.withdrawn_at_utc IS NULL
ORDER BY hits.rowid DESC
""",
}

_FOUND_IN_DOSSIER = """
WITH own AS MATERIALIZED (
    SELECT d.id, d.document_id, d.name, o.number, o.caller_name, d.pages, d.filed_at_utc
    FROM dossier o JOIN document d ON d.dossier_id = o.id
    WHERE o.organisation = :organisation AND o.number = :number AND d.withdrawn_at_utc IS NULL
)
SELECT own.* FROM own JOIN document_words ON document_words.rowid = own.id
WHERE document_words.words @@ to_tsquery('simple', :question)
ORDER BY own.id DESC LIMIT :limit
"""
"""PostgreSQL: a dossier has few documents, so their words are looked at and not the index of all.
"""


def search(
    connection: Connection, organisation: str, query_text: str, *, number: str, limit: int
) -> list[FoundDocument]:
    """See `DossierStore.search`; nothing but punctuation finds nothing."""
    words = asked(query_text)
    if not words:
        return []
    name = connection.dialect.name
    if name == "sqlite":
        question = " ".join([owner_word(organisation), *(f"{word}*" for word in words)])
    else:
        question = " & ".join([owner_word(organisation), *(f"{word}:*" for word in words)])
    statement = _FOUND[name].format(dossier="AND o.number = :number" if number else "")
    if number and name == "postgresql":
        statement = _FOUND_IN_DOSSIER
    values = {"question": question, "organisation": organisation, "number": number, "limit": limit}
    if not number:
        del values["number"]
    typed = text(statement).columns(filed_at_utc=tables.documents.c.filed_at_utc.type)
    return [
        FoundDocument(
            document_id=row.document_id,
            name=row.name,
            dossier=row.number,
            caller_name=row.caller_name,
            pages=row.pages,
            filed_at_utc=row.filed_at_utc.replace(tzinfo=UTC),
        )
        for row in connection.execute(typed, values)
    ]


def earlier_pages(
    connection: Connection, dossier_key: int, pages: list[PageMark]
) -> list[SeenPage]:
    """See `DossierStore.seen_before`:
    for each page the most alike of the dossier's pages, if any is alike.
    """
    filed, marks = tables.documents, tables.document_pages
    query = (
        select(
            filed.c.document_id,
            filed.c.name,
            filed.c.filed_at_utc,
            marks.c.place,
            marks.c.original_sha256,
        )
        .add_columns(marks.c.look)
        .join(marks, marks.c.document_key == filed.c.id)
        .where(filed.c.dossier_id == dossier_key, filed.c.withdrawn_at_utc.is_(None))
        .order_by(filed.c.id, marks.c.place)
    )
    earlier_rows = list(connection.execute(query))
    seen_pages = []
    for place, page in enumerate(pages):
        scored = []
        for row in earlier_rows:
            differs = fingerprint_difference(page.look, row.look)
            same = bool(page.original_sha256) and page.original_sha256 == row.original_sha256
            if same and page.look and row.look and differs > ALIKE:
                same = False  # another paper of one scan, another page of one file
            scored.append((0.0 if same else differs, not same, row))
        if not scored:
            continue
        differs, other, row = min(scored, key=lambda item: item[:2])
        if differs <= ALIKE:
            seen_pages.append(
                SeenPage(
                    page=place,
                    document_id=row.document_id,
                    name=row.name,
                    of_page=row.place,
                    filed_at_utc=row.filed_at_utc.replace(tzinfo=UTC),
                    same=not other,
                )
            )
    return seen_pages
