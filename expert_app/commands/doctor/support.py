# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app doctor --support FILE`: all that the help desk asks for, as one file.

Versions, settings without secrets, the newest log, reports of crashes, what `doctor` found. Nothing
of a caller is in it: logs are masked when they are written, and no other file is read.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import re
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli_w

from documents.store import tables as dossiers
from expert_app.backup import archive
from expert_app.helpdesk.bundle import BUNDLE_FORMAT
from expert_app.runtime.crash import reports
from expert_app.runtime.paths import LOG_FOLDER, Paths
from resources.texts import _
from session.core.program_version import program_version
from session.hub.access import identities
from session.hub.history import tables as history
from session.hub.log_index import tables as log_index
from session.hub.storage import format as hub_store
from session.hub.vault import log_store
from session.log import events
from session.protocol.wire.version import PROTOCOL_VERSION

if TYPE_CHECKING:
    from expert_app.commands.doctor.findings import CheckResult

HIDDEN = "***"
SECRET_NAME = re.compile(r"password|secret|seed|token|username|code")
UNREADABLE = ("geometry", "columns", "state")
"""Choices of a window that say nothing to a person have one of these in their names."""
IN_ADDRESS = re.compile(r"(?<=//)[^/@\s]+@")
"""User and password in an address (RFC 3986, section 3.2.1)."""


def without_secrets(value: Any, name: str = "") -> Any:
    """Settings as they are, with what proves who one is taken out; names of files stay."""
    if isinstance(value, dict):
        return {key: without_secrets(entry, key) for key, entry in value.items()}
    if isinstance(value, list):
        return [without_secrets(entry, name) for entry in value]
    if SECRET_NAME.search(name) and not name.endswith(("_file", "_files")):
        return HIDDEN
    if isinstance(value, str):
        return IN_ADDRESS.sub(f"{HIDDEN}@", value)
    return value


def settings_text(file: Path) -> str:
    """A settings file for others to read; why, where it cannot be read."""
    try:
        return tomli_w.dumps(without_secrets(tomllib.loads(file.read_text(encoding="utf-8"))))
    except (OSError, ValueError) as error:
        return f"# {type(error).__name__}\n"


def choices_text(file: Path) -> str:
    """Return what a person chose in a window. Device names stay;
    place and size of windows do not help.
    """
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    names = [line.partition("=")[0] for line in lines]
    choices = [
        line
        for line, name in zip(lines, names, strict=True)
        if "=" not in line or not any(word in name for word in UNREADABLE)
    ]
    return "\n".join(choices) + "\n"


def our_versions() -> list[str]:
    """The program, then each protocol, format and store that it reads and writes, one a line."""
    return [
        f"expert-app {program_version()}",
        f"protocol {PROTOCOL_VERSION}",
        f"log of a conversation {events.FORMAT}",
        f"saved conversation {BUNDLE_FORMAT}",
        f"dossiers {dossiers.FORMAT}",
        f"history {history.FORMAT}",
        f"list of conversations {log_index.FORMAT}",
        f"logs of a vault {log_store.FORMAT}",
        f"hub's store {hub_store.FORMAT}",
        f"book of identities {identities.FORMAT}",
        f"backup {archive.FORMAT}",
    ]


def versions_text() -> str:
    """The program, the system, and each Python package."""
    packages = sorted(
        {(package.name.lower(), package.version) for package in importlib.metadata.distributions()}
    )
    lines = [
        *our_versions(),
        f"Python {platform.python_version()}",
        platform.platform(),
        f"written {datetime.now(UTC).isoformat(timespec='seconds')}",
        "",
        *(f"{name} {version}" for name, version in packages),
    ]
    return "\n".join(lines) + "\n"


def _logs(programs: dict[str, Paths]) -> Iterator[tuple[str, Path]]:
    for program, paths in programs.items():
        folder = paths.data / LOG_FOLDER
        for file in (folder / f"{program}.log", *reports(folder)):
            if file.is_file():
                yield f"{program}/{file.name}", file


def write_support(
    file: Path, programs: dict[str, Paths], findings: Sequence[CheckResult]
) -> Path | None:
    """Writes the file and returns its path; None where something is there already.

    Args:
        file: or a folder, where it gets a name.
        programs: "desk" or "kiosk", with their folders.
    """
    if file.is_dir():
        file = file / f"poste-expert-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.zip"
    rows = [
        {"name": finding.name, "level": finding.level, "sentence": finding.sentence}
        for finding in findings
    ]
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return None
    with (
        os.fdopen(descriptor, "wb") as out,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        archive.writestr("versions.txt", versions_text())
        archive.writestr("doctor.json", json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
        for program, paths in programs.items():
            if paths.config.exists():
                archive.writestr(f"{program}/settings.toml", settings_text(paths.config))
            choices = paths.data / "window.ini"
            if choices.is_file():
                archive.writestr(f"{program}/{choices.name}", choices_text(choices))
        for name, log_file in _logs(programs):
            archive.write(log_file, name)
    return file


def support_words(file: Path | None, path: Path) -> str:
    """Say what was done, and what to do with it."""
    if file is None:
        return _("{file} is there already: name another file.").format(file=path)
    return _(
        "{file} has versions, settings without secrets, the newest log and what doctor found. "
        "Send it to the help desk."
    ).format(file=file)
