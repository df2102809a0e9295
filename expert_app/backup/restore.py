# SPDX-License-Identifier: GPL-3.0-only
"""A backup of the hub's state into a hub that has none. Used by `hub restore`.

The file is compared with its list to the last byte, and every target is looked at, before anything
is written. AUDIT gets a new birth date from the server; the history's rows, which belong to the old
one, follow it, else every entry would be read a second time.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from documents.store import copy as store_copy
from expert_app.backup.archive import BackupFormatUnknown, BackupOfOthers, BackupReader, reading
from expert_app.backup.erasing import REGISTER, HubEraser, read_register
from expert_app.backup.save import (
    DOSSIERS,
    FILES,
    HISTORY,
    HISTORY_TABLES,
    IDENTITIES,
    STREAMS,
    BackupFacts,
    DossierReference,
)
from expert_app.backup.signing import check_signer
from expert_app.backup.table_rows import has_rows, load_rows
from expert_app.runtime.config import HubSettings
from expert_app.runtime.paths import Paths
from expert_app.stores.dossiers import open_copy, open_store
from expert_app.stores.identities import open_book
from expert_app.stores.jetstream import store_limits
from session.bus.hub_connection import HubConnection
from session.bus.jetstream.snapshots import Snapshots
from session.hub.dossier.kept_logs import KeptLogs
from session.hub.history import tables as history_tables
from session.hub.history.audit import AUDIT
from session.hub.history.database import History
from session.hub.storage.erasures import Erasure, all_marks, mark_of
from session.hub.storage.format import FORMAT
from session.hub.storage.store_space import LOG_PREFIX
from session.hub.upgrades import OLDEST


def check_layout(dossiers: DossierReference) -> None:
    """Raise `BackupFormatUnknown` for dossiers whose tables are not of a layout that we know."""
    if not store_copy.OLDEST <= dossiers.layout <= store_copy.FORMAT:
        raise BackupFormatUnknown


class TargetNotEmpty(Exception):
    """Something is there already. `what`: "streams", "history", "log", "identities" or
    "dossiers".
    """

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


async def restore(
    path: Path,
    settings: HubSettings,
    paths: Paths,
    connection: HubConnection,
    *,
    signer: str = "",
) -> tuple[BackupFacts, int]:
    """Restores `path`; its facts, and how many documents have no file (they come from a backup of
    their own).

    Args:
        signer: see `check_signer`.

    Raises:
        BackupDamaged, BackupNotSigned, BackupOfStranger, BackupFormatUnknown, BackupOfOthers,
        TargetNotEmpty: nothing was changed.
        StoreUnreachable, OSError: it broke off; empty the target and begin again.
    """
    with reading(path) as backup:
        if HISTORY not in backup.names:
            raise BackupOfOthers(backup.organisation)
        check_signer(backup.signer, signer, paths)
        facts = backup.facts(BackupFacts)
        has_ever_run = facts.stored_format > 0
        if has_ever_run and not OLDEST <= facts.stored_format <= FORMAT:
            raise BackupFormatUnknown
        check_layout(facts.dossiers)
        snapshots = Snapshots(connection.bus)
        if await snapshots.names():
            raise TargetNotEmpty("streams")
        await asyncio.to_thread(_check_empty, settings, paths, facts)
        if settings.bus:
            replicas = settings.replicas
        else:
            replicas = 1
        # Sources before AUDIT: what AUDIT lacks of them is copied as soon as it is there.
        for saved in sorted(facts.streams, key=lambda stream: stream.name == AUDIT):
            parts = backup.read(f"{STREAMS}{saved.name}")
            await snapshots.restore(saved, parts, replicas)
        if facts.audit_created:
            created = (await connection.streams.state(AUDIT)).created
        else:
            created = ""
        missing = await asyncio.to_thread(
            _fill, backup, settings, paths, facts=facts, created=created
        )
    await _erase_again(path, settings, paths, connection=connection, facts=facts)
    return facts, missing


async def _erase_again(
    path: Path,
    settings: HubSettings,
    paths: Paths,
    *,
    connection: HubConnection,
    facts: BackupFacts,
) -> None:
    """Erase what was erased since the backup: it does not come back,
    the register beside it says so.
    """
    logs = KeptLogs(
        connection.streams,
        replicas=settings.replicas if settings.bus else 1,
        limits=store_limits(settings, None if settings.bus else paths.folder("bus")),
    )
    await logs.prepare()
    beside, here = read_register(path.parent / REGISTER), await logs.erasures()
    history = await asyncio.to_thread(_history, settings, paths)
    try:
        names = [saved.name for saved in facts.streams if saved.name.startswith(LOG_PREFIX)]
        organisations = {name.removeprefix(LOG_PREFIX) for name in names}
        eraser = HubEraser(connection.streams, logs, history=history)
        await eraser.again(organisations, [*beside, *here])
    finally:
        history.close()
    if facts.dossiers.included:
        await asyncio.to_thread(erase_dossiers_again, [*beside, *here], settings, paths)
    for line in beside:
        if line not in here:
            await logs.note(line)


def erase_dossiers_again(erasures: Iterable[Erasure], settings: HubSettings, paths: Paths) -> int:
    """Erases the dossiers that the register's lines name, held or not; how many."""
    marks = all_marks(erasures)
    with open_store(settings, paths) as store:
        return store.erasures.erase_again(
            lambda organisation, token: mark_of(organisation, token) in marks
        )


