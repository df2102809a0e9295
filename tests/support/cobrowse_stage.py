# SPDX-License-Identifier: GPL-3.0-only
"""Both ends of a shared page with their real panes:
a kiosk's browser and a desk's mirror, joined in memory.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Callable, Coroutine, Mapping, Sized
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QInputMethodEvent, QMouseEvent
from PyQt6.QtWebEngineCore import QWebEnginePage

from session.core.clock import SystemClock
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.desk.cobrowse.shared_page import DeskSharedPage
from session.kiosk.cobrowse.page_guard import PageGuard
from session.kiosk.cobrowse.shared_page import KioskSharedPage
from session.kiosk.session import browser_wiped
from session.log.events import MirrorChunk
from session.protocol.conversation import mirror
from session.protocol.conversation.messages import (
    AddressRefused,
    Grant,
    GrantChanged,
    PageShown,
    PointerShown,
)
from session.protocol.conversation.mirror import MirrorEvents
from tests.support.cobrowse_pages import WebServer
from tests.support.memory.channel import channel_pair
from tests.support.memory.page_guard import DirectGuard
from tests.support.waiting import LONGEST_S, until
from views.desk.shared_page.mirror_pane import MirrorPane
from views.kiosk.browser.page_view import PageView
from views.kiosk.browser.pane import KioskBrowser
from views.kiosk.browser.profile import WORLD

POLICY = (
    "default-src 'none'; script-src 'nonce-NONCE'; style-src 'unsafe-inline'; img-src data: blob: "
    "cbres: cbshell://mirror/part/; "
    "font-src data: cbres:; media-src 'none'; frame-src 'none'; connect-src 'none'; object-src "
    "'none'; "
    "form-action 'none'; base-uri 'none'"
)
"""What the desk's mirror may do, word by word: who changes it changes this line too."""


class Consent:
    """The caller, who gives and takes back at once."""

    def __init__(self, clock: SystemClock) -> None:
        self.changed: Signal[GrantChanged] = Signal()
        self._clock = clock
        self._given: set[Grant] = set()

    @property
    def given(self) -> tuple[Grant, ...]:
        """What is given now."""
        return tuple(self._given)

    def allowed(self, grant: Grant) -> bool:
        return grant in self._given

    def give(self, *grants: Grant) -> None:
        self._set(grants, True)

    def take_back(self, *grants: Grant) -> None:
        self._set(grants, False)

    def _set(self, grants: tuple[Grant, ...], allowed: bool) -> None:
        for grant in grants:
            (self._given.add if allowed else self._given.discard)(grant)
            self.changed.emit(
                GrantChanged(grant=grant, allowed=allowed, at_utc=self._clock.utc_now())
            )


GUARD_S = 90.0
"""What a large page takes where other work is done beside."""


async def script(page: QWebEnginePage, code: str, world: int = 0) -> Any:
    """What `code` gives in a page."""
    answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def on_answer(value: Any) -> None:
        if not answer.done():
            answer.set_result(value)

    page.runJavaScript(code, world, on_answer)
    return await asyncio.wait_for(answer, 30)


