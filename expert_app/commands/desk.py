# SPDX-License-Identifier: GPL-3.0-only
"""The command `expert-app desk`: the window of the role that its settings name, after a sign-in
where there is no key yet. Used by `__main__`.

Each role's window is imported only when it is the one to open.
"""

from __future__ import annotations

import contextlib
import os
from functools import partial
from pathlib import Path

from expert_app.helpdesk.address import SessionAddress
from expert_app.runtime.bus_access import tls_for
from expert_app.runtime.config import DeskSettings, load_fixed
from expert_app.runtime.credentials import (
    SEED_VARIABLE,
    KeyMissing,
    KeyringUnusable,
    key_name,
    load_seed,
)
from expert_app.runtime.enrolment import is_over
from expert_app.runtime.paths import Paths
from expert_app.runtime.sealing import seals_for
from expert_app.runtime.window_program import ROLES, Program, has_screen, run_application
from expert_app.workplace.choices import in_chosen_language
from expert_app.workplace.key_file import key_file_in
from resources.texts import _
from session.core.clock import SystemClock
from session.core.errors import SessionError, SignOnEnded
from views.words.errors import sentence


def run_desk(
    settings: DeskSettings, paths: Paths, *, driven: bool, address: SessionAddress | None = None
) -> int:
    """Runs the role's window until it is told to stop; the exit code.

    Args:
        address: the conversation that a helpdesk opens first.
    """
    seed, keys, why = None, key_file_in(paths.data), ""
    try:
        tls_for(settings)
        # a damaged file of ours is told before any window
        seals_for(settings, paths, SystemClock())
        seed = _seed_of(settings, keys)
    except KeyMissing as error:
        if not has_screen():
            print(error)
            return 2
        if isinstance(error, KeyringUnusable) and settings.user:
            words = _(
                "This computer is known as {user}, but its keyring does not answer. Close this "
                "window, unlock the keyring or log in again, and open the desk again: no new "
                "invitation is needed."
            )
            why = words.format(user=settings.user)
    except SessionError as error:
        print(sentence(error.code, error.detail).sentence)
        return 2
    return run_application(
        partial(
            _main, settings, paths, seed=seed, keys=keys, why=why, driven=driven, address=address
        ),
        settings.language,
    )


def _seed_of(settings: DeskSettings, keys: Path | None) -> bytes | None:
    """The key of this installation; None while it lies in a file that a passphrase opens.

    Raises:
        KeyMissing: this computer is not known yet, or no longer.
    """
    if keys is not None and SEED_VARIABLE not in os.environ:
        return None
    name = key_name(settings.organisation, ROLES[settings.role], settings.user)
    if is_over(settings):
        raise KeyMissing(name, sentence(SignOnEnded.code).sentence)
    return load_seed(name)


async def _main(
    settings: DeskSettings,
    paths: Paths,
    program: Program,
    *,
    seed: bytes | None,
    keys: Path | None = None,
    why: str = "",
    driven: bool,
    address: SessionAddress | None = None,
) -> None:
    if seed is None and keys is not None:
        from expert_app.workplace.wiring.unlock import unlock

        if not await unlock(settings, paths, program, driven=driven):
            return
        with contextlib.suppress(KeyMissing):
            seed = _seed_of(settings, None)
    if seed is None:
        from expert_app.desk.wiring.sign_in import sign_in

        signed_in = await sign_in(settings, paths, driven, program, why)
        if signed_in is None:
            return
        settings, seed = signed_in
        settings = load_fixed(paths.organisation_file).over(settings)
        settings = in_chosen_language(settings, paths)
    match settings.role:
        case "agent":
            from expert_app.desk.wiring.program import open_desk
            from expert_app.workplace.wiring.elsewhere import wait_elsewhere

            while True:
                found = await open_desk(settings, paths, program, seed=seed, driven=driven)
                if found is None or not await wait_elsewhere(
                    found, settings, paths, program, seed=seed, driven=driven
                ):
                    break
        case "supervisor":
            from expert_app.board.wiring.program import open_board

            await open_board(settings, paths, program, seed=seed, driven=driven)
        case "helpdesk" | "operator":
            from expert_app.helpdesk.wiring.program import open_helpdesk

            await open_helpdesk(settings, paths, program, seed=seed, driven=driven, address=address)
        case "facilitator":
            from expert_app.board.wiring.site import open_site

            await open_site(settings, paths, program, seed=seed, driven=driven)
