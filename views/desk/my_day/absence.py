# SPDX-License-Identifier: GPL-3.0-only
"""Says that this agent takes no appointments for some hours or days. Used by the page between two
callers, below the appointments of this day.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from PyQt6.QtCore import QDateTime
from PyQt6.QtWidgets import QDateTimeEdit, QWidget

from resources.texts import _
from session.core.appointment_model import Absence
from session.core.clock import Clock
from session.protocol.appointments.day import AbsenceRequest
from session.protocol.wire.ids import new_id
from views.widgets.parts import FlowLayout, column, label, push_button
from views.widgets.theme import SPACE

SHOWN = "dd/MM/yyyy HH:mm"


class AbsenceLine(QWidget):
    """Absent, from and to; and the absences of this day, which can be taken back.

    Args:
        tell: told the absence.
        beside: stands before the button that says one.
    """

    def __init__(
        self, clock: Clock, tell: Callable[[AbsenceRequest], None], *, beside: QWidget
    ) -> None:
        super().__init__()
        self.setObjectName("absence_line")
        self._clock = clock
        self._tell = tell
        self._shown: Sequence[Absence] = ()
        self._lines: list[QWidget] = []
        self._open = push_button(_("I am absent…"), "paused", "quiet", name="absence_open")
        self._open.clicked.connect(self._on_open)
        self._first = _time_field("absence_first", _("Absent from"))
        self._last = _time_field("absence_last", _("Absent until"))
        self._first.dateTimeChanged.connect(self._last.setMinimumDateTime)
        self._keep = push_button(_("Take no appointments then"), "kept", name="absence_keep")
        self._keep.clicked.connect(self._on_keep)
        self._fields = QWidget()
        from_words, to_words = label(_("Absent from"), "soft"), label(_("until"), "soft")
        self._fields.setLayout(
            FlowLayout(from_words, self._first, to_words, self._last, self._keep)
        )
        self._fields.hide()
        self._box = column(None, space=SPACE[0])
        column(self, FlowLayout(beside, self._open), self._fields, self._box, space=SPACE[0])

    def show_absences(self, absences: Sequence[Absence]) -> None:
        """Show this agent's absences of the day."""
        if absences == self._shown:
            return
        self._shown = absences
        for line in self._lines:
            line.hide()
            line.deleteLater()
        self._lines = [self._line(absence) for absence in absences]
        for line in self._lines:
            self._box.addWidget(line)

    def _line(self, absence: Absence) -> QWidget:
        words = absence_words(absence)
        back = push_button(_("Take it back"), "undo", "quiet", name="absence_back")
        back.setAccessibleName(f"{back.text()}: {words}")
        back.clicked.connect(partial(self._on_back, absence))
        line = QWidget()
        line.setLayout(FlowLayout(label(words, "body"), back))
        return line

    def _on_open(self) -> None:
        begin = self._clock.utc_now().astimezone().replace(minute=0, second=0, microsecond=0)
        first = QDateTime(begin + timedelta(hours=1))
        self._first.setDateTime(first)
        self._last.setDateTime(first.addSecs(4 * 3600))
        self._fields.setVisible(self._fields.isHidden())
        if not self._fields.isHidden():
            self._first.setFocus()

    def _on_keep(self) -> None:
        self._fields.hide()
        self._open.setFocus()
        first_utc, last_utc = _utc(self._first), _utc(self._last)
        self._tell(AbsenceRequest(absence_id=new_id(), first_utc=first_utc, last_utc=last_utc))

    def _on_back(self, absence: Absence, _checked: bool) -> None:
        self._tell(
            AbsenceRequest(
                absence_id=absence.id,
                first_utc=absence.first_utc,
                last_utc=absence.last_utc,
                withdrawn=True,
            )
        )


def absence_words(absence: Absence) -> str:
    """E.g. "Absent from 08/12 10:00 to 08/12 12:00"."""
    first, last = absence.first_utc.astimezone(), absence.last_utc.astimezone()
    return _("Absent from {first} to {last}").format(
        first=f"{first:%d/%m %H:%M}", last=f"{last:%d/%m %H:%M}"
    )


def _time_field(name: str, spoken: str) -> QDateTimeEdit:
    field = QDateTimeEdit()
    field.setObjectName(name)
    field.setAccessibleName(spoken)
    field.setDisplayFormat(SHOWN)
    field.setCalendarPopup(True)
    return field


def _utc(field: QDateTimeEdit) -> datetime:
    return datetime.fromtimestamp(field.dateTime().toSecsSinceEpoch(), UTC)
