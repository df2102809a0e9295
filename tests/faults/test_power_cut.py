# SPDX-License-Identifier: GPL-3.0-only
"""A short power cut of a single node. `make test-faults` has the long one, and its control."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.faults import power_cut

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or shutil.which("mkfs.ext4") is None,
    reason="root on Linux and mkfs.ext4 are needed",
)


async def test_what_was_answered_is_there_after_a_power_cut(tmp_path: Path) -> None:
    trial = power_cut.Disk(tmp_path / "trial.img", tmp_path / "trial")
    try:
        await trial.make()
    except OSError:
        pytest.skip("nothing can be mounted here")
    await trial.unmount()
    verdict = await power_cut.run(tmp_path, 3.0, synced=True)
    assert verdict.acked
    assert verdict.is_good, verdict.line
