# SPDX-License-Identifier: GPL-3.0-only
"""The pages of the settings that only an agent's desk has: sound and picture, layouts, keys, what
tells of a caller. Used by the desk's connections, when everything else is connected.
"""

from __future__ import annotations

from PyQt6.QtWidgets import QWidget

from resources.texts import _
from views.desk.help import local_shortcuts, named_shortcuts
from views.desk.layouts.layout import LAYOUTS, WITH_PAGE
from views.desk.window import DeskWindow
from views.media.notification import DesktopNotification
from views.media.ring import Ring
from views.widgets.window_settings import WindowSettings
from views.workplace.key_bindings import KeyBindings
from views.workplace.keys_page import KeysPage
from views.workplace.pages import LayoutPage, NotificationsPage
from views.workplace.settings import NamedPage

_NO, _USUAL_VOLUME = "no", "60"


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
        self._window, self._ring, self._store = window, ring, store
        self._notification = notification
        self.keys = KeyBindings(window, named_shortcuts(), settings=store, local=local_shortcuts())
        self.layout_page = LayoutPage({one.value: _(LAYOUTS[one][1]) for one in WITH_PAGE})
        self.told_page = NotificationsPage()
        self.pages = (
            NamedPage(_("Sound and picture"), "camera", media_page),
            NamedPage(_("Layouts"), "side_by_side", self.layout_page),
            NamedPage(_("Shortcuts"), "keyboard", KeysPage(self.keys)),
            NamedPage(_("Notifications"), "bell", self.told_page),
        )
        self.keys.changed.connect(self._on_keys)
        self.layout_page.layout_chosen.connect(lambda key: window.remember_layout(page=key))
        self.layout_page.side_chosen.connect(lambda key: window.remember_layout(side=key))
        self.told_page.chosen.connect(self._on_told)
        self.told_page.ring_requested.connect(ring.sound_once)
        window.show_keys(self.keys.keys_of)
        self._apply()

    def show(self) -> None:
        """What holds now; the layout is that of the screen where the window is."""
        self.layout_page.show_layout(*self._window.remembered_layout())
        self.told_page.show_choices(
            ring=self._wants("ring"),
            volume=self._store.read("ring_volume"),
            notify=self._wants("notify"),
        )

    def _on_keys(self, _nothing: None) -> None:
        self._window.show_keys(self.keys.keys_of)

    def _on_told(self, name: str, value: str) -> None:
        self._store.write(name, value)
        self._apply()

    def _apply(self) -> None:
        volume = self._store.read("ring_volume") or _USUAL_VOLUME
        loud = int(volume) if volume.isdigit() else int(_USUAL_VOLUME)
        self._ring.choose(sounds=self._wants("ring"), volume=min(loud, 100) / 100)
        self._notification.choose(shown=self._wants("notify"))

    def _wants(self, name: str) -> bool:
        return self._store.read(name) != _NO
