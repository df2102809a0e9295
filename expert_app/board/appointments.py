# SPDX-License-Identifier: GPL-3.0-only
"""The supervisor's appointments, without Qt: a day of the organisation, its change, absences,
and the figures of the last days. Used by the board.
"""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta

from expert_app.board.repeated_reading import RepeatedReading
from session.bus.client import BusClient
from session.core.clock import Clock
from session.core.errors import SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.protocol.appointments.day import (
    AbsenceRequest,
    AppointmentsAnswer,
    DayChangeRequest,
    DayRequest,
    SlotCountsAnswer,
    SlotCountsRequest,
    StepsAnswer,
    StepsRequest,
)

AGAIN_S = 20.0
"""Between two readings while the page is in front."""

COUNTED_DAYS = 31


class BoardAppointments:
    """The requests of the page of appointments.

    Attributes:
        day_read: the day that is shown.
        counted: the figures of the last `COUNTED_DAYS` days before today.
        steps_read: the id of an appointment, and its history.
        changed: what was asked for is done.
        not_read: why the day was not read; it is tried again.
        troubled: why something was not done.
    """

    def __init__(self, bus: BusClient, clock: Clock, *, tasks: Tasks) -> None:
        self.day_read: Signal[AppointmentsAnswer] = Signal()
        self.counted: Signal[SlotCountsAnswer] = Signal()
        self.steps_read: Signal[tuple[str, StepsAnswer]] = Signal()
        self.changed: Signal[None] = Signal()
        self.troubled: Signal[SessionError] = Signal()
        self._bus = bus
        self._clock = clock
        self._tasks = tasks
        self._day = ""
        self.reading = RepeatedReading(self._read, tasks, what="appointments", again_s=AGAIN_S)
        self.not_read: Signal[SessionError] = self.reading.not_read

    def show_day(self, request: DayRequest) -> None:
        """Reads this day, now and while the page is in front."""
        self._day = request.day
        self.reading.begin()

    async def _read(self) -> None:
        self.day_read.emit(await self._bus.ask(DayRequest(day=self._day)))
        today = self._clock.utc_now().astimezone().date()
        first = today - timedelta(days=COUNTED_DAYS)
        request = SlotCountsRequest(first=first.isoformat(), last=today.isoformat())
        self.counted.emit(await self._bus.ask(request))

    def show_steps(self, request: StepsRequest) -> None:
        """Reads the history of an appointment."""
        self._do(self._read_steps(request))

    async def _read_steps(self, request: StepsRequest) -> None:
        self.steps_read.emit((request.appointment_id, await self._bus.ask(request)))

    def change(self, request: DayChangeRequest | AbsenceRequest) -> None:
        """Changes a day of a service, or takes an agent's absence back."""
        self._do(self._change(request))

    async def _change(self, request: DayChangeRequest | AbsenceRequest) -> None:
        await self._bus.ask(request)
        self.changed.emit(None)
        await self._read()

    def _do(self, work: Awaitable[None]) -> None:
        async def run() -> None:
            try:
                await work
            except SessionError as error:
                self.troubled.emit(error)

        self._tasks.start(run(), name="appointments of the organisation")
