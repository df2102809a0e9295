# SPDX-License-Identifier: GPL-3.0-only
"""Hold and a visible join with every real window:
the kiosk says why the caller waits, and who is there.
"""

from __future__ import annotations

import asyncio

import pytest

from expert_app.runtime.child_programs import Child
from tests.end2end.stage import Stage

pytestmark = [pytest.mark.asyncio(loop_scope="package"), pytest.mark.timeout(240)]


async def frames_of(stage: Stage, child: Child) -> int:
    return int((await child.ask("facts"))["media"]["frames"])


async def test_a_caller_waits_and_hears_why_and_a_supervisor_joins_by_name(stage: Stage) -> None:
    script, board = stage.script, await stage.demo.start_board()
    await script.fact(board, "connection", connected=True)
    await stage.call()

    await stage.mark()
    await script.click(stage.desk, "talk_hold")
    await script.click(stage.desk, "talk_hold_reasons")
    for child in (stage.desk, stage.kiosk):
        await stage.observed(child, "talk", held=True)
    await stage.observed(stage.desk, "call", state="held")
    await asyncio.sleep(1.0)  # the page of the call is painted by another process
    await stage.demo.kiosk.ask("shot", path=str(stage.demo.folder / "hold.png"))
    await stage.mark()
    await script.click(stage.desk, "talk_hold")
    await stage.observed(stage.desk, "talk", held=False)
    await stage.seen_and_heard()

    await stage.mark()
    await script.click(board, "first_ticket")
    await script.click(board, "act_join")
    await board.ask("type", name="act_reason", text="aide demandée")
    await script.click(board, "act_confirm")
    for child in (stage.desk, stage.kiosk):
        await stage.observed(child, "talk", third="superviseur1", third_state="in")
    await script.fact(board, "visit", let_in=True)
    assert "supervisor" in await stage.kiosk.ask("read", name="talk_third_words")
    assert "supervisor" in await stage.desk.ask("read", name="talk_third")
    await script.fact(
        board, "visit_media", caller=lambda n: n > 5, agent=lambda n: n > 5, timeout_s=20
    )
    for child, name in ((stage.kiosk, "kiosk"), (stage.desk, "desk"), (board, "visit")):
        await child.ask("shot", path=str(stage.demo.folder / f"three-{name}.png"))

    await stage.mark()
    await script.click(board, "guest_leave")
    await script.click(board, "guest_leave")
    for child in (stage.desk, stage.kiosk):
        await stage.observed(child, "talk", third="")
    await stage.pictures_move()
    await stage.end()
