# SPDX-License-Identifier: GPL-3.0-only
"""The middle of the desk when there is no conversation: the check before the first caller, the next
caller, the work that this agent has not finished, and whom it spoke with today. Used by the desk's
window.
"""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QGridLayout, QWidget

from resources.texts import _
from session.core.clock import Clock
from views.desk.appointments.acts import APPOINTMENT_KEYS, BeginBooking
from views.desk.my_day.absence import AbsenceLine
from views.desk.my_day.day_line import DayCard
from views.desk.my_day.keys_card import KeysCard
from views.desk.my_day.next_card import NextCard
from views.desk.my_day.open_work import WorkCard
from views.desk.my_day.shift_check import ShiftCheckCard
from views.desk.my_day.summary import SummaryCard
from views.widgets.parts import (
    Card,
    column,
    label,
    push_button,
    row,
    scroll_area,
    set_roomy,
    shortcut,
)
from views.widgets.theme import SPACE, text_scale
from views.workplace.memos import MemoView

TWO_COLUMNS_PX, THREE_COLUMNS_PX = 700, 1250
"""The widths from where on there are two columns and three; usual letters."""

KEYS_PX = 800
"""Height from where on the keys stand below the colleagues, who need room for what they write."""

ROOMY_PX = 1600, 1000
"""Width and height from where on letters and rows are larger: such a page is read from afar."""


class IdlePage(QWidget):
    """An agent's day: what comes next, and what is not finished.

    Args:
        service_of: name of a service and its place in the organisation's list.

    Signals:
        acted(object): what the agent does, an `IdleAct`, a `MemoAct` or an `AppointmentAct`.

    Attributes:
        check: of the desk, before the first caller; it takes the place of who is next.
        next: who is next, or why nobody can be accepted.
        summary: the figures of this day, at the end of the shift.
        keys: those that are needed most.
        day: this day on a line of time.
        work: what this agent has not finished.
        appointments: of this day; hidden where no service gives any.
        absence: says that this agent takes none.
        talks: whom this agent spoke with today.
        memos: colleagues, and what was written with them.
    """

    acted = pyqtSignal(object)

    def __init__(self, clock: Clock, service_of: Callable[[str], tuple[str, int]]) -> None:
        super().__init__()
        self.setObjectName("idle_page")
        self.setAccessibleName(_("Between two conversations"))
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.check = ShiftCheckCard(self.acted.emit)
        self.next = NextCard(clock, self.acted.emit)
        self.work = WorkCard(
            "idle_work",
            _("To do: {count}"),
            empty=_("Promised calls, pages to file and notes to write come here."),
            tell=self.acted.emit,
        )
        self.appointments = WorkCard(
            "idle_appointments",
            _("Appointments today: {count}"),
            empty=_("Nobody is expected today."),
            tell=self.acted.emit,
        )
        book = push_button(
            _("Take an appointment"), "appointment", name="idle_book", keys=APPOINTMENT_KEYS
        )
        book.clicked.connect(lambda: self.acted.emit(BeginBooking()))
        shortcut(APPOINTMENT_KEYS, book, self)
        self.absence = AbsenceLine(clock, self.acted.emit, beside=book)
        self.appointments.body.addWidget(self.absence)
        self.appointments.hide()
        self.talks = WorkCard(
            "idle_talks",
            _("My conversations today: {count}"),
            empty=_("Each conversation comes here with its outcome, once you have finished it."),
            tell=self.acted.emit,
        )
        self.day, self.keys = DayCard(clock, service_of), KeysCard()
        self.summary = SummaryCard(self.acted.emit)
        self.memos = MemoView(self.acted.emit)
        card = Card("idle_colleagues", space=SPACE[1], padding=SPACE[3])
        card.setAccessibleName(_("Colleagues"))
        card.body.addWidget(label(_("Colleagues"), "title"))
        card.body.addWidget(self.memos, 1)
        colleagues = QWidget()
        around = (0, SPACE[2], SPACE[2], SPACE[2])
        self._aside = column(colleagues, card, space=SPACE[2], margins=around)
        self._aside.setStretch(0, 1)
        self._first, self._second, self._third = QWidget(), QWidget(), colleagues
        first = (self.check, self.summary, self.next, self.appointments, self.work)
        column(self._first, *first, 0, space=SPACE[2])
        column(self._second, self.talks, 0)
        self._body = QWidget()
        self._columns = QGridLayout(self._body)
        self._columns.setSpacing(SPACE[2])
        self._columns.setContentsMargins(*(SPACE[2],) * 4)
        self._beside = row(self, scroll_area(self._body), space=0)
        self._fit()

    def begin_check(self, *, first: bool, keys: str) -> None:
        """Shows the check of the desk; see `ShiftCheckCard.begin`."""
        self.next.hide()
        self.check.begin(first=first, keys=keys)

    def end_check(self) -> None:
        """Shows who is next."""
        self.check.end()
        self.next.show()

    def take_keyboard(self) -> bool:
        """The keyboard goes to what an agent does next here; False when there is nothing to do."""
        return self.check.take_keyboard() or self.next.take_keyboard()

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
        """Colleagues stay beside the work where there is room, and the day's talks between them;
        the line of time is as wide as both.
        """
        larger = max(1.0, text_scale())
        has_two = self.width() >= TWO_COLUMNS_PX * larger
        has_three = self.width() >= THREE_COLUMNS_PX * larger
        is_high = self.height() >= ROOMY_PX[1] * larger
        is_roomy = is_high and self.width() >= ROOMY_PX[0] * larger
        if set_roomy(self, is_roomy):
            self.day.use_room(is_roomy)
        self._columns.addWidget(self._first, 0, 0)
        self._columns.addWidget(self._second, *((0, 1) if has_three else (3, 0)))
        self._columns.addWidget(self.day, 2, 0, 1, 2 if has_three else 1)
        if has_two and self.height() >= KEYS_PX * larger:
            self._aside.addWidget(self.keys)
        else:
            self._columns.addWidget(self.keys, 4, 0)
        if has_two:
            self._beside.addWidget(self._third)
        else:
            self._columns.addWidget(self._third, 1, 0)
        self._beside.setStretch(0, 2)
        self._beside.setStretch(1, int(has_two))
        self._columns.setColumnStretch(0, 1)
        self._columns.setColumnStretch(1, int(has_three))
        self._columns.setRowStretch(5, 1)
