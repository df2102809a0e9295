# SPDX-License-Identifier: GPL-3.0-only
"""A mail server (SMTP) and an SMS gateway (HTTP) that take what they get, or fail in one named way
at a time. For tests; nobody in them exists.
"""

from __future__ import annotations

import asyncio
import email.policy
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

from aiohttp import web
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.support.tls_files import TlsFiles

logging.getLogger("mail.log").setLevel(logging.CRITICAL)
"""The library's own tells each refusal that a test asks for."""

USER, PASSWORD, TOKEN = "envoi", "mot-de-passe-du-courriel", "jeton-de-la-passerelle"


class MailServer:
    """`fault` is "", or what the server answers, by the command: {"RCPT": "550 no such user"}.

    Attributes:
        mails: those that were taken.
        refused: how many senders were.
        reached: how many mails were given, also while it does not say that it has one (`answers`).
    """

    def __init__(self) -> None:
        self.fault: dict[str, str] = {}
        self.mails: list[EmailMessage] = []
        self.refused = self.reached = 0
        self.answers = asyncio.Event()
        self.answers.set()
        self.port = 0

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        self.refused += "MAIL" in self.fault
        return self.fault.get("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if "RCPT" not in self.fault:
            envelope.rcpt_tos.append(address)
        return self.fault.get("RCPT", "250 OK")

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        self.reached += 1
        await self.answers.wait()
        if "DATA" not in self.fault:
            parser = BytesParser(EmailMessage, policy=email.policy.default)
            self.mails.append(parser.parsebytes(content))
        return self.fault.get("DATA", "250 OK")

    def _let_in(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _way: str, given: Any
    ) -> AuthResult:
        assert isinstance(given, LoginPassword)
        is_ours = (given.login, given.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=is_ours, handled=False)

    @asynccontextmanager
    async def running(
        self, tls: TlsFiles | None = None, *, security: str = "none"
    ) -> AsyncIterator[MailServer]:
        """The server on a free port of this machine; with `tls` it asks for the password."""
        context = _context(tls) if tls is not None else None
        starts = context if security == "starttls" else None

        def session() -> SMTP:
            return SMTP(
                self,
                hostname="localhost",
                tls_context=starts,
                require_starttls=starts is not None,
                auth_required=starts is not None,
                auth_require_tls=starts is not None,
                authenticator=self._let_in,
                timeout=30,
            )

        server = await asyncio.get_running_loop().create_server(
            session, "127.0.0.1", 0, ssl=context if security == "tls" else None
        )
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield self


class SmsGateway:
    """Takes messages, or answers with the status `status`.

    Attributes:
        taken: the bodies of what was taken.
    """

    def __init__(self) -> None:
        self.status = 202
        self.taken: list[Any] = []
        self.asked = 0
        self.port = 0

    async def _post(self, request: web.Request) -> web.Response:
        self.asked += 1
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.Response(status=401)
        if self.status >= 300:
            return web.Response(status=self.status, headers={"Location": "/autre"})
        self.taken.append(await request.json())
        return web.Response(status=self.status)

    async def _head(self, request: web.Request) -> web.Response:
        is_ours = request.headers.get("Authorization") == f"Bearer {TOKEN}"
        return web.Response(status=405 if is_ours else 401)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[SmsGateway]:
        """The gateway on a free port of this machine."""
        app = web.Application()
        app.add_routes([web.post("/sms", self._post), web.post("/autre", self._post)])
        app.add_routes([web.head("/sms", self._head)])
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        assert runner.addresses
        self.port = runner.addresses[0][1]
        try:
            yield self
        finally:
            await runner.cleanup()


def _context(tls: TlsFiles) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tls.certificate, tls.key)
    return context
