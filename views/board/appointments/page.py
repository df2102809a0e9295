# SPDX-License-Identifier: GPL-3.0-only
"""The board's page of appointments: who comes on a day, which times have room, who is absent, how
the day is changed; and the figures of the last days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec
from PyQt6.QtCore import QDate, pyqtSignal
from PyQt6.QtWidgets import QDateEdit, QWidget

from documents.printed.dates import hour
from resources.plain_text import plain_text
from resources.texts import N_, _
from session.core.appointment_model import Absence
from session.core.clock import Clock
from session.protocol.appointments.day import (
    AbsenceRequest,
    AppointmentsAnswer,
    DayAppointment,
    DayRequest,
    DayTime,
    SlotCountsAnswer,
    StepsAnswer,
    StepsRequest,
)
from session.protocol.hub.requests import Service
from views.board.appointments.day_change import DayChangeForm
from views.board.appointments.figures_table import AppointmentFigures
from views.board.facts import BoardFacts
from views.board.tables import BoardTable, Cell, TableRow
from views.widgets.dossier.scrolled_words import ScrolledWords
from views.widgets.list_state import ListState
from views.widgets.parts import (
    EmptyState,
    FlowLayout,
    PageStack,
    Segments,
    column,
    filter_box,
    label,
    push_button,
    row,
    scroll_area,
    tool_button,
)
from views.widgets.theme import SPACE
from views.words.appointments import (
    STATES,
    first_capital,
    full_day,
    person_words,
    steps_words,
    told_words,
)

DAY, FIGURES = "day", "figures"
MOST_ABSENCES = 20
"""Absences of a day that have a line."""

STEPS_PX = 84
"""Height of an appointment's history with usual letters: five lines; more scroll."""


