# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub backup` and `restore`, of a hub and of a vault; without a file, as the timer runs
it, and with `--check`. Used by `__main__`.

A new backup counts only when it was read back to the end; older ones go only then.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from expert_app.backup.archive import reading
from expert_app.backup.contents import BackupContents, OrganisationContents, hub_contents
from expert_app.backup.folder import DAMAGED, BackupFolder, owner_of
from expert_app.backup.save import HISTORY
from expert_app.backup.signing import check_named, short_form
from expert_app.commands.hub.backup import EXPECTED, run_backup, run_restore, why_not
from expert_app.commands.hub.context import HubContext, hub_command
from expert_app.commands.hub.words import (
    counted_conversations,
    counted_documents,
    counted_dossiers,
    counted_rows,
    counted_streams,
    local_time,
)
from expert_app.runtime.command_line import Argument
from expert_app.runtime.config import HubSettings
from expert_app.vault.backup import vault_contents
from resources.texts import N_, _, ngettext

UNITS = (N_("{size} B"), N_("{size} kB"), N_("{size} MB"), N_("{size} GB"), N_("{size} TB"))


@hub_command(act="backup")
def backup(
    hub: HubContext,
    file: Annotated[
        Path | None,
        Argument(
            "without it: a dated one in the settings' backup.folder, and the oldest ones go", "FILE"
        ),
    ] = None,
    *,
    with_dossiers: Annotated[bool, Argument("and all dossiers and documents")] = False,
) -> int:
    """Back up into a file, or into the settings' folder; the exit code."""
    if file is None:
        return run_folder_backup(hub)
    if not _is_named(hub):
        return 2
    return asyncio.run(run_backup(file, hub, with_dossiers=with_dossiers))


@hub_command(act="restore")
def restore(
    hub: HubContext,
    file: Annotated[Path, Argument(metavar="FILE")],
    *,
    check: Annotated[
        bool, Argument("read all of it and say what is in it; nothing is written")
    ] = False,
    key: Annotated[
        str,
        Argument(
            "who must have signed it, as `hub backup` said; without it: this folder's own key",
            "SIGNER",
        ),
    ] = "",
) -> int:
    """Restore a file, or only say what is in it; the exit code."""
    if check:
        return run_check(file, hub.settings, key)
    if not _is_named(hub):
        return 2
    return asyncio.run(run_restore(file, hub, key))


def _is_named(hub: HubContext) -> bool:
    """True if the settings or --org say whose vault it is, or it is none; else a sentence is
    printed.
    """
    if not hub.settings.serve or hub.settings.organisation:
        return True
    print(_("Say whose vault it is with --org."))
    return False


def run_folder_backup(hub: HubContext) -> int:
    """Write a backup into the settings' folder, read it back, remove the oldest; the exit code."""
    settings = hub.settings
    if not settings.backup.folder:
        print(_("Say where: expert-app hub backup FILE, or backup.folder in the settings."))
        return 2
    folder = BackupFolder(Path(settings.backup.folder), owner_of(settings))
    now = datetime.now(UTC)
    try:
        path = folder.new_path(now)
    except OSError as error:
        print(why_not(error, Path(settings.backup.folder)))
        return 1
    with_dossiers = settings.backup.with_dossiers
    code = asyncio.run(run_backup(path, hub, with_dossiers=with_dossiers))
    if code == 0:
        code = run_check(path, settings)
        if code != 0:  # it must not be taken for a good one
            path.replace(path.with_name(path.name + DAMAGED))
    if code != 0:
        return code
    try:
        for gone in folder.remove_old(settings.backup.keep, now):
            print(_("{file} is removed: there are newer ones.").format(file=gone.name))
    except OSError as error:
        print(why_not(error, Path(settings.backup.folder)))
        return 1
    return 0


def run_check(path: Path, settings: HubSettings, signer: str = "") -> int:
    """Reads all of a backup and prints what is in it and who signed it; the exit code.

    Args:
        signer: who must have signed it, "" for anybody.
    """
    try:
        with reading(path) as backup:
            is_hub = HISTORY in backup.names
            if is_hub:
                contents = hub_contents(backup)
            else:
                contents = vault_contents(backup)
            signed = short_form(backup.signer)
            if signer:
                check_named(backup.signer, signer)
    except (*EXPECTED, OSError) as error:
        print(why_not(error, path))
        return 1
    print("\n".join(_lines(path, contents, settings)))
    print(_("Signed by {signer}.").format(signer=signed))
    if contents.missing_files:
        return 1
    return 0


def _lines(path: Path, contents: BackupContents, settings: HubSettings) -> list[str]:
    at = local_time(contents.made_at_utc, settings)
    if contents.whose:
        words = _("{file} is whole: the vault of {organisation}, of {at}.")
        lines = [words.format(file=path, organisation=contents.whose, at=at)]
        words = _("Logs of {conversations}.")
        lines.append(words.format(conversations=counted_conversations(contents.sessions)))
    else:
        lines = [_("{file} is whole: a hub, of {at}.").format(file=path, at=at)]
        words = ngettext("{count} message", "{count} messages", contents.messages)
        lines.append(
            _("{streams} with {messages}, {rows}.").format(
                streams=counted_streams(contents.streams),
                messages=words.format(count=contents.messages),
                rows=counted_rows(contents.history_rows),
            )
        )
    lines += [
        _organisation(name, figures) for name, figures in sorted(contents.organisations.items())
    ]
    dossiers = contents.dossiers
    if not dossiers.included:
        words = _("The dossiers ({dossiers}, with {documents}) are not in it: they are in {place}.")
        place = dossiers.database or dossiers.folder
        lines.append(
            words.format(
                dossiers=dossiers.dossiers,
                documents=counted_documents(dossiers.documents),
                place=place,
            )
        )
    if contents.missing_files:
        words = ngettext(
            "{count} document has no file in it.",
            "{count} documents have no file in it.",
            contents.missing_files,
        )
        lines.append(words.format(count=contents.missing_files))
    return lines


def _organisation(name: str, figures: OrganisationContents) -> str:
    words = _(
        "  {organisation}: requests in the history {tickets}, logs {log}, enrolled {identities}, "
        "{dossiers} with {documents}"
    )
    return words.format(
        organisation=name,
        tickets=figures.tickets,
        log=_size(figures.log_bytes),
        identities=figures.identities,
        dossiers=counted_dossiers(figures.dossiers),
        documents=counted_documents(figures.documents),
    )


def _size(size_bytes: float) -> str:
    unit = 0
    while size_bytes >= 1000 and unit < len(UNITS) - 1:
        size_bytes, unit = size_bytes / 1000, unit + 1
    return _(UNITS[unit]).format(size=f"{size_bytes:.1f}" if unit else int(size_bytes))
