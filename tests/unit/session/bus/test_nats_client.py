# SPDX-License-Identifier: GPL-3.0-only
"""What our client takes from nats-py without its leave, and the headers it reads itself."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import nats.errors
import pytest
from nats.aio.subscription import Subscription

from session.bus.nats_client import DirectClient, Incoming, _queued, headers_of


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
