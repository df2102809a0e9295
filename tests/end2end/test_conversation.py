# SPDX-License-Identifier: GPL-3.0-only
"""A conversation that goes otherwise than it was meant: careless answers give nothing and the agent
reads why; a desk that is closed in a call ends in order, and the kiosk knows.
"""

from __future__ import annotations

import pytest

from expert_app.runtime.child_programs import ChildFailed
from session.kiosk.call.consent import MOST_REFUSED
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


async def ask_to_scan(stage: Stage) -> None:
    """The agent asks, the question stands at the kiosk."""
    await stage.mark()
    await stage.script.click(stage.desk, "grant_scan")
    await stage.observed(stage.kiosk, "grant_asked", grant="scan")


async def test_an_agent_who_asks_five_times_in_a_minute_reads_that_the_caller_is_asked_later(
    stage: Stage,
) -> None:
    await stage.call()
    await stage.script.click(stage.desk, "key:Ctrl+4")
    for _time in range(MOST_REFUSED):
        await ask_to_scan(stage)
        await stage.script.click(stage.kiosk, "no")
        await stage.observed(stage.desk, "grant_scan", allowed=False)
        await stage.reads(stage.desk, "message_power refused", "The caller said no")
    await stage.mark()
    await stage.script.click(stage.desk, "grant_scan")
    await stage.reads(
        stage.desk, "message_question waits", "Four questions in a minute had no yes."
    )
    assert not await stage.has_observed(stage.kiosk, "grant_asked")
    await stage.end()


async def test_a_hasty_touch_gives_nothing_and_no_counts_at_once(stage: Stage) -> None:
    await stage.call()
    await stage.script.click(stage.desk, "key:Ctrl+4")
    await ask_to_scan(stage)
    for _touch in range(2):
        with pytest.raises(ChildFailed, match="does not count yet"):
            await stage.kiosk.ask("click", name="yes")
    assert not await stage.has_observed(stage.desk, "grant_scan")
    await stage.script.click(stage.kiosk, "no")
    await stage.observed(stage.desk, "grant_scan", allowed=False)
    await stage.end()


async def test_a_caller_who_leaves_in_the_middle_of_a_question_gives_nothing_and_is_wiped(
    stage: Stage,
) -> None:
    await stage.call()
    await stage.script.click(stage.desk, "key:Ctrl+4")
    await ask_to_scan(stage)
    await stage.script.click(stage.kiosk, "yes")
    await stage.observed(stage.desk, "grant_scan", allowed=True)
    await stage.mark()
    await stage.script.click(stage.desk, "grant_print")
    await stage.observed(stage.kiosk, "grant_asked", grant="print")
    await stage.script.click(stage.kiosk, "stop")
    await stage.observed(stage.desk, "grant_scan", allowed=False)
    await stage.end()
