# SPDX-License-Identifier: GPL-3.0-only
"""One demo, real programs and all, for the stories of a module; every story begins with both ends idle."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from expert_app.demo_run import Demo
from session.tasks import Tasks
from tests.end2end.stage import CHUNK_KBPS, Stage


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """Hub, kiosk, desk, scanner and printer, started once."""
    tasks = Tasks()
    demo = Demo(tmp_path_factory.mktemp("demo"), tasks, script=True, language="en", chunk_kbps=CHUNK_KBPS)
    try:
        await demo.start()
        yield Stage(demo)
    finally:
        await demo.stop()
        await tasks.close()


@pytest_asyncio.fixture(loop_scope="module")
async def stage(running: Stage) -> AsyncIterator[Stage]:
    """The demo, idle."""
    yield running
    await running.tidy()