def _history(settings: HubSettings, paths: Paths) -> History:
    return History(
        paths.folder("history"),
        database_url=settings.history_database or settings.database,
        time_zone=settings.time_zone,
    )


def _check_empty(settings: HubSettings, paths: Paths, facts: BackupFacts) -> None:
    history = _history(settings, paths)
    try:
        if has_rows(history.engine, HISTORY_TABLES[1:]):
            raise TargetNotEmpty("history")
    finally:
        history.close()
    check_nobody_known(paths)
    if facts.dossiers.included:
        check_no_dossiers(settings, paths)


def check_nobody_known(paths: Paths) -> None:
    """Raises `TargetNotEmpty` when somebody was enrolled, admitted or sent away here."""
    if not open_book(paths).is_empty:
        raise TargetNotEmpty("identities")


def check_no_dossiers(settings: HubSettings, paths: Paths) -> None:
    """Raises `TargetNotEmpty` when there are dossiers here."""
    copy = open_copy(settings, paths)
    try:
        if has_rows(copy.engine, store_copy.TABLES):
            raise TargetNotEmpty("dossiers")
    finally:
        copy.close()


def _fill(
    backup: BackupReader, settings: HubSettings, paths: Paths, *, facts: BackupFacts, created: str
) -> int:
    # another layout is read from AUDIT by the hub that starts
    if facts.history_layout == history_tables.FORMAT:
        history = _history(settings, paths)
        try:
            load_rows(history.engine, HISTORY_TABLES, backup.read(HISTORY))
            history.follow_stream(facts.audit_created, created)
        finally:
            history.close()
    put_identities(paths, backup.read(IDENTITIES))
    return fill_dossiers(backup, settings, paths, included=facts.dossiers.included)


def fill_dossiers(
    backup: BackupReader, settings: HubSettings, paths: Paths, *, included: bool
) -> int:
    """Puts the dossiers into their place, where the backup has them;
    how many documents have no file here.
    """
    copy = open_copy(settings, paths)
    try:
        if included:
            for name in backup.names:
                if name.startswith(FILES):
                    copy.write(name.removeprefix(FILES), backup.whole(name))
            load_rows(copy.engine, store_copy.TABLES, backup.read(DOSSIERS))
        return copy.missing()
    finally:
        copy.close()


def put_identities(paths: Paths, parts: Iterator[bytes]) -> None:
    """Puts the book of identities into its place, whole or not at all."""
    place = paths.folder("identities") / "identities.sqlite"
    part = place.with_suffix(".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        for data in parts:
            file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(place)
