# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub`, which runs a hub or a vault; a script may drive them (`--driven`). Used by
`__main__`. Each program is loaded only when it is the one that was asked for.
"""

from __future__ import annotations

from expert_app.commands.hub.context import HubContext, hub_command
from expert_app.runtime.command_line import CommonOptions
from expert_app.runtime.folder_owner import Owner, own_folder
from expert_app.runtime.log_lines import acts, log_in_files
from expert_app.runtime.paths import LOG_FOLDER
from expert_app.runtime.watch import WatchService


def _watch_service(common: CommonOptions) -> WatchService | None:
    if not common.driven:
        return None
    from expert_app.driven.services import drive_service

    return drive_service


@hub_command(needs_convention=True)
def hub_or_vault(hub: HubContext, common: CommonOptions) -> int:
    """Run the hub, or with --serve a vault; the exit code."""
    if not hub.settings.serve:
        return _run_hub(hub, common, rebuild_history=False)
    from expert_app.commands.hub.event_loop import run
    from expert_app.vault import program as vault

    logs = log_in_files(hub.paths.folder(LOG_FOLDER), "vault")
    with own_folder(hub.paths.data, "hub --serve") as before, logs:
        _note_start(hub, before)
        code = run(vault.run(hub.settings, hub.paths, watch=_watch_service(common)))
        _note_stop(hub, code)
        return code


@hub_command(act="rebuild-history", needs_convention=True)
def rebuild_history(hub: HubContext, common: CommonOptions) -> int:
    """Run the hub, which builds its history again first; the exit code."""
    return _run_hub(hub, common, rebuild_history=True)


def _run_hub(hub: HubContext, common: CommonOptions, *, rebuild_history: bool) -> int:
    from expert_app.commands.hub.event_loop import run
    from expert_app.hub import program

    options = program.HubOptions(watch=_watch_service(common), rebuild_history=rebuild_history)
    logs = log_in_files(hub.paths.folder(LOG_FOLDER), "hub")
    with own_folder(hub.paths.data, "hub") as before, logs:
        _note_start(hub, before)
        code = run(program.run(hub.settings, hub.paths, options))
        _note_stop(hub, code)
        return code


def _note_stop(hub: HubContext, code: int) -> None:
    from expert_app.stores.operator_acts import note_act

    note_act(hub.paths, "stop", outcome=str(code) if code else "")


def _note_start(hub: HubContext, before: Owner | None) -> None:
    from expert_app.stores.operator_acts import note_start

    note_start(hub.settings, hub.paths, before)
    if before is not None:
        acts.warning(
            "the run since %s (process %d) ended without a word: it was killed, or the power went",
            before.since_utc.isoformat(timespec="seconds"),
            before.pid,
        )
