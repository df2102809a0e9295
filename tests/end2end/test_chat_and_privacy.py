# SPDX-License-Identifier: GPL-3.0-only
"""A privacy pause and written words, with the real programs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime

import pytest
import pytest_asyncio

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


MET_AFTER_S = 3.0
"""So long the agent's first line has stood there before the caller is asked for a yes."""


@pytest_asyncio.fixture(loop_scope="package")
async def mute_place(stage: Stage) -> AsyncIterator[Stage]:
    """The kiosk's place has neither camera nor microphone."""
    settings = stage.demo.folder / "kiosk.toml"
    usual = await asyncio.to_thread(settings.read_text, encoding="utf-8")
    mute = usual.replace('camera = "simulated"', 'camera = "none"')
    mute = mute.replace('microphone = "simulated"', 'microphone = "none"')
    assert mute.count('= "none"') == 2
    for text in (mute, usual):
        await asyncio.to_thread(settings.write_text, text, encoding="utf-8")
        await stage.kiosk.stop()
        await stage.start_kiosk()
        if text is mute:
            yield stage


async def test_a_caller_who_only_writes_is_served_to_the_end_in_writing(mute_place: Stage) -> None:
    stage, desk, kiosk = mute_place, mute_place.desk, mute_place.kiosk
    await stage.script.click(kiosk, "write")
    await stage.waiting()
    ticket = await stage.fact(kiosk, "ticket", state="waiting")
    await stage.mark()
    await stage.script.click(desk, f"accept_{ticket['id']}")
    await stage.observed(kiosk, "first_video", frames=lambda n: n > 0)
    await stage.observed(desk, "peer_devices", camera=False, microphone=False)
    await stage.fact(desk, "piece_demande", state=lambda state: bool(state))
    await stage.script.click(desk, "grant_see_page")
    await stage.reads(desk, "message_question waits", "a line that you wrote has stood")
    assert not await stage.has_observed(kiosk, "grant_asked")
    await stage.script.click(desk, "call_write")
    await desk.ask("type", name="written_entry", text="Bonjour, je vous lis.")
    await stage.script.click(desk, "written_send")
    line = await stage.observed(kiosk, "written", lines=2)  # the first says that the caller writes
    asked = await stage.observed(kiosk, "grant_asked", grant="see_page")
    times = [datetime.fromisoformat(seen["seen_at_utc"]) for seen in (line, asked)]
    assert (times[1] - times[0]).total_seconds() > MET_AFTER_S - 0.5
    await stage.script.click(kiosk, "yes")
    await stage.observed(desk, "grant_see_page", allowed=True)
    await stage.script.click(kiosk, "written_yes")
    await stage.observed(desk, "written", lines=3)
    await stage.allow_scan()
    await stage.scan()
    await stage.file()
    await stage.observed(desk, "document_filed")
    await stage.end()
