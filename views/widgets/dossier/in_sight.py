# SPDX-License-Identifier: GPL-3.0-only
"""Scrolls to where the keyboard was moved. Used by the cards that ask whose a dossier is, and by
those of the page between two callers.

A scroll area follows Tab by itself, a focus that is set it does not; and what was shown in the same
moment has its place only a little later.
"""

from __future__ import annotations

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QScrollArea, QWidget

from views.widgets.theme import SPACE

LAYOUT_MS = 50
"""Until every part has its place, a list its height."""


class InSight(QTimer):
    """Keeps one part of `card` in sight."""

    def __init__(self, card: QWidget) -> None:
        super().__init__(card)
        self._card = card
        self._part = card
        self.setSingleShot(True)
        self.setInterval(LAYOUT_MS)
        self.timeout.connect(self._scroll)

    def follow(self, part: QWidget) -> None:
        """Scrolls to this part, once everything has its place."""
        self._part = part
        self.start()

    def _scroll(self) -> None:
        area = self._card.parentWidget()
        while area is not None and not isinstance(area, QScrollArea):
            area = area.parentWidget()
        if area is not None:
            body, half = area.widget(), self._part.height() // 2
            assert body is not None
            # not `ensureWidgetVisible`: of a list it shows the chosen line only
            middle = self._part.mapTo(body, self._part.rect().center())
            area.ensureVisible(middle.x(), middle.y(), 0, half + SPACE[1])
