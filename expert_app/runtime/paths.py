# SPDX-License-Identifier: GPL-3.0-only
"""The places where each program keeps what it must not lose, and what it may.
Used by the programs.
"""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import platformdirs

APP = "poste-expert"
LOG_FOLDER = "program-log"
"""In a program's data folder: its developer log. `logs` has those of conversations."""


def private_folder(path: Path) -> Path:
    """Makes `path` if it is not there, readable by this person only (0700), and returns it."""
    path.mkdir(parents=True, exist_ok=True)
    if os.name == "posix":
        path.chmod(0o700)
    return path


def is_there(path: Path) -> bool:
    """There is such a file for this account: what lies in a folder that is closed to it does not
    count, where `Path.exists` raises PermissionError before Python 3.14.
    """
    return os.path.isfile(path)  # noqa: PTH113


@dataclass(frozen=True)
class Paths:
    """The folders of one program of one installation.

    Attributes:
        data: survives everything: outbox, spooled logs, the hub's stores.
        runtime: emptied at start: what a session leaves at the kiosk.
        config: the settings file.
    """

    data: Path
    runtime: Path
    config: Path

    @property
    def arguments(self) -> list[str]:
        """The arguments that make another program of ours use the same folders."""
        is_below = self.config.parent == self.data
        if is_below:
            return ["--folder", str(self.data.parent)]
        return []

    @property
    def organisation_file(self) -> Path:
        """The settings that an organisation has fixed, which only an administrator writes; an
        installation with a folder of its own has them there.
        """
        if self.arguments:
            return self.config.with_name("organisation.toml")
        return machine_folder() / self.config.name

    def folder(self, name: str) -> Path:
        """A private folder of the data folder."""
        return private_folder(self.data / name)


def machine_folder() -> Path:
    """Return where settings for all accounts of this computer are:
    `C:\\ProgramData\\Poste Expert`, or `/etc/poste-expert`. Windows says the first itself: an
    environment can be changed by anybody.
    """
    if sys.platform == "win32":
        return Path(platformdirs.site_data_dir("Poste Expert", appauthor=False))
    return Path("/etc") / APP


def data_folder(program: str, base: Path | None = None) -> Path:
    """Return where `paths_for` has the program's data; nothing is made."""
    if base is not None:
        return base / program
    return Path(platformdirs.user_data_dir(APP, appauthor=False)) / program


def paths_for(program: str, base: Path | None = None) -> Paths:
    """Folders of "desk", "kiosk" or "hub"; everything under `base` when given (demo, tests)."""
    if base is not None:
        root = private_folder(data_folder(program, base))
        return Paths(
            data=root, runtime=private_folder(root / "runtime"), config=root / "settings.toml"
        )
    data = data_folder(program)
    runtime = _runtime_root() / program
    return Paths(
        data=private_folder(data), runtime=private_folder(runtime), config=own_settings(program)
    )


def own_settings(program: str) -> Path:
    """The settings file of "desk", "kiosk", "hub" or "vault" in the account's own folder."""
    return Path(platformdirs.user_config_dir(APP, appauthor=False)) / f"{program}.toml"


def _runtime_root() -> Path:
    """The system's place for what ends with the login where it has one;
    else a folder of this person's in /tmp.
    """
    runtime_dir = os.environ.get("XDG_RUNTIME_DIR", "")
    if runtime_dir and Path(runtime_dir).is_dir():
        return Path(runtime_dir) / APP
    if sys.platform == "win32":
        return Path(tempfile.gettempdir()) / APP  # each account has a folder of its own for these
    return Path(tempfile.gettempdir()) / f"{APP}-{os.getuid()}"
