# SPDX-License-Identifier: GPL-3.0-only
"""The sign of the hub's connection in the head of each window but the kiosk's."""

from __future__ import annotations

from resources.texts import _
from views.widgets.parts import Chip


class ConnectionChip(Chip):
    """The sign that the hub answers, or not; never yet is not the same as no longer."""

    def __init__(self, name: str) -> None:
        super().__init__(name, _("Not connected yet"), icon_name="retry", tone="warn")
        self._was_connected = False

    def show_connection(self, connected: bool) -> None:
        """It answers, or no longer."""
        self._was_connected |= connected
        if connected:
            self.show_state(_("Connected"), "connected", "good")
        elif self._was_connected:
            self.show_state(_("Connection lost, trying again…"), "retry", "warn")
        else:
            self.show_state(_("Not connected yet"), "retry", "warn")
