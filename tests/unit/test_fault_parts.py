# SPDX-License-Identifier: GPL-3.0-only
"""`make test-faults` runs all its parts, says what became of each, fails when one has failed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="make is for Linux")


def _run(folder: Path, failing: str) -> tuple[int, list[str]]:
    """Run the target with a `python` that only fails in one part; its exit code and last lines."""
    python = folder / "python"
    python.write_text(f'#!/bin/sh\ncase "$2" in tests.faults.{failing}) exit 1;; esac\n')
    python.chmod(0o755)
    command = ["make", "--old-file=setup", "test-faults", f"BIN={folder}", "ROUNDS=2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    return done.returncode, lines[lines.index("test-faults") + 1 :]


def test_parts_after_a_failed_one_run_and_each_is_reported(tmp_path: Path) -> None:
    code, report = _run(tmp_path, "door.flood")
    assert code != 0
    assert report == [
        "passed: paper",
        "passed: power_cut",
        "FAILED: door.flood 30",
        "passed: hostile 30",
        "passed: chaos.press --rounds 2",
        "passed: run_cluster --rounds 2",
        "passed: region",
        "passed: chaos",
    ]


def test_it_succeeds_when_each_part_does(tmp_path: Path) -> None:
    code, report = _run(tmp_path, "nothing")
    assert code == 0
    assert not any(line.startswith("FAILED") for line in report)
