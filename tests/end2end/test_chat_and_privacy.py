# SPDX-License-Identifier: GPL-3.0-only
"""A privacy pause and written words, with the real programs."""

from __future__ import annotations

import pytest

from tests.end2end.stage import Stage

pytestmark = [pytest.mark.asyncio(loop_scope="package"), pytest.mark.timeout(180)]


async def test_nobody_sees_anything_in_a_privacy_pause(stage: Stage) -> None:
    await stage.call()
    await stage.fact(stage.desk, "first_video", frames=lambda n: n > 0)
    await stage.mark()
    await stage.script.click(stage.desk, "call_privacy")
    await stage.observed(stage.kiosk, "private", on=True)
    await stage.observed(stage.desk, "private", on=True)
    await stage.script.click(stage.desk, "call_privacy")
    await stage.observed(stage.desk, "private", on=False)
    await stage.mark()
    await stage.script.click(stage.kiosk, "pause")  # the caller has the same, and ends it
    await stage.observed(stage.desk, "private", on=True, by_caller=True)
    await stage.script.click(stage.kiosk, "pause")
    await stage.observed(stage.desk, "private", on=False)


async def test_a_caller_who_hears_badly_signs_and_answers_in_writing(stage: Stage) -> None:
    await stage.call()
    await stage.fact(stage.desk, "first_video", frames=lambda n: n > 0)
    await stage.mark()
    await stage.script.click(stage.desk, "call_signs")
    for way in ("from_caller", "to_caller"):
        await stage.observed(stage.desk, f"line_governed_{way}", motion=True)
    await stage.mark()
    await stage.script.click(stage.desk, "call_write")
    await stage.desk.ask("type", name="written_entry", text="Un instant")
    await stage.script.click(stage.desk, "written_send")
    await stage.observed(stage.kiosk, "written", lines=1)
    await stage.observed(stage.desk, "written", last_sent="shown")
    await stage.script.click(stage.kiosk, "written_yes")
    await stage.observed(stage.desk, "written", lines=2)
