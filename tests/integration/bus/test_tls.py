# SPDX-License-Identifier: GPL-3.0-only
"""The bus beyond one machine: TLS from the first byte, WebSocket, proxy, certificates that are not
believed.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from expert_app.hub import certificates
from expert_app.hub.certificates import make_ca
from session.bus.transport.connection import NOBODY_ANSWERS, UNKNOWN_NAME, Connection
from session.bus.transport.tls import client_tls
from session.core.errors import (
    BusCertificateExpired,
    BusCertificateNotYetValid,
    BusCertificateOtherName,
    BusCertificateRefused,
    BusUnreachable,
    SessionError,
)
from session.core.tasks import Tasks
from tests.integration.bus.http_proxy import http_proxy
from tests.integration.bus.safe_bus import SEED, is_answered, safe_bus
from tests.support.hub_world import free_port
from tests.support.tls_files import tls_files
from tests.support.waiting import LONGEST_S, until


async def test_tls_and_websocket_carry_requests_and_survive_a_killed_server(tmp_path: Path) -> None:
    async with safe_bus(tmp_path) as bus:
        tls = client_tls(bus.files.ca)
        connections = [
            bus.connection(f"tls://localhost:{bus.port}", tls),
            bus.connection(f"wss://127.0.0.1:{bus.web_port}", tls),
        ]
        for connection in connections:
            await connection.open()
            await is_answered(connection)
        assert bus.server._process is not None
        bus.server._process.kill()
        await until(lambda: not any(connection.is_connected for connection in connections))
        await until(lambda: all(connection.is_connected for connection in connections))
        for connection in connections:
            await is_answered(connection)


async def test_a_client_whose_first_packet_is_late_is_not_spoken_to_in_clear(
    tmp_path: Path,
) -> None:
    """A lost packet is sent again after 200 ms."""
    async with safe_bus(tmp_path) as bus:
        reader, writer = await asyncio.open_connection("localhost", bus.port)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.25)
        tls = client_tls(bus.files.ca)
        assert tls is not None
        await writer.start_tls(tls, server_hostname="localhost")
        assert (await reader.readline()).startswith(b"INFO")
        writer.transport.abort()


async def test_the_end_of_an_encrypted_line_is_no_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with safe_bus(tmp_path) as bus:
        connection = bus.connection(f"tls://localhost:{bus.port}", client_tls(bus.files.ca))
        await connection.open()
        await is_answered(connection)
        await bus.server.stop()
        await until(lambda: not connection.is_connected)
        await connection.close()
    assert [record for record in caplog.records if record.name == "asyncio"] == []


async def test_the_hub_believes_its_own_server_by_its_very_certificate(tmp_path: Path) -> None:
    async with safe_bus(tmp_path) as bus:
        # connects by `BusServer.tls`, and a client of another host name would be refused
        await bus.server.reload([])
        other = tls_files(tmp_path / "other")
        with pytest.raises(BusCertificateRefused):
            await bus.connection(f"tls://localhost:{bus.port}", client_tls(other.ca)).open()


@pytest.mark.parametrize("scheme", ["tls", "wss"])
async def test_a_foreign_authority_is_refused_in_words(tmp_path: Path, scheme: str) -> None:
    async with safe_bus(tmp_path) as bus:
        port = bus.port if scheme == "tls" else bus.web_port
        connection = bus.connection(f"{scheme}://localhost:{port}", None)
        with pytest.raises(BusCertificateRefused):
            await connection.open(LONGEST_S)
        assert connection.refused_certificates


@pytest.mark.parametrize("scheme", ["tls", "wss"])
@pytest.mark.parametrize(
    ("starts_in", "days", "refusal"),
    [
        (timedelta(days=1), 825, BusCertificateNotYetValid),
        (timedelta(days=-2), 1, BusCertificateExpired),
    ],
)
async def test_clocks_that_differ_are_told_from_a_foreign_authority(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    scheme: str,
    starts_in: timedelta,
    days: int,
    refusal: type[BusCertificateRefused],
) -> None:
    """The authority's clock is a day ahead of the desk's, or the certificate's time is over."""
    make_ca(tmp_path / "ca")
    monkeypatch.setattr(certificates, "CLOCKS_DIFFER", -starts_in)
    monkeypatch.setattr(certificates, "CERTIFICATE_DAYS", days)
    async with safe_bus(tmp_path) as bus:
        port = bus.port if scheme == "tls" else bus.web_port
        connection = bus.connection(f"{scheme}://localhost:{port}", client_tls(bus.files.ca))
        with pytest.raises(refusal) as refused:
            await connection.open()
        assert refused.value.detail["here"]


@pytest.mark.parametrize("scheme", ["tls", "wss"])
async def test_a_certificate_for_another_name_is_told_as_such(tmp_path: Path, scheme: str) -> None:
    async with safe_bus(tmp_path, hosts=("hub.example",)) as bus:
        port = bus.port if scheme == "tls" else bus.web_port
        connection = bus.connection(f"{scheme}://localhost:{port}", client_tls(bus.files.ca))
        with pytest.raises(BusCertificateOtherName):
            await connection.open()


async def test_a_name_that_nobody_has_is_told_from_a_server_that_is_away(tmp_path: Path) -> None:
    async with safe_bus(tmp_path) as bus:
        tls = client_tls(bus.files.ca)
        for address, why in (
            ("tls://hub.invalid:4222", UNKNOWN_NAME),
            ("wss://hub.invalid:4222", UNKNOWN_NAME),
            (f"tls://localhost:{free_port()}", NOBODY_ANSWERS),
        ):
            connection, found = bus.connection(address, tls), list[SessionError]()
            connection.failed.connect(found.append)
            with pytest.raises(BusUnreachable):
                await connection.open(3.0)
            await until(partial(bool, found))
            assert (type(found[0]), found[0].detail) == (BusUnreachable, {"why": why})


async def test_a_server_that_offers_no_encryption_is_told_nothing(tmp_path: Path) -> None:
    """Somebody on the way answers in clear, as a server without TLS would:
    not one byte of ours is in clear.
    """
    said: list[bytes] = []

    async def pretend(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(
            b'INFO {"server_id":"x","version":"2.15.1","auth_required":true,"nonce":"abc"}\r\n'
        )
        said.append(await reader.read(4096))
        writer.close()

    files, tasks = tls_files(tmp_path / "ca"), Tasks()
    listener = await asyncio.start_server(pretend, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    connection = Connection(
        [f"tls://localhost:{port}"],
        SEED,
        tasks=tasks,
        inbox="_I.a.alice",
        name="x",
        tls=client_tls(files.ca),
    )
    with pytest.raises(BusUnreachable):
        await connection.open(1.0)
    await connection.close()
    listener.close()
    await tasks.close()
    assert said
    assert all(b"CONNECT" not in text for text in said)


async def test_websocket_goes_through_the_proxy_that_the_system_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    async with http_proxy() as proxy, safe_bus(tmp_path) as bus:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        connection = bus.connection(f"wss://localhost:{bus.web_port}", client_tls(bus.files.ca))
        await connection.open()
        await is_answered(connection)
        assert proxy.asked == [f"CONNECT localhost:{bus.web_port}"]
        monkeypatch.setenv("NO_PROXY", "localhost")
        direct = bus.connection(f"wss://localhost:{bus.web_port}", client_tls(bus.files.ca))
        await direct.open()
        assert len(proxy.asked) == 1
        await connection.close()
        await direct.close()
