# SPDX-License-Identifier: GPL-3.0-only
"""Appointments at an agent's desk, without Qt: free times, booking, moving, cancelling, those of
the caller and of this day. `wiring.appointments` connects it with the window.

An answer comes back with the question that it belongs to: whoever has asked another one meanwhile
leaves it aside.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from typing import NamedTuple

import msgspec

from expert_app.desk.app import DeskApp
from expert_app.desk.receipts import KioskPrinter
from resources.texts import _
from session.core.clock import Clock
from session.core.dossier_model import Dossier
from session.core.errors import SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.desk.hub.client import DeskClient
from session.protocol.appointments.booking import (
    BookableRequest,
    BookedAnswer,
    BookRequest,
    CancelAppointmentRequest,
    FreeSlotsRequest,
    MoveAppointmentRequest,
    Slip,
)
from session.protocol.appointments.day import (
    AbsenceRequest,
    AppointmentsAnswer,
    CallerAppointmentsRequest,
    DayAppointment,
    DayRequest,
    StepsAnswer,
    StepsRequest,
    ToldRequest,
)
from session.protocol.hub.requests import HubMessage

log = logging.getLogger(__name__)

DAY_S = 60.0
"""Between two readings of this day's appointments while there is no caller."""

ABSENCE = "say an absence"
PRINT = "print the slip"
UNTOLD = "say that a person knows"
STEPS = "read what became of an appointment"
"""Keys of troubles."""

BookingQuestion = (
    BookableRequest
    | FreeSlotsRequest
    | BookRequest
    | MoveAppointmentRequest
    | CancelAppointmentRequest
)


class BookingAnswered(NamedTuple):
    """An answer of the hub, and the question as it was asked here."""

    request: BookingQuestion
    answer: HubMessage


class BookingRefused(NamedTuple):
    """Why there is no answer to this question."""

    request: BookingQuestion
    error: SessionError


