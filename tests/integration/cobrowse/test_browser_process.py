# SPDX-License-Identifier: GPL-3.0-only
"""Whatever a page or its browser does, the kiosk's screen goes on: STOP, the powers, the call,
and the next page.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from expert_app.driven.loop_gaps import LoopGaps
from session.core.clock import ManualClock, SystemClock
from session.core.process_tree import session_members
from session.kiosk.cobrowse import browser_messages as messages
from tests.integration.cobrowse.browser_kiosk import GOOD, PATIENCE_S, SPINS, Kiosk
from tests.support.cobrowse_pages import WebServer
from tests.support.qt_loop import QtLoop
from tests.support.waiting import until
from views.kiosk.browser import page_process
from views.kiosk.browser.calm_page import WebPageTrouble
from views.kiosk.browser.page_process import ENDS_WITHIN_S, PageProcesses

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kills processes by their number")

LONGEST_MS = 250
"""A page that stops the screen stops it for seconds."""


ASKS = """<title>demande</title><script>setTimeout(() => {
    for (let count = 0; count < 1000; count++) confirm('Encore ' + count); }, 100)</script>"""
GROWS = """<title>grossit</title><script>const kept = [];
    setInterval(() => { kept.push(new Uint8Array(60e6).fill(7)); }, 30)</script>"""
FLOODS = """<title>inonde</title><div id=d></div><script>setInterval(() => {
    for (let count = 0; count < 60; count++) {
        const line = document.createElement('p');
        line.textContent = 'x'.repeat(400) + Math.random();
        document.getElementById('d').append(line);
    }
    while (document.getElementById('d').children.length > 600)
        document.getElementById('d').firstChild.remove();
}, 20)</script>"""


@asynccontextmanager
async def kiosk_of(web: WebServer, folder: Path) -> AsyncIterator[Kiosk]:
    kiosk = Kiosk(web, folder)
    try:
        yield kiosk
    finally:
        await kiosk.end()
    assert list(folder.iterdir()) == []


async def pages_misbehave(kiosk: Kiosk) -> None:
    # a page that asks a thousand questions
    await kiosk.opens("demande", ASKS)
    await until(lambda: kiosk.asked, PATIENCE_S)
    await kiosk.is_well()

    # a page that never comes back
    await kiosk.opens("tourne", SPINS)
    await kiosk.troubled(WebPageTrouble.SILENT)
    kiosk.browser.calm.leave.click()
    await until(lambda: kiosk.loaded[-1] == "bonne page", PATIENCE_S)
    await kiosk.opens("tourne", SPINS)
    await kiosk.troubled(WebPageTrouble.SILENT)
    await kiosk.is_well()

    # a page that dies
    assert kiosk.renderers()
    for renderer in kiosk.renderers():
        os.kill(renderer, signal.SIGKILL)
    await kiosk.troubled(WebPageTrouble.DIED)
    assert kiosk.refused, "the agent is told too"
    before = len(kiosk.loaded)
    kiosk.browser.calm.leave.click()
    await until(lambda: len(kiosk.loaded) > before, PATIENCE_S)

    # a page that floods the recorder
    kiosk.browser.start_sharing()
    kiosk.pushed.clear()
    await kiosk.opens("inonde", FLOODS)
    await until(lambda: kiosk.pushed, PATIENCE_S)
    await kiosk.is_well()

    # a page that wants all memory
    await kiosk.opens("grossit", GROWS)
    await kiosk.troubled(WebPageTrouble.GREEDY)
    await kiosk.is_well()


async def browsers_misbehave(kiosk: Kiosk) -> None:
    os.kill(kiosk.side.pid, signal.SIGKILL)
    await kiosk.troubled(WebPageTrouble.DIED)
    await kiosk.is_well()
    stopped = kiosk.side.pid
    os.kill(stopped, signal.SIGSTOP)
    await kiosk.troubled(WebPageTrouble.SILENT)
    kiosk.browser.calm.close_page.click()
    await kiosk.is_well()
    await until(lambda: session_members(stopped) == [])


@pytest.mark.timeout(240)
def test_no_page_stops_the_screen(web: WebServer, qt_loop: QtLoop, tmp_path: Path) -> None:
    async def story() -> None:
        async with kiosk_of(web, tmp_path) as kiosk:
            await kiosk.opens("bonne", GOOD)
            await until(lambda: kiosk.side.spare_ready, PATIENCE_S)
            await asyncio.wait_for(kiosk.call.run("1"), 20)
            gaps = LoopGaps()
            await pages_misbehave(kiosk)
            await browsers_misbehave(kiosk)
            assert gaps.stop() < LONGEST_MS
            before = kiosk.side.pid
            assert await kiosk.gone(kiosk.browser.wipe)
            assert session_members(before) == []

    qt_loop.run(story(), timeout_s=220)


LIES = "import os\nwhile True: os.write(1, {said!r})"


@pytest.mark.parametrize(
    "said",
    [
        b"\x00" * 7 + b"\x01",
        b"not a frame of ours",
        b"\x00\x00\x00\x0f\x00\x00\x00\x00\x81\xa2is\xabPageTouched"[:4] + b"\x00" * 4 + b"x" * 15,
    ],
)
def test_a_browser_that_lies_or_floods_is_ended(
    qt_loop: QtLoop, tmp_path: Path, said: bytes
) -> None:
    async def story() -> None:
        command = [sys.executable, "-c", LIES.format(said=said)]
        side = PageProcesses(lambda _folder: command, tmp_path, clock=SystemClock())
        died: list[messages.PageDied] = []
        side.prepare()
        side.reported.connect(
            lambda fact, _body: died.append(fact) if isinstance(fact, messages.PageDied) else None
        )
        gaps = LoopGaps()
        await until(lambda: died)
        assert died[0].greedy
        assert gaps.stop() < LONGEST_MS
        closed: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        side.close(closed.set_result)
        assert await asyncio.wait_for(closed, 20)
        await until(lambda: list(tmp_path.iterdir()) == [])

    qt_loop.run(story())


@pytest.mark.parametrize("ends", [True, False])
def test_a_killed_browser_that_ends_slowly_is_no_left_over_one_that_lives_on_is(
    qt_loop: QtLoop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ends: bool
) -> None:
    async def story() -> None:
        left, looks, clock = [2**22], [0], ManualClock()

        def members(_leader: int) -> list[int]:
            looks[0] += 1
            return list(left)

        monkeypatch.setattr(page_process, "session_members", members)
        monkeypatch.setattr(page_process, "kill_at_once", lambda _pid: None)
        command = [sys.executable, "-c", "import time; time.sleep(60)"]
        side = PageProcesses(lambda _folder: command, tmp_path, clock=clock)
        side.prepare()
        await until(lambda: side.pid)
        gone: list[bool] = []
        side.forget(gone.append)
        clock.advance(ENDS_WITHIN_S - 1)  # a busy machine
        seen = looks[0]
        await until(lambda: looks[0] > seen + 4)
        assert gone == []
        if ends:
            left.clear()
        else:
            clock.advance(2)
        await until(lambda: gone == [ends])
        left.clear()
        closed: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        side.close(closed.set_result)
        assert await asyncio.wait_for(closed, 20)

    qt_loop.run(story())
