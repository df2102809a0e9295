# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub example`, `check`, `procedures` and `sign`: who offers what, and the papers that
it takes. Used by `__main__`.
"""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from documents.store.procedures import shipped
from expert_app.commands.doctor.findings import CheckResult
from expert_app.commands.doctor.hub import before_start
from expert_app.commands.hub.context import HubContext, hub_command, needs_catalogue
from expert_app.hub import convention_commands
from expert_app.hub.example_convention import EXAMPLE
from expert_app.hub.procedure_words import list_procedures
from expert_app.hub.words import refused
from expert_app.runtime.command_line import Argument, Json
from resources.texts import _
from session.hub.convention.problems import CatalogueWrong


def example() -> int:
    """Print a complete catalogue as an example."""
    print(EXAMPLE, end="")
    return 0


@hub_command()
def check(
    hub: HubContext,
    convention: Annotated[
        Path | None,
        Argument("a TOML file, or a folder of them; by default that of the settings", "CONVENTION"),
    ] = None,
    *,
    operator_key: Annotated[str, Argument("look at the signatures too", "KEY")] = "",
    as_json: Json = False,
) -> int:
    """Say everything that is wrong with a convention and, without one, with this machine for the
    hub; the exit code: 1 when something is.
    """
    machine: list[CheckResult] = []
    key = operator_key or hub.settings.convention.operator_key
    if convention is None:
        if not hub.settings.catalogue:
            print(needs_catalogue(hub.looked))
            return 2
        convention = Path(hub.settings.catalogue)
        machine = before_start(hub.settings, hub.paths)
    facts = [asdict(finding) for finding in machine]
    code = convention_commands.check(
        convention, key, datetime.now(UTC), machine=facts, as_json=as_json
    )
    if machine and not as_json:
        print(_("On this machine, before the hub starts:"))
        print("\n".join(f"- {finding.sentence}" for finding in machine))
    return max(code, any(finding.level == "wrong" for finding in machine))


@hub_command()
def procedures(
    hub: HubContext,
    folder_of_procedures: Annotated[Path | None, Argument(metavar="FOLDER")] = None,
    *,
    as_json: Json = False,
) -> int:
    """List the procedures of a folder, or say what is wrong; compare them with the convention."""
    folder = folder_of_procedures
    if folder is None:
        folder = Path(hub.settings.procedures) if hub.settings.procedures else shipped()
    convention = None
    if hub.settings.catalogue:
        try:
            convention = convention_commands.load_catalogue(hub.settings)
        except CatalogueWrong as error:
            print(refused(error), file=sys.stderr)
    return list_procedures(folder, as_json=as_json, convention=convention)


@hub_command(act="sign")
def sign(
    _hub: HubContext,
    convention: Annotated[Path, Argument(metavar="CONVENTION")],
    *,
    part: Annotated[str, Argument("file in the folder, e.g. caf.toml", "FILE")] = "",
    seed_file: Annotated[
        Path | None, Argument("the signing key, instead of the system's keyring")
    ] = None,
    make_key: Annotated[bool, Argument("make the key first")] = False,
) -> int:
    """Sign a part of a convention beside its file."""
    return convention_commands.sign(convention, part, seed_file, make_key=make_key)
