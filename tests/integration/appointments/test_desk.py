# SPDX-License-Identifier: GPL-3.0-only
"""An agent takes an appointment for the caller in a conversation, moves it and cancels it; the
caller's list and the day say so. Real server, real hub, real store, the desk's own job.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from documents.workers import Workers
from expert_app.desk.booking.appointments import BookingAnswered, BookingRefused, DeskAppointments
from session.core.appointment_model import AppointmentPerson, AppointmentState
from session.core.clock import ManualClock
from session.protocol.appointments.booking import (
    BookableAnswer,
    BookableRequest,
    BookedAnswer,
    BookRequest,
    CancelAppointmentRequest,
    FreeSlotsAnswer,
    FreeSlotsRequest,
    MoveAppointmentRequest,
    Slip,
)
from session.protocol.appointments.day import AbsenceRequest, AppointmentsAnswer, DayAppointment
from tests.support.hub_world import catalogue_text, hub_world
from tests.support.waiting import until
from tests.unit.expert_app.desk.desk_at_work import Desk, Office

GIVES = """letter = "D", appointments = { length_min = 30, hours = ["mon-fri 14:00-16:00"], \
agents = 2, lead_min = 60, bring = ["Une pièce d'identité"] } }"""
SERVICE = "valdore/rights"


class Appointing:
    """One desk with its appointments, and what they told."""

    def __init__(self, desk: Desk, clock: ManualClock) -> None:
        self.desk = desk
        self.printed: list[bytes] = []
        self.answers: list[BookingAnswered] = []
        self.refusals: list[BookingRefused] = []
        self.of_caller: list[list[DayAppointment]] = []
        self.days: list[AppointmentsAnswer] = []
        self.job = DeskAppointments(
            desk.app, desk.link, printer=self, clock=clock, tasks=desk.tasks
        )
        self.job.answered.connect(self.answers.append)
        self.job.refused.connect(self.refusals.append)
        self.job.caller_changed.connect(self.of_caller.append)
        self.job.day_changed.connect(self.days.append)
        self.job.start()

    async def print_document(self, pdf: bytes, name: str, copies: int = 1) -> None:
        self.printed.append(pdf)

    async def ask[Answer](self, request: Any, kind: type[Answer]) -> Answer:
        count = len(self.answers)
        self.job.ask(request)
        await until(lambda: len(self.answers) > count or bool(self.refusals))
        assert self.refusals == []
        answer = self.answers[-1].answer
        assert isinstance(answer, kind)
        return answer

    async def taken(self, request: Any) -> Slip:
        count, days = len(self.of_caller), len(self.days)
        slip = (await self.ask(request, BookedAnswer)).slip
        await until(lambda: len(self.of_caller) > count and len(self.days) > days)
        assert slip is not None
        return slip

    def states(self) -> list[AppointmentState]:
        return [facts.appointment.state for facts in self.of_caller[-1]]


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers() as started:
        yield started


@pytest.fixture
async def office(tmp_path: Path, workers: Workers) -> AsyncIterator[Office]:
    clock = ManualClock()
    text = catalogue_text().replace('letter = "D" }', GIVES)
    async with hub_world(tmp_path / "hub", clock=clock, tick_s=3600, catalogue=text) as world:
        assert world.hub is not None
        world.dossiers.now = clock.utc_now
        made = Office(world, tmp_path, workers=workers)
        yield made
        await made.close()


async def at_desk(office: Office, agent: str) -> Appointing:
    clock = office.world.clock
    assert isinstance(clock, ManualClock)
    made = Appointing(await office.desk(agent), clock)
    made.desk.link.connection_changed.emit(True)  # it was connected before
    await until(lambda: bool(made.days))
    return made


async def test_a_caller_leaves_with_an_appointment_that_is_moved_and_cancelled_later(
    office: Office,
) -> None:
    alice = await at_desk(office, "alice")
    alice.desk.app.accept(await office.caller())
    await until(lambda: alice.desk.app.dossier is not None and bool(alice.of_caller))
    assert alice.of_caller[-1] == []
    offered = await alice.ask(BookableRequest(service=SERVICE), BookableAnswer)
    assert offered.places[0].name == "Mairie de Saint-Oyen"
    free = await alice.ask(
        FreeSlotsRequest(service=SERVICE, site=offered.places[0].site), FreeSlotsAnswer
    )
    dossier = alice.desk.app.dossier
    assert dossier is not None
    slip = await alice.taken(
        BookRequest(
            request_id="r1",
            service=SERVICE,
            starts_at=free.slots[0].starts_at,
            site=offered.places[0].site,
            agent="alice",
            dossier=dossier.number,
            person=AppointmentPerson(phone="06 00 00 23 41"),
        )
    )
    appointment = alice.of_caller[-1][0].appointment
    assert appointment.dossier == dossier.number
    assert (appointment.person.name, appointment.person.phone) == (
        dossier.caller_name,
        "06 00 00 23 41",
    )
    assert (slip.agent_name, slip.site_name) == ("Alice M.", "Mairie de Saint-Oyen")
    assert [facts.appointment.id for facts in alice.days[-1].appointments] == [appointment.id]

    alice.job.print_slip(slip)
    await until(lambda: bool(alice.printed))
    assert alice.printed[0].startswith(b"%PDF-")

    moved = await alice.taken(
        MoveAppointmentRequest(
            appointment_id=slip.appointment_id,
            starts_at=free.slots[5].starts_at,
            reason="travaille ce jour",
        )
    )
    assert moved.starts_at == free.slots[5].starts_at
    assert alice.of_caller[-1][0].appointment.moves == 1
    await alice.taken(CancelAppointmentRequest(appointment_id=slip.appointment_id))
    assert alice.states() == [AppointmentState.CANCELLED]


async def test_the_faster_desk_wins_and_the_other_one_is_told_the_next_three(
    office: Office,
) -> None:
    alice = await at_desk(office, "alice")
    place = "valdore/townhall"
    free = await alice.ask(FreeSlotsRequest(service=SERVICE, site=place), FreeSlotsAnswer)
    wanted = free.slots[0].starts_at
    for number in range(2):
        person = AppointmentPerson(family_name="Garance", born_on=f"198{number}-02-14")
        wish = BookRequest(
            request_id=f"r{number}", service=SERVICE, starts_at=wanted, site=place, person=person
        )
        assert (await alice.ask(wish, BookedAnswer)).slip is not None
    bob = await at_desk(office, "bob")
    late = BookRequest(
        request_id="late",
        service=SERVICE,
        starts_at=wanted,
        site=place,
        person=AppointmentPerson(family_name="Ombrage", born_on="1984-05-14"),
    )
    answer = await bob.ask(late, BookedAnswer)
    assert answer.slip is None
    assert [slot.starts_at - wanted for slot in answer.instead] == [
        timedelta(minutes=minutes) for minutes in (30, 60, 90)
    ]


async def test_nobody_is_booked_without_a_number_or_a_name_and_birth_date(office: Office) -> None:
    alice = await at_desk(office, "alice")
    place = "valdore/townhall"
    free = await alice.ask(FreeSlotsRequest(service=SERVICE, site=place), FreeSlotsAnswer)
    alice.job.ask(
        BookRequest(request_id="r1", service=SERVICE, starts_at=free.slots[0].starts_at, site=place)
    )
    await until(lambda: bool(alice.refusals))
    assert alice.refusals[0].error.code == "person_needed"


async def test_an_absence_is_in_the_agents_day_and_takes_its_times_away(office: Office) -> None:
    alice = await at_desk(office, "alice")
    now = office.world.clock.utc_now()
    count = len(alice.days)
    absence = AbsenceRequest(absence_id="a1", first_utc=now, last_utc=now + timedelta(hours=12))
    alice.job.set_absence(absence)
    await until(lambda: len(alice.days) > count)
    assert [one.agent for one in alice.days[-1].absences] == ["alice"]
    today = alice.days[-1].day
    mine = await alice.ask(
        FreeSlotsRequest(service=SERVICE, site="valdore/townhall", agent="alice"), FreeSlotsAnswer
    )
    assert all(slot.starts_at.date().isoformat() != today for slot in mine.slots)
    shown = alice.days[-1].absences[0]
    alice.job.set_absence(
        AbsenceRequest(
            absence_id=shown.id,
            first_utc=shown.first_utc,
            last_utc=shown.last_utc,
            withdrawn=True,
        )
    )
    await until(lambda: alice.days[-1].absences == ())
