# SPDX-License-Identifier: GPL-3.0-only
"""The short form of `make test-faults`: a node, a hub and half of the clients killed under load."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.faults.kinds import SHORT
from tests.faults.run_cluster import run


@pytest.mark.long  # in every run: test_dead_leader, and hubs killed in test_hub_killed
@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
async def test_a_cluster_under_load_keeps_every_promise(tmp_path: Path) -> None:
    verdict = await run(tmp_path, SHORT, kiosks=8, agents=4)
    assert verdict.is_good, verdict.line
