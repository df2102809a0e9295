# SPDX-License-Identifier: GPL-3.0-only
"""The processes that one child of ours has started in its turn, and the memory they hold. Linux.

Used by the kiosk's screen to watch the caller's browser. Elsewhere nothing is found.
"""

from __future__ import annotations

from pathlib import Path

_PROC = Path("/proc")


def session_members(leader: int) -> list[int]:
    """Processes of the session that `leader` began (setsid(2)) which still run."""
    if not _PROC.is_dir():
        return []
    return [
        int(entry.name)
        for entry in _PROC.iterdir()
        if entry.name.isdigit() and _is_member(entry, leader)
    ]


def _is_member(process: Path, leader: int) -> bool:
    try:
        # proc(5): pid (name) state ppid pgrp session ...; the name may hold spaces and brackets
        state, _parent, _group, session = (
            (process / "stat").read_text(errors="replace").rpartition(")")[2].split()[:4]
        )
    except (OSError, ValueError):
        return False
    return int(session) == leader and state not in "ZX"


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
