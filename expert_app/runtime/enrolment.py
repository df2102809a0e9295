# SPDX-License-Identifier: GPL-3.0-only
"""A new desk, kiosk or vault gets its key with a one-time code:
used by `expert-app enrol` and the desk's sign-in.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
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
from expert_app.runtime.credentials import forget_seed, key_name, key_name_of, save_seed
from expert_app.runtime.paths import Paths, paths_for
from resources.texts import _
from session.bus.enrolment import enrol
from session.bus.transport.authority import fetch_authority
from session.bus.transport.nkeys import new_seed
from session.bus.transport.tls import authority_tls, client_tls
from session.core.computer import computer_name
from session.core.disk import write_durably
from session.core.errors import BusRefusedIdentity, EnrolmentElsewhere, SignOnEnded
from session.core.tasks import Tasks
from session.protocol.hub.enrolment import EnrolAnswer
from session.protocol.hub.invitation import InvitationLine
from session.protocol.wire.roles import PEOPLE, Role

log = logging.getLogger(__name__)

FILE_ROLES = frozenset({Role.KIOSK, Role.DISPLAY, Role.VAULT})
"""Whose key may lie in a file: machines without a person. A desk's lies in that person's keyring.
"""

EVERY_ROLE = FILE_ROLES | PEOPLE

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
    authority: str = "",
    key_file: Path | None = None,
    only: frozenset[Role] = EVERY_ROLE,
) -> EnrolAnswer:
    """Makes a key, has it recognised by the bus, and keeps it.

    Args:
        bus: addresses.
        ca_file: our own authority's certificate, "" for the system's.
        authority: the same as a text (PEM), where it is in no file.
        key_file: where a kiosk, a display or a vault keeps it; a desk has none.
        only: roles that may be enrolled here.

    Raises:
        KeyMissing: the key cannot be kept here; the code is not spent.
        EnrolmentElsewhere: the code is for a role that cannot be here; it is not spent either.
        SessionError: as `session.bus.enrolment.enrol`.
    """
    if key_file is not None:
        only &= FILE_ROLES
    seed = new_seed()
    # A key that is in use stays untouched until the new one is recognised.
    trial_file = key_file.with_name(f"{key_file.name}.new") if key_file is not None else None
    await asyncio.to_thread(save_seed, TRIAL, seed, trial_file)
    try:
        tls = authority_tls(authority) if authority else client_tls(_path(ca_file))
        answer = await enrol(
            bus, code, seed, tasks=tasks, tls=tls, roles=only, computer=computer_name()
        )
        if answer.role not in only:  # the hub is older, and has not looked
            raise EnrolmentElsewhere(role=answer.role.name.lower())
        await asyncio.to_thread(_keep, answer, seed, key_file)
    finally:
        if trial_file is not None:
            trial_file.unlink(missing_ok=True)
        else:
            await asyncio.to_thread(forget_seed, TRIAL)
    return answer


def _path(file: str) -> Path | None:
    if file:
        return Path(file)
    return None


def try_keyring() -> None:
    """Keeps something in the keyring and forgets it. Blocks while the system asks the person for
    the keyring's password. Raises `KeyMissing`.
    """
    save_seed(TRIAL, b"trial")
    forget_seed(TRIAL)


def _keep(answer: EnrolAnswer, seed: bytes, key_file: Path | None) -> None:
    save_seed(key_name(answer.organisation, answer.role, answer.user), seed, key_file)


@dataclass(frozen=True)
class Enrolled:
    """The result of an invitation's line: who this is, and which settings were written."""

    answer: EnrolAnswer
    settings: DeskSettings | KioskSettings | DisplaySettings | HubSettings
    paths: Paths


async def enrol_with_line(
    line: InvitationLine,
    tasks: Tasks,
    *,
    ca_file: str = "",
    key_file: Path | None = None,
    paths: Paths | Path | None = None,
    only: frozenset[Role] = EVERY_ROLE,
) -> Enrolled:
    """Enrols this installation by one line, and writes its settings.

    The authority that the line names is fetched, and its certificate kept beside the settings.

    Args:
        ca_file: of the authority, when somebody has given it by hand: then nothing is fetched.
        paths: of the program, or the folder below which it has them; None for the account's own.

    Raises:
        KeyMissing, SettingsWrong, OSError, SessionError: as `enrol_here` and `remember`.
        AuthorityDiffers: the network is not the one that the line names; nothing was said to it.
    """
    bus, authority = list(line.addresses), ""
    if line.fingerprint and not ca_file:
        authority = await fetch_authority(bus, line.fingerprint)
    answer = await enrol_here(
        bus, line.code, ca_file, tasks, authority=authority, key_file=key_file, only=only
    )
    if isinstance(paths, Paths):
        ours = paths
    else:
        ours = program_paths(answer, paths)
    if authority:
        ca_file = str(await asyncio.to_thread(keep_authority, authority, ours))
    settings = await asyncio.to_thread(remember, answer, bus, ca_file, ours, key_file=key_file)
    return Enrolled(answer, settings, ours)


def keep_authority(certificate: str, paths: Paths) -> Path:
    """Writes the authority's certificate beside the settings, whole or not at all."""
    file = paths.config.with_name(f"{paths.config.stem}-authority.pem")
    write_durably(file, certificate.encode("ascii"))
    return file


def desk_in_file() -> str:
    """Why a desk's key is not kept in a file."""
    return _(
        "A desk keeps its key in the system's keyring, not in a file: "
        "open a desktop session, and enrol there."
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
    if key_file is not None:
        kept_in = str(key_file.absolute())
    else:
        kept_in = ""
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
            load(DeskSettings, paths.config),
            **who,
            role=answer.role.name.lower(),
            signed_on_until="",
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


# ---- sign-on with an organisation's provider


def is_over(settings: DeskSettings) -> bool:
    """The hours of this computer's sign-on are over; False for one with a code."""
    if not settings.signed_on_until:
        return False
    try:
        return datetime.fromisoformat(settings.signed_on_until) <= datetime.now(UTC)
    except (ValueError, TypeError):
        return True


def why_refused(settings: DeskSettings) -> str:
    """The code of what to say when the bus no longer knows this desk. The key of a sign-on is of no
    use any more then: it is forgotten, and the next start asks again.
    """
    if not settings.signed_on_until:
        return BusRefusedIdentity.code
    forget_seed(key_name_of(settings))
    return SignOnEnded.code


def program_of(role: Role) -> str:
    """The program that a role is for."""
    programs = {Role.KIOSK: "kiosk", Role.DISPLAY: "display", Role.VAULT: "vault"}
    return programs.get(role, "desk")


def program_paths(answer: EnrolAnswer, base: Path | None) -> Paths:
    """Folders of the program that the new identity is for."""
    return paths_for(program_of(answer.role), base)
