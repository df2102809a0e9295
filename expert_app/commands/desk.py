# SPDX-License-Identifier: GPL-3.0-only
"""The command `expert-app desk`: the window of the role that its settings name, after a sign-in
where there is no key yet. Used by `__main__`.

Each role's window is imported only when it is the one to open.
"""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from expert_app.helpdesk.address import SessionAddress
from expert_app.runtime.bus_access import tls_for
from expert_app.runtime.config import DeskSettings, load_fixed
from expert_app.runtime.credentials import (
    SEED_VARIABLE,
    KeyMissing,
    key_name_of,
    load_seed,
    no_key_yet,
)
from expert_app.runtime.enrolment import is_over
from expert_app.runtime.paths import Paths
from expert_app.runtime.sealing import seals_for
from expert_app.runtime.window_program import Program, Watch, has_screen, run_application
from expert_app.workplace.choices import in_chosen_language
from expert_app.workplace.key_file import key_file_in
from session.core.clock import SystemClock
from session.core.errors import SessionError, SignOnEnded
from views.words.errors import sentence


def run_desk(
    settings: DeskSettings,
    paths: Paths,
    *,
    address: SessionAddress | None = None,
    watch: Watch | None = None,
) -> int:
    """Runs the role's window until it is told to stop; the exit code.

    Args:
        address: the conversation that a helpdesk opens first.
    """
    if SEED_VARIABLE not in os.environ:
        keys = key_file_in(paths.data)
    else:
        keys = None
    try:
        tls_for(settings)
        # a damaged file of ours is told before any window
        seals_for(settings, paths, SystemClock())
        if keys is None and not has_screen():
            _seed_of(settings)
    except KeyMissing as error:
        print(error)
        return 2
    except SessionError as error:
        print(sentence(error.code, error.detail).sentence)
        return 2
    return run_application(
        partial(_main, settings, paths, keys=keys, address=address),
        settings.language,
        watch=watch,
    )


def _seed_of(settings: DeskSettings) -> bytes:
    """The key of this installation.

    Raises:
        KeyMissing: this computer is not known yet, or no longer.
    """
    name = key_name_of(settings)
    if not settings.user and SEED_VARIABLE not in os.environ:
        raise no_key_yet(name)
    if is_over(settings):
        raise KeyMissing(name, sentence(SignOnEnded.code).sentence)
    return load_seed(name)


async def _main(
    settings: DeskSettings,
    paths: Paths,
    program: Program,
    *,
    keys: Path | None = None,
    address: SessionAddress | None = None,
) -> None:
    from expert_app.workplace.role_parts import build_role_parts
    from expert_app.workplace.wiring.own_key import own_key

    if keys is not None:
        from expert_app.workplace.wiring.unlock import unlock

        if not await unlock(settings, paths, program):
            return
    read = partial(_seed_of, settings)
    key = await own_key(settings, paths, program, read=read)
    if key is None:
        return
    seed = key.seed
    if seed is None:
        from expert_app.desk.wiring.sign_in import sign_in

        signed_in = await sign_in(settings, paths, program, key.why)
        if signed_in is None:
            return
        settings, seed = signed_in
        settings = load_fixed(paths.organisation_file).over(settings)
        settings = in_chosen_language(settings, paths)
    build = partial(build_role_parts, settings, paths, seed=seed, program=program)
    match settings.role:
        case "agent":
            from expert_app.desk.wiring.program import build_desk
            from expert_app.workplace.wiring.elsewhere import wait_elsewhere

            while True:
                desk = build_desk(build())
                await desk.run()
                if desk.elsewhere is None or not await wait_elsewhere(
                    desk.elsewhere, settings, paths, program, seed=seed
                ):
                    break
        case "supervisor":
            from expert_app.board.wiring.program import BoardProgram

            await BoardProgram(build()).run()
        case "helpdesk" | "operator":
            from expert_app.helpdesk.wiring.program import HelpdeskProgram

            await HelpdeskProgram(build(), address).run()
        case "facilitator":
            from expert_app.board.wiring.site import HostProgram

            await HostProgram(build()).run()
