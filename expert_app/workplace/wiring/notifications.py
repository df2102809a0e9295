# SPDX-License-Identifier: GPL-3.0-only
"""The settings' page of what tells of a caller, with the sound and the desktop's notification that
it steers. Used by the programs of an agent and of a site's host.
"""

from __future__ import annotations

from views.media.notification import DesktopNotification
from views.media.ring import Ring
from views.widgets.window_settings import WindowSettings
from views.workplace.pages import NotificationsPage

_NO, _USUAL_VOLUME = "no", "60"


class NotificationChoices:
    """The page on one side, ring and notification on the other; kept in the person's file."""

    def __init__(
        self,
        page: NotificationsPage,
        ring: Ring,
        *,
        notification: DesktopNotification,
        store: WindowSettings,
    ) -> None:
        self.page = page
        self._ring = ring
        self._notification = notification
        self._store = store
        page.chosen.connect(self._on_chosen)
        page.ring_requested.connect(ring.sound_once)
        self._apply()

    def show(self) -> None:
        """Show what holds now."""
        self.page.show_choices(
            ring=self._wants("ring"),
            volume=self._store.read("ring_volume"),
            notify=self._wants("notify"),
        )

    def _on_chosen(self, name: str, value: str) -> None:
        self._store.write(name, value)
        self._apply()

    def _apply(self) -> None:
        volume = self._store.read("ring_volume") or _USUAL_VOLUME
        if volume.isdigit():
            loud = int(volume)
        else:
            loud = int(_USUAL_VOLUME)
        self._ring.choose(sounds=self._wants("ring"), volume=min(loud, 100) / 100)
        self._notification.choose(is_shown=self._wants("notify"))

    def _wants(self, name: str) -> bool:
        return self._store.read(name) != _NO
