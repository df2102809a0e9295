# SPDX-License-Identifier: GPL-3.0-only
"""A Debian 13 in a folder: made by debootstrap, entered as a root of its own, thrown away."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
MIRROR = "http://deb.debian.org/debian"
SECURITY = "http://deb.debian.org/debian-security"
COMMAND_S = 1500.0

ENTER = """
set -eu
root=$1 packages=$2 archives=$3; shift 3
mount --bind "$root" "$root"
cd "$root"
mkdir -p srv/repository srv/packages old
mount -t proc proc proc
mount --rbind /dev dev
mount -t tmpfs tmpfs dev/shm
mount -t tmpfs tmpfs run
mount --bind -o ro "$REPOSITORY" srv/repository
mount --bind "$packages" srv/packages
mount --bind "$archives" var/cache/apt/archives
if [ -n "$ALONE" ]; then
  ip link set lo up
  ip link add local0 type veth peer name far0
  ip address add 192.0.2.10/24 dev local0
  ip link set local0 up
  ip link set far0 up
  ip route add default via 192.0.2.1
fi
pivot_root . old
umount -l /old
cd /
exec "$@"
"""
"""A root of its own by pivot_root: in a mere chroot Chromium could not make its sandbox."""


class CommandFailed(Exception):
    """A command on the machine ended with an error; the message is what it said."""


class Machine:
    """One machine. Whatever a command leaves running ends with it.

    Args:
        folder: where caches and machines are kept.
        packages: the folder with the .deb files.
    """

    def __init__(self, name: str, folder: Path, *, packages: Path) -> None:
        self.root = folder / name
        self._base, self._archives = folder / "base", folder / "archives"
        self._packages = packages

    def make(self) -> None:
        """An empty Debian, from the cache where one is there."""
        self._archives.joinpath("partial").mkdir(parents=True, exist_ok=True)
        if not (self._base / "etc/apt/sources.list.d/all.list").exists():
            shutil.rmtree(self._base, ignore_errors=True)
            bootstrap = ["debootstrap", "--variant=minbase", "trixie", str(self._base), MIRROR]
            subprocess.run(bootstrap, check=True, stdout=subprocess.DEVNULL)
            (self._base / "etc/apt/sources.list").unlink(missing_ok=True)
            (self._base / "etc/apt/sources.list.d/all.list").write_text(
                f"deb {MIRROR} trixie main\ndeb {MIRROR} trixie-updates main\n"
                f"deb {SECURITY} trixie-security main\n"
            )
        self.remove()
        copy = ["cp", "--archive", "--reflink=auto", str(self._base), str(self.root)]
        subprocess.run(copy, check=True)
        (self.root / "etc/dpkg/dpkg.cfg.d/quick").write_text("force-unsafe-io\n")
        shutil.copyfile("/etc/resolv.conf", self.root / "etc/resolv.conf")
        self.run("apt-get", "update", "-qq")

    def remove(self) -> None:
        """The machine's disk."""
        shutil.rmtree(self.root, ignore_errors=True)

    def install(self, *packages: str, options: Sequence[str] = ()) -> str:
        """Installs packages: names, or paths of .deb files on the machine."""
        quiet = ("-y", "-qq", "--no-install-recommends", *options)
        return self.run("apt-get", "install", *quiet, *packages)

    def run(
        self, *command: str, user: str = "", alone: bool = False, timeout_s: float = COMMAND_S
    ) -> str:
        """Runs a command on the machine; what it printed.

        Args:
            user: the account; root's without.
            alone: with a network of its own, which leads nowhere; calls need more than loopback.

        Raises:
            CommandFailed: it ended with an error.
        """
        unshare = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
        unshare += ["--net"] if alone else []
        into = ["sh", "-c", ENTER, "enter", str(self.root), str(self._packages)]
        words = ["runuser", "-u", user, "--", *command] if user else [*command]
        done = subprocess.run(
            [*unshare, *into, str(self._archives), *words],
            env={
                "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
                "LANG": "C.UTF-8",
                "DEBIAN_FRONTEND": "noninteractive",
                "REPOSITORY": str(ROOT),
                "ALONE": "yes" if alone else "",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        if done.returncode:
            raise CommandFailed(f"{' '.join(command)}: {done.returncode}\n{done.stdout[-6000:]}")
        return done.stdout
