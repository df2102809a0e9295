# SPDX-License-Identifier: GPL-3.0-only
"""Messages about appointments: ordered with each change, carried by one at a time, and told to the
agents when they could not be sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from documents.store.appointments.messages import AppointmentMessage
from documents.store.dossier_store import DossierStore
from session.core.appointment_model import (
    Appointment,
    AppointmentPerson,
    AppointmentState,
    AppointmentTime,
    MessageKind,
    MessageWay,
    NewAppointment,
)
from session.core.dossier_model import ActingUser
from tests.support.postgres import new_database
from tests.unit.documents.store.filled_store import NINE, ORG

ALICE = ActingUser(user="caf31/a.alice", name="Alice M.")
MAIL, SMS = MessageWay.MAIL, MessageWay.SMS
HOLD_S = 300.0
DAY = timedelta(days=1)


WAYS = {ORG: (MAIL, SMS)}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DossierStore]:
    with DossierStore(tmp_path, ways=WAYS, now=lambda: NINE) as opened:
        yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
def either_store(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[DossierStore]:
    url = None
    if request.param == "postgresql":
        url = new_database(request.getfixturevalue("postgres"), "messages")
    with DossierStore(tmp_path, url, ways=WAYS, now=lambda: NINE) as opened:
        yield opened


def _time(days: float) -> AppointmentTime:
    starts_at = NINE + days * DAY
    return AppointmentTime(
        service="rights", home=ORG, site="townhall", starts_at=starts_at, length_min=30
    )


def _book(
    store: DossierStore,
    *,
    days: float = 5,
    email: str = "a@exemple.fr",
    phone: str = "",
    foreign_id: str = "",
) -> Appointment:
    person = AppointmentPerson(caller_number="1234567", email=email, phone=phone)
    new = NewAppointment(
        organisation=ORG,
        request_id=f"r{days:g}",
        time=_time(days),
        person=person,
        remind_h=24,
        foreign_id=foreign_id,
    )
    booked = store.appointments.book(new, room=1, by=ALICE)
    assert booked is not None
    return booked


def _due(store: DossierStore, days: float = 0.0, way: MessageWay = MAIL) -> list[MessageKind]:
    """The kinds of all messages that are due then; they are called sent."""
    kinds = []
    while (message := store.messages.claim(ORG, way, NINE + days * DAY, HOLD_S)) is not None:
        kinds.append(message.kind)
        store.messages.sent(message, NINE + days * DAY)
    return kinds


def _claimed(store: DossierStore, days: float = 0.0, way: MessageWay = MAIL) -> AppointmentMessage:
    message = store.messages.claim(ORG, way, NINE + days * DAY, HOLD_S)
    assert message is not None
    return message


def test_a_booking_orders_a_message_now_and_a_reminder_the_day_before(store: DossierStore) -> None:
    _book(store)
    assert _due(store) == [MessageKind.BOOKED]
    assert _due(store, 3.9) == []
    assert _due(store, 4.0) == [MessageKind.REMINDER]


def test_a_repeated_booking_orders_nothing_twice(store: DossierStore) -> None:
    assert _book(store) == _book(store)
    assert _due(store) == [MessageKind.BOOKED]


def test_each_way_with_an_address_gets_its_own(store: DossierStore) -> None:
    _book(store, phone="01 99 00 00 00")
    assert (_due(store), _due(store, way=SMS)) == ([MessageKind.BOOKED], [MessageKind.BOOKED])


@pytest.mark.parametrize(("email", "foreign_id"), [("", ""), ("a@exemple.fr", "rdv-1")])
def test_without_address_or_from_another_system_nobody_is_written_to(
    store: DossierStore, email: str, foreign_id: str
) -> None:
    _book(store, email=email, foreign_id=foreign_id)
    assert _due(store, 4.5) == []


def test_a_reminder_that_would_come_at_once_is_none(store: DossierStore) -> None:
    _book(store, days=1.02)
    assert _due(store) == [MessageKind.BOOKED]
    assert _due(store, 1.0) == []


def test_a_move_calls_off_what_waits_and_reminds_of_the_new_hour(store: DossierStore) -> None:
    booked = _book(store)
    moved = store.appointments.move(booked, _time(8), room=1, by=ALICE, reason="", remind_h=24)
    assert moved is not None
    assert _due(store, 4.5) == []  # two days later nobody tells of the move any more
    assert _due(store, 7.0) == [MessageKind.REMINDER]


def test_a_cancellation_is_told_once_and_nothing_else(store: DossierStore) -> None:
    booked = _book(store)
    for _each in range(2):
        store.appointments.cancel(booked, by=ALICE, reason="")
    assert _due(store) == [MessageKind.CANCELLED]
    assert _due(store, 4.5) == []


def test_who_has_come_is_not_reminded(store: DossierStore) -> None:
    booked = _book(store)
    store.appointments.arrive(booked, "t1", by=ALICE)
    assert _due(store, 4.5) == []
    assert not store.appointments.get(ORG, booked.id).not_told


def test_one_carrier_at_a_time_has_a_message_and_one_that_was_killed_loses_it(
    either_store: DossierStore,
) -> None:
    store = either_store
    _book(store)
    claimed = _claimed(store)
    assert store.messages.claim(ORG, MAIL, NINE, HOLD_S) is None
    again = store.messages.claim(ORG, MAIL, NINE + timedelta(seconds=HOLD_S), HOLD_S)
    assert again == claimed
    store.messages.release(claimed, NINE)
    assert store.messages.claim(ORG, MAIL, NINE, HOLD_S) == claimed


def test_what_fails_is_tried_again_later(store: DossierStore) -> None:
    booked = _book(store)
    store.messages.failed(_claimed(store), "busy", next_try=NINE + 0.1 * DAY, now=NINE)
    assert store.messages.claim(ORG, MAIL, NINE, HOLD_S) is None
    assert _claimed(store, 0.1).tries == 1
    assert not store.appointments.get(ORG, booked.id).not_told


def test_what_cannot_be_sent_is_a_step_and_open_work(store: DossierStore) -> None:
    booked = _book(store)
    store.messages.failed(_claimed(store), "refused", next_try=None, now=NINE)
    assert store.appointments.get(ORG, booked.id).not_told
    step = store.appointments.steps(ORG, booked.id)[-1]
    assert (step.kind, step.reason) == ("not_told", "mail:booked:refused")
    assert _due(store) == []


def test_somebody_who_calls_ends_the_open_work(store: DossierStore) -> None:
    booked = _book(store)
    store.messages.failed(_claimed(store), "refused", next_try=None, now=NINE)
    assert [row.id for row in store.appointments.not_told(ORG)] == [booked.id]
    for _each in range(2):
        store.appointments.tell(ORG, booked.id, ALICE)
    assert store.appointments.not_told(ORG) == []
    told = [step.by.name for step in store.appointments.steps(ORG, booked.id)]
    assert told == ["Alice M.", "", "Alice M."]


def test_nobody_calls_who_is_there(store: DossierStore) -> None:
    booked = _book(store)
    store.messages.failed(_claimed(store), "refused", next_try=None, now=NINE)
    store.appointments.arrive(booked, "t1", by=ALICE)
    assert store.appointments.not_told(ORG) == []


def test_whom_no_message_reached_comes_before_who_did_not_come(store: DossierStore) -> None:
    missed, booked = _book(store), _book(store, days=6)
    store.appointments.end(missed, AppointmentState.MISSED)
    while (claimed := store.messages.claim(ORG, MAIL, NINE, HOLD_S)) is not None:
        store.messages.failed(claimed, "refused", next_try=None, now=NINE)
    assert [row.id for row in store.appointments.not_told(ORG)] == [booked.id, missed.id]


def test_a_later_message_that_goes_ends_the_open_work(store: DossierStore) -> None:
    booked = _book(store)
    store.messages.failed(_claimed(store), "refused", next_try=None, now=NINE)
    store.appointments.move(booked, _time(8), room=1, by=ALICE, reason="")
    assert not store.appointments.get(ORG, booked.id).not_told


@pytest.mark.parametrize("fails_first", [True, False])
def test_one_way_that_goes_is_enough(store: DossierStore, *, fails_first: bool) -> None:
    booked = _book(store, phone="01 99 00 00 00")
    mail, sms = _claimed(store), _claimed(store, way=SMS)
    if fails_first:
        store.messages.failed(mail, "refused", next_try=None, now=NINE)
        store.messages.sent(sms, NINE)
    else:
        store.messages.sent(sms, NINE)
        store.messages.failed(mail, "refused", next_try=None, now=NINE)
    assert not store.appointments.get(ORG, booked.id).not_told
    kinds = {step.kind for step in store.appointments.steps(ORG, booked.id)}
    assert kinds == {"booked", "told", "not_told"}


def test_a_message_that_waited_too_long_is_told_to_the_agents(store: DossierStore) -> None:
    booked = _book(store)
    assert _due(store, 2.0) == []
    assert store.appointments.get(ORG, booked.id).not_told
    step = store.appointments.steps(ORG, booked.id)[-1]
    assert (step.kind, step.reason) == ("not_told", "mail:booked:late")


def test_messages_are_erased_with_their_appointment(tmp_path: Path) -> None:
    moment = [NINE]
    with DossierStore(tmp_path, ways=WAYS, now=lambda: moment[0]) as opened:
        _book(opened)
        moment[0] += 400 * DAY
        assert opened.appointments.erase_old() == 1
        assert opened.messages.claim(ORG, MAIL, moment[0], HOLD_S) is None


def test_a_try_after_the_hour_is_none(store: DossierStore) -> None:
    booked = _book(store, days=0.1)
    store.messages.failed(_claimed(store), "busy", next_try=NINE + 0.2 * DAY, now=NINE)
    assert store.appointments.get(ORG, booked.id).not_told


def test_what_was_called_off_on_its_way_is_sent_or_forgotten(store: DossierStore) -> None:
    booked = _book(store, phone="01 99 00 00 00")
    mail, sms = _claimed(store), _claimed(store, way=SMS)
    store.appointments.cancel(booked, by=ALICE, reason="")
    store.messages.sent(mail, NINE)
    store.messages.failed(sms, "refused", next_try=None, now=NINE)
    steps = [step.kind for step in store.appointments.steps(ORG, booked.id)]
    assert steps == ["booked", "cancelled", "told"]