class Stage:
    """A kiosk and a desk that share a page.

    Attributes:
        page: the caller's page, in this process.
        folder: where its pictures are while they are on their way; nothing of it stays.
        guard: the second guard: here, or in a process of its own, which costs each test two starts
            of Python.
        raw: all text that left the kiosk as events, unpacked; taken from the line, whatever the
            desk makes of it.
        wire_bytes: size of the payloads of that stream.
        lose: decides which raw payloads get lost on the line.
    """

    def __init__(self, web: WebServer, *, guard_process: bool = False) -> None:
        self.web = web
        self.tasks, clock = Tasks(), SystemClock()
        self.kiosk_line, self.desk_line = channel_pair()
        self.consent = Consent(clock)
        self.folder = Path(tempfile.mkdtemp(prefix="stage-"))
        self.page = PageView(folder=self.folder, clock=clock)
        self.browser, self.pane = KioskBrowser(self.page), MirrorPane()
        self.browser.resize(1000, 760)
        self.pane.resize(900, 650)
        self.guard = PageGuard(self.tasks, limit_s=GUARD_S) if guard_process else None
        if self.guard is not None:
            self.guard.warm()
        self.kiosk = KioskSharedPage(
            self.kiosk_line,
            self.browser,
            grants=self.consent,
            guard=self.guard or DirectGuard(),
            clock=clock,
            tasks=self.tasks,
        )
        self.desk = DeskSharedPage(self.desk_line, clock, tasks=self.tasks)
        self.pages: list[PageShown] = []
        self.refused: list[AddressRefused] = []
        self.pointers: list[PointerShown] = []
        self.events: list[MirrorEvents] = []
        self.chunks: list[MirrorChunk] = []
        self.resources: list[tuple[str, int]] = []
        self.raw = ""
        self._loop, self._closing = asyncio.get_running_loop(), False
        self.lose: Callable[[str, bytes, Mapping[str, str]], bool] = (
            lambda topic, payload, headers: False
        )
        self._wire, self._unpacker = mirror.FrameAssembler(), mirror.Unpacker()
        self.wire_bytes = 0
        self.kiosk_line.drop_raw = self._on_line
        self._connect()

    def _connect(self) -> None:
        self.desk.page_shown.connect(self.pages.append)
        self.desk.address_refused.connect(self.refused.append)
        self.desk.pointer_shown.connect(self.pointers.append)
        self.desk.events_received.connect(self._on_events)
        self.desk.mirror_chunk.connect(self.chunks.append)
        self.pane.engine.resources.asked.connect(self._on_resource_requested)

    def _on_resource_requested(self, address: str) -> None:
        if self._closing or not self._loop.is_running():  # Qt goes on between a story and its end
            self.pane.engine.resources.give(address, b"", "")
        else:
            self.tasks.start(self._bring(address), name="test-resource")

    def _on_events(self, received: MirrorEvents) -> None:
        self.events.append(received)
        self.pane.feed(received.text, received.epoch, received.sheets)

    def _on_line(self, topic: str, payload: bytes, headers: Mapping[str, str]) -> bool:
        if topic == mirror.TOPIC:
            self.wire_bytes += len(payload)
            for frame in self._wire.add(payload, headers):
                self.raw += self._unpacker.unpack(frame.data, start=frame.start).decode()
        return self.lose(topic, payload, headers)

    async def _bring(self, address: str) -> None:
        data, media_type = await self.desk.fetch(address)
        self.resources.append((address, len(data)))
        self.pane.engine.resources.give(address, data, media_type)

    async def play(self, story: Coroutine[Any, Any, None]) -> None:
        """Plays the story and takes the stage down in the same turn of the loop:
        Qt's events go on after it, and what a page still does then would find no loop to run in.
        """
        try:
            await story
        finally:
            await self.close()

    @classmethod
    async def build(cls, web: WebServer, *, guard_process: bool = False) -> Stage:
        web.asked.clear()
        stage = cls(web, guard_process=guard_process)
        stage.browser.set_allowed([web.site, web.address + "/t/"])
        stage.browser.show()
        stage.pane.show()
        return stage

    # ---- what one does ----

    async def open(self, address: str) -> None:
        """The desk asks, the kiosk shows."""
        before = len(self.pages)
        self.desk.open_address(address)
        await self.until(lambda: len(self.pages) > before)

    async def share(self, address: str) -> None:
        """Opens an address and shares it until the mirror shows it."""
        await self.open(address)
        self.consent.give(Grant.SEE_PAGE, Grant.POINT)
        await self.until(lambda: self.events)
        await self.mirrored("document.body !== null")

    async def in_page(self, code: str) -> Any:
        """Runs code as the kiosk's page itself would."""
        page = self.page.view.page()
        assert page is not None
        return await script(page, code)

    async def in_page_until(self, code: str) -> None:
        """Waits until `code` is true in the kiosk's page."""
        async with asyncio.timeout(30):
            while True:
                if await self.in_page(code) is True:
                    return
                await asyncio.sleep(0.03)

    async def in_recorder(self, code: str) -> Any:
        """Runs code in the recorder's world."""
        page = self.page.view.page()
        assert page is not None
        return await script(page, code, WORLD)

    async def in_mirror(self, code: str) -> Any:
        """Runs code in the shell with `document` being the mirrored one."""
        return await script(self.pane.engine.page, f"((document) => ({code}))(mirror.document())")

    async def facts(self) -> dict[str, Any]:
        """What the mirror says of itself."""
        text = await script(
            self.pane.engine.page,
            "window.mirror ? JSON.stringify(mirror.facts()) : '{\"pictures\": 0}'",
        )
        answer: dict[str, Any] = json.loads(text)
        return answer

    async def facts_until(
        self, holds: Callable[[dict[str, Any]], bool], timeout_s: float = LONGEST_S
    ) -> None:
        """Waits until what the mirror says of itself holds."""
        async with asyncio.timeout(timeout_s):
            while True:
                if holds(await self.facts()):
                    return
                await asyncio.sleep(0.03)

    async def mirrored(self, code: str, timeout_s: float = LONGEST_S) -> None:
        """Waits until `code` is true in the mirrored document."""
        async with asyncio.timeout(timeout_s):
            while True:
                if await self.in_mirror(f"document !== null && ({code})"):
                    return
                await asyncio.sleep(0.03)

    async def shown(
        self, code: str, timeout_s: float = LONGEST_S, again: Callable[[], None] | None = None
    ) -> None:
        """Waits until `code` is true in the mirror's shell;
        does something `again` every second meanwhile.
        """
        async with asyncio.timeout(timeout_s):
            for turn in range(10_000):
                if await script(self.pane.engine.page, code):
                    return
                if again is not None and turn % 20 == 19:
                    again()
                await asyncio.sleep(0.05)

    @staticmethod
    async def until(condition: Callable[[], object], timeout_s: float = LONGEST_S) -> None:
        """Waits until `condition()` is true."""
        await until(condition, timeout_s)

    async def more(self, facts: Sized, than: int) -> None:
        """Waits until `facts` grew beyond `than`."""
        await until(lambda: len(facts) > than)

    async def wipe(self) -> bool:
        """The kiosk forgets the caller; True when nothing is left."""
        return await asyncio.wait_for(browser_wiped(self.browser), 30)

    async def close(self) -> None:
        """Takes both ends down in order; a second time does nothing."""
        if self._closing:
            return
        self._closing = True
        self.kiosk.close()
        self.desk.close()
        if self.guard is not None:
            await self.guard.close()
        await self.tasks.close()
        await self.wipe()
        self.folder.rmdir()  # fails when something of a caller is left there
        for widget in (self.pane, self.browser):
            widget.close()
            widget.deleteLater()
        QCoreApplication.sendPostedEvents(None, int(QEvent.Type.DeferredDelete.value))


def type_text(stage: Stage, text: str) -> None:
    """The caller types, as Qt brings it: a trusted input event in the page."""
    target = stage.page.view.focusProxy()
    assert target is not None
    event = QInputMethodEvent()
    event.setCommitString(text)
    QCoreApplication.sendEvent(target, event)


def click(stage: Stage, at: QPoint) -> None:
    """The caller touches the page at a point of the viewport."""
    target = stage.page.view.focusProxy()
    assert target is not None
    left = Qt.MouseButton.LeftButton
    none = Qt.MouseButton.NoButton
    keys = Qt.KeyboardModifier.NoModifier
    for kind, held in (
        (QEvent.Type.MouseButtonPress, left),
        (QEvent.Type.MouseButtonRelease, none),
    ):
        place = QPointF(at)
        QCoreApplication.postEvent(target, QMouseEvent(kind, place, place, left, held, keys))
