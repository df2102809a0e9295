# SPDX-License-Identifier: GPL-3.0-only
"""The caller's appointments above the dossier: today's, those to come, and the last one; to move or
to cancel. Used by the dossier view.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QFrame

from resources.texts import _
from session.core.appointment_model import UPCOMING, AppointmentState, AppointmentStep
from session.protocol.appointments.booking import CancelAppointmentRequest
from session.protocol.appointments.day import DayAppointment, StepsRequest
from views.desk.appointments.acts import AppointmentAct, BeginMoving
from views.widgets.announcer import announce
from views.widgets.dossier.scrolled_words import ScrolledWords
from views.widgets.field import Field
from views.widgets.parts import (
    Card,
    Chip,
    FlowLayout,
    column,
    label,
    name_button,
    push_button,
    row,
)
from views.widgets.theme import SPACE
from views.words.appointments import (
    STATES,
    first_capital,
    step_words,
    steps_words,
    time_words,
    told_words,
)

MOST_TO_COME, MOST_PAST = 4, 1
STEPS_PX = 84
"""Height of an appointment's history with usual letters; more scrolls."""


class CallerAppointmentRow(QFrame):
    """One appointment; cancelling asks why, and is pressed twice."""

    def __init__(
        self,
        facts: DayAppointment,
        today: date,
        *,
        tell: Callable[[AppointmentAct], None],
        on_history: Callable[[CallerAppointmentRow, bool], None],
    ) -> None:
        super().__init__()
        appointment = facts.appointment
        self.setObjectName(f"caller_appointment_{appointment.id}")
        self.facts = facts
        self._tell = tell
        self._told_history = on_history
        self._when = first_capital(time_words(appointment.time.starts_at, today))
        places = (facts.service_name, facts.site_name, facts.agent_name)
        detail = " · ".join(filter(None, (*places, told_words(appointment))))
        self.setAccessibleName(f"{self._when}, {detail}")
        words, icon_name, tone = STATES[appointment.state]
        state = Chip("appointment_state", _(words), icon_name=icon_name, tone=tone)
        state.setVisible(appointment.state is not AppointmentState.BOOKED)
        self._move = push_button(_("Move"), "appointment", name="appointment_move")
        self._cancel = push_button(
            _("Cancel the appointment"), "", "quiet", name="appointment_cancel"
        )
        self._move.clicked.connect(lambda: tell(BeginMoving(facts)))
        self._cancel.clicked.connect(self._on_cancel)
        self._history = push_button(_("History"), "history", "quiet", name="appointment_history")
        self._history.setCheckable(True)
        self._history.toggled.connect(self._on_history)
        self._steps = ScrolledWords(
            "appointment_steps", _("History of the appointment"), most_px=STEPS_PX
        )
        self._reason = Field("appointment_why", _("Why is it cancelled?"), longest=300)
        self._reason.entered.connect(self._on_cancel)
        self._reason.hide()
        may_change = appointment.state is AppointmentState.BOOKED
        for button in (self._move, self._cancel, self._history):
            name_button(button, f"{button.text()}: {self._when}")
        for button in (self._move, self._cancel):
            button.setVisible(may_change)
        box = column(self, space=SPACE[0])
        top = row(None, space=SPACE[1])
        top.addWidget(label(self._when, "strong", wrap=True), 1)
        top.addWidget(state)
        box.addLayout(top)
        box.addWidget(label(detail, "small", wrap=True))
        box.addWidget(self._reason)
        box.addLayout(FlowLayout(self._move, self._cancel, self._history))
        box.addWidget(self._steps)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Escape leaves it as it is."""
        if event is not None and event.key() == Qt.Key.Key_Escape and not self._reason.isHidden():
            self._reason.hide()
            self._cancel.setFocus()
            return
        super().keyPressEvent(event)

    def show_failed(self) -> None:
        """It was not cancelled: it may be tried again."""
        self._cancel.setEnabled(True)

    def show_steps(self, steps: Sequence[AppointmentStep]) -> None:
        """What became of it, the newest first."""
        if not self._history.isChecked():
            return
        self._steps.show_words(steps_words(steps))
        announce(self, step_words(steps[-1]) if steps else "")

    def _on_history(self, is_wanted: bool) -> None:
        """The second press closes it again."""
        self._told_history(self, is_wanted)
        if is_wanted:
            self._tell(StepsRequest(appointment_id=self.facts.appointment.id))
        else:
            self._steps.show_words("")

    def _on_cancel(self) -> None:
        if self._reason.isHidden():
            self._reason.show()
            self._reason.setFocus()
            return
        self._cancel.setEnabled(False)
        appointment_id = self.facts.appointment.id
        self._tell(
            CancelAppointmentRequest(appointment_id=appointment_id, reason=self._reason.text())
        )


class CallerAppointmentsCard(Card):
    """Nothing is seen of it for a caller without appointments.

    Args:
        today: of this desk.
        tell: told what the agent wants.
    """

    def __init__(self, today: Callable[[], date], tell: Callable[[AppointmentAct], None]) -> None:
        super().__init__("caller_appointments", space=SPACE[1])
        self.setAccessibleName(_("Appointments of the caller"))
        self._today = today
        self._tell = tell
        self._shown: list[DayAppointment] = []
        self._rows: list[CallerAppointmentRow] = []
        self._more = label(role="small", name="caller_appointments_more", wrap=True)
        self.body.addWidget(label(_("Appointments"), "caption"))
        self._box = column(None, space=SPACE[1])
        self.body.addLayout(self._box)
        self.body.addWidget(self._more)
        self.hide()

    def show_appointments(self, appointments: Sequence[DayAppointment]) -> None:
        """Show those to come, the next one first, and the last of those that were."""
        to_come = [facts for facts in appointments if facts.appointment.state in UPCOMING]
        past = [facts for facts in appointments if facts.appointment.state not in UPCOMING]
        to_come.sort(key=_time)
        past.sort(key=_time, reverse=True)
        shown = [*to_come[:MOST_TO_COME], *past[:MOST_PAST]]
        self._more.setText(_("{count} more").format(count=len(to_come) - MOST_TO_COME))
        self._more.setVisible(len(to_come) > MOST_TO_COME)
        self.setVisible(bool(shown))
        if shown == self._shown:
            return  # what is typed stays
        self._shown = shown
        for line in self._rows:
            line.hide()
            line.deleteLater()
        self._rows = [
            CallerAppointmentRow(facts, self._today(), tell=self._tell, on_history=self._on_history)
            for facts in shown
        ]
        for line in self._rows:
            self._box.addWidget(line)
            line.show()

    def _on_history(self, row: CallerAppointmentRow, is_open: bool) -> None:
        """The others make room for the history of one."""
        for line in self._rows:
            line.setVisible(line is row or not is_open)

    def show_steps(self, appointment_id: str, steps: Sequence[AppointmentStep]) -> None:
        """What became of one of them."""
        for line in self._rows:
            if line.facts.appointment.id == appointment_id:
                line.show_steps(steps)

    def show_failed(self, appointment_id: str) -> None:
        """It was not cancelled: it may be tried again."""
        for line in self._rows:
            if line.facts.appointment.id == appointment_id:
                line.show_failed()


def _time(facts: DayAppointment) -> float:
    return facts.appointment.time.starts_at.timestamp()
