# SPDX-License-Identifier: GPL-3.0-only
"""A caller of a service that offers:
the desk's real window rings, a key accepts, the wrap-up has its time.
"""

from __future__ import annotations

import asyncio

import pytest

from expert_app.runtime.child_programs import ChildFailed
from tests.end2end.stage import Stage

pytestmark = [pytest.mark.asyncio(loop_scope="package"), pytest.mark.timeout(240)]


async def ends_in(stage: Stage, minutes: str) -> None:
    """Waits until the desk says so of its wrap-up."""
    said = ""
    async with asyncio.timeout(30):
        while f"Ends by itself in {minutes}" not in said:
            try:
                said = await stage.desk.ask("read", name="wrap_up_left")
            except ChildFailed:  # not on the screen yet
                await asyncio.sleep(0.1)


async def test_an_offered_caller_is_taken_and_the_wrap_up_has_its_time(stage: Stage) -> None:
    await stage.mark()
    await stage.fact(stage.kiosk, "services_shown")
    await stage.script.click(stage.kiosk, "service_accueil")
    offer = await stage.observed(stage.desk, "offer")
    assert offer["number"].startswith("A")
    assert "A caller for you" in await stage.desk.ask("read", name="offer_card")
    await stage.script.click(stage.desk, "offer_accept")
    session = await stage.observed(stage.desk, "session")
    await stage.gone(stage.desk, "offer")
    await stage.seen_and_heard()
    await stage.hang_up()
    await ends_in(stage, "1 min")
    assert {"outcome_done", "outcome_call_back"} <= set(await stage.desk.ask("visible"))
    await stage.script.click(stage.desk, "wrap_up_prolong")
    await ends_in(stage, "2 min")
    await stage.script.click(stage.kiosk, "goodbye_finish")
    await stage.script.click(stage.desk, "outcome_call_back")
    await stage.script.click(stage.desk, "wrap_up_finish")
    closed = await stage.observed(stage.desk, "session_closed")
    assert closed["session"] == session["id"]
