# SPDX-License-Identifier: GPL-3.0-only
"""What a backup of the hub may take along of the dossiers: their tables, their files, or only how much there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, Table, func, select

from documents import store_tables as tables
from documents.durable import write_durably

TABLES: tuple[Table, ...] = (
    tables.dossiers,
    tables.pieces,
    tables.documents,
    tables.notes,
    tables.piece_events,
    tables.document_pages,
)
"""By their dependence. The index of words is not taken along: the store makes what it lacks when it opens."""

FORMAT = tables.FORMAT
FILES = "documents"


@dataclass(frozen=True)
class StoredFiles:
    """How much the store holds."""

    dossiers: int
    documents: int
    size_bytes: int


class StoreCopy:
    """The dossiers' tables and files, beside a store that may be at work.

    Args:
        folder, database_url: as `DossierStore`'s; the tables must exist.
    """

    def __init__(self, folder: Path, database_url: str | None) -> None:
        self._files = folder / FILES
        self.engine: Engine = tables.open_engine(folder, database_url)

    def close(self) -> None:
        """Ends all connections."""
        self.engine.dispose()

    def count(self) -> StoredFiles:
        """How much there is now."""
        with self.engine.connect() as connection:
            dossiers = connection.execute(select(func.count()).select_from(tables.dossiers)).scalar_one()
            documents, size_bytes = connection.execute(
                select(func.count(), func.coalesce(func.sum(tables.documents.c.size_bytes), 0)).select_from(
                    tables.documents
                )
            ).one()
        return StoredFiles(int(dossiers), int(documents), int(size_bytes))

    def paths(self) -> Iterator[str]:
        """The files that documents name, each once. Read after the rows: a file is written before its row."""
        with self.engine.connect() as connection:
            yield from connection.execute(select(tables.documents.c.path).distinct()).scalars()

    def read(self, path: str) -> bytes:
        """A file's bytes. Raises `OSError`."""
        return (self._files / path).read_bytes()

    def write(self, path: str, data: bytes) -> None:
        """Puts a file in its place, on the disk. Raises `OSError`, `ValueError` for a place outside the store."""
        place = (self._files / path).resolve()
        if not place.is_relative_to(self._files.resolve()):
            raise ValueError(path)
        write_durably(place, data)

    def missing(self) -> int:
        """Documents whose file is not there."""
        return sum(not (self._files / path).is_file() for path in self.paths())
