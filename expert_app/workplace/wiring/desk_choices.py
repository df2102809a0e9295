# SPDX-License-Identifier: GPL-3.0-only
"""The choices that only an agent's desk gives a person: sound and picture, layouts, keys, what
tells of a caller. The choices hold from the start (the desk's connections make them, when
everything else is connected); their pages are made when somebody opens the settings.
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
    """The choices that a person made once, given to the desk's window and sounds.

    Attributes:
        keys: of the window, as this person has them.
        notifications: what tells of a caller.
    """

    def __init__(
        self,
        window: DeskWindow,
        ring: Ring,
        *,
        notification: DesktopNotification,
        store: WindowSettings,
    ) -> None:
        self.window = window
        self.keys = KeyBindings(window, named_shortcuts(), settings=store, local=local_shortcuts())
        self.notifications = NotificationChoices(
            NotificationsPage(agent_notifications()), ring, notification=notification, store=store
        )
        self.keys.changed.connect(self._on_keys)
        self._on_keys(None)

    def _on_keys(self, _nothing: None) -> None:
        self.window.help.show_keys(self.keys.keys_of)
        self.window.idle.keys.show_keys(self.keys.keys_of)


class DeskPages:
    """The pages of these choices, made for the window of the settings.

    Args:
        media_page: camera, microphone, loudspeaker.

    Attributes:
        pages: in the order of the settings.
    """

    def __init__(self, choices: DeskChoices, media_page: QWidget) -> None:
        self._choices, window = choices, choices.window
        self.layout_page = LayoutPage({layout.value: _(LAYOUTS[layout][1]) for layout in WITH_PAGE})
        self.pages = (
            NamedPage(_("Sound and picture"), "camera", media_page),
            NamedPage(_("Layouts"), "side_by_side", self.layout_page),
            NamedPage(_("Shortcuts"), "keyboard", KeysPage(choices.keys)),
            NamedPage(_("Notifications"), "bell", choices.notifications.page),
        )
        self.layout_page.layout_chosen.connect(window.conversation.remember_page)
        self.layout_page.side_chosen.connect(window.conversation.remember_side)

    def show(self) -> None:
        """Show what holds now; the layout is that of the screen where the window is."""
        self.layout_page.show_layout(*self._choices.window.conversation.remembered_layout())
        self._choices.notifications.show()
