# SPDX-License-Identifier: GPL-3.0-only
"""Many desks on the line while something is measured. Used by `bench_hub` and `hub_growth`."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tests.faults.cluster import Program


@asynccontextmanager
async def watching(watcher: Sequence[str], count: int, folder: Path) -> AsyncIterator[None]:
    """`count` more desks; `watcher` are the arguments of `watchers` without the count."""
    command = [sys.executable, "-m", "tests.benchmarks.watchers", *watcher, str(count)]
    program = Program(command, folder / "watchers.err")
    await program.start(wait_for=b"ready")
    try:
        yield
    finally:
        await program.end()
