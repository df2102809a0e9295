# SPDX-License-Identifier: GPL-3.0-only
"""The commands that open a window; a script may drive them (`--driven`). Used by `__main__`.
Each program is loaded only when it is the one that was asked for.
"""

from __future__ import annotations

import gc
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

from expert_app.commands.settings import load_desk_settings, load_settings
from expert_app.runtime.command_line import Argument, CommonOptions
from expert_app.runtime.config import DisplaySettings, KioskSettings
from expert_app.runtime.folder_owner import FolderInUse, own_folder
from expert_app.runtime.log_lines import log_in_files
from expert_app.runtime.paths import LOG_FOLDER, Paths, paths_for
from resources.texts import _, use_language

if TYPE_CHECKING:
    from expert_app.runtime.window_program import Watch


def _watch(common: CommonOptions) -> Watch | None:
    """The function that lets a script drive the window; loaded only where a script does."""
    if not common.driven:
        return None
    from expert_app.driven.windows import drive_windows

    return drive_windows


def _in_folder(paths: Paths, program: str) -> ExitStack:
    """Take the program's folder, and keep its developer log there."""
    stack = ExitStack()
    stack.enter_context(own_folder(paths.data, program))
    stack.enter_context(log_in_files(paths.folder(LOG_FOLDER), program))
    return stack


def desk(common: CommonOptions) -> int:
    """Open the window of the role that the settings name; the exit code."""
    paths = paths_for("desk", common.folder)
    settings = load_desk_settings(common, paths)
    if not common.language:
        from expert_app.workplace.choices import in_chosen_language

        settings = in_chosen_language(settings, paths)
        use_language(settings.language)
    gc.disable()  # the window's loop collects; what is loaded until it runs is no garbage
    from expert_app.commands.desk import run_desk

    with _in_folder(paths, "desk"):
        return run_desk(settings, paths, watch=_watch(common))


def kiosk(
    common: CommonOptions, *, fullscreen: Annotated[bool, Argument("as in the booth")] = False
) -> int:
    """Run the reference kiosk; the exit code."""
    paths = paths_for("kiosk", common.folder)
    settings = load_settings(KioskSettings, common, paths)
    from expert_app.kiosk.wiring.program import run_kiosk

    with _in_folder(paths, "kiosk"):
        return run_kiosk(settings, paths, fullscreen=fullscreen, watch=_watch(common))


def display(
    common: CommonOptions, *, fullscreen: Annotated[bool, Argument("as on the wall")] = False
) -> int:
    """Run the screen of a waiting room; the exit code."""
    paths = paths_for("display", common.folder)
    settings = load_settings(DisplaySettings, common, paths)
    from expert_app.kiosk.wiring.display import run_display

    with _in_folder(paths, "display"):
        return run_display(settings, fullscreen=fullscreen, watch=_watch(common))


def replay(
    common: CommonOptions,
    log: Annotated[
        str,
        Argument(
            "a log file, a saved conversation (ZIP), or the id of a session at the hub",
            "FILE-OR-SESSION",
        ),
    ],
    *,
    reason: Annotated[
        str,
        Argument(
            "why a session is read: its organisation's supervisor sees it (not for a file)", "WORDS"
        ),
    ] = "",
) -> int:
    """Show a log on one timeline; the exit code."""
    paths = paths_for("desk", common.folder)
    settings = load_desk_settings(common, paths)
    from expert_app.commands.replay import run_replay

    return run_replay(log, settings, paths, reason=reason, watch=_watch(common))


def open_address(
    common: CommonOptions,
    address: Annotated[str, Argument("poste-expert://session/0125-223B?at=12:30", "ADDRESS")],
) -> int:
    """Open a moment of a conversation, in the helpdesk's window if one is there; the exit code."""
    from expert_app.helpdesk.address import read_address

    paths = paths_for("desk", common.folder)
    settings = load_desk_settings(common, paths)
    session_address = read_address(address)
    if session_address is None:
        print(_("{address} is no address of a conversation.").format(address=address))
        return 2
    if settings.role not in ("helpdesk", "operator"):
        print(_("Only the helpdesk opens conversations; this computer has another role."))
        return 2
    from expert_app.commands.desk import run_desk

    try:
        with _in_folder(paths, "desk"):
            return run_desk(settings, paths, address=session_address, watch=_watch(common))
    except FolderInUse:
        from expert_app.helpdesk.wiring.one_window import hand_over

        if not hand_over(paths.data, address):
            raise
    print(_("Opened in the window that is there already."))
    return 0