class DeskAppointments:
    """One agent's appointments.

    Args:
        printer: prints the slip at the kiosk.

    Attributes:
        offered: whether any service gives appointments for which this agent may book.
        answered, refused: see `BookingAnswered` and `BookingRefused`.
        caller_changed: the appointments of the session's caller.
        day_changed: those of this day.
        steps_read: the id of an appointment, and its history.
    """

    def __init__(
        self, app: DeskApp, link: DeskClient, *, printer: KioskPrinter, clock: Clock, tasks: Tasks
    ) -> None:
        self.offered: Signal[bool] = Signal()
        self.answered: Signal[BookingAnswered] = Signal()
        self.refused: Signal[BookingRefused] = Signal()
        self.caller_changed: Signal[list[DayAppointment]] = Signal()
        self.day_changed: Signal[AppointmentsAnswer] = Signal()
        self.steps_read: Signal[tuple[str, StepsAnswer]] = Signal()
        self._app = app
        self._link = link
        self._printer = printer
        self._clock = clock
        self._tasks = tasks
        self._is_offered = False

    def start(self) -> None:
        """Follows the hub and the conversation."""
        self._link.connection_changed.connect(self._on_connection)
        self._app.session_opened.connect(lambda _session: self.load_caller())
        self._app.dossier_changed.connect(self._on_dossier)
        self._app.session_closed.connect(self._on_closed)
        self._tasks.keep(self._reading, name="read the day's appointments")

    def ask(self, request: BookingQuestion) -> None:
        """Ask the hub; the session in hand says where the caller is, and whose caller it is."""
        self._tasks.start(self._ask(request), name=f"appointments: {request.verb}")

    async def _ask(self, request: BookingQuestion) -> None:
        try:
            answer = await self._link.bus.ask(self._in_session(request))
        except SessionError as error:
            log.info("%s was refused: %s", request.verb, error.code)
            self.refused.emit(BookingRefused(request, error))
            return
        self.answered.emit(BookingAnswered(request, answer))
        if isinstance(answer, BookedAnswer):
            await self._read_caller()
            await self._read_day()

    def _in_session[Asked: BookingQuestion](self, request: Asked) -> Asked:
        session = self._app.session
        if session is None or isinstance(
            request, MoveAppointmentRequest | CancelAppointmentRequest
        ):
            return request
        return msgspec.structs.replace(request, session_id=session.facts.id)

    def refresh(self) -> None:
        """Something was booked elsewhere: reads the caller's and the day's anew."""
        self._tasks.start(self._read_caller(), name="read the caller's appointments")
        self._tasks.start(self._read_day(), name="read the day's appointments now")

    # ---- the caller's

    def load_caller(self) -> None:
        """Reads the appointments of the session's caller."""
        self._tasks.start(self._read_caller(), name="read the caller's appointments")

    def _on_dossier(self, dossier: Dossier | None) -> None:
        if dossier is not None:
            self.load_caller()

    async def _read_caller(self) -> None:
        """Without an answer what was shown stays: a hub may be older."""
        session, dossier = self._app.session, self._app.dossier
        if session is None or not self._is_offered:
            return
        request = CallerAppointmentsRequest(
            session_id=session.facts.id, dossier=dossier.number if dossier is not None else ""
        )
        try:
            answer = await self._link.bus.ask(request)
        except SessionError as error:
            log.info("the caller's appointments are not known: %s", error.code)
            return
        if self._app.session is session:
            self.caller_changed.emit(answer.appointments)

    # ---- this day's

    def _on_closed(self, _outcome: str) -> None:
        self._tasks.start(self._read_day(), name="read the day's appointments now")

    async def _reading(self) -> None:
        while True:
            await asyncio.sleep(DAY_S)
            await self._read_offered()
            if self._app.session is None:
                await self._read_day()

    async def _read_day(self) -> None:
        if not (self._is_offered and self._link.is_ready):
            return
        try:
            answer = await self._link.bus.ask(DayRequest())
        except SessionError as error:
            log.info("the day's appointments are not known: %s", error.code)
            return
        self.day_changed.emit(answer)

    def _on_connection(self, connected: bool) -> None:
        if connected:
            self._tasks.start(self._read_offered(), name="ask who gives appointments")

    async def _read_offered(self) -> None:
        """An older hub knows of no appointments, and one of an organisation with a vault gives
        none.
        """
        if not self._link.is_ready:
            return
        session = self._app.session
        request = BookableRequest(session_id=session.facts.id if session is not None else "")
        try:
            answer = await self._link.bus.ask(request)
        except SessionError as error:
            log.info("who gives appointments is not known: %s", error.code)
            return
        before, self._is_offered = self._is_offered, bool(answer.services)
        self.offered.emit(self._is_offered)
        if self._is_offered and not before:
            await self._read_caller()
            await self._read_day()

    # ---- acts

    def set_absence(self, request: AbsenceRequest) -> None:
        """This agent takes no appointments in a time, or takes that back."""
        self._app.do(self._set_absence(request), ABSENCE)

    async def _set_absence(self, request: AbsenceRequest) -> None:
        await self._link.bus.ask(request)
        await self._read_day()

    def show_steps(self, request: StepsRequest) -> None:
        """Read the history of an appointment."""
        self._app.do(self._read_steps(request), STEPS)

    async def _read_steps(self, request: StepsRequest) -> None:
        self.steps_read.emit((request.appointment_id, await self._link.bus.ask(request)))

    def settle_untold(self, appointment_id: str) -> None:
        """The person whom no message reached knows now."""
        self._app.do(self._settle_untold(appointment_id), UNTOLD)

    async def _settle_untold(self, appointment_id: str) -> None:
        await self._link.bus.ask(ToldRequest(appointment_id=appointment_id))
        await self._read_day()

    def print_slip(self, slip: Slip) -> None:
        """Prints the slip at the kiosk, where the caller agrees first."""
        self._app.do(self._print_slip(slip), PRINT)

    async def _print_slip(self, slip: Slip) -> None:
        printed_at = self._clock.utc_now().astimezone(slip.starts_at.tzinfo)
        pdf = await asyncio.to_thread(_drawn, slip, printed_at)
        await self._printer.print_document(pdf, _("Appointment slip"))


def _drawn(slip: Slip, printed_at: datetime) -> bytes:
    """The slip as a PDF; what draws sheets is not loaded at every start."""
    from documents.printed.appointment_slip import slip_pdf
    from documents.printed.appointment_words import AppointmentSlip

    return slip_pdf(msgspec.convert(slip, AppointmentSlip, from_attributes=True), printed_at)
