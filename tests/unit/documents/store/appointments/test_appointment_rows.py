# SPDX-License-Identifier: GPL-3.0-only
"""Appointments in the store: taken once, whoever asks at the same moment; erased with the dossier
and by their days.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from documents.store.dossier_store import DossierStore
from session.core.appointment_model import (
    Appointment,
    AppointmentPerson,
    AppointmentState,
    AppointmentTime,
    NewAppointment,
)
from session.core.dossier_model import ActingUser
from session.core.errors import AppointmentOver, AppointmentUnknown
from tests.support.postgres import new_database
from tests.unit.documents.store.filled_store import CALLER, NINE, NUMBER, ORG

ALICE = ActingUser(user="caf31/a.alice", name="Alice M.")


class Moment:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = NINE

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def now() -> Moment:
    return Moment()


@pytest.fixture
def store(tmp_path: Path, now: Moment) -> Iterator[DossierStore]:
    with DossierStore(tmp_path, now=now) as opened:
        yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
def either_store(
    tmp_path: Path, now: Moment, request: pytest.FixtureRequest
) -> Iterator[DossierStore]:
    url = None
    if request.param == "postgresql":
        url = new_database(request.getfixturevalue("postgres"), "appointments")
    with DossierStore(tmp_path, url, now=now) as opened:
        yield opened


def time(hours: float = 1.0, service: str = "rights", length_min: int = 30) -> AppointmentTime:
    return AppointmentTime(
        service=service,
        home=ORG,
        site="townhall",
        starts_at=NINE + timedelta(hours=hours),
        length_min=length_min,
    )


def new(
    request_id: str, at: AppointmentTime, *, agent: str = "", dossier: str = ""
) -> NewAppointment:
    person = AppointmentPerson(caller_number="1234567", born_on="1987-02-14")
    return NewAppointment(
        organisation=ORG,
        request_id=request_id,
        time=at,
        person=person,
        agent=agent,
        dossier=dossier,
        keep_days=30,
    )


def book(store: DossierStore, request_id: str, at: AppointmentTime, room: int = 1) -> Appointment:
    appointment = store.appointments.book(new(request_id, at), room=room, by=ALICE)
    assert appointment is not None
    return appointment


def test_of_twenty_who_want_the_last_two_places_two_get_them(either_store: DossierStore) -> None:
    store = either_store

    def take(number: int) -> Appointment | None:
        return store.appointments.book(new(f"r{number}", time()), room=2, by=ALICE)

    with ThreadPoolExecutor(8) as threads:
        taken = [each for each in threads.map(take, range(20)) if each is not None]
    assert len(taken) == 2
    assert len({each.code for each in taken}) == 2


def test_the_same_request_is_the_same_appointment(store: DossierStore) -> None:
    assert book(store, "r1", time()) == book(store, "r1", time())


def test_an_agent_is_expected_by_one_person_at_a_time(store: DossierStore) -> None:
    book_for = store.appointments.book
    assert book_for(new("r1", time(), agent="alice"), room=5, by=ALICE) is not None
    other = time(1.25, service="housing")
    assert book_for(new("r2", other, agent="alice"), room=5, by=ALICE) is None
    assert book_for(new("r3", other, agent="bob"), room=5, by=ALICE) is not None


def test_moving_frees_the_old_time_and_may_overlap_its_own(store: DossierStore) -> None:
    first = book(store, "r1", time())
    book(store, "r2", time(2))
    move = store.appointments.move
    assert move(first, time(2), room=1, by=ALICE, reason="") is None
    moved = move(first, time(1.25), room=1, by=ALICE, reason="Train en retard")
    assert moved is not None
    assert (moved.moves, moved.code) == (1, first.code)
    steps = store.appointments.steps(ORG, first.id)
    assert [(step.kind, step.reason) for step in steps] == [
        ("booked", ""),
        ("moved", "Train en retard"),
    ]
    assert steps[1].was_at == first.time.starts_at


def test_a_cancelled_one_takes_no_place_and_cannot_come_back(store: DossierStore) -> None:
    first = book(store, "r1", time())
    cancelled = store.appointments.cancel(first, by=ALICE, reason="")
    assert cancelled == store.appointments.cancel(first, by=ALICE, reason="")
    book(store, "r2", time())
    with pytest.raises(AppointmentOver):
        store.appointments.arrive(first, "t1", by=ALICE)


def test_the_first_ticket_counts(store: DossierStore) -> None:
    first = book(store, "r1", time())
    arrived = store.appointments.arrive(first, "t1", by=ALICE)
    assert arrived == store.appointments.arrive(first, "t1", by=ALICE)
    with pytest.raises(AppointmentOver):
        store.appointments.arrive(first, "t2", by=ALICE)
    ended = store.appointments.end(first, AppointmentState.KEPT)
    assert ended.state is AppointmentState.KEPT


def test_an_erased_dossier_takes_its_appointments_along(store: DossierStore) -> None:
    store.create_dossier(ORG, CALLER)
    appointment = store.appointments.book(new("r1", time(), dossier=NUMBER), room=1, by=ALICE)
    assert appointment is not None
    before = store.erasures.plan(ORG, NUMBER).rows
    store.erasures.erase(ORG, NUMBER)
    assert before > 0
    with pytest.raises(AppointmentUnknown):
        store.appointments.get(ORG, appointment.id)


def test_old_appointments_are_erased_by_their_days(store: DossierStore, now: Moment) -> None:
    first = book(store, "r1", time())
    now.at += timedelta(days=29)
    assert store.appointments.erase_old() == 0
    now.at += timedelta(days=2)
    assert store.appointments.erase_old() == 1
    with pytest.raises(AppointmentUnknown):
        store.appointments.get(ORG, first.id)
