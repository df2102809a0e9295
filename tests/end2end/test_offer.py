# SPDX-License-Identifier: GPL-3.0-only
"""A caller of a service that offers: the desk's real window rings, a key accepts, the wrap-up has
its time. Nobody is offered before the agent's devices were checked, or the check was skipped: at
the first sign-in, at the second start of that day, and the next morning.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from expert_app.runtime.child_programs import ChildFailed
from expert_app.runtime.paths import paths_for
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


def _ask_for_check(stage: Stage, *, wanted: bool) -> None:
    settings = stage.demo.folder / "desk.toml"
    text = settings.read_text(encoding="utf-8")
    before, after = ("false", "true") if wanted else ("true", "false")
    settings.write_text(text.replace(f"shift_check = {before}", f"shift_check = {after}"), "utf-8")
    assert f"shift_check = {after}" in settings.read_text(encoding="utf-8")


def _memory(stage: Stage) -> Path:
    return paths_for("desk", stage.demo.folder).data / "window.ini"


async def _start_anew(stage: Stage) -> None:
    await stage.desk.stop()
    await stage.start_desk()
    await stage.fact(stage.desk, "queue_visible")


@pytest_asyncio.fixture(loop_scope="package")
async def fresh(stage: Stage) -> AsyncIterator[Stage]:
    """A desk that wants the check and never had one; afterwards one that does without, as the other
    stories have it.
    """
    _ask_for_check(stage, wanted=True)
    await stage.desk.stop()
    _memory(stage).unlink(missing_ok=True)
    await stage.start_desk()
    await stage.fact(stage.desk, "queue_visible")
    yield stage
    _ask_for_check(stage, wanted=False)
    await _start_anew(stage)


async def test_nobody_is_offered_before_the_check_of_the_day(fresh: Stage) -> None:
    stage, desk = fresh, fresh.desk
    await stage.reads(desk, "check_title", "Welcome")
    await stage.fact(desk, "agent_state", available=False, reason="shift_check")
    await stage.mark()
    await stage.script.click(stage.kiosk, "service_accueil")
    await stage.observed(desk, "ticket_visible")
    await stage.reads(desk, "check_camera_words", "The caller sees you")
    await stage.reads(desk, "check_microphone_words", "The caller hears you")
    await stage.reads(desk, "check_line_words", ".")  # judged, as this machine is now
    await stage.script.click(desk, "check_tone")
    await stage.script.click(desk, "check_not_heard")
    await stage.reads(desk, "check_speaker_words", "turned up")
    assert "check_speaker_mend" in await desk.ask("visible")
    await stage.script.click(desk, "check_tone")
    await stage.script.click(desk, "check_heard")
    await stage.script.click(desk, "key:F2")
    await stage.reads(desk, "check_keys_words", "hears your keys")
    assert not await stage.has_observed(desk, "offer")
    assert not await stage.has_observed(desk, "session")
    await stage.script.click(desk, "check_end")
    await stage.observed(desk, "offer")
    await stage.script.click(desk, "offer_accept")
    await stage.observed(desk, "session")
    await stage.seen_and_heard()
    await stage.hang_up()
    await stage.script.click(stage.kiosk, "goodbye_finish")
    await stage.finish()


async def test_it_is_made_once_a_day_and_escape_skips_it(fresh: Stage) -> None:
    stage = fresh
    await stage.script.click(stage.desk, "check_end")
    await _start_anew(stage)
    await stage.reads(stage.desk, "idle_title", "Nobody is waiting")
    assert "check_end" not in await stage.desk.ask("visible"), "once a day"

    memory = _memory(stage)
    today = datetime.now().astimezone().date()
    text = memory.read_text(encoding="utf-8")
    assert f"day={today}" in text
    yesterday = today - timedelta(days=1)
    await stage.desk.stop()
    memory.write_text(text.replace(f"day={today}", f"day={yesterday}"), "utf-8")
    await stage.start_desk()
    await stage.reads(stage.desk, "check_title", "Check of your desk")
    await stage.script.click(stage.desk, "key:Esc")
    await stage.reads(stage.desk, "idle_title", "Nobody is waiting")
