# SPDX-License-Identifier: GPL-3.0-only
"""`python -m tests.packages`: every check of the Debian packages; 0 when all were good."""

from __future__ import annotations

import argparse
import filecmp
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.packages import hub_alone
from tests.packages.booted import boot
from tests.packages.installed import Installed
from tests.packages.machine import ROOT, CommandFailed, Machine
from tests.packages.repository import begin, publish, throw_away_key
from tests.packages.upgraded import Upgraded

BUILD = ROOT / "build" / "packages"
REPOSITORY = BUILD / "apt"
BUILDER = ["/usr/bin/python3.13", str(ROOT / "installers" / "debian" / "build.py")]
LARGEST_DEB_MB, LARGEST_INSTALLED_MIB = 250, 750
LARGEST_HUB_MIB = 250
NEXT = "99.0"
DESK = ("poste-expert", "poste-expert-gui", "poste-expert-desk")
HUB = ("poste-expert", "poste-expert-hub")


class Packages:
    """The .deb files, and the next release's, for upgrades.

    Args:
        folder: with the files of `make packages`; the newest are taken.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def file(self, name: str) -> Path:
        """A package's file."""
        found = sorted(self.folder.glob(f"{name}_*.deb"), key=lambda path: path.stat().st_mtime)
        if not found:
            raise CommandFailed(f"{self.folder} has no {name}: run `make packages`")
        return found[-1]

    def publish(self, key: str) -> None:
        """A repository of these packages, signed, from which the machine installs."""
        begin(REPOSITORY)
        publish(REPOSITORY, self.folder, key)

    def the_same_bytes_twice(self) -> None:
        """A second build, in another folder, is the first one."""
        again = BUILD / "again"
        shutil.rmtree(again, ignore_errors=True)
        command = [*BUILDER, "--work", str(again / "work"), "--out", str(again / "out")]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        for file in sorted((again / "out").glob("*.deb")):
            if not filecmp.cmp(file, self.folder / file.name, shallow=False):
                raise CommandFailed(f"{file.name}: two builds differ")

    def small_enough(self) -> None:
        """A desk's files and its place on the disk; a hub's, without Qt."""
        packed = sum(self.file(name).stat().st_size for name in DESK) / 1e6
        desk, hub = self._installed_mib(DESK), self._installed_mib(HUB)
        print(
            f"    a desk: {packed:.0f} MB to load, {desk:.0f} MiB installed; a hub: {hub:.0f} MiB"
        )
        if packed > LARGEST_DEB_MB or desk > LARGEST_INSTALLED_MIB or hub > LARGEST_HUB_MIB:
            raise CommandFailed("too large")

    def _installed_mib(self, names: Sequence[str]) -> float:
        files = [str(self.file(name)) for name in names]
        return (
            sum(int(_said("dpkg-deb", "--field", file, "Installed-Size")) for file in files) / 1024
        )

    def next_release(self) -> Path:
        """The same programs under a higher version, packed in haste."""
        out = BUILD / "next"
        shutil.rmtree(out, ignore_errors=True)
        tree = ROOT / "build" / "debian" / "tree"
        more = ["--tree", str(tree), "--work", str(BUILD / "next-work"), "--fast"]
        command = [*BUILDER, *more, "--version", NEXT, "--out", str(out)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return out


def _said(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="tests.packages", description=__doc__)
    parser.add_argument("--packages", type=Path, default=ROOT / "dist", help="what was built")
    parser.add_argument("--only", default="", help="checks whose name has this word")
    parser.add_argument(
        "--skip", action="append", default=[], help="not the checks whose name has this word"
    )
    parser.add_argument("--keep", action="store_true", help="keep the machine for a look")
    arguments = parser.parse_args()
    if os.geteuid():
        print("Run it as root: it makes a Debian in a folder and enters it.")
        return 2
    with throw_away_key() as key:
        return play(arguments, key)


def play(arguments: argparse.Namespace, key: str) -> int:
    """Runs the checks on a machine with a repository of its own."""
    BUILD.mkdir(parents=True, exist_ok=True)
    packages = Packages(arguments.packages.resolve())
    installed = Installed(Machine("machine", BUILD, packages=REPOSITORY), packages.file)
    alone = Installed(Machine("hub", BUILD, packages=REPOSITORY), packages.file)
    upgraded = Upgraded(installed, lambda: publish(REPOSITORY, packages.next_release(), key))
    checks: list[tuple[str, Callable[[], None]]] = [
        ("small enough", packages.small_enough),
        ("a repository", lambda: packages.publish(key)),
        ("an empty Debian, with tools", installed.make),
        ("installed", installed.install),
        ("desktop file and AppStream", installed.desktop_files),
        ("every library finds its own", installed.libraries),
        ("every module can be imported", installed.modules),
        ("units are right", installed.units),
        ("accounts and folders", installed.accounts),
        ("a hub begins", installed.hub),
        ("it starts, and restarts what ends", lambda: boot(installed.machine, REPOSITORY)),
        ("the pilot", installed.pilot),
        ("lintian has no error", installed.lintian),
        ("a hub alone, without Qt", lambda: hub_alone.look(alone)),
        ("the same bytes twice", packages.the_same_bytes_twice),
        ("upgraded together", upgraded.together),
        ("back to the release before", upgraded.back),
        ("upgraded, one package alone", upgraded.one_alone),
        ("upgraded, and the disk is full", upgraded.full_disk),
        ("upgraded, and the power is cut", upgraded.power_cut),
        ("removed, and purged", installed.purge),
    ]
    good = True
    for name, check in checks:
        if arguments.only not in name or any(word in name for word in arguments.skip):
            continue
        start = time.monotonic()
        try:
            check()
        except (CommandFailed, subprocess.SubprocessError) as error:
            good = False
            print(f"NOT {name} ({time.monotonic() - start:.0f} s)\n{error}", flush=True)
        else:
            print(f"ok  {name} ({time.monotonic() - start:.0f} s)", flush=True)
    if good and not arguments.keep and not arguments.only:
        installed.machine.remove()
        shutil.rmtree(BUILD / "again", ignore_errors=True)
        shutil.rmtree(BUILD / "next", ignore_errors=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
