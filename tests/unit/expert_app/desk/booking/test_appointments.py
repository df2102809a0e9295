# SPDX-License-Identifier: GPL-3.0-only
"""The agent's appointments without a window: what is asked with which session, what comes back,
what is left aside, and the slip on its way to the kiosk.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Coroutine
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from expert_app.desk.booking.appointments import BookingAnswered, BookingRefused, DeskAppointments
from session.core.clock import ManualClock
from session.core.errors import AppointmentTimeGone, MessageMalformed, SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.protocol.appointments.booking import (
    BookableAnswer,
    BookableRequest,
    BookedAnswer,
    BookRequest,
    CancelAppointmentRequest,
)
from session.protocol.appointments.day import (
    AbsenceRequest,
    AppointmentsAnswer,
    CallerAppointmentsRequest,
    DayAppointment,
    DayRequest,
)
from session.protocol.hub.requests import Done
from tests.support.appointments.scenes import OF_CALLER, SERVICE, SERVICES, TODAY, at, slip
from tests.support.screens.invented import DOSSIER, NOW, SESSION
from tests.support.waiting import until


class Hub:
    """Answers, or refuses what is in `refusals`; remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.refusals: dict[type, SessionError] = {}
        self.services = SERVICES

    async def ask(self, request: Any) -> Any:
        self.asked.append(request)
        if type(request) in self.refusals:
            raise self.refusals[type(request)]
        match request:
            case BookableRequest():
                return BookableAnswer(services=self.services)
            case CallerAppointmentsRequest():
                return AppointmentsAnswer(appointments=OF_CALLER, day="2026-03-02")
            case DayRequest():
                return AppointmentsAnswer(appointments=TODAY, day="2026-03-02")
            case AbsenceRequest():
                return Done()
        return BookedAnswer(slip=slip(at(5, 9)))

    def kinds(self) -> list[str]:
        return [type(request).__name__ for request in self.asked]


class Scene:
    """A desk's appointments, a hub, and what was told."""

    def __init__(self) -> None:
        self.tasks, self.hub = Tasks(), Hub()
        self.app = SimpleNamespace(
            session=None,
            dossier=None,
            session_opened=Signal(),
            session_closed=Signal(),
            dossier_changed=Signal(),
            do=self._do,
        )
        self.link = SimpleNamespace(bus=self.hub, is_ready=True, connection_changed=Signal())
        self.printed: list[tuple[bytes, str]] = []
        self.job = DeskAppointments(
            cast(Any, self.app),
            cast(Any, self.link),
            printer=cast(Any, self),
            clock=ManualClock(NOW),
            tasks=self.tasks,
        )
        self.offered: list[bool] = []
        self.answered: list[BookingAnswered] = []
        self.refused: list[BookingRefused] = []
        self.of_caller: list[list[DayAppointment]] = []
        self.days: list[AppointmentsAnswer] = []
        self.job.offered.connect(self.offered.append)
        self.job.answered.connect(self.answered.append)
        self.job.refused.connect(self.refused.append)
        self.job.caller_changed.connect(self.of_caller.append)
        self.job.day_changed.connect(self.days.append)
        self.job.start()

    def _do(self, work: Coroutine[Any, Any, Any], name: str) -> None:
        self.tasks.start(work, name=name)

    async def print_document(self, pdf: bytes, name: str, copies: int = 1) -> None:
        self.printed.append((pdf, name))

    async def connect(self) -> None:
        self.link.connection_changed.emit(True)
        await until(lambda: bool(self.days))

    async def talk(self) -> None:
        self.app.session, self.app.dossier = SimpleNamespace(facts=SESSION), DOSSIER
        self.app.session_opened.emit(self.app.session)
        await until(lambda: bool(self.of_caller))


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    made = Scene()
    yield made
    await made.tasks.close()


async def test_a_connection_tells_whether_anything_is_offered_and_reads_the_day(
    scene: Scene,
) -> None:
    await scene.connect()
    assert scene.offered == [True]
    assert scene.days[0].appointments == TODAY


async def test_an_older_hub_or_a_vault_offers_nothing_and_is_asked_nothing_more(
    scene: Scene,
) -> None:
    scene.hub.refusals[BookableRequest] = MessageMalformed()
    scene.link.connection_changed.emit(True)
    await until(lambda: bool(scene.hub.asked))
    scene.hub.refusals.clear()
    scene.hub.services = []
    scene.link.connection_changed.emit(True)
    await until(lambda: bool(scene.offered))
    assert scene.offered == [False]
    assert scene.days == []
    assert scene.hub.kinds() == ["BookableRequest", "BookableRequest"]


async def test_in_a_conversation_the_session_goes_along_and_the_question_comes_back(
    scene: Scene,
) -> None:
    await scene.connect()
    await scene.talk()
    wish = BookRequest(request_id="r1", service=SERVICE, starts_at=at(5, 9))
    scene.job.ask(wish)
    await until(lambda: len(scene.of_caller) == 2 and len(scene.days) == 2)
    sent = next(request for request in scene.hub.asked if isinstance(request, BookRequest))
    assert sent == msgspec.structs.replace(wish, session_id=SESSION.id)
    assert scene.answered[0].request is wish
    of_caller = [one for one in scene.hub.asked if isinstance(one, CallerAppointmentsRequest)]
    assert of_caller[-1].dossier == DOSSIER.number


async def test_what_is_refused_comes_back_with_its_reason_and_changes_nothing(
    scene: Scene,
) -> None:
    await scene.connect()
    scene.hub.refusals[BookRequest] = AppointmentTimeGone(service="logement")
    wish = BookRequest(request_id="r1", service=SERVICE, starts_at=at(5, 9))
    scene.job.ask(wish)
    await until(lambda: bool(scene.refused))
    assert scene.refused[0].request is wish
    assert scene.refused[0].error.code == "appointment_time_gone"
    assert scene.answered == []
    assert len(scene.days) == 1


async def test_what_comes_for_a_caller_who_is_gone_is_not_shown(scene: Scene) -> None:
    await scene.connect()
    scene.app.session = SimpleNamespace(facts=SESSION)
    scene.job.load_caller()
    scene.app.session = None
    await until(lambda: True)
    assert scene.of_caller == []


async def test_a_cancellation_and_an_absence_read_the_day_again(scene: Scene) -> None:
    await scene.connect()
    scene.job.ask(CancelAppointmentRequest(appointment_id="ap9"))
    await until(lambda: len(scene.days) == 2)
    absence = AbsenceRequest(absence_id="a1", first_utc=NOW, last_utc=NOW + timedelta(hours=2))
    scene.job.set_absence(absence)
    await until(lambda: len(scene.days) == 3)
    assert absence in scene.hub.asked


async def test_the_end_of_a_conversation_reads_the_day(scene: Scene) -> None:
    await scene.connect()
    scene.app.session_closed.emit("done")
    await until(lambda: len(scene.days) == 2)


async def test_the_slip_goes_to_the_kiosk_as_a_pdf(scene: Scene) -> None:
    scene.job.print_slip(slip(at(5, 9)))
    await until(lambda: bool(scene.printed))
    pdf, name = scene.printed[0]
    assert pdf.startswith(b"%PDF-")
    assert name == "Appointment slip"
