# SPDX-License-Identifier: GPL-3.0-only
"""Both ends of a shared page with real panes, over a real bus and a real hub; for `bench_cobrowse`.

Bus server and browser processes are their own; hub, kiosk and desk share this process and its loop.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import psutil
from PyQt6.QtCore import QCoreApplication, QEvent
from PyQt6.QtWebEngineCore import QWebEnginePage

from session.bus.channel import BusChannel
from session.bus.client import BusClient
from session.core.clock import SystemClock
from session.desk.cobrowse.remote_control import DeskRemoteControl
from session.desk.cobrowse.shared_page import DeskSharedPage
from session.kiosk.cobrowse.page_guard import PageGuard
from session.kiosk.cobrowse.remote_control import KioskRemoteControl
from session.kiosk.cobrowse.shared_page import KioskSharedPage
from session.kiosk.hub.client import KioskClient
from session.protocol.conversation.messages import Grant, PageShown, SessionMessage
from session.protocol.conversation.mirror import MirrorEvents
from session.protocol.endpoints.channel import MessageRate
from session.protocol.wire.roles import Role
from tests.support.cobrowse_pages import WebServer
from tests.support.cobrowse_stage import Consent, script
from tests.support.hub_world import World, hub_world
from tests.support.waiting import until
from views.desk.shared_page.mirror_pane import MirrorPane
from views.kiosk.browser.page_view import PageView
from views.kiosk.browser.pane import KioskBrowser

_events = msgspec.json.Decoder(list[dict[str, Any]])


class Counted:
    """A channel that counts what this end puts on the wire:
    NATS's own lines and headers included, TCP's not.
    """

    def __init__(self, channel: BusChannel, role: str, *, user: str) -> None:
        self.bytes = self.messages = self.chunk_bytes = 0
        self.flooded = channel.flooded
        self._channel, self._subject = channel, f"ses.{role}.{user}.{channel.session_id}."

    @property
    def session_id(self) -> str:
        return self._channel.session_id

    async def send(self, topic: str, message: SessionMessage) -> None:
        size_bytes = len(msgspec.json.encode(message))
        self._count(len(f"PUB {self._subject}{topic} {size_bytes}\r\n") + size_bytes + 2)
        await self._channel.send(topic, message)

    async def send_raw(self, topic: str, payload: bytes, headers: Mapping[str, str]) -> None:
        block = 12 + sum(len(name) + len(value) + 4 for name, value in headers.items())
        total = block + len(payload)
        size_bytes = len(f"HPUB {self._subject}{topic} {block} {total}\r\n") + total + 2
        if topic == "chunk":  # pictures are counted apart
            self.chunk_bytes += size_bytes
        else:
            self._count(size_bytes)
        await self._channel.send_raw(topic, payload, headers)

    def takes(self, topic: str, kind: str, rate: MessageRate, amount: float = 1.0) -> bool:
        return self._channel.takes(topic, kind, rate, amount)

    def refuse(
        self, topic: str, code: str, why: str = "", of: str = "", *, is_reported: bool = True
    ) -> None:
        self._channel.refuse(topic, code, why, of, is_reported=is_reported)

    def _count(self, size_bytes: int) -> None:
        self.bytes, self.messages = self.bytes + size_bytes, self.messages + 1

    def on_message(
        self, topic: str, handler: Callable[[SessionMessage], None]
    ) -> Callable[[], None]:
        return self._channel.on_message(topic, handler)

    def on_raw(
        self, topic: str, handler: Callable[[bytes, Mapping[str, str]], None]
    ) -> Callable[[], None]:
        return self._channel.on_raw(topic, handler)


class Ends:
    """A kiosk and a desk in a session.

    Attributes:
        lags_ms: of each array of events that arrived: age of its last event, by this computer's
            clock.
    """

    def __init__(
        self, world: World, kiosk_channel: BusChannel, *, desk_channel: BusChannel, web: WebServer
    ) -> None:
        clock = SystemClock()
        self.web, self.world = web, world
        self.consent = Consent(clock)
        self.page_view = PageView(folder=Path(tempfile.gettempdir()), clock=clock)
        self.browser, self.pane = KioskBrowser(self.page_view), MirrorPane()
        self.browser.resize(1000, 760)
        self.pane.resize(978, 638)
        self.guard = PageGuard(world.tasks)
        self.guard.warm()
        self.wire = Counted(kiosk_channel, "k", user="kiosk1")
        self.kiosk = KioskSharedPage(
            self.wire,
            self.browser,
            grants=self.consent,
            guard=self.guard,
            clock=clock,
            tasks=world.tasks,
        )
        self.desk = DeskSharedPage(desk_channel, clock, tasks=world.tasks)
        self.hands = KioskRemoteControl(
            self.wire,
            self.browser.controlled,
            page=self.kiosk,
            grants=self.consent,
            clock=clock,
            tasks=world.tasks,
        )
        self.control = DeskRemoteControl(desk_channel, lambda: self.kiosk.epoch, tasks=world.tasks)
        self.lags_ms: list[float] = []
        self.pages: list[PageShown] = []
        self.desk.page_shown.connect(self.pages.append)
        self.desk.events_received.connect(self._on_events)
        self.pane.engine.resources.asked.connect(
            lambda address: self.world.tasks.start(self._bring(address), name="bench-resource")
        )
        self.browser.set_allowed([web.site, web.address + "/t/"])
        self.browser.show()
        self.pane.show()

    def _on_events(self, received: MirrorEvents) -> None:
        self.lags_ms.append(
            time.time() * 1000 - float(_events.decode(received.text)[-1]["timestamp"])
        )
        self.pane.feed(received.text, received.epoch, received.sheets)

    async def _bring(self, address: str) -> None:
        self.pane.engine.resources.give(address, *await self.desk.fetch(address))

    @property
    def page(self) -> QWebEnginePage:
        """The kiosk's page."""
        page = self.page_view.view.page()
        assert page is not None
        return page

    async def open(self, address: str) -> None:
        """Opens a page at the desk's wish, until the kiosk has it."""
        before = len(self.pages)
        self.desk.open_address(address)
        await until(lambda: len(self.pages) > before, 30)

    def share(self) -> None:
        """The caller allows everything."""
        self.consent.give(*Grant)

    async def in_page(self, code: str) -> Any:
        """Runs code as the page would."""
        return await script(self.page, code)

    async def in_shell(self, code: str) -> Any:
        """Runs code in the mirror's shell."""
        return await script(self.pane.engine.page, code)

    async def in_shell_until(self, code: str, timeout_s: float = 30.0) -> Any:
        """The first value of `code` in the shell that is true."""
        async with asyncio.timeout(timeout_s):
            while True:
                if found := await self.in_shell(code):
                    return found
                await asyncio.sleep(0.01)

    def renderer(self) -> psutil.Process:
        """The process that runs the kiosk's page."""
        return psutil.Process(self.page.renderProcessPid())

    def close(self) -> None:
        """Takes the panes down."""
        for part in (self.hands, self.kiosk, self.control, self.desk):
            part.close()
        for widget in (self.pane, self.browser):
            widget.close()
            widget.deleteLater()
        QCoreApplication.sendPostedEvents(None, int(QEvent.Type.DeferredDelete.value))


@asynccontextmanager
async def shared(
    folder: Path, web: WebServer, through: Callable[[int], Any] | None = None
) -> AsyncIterator[Ends]:
    """A session that is open. `through`: given the bus's port, opens a line to it and returns the
    port to use.
    """
    async with hub_world(folder) as world:
        desk = await world.desk("alice")
        if through is None:
            link = await world.kiosk("kiosk1")
        else:
            port = await through(int(world.server.url.rpartition(":")[2]))
            seed = world.seeds["valdore", Role.KIOSK, "kiosk1"]
            client = BusClient(
                [f"nats://127.0.0.1:{port}"],
                Role.KIOSK,
                user="kiosk1",
                seed=seed,
                tasks=world.tasks,
                clock=world.clock,
            )
            await client.connect()
            link = KioskClient(client, world.clock, tasks=world.tasks)
            await link.start()
        ticket = (await link.call("housing", "", "r1")).ticket
        facts = await desk.accept(ticket.id)
        ends = Ends(
            world, link.bus.channel(facts.id), desk_channel=desk.bus.channel(facts.id), web=web
        )
        try:
            yield ends
        finally:
            ends.close()
            if through is not None:
                await client.close()
