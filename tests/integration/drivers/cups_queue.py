# SPDX-License-Identifier: GPL-3.0-only
"""A private CUPS with one queue before another printer:
what a kiosk uses when its printer takes no PDF.

Debian: `apt-get install cups-daemon`, whose rules for jobs these are. The queue is raw: the
document passes as it is.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from expert_app.runtime.ports import free_port
from tests.support.waiting import LONGEST_S

_PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
_CUPSD = """Listen 127.0.0.1:{port}
LogLevel warn
Browsing Off
DefaultAuthType None
WebInterface No
<Location />
  Order allow,deny
  Allow all
</Location>
<Policy default>
  <Limit Create-Job Print-Job Print-URI Validate-Job>
    Order deny,allow
  </Limit>
  <Limit Send-Document Send-URI Cancel-Job>
    Require user @OWNER @SYSTEM
    Order deny,allow
  </Limit>
  <Limit All>
    Order deny,allow
  </Limit>
</Policy>
"""
_FILES = """ServerRoot {folder}/etc
RequestRoot {folder}/spool
CacheDir {folder}/cache
StateDir {folder}/state
TempDir {folder}/spool
ErrorLog {folder}/log/error
AccessLog {folder}/log/access
PageLog {folder}/log/page
SystemGroup root
Printcap
"""
_PRINTERS = """<Printer Borne01>
Info Borne01
DeviceURI {address}
State Idle
Type 4
Accepting Yes
Shared No
JobSheets none none
QuotaPeriod 0
PageLimit 0
KLimit 0
OpPolicy default
ErrorPolicy retry-current-job
</Printer>
"""


class CupsQueue(NamedTuple):
    """A queue's address, and the folder in which its CUPS keeps jobs."""

    address: str
    spool: Path

    def kept(self) -> list[str]:
        """Documents that lie there."""
        return sorted(path.name for path in self.spool.glob("d*"))


def why_not() -> str:
    """What is missing here; empty when it can run."""
    if shutil.which("cupsd", path=_PATH) is None or not Path("/usr/lib/cups/backend/ipp").exists():
        return "cups-daemon not installed"
    return "" if os.name == "posix" and os.geteuid() == 0 else "a private cupsd needs root"


@contextlib.contextmanager
def cups_queue(printer_address: str) -> Iterator[CupsQueue]:
    """Starts CUPS before the printer."""
    with tempfile.TemporaryDirectory(prefix="cups-") as name:
        Path(name).chmod(0o711)  # its backends run as another user
        with _running(Path(name), printer_address) as address:
            yield CupsQueue(address, Path(name) / "spool")


@contextlib.contextmanager
def _running(folder: Path, printer_address: str) -> Iterator[str]:
    for name in ("etc", "spool", "cache", "state", "log"):
        (folder / name).mkdir(parents=True)
    port = free_port()
    (folder / "cupsd.conf").write_text(_CUPSD.format(port=port), encoding="ascii")
    (folder / "cups-files.conf").write_text(_FILES.format(folder=folder), encoding="ascii")
    (folder / "etc" / "printers.conf").write_text(
        _PRINTERS.format(address=printer_address), encoding="ascii"
    )
    line = ["cupsd", "-f", "-c", str(folder / "cupsd.conf"), "-s", str(folder / "cups-files.conf")]
    with (folder / "out").open("wb") as out:
        process = subprocess.Popen(line, env=os.environ | {"PATH": _PATH}, stdout=out, stderr=out)
    try:
        _wait_for(port)
        yield f"ipp://127.0.0.1:{port}/printers/Borne01"
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(port: int) -> None:
    end = time.monotonic() + LONGEST_S
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise TimeoutError("the test's CUPS does not start")
