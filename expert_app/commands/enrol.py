# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app enrol`: this installation's key, by an invitation or without one.
Used by `__main__`.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from expert_app.runtime.command_line import Argument, CommonOptions
from expert_app.runtime.config import LOOPBACK_BUS
from expert_app.runtime.credentials import KeyMissing, key_name, save_seed
from expert_app.runtime.enrolment import (
    EVERY_ROLE,
    FILE_ROLES,
    desk_in_file,
    enrol_with_line,
    program_of,
)
from expert_app.runtime.folder_owner import owner_of
from expert_app.runtime.paths import data_folder
from resources.texts import _
from session.bus.transport.nkeys import new_seed, public_key
from session.core.errors import EnrolmentElsewhere, SessionError
from session.core.tasks import Tasks
from session.protocol.hub.invitation import InvitationLine, read_invitation
from session.protocol.wire.ids import is_id
from session.protocol.wire.roles import Role
from views.words.errors import sentence


@dataclass(frozen=True, kw_only=True)
class InvitationParts:
    """The parts of an invitation that came without its line."""

    code: Annotated[str, Argument("the one-time code of the invitation")] = ""
    bus: Annotated[
        tuple[str, ...], Argument("with --code: tls://host:4222 or wss://host", "ADDRESS")
    ] = (LOOPBACK_BUS,)
    ca: Annotated[str, Argument("with --code: certificate of your own authority", "FILE")] = ""


@dataclass(frozen=True, kw_only=True)
class Newcomer:
    """Who gets a key without an invitation."""

    organisation: Annotated[str, Argument("without --code")] = ""
    role: Annotated[Role | None, Argument("without --code")] = None
    user: Annotated[str, Argument("without --code")] = ""


def enrol(
    common: CommonOptions,
    line: Annotated[
        str,
        Argument(
            "the line of the invitation: ADDRESS#CODE-...; - reads it from standard input",
            "INVITATION",
        ),
    ] = "",
    *,
    invitation: InvitationParts,
    newcomer: Newcomer,
    key_file: Annotated[
        Path | None, Argument("for a kiosk, a display or a vault: keep the key in this file (0600)")
    ] = None,
) -> int:
    """Make this installation's key; the exit code."""
    if line or invitation.code:
        return asyncio.run(_enrol_invited(line, invitation, key_file, common.folder))
    if not (newcomer.organisation and newcomer.role and newcomer.user):
        print(_("Give the line of the invitation, or --organisation, --role and --user."))
        return 2
    if not (is_id(newcomer.organisation) and is_id(newcomer.user)):
        print(_("Organisation and user may have letters, digits, _ and -, at most 40."))
        return 2
    if key_file is not None and newcomer.role not in FILE_ROLES:
        print(desk_in_file())
        return 2
    seed = new_seed()
    try:
        save_seed(key_name(newcomer.organisation, newcomer.role, newcomer.user), seed, key_file)
    except KeyMissing as error:
        print(error.why)
        return 1
    print(public_key(seed))
    return 0


async def _enrol_invited(
    text: str, invitation: InvitationParts, key_file: Path | None, folder: Path | None
) -> int:
    tasks = Tasks()
    if text == "-":
        text = sys.stdin.readline()
    busy = {
        role: owner
        for role in EVERY_ROLE
        if (owner := owner_of(data_folder(program_of(role), folder))) is not None
    }
    try:
        if text:
            line = read_invitation(text)
        else:
            line = InvitationLine(invitation.bus, invitation.code)
        enrolled = await enrol_with_line(
            line,
            tasks,
            ca_file=invitation.ca,
            key_file=key_file,
            paths=folder,
            only=EVERY_ROLE - busy.keys(),
        )
    except KeyMissing as error:
        print(error.why)
        return 1
    except EnrolmentElsewhere as error:
        print(sentence(error.code, error.detail).title)
        role = Role[str(error.detail["role"]).upper()]
        print(busy[role].words if role in busy else desk_in_file())
        return 2
    except SessionError as error:
        print(sentence(error.code, error.detail).sentence)
        return 1
    finally:
        await tasks.close()
    print(
        _("This installation is {user} of {organisation} from now on; settings: {file}").format(
            user=enrolled.answer.user,
            organisation=enrolled.answer.organisation,
            file=enrolled.paths.config,
        )
    )
    return 0
