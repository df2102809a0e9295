# SPDX-License-Identifier: GPL-3.0-only
"""A vault's whole state in one file, and back. Used by `hub --serve … backup|restore`.

Dossiers, documents, the log and who was admitted;
not the secrets of the sealing keys, which are kept apart, nor the convention and the settings,
which are files of the organisation's own.
"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from expert_app.backup.archive import (
    BackupDamaged,
    BackupFormatUnknown,
    BackupOfOthers,
    BackupReader,
    reading,
    writing,
)
from expert_app.backup.contents import BackupContents, read_dossiers, read_identities
from expert_app.backup.erasing import REGISTER, read_register
from expert_app.backup.restore import (
    TargetNotEmpty,
    check_layout,
    check_no_dossiers,
    check_nobody_known,
    erase_dossiers_again,
    fill_dossiers,
    put_identities,
)
from expert_app.backup.save import IDENTITIES, DossierReference, dossiers_of, identities
from expert_app.backup.signing import backup_seed, check_signer
from expert_app.runtime.config import HubSettings
from expert_app.runtime.paths import Paths
from expert_app.stores.jetstream import store_limits
from session.hub.storage.format import StoredFormatUnknown
from session.hub.vault.log_store import FORMAT, VaultLog

LOG = "log.sqlite"


class VaultFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The list of a vault's backup.

    Attributes:
        log_format: number of the log's layout.
        sessions: how many logs there are.
    """

    made_at_utc: datetime
    organisation: str
    log_format: int
    sessions: int
    dossiers: DossierReference


def log_of(settings: HubSettings, paths: Paths) -> VaultLog:
    """The vault's log, in its folder."""
    return VaultLog(paths.folder("log") / LOG, store_limits(settings, None))


async def back_up_vault(path: Path, settings: HubSettings, paths: Paths) -> VaultFacts:
    """Writes the backup to `path`; the vault may go on working.
    Documents come after the rows that name them.

    Raises:
        StoreUnreachable: a database broke off.
            OSError: the file cannot be written, or is there already.
    """
    return await asyncio.to_thread(_back_up, path, settings, paths)


def _back_up(path: Path, settings: HubSettings, paths: Paths) -> VaultFacts:
    keeper = log_of(settings, paths)
    with writing(path, backup_seed(paths)) as backup:
        sessions = keeper.count()
        with backup.part(LOG) as write:
            write(keeper.copy())
        with backup.part(IDENTITIES) as write:
            write(identities(paths))
        facts = VaultFacts(
            made_at_utc=datetime.now(UTC),
            organisation=settings.organisation,
            log_format=FORMAT,
            sessions=sessions,
            dossiers=dossiers_of(backup, settings, paths, True),
        )
        backup.finish(facts)
    return facts


async def restore_vault(
    path: Path, settings: HubSettings, paths: Paths, signer: str = ""
) -> tuple[VaultFacts, int]:
    """Restores `path` into a vault that has nothing;
    its facts, and how many documents have no file.

    Args:
        signer: see `check_signer`.

    Raises:
        BackupDamaged, BackupNotSigned, BackupOfStranger, BackupFormatUnknown, BackupOfOthers,
        TargetNotEmpty: nothing was changed.
        StoreUnreachable, OSError: it broke off; empty the target and begin again.
    """
    return await asyncio.to_thread(_restore, path, settings, paths, signer)


def vault_contents(backup: BackupReader) -> BackupContents:
    """Reads a vault's backup. Raises `BackupDamaged`, `BackupFormatUnknown`."""
    facts = _facts(backup, backup.organisation)
    contents = BackupContents(facts.made_at_utc, facts.organisation, facts.dossiers)
    try:
        with closing(sqlite3.connect(":memory:")) as base:
            base.deserialize(backup.whole(LOG))
            if base.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise BackupDamaged(LOG)
            contents.sessions = base.execute("SELECT count(*) FROM session").fetchone()[0]
            query = "SELECT count(*), coalesce(sum(length(data)), 0) FROM record"
            organisation = contents.organisations[facts.organisation]
            organisation.log_messages, organisation.log_bytes = base.execute(query).fetchone()
    except sqlite3.Error as error:
        raise BackupDamaged(LOG) from error
    read_identities(backup, contents)
    read_dossiers(backup, contents)
    return contents


def _restore(
    path: Path, settings: HubSettings, paths: Paths, signer: str
) -> tuple[VaultFacts, int]:
    with reading(path) as backup:
        facts = _facts(backup, settings.organisation)
        check_signer(backup.signer, signer, paths)
        keeper = log_of(settings, paths)
        if not keeper.is_empty:
            raise TargetNotEmpty("log")
        check_nobody_known(paths)
        check_no_dossiers(settings, paths)
        try:
            keeper.restore(backup.whole(LOG))
        except StoredFormatUnknown as error:
            raise BackupFormatUnknown from error
        # what was erased since the backup does not come back
        keeper.erase_again(facts.organisation, read_register(path.parent / REGISTER))
        put_identities(paths, backup.read(IDENTITIES))
        missing = fill_dossiers(backup, settings, paths, included=True)
        erase_dossiers_again(keeper.erasures(), settings, paths)
        return facts, missing


def _facts(backup: BackupReader, organisation: str) -> VaultFacts:
    if backup.organisation != organisation:
        raise BackupOfOthers(backup.organisation)
    facts = backup.facts(VaultFacts)
    if facts.log_format != FORMAT:
        raise BackupFormatUnknown
    check_layout(facts.dossiers)
    return facts
