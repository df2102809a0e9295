# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub backup FILE` and `hub restore FILE`, of a hub and of a vault: they print what was
saved or restored, or what went wrong. Used by `backup_folder`.
"""

from __future__ import annotations

from collections.abc import Awaitable
from pathlib import Path

from expert_app.backup.archive import (
    BackupDamaged,
    BackupFormatUnknown,
    BackupNotSigned,
    BackupOfOthers,
)
from expert_app.backup.restore import TargetNotEmpty, restore
from expert_app.backup.save import BackupFacts, back_up
from expert_app.backup.signing import BackupOfStranger, own_signer
from expert_app.commands.hub.context import HubContext
from expert_app.commands.hub.words import (
    counted_conversations,
    counted_documents,
    counted_dossiers,
    counted_rows,
    counted_streams,
    local_time,
)
from expert_app.runtime.config import HubSettings
from expert_app.runtime.credentials import KeyMissing
from expert_app.runtime.folder_owner import own_folder
from expert_app.runtime.log_lines import acts
from expert_app.runtime.paths import Paths
from expert_app.stores.identities import open_book
from expert_app.stores.jetstream import store_of
from expert_app.stores.operator_acts import note_act
from expert_app.vault.backup import VaultFacts, back_up_vault, restore_vault
from resources.texts import _, ngettext
from resources.this_machine import as_here
from session.core.errors import BusUnreachable, SessionError, StoreUnreachable
from session.core.tasks import Tasks
from session.hub.storage.format import StoredFormatUnknown
from session.hub.storage.store_space import is_store_full


async def run_backup(path: Path, hub: HubContext, *, with_dossiers: bool) -> int:
    """Write the backup and print what is in it; the exit code. A vault's has its dossiers."""
    if hub.settings.serve:
        return await _run(_back_up_vault(path, hub.settings, hub.paths), path)
    work = _back_up(path, hub.settings, hub.paths, with_dossiers=with_dossiers)
    return await _run(work, path)


async def run_restore(path: Path, hub: HubContext, signer: str = "") -> int:
    """Restore the backup and print what came back; the exit code."""
    restore_it = _restore_vault if hub.settings.serve else _restore
    return await _run(restore_it(path, hub.settings, hub.paths, signer), path)


async def _back_up_vault(path: Path, settings: HubSettings, paths: Paths) -> None:
    facts = await back_up_vault(path, settings, paths)
    what = _vault_summary(facts, settings)
    print(_("{file} holds the vault's state: {what}").format(file=path, what=what))
    print(_("The secrets of its sealing keys are not in it: keep them apart."))
    _print_signer(paths)


async def _restore_vault(path: Path, settings: HubSettings, paths: Paths, signer: str) -> None:
    with own_folder(paths.data, "hub restore"):
        facts, missing = await restore_vault(path, settings, paths, signer)
    print(_("Restored from {file}: {what}").format(file=path, what=_vault_summary(facts, settings)))
    _print_missing(missing)
    _print_keys(paths, as_here("expert-app hub admit --key -"))


def _vault_summary(facts: VaultFacts, settings: HubSettings) -> str:
    count = facts.dossiers
    return _("{dossiers}, {documents}, logs of {conversations}, of {at}.").format(
        dossiers=counted_dossiers(count.dossiers),
        documents=counted_documents(count.documents),
        conversations=counted_conversations(facts.sessions),
        at=local_time(facts.made_at_utc, settings),
    )


async def _back_up(path: Path, settings: HubSettings, paths: Paths, *, with_dossiers: bool) -> None:
    tasks = Tasks()
    try:
        async with store_of(settings, paths, tasks, alone=False) as connection:
            facts = await back_up(path, settings, paths, connection, with_dossiers=with_dossiers)
    finally:
        await tasks.close()
    what = _summary(facts, settings)
    acts.info("a backup was made: %s", path)
    note_act(paths, "backup", str(path))
    print(_("{file} holds the hub's state: {what}").format(file=path, what=what))
    if not facts.dossiers.included:
        words = _(
            "The dossiers ({dossiers}, with {documents}) are not in it: they are in {place}. Back "
            "them up "
            "with their own means, or use --with-dossiers."
        )
        place = facts.dossiers.database or facts.dossiers.folder
        count = facts.dossiers
        documents = counted_documents(count.documents)
        print(words.format(dossiers=count.dossiers, documents=documents, place=place))
    _print_signer(paths)


def _print_signer(paths: Paths) -> None:
    words = _("Signed by {signer}: write it down, a restore on another machine asks for it.")
    print(words.format(signer=own_signer(paths)))


