# SPDX-License-Identifier: GPL-3.0-only
"""The supervisor's board as a real program:
a message reaches the agent, is in the history, and is taken back there.
"""

from __future__ import annotations

import pytest

from tests.end2end.stage import Stage

pytestmark = [pytest.mark.asyncio(loop_scope="package"), pytest.mark.timeout(240)]


async def test_a_message_is_taken_back_from_the_history_and_a_call_shows_how_good_its_line_is(
    stage: Stage,
) -> None:
    script, board = stage.script, await stage.demo.start_board()
    await script.fact(board, "connection", connected=True)
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

    await stage.call()
    await script.fact(board, "lines", timeout_s=40, good=1)
    for page in ("trends", "statistics", "lines", "live"):
        await script.click(board, f"board_pages_{page}")
    await stage.end()
