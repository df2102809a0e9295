# SPDX-License-Identifier: GPL-3.0-only
"""The helpdesk's window: connected like every other role's, it opens the log of a session by its
id. Used by `expert_app.commands.desk`.
"""

from __future__ import annotations

import asyncio

from PyQt6.QtWidgets import QApplication

from expert_app.helpdesk.reading import read_lines
from expert_app.runtime.bus_access import tell_until_connected, tls_for
from expert_app.runtime.config import DeskSettings
from expert_app.runtime.observations import Observations
from expert_app.runtime.paths import Paths
from expert_app.runtime.sealing import seals_for
from expert_app.runtime.window_program import ROLES, STOP_S, Program
from resources.texts import _
from session.bus.client import BusClient
from session.core.errors import BusRefusedIdentity, SessionError
from session.desk.hub.client import DeskLink
from session.log.playback.opened import OpenedLog
from session.log.playback.opening import open_lines
from session.protocol.sealing import SealCardAnswer, SealCardRequest
from views.automation.window_driver import WindowDriver
from views.desk.shared_page.mirror_pane import MirrorPane
from views.helpdesk.window import HelpdeskView
from views.replay.view import ReplayView
from views.widgets.connection_gate import ConnectionGate
from views.widgets.plain_window import PlainWindow
from views.widgets.theme import apply_theme
from views.words.errors import sentence

WINDOW_SIZE = (1280, 800)
AGAIN_S = 2.0
"""Between two questions to a hub that does not answer yet."""


async def open_helpdesk(
    settings: DeskSettings, paths: Paths, program: Program, *, seed: bytes, driven: bool
) -> None:
    """Runs the window until it is stopped."""
    helpdesk = HelpdeskProgram(settings, paths, seed=seed, program=program)
    if driven:
        helpdesk.observe()
    helpdesk.start()
    if driven:
        program.drive(WindowDriver(helpdesk.window))
    await program.stop.wait()
    await asyncio.wait_for(helpdesk.stop(), STOP_S)


class HelpdeskProgram:
    """The window over its connection."""

    def __init__(
        self, settings: DeskSettings, paths: Paths, *, seed: bytes, program: Program
    ) -> None:
        self._program, self._addresses = program, settings.bus
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        apply_theme(application, settings.theme == "dark")
        clock, tasks = program.clock, program.tasks
        self.bus = BusClient(
            settings.bus,
            ROLES[settings.role],
            user=settings.user,
            seed=seed,
            tasks=tasks,
            clock=clock,
            tls=tls_for(settings),
            seals=seals_for(settings, paths, clock),
        )
        self._link = DeskLink(self.bus, clock, tasks=tasks)
        self.view = HelpdeskView(ReplayView(MirrorPane(), clock))
        self._gate = ConnectionGate(self.view)
        self.window = PlainWindow(self._gate, _("Helpdesk"))
        self.window.resize(*WINDOW_SIZE)
        self.window.close_requested.connect(program.stop.set)
        self.view.open_requested.connect(self._on_open)
        self.bus.connected.connect(self.view.show_connection)
        self.bus.refused.connect(lambda _nothing: self._show_trouble(BusRefusedIdentity.code, {}))
        self._observations: Observations | None = None
        program.failed.connect(lambda kind: self._show_trouble("unexpected", {"why": kind}))

    def observe(self) -> None:
        """Notes what happens, for a script."""
        self._observations = self._program.observations

    def start(self) -> None:
        """Shows the window, then connects."""
        tell_until_connected(self.bus, self._addresses, self._gate.wait)
        self.window.show()
        self._program.tasks.start(self._program.connect(self.bus), name="connect")
        self._program.tasks.start(self._wait_for_hub(), name="ask for the hub")

    async def stop(self) -> None:
        """Closes the window and the connection."""
        self.view.replay.pause()
        self.window.hide()
        await self.bus.close()

    async def _wait_for_hub(self) -> None:
        """The smallest question that a helpdesk may ask: when it is answered, the hub is there."""
        while True:
            try:
                await self.bus.request("seal", SealCardRequest(), SealCardAnswer)
                break
            except SessionError:
                await asyncio.sleep(AGAIN_S)
        self._gate.open()
        self.view.focus_session()
        self._note("connection", connected=True)

    def _on_open(self, session_id: str, reason: str) -> None:
        self.view.show_busy(True)
        self._program.tasks.start(self._open(session_id, reason), name="open a log")

    async def _open(self, session_id: str, reason: str) -> None:
        try:
            lines = await read_lines(self._link, session_id, reason)
            log = await asyncio.to_thread(open_lines, session_id, lines)
        except SessionError as error:
            self._show_trouble(error.code, dict(error.detail))
        else:
            self._show_log(session_id, log)
        finally:
            self.view.show_busy(False)

    def _show_log(self, session_id: str, log: OpenedLog) -> None:
        self.view.show_log(_("Session {session}").format(session=session_id), log)
        self._note("log_opened", session=session_id, records=len(log))

    def _show_trouble(self, code: str, detail: dict[str, str | int | float]) -> None:
        self.view.show_trouble(sentence(code, detail).sentence)
        self._note("trouble", code=code)

    def _note(self, name: str, **values: str | int | bool) -> None:
        if self._observations is not None:
            self._observations.note(name, **values)
