# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk is killed (-9) in a session:
the desk says so, nothing scanned is lost, nothing of the caller stays.
"""

from __future__ import annotations

import pytest

from tests.end2end.stage import Stage

pytestmark = [pytest.mark.asyncio(loop_scope="package"), pytest.mark.timeout(240)]


async def test_a_kiosk_killed_while_it_scans_is_missed_at_the_desk_and_goes_on_when_it_is_back(
    stage: Stage,
) -> None:
    session = await stage.call()
    await stage.allow_scan()
    await stage.scanner(page_seconds=15)  # longer than a silent kiosk is borne
    await stage.script.click(stage.desk, "scan_page")
    await stage.observed(stage.kiosk, "scanning")
    await stage.mark()
    await stage.kill_kiosk()
    await stage.fact(stage.desk, "trouble_peer_gone", timeout_s=40, code="peer_gone")
    await stage.shows_error(stage.desk, "message_peer_gone", "peer_gone")

    await stage.scanner(page_seconds=0.5)
    await stage.start_kiosk()
    assert await stage.fact(stage.kiosk, "session_opened", session=session)
    await stage.seen_and_heard()
    await stage.gone(stage.desk, "trouble_peer_gone")
    assert await stage.observed(stage.desk, "grant_scan", allowed=False), (
        "consent outlived the kiosk that had it"
    )
    assert await stage.observed(stage.desk, "scan_ended", code="peer_gone")
    await stage.allow_scan()
    assert await stage.scan()
    await stage.end()


@pytest.mark.long  # in a sealed session, in every run: test_vault
async def test_a_page_that_a_killed_kiosk_was_sending_arrives_after_its_restart(
    stage: Stage,
) -> None:
    session = await stage.call()
    await stage.allow_scan()
    await stage.script.click(stage.desk, "scan_page")
    offered = await stage.observed(stage.kiosk, "page_offered")
    await stage.observed(stage.desk, "page_arriving", percent=lambda percent: percent < 90)
    await stage.mark()
    await stage.kill_kiosk()

    await stage.start_kiosk()
    assert await stage.fact(stage.kiosk, "session_opened", session=session)
    kept = await stage.observed(stage.desk, "page_kept")
    assert (kept["page"], kept["sha256"]) == (offered["page"], offered["sha256"])
    await stage.seen_and_heard()
    await stage.end()


async def test_a_session_that_ended_while_its_kiosk_was_dead_leaves_nothing_there(
    stage: Stage,
) -> None:
    await stage.call()
    await stage.allow_scan()
    await stage.script.click(stage.desk, "scan_page")
    await stage.observed(stage.desk, "page_arriving", percent=lambda percent: percent < 90)
    await stage.kill_kiosk()
    assert stage.left_at_kiosk()
    await stage.mark()
    await stage.hang_up()
    await stage.finish()

    await stage.start_kiosk()
    await stage.fact(stage.kiosk, "services_shown")
    assert (await stage.fact(stage.kiosk, "swept", files=lambda n: n > 0))["left_over"] == 0
    assert stage.left_at_kiosk() == []
    assert "service_logement" in await stage.kiosk.ask("visible")


async def test_a_kiosk_killed_while_its_caller_waits_serves_the_same_ticket_to_the_end(
    stage: Stage,
) -> None:
    ticket = await stage.waiting()
    await stage.kill_kiosk()
    await stage.start_kiosk()
    assert (await stage.fact(stage.kiosk, "ticket", state="waiting"))["id"] == ticket
    await stage.accept()
    await stage.allow_scan()
    assert await stage.scan()
    await stage.observed(stage.desk, "page_cleaned")
    await stage.mark()
    await stage.file()
    await stage.observed(stage.desk, "document_filed", timeout_s=60)
    await stage.end()
