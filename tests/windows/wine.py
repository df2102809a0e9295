# SPDX-License-Identifier: GPL-3.0-only
"""A computer under wine: an empty one, the MSI installed there, the desk as its icon starts it.
Used by `__main__`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Self

from tests.pilot.computer import COMMAND_S, Computer, ComputerMissing, Said
from tests.pilot.driven import Driven
from tests.windows.stand_ins import COMPILER, stand_in

NEEDED = ("wine", "Xvfb", COMPILER)
HOME = "Poste Expert"
RELAY = """
import os, subprocess, sys
desk = [sys.executable, "-I", "-X", "utf8", "-m", "expert_app", *sys.argv[1:]]
child = subprocess.Popen(desk, stdin=subprocess.PIPE)
while data := os.read(0, 65536):
    child.stdin.write(data)
    child.stdin.flush()
child.stdin.close()
sys.exit(child.wait())
"""
"""A pipe of Windows for the desk: of one from Linux, wine does not say what waits in it."""
INSTALL_S = 600


class Prefix:
    """A wine prefix.

    Args:
        folder: where it grows; empty before.
        display: of X, e.g. ":77".
    """

    def __init__(self, folder: Path, display: str) -> None:
        missing = [name for name in NEEDED if shutil.which(name) is None]
        if missing:
            raise ComputerMissing(
                f"{', '.join(missing)}: apt-get install wine64 wine xvfb gcc-mingw-w64-x86-64"
            )
        self.folder = folder
        self.environment = {
            "WINEPREFIX": str(folder),
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree=;mshtml=",  # neither .NET nor a browser is asked for
            "DISPLAY": display,
        }

    @property
    def installed(self) -> Path:
        """Where the MSI puts the programs."""
        return self.folder / "drive_c/Program Files" / HOME

    @property
    def settings(self) -> Path:
        """The folder of the account's settings."""
        (users,) = (self.folder / "drive_c/users").glob("[!P]*")
        return users / "AppData/Local/poste-expert"

    def run(self, *words: str, timeout_s: float = COMMAND_S) -> Said:
        """A program of Windows."""
        done = subprocess.run(
            ["wine", *words],
            env={**os.environ, **self.environment},
            capture_output=True,
            timeout=timeout_s,
            check=False,
        )
        said = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
        return Said(done.returncode, *said)

    def install(self, msi: Path, word: str = "/i") -> Said:
        """Installs or removes ("/x") an MSI without a question."""
        inside = "Z:" + str(msi.resolve()).replace("/", "\\")
        return self.run("msiexec", word, inside, "/qn", timeout_s=INSTALL_S)

    def python(self, *words: str) -> Said:
        """The installed Python."""
        return self.run(rf"C:\Program Files\{HOME}\python.exe", "-I", *words)

    def close(self) -> None:
        """Ends all that runs there."""
        subprocess.run(["wineserver", "-k"], env={**os.environ, **self.environment}, check=False)


def prepare(prefix: Prefix, msi: Path, work: Path) -> list[str]:
    """Installs, and puts stand-ins beside for what wine lacks; the files changed for it."""
    prefix.run("wineboot", "-i")
    said = prefix.install(msi)
    if said.code or not (prefix.installed / "pythonw.exe").is_file():
        raise OSError(f"msiexec ended with {said.code}: {said.out}{said.err}")
    return stand_in(prefix.folder, prefix.installed, work)


class WineComputer(Computer):
    """A computer of the pilot that is a wine prefix: no session of Linux, its own key store."""

    def __init__(self, name: str, folder: Path, programs: Path, *, prefix: Prefix) -> None:
        super().__init__(name, folder, programs)
        self._prefix = prefix
        self.environment |= prefix.environment
        del self.environment["QT_QPA_PLATFORM"]  # real windows, on the display
        prefix.settings.mkdir(parents=True, exist_ok=True)
        place = self.home / ".config"
        place.mkdir()
        (place / "poste-expert").symlink_to(prefix.settings)

    async def start(self) -> Self:
        """It runs already."""
        return self

    async def open(self, *words: str) -> Driven:
        """A program with a window, driven."""
        python = rf"C:\Program Files\{HOME}\python.exe"
        command = ["wine", python, "-I", "-X", "utf8", "-c", RELAY, *words, "--driven"]
        log = self.home / f"{words[0]}.log"
        program = await Driven.start(self.name, command, environment=self.environment, log=log)
        self._open.append(program)
        return program
