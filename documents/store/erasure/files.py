# SPDX-License-Identifier: GPL-3.0-only
"""Removes the files of erased documents, once their rows are gone. Used by the erasure of dossiers
and by the store when it opens, which goes on where a program was killed.

A file that another document names stays: the same bytes are one file.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert, select, text

from documents.store import tables
from documents.store.blobs import BlobStore
from documents.store.transactions import Transactions


def note_files(connection: Connection, organisation: str, paths: Iterable[str]) -> None:
    """Says in the transaction that takes the rows away which files go after it."""
    table = tables.erased_files
    noted_paths = set(connection.execute(select(table.c.path)).scalars())
    rows = [
        {"organisation": organisation, "path": path} for path in sorted(set(paths) - noted_paths)
    ]
    if rows:
        connection.execute(insert(table), rows)


def remove_files(transactions: Transactions, blobs: BlobStore) -> tuple[int, int]:
    """(removed, left because others name them) of what was noted.

    Raises:
        StoreUnreachable: the rest stays noted, and goes at the next try.
    """
    table = tables.erased_files
    with transactions.reading() as connection:
        paths = list(connection.execute(select(table.c.path)).scalars())
    removed = still_named = 0
    for path in paths:
        with transactions.writing() as connection:
            if _is_named(connection, path):
                still_named += 1
            else:
                blobs.remove(path)
                removed += 1
            connection.execute(delete(table).where(table.c.path == path))
    return removed, still_named


def _is_named(connection: Connection, path: str) -> bool:
    """Nobody files a document meanwhile: SQLite has one writer, PostgreSQL locks the table."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE document IN SHARE ROW EXCLUSIVE MODE"))
    table = tables.documents
    return connection.execute(select(table.c.id).where(table.c.path == path)).first() is not None