class BoardAppointmentsPage(QWidget):
    """One day at a time; the figures of the last days stand beside it.

    Signals:
        acted(DayRequest | DayChangeRequest | AbsenceRequest | StepsRequest)

    Attributes:
        table: who comes on this day.
        lines: the times of the day.
    """

    acted = pyqtSignal(object)

    def __init__(self, facts: BoardFacts, clock: Clock) -> None:
        super().__init__()
        self._facts = facts
        self._clock = clock
        self._services: Mapping[str, Service] = {}
        self._answer = AppointmentsAnswer(appointments=[], day="1970-01-01")
        self._switch = Segments(
            "appointments_part",
            _("Part"),
            choices=[(DAY, _("Day"), "appointment"), (FIGURES, _("Figures"), "table")],
        )
        self._switch.chosen.connect(self._on_part)
        self._day = QDateEdit(self._today())
        self._day.setObjectName("appointments_day")
        self._day.setAccessibleName(_("Day"))
        self._day.setCalendarPopup(True)
        self._day.setDisplayFormat("dd/MM/yyyy")
        self._day.dateChanged.connect(lambda _day: self.ask())
        self._before = tool_button(_("The day before"), "arrow_left", "appointments_before")
        self._after = tool_button(_("The day after"), "arrow_right", "appointments_after")
        self._before.clicked.connect(lambda: self._day.setDate(self._day.date().addDays(-1)))
        self._after.clicked.connect(lambda: self._day.setDate(self._day.date().addDays(1)))
        self._now = push_button(_("Today"), "", "quiet", name="appointments_today")
        self._now.clicked.connect(lambda: self._day.setDate(self._today()))
        self._service = filter_box("appointments_service", _("Service"))
        self._service.addItem(_("All services"), "")
        self._service.currentIndexChanged.connect(lambda _place: self._show())
        self._title = label(role="title", name="appointments_title", wrap=True)
        self._build_tables()
        self._steps_of = ""
        self._steps = ScrolledWords(
            "appointment_steps", _("History of the appointment"), most_px=STEPS_PX
        )
        self._change = DayChangeForm(self.acted.emit)
        self._absences = column(None, space=SPACE[0])
        self._shown_absences: Sequence[Absence] | None = None
        self._absence_lines: list[QWidget] = []
        self.figures = AppointmentFigures()
        self._build()

    def set_services(self, services: Mapping[str, Service]) -> None:
        """Names of services."""
        self._services = services

    def ask(self) -> None:
        """Asks for the day that is chosen."""
        self.list.show_asked()
        self.acted.emit(DayRequest(day=self._chosen_day()))

    def show_day(self, answer: AppointmentsAnswer) -> None:
        """The day that was asked for; the agent may have gone on meanwhile."""
        if answer.day == self._chosen_day():
            self._answer = answer
            self._show()

    def show_steps(self, appointment_id: str, answer: StepsAnswer) -> None:
        """What became of an appointment; the supervisor may have chosen another one meanwhile."""
        if appointment_id == self._steps_of:
            self._steps.show_words(steps_words(answer.steps))

    def show_counts(self, answer: SlotCountsAnswer) -> None:
        """The figures of the last days."""
        self._counts = answer
        self.figures.show_counts(answer.rows, self._facts.service_name)

    # ---- showing

    def _show(self) -> None:
        answer, chosen = self._answer, self._service.currentData()
        given = list(dict.fromkeys(line.service for line in answer.lines))
        self._offer_services(given)
        self._change.set_services(self._services, given)
        name = self._facts.service_name
        self._change.show_changes(answer.day, answer.changes, name)
        appointments = [
            facts for facts in answer.appointments if chosen in ("", facts.appointment.time.service)
        ]
        lines = [line for line in answer.lines if chosen in ("", line.service)]
        self.table.show_rows([_appointment_row(facts) for facts in appointments])
        self._on_chosen(asked_again=True)
        self.lines.show_rows([_line_row(line, name(line.service)) for line in lines])
        self.list.show_answer(bool(appointments or lines))
        taken, room = sum(line.taken for line in lines), sum(line.room for line in lines)
        words = _("{day}: {taken} of {room} times taken")
        day = first_capital(full_day(date.fromisoformat(answer.day)))
        self._title.setText(words.format(day=day, taken=taken, room=room))
        self._show_absences(answer.absences)

    def _offer_services(self, given: Sequence[str]) -> None:
        for service in given:
            if self._service.findData(service) < 0:
                self._service.addItem(plain_text(self._facts.service_name(service)), service)

    def _show_absences(self, absences: Sequence[Absence]) -> None:
        if absences == self._shown_absences:
            return
        self._shown_absences = absences
        for line in self._absence_lines:
            line.hide()
            line.deleteLater()
        self._absence_lines = [self._absence_line(one) for one in absences[:MOST_ABSENCES]]
        for line in self._absence_lines:
            self._absences.addWidget(line)

    def _absence_line(self, absence: Absence) -> QWidget:
        first, last = absence.first_utc.astimezone(), absence.last_utc.astimezone()
        words = _("{name} is absent from {first} to {last}").format(
            name=self._facts.agent_name(absence.agent),
            first=f"{first:%d/%m %H:%M}",
            last=f"{last:%d/%m %H:%M}",
        )
        back = push_button(_("Take it back"), "undo", "quiet", name="absence_back")
        back.setAccessibleName(f"{back.text()}: {words}")
        withdrawn = AbsenceRequest(
            absence_id=absence.id,
            agent=absence.agent,
            first_utc=absence.first_utc,
            last_utc=absence.last_utc,
            withdrawn=True,
        )
        back.clicked.connect(lambda: self.acted.emit(msgspec.structs.replace(withdrawn)))
        line = QWidget()
        column(line, label(words, "body", wrap=True), FlowLayout(back), space=0)
        return line

    def _on_chosen(self, *, asked_again: bool = False) -> None:
        """Ask for the history of the appointment that is chosen now."""
        chosen = self.table.chosen()
        if chosen != self._steps_of:
            self._steps.show_words("")
        if chosen and (asked_again or chosen != self._steps_of):
            self.acted.emit(StepsRequest(appointment_id=chosen))
        self._steps_of = chosen

    def _on_part(self, part: object) -> None:
        self._parts.setCurrentWidget(self._figures_part if part == FIGURES else self._day_part)

    def _today(self) -> QDate:
        day = self._clock.utc_now().astimezone().date()
        return QDate(day.year, day.month, day.day)

    def _chosen_day(self) -> str:
        return self._day.date().toString("yyyy-MM-dd")

    # ---- building

    def _build_tables(self) -> None:
        heads = [_("Hour"), _("Name"), _("Service"), _("Site"), _("With"), _("State"), _("Slip")]
        self.table = BoardTable(
            "board_appointments", _("Appointments of the day"), heads=heads, wide=1
        )
        self.table.currentItemChanged.connect(lambda _now, _before: self._on_chosen())
        self.lines = BoardTable(
            "board_slots",
            _("Times of the day"),
            heads=[_("Hour"), _("Service"), _("Taken")],
            wide=1,
        )
        self._empty = EmptyState(
            "appointment",
            _("No appointments on this day"),
            advice=_("The convention says on which days and hours a service gives appointments."),
            name="appointments_empty",
        )

    def _build(self) -> None:
        side = QWidget()
        column(side, self._change, self._absences, 0, space=SPACE[2])
        tables = QWidget()
        across = row(tables, space=SPACE[2])
        left = column(None, self.table, self._steps, space=SPACE[1])
        left.setStretch(0, 1)
        across.addLayout(left, 5)
        right = column(None, self.lines, scroll_area(side), space=SPACE[2])
        right.setStretch(0, 3)
        right.setStretch(1, 3)
        across.addLayout(right, 3)
        self.list = ListState(
            tables, self._empty, now=self._clock.utc_now, name="appointments", counts=(self._title,)
        )
        self._day_part, self._figures_part = QWidget(), QWidget()
        days = FlowLayout(self._before, self._day, self._after, self._now, self._service)
        column(self._day_part, days, self._title, self.list, space=SPACE[1]).setStretch(2, 1)
        words = _("The last 31 days before today. What is offered is counted for all sites.")
        column(self._figures_part, label(words, "soft", wrap=True), self.figures, space=SPACE[1])
        self._parts = PageStack()
        for part in (self._day_part, self._figures_part):
            self._parts.addWidget(part)
        box = column(self, row(None, self._switch, 0), self._parts, space=SPACE[1])
        box.setStretch(1, 1)


def _appointment_row(facts: DayAppointment) -> TableRow:
    appointment = facts.appointment
    words, icon_name, tone = STATES[appointment.state]
    if told_words(appointment):
        words, icon_name, tone = N_("to be called"), "call", "warn"
    cells = (
        Cell(hour(appointment.time.starts_at)),
        Cell(person_words(appointment)),
        Cell(facts.service_name, "soft"),
        Cell(facts.site_name, "soft"),
        Cell(facts.agent_name or "–", "soft"),
        Cell(_(words), tone, icon_name, hint=told_words(appointment)),
        Cell(appointment.code, "soft"),
    )
    return TableRow(appointment.id, cells)


def _line_row(line: DayTime, service: str) -> TableRow:
    words = _("{taken} of {room}").format(taken=line.taken, room=line.room)
    is_full = line.taken >= line.room
    cells = (
        Cell(hour(line.starts_at)),
        Cell(service, "soft"),
        Cell(words, "warn" if is_full else "", right=True),
    )
    return TableRow(f"{line.service} {line.starts_at.isoformat()}", cells)
