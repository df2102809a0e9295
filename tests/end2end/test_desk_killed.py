# SPDX-License-Identifier: GPL-3.0-only
"""The desk is killed (-9) in the middle of paper: nothing received is lost or filed twice, the call goes on."""

from __future__ import annotations

import pytest

from tests.end2end.stage import Stage

pytestmark = [pytest.mark.asyncio(loop_scope="package"), pytest.mark.timeout(240)]


async def test_a_desk_killed_while_a_page_arrives_finds_it_again(stage: Stage) -> None:
    session = await stage.call()
    await stage.allow_scan()
    await stage.walk.click(stage.desk, "scan_page")
    arriving = await stage.news(stage.desk, "page_arriving", percent=lambda percent: percent < 90)
    offered = await stage.news(stage.kiosk, "page_offered")
    await stage.kill_desk()

    await stage.mark()
    await stage.start_desk()
    assert await stage.fact(stage.desk, "session", id=session, resumed=True)
    kept = await stage.fact(stage.desk, "page_kept")
    assert (kept["page"], kept["sha256"]) == (offered["page"], offered["sha256"])
    assert kept["page"] == arriving["page"]
    await stage.seen_and_heard()
    assert await stage.fact(stage.desk, "grant_scan", allowed=True)
    await stage.file()
    filed = await stage.fact(stage.desk, "document_filed")
    assert [document.sha256 for document in stage.dossier().documents] == [filed["sha256"]]
    await stage.end()


async def test_a_desk_killed_while_it_files_files_once(stage: Stage) -> None:
    before = stage.dossier().documents
    await stage.call()
    await stage.allow_scan()
    kept = await stage.scan()
    await stage.news(stage.desk, "page_cleaned", page=kept["page"])
    await stage.file()
    await stage.kill_desk()

    await stage.start_desk()
    facts = await stage.desk.ask("facts")
    if "document_filed" not in facts:  # the kill was before the document lay in the outbox: the page is there again
        again = await stage.fact(stage.desk, "page_found_again")
        assert again["sha256"] == kept["sha256"]
        await stage.file()
    await stage.fact(stage.desk, "document_filed")
    assert len(stage.dossier().documents) == len(before) + 1
    await stage.end()
