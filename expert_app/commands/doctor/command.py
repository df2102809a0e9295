# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app doctor`: examines what this machine is, or the role that is named. Used by
`__main__`. Loads what has windows only where they are examined.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Literal

from expert_app.commands.doctor.findings import CheckResult, check_packages, report
from expert_app.commands.setup.settings_file import find_settings
from expert_app.runtime.command_line import Argument, CommonOptions, Json, PackageMissing
from expert_app.runtime.paths import paths_for
from resources.texts import _
from session.core.program_version import VERSIONS, other_packages

Role = Literal["desk", "kiosk", "hub"]
WINDOWS: tuple[Role, ...] = ("desk", "kiosk")
PACKAGE = "poste-expert-{}"
KIOSK_HOME = Path("/var/lib/poste-expert-kiosk")
"""Of the account that the Debian package's kiosk has."""


def run_doctor(
    common: CommonOptions,
    *,
    role: Annotated[
        Role | None, Argument("what to examine (default: what is set up or installed here)")
    ] = None,
    as_json: Json = False,
    support: Annotated[
        Path | None,
        Argument("also write all that the help desk asks for into this file (ZIP)", "FILE"),
    ] = None,
) -> int:
    """Check what this machine's programs need, and say what to type; the exit code."""
    roles = (role,) if role is not None else roles_here(common)
    findings: list[CheckResult] = []
    if "hub" in roles:
        from expert_app.commands.doctor.hub import examine_hub

        findings += examine_hub(common)
    windows = [name for name in roles if name in WINDOWS]
    if windows:
        if find_spec("PyQt6") is None:
            raise PackageMissing(PACKAGE.format(windows[0]))
        findings += _examine_windows(common, windows)
    if packages := check_packages(other_packages()):
        findings.append(packages)
    code = report(findings, as_json)
    if support is None:
        return code
    from expert_app.commands.doctor.support import support_words, write_support

    programs = {str(name): paths_for(name, common.folder) for name in WINDOWS}
    written = write_support(support, programs, findings)
    print(support_words(written, support), file=sys.stderr)
    return 2 if written is None else code


def _examine_windows(common: CommonOptions, windows: list[Role]) -> list[CheckResult]:
    """Examine desk and kiosk; the kiosk of the Debian package in its own account's settings."""
    from expert_app.commands.doctor.windows import examine_here

    is_own = common.settings or common.folder or paths_for("kiosk").config.is_file()
    if "kiosk" not in windows or is_own or not KIOSK_HOME.is_dir():
        return examine_here(common, windows)
    if not os.access(KIOSK_HOME, os.X_OK):
        words = _("The kiosk of this machine has an account of its own: type this as root.")
        return [CheckResult("kiosk", "wrong", words)]
    findings = examine_here(common, ["desk"]) if "desk" in windows else []
    file = KIOSK_HOME / ".config/poste-expert/kiosk.toml"
    if not file.is_file():
        words = _("This machine is no kiosk yet: type poste-expert-kiosk-enrol LINE.")
        return [*findings, CheckResult("kiosk", "wrong", words)]
    kiosk = examine_here(replace(common, settings=file), ["kiosk"])
    # its screen is the service's, not that of whoever types this
    return [*findings, *(finding for finding in kiosk if finding.name != "display")]


def run_hub_doctor(common: CommonOptions, *, as_json: Json = False) -> int:
    """Check what a hub needs, and say what to type; the exit code."""
    return run_doctor(common, role="hub", as_json=as_json)


def roles_here(common: CommonOptions, versions: Path = VERSIONS) -> tuple[Role, ...]:
    """Return what is set up on this machine; where nothing is, what is installed.

    Args:
        versions: where each Debian package of ours leaves its version.
    """
    if common.settings is not None:
        if find_spec("PyQt6") is None:
            return ("hub",)
        return WINDOWS
    here: list[Role] = [name for name in WINDOWS if paths_for(name, common.folder).config.is_file()]
    if not here and find_settings("hub", None, common.folder).is_found:
        here = ["hub"]
    if not here:
        here = [name for name in WINDOWS if (versions / PACKAGE.format(name)).is_file()]
    if here:
        return tuple(here)
    return WINDOWS if find_spec("PyQt6") is not None else ("hub",)
