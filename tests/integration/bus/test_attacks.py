# SPDX-License-Identifier: GPL-3.0-only
"""What a client with a good key but bad intentions tries;
the server refuses each, the hub the rest.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from session.bus.client import BusClient
from session.bus.transport.connection import Incoming
from session.bus.transport.nkeys import new_seed, public_key, sign
from session.core.errors import BusRefusedIdentity, HubUnreachable, NotAllowed
from session.protocol.codec import decode_answer, encode
from session.protocol.hub.requests import AcceptRequest, Done, QueueAnswer, QueueRequest, Request
from session.protocol.wire.roles import Role
from tests.support.hub_world import World, hub_world, one_computer_each
from tests.support.waiting import LONGEST_S, until

PUBLISHES = [
    "svc.a.bob.accept",
    "svc.s.boss.queue",
    "svc.s.alice.queue",
    "svc.marais.a.zoe.queue",
    "hb.a.bob",
    "ses.a.bob.s1.call",
    "ses.k.kiosk1.s1.call",
    "evt.q.t1",
    "evt.hb",
    "evt.u.a.bob.hub",
    "_I.a.bob.x",
    "$JS.API.INFO",
    "$JS.API.STREAM.LIST",
    "$JS.API.STREAM.MSG.GET.KV_tk",
    "$JS.API.STREAM.PURGE.KV_tk",
    "$KV.tk.valdore.t1",
    "caller.valdore.t1",
    "log.valdore.s1",
    "$SRV.PING",
    "$SYS.REQ.SERVER.PING",
    "$SYS.REQ.USER.INFO",
]

SUBSCRIPTIONS = [
    ">",
    "*.>",
    "svc.>",
    "svc.a.alice.>",
    "ses.>",
    "hb.>",
    "evt.>",
    "evt.u.a.bob.>",
    "evt.u.a.*.hub",
    "_I.a.bob.>",
    "_I.a.*.>",
    "_INBOX.>",
    "_R_.>",
    "$JS.>",
    "$KV.>",
    "$SYS.>",
    "caller.>",
    "log.>",
]


class Shutdown(Request[Done], frozen=True, kw_only=True, verb="shutdown"):
    """A verb that nobody answers."""


class CallMore(Request[Done], frozen=True, kw_only=True, verb="call.more"):
    """A verb of two words, for which no subject is open."""


@pytest.mark.parametrize("role", [Role.AGENT, Role.KIOSK])
async def test_the_server_refuses_every_foreign_subject(
    tmp_path: Path, role: Role, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="session.bus.transport.connection")
    async with hub_world(tmp_path) as world:
        connection = await world.connect_as(role, "alice" if role is Role.AGENT else "kiosk1")
        mine = "ses.k.kiosk1.s1.call"
        attacks = [subject for subject in PUBLISHES if role is Role.AGENT or subject != mine]
        for subject in attacks:
            await connection.publish(subject, b"{}")
        for subject in SUBSCRIPTIONS:
            await connection.subscribe(subject, lambda message: None)
        if role is Role.KIOSK:
            await connection.subscribe("evt.q.*", lambda message: None)
            await connection.subscribe("evt.hb", lambda message: None)

        def refused(kind: str) -> set[str]:
            marker = f"permissions violation for {kind} to "
            texts = [record.getMessage().lower() for record in caplog.records]
            return {
                text.partition(marker)[2].strip().strip("'\"") for text in texts if marker in text
            }

        expected = {subject.lower() for subject in attacks}
        await until(lambda: {text.strip('"') for text in refused("publish")} >= expected)
        wanted = {subject.lower() for subject in SUBSCRIPTIONS}
        if role is Role.KIOSK:
            wanted |= {"evt.q.*", "evt.hb"}
        await until(lambda: {text.strip('"') for text in refused("subscription")} >= wanted)
        assert connection.is_connected


async def test_full_rights_of_nobody_reach_anothers_traffic(tmp_path: Path) -> None:
    """The refused subscriptions above also deliver nothing while there is traffic."""
    async with hub_world(tmp_path) as world:
        spy = await world.connect_as(Role.AGENT, "bob")
        heard: list[Incoming] = []
        for subject in SUBSCRIPTIONS:
            await spy.subscribe(subject, heard.append)
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        facts = await desk.accept((await kiosk.call("rights", "1234567", "r1")).ticket.id)
        await desk.hang_up(facts.id)
        await desk.close(facts.id)
        await asyncio.sleep(0.1)
        assert heard == []


async def raw_connection(
    world: World, role: Role, user: str
) -> tuple[asyncio.StreamWriter, asyncio.StreamReader]:
    """A connection of `user` that sends whatever bytes a test writes (NATS client protocol)."""
    seed = world.seeds["valdore", role, user]
    _scheme, host, port = world.server.url.replace("//", "").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    greeting = json.loads((await reader.readline()).removeprefix(b"INFO "))
    signature = sign(seed, greeting["nonce"].encode())
    hello = {"nkey": public_key(seed), "sig": signature, "headers": True, "verbose": False}
    writer.write(b"CONNECT %s\r\n" % json.dumps(hello).encode())
    return writer, reader


async def test_bytes_that_are_no_text_make_nobody_deaf(tmp_path: Path) -> None:
    """The server passes on whatever a client writes; the key of newcomers is known to everybody."""
    odd = b"NATS/1.0 \xff\xfe\r\n\r\n", b"NATS/1.0 503 \xff\xfe\r\n\r\n", b"NATS/1.0\r\n\r\n"
    async with hub_world(tmp_path) as world:
        sender, answers = await raw_connection(world, Role.AGENT, "bob")
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        for subject in (b"ses.a.bob.s1.call", b"svc.a.bob.queue", b"hb.a.bob"):
            for head in odd:
                sizes = b"%d %d" % (len(head), len(head))
                sender.write(b"HPUB %s %s\r\n%s\r\n" % (subject, sizes, head))
        for subject in (b"ses.a.bob.s1.\xff\xfe", b"svc.a.bob.\xff\xfe", b"ses.a.bob.\xff.call"):
            sender.write(b"PUB %s 1\r\nx\r\n" % subject)
        sender.write(b"PING\r\n")
        await asyncio.wait_for(answers.readuntil(b"PONG\r\n"), LONGEST_S)
        facts = await desk.accept((await kiosk.call("rights", "1234567", "r1")).ticket.id)
        await desk.hang_up(facts.id)
        sender.close()


async def test_an_unknown_key_is_refused_in_words(tmp_path: Path) -> None:
    async with hub_world(tmp_path, with_hub=False) as world:
        client = BusClient(
            [world.server.url],
            Role.AGENT,
            user="alice",
            seed=new_seed(),
            tasks=world.tasks,
            clock=world.clock,
        )
        with pytest.raises(BusRefusedIdentity):
            await client.connect()
        await client.close()


async def test_a_removed_user_is_cut_off_and_the_others_are_not(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        gone, stays = (
            await world.connect_as(Role.AGENT, "alice"),
            await world.connect_as(Role.AGENT, "bob"),
        )
        keys = {identity: key for identity, key in world.keys.items() if identity[2] != "alice"}
        await world.server.reload(world.catalogue.accounts(one_computer_each(keys)))
        await until(lambda: not gone.is_connected)
        assert stays.is_connected


async def test_a_role_cannot_say_anothers_verb(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk = await world.client(Role.KIOSK, "kiosk1")
        boss = await world.client(Role.SUPERVISOR, "boss")
        with pytest.raises(NotAllowed):
            await kiosk.ask_once(QueueRequest())
        with pytest.raises(NotAllowed):
            await boss.ask_once(AcceptRequest(ticket_id="t1"))
        assert (await boss.ask_once(QueueRequest())).total == 0
        with pytest.raises(NotAllowed):
            await kiosk.ask_once(Shutdown())
        with pytest.raises(HubUnreachable):
            await kiosk.ask_once(CallMore())


async def test_what_does_not_carry_the_hubs_mark_is_not_believed(tmp_path: Path) -> None:
    """No client can say anything there; an end that asks for the mark need not rely on that."""
    async with hub_world(tmp_path) as world:
        assert world.connection is not None
        desk = await world.desk("alice")
        facts = await desk.accept(
            (await (await world.kiosk("kiosk1")).call("housing", "", "r1")).ticket.id
        )
        raw: list[bytes] = []
        desk.bus.channel(facts.id).on_raw("chunk", lambda payload, headers: raw.append(payload))
        tickets = list(desk.queue)
        client = desk.bus
        for rest in ("u.a.alice.hub", f"u.a.alice.ses.{facts.id}.chunk", "q.t1", "hb"):
            await world.connection.bus.publish(f"evt.valdore.{rest}", b"{}")
        await until(lambda: client.not_taken.total() == 4)
        assert raw == []
        assert desk.queue == tickets


async def test_malformed_oversized_and_foreign_versions_are_refused_by_code(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        connection = await world.connect_as(Role.KIOSK, "kiosk1")

        async def code_of(payload: bytes, verb: str = "call") -> str:
            answer = await connection.request(f"svc.k.kiosk1.{verb}", payload, 3.0)
            refusal = json.loads(answer.payload)
            assert refusal["type"] == "Refusal"
            return str(refusal["code"])

        good = {"type": "TicketRequested", "v": 1, "request_id": "r1", "service": "housing"}
        assert await code_of(b"") == "message_malformed"
        assert await code_of(b"\xff\xfe\x00") == "message_malformed"
        assert await code_of(b"[1,2,3]") == "message_malformed"
        assert (
            await code_of(json.dumps(good | {"type": "AcceptRequest"}).encode())
            == "message_malformed"
        )
        assert (
            await code_of(json.dumps(good | {"request_id": "a b; drop"}).encode())
            == "message_malformed"
        )
        assert (
            await code_of(json.dumps(good | {"request_id": "x" * 41}).encode())
            == "message_malformed"
        )
        for name in ("v", "type"):
            lacking = {key: value for key, value in good.items() if key != name}
            assert await code_of(json.dumps(lacking).encode()) == "message_malformed"
        assert await code_of(json.dumps(good | {"v": 2}).encode()) == "protocol_version_unknown"
        assert (
            await code_of(json.dumps(good | {"padding": "x" * 300_000}).encode())
            == "message_too_large"
        )
        assert await code_of(b"[" * 100_000) == "message_malformed"
        with pytest.raises(Exception, match="message_too_large"):
            await connection.publish("svc.k.kiosk1.call", b"x" * 1_100_000)
        newer = json.dumps(good | {"of_a_later_release": 1}).encode()
        answer = await connection.request("svc.k.kiosk1.call", newer, 3.0)
        assert json.loads(answer.payload)["type"] == "TicketAnswer"


async def test_bad_session_traffic_is_dropped_and_the_session_goes_on(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        facts = await desk.accept((await kiosk.call("housing", "", "r1")).ticket.id)
        channel = desk.bus.channel(facts.id)
        got: list[bytes] = []
        channel.on_raw("chunk", lambda payload, headers: got.append(payload))
        channel.on_message("call", lambda message: None)
        connection = await world.connect_as(Role.KIOSK, "kiosk1")
        start = f"ses.k.kiosk1.{facts.id}"
        assert world.hub is not None
        relay = world.hub.network.relay
        await connection.publish(f"{start}.chunk", b"x" * 60_000)
        await connection.publish(f"{start}.nonsense", b"x")
        await connection.publish(f"{start}.chunk", b"x", {"Big": "y" * 3000})
        await connection.publish("ses.k.kiosk1.nobody_1234.chunk", b"x")
        await until(lambda: relay.dropped == 4)
        await connection.publish(f"{start}.call", b"not json")
        await until(lambda: channel.refused.total() == 1)
        await connection.publish(f"{start}.chunk", b"good", {"Item": "p1", "Index": "0"})
        await until(lambda: got == [b"good"])


async def test_who_asks_too_much_is_refused_and_the_others_are_served(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        noisy, calm = (
            await world.connect_as(Role.AGENT, "bob"),
            await world.client(Role.AGENT, "alice"),
        )
        request = encode(QueueRequest())
        answers = await asyncio.gather(
            *(noisy.request("svc.a.bob.queue", request, 5.0) for _ in range(300))
        )
        codes = [json.loads(answer.payload).get("code", "") for answer in answers]
        assert codes.count("rate_limited") > 100
        assert (await calm.ask_once(QueueRequest())).total == 0
        assert decode_answer(QueueAnswer, answers[0].payload).total == 0