async def _restore(path: Path, settings: HubSettings, paths: Paths, signer: str) -> None:
    tasks = Tasks()
    try:
        async with store_of(settings, paths, tasks, alone=True) as connection:
            facts, missing = await restore(path, settings, paths, connection, signer=signer)
    finally:
        await tasks.close()
    acts.info("restored from %s, of %s", path, facts.made_at_utc.isoformat(timespec="seconds"))
    note_act(paths, "restore", str(path))
    print(_("Restored from {file}: {what}").format(file=path, what=_summary(facts, settings)))
    _print_missing(missing)
    _print_keys(paths, as_here("expert-app hub revoke"))


def _print_missing(count: int) -> None:
    if count:
        words = ngettext(
            "{count} document has no file here: restore the dossiers' folder too.",
            "{count} documents have no file here: restore the dossiers' folder too.",
            count,
        )
        print(words.format(count=count))


def _print_keys(paths: Paths, command: str) -> None:
    if not open_book(paths).is_empty:
        print(
            _(
                "A key that was taken away after that is let in again: take it away once more "
                "({command})."
            ).format(command=command)
        )


def _summary(facts: BackupFacts, settings: HubSettings) -> str:
    return _("{streams}, {rows}, of {at}.").format(
        streams=counted_streams(len(facts.streams)),
        rows=counted_rows(facts.history_rows),
        at=local_time(facts.made_at_utc, settings),
    )


async def _run(work: Awaitable[None], path: Path) -> int:
    """Does the work and prints what went wrong; the exit code."""
    try:
        await work
    except (*EXPECTED, OSError) as error:
        print(why_not(error, path))
        return 1
    return 0


EXPECTED = (
    BackupDamaged,
    BackupNotSigned,
    BackupOfOthers,
    BackupOfStranger,
    BackupFormatUnknown,
    StoredFormatUnknown,
    TargetNotEmpty,
    KeyMissing,
    SessionError,
)
"""What may go wrong besides the disk."""


def why_not(error: Exception, path: Path) -> str:
    """Say what happened and what to do."""
    match error:
        case BackupDamaged(why=why):
            part = f" ({why})" if why else ""
            words = _("{file} is not a whole backup{part}. Nothing was changed.")
            return words.format(file=path, part=part)
        case BackupNotSigned():
            words = _("{file} is not signed: its signature was taken away. Nothing was changed.")
            return words.format(file=path)
        case BackupOfStranger(signer=signer, wanted=""):
            words = _(
                "{file} is signed by {signer}, which is not this folder's own key. Nothing was "
                "changed. Compare it with what was written down when backups began; if it is the "
                "same: expert-app hub restore --key {signer} FILE"
            )
            return words.format(file=path, signer=signer)
        case BackupOfStranger(signer=signer, wanted=wanted):
            words = _(
                "{file} is signed by {signer}, not by {wanted}: it is of another hub or vault, or "
                "forged. Nothing was changed."
            )
            return words.format(file=path, signer=signer, wanted=wanted)
        case BackupFormatUnknown():
            words = _(
                "{file} was written by another version, in a form that this one does not know. "
                "Nothing was changed: restore it with that version."
            )
            return words.format(file=path)
        case StoredFormatUnknown(what=what):
            words = _("What is here ({what}) was written by another version. Nothing was changed.")
            return words.format(what=what)
        case BackupOfOthers(whose=""):
            words = _("{file} is the backup of a hub, not of a vault. Nothing was changed.")
            return words.format(file=path)
        case BackupOfOthers(whose=organisation):
            words = _("{file} is the backup of the vault of {organisation}. Nothing was changed.")
            return words.format(file=path, organisation=organisation)
        case TargetNotEmpty(what=what):
            words = _(
                "There is something here already ({what}). Nothing was changed: restore into an "
                "empty hub."
            )
            return words.format(what=what)
        case KeyMissing(why=why):
            return why
    return _why_not_reached(error, path)


def _why_not_reached(error: Exception, path: Path) -> str:
    """The same for the bus, the stores and the disk."""
    match error:
        case FileExistsError(filename=name):
            return _("{file} exists already.").format(file=name)
        case BusUnreachable(code=code, detail=detail):
            words = _(
                "The bus cannot be had ({why}). Is a hub running on this folder? Stop it before a "
                "restore."
            )
            return words.format(why=detail.get("why", code))
        case StoreUnreachable() if is_store_full(error):
            return _(
                "There is not enough room for what is in it: raise store.quota_mb in the settings. "
                "What was written so far is of no use: remove it and begin again."
            )
        case SessionError(code=code, detail=detail):
            words = _(
                "It broke off ({code}: {why}). What was written so far is of no use: remove it and "
                "begin again."
            )
            return words.format(code=code, why=detail.get("why", ""))
        case OSError(strerror=why):
            return _("{file} cannot be used: {why}.").format(file=path, why=why or error)
    raise error
