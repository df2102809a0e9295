# SPDX-License-Identifier: GPL-3.0-only
"""The middle of the desk when there is no conversation: the next caller, the work that this
agent has not finished, and whom it spoke with today. Used by the desk's window.
"""

from __future__ import annotations

from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QGridLayout, QWidget

from resources.texts import _
from session.core.clock import Clock
from views.desk.my_day.next_card import NextCard
from views.desk.my_day.open_work import WorkCard
from views.widgets.parts import column, scroll_area
from views.widgets.theme import SPACE, text_scale

COLUMN_PX, TWO_COLUMNS_PX = 760, 1120
"""The most width of a column alone, and from where on there are two; usual letters."""


class IdlePage(QWidget):
    """An agent's day: what comes next, and what is not finished.

    Signals:
        acted(object): what the agent does, an `IdleAct`.

    Attributes:
        next: who is next, or why nobody can be accepted.
        work: what this agent has not finished.
        talks: whom this agent spoke with today.
    """

    acted = pyqtSignal(object)

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.setObjectName("idle_page")
        self.setAccessibleName(_("Between two conversations"))
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.next = NextCard(clock, self.acted.emit)
        self.work = WorkCard("idle_work", _("To do: {count}"), tell=self.acted.emit)
        self.talks = WorkCard(
            "idle_talks", _("My conversations today: {count}"), tell=self.acted.emit
        )
        self._first, self._second = QWidget(), QWidget()
        column(self._first, self.next, self.work, 0, space=SPACE[2])
        column(self._second, self.talks, 0)
        self._body = QWidget()
        self._columns = QGridLayout(self._body)
        self._columns.setSpacing(SPACE[2])
        self._columns.setContentsMargins(*(SPACE[2],) * 4)
        column(self, scroll_area(self._body))
        self._fit()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """A wide page has two columns."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent | None) -> None:
        """Larger letters have wider columns."""
        super().changeEvent(event)
        if event is not None and event.type() is QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        larger = max(1.0, text_scale())
        is_wide = self.width() >= TWO_COLUMNS_PX * larger
        for part in (self._first, self._second):
            part.setMaximumWidth(round(COLUMN_PX * larger * (1.0 if not is_wide else 1.25)))
        self._columns.addWidget(self._first, 0, 0)
        self._columns.addWidget(self._second, *((0, 1) if is_wide else (1, 0)))
        self._columns.setRowStretch(0 if is_wide else 2, 1)
        self._columns.setRowStretch(2 if is_wide else 0, 0)
