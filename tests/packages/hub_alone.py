# SPDX-License-Identifier: GPL-3.0-only
"""A machine with the hub's package and what it depends on: no Qt, no Chromium, and it serves."""

from __future__ import annotations

from tests.packages.installed import ADD_REPOSITORY, PROGRAMS, Installed
from tests.packages.machine import CommandFailed

KEYRING = "poste-expert-archive-keyring"
PACKAGES = {KEYRING, "poste-expert", "poste-expert-hub"}
SIZE = f"du -scm {PROGRAMS} /usr/share/poste-expert* /usr/share/doc/poste-expert* | tail -n 1"
OTHERS = r"ls /usr/lib/x86_64-linux-gnu | grep -E '^lib(Qt|X11|wayland-client|EGL|nss3)' || true"
SERVES = f"""
set -eu
poste-expert-hub > /srv/hub.log 2>&1 &
well='import urllib.request as web; web.urlopen("http://127.0.0.1:9467/healthz", timeout=3)'
for _ in $(seq 180); do
  if {PROGRAMS}/bin/python -I -c "$well" 2> /dev/null; then
    poste-expert-hub people
    exit 0
  fi
  sleep 0.5
done
cat /srv/hub.log; exit 1
"""
"""The hub ends with this."""
DESK = "expert-app desk; test $? -eq 2"


def look(installed: Installed) -> None:
    """Installs it from the repository, as docs/install.md says, on a machine of its own.

    Raises:
        CommandFailed: with what was seen instead.
    """
    machine = installed.machine
    machine.make()
    machine.run("sh", "-c", ADD_REPOSITORY)
    machine.install(KEYRING, "poste-expert-hub")
    names = machine.run("dpkg-query", "--show", "--showformat=${Package} ", "poste-expert*")
    others = machine.run("sh", "-c", OTHERS)
    if set(names.split()) != PACKAGES or others:
        raise CommandFailed(f"beside the hub: {names} {others}")
    print(f"    {machine.run('sh', '-c', SIZE).split()[0]} MiB of the disk's blocks")
    installed.libraries()
    machine.install("iproute2")  # of the test: a network of its own
    installed.hub()
    if "borne1" not in machine.run("sh", "-c", SERVES, alone=True):
        raise CommandFailed("its commands do not reach it")
    said = machine.run("sh", "-c", DESK)
    if "poste-expert-desk" not in said:
        raise CommandFailed(f"a desk, on a hub's machine: {said}")
    machine.remove()
