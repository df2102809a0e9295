# SPDX-License-Identifier: GPL-3.0-only
"""The processes that one child of ours has started in its turn, and the memory they hold. Linux.

Used by the kiosk's screen to watch the caller's browser, and by the desk to watch its mirror.
Elsewhere nothing is found.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

BROWSER_MEMORY_BYTES = 1_500 << 20
"""A web page that makes its engine hold more is ended: a caller's own, and its copy at a desk."""

_PROC = Path("/proc")


def session_members(leader: int) -> list[int]:
    """Processes of the session that `leader` began (setsid(2)) which still run.

    The kernel is asked for each process's session; only what belongs to it is read. A kiosk looks
    twice a second, and to read a file of every process takes seconds on a busy machine.
    """
    if sys.platform == "win32" or not _PROC.is_dir():
        return []
    with os.scandir(_PROC) as entries:
        processes = [int(entry.name) for entry in entries if entry.name.isdigit()]
    return [pid for pid in processes if _session(pid) == leader and _runs(pid)]


def _session(pid: int) -> int:
    if sys.platform != "win32":
        with contextlib.suppress(OSError):  # it has just ended
            return os.getsid(pid)
    return 0


def _runs(pid: int) -> bool:
    try:
        # proc(5): pid (name) state ...; the name may hold spaces and brackets
        text = (_PROC / str(pid) / "stat").read_text(errors="replace")
        return text.rpartition(")")[2].split()[0] not in "ZX"
    except (OSError, IndexError):
        return False


def memory_bytes(processes: list[int]) -> int:
    """Memory that is these processes' own: what they wrote, and what they share by shared memory
    (counted for each).
    """
    return sum(_memory_bytes(_PROC / str(process)) for process in processes)


def _memory_bytes(process: Path) -> int:
    try:
        lines = (process / "status").read_text(errors="replace").splitlines()
    except OSError:
        return 0
    values = dict(line.split(":", 1) for line in lines if ":" in line)
    return sum(int(values.get(name, "0").split()[0]) * 1024 for name in ("RssAnon", "RssShmem"))
