# SPDX-License-Identifier: GPL-3.0-only
"""A caller who does not stay, with real programs:
called on the display and back at the kiosk, or by telephone.
"""

from __future__ import annotations

import pytest

from tests.end2end.stage import Stage

pytestmark = [pytest.mark.asyncio(loop_scope="package"), pytest.mark.timeout(120)]


async def test_a_caller_goes_is_called_on_the_display_comes_back_and_talks(stage: Stage) -> None:
    display = stage.demo.display or await stage.demo.start_display()
    await stage.waiting()
    await stage.script.click(stage.kiosk, "wait_elsewhere")
    await stage.script.click(stage.kiosk, "away_back")
    kept = await stage.observed(stage.kiosk, "stepped_away", how="back")
    await stage.script.click(stage.kiosk, "kept_slip")
    await stage.observed(stage.kiosk, "slip_printed")
    await stage.script.click(stage.kiosk, "kept_finish")

    await stage.fact(display, "shown", called=1)
    await stage.mark()
    await stage.script.click(stage.kiosk, "have_number")
    await stage.observed(stage.kiosk, "returns_shown", tickets=1)
    for character in kept["number"]:
        await stage.script.click(stage.kiosk, f"key_{character}")
    await stage.script.click(stage.kiosk, "number_send")
    await stage.observed(stage.kiosk, "ticket", id=kept["ticket"], state="waiting")
    shown = await stage.kiosk.ask("visible")
    assert "wait_elsewhere" in shown  # the place in the queue, with its number
    assert "number_send" not in shown  # and no longer the pad
    await stage.accept()
    await stage.fact(display, "shown", called=0)
    await stage.end()


async def test_a_caller_is_called_by_telephone_and_the_kiosk_is_free_for_the_next_one(
    stage: Stage,
) -> None:
    first = await stage.waiting()
    await stage.script.click(stage.kiosk, "wait_elsewhere")
    await stage.script.click(stage.kiosk, "away_phone")
    for digit in "0612345678":
        await stage.script.click(stage.kiosk, f"key_{digit}")
    await stage.script.click(stage.kiosk, "number_send")
    await stage.observed(stage.kiosk, "stepped_away", how="phone")
    await stage.script.click(stage.kiosk, "kept_finish")

    await stage.script.click(stage.desk, f"accept_{first}")
    await stage.observed(stage.desk, "session")
    assert "06 12 34 56 78" in await stage.desk.ask("read", name="phone_number")
    await stage.script.click(stage.desk, "phone_reached")
    await stage.finish()
    await stage.call()
    await stage.end()
