# SPDX-License-Identifier: GPL-3.0-only
"""CUPS's own `ippeveprinter` as the printer of tests:
it wants D-Bus and Avahi, which get a private bus and loopback.

Debian: `apt-get install cups-ipp-utils avahi-daemon dbus`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import httpx

from expert_app.runtime.ports import free_port
from tests.support.waiting import LONGEST_S

PROGRAMS = ("dbus-daemon", "avahi-daemon", "ippeveprinter")
_PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>custom</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow
eavesdrop="true"/><allow own="*"/>
</policy></busconfig>"""
_AVAHI = """[server]
use-ipv4=yes
use-ipv6=no
allow-interfaces=lo
enable-dbus=yes
[wide-area]
enable-wide-area=no
"""
# Receives the document; what a test writes into "orders" is told to the printer, as its own command
# may (STATE: ...).
_COMMAND = """#!/bin/sh
for turn in $(seq 1 200); do
  if [ -s {orders} ]; then cat {orders} >&2; : > {orders}; fi
  [ -e {hold} ] || exit 0
  sleep 0.05
done
exit 1
"""


def why_not() -> str:
    """What is missing here; empty when it can run."""
    missing = [name for name in PROGRAMS if shutil.which(name, path=_PATH) is None]
    if missing:
        return f"{', '.join(missing)} not installed"
    return "" if os.name == "posix" and os.geteuid() == 0 else "avahi-daemon needs root"


class EvePrinter:
    """A running printer that takes PDF."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder = folder
        self.port = port
        self.address = f"ipp://localhost:{port}/ipp/print"

    def hold(self, state: str = "") -> None:
        """The next job works until `release`; `state`: e.g. "+media-jam-error"."""
        (self._folder / "hold").touch()
        self.tell(state)

    def tell(self, state: str) -> None:
        """Changes the printer's state reasons while a job works."""
        if state:
            (self._folder / "orders").write_text(f"STATE: {state}\n", encoding="ascii")

    def release(self) -> None:
        """The job ends well."""
        (self._folder / "hold").unlink(missing_ok=True)

    def fill(self, sheets: int) -> None:
        """Puts paper into the tray: 250, 125, 50, 25, 5 or 0 sheets."""
        query = f"size1=iso_a4_210x297mm&type1=stationery&level1={sheets}&size0=&type0=&level0=0"
        httpx.get(f"http://localhost:{self.port}/media?{query}", trust_env=False).raise_for_status()

    def documents(self) -> list[bytes]:
        """What it received, in order."""
        return [path.read_bytes() for path in sorted((self._folder / "spool").rglob("*.pdf"))]


@contextlib.contextmanager
def eve_printer(folder: Path) -> Iterator[EvePrinter]:
    """Starts bus, Avahi and printer; ends them."""
    (folder / "spool").mkdir()
    (folder / "bus.conf").write_text(_BUS.format(socket=folder / "bus"), encoding="ascii")
    (folder / "avahi.conf").write_text(_AVAHI, encoding="ascii")
    (folder / "orders").touch()
    command = folder / "print.sh"
    command.write_text(
        _COMMAND.format(orders=folder / "orders", hold=folder / "hold"), encoding="ascii"
    )
    command.chmod(0o755)
    environment = os.environ | {
        "PATH": _PATH,
        "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={folder / 'bus'}",
    }
    port = free_port()
    printer = [
        "ippeveprinter",
        "-r",
        "off",
        "-k",
        "-d",
        str(folder / "spool"),
        "-f",
        "application/pdf",
    ]
    with contextlib.ExitStack() as running:
        for line, ready in (
            (
                ["dbus-daemon", f"--config-file={folder / 'bus.conf'}", "--nofork", "--nopidfile"],
                folder / "bus",
            ),
            (
                [
                    "avahi-daemon",
                    "-f",
                    str(folder / "avahi.conf"),
                    "--no-drop-root",
                    "--no-chroot",
                    "--no-rlimits",
                ],
                None,
            ),
            ([*printer, "-c", str(command), "-p", str(port), "-n", "localhost", "Borne01"], None),
        ):
            said = folder / f"{line[0]}.log"
            log = running.enter_context(said.open("wb"))
            process = subprocess.Popen(line, env=environment, stdout=log, stderr=log)
            running.callback(_end, process)
            if line[0] == "avahi-daemon":
                _wait(partial(_says, said, b"startup complete", b"already running"))
            elif ready is not None:
                _wait(ready.exists)
        _wait(lambda: _answers(port))
        yield EvePrinter(folder, port)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait(is_so: Callable[[], bool], seconds: float = LONGEST_S) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            raise TimeoutError("the printer of the test does not start")
        time.sleep(0.05)


def _says(said: Path, *words: bytes) -> bool:
    log = said.read_bytes()
    return any(one in log for one in words)


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("localhost", port), 1):
        return True
    return False
