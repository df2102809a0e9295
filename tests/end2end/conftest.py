# SPDX-License-Identifier: GPL-3.0-only
"""One demo, real programs and all, for every story here; each begins with both ends idle.

A story that failed takes its demo with it: the next one, or its further try, has a new one.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Generator
from pathlib import Path

import pytest
import pytest_asyncio

from expert_app.demo.run import Demo, DemoSetup
from session.core.tasks import Tasks
from tests.end2end.stage import EASY_SETUP, Stage
from tests.support.drawn_pages import form, jpeg, payslip

FAILED = pytest.StashKey[bool]()

SCREEN = {"screens": [{"name": "agency", "x": 0, "y": 0, "width": 1366, "height": 768}]}
"""A window is never larger than its screen; Qt's own without one is 800 x 800."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Notes for the fixtures of a test that it failed."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


class RunningDemo:
    """Hub, kiosk, desk, scanner and printer, started once and again after a story that failed."""

    def __init__(self, folders: pytest.TempPathFactory, setup: DemoSetup) -> None:
        self._folders, self._setup = folders, setup
        self._tasks = Tasks()
        self._stage: Stage | None = None

    async def stage(self) -> Stage:
        """The demo that runs, idle."""
        if self._stage is None:
            self._stage = await self._start()
        return self._stage

    async def _start(self) -> Stage:
        folder = self._folders.mktemp("demo")
        _lay_pages(folder / "pages")
        demo = Demo(folder, self._tasks, setup=self._setup)
        try:
            await demo.start()
        except BaseException:
            await demo.stop()
            raise
        return Stage(demo)

    async def stop(self) -> None:
        """Ends every program."""
        stage, self._stage = self._stage, None
        if stage is not None:
            await stage.demo.stop()

    async def close(self) -> None:
        """Ends every program for good."""
        await self.stop()
        await self._tasks.close()


async def one_story(request: pytest.FixtureRequest, demo: RunningDemo) -> AsyncIterator[Stage]:
    """The demo for one test; idle again after it, or ended when it failed."""
    request.node.stash[FAILED] = False
    stage = await demo.stage()
    yield stage
    if request.node.stash[FAILED]:
        await demo.stop()
        return
    try:
        await stage.tidy()
    except BaseException:
        await demo.stop()
        raise


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningDemo]:
    """The demo of all stories."""
    screen = tmp_path_factory.mktemp("screen") / "screen.json"
    screen.write_text(json.dumps(SCREEN), encoding="utf-8")
    demo = RunningDemo(tmp_path_factory, EASY_SETUP)
    with pytest.MonkeyPatch.context() as programs:
        programs.setenv("QT_QPA_PLATFORM", f"offscreen:configfile={screen}")
        yield demo
        await demo.close()


@pytest_asyncio.fixture(loop_scope="package")
async def stage(request: pytest.FixtureRequest, running: RunningDemo) -> AsyncIterator[Stage]:
    """The demo, idle."""
    async for stage in one_story(request, running):
        yield stage


def _lay_pages(folder: Path) -> None:
    """On the scanner's glass: quicker than its own drawings."""
    folder.mkdir()
    for name, page in (("1-form", form()), ("2-payslip", payslip())):
        (folder / f"{name}.jpg").write_bytes(jpeg(page))
