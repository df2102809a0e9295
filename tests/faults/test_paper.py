# SPDX-License-Identifier: GPL-3.0-only
"""The short form of the paper part of `make test-faults`: some of its points."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parents[2]


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
@pytest.mark.timeout(300)
def test_no_page_is_lost_or_filed_twice_wherever_the_desk_dies() -> None:
    command = [sys.executable, "-m", "tests.faults.paper", "--every", "24", "--sheets", "1"]
    told = subprocess.run(
        command, cwd=HERE, capture_output=True, text=True, timeout=280, check=False
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert told.stdout.splitlines()[-1].endswith("lost 0 twice 0")
