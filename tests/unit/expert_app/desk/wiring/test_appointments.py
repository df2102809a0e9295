# SPDX-License-Identifier: GPL-3.0-only
"""The real window connected with appointments: for whom one is taken, when the buttons are there,
and what the page between two callers says of the day.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest
from PyQt6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from expert_app.desk.booking.appointments import BookingAnswered, BookingRefused
from expert_app.desk.booking.outside import OutsideProgress, OutsideStep
from expert_app.desk.wiring.appointments import OUTSIDE_WAITS, AppointmentConnections
from session.core.appointment_model import AppointmentState, AppointmentStep
from session.core.errors import AppointmentOver, OutsideAway
from session.protocol.appointments.booking import (
    BookableRequest,
    BookedAnswer,
    BookRequest,
    CancelAppointmentRequest,
    FreeSlotsRequest,
)
from session.protocol.appointments.day import (
    AbsenceRequest,
    AppointmentsAnswer,
    StepsAnswer,
    StepsRequest,
)
from session.protocol.appointments.outside import OutsideOffer, OutsideState
from session.protocol.hub.routing import ServiceWork
from tests.support.appointments.scenes import (
    CALLER,
    OF_CALLER,
    SERVICE,
    SERVICES,
    TODAY,
    at,
    bookable,
    free,
    slip,
)
from tests.support.screens.invented import DOSSIER, SESSION, desk
from tests.support.screens.parts import part
from tests.unit.expert_app.desk.wiring.telling import Telling
from views.desk.acts import BookAgain, SettleUntold
from views.desk.appointments.acts import (
    BeginBooking,
    BeginMoving,
    BookOutside,
    PrintSlip,
    StopOutside,
)
from views.desk.appointments.caller_card import CallerAppointmentRow
from views.desk.my_day.open_work import OpenWork
from views.desk.window import DeskWindow


class Made:
    """The window, and a job that only remembers and tells."""

    def __init__(self, qtbot: QtBot) -> None:
        self.window: DeskWindow = desk()
        qtbot.addWidget(self.window, before_close_func=lambda _window: self.window.close_now())
        self.window.resize(1366, 768)
        self.window.show()
        self.session = SimpleNamespace(facts=SESSION)
        self.app: Any = Telling(session=None, dossier=None)
        self.asked: list[Any] = []
        self.missed: list[OpenWork] = []
        self.job = Telling(
            ask=self.asked.append,
            set_absence=self.asked.append,
            settle_untold=self.asked.append,
            show_steps=self.asked.append,
            print_slip=self.asked.append,
        )
        self.outside = Telling(
            begin=lambda person, _dossier: self.asked.append(person),
            stop=lambda: self.asked.append("stop"),
        )
        jobs = SimpleNamespace(
            app=self.app,
            outside=self.outside,
            appointments=self.job,
            work=SimpleNamespace(services=[ServiceWork(id="logement", after_s=0)]),
        )
        self.connections = AppointmentConnections(
            self.window,
            cast(Any, jobs),
            organisation="valdore",
            agent="me",
            show_missed=self._on_missed,
        )
        self.job.offered.emit(True)

    def _on_missed(self, missed: Sequence[OpenWork]) -> None:
        self.missed = list(missed)

    def talk(self) -> None:
        self.app.session, self.app.dossier = self.session, DOSSIER
        self.app.session_opened.emit(self.session)
        self.window.show_session(SESSION)
        self.window.dossier.show_dossier(DOSSIER)

    def begin(self) -> None:
        self.window.conversation.talk_bar.acted.emit(BeginBooking())

    def answer(self) -> None:
        """Answer all questions about places and times."""
        while self.asked and isinstance(self.asked[-1], BookableRequest | FreeSlotsRequest):
            request = self.asked.pop()
            answer = bookable(request) if isinstance(request, BookableRequest) else free(request)
            self.job.answered.emit(BookingAnswered(request, answer))

    def book(self) -> BookRequest:
        self.begin()
        return self.take()

    def take(self) -> BookRequest:
        self.answer()
        self.window.appointments.panel.choose(at(5, 9))
        self.window.appointments.panel.confirm()
        request: BookRequest = self.asked.pop()
        return request

    def words(self, name: str) -> str:
        return part(self.window, QLabel, name).text()


@pytest.fixture
def made(qtbot: QtBot) -> Made:
    return Made(qtbot)


def test_in_a_conversation_service_site_and_person_are_chosen_already(made: Made) -> None:
    made.talk()
    made.begin()
    assert made.asked == [BookableRequest(service=SERVICE)]
    request = made.book()
    assert (request.service, request.dossier) == (SERVICE, DOSSIER.number)
    made.job.answered.emit(BookingAnswered(request, BookedAnswer(slip=slip(at(5, 9)))))
    assert made.words("slip_when").startswith("Thursday 5 March 2026 at 9:00")
    part(made.window, QPushButton, "slip_print").click()
    assert made.asked == [slip(at(5, 9))]


def test_the_outcome_appointment_needed_leads_to_the_drawer_unless_one_is_taken(
    made: Made,
) -> None:
    made.talk()
    made.window.show_wrap_up()
    part(made.window, QPushButton, "outcome_appointment").click()
    assert made.window.appointments.isVisible()
    assert not made.window.appointments.slip.isVisible()
    made.window.appointments.hide()
    request = made.book()
    made.job.answered.emit(BookingAnswered(request, BookedAnswer(slip=slip(at(5, 9)))))
    assert not part(made.window, QPushButton, "slip_print").isVisible()
    made.window.appointments.hide()
    part(made.window, QPushButton, "outcome_appointment").click()
    assert not made.window.appointments.isVisible()


def test_where_no_service_gives_appointments_there_is_no_button(made: Made) -> None:
    made.talk()
    button = part(made.window, QPushButton, "talk_appointment")
    assert button.isVisible()
    made.job.offered.emit(False)
    assert not button.isVisible()
    made.window.show_wrap_up()
    assert not part(made.window, QPushButton, "wrap_up_appointment").isVisible()
    part(made.window, QPushButton, "outcome_appointment").click()
    assert not made.window.appointments.isVisible()


def test_nothing_of_a_caller_stays_for_the_next_one(made: Made) -> None:
    made.talk()
    made.job.caller_changed.emit(OF_CALLER)
    assert made.window.dossier.appointments.isVisible()
    made.begin()
    made.app.session_closed.emit("done")
    assert not made.window.appointments.isVisible()
    assert made.window.dossier.appointments.isHidden()


def test_an_appointment_of_the_caller_is_moved_at_its_own_site(made: Made) -> None:
    made.talk()
    made.window.dossier.acted.emit(BeginMoving(OF_CALLER[1]))
    assert made.asked == [BookableRequest(service=SERVICE)]
    made.answer()
    assert "Move" in made.window.appointments.accessibleName()


def test_what_became_of_an_appointment_is_read_below_it(made: Made) -> None:
    made.talk()
    made.job.caller_changed.emit(OF_CALLER)
    card = made.window.dossier.appointments
    history = card.findChildren(QPushButton, "appointment_history")[0]
    history.click()
    assert made.asked.pop() == StepsRequest(appointment_id="ap3")
    failed = AppointmentStep(kind="not_told", at_utc=at(1, 9), reason="sms:reminder:refused")
    made.job.steps_read.emit(("ap3", StepsAnswer(steps=[failed])))
    steps = card.findChildren(QLabel, "appointment_steps")
    assert [label.isVisible() for label in steps] == [True, False, False]
    titles = card.findChildren(CallerAppointmentRow)
    assert [row.isVisible() for row in titles] == [True, False, False], "they make room"
    assert "Not sent: reminder by SMS" in steps[0].text()
    history.click()
    assert not steps[0].isVisible(), "the second press closes it"
    assert [row.isVisible() for row in titles] == [True, True, True]
    assert made.asked == []


def test_a_refused_cancellation_is_said_and_may_be_tried_again(made: Made) -> None:
    made.talk()
    made.job.caller_changed.emit(OF_CALLER)
    card = made.window.dossier.appointments
    row = next(
        button
        for button in card.findChildren(QPushButton, "appointment_cancel")
        if not button.isHidden()
    )
    row.click()
    row.click()
    request: CancelAppointmentRequest = made.asked.pop()
    assert request.appointment_id == "ap9"
    assert not row.isEnabled()
    made.job.refused.emit(BookingRefused(request, AppointmentOver()))
    assert row.isEnabled()
    assert made.window.messages.isVisible()


def test_the_day_and_those_who_did_not_come(made: Made) -> None:
    answer = AppointmentsAnswer(appointments=TODAY, not_told=(TODAY[1],), day="2026-03-02")
    made.job.day_changed.emit(answer)
    assert "4" in made.words("idle_appointments_count")
    assert [work.id for work in made.missed] == ["ap2"]
    assert "06 00 00 23 41" in made.missed[0].detail
    made.window.idle.acted.emit(BookAgain("ap2"))
    assert made.words("booking_person") == "For Ilse Ombrage"
    made.window.idle.acted.emit(SettleUntold("ap2"))
    assert made.asked[-1] == "ap2"


def test_who_did_not_come_yesterday_is_still_to_be_called(made: Made) -> None:
    answer = AppointmentsAnswer(appointments=[], not_told=(TODAY[1],), day="2026-03-03")
    made.job.day_changed.emit(answer)
    assert [work.id for work in made.missed] == ["ap2"]
    assert "2 March" in made.missed[0].title


def test_who_gets_another_appointment_needs_no_call(made: Made) -> None:
    answer = AppointmentsAnswer(appointments=TODAY, not_told=(TODAY[1],), day="2026-03-02")
    made.job.day_changed.emit(answer)
    made.window.idle.acted.emit(BookAgain("ap2"))
    booked = BookedAnswer(slip=slip(at(5, 9)))
    made.job.answered.emit(BookingAnswered(made.take(), booked))
    assert made.asked[-1] == "ap2"


def test_whom_no_message_reached_is_open_work_until_somebody_called(made: Made) -> None:
    gone = msgspec.structs.replace(
        TODAY[1],
        appointment=msgspec.structs.replace(
            TODAY[1].appointment, id="x", state=AppointmentState.CANCELLED
        ),
    )
    answer = AppointmentsAnswer(appointments=[], not_told=(TODAY[0], gone), day="2026-03-02")
    made.job.day_changed.emit(answer)
    titles = [work.title for work in made.missed]
    assert all(title.startswith("No message reached ") for title in titles)
    assert titles[1].endswith("is cancelled")
    made.window.idle.acted.emit(SettleUntold("x"))
    assert made.asked == ["x"]


def test_a_cancelled_one_is_not_counted(made: Made) -> None:
    gone = msgspec.structs.replace(
        TODAY[1],
        appointment=msgspec.structs.replace(
            TODAY[1].appointment, id="x", state=AppointmentState.CANCELLED
        ),
    )
    made.job.day_changed.emit(AppointmentsAnswer(appointments=[TODAY[1], gone], day="2026-03-02"))
    assert made.missed == []
    assert "1" in made.words("idle_appointments_count")


def test_an_absence_is_said_from_the_page_between_two_callers(made: Made) -> None:
    part(made.window, QPushButton, "absence_open").click()
    part(made.window, QPushButton, "absence_keep").click()
    request: AbsenceRequest = made.asked.pop()
    assert (request.last_utc - request.first_utc).total_seconds() == 4 * 3600


def test_between_two_callers_somebody_is_asked_who_comes(made: Made) -> None:
    part(made.window, QPushButton, "idle_book").click()
    assert made.asked == [BookableRequest(service="")]
    request = made.asked.pop()
    made.job.answered.emit(BookingAnswered(request, bookable(request)))
    assert made.asked == [BookableRequest(service=SERVICES[0].service)]
    made.answer()
    assert made.window.appointments.isVisible()


def test_the_slip_that_is_printed_is_the_one_that_is_shown(made: Made) -> None:
    made.window.appointments.acted.emit(PrintSlip(slip(at(5, 9))))
    assert made.asked == [slip(at(5, 9))]


def test_an_appointment_in_another_service_is_followed_to_its_slip(made: Made) -> None:
    drawer = made.window.appointments
    made.outside.offered.emit(OutsideOffer(name="RDV Service Public"))
    drawer.begin(CALLER)
    part(drawer, QPushButton, "booking_outside").click()
    drawer.acted.emit(BookOutside(CALLER.person))
    drawer.acted.emit(StopOutside())
    assert made.asked[-2:] == [CALLER.person, "stop"]
    words = part(drawer, QLabel, "outside_words")
    for step in OUTSIDE_WAITS:
        made.outside.progressed.emit(OutsideProgress(step))
        assert words.text()
    made.outside.progressed.emit(OutsideProgress(OutsideStep.FAILED, error=OutsideAway(why="x")))
    assert "does not answer" in words.text()
    taken = OutsideState(starts_at=at(5, 9))
    made.outside.progressed.emit(OutsideProgress(OutsideStep.DONE, taken))
    assert "tell the operator" in words.text()
    taken = OutsideState(starts_at=at(5, 9), slip=slip(at(5, 9)))
    made.outside.progressed.emit(OutsideProgress(OutsideStep.DONE, taken))
    assert part(drawer, QLabel, "slip_code").isVisible()
