# SPDX-License-Identifier: GPL-3.0-only
"""Hub or nats-server are killed (-9):
a waiting caller keeps its place, a conversation goes on, both ends say so.
"""

from __future__ import annotations

import os
import signal
import sys

import pytest

from tests.end2end.stage import Stage

pytestmark = [
    pytest.mark.asyncio(loop_scope="package"),
    pytest.mark.timeout(240),
    pytest.mark.skipif(sys.platform == "win32", reason="signals by number"),
]


async def test_a_waiting_caller_keeps_its_place_when_hub_and_server_are_killed(
    stage: Stage,
) -> None:
    ticket = await stage.waiting()
    await stage.kill_hub()
    await stage.fact(stage.desk, "trouble_line", code="hub_unreachable")
    await stage.shows_error(stage.desk, "message_line", "hub_unreachable")
    await stage.fact(stage.kiosk, "trouble", code="bus_unreachable")

    await stage.start_hub()
    await stage.gone(stage.desk, "trouble_line")
    await stage.gone(stage.kiosk, "trouble")
    assert (await stage.fact(stage.kiosk, "ticket"))["id"] == ticket
    await stage.accept()
    await stage.end()


async def test_a_conversation_goes_on_when_the_server_is_killed_for_a_moment(stage: Stage) -> None:
    await stage.call()
    server = (await stage.demo.hub.ask("facts"))["server"]["pid"]
    await stage.mark()
    os.kill(server, signal.SIGKILL)
    await stage.observed(stage.desk, "connection", connected=False)
    await stage.pictures_move()
    await stage.observed(stage.desk, "connection", connected=True)
    await stage.gone(stage.desk, "trouble_line")
    await stage.gone(stage.kiosk, "trouble")
    assert not await stage.has_observed(stage.desk, "first_video"), "the call was set up anew"
    await stage.script.allow("grant_scan", "scan")
    await stage.end()


@pytest.mark.long  # the walk kills a hub in a conversation, too
async def test_a_conversation_goes_on_when_the_hub_is_killed_and_started_again(
    stage: Stage,
) -> None:
    session = await stage.call()
    await stage.mark()
    await stage.kill_hub()
    await stage.fact(stage.desk, "trouble_line", code="hub_unreachable")
    await stage.pictures_move()
    await stage.start_hub()
    await stage.gone(stage.desk, "trouble_line")
    await stage.gone(stage.kiosk, "trouble")
    assert (await stage.fact(stage.kiosk, "session_opened"))["session"] == session
    assert not await stage.has_observed(stage.desk, "first_video"), "the call was set up anew"
    await stage.allow_scan()
    kept = await stage.scan()
    await stage.file()
    filed = await stage.observed(stage.desk, "document_filed")
    assert filed["sha256"] in [document.sha256 for document in stage.dossier().documents]
    assert (
        kept["sha256"]
        == (await stage.fact(stage.desk, "page_cleaned", page=kept["page"]))["original_sha256"]
    )
    await stage.end()
