# SPDX-License-Identifier: GPL-3.0-only
"""Stands before a view until the hub has answered once: "not connected yet" is not "empty".
Used by every window that shows what the hub says.
"""

from __future__ import annotations

from PyQt6.QtWidgets import QWidget

from resources.texts import _
from views.widgets.parts import EmptyState, PageStack


class ConnectionGate(PageStack):
    """Shows `content`; before the first answer, why there is none."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self._is_open = False
        self._content = content
        self._waiting = EmptyState(
            "retry", _("Not connected yet"), advice="", name="not_connected_yet"
        )
        self.addWidget(content)
        self.addWidget(self._waiting)

    @property
    def is_open(self) -> bool:
        """The hub has answered once."""
        return self._is_open

    def wait(self, words: str) -> None:
        """Says why there is nothing yet; nothing happens once it is open."""
        if self._is_open:
            return
        self._waiting.show_words(_("Not connected yet"), words)
        self._waiting.setAccessibleName(words)
        self.setCurrentWidget(self._waiting)

    def open(self) -> bool:
        """The hub has answered: the content is shown from now on. True the first time."""
        first, self._is_open = not self._is_open, True
        self.setCurrentWidget(self._content)
        return first
