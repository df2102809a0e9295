# SPDX-License-Identifier: GPL-3.0-only
"""The authority's certificate is taken from a server that speaks in clear to a late client."""

from __future__ import annotations

import asyncio
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from expert_app.hub.certificates import authority_fingerprint, make_ca, make_certificate
from session.bus.transport.authority import TRIES, fetch_authority
from session.core.errors import BusUnreachable

pytestmark = pytest.mark.skipif(sys.version_info < (3, 13), reason="needs Python 3.13")


@asynccontextmanager
async def _server(files: Path, hasty: int) -> AsyncIterator[str]:
    """A server that speaks first, as nats-server does, to so many; its address."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files / "hub.pem", files / "hub.key")
    seen = 0

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal seen
        seen += 1
        if seen <= hasty:
            writer.write(b'INFO {"server_id":"x","tls_required":true}\r\n')
            writer.close()
            return
        try:
            await writer.start_tls(context)
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"tls://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    make_ca(tmp_path)
    certificate, key = make_certificate(tmp_path, ["127.0.0.1"])
    certificate.rename(tmp_path / "hub.pem")
    key.rename(tmp_path / "hub.key")
    return tmp_path


async def test_a_client_that_was_late_asks_again(files: Path) -> None:
    async with _server(files, hasty=2) as address:
        taken = await fetch_authority([address], authority_fingerprint(files / "hub.pem"))
    assert taken.startswith("-----BEGIN CERTIFICATE-----")


async def test_a_server_that_never_listens_is_given_up(files: Path) -> None:
    async with _server(files, hasty=TRIES) as address:
        with pytest.raises(BusUnreachable):
            await fetch_authority([address], authority_fingerprint(files / "hub.pem"))
