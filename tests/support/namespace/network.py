# SPDX-License-Identifier: GPL-3.0-only
"""Puts a test program into a network of its own: user, network and mount namespaces.

The machine there has a loopback, and one interface `lan0` with addresses of both kinds and the
way to everywhere else; whatever is sent there is seen by `traffic.Packets` and answered by nobody.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

LAN_ADDRESS, LAN_ADDRESS_V6 = "192.168.77.2", "fd77::2"
"""The machine's own, as a page could read them."""

_COMMANDS = f"""
link set lo up
link add lan0 type veth peer name wire0
link set lan0 addrgenmode none arp off
link set wire0 addrgenmode none arp off
link set lan0 up
link set wire0 up
addr add {LAN_ADDRESS}/24 dev lan0
addr add {LAN_ADDRESS_V6}/64 dev lan0 nodad
route add default via 192.168.77.1
-6 route add default via fd77::1
"""


def possible() -> bool:
    """Whether this system lets us make such a network."""
    if sys.platform != "linux" or shutil.which("ip") is None:
        return False
    made = subprocess.run(
        [
            "unshare",
            "--user",
            "--map-root-user",
            "--net",
            "--mount",
            "ip",
            "link",
            "add",
            "a0",
            "type",
            "veth",
            "peer",
            "name",
            "b0",
        ],
        capture_output=True,
        check=False,
    )
    return made.returncode == 0


def enter() -> None:
    """Puts this program there; before it has a second thread."""
    user, group = os.getuid(), os.getgid()
    os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNET | os.CLONE_NEWNS)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {user} 1")
    Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    for line in _COMMANDS.strip().splitlines():
        subprocess.run(["ip", *line.split()], check=True)


def add_far_host(address: str) -> None:
    """Lets listeners of this program stand at an address of the internet: packets to it come
    back, and no interface has it.
    """
    subprocess.run(["ip", "route", "add", "local", address, "dev", "lo"], check=True)


def use_name_server(address: str) -> None:
    """Gives this program, and those that it starts from now on, another /etc/resolv.conf."""
    os.unshare(os.CLONE_NEWNS)
    with tempfile.NamedTemporaryFile("w", delete=False) as file:
        file.write(f"nameserver {address}\noptions timeout:2 attempts:1\n")
    real = Path("/etc/resolv.conf").resolve()
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    subprocess.run(["mount", "--bind", file.name, str(real)], check=True)
