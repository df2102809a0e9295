# SPDX-License-Identifier: GPL-3.0-only
"""Pages whose text is hard to look through: the screen that shows STOP never stands still."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from expert_app.driven.loop_gaps import LoopGaps
from expert_app.kiosk.wiring.page_program import page_command
from session.core.clock import SystemClock
from session.core.tasks import Tasks
from session.kiosk.cobrowse.browser_messages import BrowserFact, PageLoaded
from session.kiosk.cobrowse.page_guard import PageGuard
from session.kiosk.cobrowse.shared_page import TOPIC, KioskSharedPage
from session.protocol.conversation.messages import AddressRefused, Grant, SessionMessage
from tests.support.cobrowse_pages import WebServer
from tests.support.cobrowse_stage import Consent
from tests.support.memory.channel import channel_pair
from tests.support.qt_loop import QtLoop
from tests.support.waiting import LONGEST_S, until
from views.kiosk.browser.page_process import PageProcesses
from views.kiosk.browser.pane import KioskBrowser

LONGEST_MS = 250
"""Calm it is 11 to 22; where the guard works in the screen's own process, a second and more."""

PATIENCE_S = 3 * LONGEST_S
"""A busy machine may take long for a heavy page; the screen may not."""

RULE = '.i%d::before{content:"";mask-image:url("../icons/system/arrow-%d.svg");font:"M",arial}'
SHEET = "".join(RULE % (number, number) for number in range(11_000))
RECORDS = '[{"id":1,"nom":"x","ville":"y","code":"z"},'
HEAVY = {
    "a style sheet of 1 MB, dense with quotes": f"<style>{SHEET}</style>",
    "JSON in one pre": f"<pre>{RECORDS * 7_000}</pre>",
    "one text of 66,000 quotes": "<p id=q></p><script>q.textContent='\"'.repeat(66000)</script>",
    "groups of digits": f"<p>{'1 85 05 ' * 37_000}</p>",
    "20,000 nodes": "<script>for (let n = 0; n < 20000; n++) { const b = "
    "document.createElement('b'); b.textContent = n; document.body.append(b) }</script>",
}


class Kiosk:
    """The kiosk's end of a shared page as its program builds it: the screen here, the caller's
    browser and the guard in processes of their own. What leaves goes nowhere and is counted.
    """

    def __init__(self, web: WebServer, folder: Path) -> None:
        self.web, clock, self.tasks = web, SystemClock(), Tasks()
        self.line, self.desk_line = channel_pair()
        self.consent = Consent(clock)
        self.side = PageProcesses(page_command, folder, clock=clock)
        self.browser = KioskBrowser(self.side)
        self.guard = PageGuard(self.tasks, limit_s=PATIENCE_S)
        self.page = KioskSharedPage(
            self.line,
            self.browser,
            grants=self.consent,
            guard=self.guard,
            clock=clock,
            tasks=self.tasks,
        )
        self.pictures = self.loaded = 0
        self.refused: list[str] = []
        self.line.drop_raw = self._on_leaving
        self.desk_line.on_message(TOPIC, self._on_message)
        self.browser.reported.connect(self._on_reported)
        self.browser.set_allowed([web.address + "/t/"])
        self.browser.resize(1000, 760)
        self.browser.show()

    def _on_leaving(self, _topic: str, _payload: bytes, headers: Mapping[str, str]) -> bool:
        self.pictures += headers.get("Start") == "1"
        return True

    def _on_message(self, message: SessionMessage) -> None:
        if isinstance(message, AddressRefused):
            self.refused.append(message.code)

    def _on_reported(self, fact: BrowserFact, _body: bytes) -> None:
        self.loaded += isinstance(fact, PageLoaded)

    async def opens(self, name: str, body: str) -> None:
        """Opens a page and waits until it is on the screen."""
        before = self.loaded
        assert self.browser.open(
            self.web.page(f"/t/{name}.html", f"<html><body>{body}</body></html>")
        )
        await until(lambda: self.loaded > before, PATIENCE_S)

    async def shares(self) -> None:
        """The caller allows the page to be seen; waits until its picture has left."""
        before = self.pictures
        self.consent.give(Grant.SEE_PAGE)
        await until(lambda: self.pictures > before, PATIENCE_S)

    async def close(self) -> None:
        """Ends the processes."""
        self.page.close()
        await self.guard.close()
        await self.tasks.close()
        gone: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.side.close(gone.set_result)
        assert await asyncio.wait_for(gone, 20)
        self.browser.close()
        self.browser.deleteLater()


@asynccontextmanager
async def kiosk_of(web: WebServer, folder: Path) -> AsyncIterator[Kiosk]:
    kiosk = Kiosk(web, folder)
    try:
        yield kiosk
    finally:
        await kiosk.close()


@pytest.mark.timeout(300)
def test_the_loop_never_stands_still_for_a_page(
    web: WebServer, qt_loop: QtLoop, tmp_path: Path
) -> None:
    longest_ms: dict[str, float] = {}

    async def story() -> None:
        async with kiosk_of(web, tmp_path) as kiosk:
            for number, (name, body) in enumerate(HEAVY.items()):
                await kiosk.opens(f"heavy{number}", body)
                gaps = LoopGaps()
                await kiosk.shares()
                longest_ms[name] = gaps.stop()
                kiosk.consent.take_back(Grant.SEE_PAGE)
            gaps = LoopGaps()
            kiosk.consent.give(Grant.SEE_PAGE)
            for _ in range(60):
                kiosk.browser.request_snapshot()
                await asyncio.sleep(0.02)
            longest_ms["60 full pictures in a row"] = gaps.stop()

    qt_loop.run(story(), timeout_s=280)
    print({name: round(gap_ms) for name, gap_ms in longest_ms.items()})
    assert max(longest_ms.values()) < LONGEST_MS, longest_ms


@pytest.mark.parametrize("text", ["'1 1 '.repeat(250_000)"])
def test_a_page_that_the_guard_cannot_look_through_is_not_shared_and_both_ends_are_told(
    web: WebServer,
    qt_loop: QtLoop,
    tmp_path: Path,
    text: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def story() -> None:
        async with kiosk_of(web, tmp_path) as kiosk:
            monkeypatch.setattr(kiosk.guard, "_limit_s", 0.3)
            told: list[str] = []
            kiosk.page.not_shared.connect(told.append)
            await kiosk.opens("endless", f"<p id=p></p><script>p.textContent={text}</script>")
            gaps = LoopGaps()
            kiosk.consent.give(Grant.SEE_PAGE)
            await until(lambda: told and kiosk.refused)
            assert gaps.stop() < LONGEST_MS
            assert told == kiosk.refused == ["page_not_shareable"]
            assert not kiosk.page.sharing

    qt_loop.run(story(), timeout_s=90)
