# SPDX-License-Identifier: GPL-3.0-only
"""Which settings file a hub or a vault reads, so that no command needs `--settings`.
Used by `__main__`.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from expert_app.runtime.config import SettingsWrong
from expert_app.runtime.paths import APP, is_there, own_settings
from resources.texts import _

VARIABLE = "POSTE_EXPERT_SETTINGS"
"""Names the file in the environment."""

SYSTEM_FOLDER = Path("/etc") / APP


@dataclass(frozen=True)
class SettingsFile:
    """The file, or where none was found.

    Attributes:
        path: of the file; where it would be expected when there is none.
        looked: every place that was looked at, in order.
    """

    path: Path
    looked: tuple[Path, ...]

    @property
    def is_found(self) -> bool:
        """There is such a file."""
        return is_there(self.path)


def find_settings(program: str, named: Path | None, folder: Path | None) -> SettingsFile:
    """The first that is there: what is named, the folder's, this folder's, the account's own, the
    system's.

    Args:
        program: "hub" or "vault"; its file is `hub.toml` or `vault.toml`.
        named: with `--settings`, before the variable of the environment.
        folder: with `--folder`.

    Raises:
        SettingsWrong: a file that is named is not there.
    """
    chosen_file = named or _from_environment()
    if chosen_file is not None:
        if not is_there(chosen_file):
            raise SettingsWrong(chosen_file, _("There is no such file."))
        return SettingsFile(chosen_file, (chosen_file,))
    name = f"{program}.toml"
    if folder is not None:
        looked = [folder / name, folder / program / "settings.toml"]
    else:
        looked = [Path.cwd() / name, own_settings(program), SYSTEM_FOLDER / name]
    for path in looked:
        if is_there(path) and (path.parent != Path.cwd() or _is_trusted(path)):
            return SettingsFile(path, tuple(looked))
    return SettingsFile(looked[1], tuple(looked))


def _from_environment() -> Path | None:
    file_name = os.environ.get(VARIABLE, "")
    if file_name:
        return Path(file_name)
    return None


def _is_trusted(path: Path) -> bool:
    """A file that happens to lie in this folder counts when it is ours or the administrator's:
    nobody is led by a file that somebody else has put there.
    """
    return sys.platform == "win32" or path.stat().st_uid in (0, os.getuid())
