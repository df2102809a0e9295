# SPDX-License-Identifier: GPL-3.0-only
"""What our client takes from nats-py without its leave, and the headers we read ourselves."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncIterator

import nats.errors
import pytest

from session.bus.transport.nats_client import (
    Incoming,
    OrderedClient,
    bound_silence,
    headers_of,
    subscribe,
)
from tests.support.waiting import until


def test_headers_are_read_as_the_server_writes_them() -> None:
    assert headers_of(None) == headers_of(b"") == {}
    assert headers_of(b"NATS/1.0\r\n\r\n") == {}
    assert headers_of(b"NATS/1.0 503\r\n\r\n") == {"Status": "503"}
    beat = b"NATS/1.0 100 Idle Heartbeat\r\nNats-Last-Consumer: 7\r\nNats-Last-Stream: 9\r\n\r\n"
    assert headers_of(beat) == {
        "Status": "100",
        "Description": "Idle Heartbeat",
        "Nats-Last-Consumer": "7",
        "Nats-Last-Stream": "9",
    }
    assert headers_of(
        "NATS/1.0\r\nFrom-Hub: 1\r\nwhere:Doré: ici \r\nno colon\r\n\r\n".encode()
    ) == {
        "From-Hub": "1",
        "where": "Doré: ici",
    }


def test_a_name_with_a_blank_is_not_the_name_without() -> None:
    assert "From-Hub" not in headers_of(b"NATS/1.0\r\nFrom-Hub : 1\r\n\r\n")
    assert headers_of(b"NATS/1.0\r\nbroken: \xff\r\n\r\n") == {"broken": "�"}


class Server:
    """A server that says its first words, answers pings, and keeps what it reads."""

    def __init__(self) -> None:
        self.read = bytearray()
        self._writer: asyncio.StreamWriter | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        writer.write(b'INFO {"max_payload": 1000, "headers": true}\r\n')
        while data := await reader.read(1 << 20):
            self.read.extend(data)
            writer.write(b"PONG\r\n" * data.count(b"PING\r\n"))
        writer.close()

    def send(self, words: bytes) -> None:
        assert self._writer is not None
        self._writer.write(words)

    async def has(self, words: bytes) -> None:
        await until(lambda: words in self.read, 10.0)


@pytest.fixture
async def ends() -> AsyncIterator[tuple[OrderedClient, Server]]:
    """A client that is connected, and its server."""
    server = Server()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    client = OrderedClient()
    port = listening.sockets[0].getsockname()[1]
    await client.connect(f"nats://127.0.0.1:{port}", allow_reconnect=False, pending_size=0)
    yield client, server
    await client.close()
    listening.close()


async def test_a_message_is_handed_over_as_it_was_sent(ends: tuple[OrderedClient, Server]) -> None:
    client, server = ends
    heard: list[Incoming] = []
    await subscribe(client, "evt.*", "", heard.append)
    await client.flush(timeout=30)
    server.send(b"HMSG evt.a 1 18 23\r\nNATS/1.0\r\nn: 1\r\n\r\nfirst\r\n")
    server.send(b"MSG evt.b 2 7\r\nforeign\r\nMSG evt.a 1 _I.1 6\r\nsecond\r\n")
    server.send(b"HMSG evt.a 1 16 16\r\nNATS/1.0 503\r\n\r\n\r\n")
    await until(lambda: len(heard) == 3)
    assert heard[0] == Incoming("evt.a", b"first", {"n": "1"})
    assert heard[1] == Incoming("evt.a", b"second", {}, "_I.1")
    assert [message.status for message in heard] == ["", "", "503"]


async def test_a_ping_leaves_behind_what_was_published_before(
    ends: tuple[OrderedClient, Server],
) -> None:
    client, server = ends
    asked = server.read.count(b"PING\r\n")
    await subscribe(client, "evt.b", "", lambda _message: None)
    await client.publish("evt.b", b"last", headers={"n": "two\r\nlines"})
    await client.flush(timeout=30)
    assert server.read.count(b"PING\r\n") == asked + 1
    assert (
        server.read.index(b"SUB evt.b")
        < server.read.index(b"n: two")
        < server.read.index(b"last")
        < server.read.rindex(b"PING\r\n")
    )
    assert client.pending_data_size == 0


async def test_what_is_published_cannot_be_another_command(
    ends: tuple[OrderedClient, Server],
) -> None:
    client, server = ends
    for subject, reply in [
        ("evt.a x", ""),
        ("evt.a\r\nSUB >", ""),
        ("", ""),
        ("evt.a", "_I.1 2"),
        ("evt.a", "x\r\ny"),
    ]:
        with pytest.raises(nats.errors.BadSubjectError):
            await client.publish(subject, b"", reply=reply)
    for name in ("a\r\nb", "a b", "a:b"):
        with pytest.raises(nats.errors.BadHeaderError):
            await client.publish("evt.a", b"", headers={name: "1"})
    with pytest.raises(nats.errors.MaxPayloadError):
        await client.publish("evt.a", b"x" * 1001)
    await client.flush(timeout=30)
    assert b"PUB" not in server.read


@pytest.mark.skipif(sys.platform != "linux", reason="TCP_USER_TIMEOUT is Linux's")
async def test_nats_py_keeps_its_socket_where_we_bound_its_silence(
    ends: tuple[OrderedClient, Server],
) -> None:
    client, _server = ends
    bound_silence(client)
    writer = getattr(client._transport, "_bare_io_writer", None)
    assert writer is not None
    connected = writer.get_extra_info("socket")
    assert connected.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 6000


def test_a_program_without_a_web_socket_does_not_hold_what_web_sockets_need() -> None:
    code = (
        "import sys, session.hub.composition; "
        "print([name for name in ('aiohttp', 'numpy') if name in sys.modules])"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout.strip()
        == b"[]"
    )
