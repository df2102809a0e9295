# SPDX-License-Identifier: GPL-3.0-only
"""Before a hub brings what it keeps to a newer form, a copy of it: `before-upgrade` in its folder.
Used by the hub.

Looks at every number first, so that a hub that is too old for one of the stores changes none of
them.
"""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from documents.store import copy as store_copy
from expert_app.backup.save import back_up
from expert_app.runtime.config import HubSettings
from expert_app.runtime.paths import Paths
from expert_app.stores.jetstream import documents_folder
from resources.texts import _
from session.bus.hub_connection import HubConnection
from session.hub.access import identities
from session.hub.history import tables as history_tables
from session.hub.storage.format import StoredTooNew
from session.hub.upgrades import upgrade

log = logging.getLogger(__name__)

FOLDER = "before-upgrade"


def too_new(error: StoredTooNew) -> int:
    """Says that a newer version has been here; the exit code."""
    words = _(
        "What is kept here ({what}) was written by a newer version (form {theirs}; this one knows "
        "{ours}). Nothing "
        "was changed. Install the newer version again, or restore the copy in {folder} that it "
        "kept."
    )
    print(words.format(what=error.what, theirs=error.theirs, ours=error.ours, folder=FOLDER))
    return 1


async def upgrade_stored(settings: HubSettings, paths: Paths, connection: HubConnection) -> None:
    """Brings JetStream's part to today's form, after `keep_old_databases` has found none of the
    others too new.

    Raises:
        StoredTooNew: nothing was changed. StoreUnreachable, OSError.
    """

    async def keep_copy(number: int) -> None:
        path = _place(paths) / f"hub-{number}-{_stamp()}.backup"
        await back_up(path, settings, paths, connection, with_dossiers=False)
        log.warning("the hub's state of form %d is kept in %s", number, path.name)

    await upgrade(connection, keep_copy, settings.replicas if settings.bus else 1)


def keep_old_databases(settings: HubSettings, paths: Paths) -> None:
    """Copies SQLite files of an older layout.
    A database server is its operator's: see docs/operator.md.
    """
    history_is_file = not (settings.history_database or settings.database)
    book = paths.data / "identities" / "identities.sqlite"
    files = [("identities", book, "PRAGMA user_version", identities.FORMAT, True)]
    if history_is_file:
        query = "SELECT format FROM history_about"
        files.append(
            (
                "history",
                paths.data / "history" / "history.sqlite",
                query,
                history_tables.FORMAT,
                False,
            )
        )
    if not settings.database:
        query = "SELECT format FROM about"
        place = documents_folder(settings, paths, "dossiers") / "dossiers.sqlite"
        files.append(("dossiers", place, query, store_copy.FORMAT, False))
    formats = {name: _number(file, query) for name, file, query, _ours, _zero in files}
    for name, _file, _query, ours, _zero in files:
        if (formats[name] or 0) > ours:
            raise StoredTooNew(name, formats[name] or 0, ours=ours)
    for name, file, _query, ours, zero in files:
        number = formats[name]
        if number is not None and number < ours and (number or zero):
            _copy(file, _place(paths) / f"{name}-{number}-{_stamp()}.sqlite")


def _number(file: Path, query: str) -> int | None:
    """None where there is no such file, or nothing in it."""
    if not file.exists():
        return None
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as base:
            row = base.execute(query).fetchone()
    except sqlite3.Error:
        return None
    if row:
        return int(row[0])
    return None


def _copy(file: Path, to: Path) -> None:
    with closing(sqlite3.connect(file)) as base, closing(sqlite3.connect(to)) as copy:
        base.backup(copy)
    to.chmod(0o600)
    log.warning("a copy of the older form is kept in %s", to.name)


def _place(paths: Paths) -> Path:
    return paths.folder(FOLDER)


def _stamp() -> str:
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
