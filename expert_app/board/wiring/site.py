# SPDX-License-Identifier: GPL-3.0-only
"""Builds the window of a site's host: `expert-app desk` with that role."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from PyQt6.QtWidgets import QApplication

from expert_app.board.observers import observe_host
from expert_app.runtime.bus_access import show_until_connected, tls_for
from expert_app.runtime.config import DeskSettings
from expert_app.runtime.paths import Paths
from expert_app.runtime.window_program import ROLES, STOP_S, Program
from expert_app.workplace.wiring.support import SupportConnections
from resources.texts import _
from session.bus.client import BusClient
from session.core.errors import BusRefusedIdentity, SessionError
from session.desk.hub.site import SiteLink
from session.protocol.hub.site import SiteAnswer
from session.protocol.hub.tickets import HelpState
from views.automation.window_driver import WindowDriver
from views.media.ring import Ring
from views.site.host_view import HostView
from views.widgets.connection_gate import ConnectionGate
from views.widgets.message_bar import Level, MessageBar
from views.widgets.plain_window import PlainWindow, resize_on_screen
from views.widgets.theme import apply_theme
from views.words.errors import sentence

WINDOW_SIZE = (1000, 680)
LINE, ACT = "line", "act"


async def open_site(
    settings: DeskSettings, paths: Paths, program: Program, *, seed: bytes, driven: bool
) -> None:
    """Runs the host's window until it is stopped."""
    site = HostProgram(settings, paths, seed=seed, program=program)
    if driven:
        site.observe()
    site.start()
    if driven:
        program.drive(WindowDriver(site.window))
    await program.stop.wait()
    await asyncio.wait_for(site.stop(), STOP_S)


class HostProgram:
    """The host's window over its connection."""

    def __init__(
        self, settings: DeskSettings, paths: Paths, *, seed: bytes, program: Program
    ) -> None:
        self._program = program
        self.view = HostView()
        self.bus = BusClient(
            settings.bus,
            ROLES[settings.role],
            user=settings.user,
            seed=seed,
            tasks=program.tasks,
            clock=program.clock,
            tls=tls_for(settings),
        )
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        apply_theme(application, settings.theme == "dark")
        self._gate, self._addresses = ConnectionGate(self.view), settings.bus
        self.window = PlainWindow(self._gate, _("Kiosks of the site"))
        resize_on_screen(self.window, *WINDOW_SIZE)
        self.window.close_requested.connect(program.stop.set)
        self._messages: MessageBar = self.view.messages
        self._support = SupportConnections(
            self.view.messages, paths, language=settings.language, program=program, bus=self.bus
        )
        self.bus.connected.connect(self._on_connection)
        self.bus.refused.connect(self._on_refused)
        program.failed.connect(lambda kind: self._show_trouble("unexpected", {"why": kind}))
        self._link = SiteLink(self.bus, program.tasks)
        self._ring = Ring(self.window)
        self._link.changed.connect(self._on_changed)
        self.view.answered.connect(lambda kiosk, state: self._act(self._link.answer(kiosk, state)))

    def observe(self) -> None:
        """Notes what happens, for a script."""
        observe_host(self._link, self._program.observations)

    def start(self) -> None:
        """Shows the window, connects, and begins to ask for the site's state."""
        show_until_connected(self.bus, self._addresses, self._gate.wait)
        self._support.tell_crash()
        self.window.show()
        self._program.tasks.start(self._program.connect(self.bus), name="connect")
        self._link.start()

    async def stop(self) -> None:
        """Closes the window and the connection."""
        self.window.hide()
        await self.bus.close()

    def _act(self, work: Coroutine[Any, Any, None]) -> None:
        """Does something at the hub; the message bar shows what the hub refuses."""
        self._program.tasks.start(self._do(work), name="act")

    async def _do(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except SessionError as error:
            self._show_trouble(error.code, dict(error.detail))
        else:
            self._messages.clear(ACT)

    def _on_connection(self, connected: bool) -> None:
        if connected:
            self._messages.clear(LINE)
        else:
            self._messages.show_message(Level.ERROR, sentence("hub_unreachable").sentence, key=LINE)

    def _on_refused(self, _nothing: None) -> None:
        """The bus no longer knows this computer."""
        words = sentence(BusRefusedIdentity.code).sentence
        self._messages.show_message(Level.ERROR, words, key=LINE)

    def _show_trouble(self, code: str, detail: dict[str, str | int | float]) -> None:
        self._messages.show_message(Level.ERROR, sentence(code, detail).sentence, key=ACT)

    def _on_changed(self, answer: SiteAnswer) -> None:
        self._gate.open()
        self.view.show_kiosks(answer.your_name, answer.kiosks)
        calling = [one.id for one in answer.kiosks if one.help is HelpState.WANTED]
        if calling and not self._ring.is_ringing():
            self._ring.start()
        elif not calling:
            self._ring.stop()
