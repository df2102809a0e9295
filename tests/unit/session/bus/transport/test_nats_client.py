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
from nats.protocol.parser import Parser

from session.bus.transport.nats_client import (
    FULL_BYTES,
    DirectClient,
    Incoming,
    _queued,
    headers_of,
)
from session.core import event_loop as loop
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


async def test_what_is_said_is_what_nats_py_would_have_said(
    wire: tuple[DirectClient, list[bytes]],
) -> None:
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
    assert (client.stats["out_msgs"], client.stats["out_bytes"], client.pending_data_size) == (
        10,
        32,
        0,
    )


class Reader:
    """A server that says its first words, answers pings and keeps what it reads, once it may
    read.
    """

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
    await client.connect(
        f"nats://127.0.0.1:{server.sockets[0].getsockname()[1]}", allow_reconnect=False
    )
    return client, server


async def _said_in_one_turn() -> tuple[bytes, int]:
    """What a server reads of a client that subscribes and speaks in one turn of the loop, and in
    how many pieces.
    """
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


async def test_a_question_whether_all_has_arrived_comes_behind_it() -> None:
    reader = Reader()
    reader.may_read.set()
    client, server = await _client_of(reader)
    asked = reader.read.count(b"PING\r\n")
    await client.hear("evt.b", "", lambda _message: None)
    await client.say("evt.b", b"last", None)
    await client.flush(timeout=5)
    assert reader.read.count(b"PING\r\n") == asked + 1
    assert (
        reader.read.index(b"SUB evt.b")
        < reader.read.index(b"last")
        < reader.read.rindex(b"PING\r\n")
    )
    await client.close()
    server.close()


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


ARRIVING = (
    b"MSG a.b 7 0\r\n\r\n"
    b"MSG a.b 7 _I.1 5\r\nfirst\r\n"
    b"HMSG a.b 8 22 28\r\nNATS/1.0\r\nn: 1 2 3\r\n\r\nsecond\r\n"
    b"PING\r\n"
    b"HMSG a.b 7 _I.2 12 12\r\nNATS/1.0\r\n\r\n\r\n"
    b"+OK\r\n"
    b"MSG a.b 9 7\r\nunheard\r\n"
    b'INFO {"max_payload": 77}\r\n'
    b"MSG a.b 8 20\r\nMSG a.b 7 2\r\nxx\r\n2\r\n\r\n"
    b"PONG\r\n"
    b"MSG a.b 7 4\r\nlast\r\n"
)


async def _heard(
    pieces: list[bytes], at_once: bool
) -> tuple[list[tuple[int, Incoming]], list[bytes], dict[str, int]]:
    """What a client hears of pieces that arrive one after the other, what it says to them, and what
    it counts.
    """
    heard: list[tuple[int, Incoming]] = []
    said: list[bytes] = []

    class Wire(TcpTransport):
        def __init__(self) -> None:
            self._io_reader, self._io_writer = asyncio.StreamReader(), None

        def __bool__(self) -> bool:
            return True

        def writelines(self, commands: list[bytes]) -> None:
            said.extend(commands)

        async def drain(self) -> None:
            return

    def hear(number: int, message: Incoming) -> None:
        heard.append((number, message))

    client, wire = DirectClient(), Wire()
    inside: Any = client
    inside._status, inside._transport, inside._ps = DirectClient.CONNECTED, wire, Parser(client)
    inside._current_server, inside._flush_queue = object(), asyncio.Queue()
    for number in (7, 8):
        inside._subs[number] = Subscription(
            client, id=number, cb=partial(_queued, partial(hear, number))
        )
    tasks = [
        asyncio.get_running_loop().create_task(each())
        for each in (inside._flusher, inside._read_loop)
    ]
    if at_once:
        client.take_at_once()
    assert wire._io_reader is not None
    for piece in pieces:
        wire._io_reader.feed_data(piece)
        if len(piece) % 2:
            await asyncio.sleep(0)
    await until(lambda: bool(heard) and heard[-1][1].payload == b"last", 5.0)
    await asyncio.sleep(0.01)
    for task in tasks:
        task.cancel()
    return heard, said, {name: client.stats[name] for name in ("in_msgs", "in_bytes")}


async def test_what_arrives_is_heard_the_same_however_it_is_cut() -> None:
    expected = await _heard([ARRIVING], at_once=False)
    assert [message.payload for _, message in expected[0]][-2:] == [
        b"MSG a.b 7 2\r\nxx\r\n2\r\n",
        b"last",
    ]
    assert expected[1] == [b"PONG\r\n"]
    assert await _heard([ARRIVING], at_once=True) == expected
    for cut in range(1, len(ARRIVING)):
        assert await _heard([ARRIVING[:cut], ARRIVING[cut:]], at_once=True) == expected, cut
    for size in (1, 2, 3, 7, 30):
        pieces = [ARRIVING[at : at + size] for at in range(0, len(ARRIVING), size)]
        assert await _heard(pieces, at_once=True) == expected, size


class _Network(asyncio.Transport):
    """As the loops do, asks a protocol once where its bytes go."""

    def __init__(self, protocol: asyncio.Protocol) -> None:
        super().__init__()
        self.set_protocol(protocol)

    def set_protocol(self, protocol: Any) -> None:
        self._protocol = protocol
        self.heard = protocol.data_received

    def get_protocol(self) -> Any:
        return self._protocol

    def is_closing(self) -> bool:
        return True


async def test_whole_messages_are_heard_before_the_loop_turns(
    wire: tuple[DirectClient, list[bytes]],
) -> None:
    client: Any = wire[0]
    heard: list[bytes] = []
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    network = _Network(protocol)
    client._transport = TcpTransport()  # type: ignore[no-untyped-call] # nats-py gives it no types
    client._transport._io_reader = reader
    client._transport._io_writer = asyncio.StreamWriter(
        network, protocol, reader, asyncio.get_running_loop()
    )
    client._ps = Parser(client)
    client._subs[7] = Subscription(
        client, id=7, cb=partial(_queued, lambda message: heard.append(message.payload))
    )
    client.take_at_once()
    network.heard(b"MSG a 7 1\r\n1\r\nMSG a 7 1\r\n2\r\nMSG a 7")
    assert (heard, await reader.read(99)) == ([b"1", b"2"], b"MSG a 7")


@pytest.mark.parametrize(
    "line", [b"MSG a x 1", b"MSG a 7 -9", b"HMSG a 7 9 2", b"MSG a 7 1 2 3", b"JUNK", b""]
)
async def test_what_no_server_says_is_left_to_nats_py(line: bytes) -> None:
    client = DirectClient()
    assert client._take_whole(line + b"\r\nxx\r\n") == 0


async def test_what_is_said_cannot_be_another_command(
    wire: tuple[DirectClient, list[bytes]],
) -> None:
    client, wrote = wire
    for subject, reply in [
        ("evt.a x", ""),
        ("evt.a\r\nSUB >", ""),
        ("", ""),
        ("evt.a", "_I.1 2"),
        ("evt.a", "x\r\ny"),
    ]:
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
    code = "import sys, session.hub.composition; print([name for name in ('aiohttp', 'numpy') if name in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout.strip()
        == b"[]"
    )
