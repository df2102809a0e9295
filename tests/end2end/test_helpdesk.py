# SPDX-License-Identifier: GPL-3.0-only
"""The helpdesk's program opens the log of a conversation that is over, by its id, and says what a
wrong id is.
"""

from __future__ import annotations

import asyncio

import pytest

from expert_app.demo.world import HELPDESK, ORGANISATION
from expert_app.runtime.child_programs import Child
from expert_app.runtime.config import DeskSettings, save
from expert_app.runtime.credentials import SEED_VARIABLE
from session.core.tasks import Tasks
from tests.end2end.stage import Stage

pytestmark = [pytest.mark.asyncio(loop_scope="package"), pytest.mark.timeout(240)]
READY_S = 60


async def _helpdesk(stage: Stage, tasks: Tasks) -> Child:
    world, folder = stage.demo.world, stage.demo.folder / "helpdesk-window"
    assert world is not None
    folder.mkdir(exist_ok=True)
    file = folder / "settings.toml"
    save(
        DeskSettings(
            organisation=ORGANISATION,
            user=HELPDESK,
            role="helpdesk",
            bus=[world.bus],
            language="en",
        ),
        file,
    )
    words = ["desk", "--folder", str(folder), "--settings", str(file), "--driven"]
    log = folder / "helpdesk.log"
    child = Child("helpdesk", ["-m", "expert_app", *words], tasks=tasks, log_file=log)
    await child.start({SEED_VARIABLE: world.helpdesk_seed.decode()})
    return child


async def test_a_log_is_opened_by_the_id_of_its_session(stage: Stage) -> None:
    session, tasks = await stage.call(), Tasks()
    await stage.end()
    helpdesk = await _helpdesk(stage, tasks)
    try:
        await asyncio.wait_for(helpdesk.ready, READY_S)
        await stage.fact(helpdesk, "connection", connected=True)
        assert "queue_accept_next" not in await helpdesk.ask("visible")
        await helpdesk.ask("type", name="helpdesk_session", text="A001")
        await helpdesk.ask("type", name="helpdesk_reason", text="the picture stood still")
        await stage.script.click(helpdesk, "helpdesk_open")
        await stage.fact(helpdesk, "trouble", code="log_unknown")
        await helpdesk.ask("type", name="helpdesk_session", text=session)
        await stage.script.click(helpdesk, "helpdesk_open")
        await stage.fact(helpdesk, "log_opened", session=session, records=lambda n: n > 5)
        assert "replay_play" in await helpdesk.ask("visible")
        await helpdesk.ask("shot", path=str(stage.demo.folder / "helpdesk.png"))
    finally:
        await helpdesk.stop()
        await tasks.close()
