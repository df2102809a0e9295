# SPDX-License-Identifier: GPL-3.0-only
"""The command `expert-app desk`: the window of the role that its settings name, after a sign-in
where there is no key yet. Used by `__main__`.

Each role's window is imported only when it is the one to open.
"""

from __future__ import annotations

from functools import partial

from expert_app.helpdesk.address import SessionAddress
from expert_app.runtime.bus_access import tls_for
from expert_app.runtime.config import DeskSettings, load_fixed
from expert_app.runtime.credentials import KeyMissing, key_name, load_seed
from expert_app.runtime.paths import Paths
from expert_app.runtime.sealing import seals_for
from expert_app.runtime.window_program import ROLES, Program, has_screen, run_application
from session.core.clock import SystemClock
from session.core.errors import SessionError
from views.words.errors import sentence


def run_desk(
    settings: DeskSettings, paths: Paths, *, driven: bool, address: SessionAddress | None = None
) -> int:
    """Runs the role's window until it is told to stop; the exit code.

    Args:
        address: the conversation that a helpdesk opens first.
    """
    seed = None
    try:
        tls_for(settings)
        # a damaged file of ours is told before any window
        seals_for(settings, paths, SystemClock())
        seed = load_seed(key_name(settings.organisation, ROLES[settings.role], settings.user))
    except KeyMissing as error:
        if not has_screen():
            print(error)
            return 2
    except SessionError as error:
        print(sentence(error.code, error.detail).sentence)
        return 2
    return run_application(
        partial(_main, settings, paths, seed=seed, driven=driven, address=address),
        settings.language,
    )


async def _main(
    settings: DeskSettings,
    paths: Paths,
    program: Program,
    *,
    seed: bytes | None,
    driven: bool,
    address: SessionAddress | None = None,
) -> None:
    if seed is None:
        from expert_app.desk.wiring.sign_in import sign_in

        signed_in = await sign_in(settings, paths, driven, program)
        if signed_in is None:
            return
        settings, seed = signed_in
        settings = load_fixed(paths.organisation_file).over(settings)
    match settings.role:
        case "agent":
            from expert_app.desk.wiring.program import open_desk

            await open_desk(settings, paths, program, seed=seed, driven=driven)
        case "supervisor":
            from expert_app.board.wiring.program import open_board

            await open_board(settings, paths, program, seed=seed, driven=driven)
        case "helpdesk":
            from expert_app.helpdesk.wiring.program import open_helpdesk

            await open_helpdesk(settings, paths, program, seed=seed, driven=driven, address=address)
        case "facilitator" | "operator":
            from expert_app.board.wiring.site import open_site

            await open_site(settings, paths, program, seed=seed, driven=driven)
