# SPDX-License-Identifier: GPL-3.0-only
"""A real TURN server (coturn, Debian) for tests:
UDP and TCP, TLS with a certificate of our own authority.
"""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from expert_app.hub.certificates import make_ca, make_certificate
from expert_app.runtime.ports import free_port as free_port
from session.media.ice import IceServer

PROGRAM = shutil.which("turnserver")
needs_coturn = pytest.mark.skipif(
    PROGRAM is None, reason="coturn is not installed (apt install coturn)"
)
SECRET = "only-for-tests"


@dataclass(frozen=True)
class Turn:
    """Where it listens; `ca_file` is the authority of its certificate."""

    host: str
    port: int
    tls_port: int
    ca_file: Path

    def server(self, transport: str, username: str, credential: str) -> IceServer:
        """ "udp", "tcp" or "tls"."""
        port = self.tls_port if transport == "tls" else self.port
        scheme, way = ("turns", "tcp") if transport == "tls" else ("turn", transport)
        url = f"{scheme}:{self.host}:{port}?transport={way}"
        return IceServer(url=url, username=username, credential=credential)


def own_address() -> str:
    """An address of this machine that is not the loopback: Chromium uses no other."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        host: str = probe.getsockname()[0]
        return host


@asynccontextmanager
async def a_turn_server(folder: Path) -> AsyncIterator[Turn]:
    """Runs it; the names and passwords are those of `session.hub.queue.turn_credentials` with
    `SECRET`.
    """
    assert PROGRAM is not None
    host = own_address()
    authority = make_ca(folder / "authority")
    certificate, key = make_certificate(folder / "authority", [host])
    turn = Turn(host, free_port(host), free_port(host), authority)
    process = await asyncio.create_subprocess_exec(
        PROGRAM,
        "-n",
        f"--listening-ip={host}",
        f"--relay-ip={host}",
        f"--listening-port={turn.port}",
        f"--tls-listening-port={turn.tls_port}",
        f"--cert={certificate}",
        f"--pkey={key}",
        "--use-auth-secret",
        f"--static-auth-secret={SECRET}",
        "--realm=poste-expert.test",
        "--no-cli",
        "--allow-loopback-peers",
        f"--pidfile={folder / 'turn.pid'}",
        f"--log-file={folder / 'turn.log'}",
        "--simple-log",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(30):
            while not await _listens(host, turn.tls_port):  # noqa: ASYNC110 - another program
                await asyncio.sleep(0.1)
        yield turn
    finally:
        process.terminate()
        await process.wait()


async def _listens(host: str, port: int) -> bool:
    try:
        _reader, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    return True
