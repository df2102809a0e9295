# SPDX-License-Identifier: GPL-3.0-only
"""The release before this one: its name, its commit, its files for tests that run its programs."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
RELEASE = "0.2.0"
COMMIT = "4734fef6"
"""The state of 1 December 2026. Nothing older has a form that today's programs read."""

RECORDED = ROOT / "tests/data/protocol" / RELEASE


def unpacked(folder: Path) -> Path:
    """The release's files, in `folder`. They run with today's Python packages.

    Raises:
        LookupError: this clone has no such commit.
    """
    archive = folder / "release.tar"
    done = subprocess.run(
        ["git", "archive", "--output", str(archive), COMMIT],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise LookupError(f"no {COMMIT} in this clone: {done.stderr.strip()}")
    tree = folder / RELEASE
    with tarfile.open(archive) as tar:
        tar.extractall(tree, filter="data")
    archive.unlink()
    return tree
