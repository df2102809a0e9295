# SPDX-License-Identifier: GPL-3.0-only
"""Builds the window of a site's host: `expert-app desk` with that role."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import datetime
from typing import Any

from PyQt6.QtWidgets import QApplication

from expert_app.runtime.bus_access import show_until_connected, tls_for
from expert_app.runtime.config import DeskSettings
from expert_app.runtime.paths import Paths
from expert_app.runtime.window_program import ROLES, STOP_S, Program
from expert_app.workplace.choices import choices_of
from expert_app.workplace.wiring.notifications import NotificationChoices
from expert_app.workplace.wiring.settings import SettingsConnections, help_page
from expert_app.workplace.wiring.support import SupportConnections
from resources.texts import _
from session.bus.client import BusClient
from session.core.errors import BusRefusedIdentity, SessionError
from session.desk.hub.site import SiteLink
from session.protocol.hub.site import KioskFacts, SiteAnswer
from session.protocol.hub.tickets import HelpState
from views.media.notification import DesktopNotification
from views.media.ring import Ring
from views.site.host_view import HostView
from views.widgets.appearance import Appearance
from views.widgets.list_state import not_read
from views.widgets.message_bar import Level, MessageBar
from views.widgets.plain_window import PlainWindow, resize_on_screen
from views.words.errors import sentence
from views.words.places import kiosk_words
from views.workplace.pages import NotificationsPage, host_notifications
from views.workplace.settings import NamedPage

WINDOW_SIZE = (1000, 680)
LINE, ACT, NOT_READ = "line", "act", "not_read"


async def open_site(settings: DeskSettings, paths: Paths, program: Program, *, seed: bytes) -> None:
    """Runs the host's window until it is stopped."""
    site = HostProgram(settings, paths, seed=seed, program=program)
    program.built.emit(site)
    site.start()
    program.shown.emit(site)
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
        store = choices_of(paths)
        self._appearance = Appearance(application, store, theme=settings.theme)
        self._addresses = settings.bus
        self._appearance.apply()
        self.window = PlainWindow(self.view, _("Kiosks of the site"))
        resize_on_screen(self.window, *WINDOW_SIZE)
        self.window.close_requested.connect(program.stop.set)
        self._messages: MessageBar = self.view.messages
        self._support = SupportConnections(
            self.view.messages, paths, language=settings.language, program=program, bus=self.bus
        )
        self.bus.connected.connect(self._on_connection)
        self.bus.refused.connect(self._on_refused)
        program.failed.connect(lambda kind: self._show_trouble("unexpected", {"why": kind}))
        self.link = SiteLink(self.bus, program.tasks)
        self._ring = Ring(self.window)
        self._notification = DesktopNotification(self.window)
        self._calling: list[str] = []
        self._notifications = NotificationChoices(
            NotificationsPage(host_notifications()),
            self._ring,
            notification=self._notification,
            store=store,
        )
        notifications = NamedPage(_("Notifications"), "bell", self._notifications.page)
        self._settings = SettingsConnections(
            self.window,
            self._appearance,
            language=settings.language,
            store=store,
            paths=paths,
            support=self._support,
            tasks=program.tasks,
            pages=[notifications, help_page(settings.role)],
        )
        if store.is_fixed("theme"):
            self.view.fix_theme()
        self._connect()

    def _connect(self) -> None:
        view = self.view
        self._answered_at: datetime | None = None
        self.link.changed.connect(self._on_changed)
        self.link.not_read.connect(self._on_not_read)
        self._notification.acted.connect(self._on_coming)
        self._notification.opened.connect(self._show_window)
        self._settings.language_chosen.connect(lambda _language: self._program.restart())
        view.answered.connect(self._on_answered)
        view.settings_requested.connect(self._on_settings)
        view.help_requested.connect(self._on_help)
        view.theme_requested.connect(lambda: self._appearance.set_dark(not self._appearance.dark))

    def start(self) -> None:
        """Shows the window, connects, and begins to ask for the site's state."""
        show_until_connected(self.bus, self._addresses, self.view.show_not_connected)
        self._support.report_crash()
        self.window.show()
        self._program.tasks.start(self._program.connect(self.bus), name="connect")
        self.link.start()

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

    def _on_settings(self) -> None:
        self._notifications.show()
        self._settings.open()

    def _on_help(self) -> None:
        self._notifications.show()
        self._settings.open_help()

    def _on_answered(self, kiosk: str, state: HelpState) -> None:
        self._act(self.link.answer(kiosk, state))

    def _on_coming(self) -> None:
        """The button of the desktop's notification: to the kiosk that called last."""
        self._show_window()
        if self._calling:
            self._on_answered(self._calling[-1], HelpState.COMING)

    def _show_window(self) -> None:
        if self.window.isMinimized():
            self.window.showNormal()
        self.window.raise_()
        self.window.activateWindow()

    def _on_connection(self, connected: bool) -> None:
        self.view.show_connection(connected)
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

    def _on_not_read(self, error: SessionError) -> None:
        words = sentence(error.code, error.detail).sentence
        self._messages.show_message(Level.ERROR, not_read(words, self._answered_at), key=NOT_READ)

    def _on_changed(self, answer: SiteAnswer) -> None:
        self._answered_at = self._program.clock.utc_now()
        self._messages.clear(NOT_READ)
        self.view.show_answer(answer.your_name, answer.kiosks)
        calling = {kiosk.id: kiosk for kiosk in answer.kiosks if kiosk.help is HelpState.WANTED}
        self._calling = [kiosk_id for kiosk_id in self._calling if kiosk_id in calling]
        for kiosk, facts in calling.items():
            if kiosk not in self._calling:
                self._calling.append(kiosk)
                self._notify(facts)
        if calling and not self._ring.is_ringing():
            self._ring.start()
        elif not calling:
            self._ring.stop()
            self._notification.close()

    def _notify(self, kiosk: KioskFacts) -> None:
        """Tells a host who looks at another window; a kiosk and a site, nobody's name."""
        if self.window.isActiveWindow():
            return
        name = kiosk_words("" if kiosk.place else kiosk.name, kiosk.place)
        self._notification.show(_("A kiosk calls you"), f"{name} · {kiosk.site}", _("I am coming"))
