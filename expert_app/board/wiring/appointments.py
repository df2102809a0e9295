# SPDX-License-Identifier: GPL-3.0-only
"""Connects the board's page of appointments with the job behind it. Used by `program`."""

from __future__ import annotations

from expert_app.board.appointments import BoardAppointments
from resources.texts import _
from session.core.errors import SessionError
from session.protocol.appointments.day import (
    AbsenceRequest,
    DayChangeRequest,
    DayRequest,
    StepsRequest,
)
from views.board.window import BoardWindow
from views.widgets.message_bar import Level
from views.words.errors import sentence

KEY = "appointments"


class BoardAppointmentConnections:
    """The page's requests to the job, its answers to the window."""

    def __init__(self, window: BoardWindow, job: BoardAppointments) -> None:
        self._window = window
        self._job = job
        page = window.appointments
        page.acted.connect(self._on_act)
        job.day_read.connect(page.show_day)
        job.counted.connect(page.show_counts)
        job.steps_read.connect(lambda read: page.show_steps(*read))
        job.not_read.connect(self._on_not_read)
        job.changed.connect(lambda _nothing: self._show(_("Done."), Level.INFO))
        job.troubled.connect(self._on_trouble)

    def show(self, in_front: bool) -> None:
        """The page came to the front, or left it."""
        if in_front:
            self._window.appointments.ask()
        else:
            self._job.reading.rest()

    def _on_act(self, act: DayRequest | DayChangeRequest | AbsenceRequest | StepsRequest) -> None:
        match act:
            case DayRequest():
                self._job.show_day(act)
            case StepsRequest():
                self._job.show_steps(act)
            case _:
                self._job.change(act)

    def _on_not_read(self, error: SessionError) -> None:
        words = sentence(error.code, error.detail).sentence
        self._window.appointments.list.show_refused(words)

    def _on_trouble(self, error: SessionError) -> None:
        self._show(sentence(error.code, error.detail).sentence, Level.ERROR)

    def _show(self, words: str, level: Level) -> None:
        self._window.messages.show_message(level, words, key=KEY)
