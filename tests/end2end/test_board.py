# SPDX-License-Identifier: GPL-3.0-only
"""The supervisor's board as a real program, beside a conversation.

Only here: hold and a visible join in every window; a message that reaches the agent and is taken
back from the history; how good the line of a call is.
"""

from __future__ import annotations

import asyncio

import pytest

from expert_app.runtime.child_programs import Child
from tests.end2end.stage import Stage

pytestmark = [pytest.mark.asyncio(loop_scope="package"), pytest.mark.timeout(240)]


async def test_a_caller_is_on_hold_and_a_supervisor_joins_writes_and_sees_the_line(
    stage: Stage,
) -> None:
    board = await stage.demo.start_board()
    try:
        await stage.script.fact(board, "connection", connected=True)
        await stage.call()
        await _hold(stage)
        await _message(stage, board)
        await _visit(stage, board)
        await _line_is_judged(board)
        for page in ("trends", "statistics", "lines", "live"):
            await stage.script.click(board, f"board_pages_{page}")
        await stage.end()
    finally:
        await board.stop()


async def _line_is_judged(board: Child) -> None:
    """The board has a sample of ten seconds of the call's line; a busy machine makes it weak."""
    judged = 0
    async with asyncio.timeout(60):
        while judged != 1:
            lines = (await board.ask("facts")).get("lines", {})
            judged = sum(lines.get(word, 0) for word in ("good", "weak", "bad"))
            await asyncio.sleep(0.2)


async def _hold(stage: Stage) -> None:
    """The caller waits, and both windows say why."""
    script = stage.script
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


async def _message(stage: Stage, board: Child) -> None:
    """A message reaches the agent, is in the history, and is taken back there."""
    script = stage.script
    await script.click(board, "act_announce")
    await board.ask("type", name="act_text", text="L'imprimante de Saint-Oyen est en panne.")
    await board.ask("type", name="act_reason", text="panne")
    await script.click(board, "act_confirm")
    said = await stage.fact(stage.desk, "announcement")
    await script.click(board, "board_pages_history")
    await script.fact(board, "history", acts=1)
    await script.click(board, "history_undo")
    await board.ask("type", name="act_reason", text="elle marche")
    await script.click(board, "act_confirm")
    await stage.fact(stage.desk, "announcement_withdrawn", id=said["id"])
    await script.fact(board, "act_undone", moved=1)
    await script.fact(board, "history", acts=2)
    await script.click(board, "board_pages_live")


async def _visit(stage: Stage, board: Child) -> None:
    """The supervisor joins by name, all three see each other, and leaves."""
    script = stage.script
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
