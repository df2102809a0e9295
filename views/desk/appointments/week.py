# SPDX-License-Identifier: GPL-3.0-only
"""Free times as columns of days with a button for each. Used by the panel that takes one.

Arrow keys move between the times, Enter chooses; Tab comes here once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QKeyEvent, QResizeEvent
from PyQt6.QtWidgets import QGridLayout, QPushButton, QWidget

from documents.printed.dates import full_moment, hour, weekday
from resources.texts import _
from session.protocol.appointments.booking import FreeSlot
from views.widgets.dossier.in_sight import InSight
from views.widgets.parts import label, push_button
from views.widgets.theme import SPACE, text_scale
from views.words.appointments import full_day

COLUMN_PX = 96
"""Width of a day in letters of the usual size."""

MOST_SLOTS = 500
"""So many times are drawn of one week."""

_STEPS = {
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
}


class WeekView(QWidget):
    """The days that have free times, one beside the other, and below where the view is narrow.

    Args:
        choose: told the time that the agent chooses.
    """

    def __init__(self, choose: Callable[[datetime], None]) -> None:
        super().__init__()
        self.setObjectName("appointment_week")
        self.setAccessibleName(_("Free times"))
        self._choose = choose
        self._days: list[list[QPushButton]] = []
        self._heads: list[QWidget] = []
        self._columns = 0
        self._sight = InSight(self)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(SPACE[0])

    def show_slots(self, slots: Sequence[FreeSlot]) -> None:
        """Draw these times; none is chosen."""
        for part in self._parts():
            self._grid.removeWidget(part)
            part.hide()
            part.deleteLater()
        self._days, self._heads = [], []
        days = groupby(slots[:MOST_SLOTS], key=lambda slot: slot.starts_at.date())
        for day, times in days:
            head = label(f"{weekday(day)}\n{day:%d/%m}", "caption")
            head.setAccessibleName(full_day(day))
            head.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            self._heads.append(head)
            self._days.append([self._button(slot) for slot in times])
        self._columns = 0
        self._arrange()
        for part in self._parts():
            part.show()  # the keyboard goes only to what is seen
        self._stop_at(self._first())

    def take_keyboard(self) -> bool:
        """The keyboard goes to the chosen time, else to the first; False without any."""
        buttons = [button for day in self._days for button in day]
        chosen = next((button for button in buttons if button.isChecked()), self._first())
        if chosen is not None:
            chosen.setFocus(Qt.FocusReason.TabFocusReason)
        return chosen is not None

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """A wide view has more days side by side."""
        super().resizeEvent(event)
        self._arrange()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Arrow keys go to the time beside, above or below."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        if event.key() in _STEPS:
            across, down = _STEPS[Qt.Key(event.key())]
            for place, day in enumerate(self._days):
                if watched in day:
                    self._go(place + across, day.index(watched) + down)
                    return True
        return False

    def _parts(self) -> list[QWidget]:
        return [*self._heads, *(button for day in self._days for button in day)]

    def _first(self) -> QPushButton | None:
        return next((button for day in self._days for button in day), None)

    def _go(self, place: int, line: int) -> None:
        if 0 <= place < len(self._days) and line >= 0:
            day = self._days[place]
            target = day[min(line, len(day) - 1)]
            self._stop_at(target)
            target.setFocus(Qt.FocusReason.TabFocusReason)
            self._sight.follow(target)

    def _stop_at(self, stop: QPushButton | None) -> None:
        for day in self._days:
            for button in day:
                is_stop = button is stop
                policy = Qt.FocusPolicy.StrongFocus if is_stop else Qt.FocusPolicy.ClickFocus
                button.setFocusPolicy(policy)

    def _button(self, slot: FreeSlot) -> QPushButton:
        button = push_button(hour(slot.starts_at), name="free_time")
        button.setAccessibleName(full_moment(slot.starts_at))
        button.setProperty("slot", True)
        button.setCheckable(True)
        button.installEventFilter(self)
        button.clicked.connect(partial(self._on_clicked, button, slot.starts_at))
        return button

    def _on_clicked(self, button: QPushButton, at: datetime, _checked: bool) -> None:
        for day in self._days:
            for other in day:
                other.setChecked(other is button)
        self._stop_at(button)
        self._choose(at)

    def _arrange(self) -> None:
        column_px = COLUMN_PX * max(1.0, text_scale())
        columns = max(1, int((self.width() + SPACE[0]) // (column_px + SPACE[0])))
        if columns == self._columns or not self._days:
            return
        self._columns = columns
        line = 0
        for first in range(0, len(self._days), columns):
            days = self._days[first : first + columns]
            for place, day in enumerate(days):
                self._grid.addWidget(self._heads[first + place], line, place)
                for down, button in enumerate(day, start=line + 1):
                    self._grid.addWidget(button, down, place)
            line += max(len(day) for day in days) + 1
        for place in range(max(columns, self._grid.columnCount())):
            self._grid.setColumnStretch(place, int(place < columns))
