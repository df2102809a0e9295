# SPDX-License-Identifier: GPL-3.0-only
"""A mail reaches a real server over TLS, and what a server refuses is told by its kind."""

from __future__ import annotations

import logging
from datetime import datetime

import msgspec
import pytest

from documents.printed.appointment_words import AppointmentSlip
from expert_app.ged.connector import NotDelivered, Reason
from expert_app.messages.mail import MailSender
from expert_app.messages.texts import message_text
from expert_app.runtime.store_settings import MailSettings
from resources.texts import CALLER_LANGUAGES
from session.core.appointment_model import MessageKind
from session.core.clock import SystemClock
from tests.support.tls_files import TlsFiles, tls_files
from tests.unit.expert_app.messages.invented import SLIP, outgoing
from tests.unit.expert_app.messages.mail_server import PASSWORD, USER, MailServer

TO = "jeanne.exemple@exemple.fr"
NAMED = 'SMTP answer for "jeanne.exemple@exemple.fr"'


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> TlsFiles:
    return tls_files(tmp_path_factory.mktemp("tls"))


def _settings(port: int, security: str = "none", ca: str = "", user: str = "") -> MailSettings:
    return MailSettings(
        organisation="valdore",
        host="127.0.0.1",
        port=port,
        security=security,  # type: ignore[arg-type]
        sender="rdv@exemple.fr",
        user=user,
        ca_file=ca,
    )


def _sender(settings: MailSettings, password: str = "") -> MailSender:
    return MailSender(settings, password, clock=SystemClock())


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_mail_with_its_calendar_file_arrives(tls: TlsFiles, security: str) -> None:
    async with MailServer().running(tls, security=security) as server:
        settings = _settings(server.port, security, str(tls.ca), USER)
        await _sender(settings, PASSWORD).send(outgoing(TO))
    (mail,) = server.mails
    assert (mail["To"], mail["Message-ID"]) == (TO, "<a1.1@exemple.fr>")
    assert mail["From"] == "Caisse d'entraide du Val-Doré <rdv@exemple.fr>"
    assert mail["Subject"] == "Votre rendez-vous : mardi 8 décembre 2026 à 10 h 15"
    assert mail["Auto-Submitted"] == "auto-generated"
    body = mail.get_body()
    assert body is not None
    assert "K7M-2PX" in body.get_content()
    (file,) = mail.iter_attachments()
    assert file.get_content_type() == "text/calendar"
    assert file.get_param("method") == "PUBLISH"
    assert b"UID:a1" in file.get_payload(decode=True)


async def test_a_long_subject_arrives_letter_by_letter() -> None:
    at = datetime.fromisoformat("2026-12-10T08:00:00+01:00")
    slip: AppointmentSlip = msgspec.structs.replace(SLIP, starts_at=at)
    async with MailServer().running() as server:
        for language in CALLER_LANGUAGES:
            text = message_text(MessageKind.REMINDER, slip, language)
            await _sender(_settings(server.port)).send(
                msgspec.structs.replace(outgoing(TO), text=text)
            )
            assert server.mails[-1]["Subject"] == text.subject


@pytest.mark.parametrize(
    ("command", "answer", "reason"),
    [
        ("RCPT", "550 no such user", Reason.REFUSED),
        ("RCPT", "451 come back later", Reason.BUSY),
        ("DATA", "554 we do not like it", Reason.REFUSED),
        ("DATA", "452 disk full", Reason.BUSY),
        ("MAIL", "553 not our sender", Reason.ACCESS),
        ("MAIL", "421 closing", Reason.UNREACHABLE),
    ],
)
async def test_a_refusal_is_told_by_its_kind(command: str, answer: str, reason: Reason) -> None:
    async with MailServer().running() as server:
        server.fault = {command: f"{answer} {NAMED}"}
        with pytest.raises(NotDelivered) as refused:
            await _sender(_settings(server.port)).send(outgoing(TO))
    assert (refused.value.reason, server.mails) == (reason, [])
    assert "exemple" not in refused.value.words


async def test_a_wrong_password_is_told(tls: TlsFiles) -> None:
    async with MailServer().running(tls, security="starttls") as server:
        settings = _settings(server.port, "starttls", str(tls.ca), USER)
        with pytest.raises(NotDelivered) as refused:
            await _sender(settings, "faux").send(outgoing(TO))
    assert refused.value.reason is Reason.ACCESS


async def test_an_unknown_certificate_gets_no_password(tls: TlsFiles) -> None:
    async with MailServer().running(tls, security="starttls") as server:
        with pytest.raises(NotDelivered) as refused:
            await _sender(_settings(server.port, "starttls", "", USER), PASSWORD).send(outgoing(TO))
    assert refused.value.reason is Reason.CERTIFICATE


async def test_a_server_without_tls_gets_nothing() -> None:
    async with MailServer().running() as server:
        with pytest.raises(NotDelivered):
            await _sender(_settings(server.port, "starttls")).send(outgoing(TO))
    assert not server.mails


async def test_a_server_that_is_away_is_told() -> None:
    async with MailServer().running() as server:
        port = server.port
    with pytest.raises(NotDelivered) as refused:
        await _sender(_settings(port)).send(outgoing(TO))
    assert refused.value.reason is Reason.UNREACHABLE


async def test_an_authority_that_is_not_there_is_told() -> None:
    with pytest.raises(NotDelivered) as refused:
        await _sender(_settings(25, "tls", "/nowhere/ca.pem")).send(outgoing(TO))
    assert refused.value.words == "FileNotFoundError"


@pytest.mark.parametrize("address", ["", "nobody", "a@b\r\nBcc: c@exemple.fr", "é@exemple.fr"])
async def test_an_address_that_is_none_is_refused(address: str) -> None:
    async with MailServer().running() as server:
        with pytest.raises(NotDelivered) as refused:
            await _sender(_settings(server.port)).send(outgoing(address))
    assert refused.value.reason is Reason.REFUSED


async def test_the_log_knows_nobody(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        async with MailServer().running() as server:
            await _sender(_settings(server.port)).send(outgoing(TO))
    assert "exemple" not in caplog.text


async def test_a_server_that_would_take_mails_is_asked_without_one(tls: TlsFiles) -> None:
    async with MailServer().running(tls, security="starttls") as server:
        settings = _settings(server.port, "starttls", str(tls.ca), USER)
        await _sender(settings, PASSWORD).check()
        with pytest.raises(NotDelivered) as refused:
            await _sender(settings, "faux").check()
    assert (refused.value.reason, server.reached) == (Reason.ACCESS, 0)
