# SPDX-License-Identifier: GPL-3.0-only
"""The life of a role's window over its connection: its start, its end, and what every role has:
settings, support, the end of a sign-on, another network. Used by the programs of desk, board,
helpdesk and host, which add their jobs and their pages.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Coroutine, Sequence
from functools import cached_property, partial
from typing import Any

from PyQt6.QtWidgets import QWidget

from expert_app.runtime.bus_access import show_until_connected
from expert_app.runtime.enrolment import why_refused
from expert_app.runtime.network_watch import NetworkWatch
from expert_app.runtime.window_program import STOP_S
from expert_app.workplace.role_parts import RoleParts
from expert_app.workplace.sign_on.here import prolong
from expert_app.workplace.wiring.settings import SettingsConnections, help_page
from expert_app.workplace.wiring.sign_on_end import SignOnEnd
from expert_app.workplace.wiring.support import SupportConnections
from session.core.errors import Detail, HubUnreachable, SessionError, SignOnEnded
from views.widgets.message_bar import Level, MessageBar
from views.words.errors import sentence
from views.workplace.role_tools import RoleAct, RoleTools
from views.workplace.settings import NamedPage

LINE, ACT, UNEXPECTED = "line", "act", "unexpected"
"""Messages about the connection, about what a person did, and about an error of the program."""


class RoleProgram[Window: QWidget](ABC):
    """One role's window while the program runs.

    Args:
        window: built already, and not shown.
        messages: of the window.
    """

    def __init__(self, parts: RoleParts, window: Window, *, messages: MessageBar) -> None:
        program, settings = parts.program, parts.settings
        self.parts = parts
        self.window = window
        self._messages = messages
        parts.appearance.apply()
        self._support = SupportConnections(
            messages, parts.paths, language=settings.language, program=program, bus=parts.bus
        )
        self._sign_on_end = SignOnEnd(
            messages,
            settings.signed_on_until,
            prolong=partial(prolong, settings, parts.seed, parts.paths, program.tasks),
            clock=program.clock,
            tasks=program.tasks,
        )
        self._network = NetworkWatch(window, self.on_network_changed)
        parts.bus.refused.connect(self._on_refused)
        program.failed.connect(self._on_failed)

    # ---- the life ----

    async def run(self) -> None:
        """Runs the window until it is over."""
        program = self.parts.program
        program.built.emit(self)
        await self.start()
        program.shown.emit(self)
        await self.wait_for_end()
        await asyncio.wait_for(self.stop(), STOP_S)

    async def start(self) -> None:
        """Shows the window, then connects: the window never waits for the network."""
        parts = self.parts
        show_until_connected(parts.bus, parts.settings.bus, self.show_not_connected)
        self._support.report_crash()
        self._support.report_packages()
        self.window.show()
        parts.tasks.start(parts.program.connect(parts.bus), name="connect")

    async def wait_for_end(self) -> None:
        """Waits until the person closes the window, or something else ends the program."""
        await self.parts.program.stop.wait()

    async def stop(self) -> None:
        """Closes the window and the connection."""
        self.window.hide()
        await self.parts.bus.close()

    def bring_to_front(self) -> None:
        """The window comes before the windows of other programs."""
        if self.window.isMinimized():
            self.window.showNormal()
        self.window.raise_()
        self.window.activateWindow()

    # ---- the head of the window ----

    def follow(self, tools: RoleTools) -> None:
        """Does what the buttons in the head of the window ask for."""
        if self.parts.window_settings.is_fixed("theme"):
            tools.theme.hide()
        tools.acted.connect(self._on_role_act)

    def _on_role_act(self, act: RoleAct) -> None:
        match act:
            case RoleAct.SETTINGS:
                self.settings_window.open()
            case RoleAct.THEME:
                self.parts.appearance.set_dark(not self.parts.appearance.dark)
            case RoleAct.HELP:
                self.settings_window.open_help()

    @cached_property
    def settings_window(self) -> SettingsConnections:
        """The settings, made when somebody opens them."""
        settings = SettingsConnections(
            self.parts, self.window, support=self._support, pages=self.settings_pages()
        )
        settings.language_chosen.connect(self.on_language)
        return settings

    def settings_pages(self) -> Sequence[NamedPage]:
        """Return this role's pages of the settings."""
        return [help_page(self.parts.settings.role)]

    def on_language(self, _language: str) -> None:
        """The program begins anew in it."""
        self.parts.program.restart()

    # ---- the connection ----

    def on_network_changed(self) -> None:
        """Another address: connects anew at once instead of waiting for time limits."""
        self.parts.bus.reconnect()

    def _on_refused(self, _nothing: None) -> None:
        """The bus does not know this computer any more, or not for the moment (who says far too
        much is shut out for a minute): the program goes on asking now and then, unless a person has
        to sign on.
        """
        code = why_refused(self.parts.settings)
        self.show_refused(code)
        if code == SignOnEnded.code:
            self._sign_on_end.over(self.parts.program.restart)
            self.parts.tasks.start(self.parts.bus.close(), name="stop knocking")

    def _on_failed(self, kind: str) -> None:
        self.show_trouble(UNEXPECTED, {"why": kind}, UNEXPECTED)

    # ---- what the person reads ----

    @abstractmethod
    def show_not_connected(self, words: str) -> None:
        """Why the hub has never answered yet."""

    def show_connection(self, connected: bool) -> None:
        """Says that the hub does not answer, until it does."""
        if connected:
            self._messages.clear(LINE)
        else:
            self.show_trouble(HubUnreachable.code, {}, LINE)

    def show_refused(self, code: str) -> None:
        """Says that the bus lets this computer in no more."""
        self.show_trouble(code, {}, LINE)

    def show_trouble(self, code: str, detail: Detail, key: str = ACT) -> None:
        """Puts an error in words into the message bar."""
        self._messages.show_message(Level.ERROR, sentence(code, detail).sentence, key=key)

    def begin(self, work: Coroutine[Any, Any, object], name: str) -> None:
        """Begins work at the hub; what the hub refuses is said in the window."""
        self.parts.tasks.start(self._do(work), name=name)

    async def _do(self, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        except SessionError as error:
            self.show_trouble(error.code, error.detail)
