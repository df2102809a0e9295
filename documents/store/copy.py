# SPDX-License-Identifier: GPL-3.0-only
"""The parts of the dossiers that a backup of the hub may take along: their tables, their files,
or only how much there is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sqlalchemy import Engine, Table, func, select

from documents.hashes import sha256_of
from documents.store import tables
from documents.store.blobs import Blobs, BlobStore, path_of
from session.core.errors import DocumentNotFiled

TABLES: tuple[Table, ...] = (
    tables.dossiers,
    tables.pieces,
    tables.documents,
    tables.notes,
    tables.piece_events,
    tables.document_pages,
    tables.deliveries,
    tables.versions,
    tables.acts,
    tables.accesses,
    tables.merges,
    tables.merge_moves,
    tables.holds,
    tables.erased_files,
    tables.erased_numbers,
    tables.appointments,
    tables.appointment_steps,
    tables.appointment_messages,
    tables.absences,
    tables.day_changes,
    tables.slot_counts,
)
"""By their dependence. The index of words is not taken along: the store makes what it lacks when it
opens.
"""

FORMAT = tables.FORMAT
OLDEST = tables.OLDEST
FILES = "documents"


@dataclass(frozen=True)
class StoredFiles:
    """The number of things in the store."""

    dossiers: int
    documents: int
    size_bytes: int


class StoreCopy:
    """The dossiers' tables and files, beside a store that may be at work.

    Args:
        folder, database_url, blobs: as `DossierStore`'s; the tables must exist.
    """

    def __init__(
        self, folder: Path, database_url: str | None, *, blobs: BlobStore | None = None
    ) -> None:
        self._blobs: BlobStore = blobs or Blobs(folder / FILES)
        self.engine: Engine = tables.open_engine(folder, database_url)

    def close(self) -> None:
        """Ends all connections."""
        self.engine.dispose()
        self._blobs.close()

    def count(self) -> StoredFiles:
        """Count what there is now."""
        with self.engine.connect() as connection:
            dossiers = connection.execute(
                select(func.count()).select_from(tables.dossiers)
            ).scalar_one()
            documents, size_bytes = connection.execute(
                select(
                    func.count(), func.coalesce(func.sum(tables.documents.c.size_bytes), 0)
                ).select_from(tables.documents)
            ).one()
        return StoredFiles(int(dossiers), int(documents), int(size_bytes))

    def paths(self) -> Iterator[str]:
        """The files that documents name, each once.
        Read after the rows: a file is written before its row.
        """
        with self.engine.connect() as connection:
            yield from connection.execute(select(tables.documents.c.path).distinct()).scalars()

    def read(self, path: str) -> bytes:
        """A file's bytes, proved by its name. Raises `OSError`: also when it is damaged or gone."""
        try:
            return self._blobs.get(path, PurePosixPath(path).stem)
        except DocumentNotFiled as error:
            raise FileNotFoundError(f"{path}: {error.detail.get('why', '')}") from error

    def write(self, path: str, data: bytes) -> None:
        """Puts a file in its place. Raises `OSError`, `ValueError`: it is not the file of that
        name.
        """
        place = PurePosixPath(path)
        if path_of(place.parts[0], place.stem) != path or sha256_of(data) != place.stem:
            raise ValueError(path)
        self._blobs.put(place.parts[0], data, place.stem)

    def missing(self) -> int:
        """Documents whose file is not there. Raises `OSError`."""
        return sum(not self._blobs.has(path) for path in self.paths())
