# SPDX-License-Identifier: GPL-3.0-only
"""What our client takes from nats-py without its leave, and the headers it reads itself."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from functools import partial
from typing import Any

import nats.errors
import pytest
from nats.aio.subscription import Subscription
from nats.aio.transport import TcpTransport

from session import loop
from session.bus.nats_client import FULL_BYTES, DirectClient, Incoming, _queued, headers_of
from tests.waiting import until


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
    assert headers_of("NATS/1.0\r\nFrom-Hub: 1\r\nwhere:Doré: ici \r\nno colon\r\n\r\n".encode()) == {
        "From-Hub": "1",
        "where": "Doré: ici",
    }


def test_a_name_with_a_blank_is_not_the_name_without() -> None:
    assert "From-Hub" not in headers_of(b"NATS/1.0\r\nFrom-Hub : 1\r\n\r\n")
    assert headers_of(b"NATS/1.0\r\nbroken: \xff\r\n\r\n") == {"broken": "�"}


async def test_nats_py_reads_and_each_message_is_handled_before_the_next_one_is_read() -> None:
    client, heard = DirectClient(), list[Incoming]()
    client._subs[1] = Subscription(client, 1, "evt.a", "", partial(_queued, heard.append))
    await client._ps.parse(b"HMSG evt.a 1 18 23\r\nNATS/1.0\r\nn: 1\r\n\r\nfirst\r\n")
    assert heard == [Incoming("evt.a", b"first", {"n": "1"})]
    await client._ps.parse(b"MSG evt.b 2 7\r\nforeign\r\nMSG evt.a 1 _I.1 6\r\nsecond\r\n")
    assert heard[1:] == [Incoming("evt.a", b"second", {}, "_I.1")]
    assert (client.stats["in_msgs"], client.stats["in_bytes"]) == (2, 11)


@pytest.fixture
async def wire() -> AsyncIterator[tuple[DirectClient, list[bytes]]]:
    """A connected client and what it writes."""
    wrote: list[bytes] = []

    class Wire:
        def writelines(self, commands: list[bytes]) -> None:
            wrote.extend(commands)

        async def drain(self) -> None:
            return

    client: Any = DirectClient()
    client._status, client._transport, client._max_payload = DirectClient.CONNECTED, Wire(), 100
    client._flush_queue = asyncio.Queue()
    client._flusher_task = asyncio.get_running_loop().create_task(client._flusher())
    yield client, wrote
    client._flusher_task.cancel()


async def test_what_is_said_is_what_nats_py_would_have_said(wire: tuple[DirectClient, list[bytes]]) -> None:
    client, wrote = wire
    headers = {"From-Hub": "1", "where": "Doré: ici"}
    for subject, payload, told, reply in [
        ("evt.a", b"first", None, ""),
        ("evt.a", b"", {}, "_I.1"),
        ("evt.b", b"second", headers, ""),
        ("evt.b", b"third", headers, "_I.2"),
        ("evt.b", b"", {"n": "two\r\nlines"}, ""),
    ]:
        await client.say(subject, payload, told, reply)
        await client.publish(subject, payload, reply=reply, headers=dict(told) if told else None)
    await asyncio.sleep(0.05)
    assert wrote[::2] == wrote[1::2]
    assert len(wrote) == 10
    assert (client.stats["out_msgs"], client.stats["out_bytes"], client.pending_data_size) == (10, 32, 0)


class Reader:
    """A server that says its first words, answers pings and keeps what it reads, once it may read."""

    def __init__(self) -> None:
        self.read = bytearray()
        self.may_read = asyncio.Event()
        self.pieces = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'INFO {"max_payload": 1000000, "headers": true}\r\n')
        while data := await reader.read(1 << 20):
            self.pieces += 1
            self.read.extend(data)
            writer.write(b"PONG\r\n" * data.count(b"PING\r\n"))
            if b"PING\r\n" in data:
                await self.may_read.wait()
        writer.close()

    async def has(self, words: bytes) -> None:
        await until(lambda: words in self.read, 10.0)


async def _client_of(reader: Reader) -> tuple[DirectClient, asyncio.Server]:
    server = await asyncio.start_server(reader.serve, "127.0.0.1", 0)
    client = DirectClient()
    await client.connect(f"nats://127.0.0.1:{server.sockets[0].getsockname()[1]}", allow_reconnect=False)
    return client, server


async def _said_in_one_turn() -> tuple[bytes, int]:
    """What a server reads of a client that subscribes and speaks in one turn of the loop, and in how many pieces."""
    reader = Reader()
    reader.may_read.set()
    client, server = await _client_of(reader)
    before = reader.pieces
    await client.say("evt.a", b"first", None)
    await client.hear("evt.b", "", lambda _message: None)
    await client.say("evt.b", b"second", {"n": "1"})
    await client.say("evt.b", b"last", None, "_I.1")
    await reader.has(b"last\r\n")
    assert client.pending_data_size == 0
    await client.close()
    server.close()
    return bytes(reader.read), reader.pieces - before


@pytest.mark.parametrize("run", [asyncio.run, loop.run])
def test_what_is_said_leaves_in_its_order_and_together_on_every_loop(
    run: Callable[[Coroutine[Any, Any, tuple[bytes, int]]], tuple[bytes, int]],
) -> None:
    said, pieces = run(_said_in_one_turn())
    words = [
        b"PUB evt.a  5\r\nfirst",
        b"SUB evt.b",
        b"HPUB evt.b  18 24\r\nNATS/1.0\r\nn: 1\r\n\r\nsecond",
        b"PUB evt.b _I.1 4\r\nlast",
    ]
    places = [said.index(word) for word in words]
    assert places == sorted(places)
    assert pieces == 1


async def test_what_the_network_does_not_take_is_counted_and_nothing_is_lost() -> None:
    reader = Reader()
    client, server = await _client_of(reader)
    block, total = b"x" * 500_000, 0
    while client.pending_data_size < 4 * len(block):
        await client.say("evt.a", block, None)
        total += 1
        await asyncio.sleep(0)
        assert total < 200, "what waits is not counted"
    assert isinstance(client._transport, TcpTransport)
    writer = client._transport._io_writer
    assert writer is not None
    assert writer.transport.get_write_buffer_size() < FULL_BYTES + 8 * len(block)
    await client.say("evt.a", b"last", None)
    reader.may_read.set()
    await reader.has(b"last\r\n")
    assert reader.read.count(b"PUB evt.a") == total + 1
    assert client.pending_data_size == 0
    await client.close()
    server.close()


async def test_what_is_said_cannot_be_another_command(wire: tuple[DirectClient, list[bytes]]) -> None:
    client, wrote = wire
    for subject, reply in [("evt.a x", ""), ("evt.a\r\nSUB >", ""), ("", ""), ("evt.a", "_I.1 2"), ("evt.a", "x\r\ny")]:
        with pytest.raises(nats.errors.BadSubjectError):
            await client.say(subject, b"", None, reply)
    for name in ("a\r\nb", "a b", "", "a:b"):
        with pytest.raises(nats.errors.BadHeaderError):
            await client.say("evt.a", b"", {name: "1"})
    with pytest.raises(nats.errors.MaxPayloadError):
        await client.say("evt.a", b"x" * 101, None)
    client._status = DirectClient.CLOSED
    with pytest.raises(nats.errors.ConnectionClosedError):
        await client.say("evt.a", b"", None)
    await asyncio.sleep(0.05)
    assert wrote == []


def test_a_program_without_a_web_socket_does_not_hold_what_web_sockets_need() -> None:
    code = "import sys, session.hub.hub; print([name for name in ('aiohttp', 'numpy') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout.strip() == b"[]"
