# SPDX-License-Identifier: GPL-3.0-only
"""A new desk, kiosk or vault gets its key with a one-time code:
used by `expert-app enrol` and the desk's sign-in.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import msgspec

from expert_app.runtime.config import (
    DeskSettings,
    DisplaySettings,
    HubSettings,
    KioskSettings,
    load,
    save,
)
from expert_app.runtime.credentials import KeyMissing, forget_seed, key_name, save_seed
from expert_app.runtime.paths import Paths, paths_for
from resources.texts import _
from session.bus.enrolment import enrol
from session.bus.transport.nkeys import new_seed
from session.bus.transport.tls import client_tls
from session.core.errors import EnrolmentRefused
from session.core.tasks import Tasks
from session.protocol.hub.enrolment import EnrolAnswer
from session.protocol.wire.roles import Role

log = logging.getLogger(__name__)

DESK_ROLES = {
    Role.AGENT: "agent",
    Role.SUPERVISOR: "supervisor",
    Role.HELPDESK: "helpdesk",
    Role.FACILITATOR: "facilitator",
    Role.OPERATOR: "operator",
}
FILE_ROLES = frozenset({Role.KIOSK, Role.DISPLAY, Role.VAULT})
"""Whose key may lie in a file: machines without a person. A desk's lies in that person's keyring.
"""

TRIAL = "enrolment"
"""Name under which the new key is kept until its own is known:
the keyring must work before the code is spent.
"""


async def enrol_here(
    bus: list[str],
    code: str,
    ca_file: str,
    tasks: Tasks,
    *,
    key_file: Path | None = None,
    only: frozenset[Role] = frozenset({*FILE_ROLES, *DESK_ROLES}),
) -> EnrolAnswer:
    """Makes a key, has it recognised by the bus, and keeps it.

    Args:
        bus: addresses.
        ca_file: our own authority's certificate, "" for the system's.
        key_file: where a kiosk, a display or a vault keeps it;
            a desk keeps it in the keyring all the same.
        only: roles that may be enrolled here.

    Raises:
        KeyMissing: the key cannot be kept here;
            the code is not spent, unless it was for a desk and `key_file` given.
        SessionError: as `session.bus.enrolment.enrol`.
    """
    seed = new_seed()
    # A key that is in use stays untouched until the new one is recognised.
    trial_file = key_file.with_name(f"{key_file.name}.new") if key_file is not None else None
    await asyncio.to_thread(save_seed, TRIAL, seed, trial_file)
    try:
        answer = await enrol(
            bus, code, seed, tasks=tasks, tls=client_tls(Path(ca_file) if ca_file else None)
        )
        if answer.role not in only:
            raise EnrolmentRefused
        await asyncio.to_thread(_keep, answer, seed, key_file)
    finally:
        if trial_file is not None:
            trial_file.unlink(missing_ok=True)
        else:
            await asyncio.to_thread(forget_seed, TRIAL)
    return answer


def _keep(answer: EnrolAnswer, seed: bytes, key_file: Path | None) -> None:
    name = key_name(answer.organisation, answer.role, answer.user)
    if answer.role in FILE_ROLES or key_file is None:
        save_seed(name, seed, key_file)
        return
    try:
        save_seed(name, seed)
    except KeyMissing as error:
        raise KeyMissing(name, desk_in_file()) from error


def desk_in_file() -> str:
    """Why a desk's key is not kept in a file."""
    return _(
        "A desk keeps its key in the system's keyring, not in a file: "
        "open a desktop session, and enrol there with a new code."
    )


def remember(
    answer: EnrolAnswer, bus: list[str], ca_file: str, paths: Paths, *, key_file: Path | None = None
) -> DeskSettings | KioskSettings | DisplaySettings | HubSettings:
    """Writes the new identity into the program's settings file; the other settings stay.
    Returns the new settings.

    Raises:
        SettingsWrong: the file there cannot be read. OSError: it cannot be written.
    """
    who: dict[str, object] = {
        "organisation": answer.organisation,
        "user": answer.user,
        "bus": bus,
        "ca_file": str(Path(ca_file).absolute()) if ca_file else "",
    }
    settings: DeskSettings | KioskSettings | DisplaySettings
    kept_in = str(key_file.absolute()) if key_file is not None else ""
    if answer.role is Role.VAULT:
        return _remember_vault(answer, bus, ca_file, paths=paths, key_file=kept_in)
    if answer.role is Role.DISPLAY:
        settings = msgspec.structs.replace(
            load(DisplaySettings, paths.config), **who, key_file=kept_in
        )
    elif answer.role is Role.KIOSK:
        settings = msgspec.structs.replace(
            load(KioskSettings, paths.config), **who, key_file=kept_in
        )
    else:
        settings = msgspec.structs.replace(
            load(DeskSettings, paths.config), **who, role=DESK_ROLES[answer.role]
        )
    save(settings, paths.config)
    return settings


def _remember_vault(
    answer: EnrolAnswer, bus: list[str], ca_file: str, *, paths: Paths, key_file: str
) -> HubSettings:
    before = load(HubSettings, paths.config)
    settings = msgspec.structs.replace(
        before,
        organisation=answer.organisation,
        serve=before.serve or ["dossier", "log"],
        bus=",".join(bus),
        ca_file=str(Path(ca_file).absolute()) if ca_file else "",
        vault=msgspec.structs.replace(before.vault, user=answer.user, key_file=key_file),
    )
    save(settings, paths.config)
    return settings


def program_paths(answer: EnrolAnswer, base: Path | None) -> Paths:
    """Folders of the program that the new identity is for."""
    programs = {Role.KIOSK: "kiosk", Role.DISPLAY: "display", Role.VAULT: "vault"}
    return paths_for(programs.get(answer.role, "desk"), base)
