# SPDX-License-Identifier: GPL-3.0-only
"""One demo, real programs and all, for every story here; each begins with both ends idle."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from expert_app.demo.run import Demo, DemoSetup
from session.core.tasks import Tasks
from tests.end2end.stage import CHUNK_KBPS, SILENT_S, Stage
from tests.support.drawn_pages import form, jpeg, payslip


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """Hub, kiosk, desk, scanner and printer, started once."""
    tasks = Tasks()
    folder = tmp_path_factory.mktemp("demo")
    _lay_pages(folder / "pages")
    demo = Demo(
        folder,
        tasks,
        setup=DemoSetup(script=True, language="en", chunk_kbps=CHUNK_KBPS, silent_s=SILENT_S),
    )
    try:
        await demo.start()
        yield Stage(demo)
    finally:
        await demo.stop()
        await tasks.close()


def _lay_pages(folder: Path) -> None:
    """On the scanner's glass: quicker than its own drawings."""
    folder.mkdir()
    for name, page in (("1-form", form()), ("2-payslip", payslip())):
        (folder / f"{name}.jpg").write_bytes(jpeg(page))


@pytest_asyncio.fixture(loop_scope="package")
async def stage(running: Stage) -> AsyncIterator[Stage]:
    """The demo, idle."""
    yield running
    await running.tidy()
