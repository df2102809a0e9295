# SPDX-License-Identifier: GPL-3.0-only
"""Before a hub brings what it keeps to a newer form, a copy of it: `before-upgrade` in its folder.
Used by the hub.

Looks at every number first, so that a hub that cannot read one of the stores changes none of
them.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from documents.store import copy as store_copy
from expert_app.backup.save import back_up
from expert_app.runtime.config import HubSettings
from expert_app.runtime.paths import Paths
from expert_app.stores.jetstream import documents_folder
from resources.texts import _
from session.bus.hub_connection import HubConnection
from session.hub.access import identities
from session.hub.history import tables as history_tables
from session.hub.storage.format import StoredFormatUnknown, check_format
from session.hub.upgrades import upgrade

log = logging.getLogger(__name__)

FOLDER = "before-upgrade"


def print_format_unknown(error: StoredFormatUnknown) -> int:
    """Say that another version has been here; return the exit code."""
    words = _(
        "What is kept here ({what}) was written by another version (form {theirs}; this one knows "
        "{ours}). Nothing was changed. Install that version again, or restore the copy in {folder} "
        "that it kept."
    )
    print(words.format(what=error.what, theirs=error.theirs, ours=error.ours, folder=FOLDER))
    return 1


async def upgrade_stored(settings: HubSettings, paths: Paths, connection: HubConnection) -> None:
    """Brings JetStream's part to today's form, after `keep_old_databases` has found that the
    others can be, too.

    Raises:
        StoredFormatUnknown: nothing was changed. StoreUnreachable, OSError.
    """

    async def keep_copy(number: int) -> None:
        path = _place(paths) / f"hub-{number}-{_stamp()}.backup"
        await back_up(path, settings, paths, connection, with_dossiers=False)
        log.warning("the hub's state of form %d is kept in %s", number, path.name)

    await upgrade(connection, keep_copy, settings.replicas if settings.bus else 1)


class _Database(NamedTuple):
    """A file of SQLite, and the query that gives the number of its layout."""

    name: str
    file: Path
    query: str
    ours: int
    oldest: int


def keep_old_databases(settings: HubSettings, paths: Paths) -> None:
    """Copy SQLite files of an older layout, once all are found to be of a layout that we know.
    A database server is its operator's: see docs/operator.md. Raises `StoredFormatUnknown`.
    """
    numbers = {database: _number(database) for database in _databases(settings, paths)}
    numbers = {database: number for database, number in numbers.items() if number}
    for database, number in numbers.items():
        check_format(database.name, number, ours=database.ours, oldest=database.oldest)
    for database, number in numbers.items():
        if number < database.ours:
            _copy(database.file, _place(paths) / f"{database.name}-{number}-{_stamp()}.sqlite")


def _databases(settings: HubSettings, paths: Paths) -> Iterator[_Database]:
    book = paths.data / "identities" / "identities.sqlite"
    number = "PRAGMA user_version"
    yield _Database("identities", book, number, identities.FORMAT, identities.OLDEST)
    if not (settings.history_database or settings.database):
        history = paths.data / "history" / "history.sqlite"
        number = "SELECT format FROM history_about"
        # any older one is built again from the audit
        yield _Database("history", history, number, history_tables.FORMAT, 1)
    if not settings.database:
        dossiers = documents_folder(settings, paths, "dossiers") / "dossiers.sqlite"
        number = "SELECT format FROM about"
        yield _Database("dossiers", dossiers, number, store_copy.FORMAT, store_copy.OLDEST)


def _number(database: _Database) -> int:
    """Return the number of its layout; 0 where there is no such file, or nothing in it."""
    if not database.file.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"file:{database.file}?mode=ro", uri=True)) as base:
            row = base.execute(database.query).fetchone()
    except sqlite3.Error:
        return 0
    if row:
        return int(row[0])
    return 0


def _copy(file: Path, to: Path) -> None:
    with closing(sqlite3.connect(file)) as base, closing(sqlite3.connect(to)) as copy:
        base.backup(copy)
    to.chmod(0o600)
    log.warning("a copy of the older form is kept in %s", to.name)


def _place(paths: Paths) -> Path:
    return paths.folder(FOLDER)


def _stamp() -> str:
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
