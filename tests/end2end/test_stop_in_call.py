# SPDX-License-Identifier: GPL-3.0-only
"""The desk is closed with a call open: it ends in order, and the kiosk knows."""

from __future__ import annotations

import pytest

from tests.end2end.stage import Stage
from tests.support.matrix import thinned

pytestmark = [pytest.mark.asyncio(loop_scope="package"), pytest.mark.timeout(240)]


@pytest.mark.parametrize("kiosk", thinned(["there", "gone"], kept=["there"]))
async def test_a_desk_that_is_closed_in_a_call_ends_without_a_crash(
    kiosk: str, stage: Stage
) -> None:
    written = stage.demo.folder / "desk.log"
    await stage.call()
    await stage.mark()
    before = written.stat().st_size
    if kiosk == "gone":
        await stage.kill_kiosk()
    await stage.desk.stop(20)
    assert stage.desk.returncode == 0
    log = written.read_bytes()[before:].decode(errors="replace")
    assert "Traceback" not in log
    assert "Fatal Python error" not in log
    if kiosk == "there":
        assert await stage.observed(stage.kiosk, "kiosk_wiped", left_over=0)
