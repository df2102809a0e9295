# SPDX-License-Identifier: GPL-3.0-only
"""Somebody who answers at the bus's address with a certificate: of the authority that the end under
test was given, or of another one. Used by the stories about the hub's certificate.

It speaks as a nats-server does until the connection is encrypted, and then only listens: who
believes its certificate says who it is (CONNECT), who does not says nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

from expert_app.hub.certificates import make_ca, make_certificate

HANDSHAKE_S = 5.0

CLEAR_AFTER_S = 0.5
"""A client that says nothing for so long waits for the greeting in clear, as our server gives it
(NATS, `handshake_first`).
"""

POLL_S = 0.02

_INFO = (
    b'INFO {"server_id":"NIMPOSTOR","version":"2.12.0","proto":1,"headers":true,'
    b'"max_payload":1048576,"tls_required":true,"auth_required":true,"nonce":"bm9uY2U"}\r\n'
)
_REFUSED = b"-ERR 'Authorization Violation'\r\n"


class Impostor:
    """One such server.

    Attributes:
        port: where it answers, for NATS clients and for browsers.
        calls: how many connections came.
        believed: bytes that came after the handshake.
    """

    def __init__(self, listening: socket.socket, tls: ssl.SSLContext) -> None:
        self._listening = listening
        self._tls = tls
        self.port = int(listening.getsockname()[1])
        self.calls = 0
        self.believed = 0

    async def answer_all(self) -> None:
        """Until it is cancelled; one connection after the other."""
        loop = asyncio.get_running_loop()
        while True:
            connection, _address = await loop.sock_accept(self._listening)
            self.calls += 1
            connection.setblocking(False)
            with connection, contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(HANDSHAKE_S):
                    await self._answer(connection)

    async def _answer(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        in_clear = not await _speaks_first(connection)
        if in_clear:
            await loop.sock_sendall(connection, _INFO)
        hearing = _Hearing(b"" if in_clear else _INFO)
        await loop.connect_accepted_socket(lambda: hearing, connection, ssl=self._tls)
        await hearing.over.wait()
        self.believed += hearing.size_bytes


class _Hearing(asyncio.Protocol):
    """An encrypted connection: greets, hears one piece, refuses."""

    def __init__(self, greeting: bytes) -> None:
        self.size_bytes = 0
        self.over = asyncio.Event()
        self._greeting = greeting

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # a stream of bytes
        self._transport = transport
        transport.write(self._greeting)

    def data_received(self, data: bytes) -> None:
        self.size_bytes += len(data)
        self._transport.write(_REFUSED)
        self._transport.close()

    def connection_lost(self, _exc: Exception | None) -> None:
        self.over.set()


async def _speaks_first(connection: socket.socket) -> bool:
    """True when the client begins its handshake without a greeting."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(CLEAR_AFTER_S):
            while True:
                with contextlib.suppress(BlockingIOError):
                    connection.recv(1, socket.MSG_PEEK)
                    return True
                await asyncio.sleep(POLL_S)
    return False


@contextlib.asynccontextmanager
async def impostor(authority: Path, host: str) -> AsyncIterator[Impostor]:
    """Answers with a certificate for `host` that the authority in this folder has signed."""
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(*make_certificate(authority, [host], replace=True))
    with socket.create_server((host, 0)) as listening:
        listening.setblocking(False)
        server = Impostor(listening, tls)
        answering = asyncio.ensure_future(server.answer_all())
        try:
            yield server
        finally:
            answering.cancel()
            await asyncio.wait([answering])


def authority_in(folder: Path) -> Path:
    """A new authority in a folder of this name; the folder."""
    make_ca(folder)
    return folder
