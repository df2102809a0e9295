# SPDX-License-Identifier: GPL-3.0-only
"""The carrier of messages: real servers get what the real store ordered, and a server that is away
gets it later.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from icalendar import Calendar

from documents.store.dossier_store import DossierStore
from expert_app.messages.carrier import CarrierPace, MessageCarrier, Senders
from expert_app.messages.mail import MailSender
from expert_app.messages.sms import SmsSender
from expert_app.runtime.store_settings import MailSettings, SmsSettings
from session.core.appointment_model import (
    Appointment,
    AppointmentPerson,
    AppointmentTime,
    MessageWay,
    NewAppointment,
)
from session.core.clock import SystemClock
from session.core.dossier_model import ActingUser
from session.core.tasks import Tasks
from tests.support.waiting import until
from tests.unit.expert_app.messages.invented import SLIP
from tests.unit.expert_app.messages.mail_server import TOKEN, MailServer, SmsGateway

ORG = "valdore"
ALICE = ActingUser(user="valdore/a.alice", name="Alice M.")
QUICK = CarrierPace(poll_s=0.01, again_s=0.01, again_most_s=0.02)
CLOCK = SystemClock()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DossierStore]:
    with DossierStore(tmp_path, ways={ORG: tuple(MessageWay)}) as opened:
        yield opened


def _time(days: int) -> AppointmentTime:
    starts_at = CLOCK.utc_now().replace(microsecond=0) + timedelta(days=days)
    return AppointmentTime(
        service="logement", home=ORG, site="mairie", starts_at=starts_at, length_min=20
    )


def _book(store: DossierStore, *, phone: str = "", language: str = "") -> Appointment:
    person = AppointmentPerson(
        caller_number="1234567", email="jeanne@exemple.fr", phone=phone, language=language
    )
    new = NewAppointment(organisation=ORG, request_id="r1", time=_time(5), person=person)
    booked = store.appointments.book(new, room=1, by=ALICE)
    assert booked is not None
    return booked


def _slip(appointment: Appointment) -> object:
    return msgspec.structs.replace(SLIP, starts_at=appointment.time.starts_at)


@asynccontextmanager
async def _carrying(
    store: DossierStore, mail: MailServer, gateway: SmsGateway | None = None
) -> AsyncIterator[MessageCarrier]:
    settings = MailSettings(
        organisation=ORG, host="127.0.0.1", port=mail.port, security="none", sender="rdv@exemple.fr"
    )
    senders: Senders = {(ORG, MessageWay.MAIL): MailSender(settings, "", clock=CLOCK)}
    if gateway is not None:
        address = f"http://127.0.0.1:{gateway.port}/sms"
        sms = SmsSender(SmsSettings(organisation=ORG, address=address), TOKEN)
        senders = {**senders, (ORG, MessageWay.SMS): sms}
    tasks = Tasks()
    carrier = MessageCarrier(
        store.messages, senders, slip_of=_slip, clock=CLOCK, tasks=tasks, pace=QUICK
    )
    carrier.start()
    try:
        yield carrier
    finally:
        await carrier.stop()
        await tasks.close()
    assert not tasks.failures


def _kinds(store: DossierStore, appointment: Appointment) -> list[str]:
    return [step.kind for step in store.appointments.steps(ORG, appointment.id)]


async def test_booked_moved_and_cancelled_is_one_event_of_a_calendar(store: DossierStore) -> None:
    async with MailServer().running() as server, _carrying(store, server):
        booked = _book(store, language="es")
        await until(lambda: len(server.mails) == 1)
        store.appointments.move(booked, _time(8), room=1, by=ALICE, reason="")
        await until(lambda: len(server.mails) == 2)
        store.appointments.cancel(booked, by=ALICE, reason="")
        await until(lambda: _kinds(store, booked).count("told") == 3)
    events = []
    for mail in server.mails:
        (file,) = mail.iter_attachments()
        (event,) = Calendar.from_ical(str(file.get_content())).walk("VEVENT")
        events.append((event["UID"], event["SEQUENCE"], event["STATUS"]))
    assert events == [
        (booked.id, 0, "CONFIRMED"),
        (booked.id, 1, "CONFIRMED"),
        (booked.id, 2, "CANCELLED"),
    ]
    assert server.mails[0]["Subject"].startswith("Su cita")
    assert len({mail["Message-ID"] for mail in server.mails}) == 3


async def test_mail_and_sms_both_arrive(store: DossierStore) -> None:
    async with (
        MailServer().running() as server,
        SmsGateway().running() as gateway,
        _carrying(store, server, gateway),
    ):
        booked = _book(store, phone="01 99 00 00 00")
        await until(lambda: _kinds(store, booked).count("told") == 2)
    assert (len(server.mails), gateway.taken[0]["to"]) == (1, "0199000000")


async def test_a_server_that_is_away_gets_the_mail_later(store: DossierStore) -> None:
    async with MailServer().running() as server:
        server.fault = {"MAIL": "421 closing"}
        async with _carrying(store, server) as carrier:
            booked = _book(store)
            await until(lambda: server.refused > 2)
            (trouble,) = carrier.troubles()
            assert (trouble.code, trouble.grave) == ("mail_away", False)
            server.fault = {}
            await until(lambda: _kinds(store, booked) == ["booked", "told"])
            assert not carrier.troubles()
    assert len(server.mails) == 1


async def test_a_gateway_that_says_no_is_told_to_the_agents(store: DossierStore) -> None:
    async with MailServer().running() as server, SmsGateway().running() as gateway:
        gateway.status, server.fault = 400, {"RCPT": "550 nobody"}
        async with _carrying(store, server, gateway):
            booked = _book(store, phone="01 99 00 00 00")
            await until(lambda: _kinds(store, booked).count("not_told") == 2)
    assert store.appointments.get(ORG, booked.id).not_told
    reasons = {step.reason for step in store.appointments.steps(ORG, booked.id)} - {""}
    assert reasons == {"mail:booked:refused", "sms:booked:refused"}


async def test_a_mail_that_was_on_its_way_when_the_hub_stopped_is_sent_again(
    store: DossierStore,
) -> None:
    async with MailServer().running() as server:
        booked = _book(store)
        server.answers.clear()
        async with _carrying(store, server):
            await until(lambda: server.reached)
        server.answers.set()
        async with _carrying(store, server):
            await until(lambda: _kinds(store, booked) == ["booked", "told"])
    assert len({mail["Message-ID"] for mail in server.mails}) == 1
