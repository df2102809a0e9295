# SPDX-License-Identifier: GPL-3.0-only
"""The hub's whole state in one file, taken while it runs or not.
Used by `hub backup` and before an upgrade.

The order makes it consistent without stopping anybody: the history first, then AUDIT, then the
tickets that AUDIT is copied from. Each is then no newer than the next, so that after a restore the
server copies to AUDIT what it lacks, and the history reads from AUDIT what it lacks: nothing is
missing and nothing comes twice.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from sqlalchemy import Table, make_url

from documents.store import copy as store_copy
from expert_app.backup.archive import BackupWriter, writing
from expert_app.backup.signing import backup_seed
from expert_app.backup.table_rows import write_rows
from expert_app.runtime.config import HubSettings
from expert_app.runtime.paths import Paths
from expert_app.stores.dossiers import open_copy
from expert_app.stores.identities import open_book
from expert_app.stores.jetstream import documents_folder
from session.bus.hub_connection import HubConnection
from session.bus.jetstream.snapshots import SavedStream, Snapshots
from session.hub.history import tables as history_tables
from session.hub.history.audit import AUDIT
from session.hub.history.database import History
from session.hub.storage import format as stored_format
from session.hub.storage.format import read_format
from session.hub.storage.ticket_store import BUCKET

HISTORY = "history.jsonl"
IDENTITIES = "identities.sqlite"
DOSSIERS = "dossiers.jsonl"
FILES = "dossiers/"
STREAMS = "streams/"

HISTORY_TABLES: Sequence[Table] = (
    history_tables.about,
    history_tables.streams,
    history_tables.names,
    history_tables.transitions,
    history_tables.acts,
    history_tables.tickets,
)
"""By their dependence."""


class DossierReference(msgspec.Struct, frozen=True, kw_only=True):
    """The place of the dossiers and how many they were:
    without `included` they are backed up by their own means.

    Attributes:
        database: address without password; "" for the file in `folder`.
        layout: number of the tables' form.
    """

    folder: str
    database: str
    layout: int
    dossiers: int
    documents: int
    size_bytes: int
    included: bool


class BackupFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The facts in the list of a backup.

    Attributes:
        stored_format: number of the form of what is in the streams.
        history_layout: number of the history's tables.
        history_rows: how many rows there are.
        audit_created: tells AUDIT from another stream of that name; the history's rows belong
            to it.
        streams: settings and state of each stream, in the order of the parts.
    """

    made_at_utc: datetime
    stored_format: int
    history_layout: int
    history_rows: int
    audit_created: str
    streams: list[SavedStream]
    dossiers: DossierReference


async def back_up(
    path: Path,
    settings: HubSettings,
    paths: Paths,
    connection: HubConnection,
    *,
    with_dossiers: bool,
) -> BackupFacts:
    """Writes the backup to `path`.

    Raises:
        StoreUnreachable: a stream or a database broke off. KeyMissing: see `backup_seed`.
            OSError: the file cannot be written, or is there already.
    """
    await stored_format.prepare(connection, settings.replicas if settings.bus else 1)
    with writing(path, backup_seed(paths)) as backup:
        rows, audit_created = await _history(backup, settings, paths, connection)
        streams = await _streams(backup, connection)
        with backup.part(IDENTITIES) as write:
            write(await asyncio.to_thread(identities, paths))
        dossiers = await asyncio.to_thread(dossiers_of, backup, settings, paths, with_dossiers)
        facts = BackupFacts(
            made_at_utc=datetime.now(UTC),
            stored_format=(await read_format(connection.streams))[0],
            history_layout=history_tables.FORMAT,
            history_rows=rows,
            audit_created=audit_created,
            streams=streams,
            dossiers=dossiers,
        )
        backup.finish(facts)
    return facts


async def _history(
    backup: BackupWriter, settings: HubSettings, paths: Paths, connection: HubConnection
) -> tuple[int, str]:
    def copy() -> int:
        database = settings.history_database or settings.database
        history = History(
            paths.folder("history"), database_url=database, time_zone=settings.time_zone
        )
        try:
            with backup.part(HISTORY) as write:
                return write_rows(history.engine, HISTORY_TABLES, write)
        finally:
            history.close()

    rows = await asyncio.to_thread(copy)
    has_audit = AUDIT in await Snapshots(connection.bus).names()
    return rows, (await connection.streams.state(AUDIT)).created if has_audit else ""


async def _streams(backup: BackupWriter, connection: HubConnection) -> list[SavedStream]:
    snapshots = Snapshots(connection.bus)
    names = await snapshots.names()
    first = [name for name in (AUDIT, BUCKET) if name in names]
    saved = []
    for name in [*first, *(name for name in names if name not in first)]:
        with backup.part(f"{STREAMS}{name}") as write:
            saved.append(await snapshots.save(name, write))
    return saved


def identities(paths: Paths) -> bytes:
    """A copy as of one moment, whoever enrols meanwhile."""
    open_book(paths)
    place = paths.folder("identities") / "identities.sqlite"
    with closing(sqlite3.connect(place)) as base, closing(sqlite3.connect(":memory:")) as copy:
        base.backup(copy)
        return copy.serialize()


def dossiers_of(
    backup: BackupWriter, settings: HubSettings, paths: Paths, included: bool
) -> DossierReference:
    """Return where the dossiers are, and write (`included`) all of them."""
    folder, database = documents_folder(settings, paths, "dossiers"), settings.database or None
    copy = open_copy(settings, paths)
    try:
        if included:
            with backup.part(DOSSIERS) as write:
                write_rows(copy.engine, store_copy.TABLES, write)
            for file in copy.paths():
                with backup.part(f"{FILES}{file}") as write:
                    write(copy.read(file))
        count = copy.count()
    finally:
        copy.close()
    return DossierReference(
        folder=str(folder),
        database=make_url(database).render_as_string(hide_password=True) if database else "",
        layout=store_copy.FORMAT,
        dossiers=count.dossiers,
        documents=count.documents,
        size_bytes=count.size_bytes,
        included=included,
    )
