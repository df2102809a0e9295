# SPDX-License-Identifier: GPL-3.0-only
"""What is looked at on a machine that has the packages."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from tests.packages.machine import CommandFailed, Machine
from tests.packages.repository import SUITE

PACKAGES = (
    "poste-expert",
    "poste-expert-gui",
    "poste-expert-desk",
    "poste-expert-kiosk",
    "poste-expert-hub",
)
WITH_SETTINGS = ("poste-expert-kiosk", "poste-expert-hub")
TOOLS = (
    "python3",
    "lintian",
    "desktop-file-utils",
    "appstream",
    "xvfb",
    "xauth",
    "iproute2",
    "nftables",
)
PROGRAMS = "/opt/poste-expert"
WORST_EXPOSURE = 3.0
MAY_LACK = "libspeechd.so.2"
"""Of a package that desk and kiosk recommend: without it another voice speaks, or none."""
IMPORT_ALL = """
import importlib, pkgutil
for name in ("expert_app", "views", "session", "documents", "resources"):
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(package.__path__, f"{name}."):
        if "migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
import livekit.rtc, psycopg, s3fs, webdav4.fsspec
"""
PERSON = "someone"
SETTINGS = "/etc/default/poste-expert-kiosk"
ADD_REPOSITORY = """
set -eu
cp /srv/packages/poste-expert-archive-keyring.asc /usr/share/keyrings/
cp /srv/packages/*.sources /etc/apt/sources.list.d/
apt-get update -qq
"""
HUB_FOLDERS = ("/etc/poste-expert", "/var/lib/poste-expert")


class Installed:
    """The packages on one machine, from the first installation to the purge.

    Args:
        file: the .deb of a package.
    """

    def __init__(self, machine: Machine, file: Callable[[str], Path]) -> None:
        self.machine, self._file = machine, file

    @property
    def version(self) -> str:
        """Of the packages."""
        return self._file("poste-expert").name.split("_")[1]

    def _on_machine(self, name: str) -> str:
        return f"/srv/packages/pool/{SUITE}/{self._file(name).name}"

    def make(self) -> None:
        """An empty Debian, and what the checks use."""
        self.machine.make()
        self.machine.install(*TOOLS)

    def lintian(self) -> None:
        """Debian's own checks; warnings are mostly about packages of others."""
        command = ("lintian", "--allow-root", "--fail-on", "error", "-L", ">=error")
        self.machine.run(*command, *map(self._on_machine, PACKAGES))

    def desktop_files(self) -> None:
        """What a desktop's menus and its software shop read."""
        share = "/usr/share"
        for name in ("poste-expert", "poste-expert-open"):
            self.machine.run("desktop-file-validate", f"{share}/applications/{name}.desktop")
        handlers = self.machine.run("cat", f"{share}/applications/mimeinfo.cache")
        if "x-scheme-handler/poste-expert=poste-expert-open.desktop" not in handlers:
            raise CommandFailed("nothing opens poste-expert: addresses")
        metainfo = f"{share}/metainfo/poste-expert.metainfo.xml"
        self.machine.run("appstreamcli", "validate", "--no-net", metainfo)

    def install(self) -> None:
        """All roles on one machine, from the repository as docs/install.md says it, and an account
        of a person.
        """
        self.machine.run("sh", "-c", ADD_REPOSITORY)
        self.machine.install("poste-expert-archive-keyring", *PACKAGES)
        self.machine.run("useradd", "--create-home", PERSON)
        said = self.machine.run("expert-app", "--version", user=PERSON)
        if not said.startswith("expert-app "):
            raise CommandFailed(said)

    def libraries(self) -> None:
        """No library of the tree lacks one that it needs."""
        find = f"find {PROGRAMS} -name '*.so*' -type f"
        said = self.machine.run("sh", "-c", f"{find} | xargs -n 40 ldd 2>&1 | sort -u")
        lacking = [
            line.strip()
            for line in said.splitlines()
            if "not found" in line and MAY_LACK not in line
        ]
        if lacking:
            raise CommandFailed("\n".join(lacking))

    def modules(self) -> None:
        """Every module of ours can be imported, and what only some settings ask for."""
        self.machine.run(f"{PROGRAMS}/bin/python", "-I", "-c", IMPORT_ALL, user=PERSON)

    def units(self) -> None:
        """systemd reads each unit without a complaint and finds that it may do little."""
        listed = self.machine.run("sh", "-c", "ls /usr/lib/systemd/system/poste-expert-*")
        units = listed.split()
        said = self.machine.run("systemd-analyze", "verify", "--man=no", *units)
        ours = [line for line in said.splitlines() if "poste-expert" in line]
        if ours:
            raise CommandFailed("\n".join(ours))
        for unit in units:
            if unit.endswith(".service"):
                self._exposure(unit)

    def _exposure(self, unit: str) -> None:
        judged = self.machine.run(
            "systemd-analyze", "security", "--offline=true", "--no-pager", unit
        )
        found = re.search(r"Overall exposure level for \S+ ([\d.]+)", judged)
        if found is None or float(found[1]) > WORST_EXPOSURE:
            raise CommandFailed(judged[-400:])
        print(f"    {Path(unit).name}: {found[1]}")

    def accounts(self) -> None:
        """Whose the folders are; nobody else reads them."""
        for folder, owner in (
            *((folder, "poste-expert") for folder in HUB_FOLDERS),
            ("/var/lib/poste-expert-kiosk", "poste-expert-kiosk"),
        ):
            said = self.machine.run("stat", "--format=%a %U", folder).strip()
            if said != f"700 {owner}":
                raise CommandFailed(f"{folder}: {said}")

    def hub(self) -> None:
        """A hub is set up by the package's command, and checks itself."""
        names = ("--organisation", "valdore=Valdoré", "--service", "Aide", "--site", "Mairie")
        address = ("--address", "127.0.0.1:4222", "--yes")
        self.machine.run("poste-expert-hub", "init", *address, *names, alone=True)
        self.machine.run("poste-expert-hub", "check", alone=True)
        owner = self.machine.run("stat", "--format=%U", f"{HUB_FOLDERS[0]}/hub.toml").strip()
        if owner != "poste-expert":
            raise CommandFailed(f"hub.toml belongs to {owner}")

    def pilot(self) -> None:
        """A whole installation, with the installed programs, by a person without rights."""
        out = f"/home/{PERSON}/pilot"
        play = (
            "cd /srv/repository && .venv/bin/python -B -m tests.pilot"
            f" --programs {PROGRAMS}/bin --report {out}/report.json --pictures {out}/pictures"
        )
        shell = f"xvfb-run --auto-servernum --server-args='-screen 0 1920x1080x24' sh -c '{play}'"
        print(self.machine.run("sh", "-c", shell, user=PERSON, alone=True), end="")

    def purge(self) -> None:
        """Programs and accounts' settings go; data goes only when it is asked for."""
        self.machine.run("apt-get", "remove", "-y", "-qq", *PACKAGES)
        self.machine.run("test", "-f", SETTINGS)
        said = self.machine.run("apt-get", "purge", "-y", "-qq", *WITH_SETTINGS)
        if "is kept" not in said:
            raise CommandFailed(said)
        self.machine.run("sh", "-c", f"test ! -e {SETTINGS} && test ! -e {PROGRAMS}")
        self.machine.run("test", "-f", f"{HUB_FOLDERS[0]}/hub.toml")
        self.machine.install(self._on_machine("poste-expert"), self._on_machine("poste-expert-hub"))
        environment = "POSTE_EXPERT_PURGE_DATA=yes apt-get purge -y -qq poste-expert-hub"
        self.machine.run("sh", "-c", environment)
        for folder in HUB_FOLDERS:
            self.machine.run("test", "!", "-e", folder)
