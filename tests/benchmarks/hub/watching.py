# SPDX-License-Identifier: GPL-3.0-only
"""Many desks on the line while something is measured. Used by `bench_hub`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tests.faults.cluster import Program

NICE = 15
"""What everybody else yields to the desk and the kiosk that are measured."""


def behind(command: Sequence[str]) -> list[str]:
    """A program that leaves the processors to the programs that measure, whenever those want them.

    The desk that is measured is another computer: it does not wait for the processors of the hub
    and its server. Here it would, the longer the more of them a server keeps busy at once (a fifth
    of what was measured with 500 desks). Where there is no nice(1), all are equal.
    """
    nice = shutil.which("nice")
    return [*([nice, "-n", str(NICE)] if nice is not None else []), *command]


@asynccontextmanager
async def watching(watcher: Sequence[str], count: int, folder: Path) -> AsyncIterator[None]:
    """`count` more desks; `watcher` are the arguments of `watchers` without the count."""
    command = [sys.executable, "-m", "tests.benchmarks.hub.watchers", *watcher, str(count)]
    program = Program(behind(command), folder / "watchers.err")
    await program.start(wait_for=b"ready")
    try:
        yield
    finally:
        await program.end()
