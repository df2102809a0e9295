# SPDX-License-Identifier: GPL-3.0-only
"""Builds the waiting room's display: window, line to the hub, sound and voice.
The command is `expert-app display`.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from expert_app.runtime.bus_access import follow_authorities, show_until_connected, tls_for
from expert_app.runtime.config import DisplaySettings
from expert_app.runtime.credentials import KeyMissing, key_name, load_seed
from expert_app.runtime.window_program import STOP_S, Program, Watch, run_application
from session.bus.client import BusClient
from session.core.errors import SessionError
from session.kiosk.hub.display import DisplayClient
from session.protocol.hub.waiting import CalledTicket
from session.protocol.wire.roles import Role
from views.media.ring import Chime
from views.media.voice import open_voice
from views.site.display_window import DisplayWindow, spoken_call
from views.words.errors import sentence

WINDOW_SIZE = (1280, 720)


def run_display(settings: DisplaySettings, *, fullscreen: bool, watch: Watch | None = None) -> int:
    """Runs the display until it is told to stop; the exit code."""
    name = key_name(settings.organisation, Role.DISPLAY, settings.user)
    try:
        seed = load_seed(name, Path(settings.key_file) if settings.key_file else None)
        tls_for(settings)
    except KeyMissing as error:
        print(error)
        return 2
    except SessionError as error:
        print(sentence(error.code, error.detail).sentence)
        return 2

    async def main(program: Program) -> None:
        display = DisplayProgram(settings, seed, program=program)
        program.built.emit(display)
        display.start(fullscreen)
        program.shown.emit(display)
        await program.stop.wait()
        await asyncio.wait_for(display.stop(), STOP_S)

    return run_application(main, settings.language, watch=watch)


class DisplayProgram:
    """The display's objects, built once."""

    def __init__(self, settings: DisplaySettings, seed: bytes, *, program: Program) -> None:
        self._program = program
        self.window = DisplayWindow(program.clock)
        self.chime = Chime(settings.volume, self.window)
        if settings.speak:
            self._voice = open_voice(settings.volume, self.window)
        else:
            self._voice = None
        tls = tls_for(settings)
        self._bus = BusClient(
            settings.bus,
            Role.DISPLAY,
            user=settings.user,
            seed=seed,
            tasks=program.tasks,
            clock=program.clock,
            tls=tls,
        )
        follow_authorities(self._bus, settings.ca_file, seed, tls=tls)
        self._addresses = settings.bus
        self.link = DisplayClient(self._bus, program.tasks)
        self.link.answered.connect(self.window.show_answer)
        self.window.called.connect(self._on_called)
        self.window.close_requested.connect(program.stop.set)

    def _on_called(self, call: CalledTicket) -> None:
        self.chime.play()
        if self._voice is not None:
            self._voice.speak(spoken_call(call))

    def start(self, fullscreen: bool) -> None:
        """Shows the window and connects."""
        self.window.resize(*WINDOW_SIZE)
        if fullscreen:
            self.window.showFullScreen()
        else:
            self.window.show()
        show_until_connected(self._bus, self._addresses, self.window.show_not_connected)
        self.link.start()
        self._program.tasks.start(self._program.connect(self._bus), name="connect the display")

    async def stop(self) -> None:
        """Ends window, voice and connection."""
        if self._voice is not None:
            self._voice.stop()
        self.window.seconds.stop()
        self.window.hide()
        await self._bus.close()
