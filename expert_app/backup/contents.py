# SPDX-License-Identifier: GPL-3.0-only
"""The contents of a backup, told without writing anything: `hub restore --check FILE`, and the
proof of each backup that a timer makes.

Every part is compared with its hash (`archive.reading`), and every row and file is read as a
restore would read it.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

import msgspec
from sqlalchemy import Table

from documents.hashes import sha256_of
from documents.store import copy as store_copy
from documents.store import tables as store_tables
from expert_app.backup.archive import BackupDamaged, BackupReader
from expert_app.backup.save import (
    DOSSIERS,
    FILES,
    HISTORY,
    HISTORY_TABLES,
    IDENTITIES,
    BackupFacts,
    DossierReference,
)
from expert_app.backup.table_rows import BackupRow, read_rows
from session.core.field_types import NOT_DECODED
from session.hub.history import tables as history_tables
from session.hub.storage.store_space import LOG_PREFIX


@dataclass
class OrganisationContents:
    """The contents that a backup has of one organisation.

    Attributes:
        tickets: in the history.
        log_messages, log_bytes: of the stream of its logs, as the server counts them.
        identities: people and machines that are let in.
    """

    tickets: int = 0
    log_messages: int = 0
    log_bytes: int = 0
    dossiers: int = 0
    documents: int = 0
    identities: int = 0


@dataclass
class BackupContents:
    """A backup that was read to the end.

    Attributes:
        whose: the organisation of a vault, "" for a hub's.
        dossiers: where they are, when they are not in it.
        missing_files: documents without their file, where the dossiers are in it.
    """

    made_at_utc: datetime
    whose: str
    dossiers: DossierReference
    streams: int = 0
    messages: int = 0
    history_rows: int = 0
    sessions: int = 0
    missing_files: int = 0
    organisations: dict[str, OrganisationContents] = field(
        default_factory=lambda: defaultdict(OrganisationContents)
    )


class _State(msgspec.Struct):
    messages: int = 0
    bytes: int = 0


def hub_contents(backup: BackupReader) -> BackupContents:
    """Reads a hub's backup. Raises `BackupDamaged`, `BackupFormatUnknown`."""
    facts = backup.facts(BackupFacts)
    contents = BackupContents(facts.made_at_utc, "", facts.dossiers, streams=len(facts.streams))
    for saved in facts.streams:
        state = msgspec.json.decode(saved.state, type=_State)
        contents.messages += state.messages
        if saved.name.startswith(LOG_PREFIX):
            organisation = contents.organisations[saved.name.removeprefix(LOG_PREFIX)]
            organisation.log_messages += state.messages
            organisation.log_bytes += state.bytes
    contents.history_rows = facts.history_rows
    if facts.history_layout == history_tables.FORMAT:  # a restore leaves another one out
        tickets = history_tables.tickets
        for row in _rows(backup, HISTORY, HISTORY_TABLES):
            if row.table == tickets.name:
                contents.organisations[_value(row, tickets, "organisation")].tickets += 1
    read_identities(backup, contents)
    read_dossiers(backup, contents)
    return contents


def read_identities(backup: BackupReader, contents: BackupContents) -> None:
    """Counts who is let in, by organisation. Raises `BackupDamaged`."""
    try:
        with closing(sqlite3.connect(":memory:")) as base:
            base.deserialize(backup.whole(IDENTITIES))
            if base.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise BackupDamaged(IDENTITIES)
            query = "SELECT organisation, count(*) FROM enrolled GROUP BY organisation"
            for organisation, count in base.execute(query):
                contents.organisations[organisation].identities = count
    except sqlite3.Error as error:
        raise BackupDamaged(IDENTITIES) from error


def read_dossiers(backup: BackupReader, contents: BackupContents) -> None:
    """Counts dossiers and documents, and reads each file. Raises `BackupDamaged`."""
    if not contents.dossiers.included:
        return
    files = {name.removeprefix(FILES) for name in backup.names if name.startswith(FILES)}
    for name in files:
        if sha256_of(backup.whole(f"{FILES}{name}")) != PurePosixPath(name).stem:
            raise BackupDamaged(name)
    counts: dict[str, tuple[Table, Callable[[OrganisationContents], None]]] = {
        str(store_tables.dossiers.name): (store_tables.dossiers, _count_dossier),
        str(store_tables.documents.name): (store_tables.documents, _count_document),
    }
    for row in _rows(backup, DOSSIERS, store_copy.TABLES):
        if row.table not in counts:
            continue
        table, count = counts[row.table]
        count(contents.organisations[_value(row, table, "organisation")])
        if table is store_tables.documents and _value(row, table, "path") not in files:
            contents.missing_files += 1


def _count_dossier(contents: OrganisationContents) -> None:
    contents.dossiers += 1


def _count_document(contents: OrganisationContents) -> None:
    contents.documents += 1


def _value(row: BackupRow, table: Table, column: str) -> Any:
    return row.values[list(table.c.keys()).index(column)]


def _rows(backup: BackupReader, name: str, tables: Sequence[Table]) -> Iterator[BackupRow]:
    widths = {str(table.name): len(table.c) for table in tables}
    try:
        for row in read_rows(backup.read(name)):
            if len(row.values) != widths.get(row.table):
                raise BackupDamaged(name)
            yield row
    except NOT_DECODED as error:
        raise BackupDamaged(name) from error
