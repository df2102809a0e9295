# SPDX-License-Identifier: GPL-3.0-only
"""The pages of the settings that only an agent's desk has: sound and picture, layouts, keys, what
tells of a caller. Used by the desk's connections, when everything else is connected.
"""

from __future__ import annotations

from PyQt6.QtWidgets import QWidget

from expert_app.workplace.wiring.notifications import NotificationChoices
from resources.texts import _
from views.desk.help import local_shortcuts, named_shortcuts
from views.desk.layouts.layout import LAYOUTS, WITH_PAGE
from views.desk.window import DeskWindow
from views.media.notification import DesktopNotification
from views.media.ring import Ring
from views.widgets.window_settings import WindowSettings
from views.workplace.key_bindings import KeyBindings
from views.workplace.keys_page import KeysPage
from views.workplace.pages import LayoutPage, NotificationsPage, agent_notifications
from views.workplace.settings import NamedPage


class DeskChoices:
    """The pages on one side, the desk's window and sounds on the other.

    Args:
        media_page: camera, microphone, loudspeaker.

    Attributes:
        pages: in the order of the settings.
        keys: of the window, as this person has them.
    """

    def __init__(
        self,
        window: DeskWindow,
        ring: Ring,
        *,
        notification: DesktopNotification,
        store: WindowSettings,
        media_page: QWidget,
    ) -> None:
        self._window = window
        self.keys = KeyBindings(window, named_shortcuts(), settings=store, local=local_shortcuts())
        self.layout_page = LayoutPage({one.value: _(LAYOUTS[one][1]) for one in WITH_PAGE})
        self._told = NotificationChoices(
            NotificationsPage(agent_notifications()), ring, notification=notification, store=store
        )
        self.pages = (
            NamedPage(_("Sound and picture"), "camera", media_page),
            NamedPage(_("Layouts"), "side_by_side", self.layout_page),
            NamedPage(_("Shortcuts"), "keyboard", KeysPage(self.keys)),
            NamedPage(_("Notifications"), "bell", self._told.page),
        )
        self.keys.changed.connect(self._on_keys)
        self.layout_page.layout_chosen.connect(lambda key: window.remember_layout(page=key))
        self.layout_page.side_chosen.connect(lambda key: window.remember_layout(side=key))
        window.show_keys(self.keys.keys_of)

    def show(self) -> None:
        """What holds now; the layout is that of the screen where the window is."""
        self.layout_page.show_layout(*self._window.remembered_layout())
        self._told.show()

    def _on_keys(self, _nothing: None) -> None:
        self._window.show_keys(self.keys.keys_of)
