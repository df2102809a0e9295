# SPDX-License-Identifier: GPL-3.0-only
"""The middle of the desk when there is no conversation: the next caller, and the work that this
agent has not finished. Used by the desk's window.
"""

from __future__ import annotations

from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtWidgets import QWidget

from resources.texts import _
from session.core.clock import Clock
from views.desk.my_day.next_card import NextCard
from views.desk.my_day.open_work import OpenWorkCard
from views.widgets.parts import column, row, scroll_area
from views.widgets.theme import SPACE, text_scale

COLUMN_PX = 760
"""The most width of a column, with letters of the usual size."""


class IdlePage(QWidget):
    """An agent's day: what comes next, and what is not finished.

    Signals:
        acted(object): what the agent does, an `IdleAct`.

    Attributes:
        next: who is next, or why nobody can be accepted.
        work: what this agent has not finished.
    """

    acted = pyqtSignal(object)

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.setObjectName("idle_page")
        self.setAccessibleName(_("Between two conversations"))
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.next = NextCard(clock, self.acted.emit)
        self.work = OpenWorkCard(self.acted.emit)
        self._first = QWidget()
        column(self._first, self.next, self.work, 0, space=SPACE[2])
        body = QWidget()
        row(body, self._first, space=SPACE[2], margins=(SPACE[2],) * 4)
        column(self, scroll_area(body))
        self._fit()

    def changeEvent(self, event: QEvent | None) -> None:
        """Larger letters have wider columns."""
        super().changeEvent(event)
        if event is not None and event.type() is QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        self._first.setMaximumWidth(round(COLUMN_PX * max(1.0, text_scale())))
