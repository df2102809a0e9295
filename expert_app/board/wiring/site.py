# SPDX-License-Identifier: GPL-3.0-only
"""Builds the window of a site's host: `expert-app desk` with that role."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from expert_app.workplace.role_parts import RoleParts
from expert_app.workplace.wiring.notifications import NotificationChoices
from expert_app.workplace.wiring.role_program import ACT, RoleProgram
from resources.texts import _
from session.core.errors import SessionError
from session.desk.hub.site import SiteClient
from session.protocol.hub.site import KioskFacts, SiteAnswer
from session.protocol.hub.tickets import HelpState
from views.media.notification import DesktopNotification
from views.media.ring import Ring
from views.site.host_view import HostView
from views.widgets.list_state import not_read
from views.widgets.message_bar import Level
from views.widgets.plain_window import PlainWindow, resize_on_screen
from views.words.errors import sentence
from views.words.places import kiosk_words
from views.workplace.pages import NotificationsPage, host_notifications
from views.workplace.settings import NamedPage

WINDOW_SIZE = (1000, 680)
NOT_READ = "not_read"


class HostProgram(RoleProgram[PlainWindow]):
    """The host's window over its connection."""

    def __init__(self, parts: RoleParts) -> None:
        self.view = view = HostView()
        window = PlainWindow(view, _("Kiosks of the site"))
        super().__init__(parts, window, messages=view.messages)
        resize_on_screen(window, *WINDOW_SIZE)
        self.link = SiteClient(parts.bus, parts.tasks)
        self._ring = Ring(window)
        self._notification = DesktopNotification(window)
        self._calling: list[str] = []
        self._answered_at: datetime | None = None
        self._notifications = NotificationChoices(
            NotificationsPage(host_notifications()),
            self._ring,
            notification=self._notification,
            store=parts.window_settings,
        )
        self.follow(view.tools)
        window.close_requested.connect(parts.program.stop.set)
        parts.bus.connected.connect(self.show_connection)
        self.link.changed.connect(self._on_changed)
        self.link.expected.connect(view.expected.show_expected)
        self.link.not_read.connect(self._on_not_read)
        self._notification.acted.connect(self._on_coming)
        self._notification.opened.connect(self.bring_to_front)
        view.answered.connect(self._on_answered)

    async def start(self) -> None:
        """Shows the window, connects, and begins to ask for the site's state."""
        await super().start()
        self.link.start()

    def settings_pages(self) -> Sequence[NamedPage]:
        """Return the pages of a host."""
        self._notifications.show()
        page = NamedPage(_("Notifications"), "bell", self._notifications.page)
        return [page, *super().settings_pages()]

    def show_not_connected(self, words: str) -> None:
        """Why the hub has never answered yet."""
        self.view.show_not_connected(words)

    def show_connection(self, connected: bool) -> None:
        """Shows whether the hub answers."""
        super().show_connection(connected)
        self.view.show_connection(connected)

    def _on_answered(self, kiosk: str, state: HelpState) -> None:
        self.begin(self._answer(kiosk, state), "act")

    async def _answer(self, kiosk: str, state: HelpState) -> None:
        await self.link.answer(kiosk, state)
        self._messages.clear(ACT)

    def _on_coming(self) -> None:
        """The button of the desktop's notification: to the kiosk that called last."""
        self.bring_to_front()
        if self._calling:
            self._on_answered(self._calling[-1], HelpState.COMING)

    def _on_not_read(self, error: SessionError) -> None:
        words = sentence(error.code, error.detail).sentence
        self._messages.show_message(Level.ERROR, not_read(words, self._answered_at), key=NOT_READ)

    def _on_changed(self, answer: SiteAnswer) -> None:
        self._answered_at = self.parts.clock.utc_now()
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
