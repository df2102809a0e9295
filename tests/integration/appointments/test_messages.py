# SPDX-License-Identifier: GPL-3.0-only
"""The hub's program writes to people about their appointments: a real mail server and a real
gateway get what a kiosk booked.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from expert_app.hub.program import HubOptions, HubProgram
from expert_app.runtime.config import HubSettings, MetricsSettings
from expert_app.runtime.paths import paths_for
from expert_app.runtime.store_settings import MailSettings, SmsSettings
from session.core.appointment_model import AppointmentPerson
from session.protocol.appointments.booking import (
    BookRequest,
    CancelAppointmentRequest,
    FreeSlotsRequest,
)
from session.protocol.appointments.day import DayRequest, StepsRequest, ToldRequest
from tests.support.programs import HubFolder, people
from tests.support.waiting import until
from tests.unit.expert_app.messages.mail_server import TOKEN, MailServer, SmsGateway

GIVES = ', appointments = { length_min = 20, bring = ["Une pièce d\'identité"] } },\n]\nsites'
PERSON = AppointmentPerson(
    caller_number="1234567", email="jeanne@exemple.fr", phone="+33 1 99 00 00 01", language="fr"
)


@asynccontextmanager
async def _hub(
    place: HubFolder, mail: MailServer, gateway: SmsGateway
) -> AsyncIterator[HubProgram]:
    text = place.catalogue.read_text(encoding="utf-8")
    place.catalogue.write_text(text.replace(" },\n]\nsites", GIVES, 1), encoding="utf-8")
    secret = place.folder / "sms.secret"
    secret.write_text(TOKEN, encoding="utf-8")
    secret.chmod(0o600)
    settings = HubSettings(
        catalogue=str(place.catalogue),
        listen_port=place.port,
        metrics=MetricsSettings(listen=""),
        mail=[
            MailSettings(
                organisation="valdore",
                host="127.0.0.1",
                port=mail.port,
                security="none",
                sender="rdv@exemple.fr",
            )
        ],
        sms=[
            SmsSettings(
                organisation="valdore",
                address=f"http://127.0.0.1:{gateway.port}/sms",
                secret_file=str(secret),
            )
        ],
    )
    program = HubProgram(settings, paths_for("hub", place.folder), options=HubOptions())
    stop, ready = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(program.run(stop, lambda _address: ready.set()))
    try:
        async with asyncio.timeout(30):
            await ready.wait()
        yield program
    finally:
        stop.set()
        await running


@pytest.mark.skipif(sys.platform == "win32", reason="a hub's own server")
async def test_what_a_kiosk_books_and_cancels_is_written_to_the_person(tmp_path: Path) -> None:
    place = HubFolder(tmp_path / "hub")
    async with (
        MailServer().running() as mail,
        SmsGateway().running() as gateway,
        _hub(place, mail, gateway) as program,
        people(place) as them,
    ):
        gateway.status = 400
        kiosk, desk = (await them.kiosk("kiosk1")).bus, (await them.desk()).bus
        slot = (await kiosk.ask(FreeSlotsRequest(service="housing", days=7))).slots[-1]
        booked = await kiosk.ask(
            BookRequest(request_id="r1", service="housing", starts_at=slot.starts_at, person=PERSON)
        )
        slip = booked.slip
        assert slip is not None
        await until(lambda: mail.mails and gateway.asked)
        mail.fault = {"RCPT": "550 nobody"}
        await kiosk.ask(
            CancelAppointmentRequest(appointment_id=slip.appointment_id, code=slip.code)
        )

        async def not_told() -> bool:
            day = await desk.ask(DayRequest(day=slip.starts_at.date().isoformat()))
            return [row.appointment.not_told for row in day.appointments] == [True]

        await until(not_told)
        (open_work,) = (await desk.ask(DayRequest())).not_told
        assert open_work.appointment.person.phone == PERSON.phone
        steps = (await desk.ask(StepsRequest(appointment_id=slip.appointment_id))).steps
        await desk.ask(ToldRequest(appointment_id=slip.appointment_id))
        assert (await desk.ask(DayRequest())).not_told == ()
        assert program.hub is not None
        assert not [
            trouble.code
            for trouble in await program.hub.monitoring.health.check()
            if trouble.code.endswith("_away")
        ]
    (letter,) = mail.mails
    assert letter["To"] == "jeanne@exemple.fr"
    assert letter["Subject"].startswith("Votre rendez-vous : ")
    body = letter.get_body()
    assert body is not None
    for words in ("Mairie de Saint-Oyen", "Aide au logement", "– Une pièce d'identité"):
        assert words in body.get_content()
    assert "1234567" not in letter.as_string()
    told = {(step.kind, step.reason) for step in steps if "told" in step.kind}
    assert told == {
        ("told", "mail:booked"),
        ("not_told", "sms:booked:refused"),
        ("not_told", "mail:cancelled:refused"),
        ("not_told", "sms:cancelled:refused"),
    }
