# SPDX-License-Identifier: GPL-3.0-only
"""What our client takes from nats-py without its leave, and the headers it reads itself."""

from __future__ import annotations

from functools import partial

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
