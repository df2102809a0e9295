# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's part for appointments: checking in, booking, moving, cancelling, the slip. No Qt.
Used by `expert_app.kiosk.app`, which owns the ticket in front of the screen.

One question after the other; what a caller has typed is forgotten when the pages are left.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from expert_app.kiosk.screen import AppointmentScreen
from session.core.appointment_model import AppointmentPerson, AppointmentState
from session.core.clock import Clock
from session.core.device_errors import PrinterGone
from session.core.errors import SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.kiosk.appointment_acts import (
    AppointmentQuestion,
    Asked,
    BookVisit,
    ChooseAnswer,
    Offered,
    OfferedAnswer,
    Telling,
    Told,
    TypeAnswer,
    Way,
)
from session.kiosk.caller_acts import CallerAct, Step
from session.kiosk.drivers.printer import Printer
from session.kiosk.hub.client import KioskClient
from session.protocol.appointments.booking import (
    MOST_DAYS,
    BookableRequest,
    BookedAnswer,
    BookRequest,
    CancelAppointmentRequest,
    CheckInRequest,
    CheckInState,
    FindSlipRequest,
    FreeSlot,
    FreeSlotsAnswer,
    FreeSlotsRequest,
    MoveAppointmentRequest,
    Slip,
)
from session.protocol.hub.requests import Service, ServicesAnswer, TicketAnswer
from session.protocol.wire.ids import new_id, split_service

log = logging.getLogger(__name__)

SHOWN_S = 6.0
PRINT_S = 20.0

_AT_HAND = {
    CheckInState.WELCOME: (Way.CHECK_IN,),
    CheckInState.EARLY: (Way.CHECK_IN, Way.COME_BACK),
    CheckInState.LATE: (Way.CHECK_IN,),
    CheckInState.OTHER_DAY: (Way.DONE,),
    CheckInState.OTHER_SITE: (Way.DONE,),
    CheckInState.USED: (Way.QUEUE,),
    CheckInState.CANCELLED: (Way.BOOK, Way.QUEUE),
    CheckInState.UNKNOWN: (Way.AGAIN, Way.QUEUE),
}
"""The ways out of what the hub says of a slip, before those that change the appointment."""


class _Wish(msgspec.Struct):
    """What a caller wants, as far as it is known: kept while the pages are shown."""

    service: str = ""
    kind: str = ""
    code: str = ""
    number: str = ""
    born_on: str = ""
    family_name: str = ""
    given_names: str = ""
    starts_at: datetime | None = None
    slip: Slip | None = None
    is_moving: bool = False
    slots: tuple[FreeSlot, ...] = ()
    from_day: str = ""
    request_id: str = ""


@dataclass(frozen=True)
class CallerInFront:
    """The caller in front of the screen, as far as appointments are concerned.

    Attributes:
        offer: what the site offers now.
        waits: true while this caller has a place in the queue.
        leave: called when this caller, who has an appointment now, leaves the queue.
        show_ticket: called with the ticket of a caller who has checked in.
    """

    offer: Callable[[], ServicesAnswer | None]
    waits: Callable[[], bool]
    leave: Callable[[], None]
    show_ticket: Callable[[TicketAnswer], None]


def _slip_sheet(slip: Slip, clock: Clock) -> bytes:
    """In a thread: what prints is loaded with the first slip."""
    from documents.printed.appointment_slip import slip_pdf
    from documents.printed.appointment_words import AppointmentSlip

    sheet = msgspec.convert(slip, AppointmentSlip, from_attributes=True)
    return slip_pdf(sheet, clock.utc_now().astimezone())


