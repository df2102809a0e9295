# SPDX-License-Identifier: GPL-3.0-only
"""A kiosk's browser process in a window, for tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from PyQt6 import sip

from expert_app.kiosk.wiring.page_program import page_command
from session.core.clock import SystemClock
from session.core.process_tree import session_members
from session.kiosk.cobrowse.browser_messages import (
    AddressStopped,
    BrowserFact,
    EventsPushed,
    PageLoaded,
    QuestionShown,
)
from tests.support.cobrowse_pages import WebServer
from tests.support.waiting import until
from views.kiosk.browser.calm_page import WebPageTrouble
from views.kiosk.browser.page_process import PageLimits, PageProcesses
from views.kiosk.browser.pane import KioskBrowser
from views.kiosk.call_pane import KioskCallPane

LIMIT_BYTES = 700 << 20

PATIENCE_S = 40.0

GOOD = "<title>bonne page</title><h1>Bonjour</h1>"

SPINS = "<title>tourne</title><script>setTimeout(() => { for (;;) {} }, 200)</script>"


class Kiosk:
    """A screen with a call and a caller's browser, as the program builds them."""

    def __init__(self, web: WebServer, folder: Path) -> None:
        self.web, self.folder = web, folder
        limits = PageLimits(memory_bytes=LIMIT_BYTES)
        self.side = PageProcesses(page_command, folder, clock=SystemClock(), limits=limits)
        self.browser = KioskBrowser(self.side)
        self.call = KioskCallPane()
        self.loaded: list[str] = []
        self.refused: list[str] = []
        self.pushed: list[int] = []
        self.asked: list[object] = []
        self.browser.reported.connect(self._on_reported)
        for pane in (self.browser, self.call):
            pane.resize(1000, 760)
            pane.show()
        self.browser.set_allowed([web.address + "/t/"])

    def _on_reported(self, fact: BrowserFact, body: bytes) -> None:
        match fact:
            case PageLoaded(title=title):
                self.loaded.append(title)
            case AddressStopped(address=address):
                self.refused.append(address)
            case EventsPushed():
                self.pushed.append(len(body.decode()))
            case QuestionShown(dialog=dialog):
                self.asked.append(dialog)

    async def opens(self, name: str, html: str) -> None:
        """Opens a page and waits until the screen says so."""
        before = len(self.loaded)
        assert self.browser.open(self.web.page(f"/t/{name}.html", html))
        await until(lambda: len(self.loaded) > before, PATIENCE_S)

    async def is_well(self) -> None:
        """The caller hides the page, the call answers, and another page opens."""
        self.browser.start_sharing()
        assert not self.browser.bar.seen.isHidden()
        self.browser.stop_sharing()
        assert self.browser.bar.seen.isHidden()
        assert await asyncio.wait_for(self.call.run("1 + 1"), 10) == 2
        await self.opens("bonne", GOOD)
        await until(lambda: self.browser.calm.trouble is None, PATIENCE_S)

    async def troubled(self, trouble: WebPageTrouble) -> None:
        """Waits until the screen says so in the page's place."""
        await until(lambda: self.browser.calm.trouble is trouble, PATIENCE_S)
        assert not self.browser.calm.isHidden()

    def renderers(self) -> list[int]:
        """The processes of the caller's pages: children of the engine's zygotes (Chromium)."""
        members = {member: _parent(member) for member in session_members(self.side.pid)}
        zygotes = {member for member, parent in members.items() if parent in members.values()}
        return [
            member
            for member, parent in members.items()
            if parent in zygotes and parent != self.side.pid and member not in members.values()
        ]

    async def end(self) -> None:
        """Ends both pages and their panes, as the program does.
        What the interpreter takes down by itself, in any order, may end the process by SIGSEGV.
        """
        await self.gone(self.side.close)
        assert self.call.close_page()
        for pane in (self.browser, self.call):
            sip.delete(pane)

    async def gone(self, end: Callable[[Callable[[bool], None]], None]) -> bool:
        """What an end of the browser says."""
        told: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        end(told.set_result)
        return await asyncio.wait_for(told, 20)


def _parent(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
