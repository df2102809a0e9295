# SPDX-License-Identifier: GPL-3.0-only
"""Mails over an organisation's SMTP server (RFC 5321), one connection each. Used by the carrier of
messages and `hub mail`.

What the server says of a mail may name a person, so only its number is passed on.
"""

from __future__ import annotations

import ssl
from contextlib import suppress
from email.errors import HeaderParseError
from email.header import Header
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UniqueUnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime

import aiosmtplib

from expert_app.ged.connector import NotDelivered, Reason
from expert_app.messages.calendar import calendar_file, method_of
from expert_app.messages.senders import OutgoingMessage
from expert_app.runtime.store_settings import MailSettings
from session.core.clock import Clock

ANSWER_S = 30.0
"""The longest wait for one answer of the server."""


class _Subject(UniqueUnstructuredHeader, BaseHeader):  # type: ignore[misc]
    """A subject that arrives as it was written.

    WORKAROUND: the library's own break of a line doubles the space beside a word with an accent
    (python/cpython issue 144156; Python 3.13.5 has it).
    """

    def fold(self, *, policy: Policy) -> str:
        """Return its lines, encoded whole (RFC 2047)."""
        if self.isascii():
            return super().fold(policy=policy)
        words = Header(self, "utf-8", header_name=self.name).encode(linesep=policy.linesep)
        return f"{self.name}: {words}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("subject", _Subject)
_POLICY = SMTP.clone(header_factory=_HEADERS)


class MailSender:
    """The server of one organisation."""

    def __init__(self, settings: MailSettings, password: str, *, clock: Clock) -> None:
        self._settings = settings
        self._password = password
        self._clock = clock

    async def send(self, message: OutgoingMessage) -> None:
        """Give the server a mail; raises `NotDelivered`."""
        await self._talk(self._mail(message))

    async def check(self) -> None:
        """Say who we are to the server, and no more; raises `NotDelivered`."""
        await self._talk(None)

    async def _talk(self, mail: EmailMessage | None) -> None:
        try:
            await self._give(mail)
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _refused(error.recipients[0].code) from None
        except aiosmtplib.SMTPDataError as error:
            raise _refused(error.code) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise _away(error) from None
        except ValueError:
            raise NotDelivered(Reason.REFUSED, "address") from None

    async def _give(self, mail: EmailMessage | None) -> None:
        settings = self._settings
        smtp = aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            username=settings.user or None,
            password=self._password or None,
            timeout=ANSWER_S,
            use_tls=settings.security == "tls",
            start_tls=settings.security == "starttls",
            tls_context=self._trust(),
        )
        # as a context it would wait for the answer to its QUIT, also of a server that hangs, and
        # call a mail not sent that the server has taken
        try:
            await smtp.connect()
            if mail is not None:
                await smtp.send_message(mail)
            with suppress(aiosmtplib.SMTPException, OSError):
                await smtp.quit()
        finally:
            smtp.close()

    async def close(self) -> None:
        """Nothing stays open between two mails."""

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._settings.ca_file or None)

    def _mail(self, message: OutgoingMessage) -> EmailMessage:
        mail = EmailMessage(_POLICY)
        user, _at, domain = self._settings.sender.rpartition("@")
        try:
            mail["To"] = Address(addr_spec=message.to)
        except (ValueError, IndexError, HeaderParseError):
            raise NotDelivered(Reason.REFUSED, "address") from None
        mail["From"] = Address(message.sender_name, user, domain)
        mail["Subject"] = message.text.subject
        mail["Date"] = format_datetime(self._clock.utc_now())
        mail["Message-ID"] = f"<{message.message_id}@{domain}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834, section 5
        mail.set_content(message.text.body)
        event = message.event
        if event is not None:
            now = self._clock.utc_now()
            mail.add_attachment(
                calendar_file(event, sender=self._settings.sender, at_utc=now),
                maintype="text",
                subtype="calendar",
                filename="rendez-vous.ics",
                params={"method": method_of(event), "charset": "utf-8"},
            )
        for file in message.files:
            mail.add_attachment(
                file.data, maintype="application", subtype="pdf", filename=file.name
            )
        return mail


def _refused(code: int) -> NotDelivered:
    """RFC 5321, section 4.2.1: 4yz may be tried again, 5yz is for good."""
    if code >= 500:
        return NotDelivered(Reason.REFUSED, f"SMTP {code}")
    return NotDelivered(Reason.BUSY, f"SMTP {code}")


def _away(error: aiosmtplib.SMTPException | OSError) -> NotDelivered:
    """The server itself takes no mail now, of nobody."""
    if isinstance(error, TimeoutError):
        return NotDelivered(Reason.TIMEOUT)
    if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
        return NotDelivered(Reason.CERTIFICATE)
    if isinstance(error, (aiosmtplib.SMTPAuthenticationError, aiosmtplib.SMTPSenderRefused)):
        reason = Reason.ACCESS if error.code >= 500 else Reason.UNREACHABLE
        return NotDelivered(reason, f"SMTP {error.code}")
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return NotDelivered(Reason.UNREACHABLE, f"SMTP {error.code}")
    return NotDelivered(Reason.UNREACHABLE, type(error).__name__)