class KioskAppointments:
    """Serves callers who have an appointment or want one.

    Args:
        printer: the kiosk's, for slips; None when there is none.
        place: the caller in front of the screen.

    Attributes:
        slip_printed: the printer's job id.
    """

    def __init__(
        self,
        link: KioskClient,
        screen: AppointmentScreen,
        *,
        printer: Printer | None,
        place: CallerInFront,
        clock: Clock,
        tasks: Tasks,
    ) -> None:
        self.slip_printed: Signal[int] = Signal()
        self._link = link
        self._screen = screen
        self._printer = printer
        self._place = place
        self._clock = clock
        self._tasks = tasks
        self._bookable: frozenset[str] = frozenset()
        self._wish = _Wish()
        self._trail: list[Callable[[], None]] = []

    async def refresh(self) -> None:
        """Ask which of this kiosk's services give appointments, and show it."""
        try:
            answer = await self._link.bus.ask(BookableRequest())
        except SessionError as error:
            log.info("which services give appointments is not known: %s", error.code)
            return
        self._bookable = frozenset(service.service for service in answer.services)
        self._screen.show_bookable(frozenset(service.id for service in self._services()))

    def forget(self) -> None:
        """The pages were left: nothing stays, and later answers are shown to nobody."""
        self._wish = _Wish()
        self._trail = []

    def on_act(self, act: CallerAct) -> None:
        """Does what concerns appointments."""
        match act:
            case Way():
                self._do(act)
            case BookVisit(service=service):
                self._begin(service)
            case TypeAnswer(asked=asked, text=text):
                self._on_typed(asked, text)
            case ChooseAnswer(key=key):
                self._on_chosen(key)
            case Step.BACK if self._trail:
                self._back()

    # ---- the way through the pages ----

    def _show(self, page: Callable[[], None]) -> None:
        """A page that "Back" leads to."""
        self._trail.append(page)
        page()

    def _back(self) -> None:
        self._trail.pop()
        if self._trail:
            self._trail[-1]()
        else:
            self._screen.leave_appointment()

    def _ask(self, asked: Asked) -> None:
        self._show(lambda: self._screen.ask_words(asked, self._wish.kind))

    def _tell(self, told: Told, *ways: Way) -> None:
        telling = Telling(
            told, self._clock.utc_now(), slip=self._wish.slip, ways=ways, waits=self._place.waits()
        )
        self._show(lambda: self._screen.tell(telling))

    def _run(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self._tasks.start(work, name=f"kiosk {name}")

    async def _answer[Value](self, question: Awaitable[Value]) -> Value | None:
        """The hub's answer; None when there is none, which is said, or when the caller has gone."""
        wish = self._wish
        self._screen.tell(Telling(Told.MOMENT, self._clock.utc_now()))
        try:
            answer = await question
        except SessionError as error:
            if wish is self._wish:
                if self._trail:
                    self._trail[-1]()
                else:
                    self._screen.leave_appointment()
                await self._show_for_a_moment(error.code)
            return None
        if wish is self._wish:
            return answer
        return None

    async def _show_for_a_moment(self, code: str) -> None:
        self._screen.show_trouble(code)
        await asyncio.sleep(SHOWN_S)
        self._screen.clear_trouble()

    def _do(self, way: Way) -> None:
        """What the hub or the printer does."""
        match way:
            case Way.CHECK_IN:
                self._run(self._check_in(), "check in")
            case Way.CANCEL_REALLY:
                self._run(self._cancel(), "cancel an appointment")
            case Way.PRINT:
                self._run(self._print(), "print the slip of an appointment")
            case Way.LEAVE:
                self._place.leave()
            case _:
                self._go(way)

    def _go(self, way: Way) -> None:
        """To another page."""
        match way:
            case Way.EXPECTED | Way.AGAIN:
                self.forget()
                self._ask(Asked.LETTERS)
            case Way.NO_SLIP:
                self._wish.code = ""
                self._ask_whose_number()
            case Way.NO_NUMBER:
                self._ask(Asked.FAMILY_NAME)
            case Way.BOOK:
                self._begin(self._wish.slip.service if self._wish.slip else self._wish.service)
            case Way.MOVE:
                self._wish.is_moving = True
                self._run(self._show_days(""), "show the free days")
            case Way.LATER_DAYS:
                later = date.fromisoformat(self._wish.from_day) + timedelta(days=MOST_DAYS)
                self._run(self._show_days(later.isoformat()), "show later days")
            case Way.CANCEL:
                self._tell(Told.CANCEL_ASKED, Way.KEEP, Way.CANCEL_REALLY)
            case Way.KEEP:
                self._back()
            case Way.COME_BACK | Way.QUEUE | Way.STAY | Way.DONE:
                self._screen.leave_appointment()

    def _on_typed(self, asked: Asked, text: str) -> None:
        wish = self._wish
        match asked:
            case Asked.LETTERS:
                wish.code = text
                self._run(self._find(), "look for an appointment")
            case Asked.NUMBER:
                wish.number = text
                self._ask(Asked.BIRTH_DATE)
            case Asked.FAMILY_NAME:
                wish.family_name = text
                self._ask(Asked.GIVEN_NAMES)
            case Asked.GIVEN_NAMES:
                wish.given_names = text
                self._ask(Asked.BIRTH_DATE)
            case Asked.BIRTH_DATE:
                wish.born_on = text
                if wish.starts_at:
                    self._run(self._book(), "book an appointment")
                else:
                    self._run(self._find(), "look for an appointment")

    def _on_chosen(self, key: str) -> None:
        """A service, a day or an hour: each looks like no other."""
        if any(service.id == key for service in self._services()):
            self._ask_number(key)
        elif len(key) == len("2026-12-08"):
            self._show(lambda: self._screen.offer(self._hours(key)))
        else:
            self._wish.starts_at = datetime.fromisoformat(key)
            if self._wish.is_moving:
                self._run(self._move(), "move an appointment")
            elif self._wish.born_on:  # the time before was taken by somebody else
                self._run(self._book(), "book an appointment")
            else:
                self._ask_number(self._wish.service)

    # ---- who it is ----

    def _services(self) -> list[Service]:
        """The services of this kiosk that give appointments."""
        offer = self._place.offer()
        if offer is None:
            return []
        return [service for service in offer.services if self._ref(service.id) in self._bookable]

    def _ref(self, service: str) -> str:
        """A service as "organisation/service"."""
        offer = self._place.offer()
        return "/".join(split_service(service, offer.organisation if offer else ""))

    def _ask_whose_number(self) -> None:
        """The number of which service: asked only where they have different numbers."""
        services = self._services()
        if len({service.number_kind for service in services}) == 1:
            self._ask_number(services[0].id)
            return
        answers = tuple(OfferedAnswer(service.id, name=service.name) for service in services)
        self._show(lambda: self._screen.offer(AppointmentQuestion(Offered.SERVICE, answers)))

    def _ask_number(self, service: str) -> None:
        kinds = {self._ref(each.id): each.number_kind for each in self._services()}
        self._wish.kind = kinds.get(self._ref(service), "")
        if self._wish.kind:
            self._ask(Asked.NUMBER)
        elif self._wish.starts_at:
            self._ask(Asked.FAMILY_NAME)
        else:
            self._tell(Told.UNKNOWN, Way.AGAIN, Way.QUEUE)

    # ---- at the hour ----

    async def _find(self) -> None:
        wish = self._wish
        answer = await self._answer(
            self._link.bus.ask(
                FindSlipRequest(
                    code=wish.code,
                    caller_number="" if wish.code else wish.number,
                    born_on="" if wish.code else wish.born_on,
                )
            )
        )
        if answer is not None:
            wish.slip = answer.slip
            self._tell_state(answer.state)

    def _tell_state(self, state: CheckInState) -> None:
        self._trail = []  # "Back" would lead to letters that are typed no more
        self._tell(Told[state.name], *_AT_HAND[state], *self._ways_to_change())

    def _ways_to_change(self) -> tuple[Way, ...]:
        slip = self._wish.slip
        if slip is None or slip.state is AppointmentState.CANCELLED:
            return ()
        now = self._clock.utc_now()
        if slip.state is AppointmentState.BOOKED and now < slip.cancel_until:
            return Way.MOVE, Way.CANCEL
        if slip.starts_at.date() < now.astimezone(slip.starts_at.tzinfo).date():
            return (Way.BOOK,)
        return ()

    async def _check_in(self) -> None:
        wish = self._wish
        if wish.slip is None:
            return
        wish.request_id = wish.request_id or new_id()
        request = CheckInRequest(
            request_id=wish.request_id,
            appointment_id=wish.slip.appointment_id,
            code=wish.slip.code,
            needs=self._link.needs,
        )
        answer = await self._answer(self._link.check_in(request))
        if answer is None:
            return
        if answer.ticket is not None:
            self._place.show_ticket(answer.ticket)
            return
        wish.slip = answer.slip
        self._tell_state(answer.state)

    async def _cancel(self) -> None:
        slip = self._wish.slip
        if slip is None:
            return
        request = CancelAppointmentRequest(appointment_id=slip.appointment_id, code=slip.code)
        answer = await self._answer(self._link.bus.ask(request))
        if answer is not None:
            self._trail = []
            self._tell(Told.CANCELLED_NOW, Way.DONE, Way.BOOK)

    # ---- another day ----

    def _begin(self, service: str) -> None:
        """The caller wants an appointment: what was typed before belongs to another wish."""
        self.forget()
        self._wish.service = self._ref(service)
        self._run(self._show_days(""), "show the free days")

    async def _show_days(self, from_day: str) -> None:
        slots = await self._answer(self._free_slots(from_day))
        if slots is None:
            return
        wish = self._wish
        wish.slots, wish.from_day = tuple(slots.slots), from_day or slots.today
        last = date.fromisoformat(wish.from_day) + timedelta(days=MOST_DAYS)
        if not wish.slots and slots.first_free is not None and not self._is_same(from_day, slots):
            await self._show_days(slots.first_free.date().isoformat())
        elif not wish.slots:
            self._tell(Told.NOTHING_FREE, Way.DONE)
        else:
            days = {slot.starts_at.date(): slot.starts_at for slot in reversed(wish.slots)}
            answers = tuple(
                OfferedAnswer(day.isoformat(), at=at) for day, at in sorted(days.items())
            )
            choice = AppointmentQuestion(
                Offered.DAY, answers, goes_on=last.isoformat() <= slots.last_day
            )
            self._show(lambda: self._screen.offer(choice))

    @staticmethod
    def _is_same(from_day: str, slots: FreeSlotsAnswer) -> bool:
        return slots.first_free is None or slots.first_free.date().isoformat() == from_day

    async def _free_slots(self, from_day: str) -> FreeSlotsAnswer:
        wish = self._wish
        service = wish.slip.service if wish.is_moving and wish.slip else wish.service
        request = FreeSlotsRequest(service=service, from_day=from_day, days=MOST_DAYS)
        return await self._link.bus.ask(request)

    def _hours(self, day: str) -> AppointmentQuestion:
        slots = [slot for slot in self._wish.slots if slot.starts_at.date().isoformat() == day]
        return AppointmentQuestion(Offered.HOUR, _times(slots))

    async def _book(self) -> None:
        wish = self._wish
        if wish.starts_at is None:
            return
        wish.request_id = wish.request_id or new_id()
        person = AppointmentPerson(
            family_name=wish.family_name,
            given_names=wish.given_names,
            born_on=wish.born_on,
            caller_number=wish.number,
        )
        request = BookRequest(
            request_id=wish.request_id,
            service=wish.service,
            starts_at=wish.starts_at,
            person=person,
        )
        self._take(await self._answer(self._link.bus.ask(request)))

    async def _move(self) -> None:
        wish = self._wish
        if wish.slip is None or wish.starts_at is None:
            return
        request = MoveAppointmentRequest(
            appointment_id=wish.slip.appointment_id,
            starts_at=wish.starts_at,
            code=wish.slip.code,
        )
        self._take(await self._answer(self._link.bus.ask(request)))

    def _take(self, answer: BookedAnswer | None) -> None:
        """The new appointment; or other times, because somebody else was faster."""
        if answer is None:
            return
        if answer.slip is None:
            self._wish.request_id = ""
            choice = AppointmentQuestion(Offered.INSTEAD, _times(answer.instead))
            if answer.instead:
                self._show(lambda: self._screen.offer(choice))
            else:
                self._tell(Told.NOTHING_FREE, Way.DONE)
            return
        self._wish = _Wish(service=answer.slip.service, slip=answer.slip)
        self._trail = []
        first = (Way.PRINT,) if self._printer is not None else ()
        last = (Way.STAY, Way.LEAVE) if self._place.waits() else (Way.DONE,)
        self._tell(Told.BOOKED, *first, *last)

    async def _print(self) -> None:
        wish, printer = self._wish, self._printer
        if wish.slip is None or printer is None:
            return
        last = (Way.STAY, Way.LEAVE) if self._place.waits() else (Way.DONE,)
        self._screen.tell(
            Telling(
                Told.BOOKED,
                self._clock.utc_now(),
                slip=wish.slip,
                ways=(Way.PRINT, *last),
                waits=self._place.waits(),
                printed=True,
            )
        )
        try:
            sheet = await asyncio.to_thread(_slip_sheet, wish.slip, self._clock)
            async with asyncio.timeout(PRINT_S):
                self.slip_printed.emit(await printer.submit(sheet, "rendez-vous"))
        except TimeoutError:
            await self._show_for_a_moment(PrinterGone.code)
        except SessionError as error:
            await self._show_for_a_moment(error.code)


def _times(slots: Sequence[FreeSlot]) -> tuple[OfferedAnswer, ...]:
    return tuple(OfferedAnswer(slot.starts_at.isoformat(), at=slot.starts_at) for slot in slots)
