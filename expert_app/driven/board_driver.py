# SPDX-License-Identifier: GPL-3.0-only
"""What a script does at the board: what is in the window of a visit goes before the board
itself.
"""

from __future__ import annotations

from PyQt6.QtWidgets import QTreeWidget, QWidget

from expert_app.driven.window_driver import WindowDriver

FIRST_TICKET = "first_ticket"


class BoardDriver(WindowDriver):
    """Acts on the board's window and on that of a visit."""

    def __init__(self, board: QWidget, visit: QWidget) -> None:
        super().__init__(board)
        self._board = board
        self._visit_window = visit
        self._visit = WindowDriver(visit)

    def click(self, name: str) -> None:
        """As a person; "first_ticket" is the first line of the callers."""
        if name == FIRST_TICKET:
            self._click_first()
        elif name in self._visit.visible():
            self._visit.click(name)
        else:
            super().click(name)

    def _click_first(self) -> None:
        table = self._board.findChild(QTreeWidget, "board_tickets")
        first = table.topLevelItem(0) if table is not None else None
        viewport = table.viewport() if table is not None else None
        if table is None or first is None or viewport is None:
            raise LookupError("no caller is on screen")
        self.click_at(viewport, table.visualItemRect(first).center())

    def shot(self, path: str) -> None:
        """The visit's window while there is a visit, else the board."""
        if self._visit_window.isVisible():
            self._visit.shot(path)
        else:
            super().shot(path)

    def visible(self) -> list[str]:
        """Names of what can be clicked."""
        return sorted({*super().visible(), *self._visit.visible()})
