# SPDX-License-Identifier: GPL-3.0-only
"""A client writes what it likes where its answer shall go, and the server does not check it: an
answer goes into the asker's own inbox, or nowhere. Real server, real hub, real vault.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from session.bus.client import FROM_HUB
from session.bus.hub_connection import HubConnection
from session.bus.transport.connection import Connection, Incoming
from session.protocol.codec import decode_answer, encode
from session.protocol.hub.requests import Done, Request, ServicesAnswer, ServicesRequest
from session.protocol.wire.program import COMPUTER, PROGRAM, SECONDS_LEFT, TRACE
from session.protocol.wire.roles import Role
from tests.support.hub_world import World, hub_world
from tests.support.sealed_world import sealed_world
from tests.support.waiting import until

ELSEWHERE = (
    "hb.k.kiosk1",
    "hb.k.kiosk2",
    "hb.a.bob",
    "ses.k.kiosk1.s1.call",
    "ses.k.kiosk2.s1.chunk",
    "ses.a.alice.s1.end",
    "svc.k.kiosk1.services",
    "svc.k.kiosk2.services",
    "svc.s.boss.queue",
    "svc.enrol",
    "all.k.kiosk2.services",
    "evt.q.forged",
    "evt.hb",
    "evt.u.k.kiosk2.hub",
    "evt.u.k.kiosk1.hub",
    "evt.u.a.alice.hub",
    "_I.k.kiosk2.x",
    "_I.a.alice.x",
    "_I.k.kiosk1",
    "_I.k.kiosk1.>",
    "_I.k.kiosk1..x",
    "ans.valdore.k.kiosk2.x",
    "_INBOX.hub.x",
    "$JS.API.STREAM.LIST",
    "$JS.API.STREAM.PURGE.KV_tk",
    "$JS.API.STREAM.DELETE.KV_tk",
    "$KV.tk.valdore.t1",
    "$SYS.REQ.SERVER.PING",
    "$SYS.REQ.USER.INFO",
    "xfer.other.valdore.hb.x.k.y",
    "vin.valdore.k.kiosk2.log",
    "net.hub.forged",
    "enrol",
)
"""Reply subjects of requests; an answer led there did something, might, or is of no use there."""

HEARD = {
    (Role.AGENT, "alice"): ("evt.q.*", "evt.hb", "evt.u.a.alice.>", "_I.a.alice.>"),
    (Role.KIOSK, "kiosk2"): ("evt.u.k.kiosk2.>", "_I.k.kiosk2.>"),
}


class OnlyDone(
    Request[Done],
    frozen=True,
    kw_only=True,
    tag="ServicesRequest",
    verb="services",
    answer_s=60.0,
):
    """A kiosk's question to a hub that only says "done"."""


async def _listening(world: World) -> list[Incoming]:
    """Return what others are told that does not come from the hub unasked; it grows."""
    strange: list[Incoming] = []

    def on_message(message: Incoming) -> None:
        if FROM_HUB not in message.headers:
            strange.append(message)

    for (role, user), places in HEARD.items():
        connection = await world.connect_as(role, user)
        for place in places:
            await connection.subscribe(place, on_message)
        await connection.settle()
    return strange


async def _answered(connection: Connection) -> None:
    """Return once the hub has read what this connection said before."""
    answer = await connection.request("svc.k.kiosk1.services", encode(ServicesRequest()), 30.0)
    decode_answer(ServicesAnswer, answer.payload)


async def test_an_answer_led_anywhere_starts_nothing(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        assert world.hub is not None
        assert world.connection is not None
        strange = await _listening(world)
        kiosk = await world.connect_as(Role.KIOSK, "kiosk1")
        await _answered(kiosk)
        said: list[str] = []
        world.hub.server.received.connect(lambda message: said.append(message.subject))
        before = world.hub.server.counts.answered
        for reply in ELSEWHERE:
            await kiosk.publish("svc.k.kiosk1.services", encode(ServicesRequest()), reply=reply)
            await kiosk.publish("all.k.kiosk1.services", encode(ServicesRequest()), reply=reply)
        await _answered(kiosk)
        await _answered(kiosk)
        assert world.hub.server.counts.answered == before + 2
        assert world.hub.server.counts.dropped == 2 * len(ELSEWHERE)
        assert said == ["svc.valdore.k.kiosk1.services"] * 2
        assert [(one.role, one.user) for one in world.hub.sightings.all()] == [
            (Role.KIOSK, "kiosk1")
        ]
        assert (world.hub.network.relay.dropped, world.connection.not_taken) == (0, 0)
        assert strange == []


async def test_a_change_of_the_queue_carries_the_hubs_mark(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        told: list[Incoming] = []
        desk = await world.connect_as(Role.AGENT, "alice")
        await desk.subscribe("evt.q.*", told.append)
        await desk.settle()
        kiosk = await world.kiosk("kiosk1")
        ticket = (await kiosk.call("housing", "", "r1")).ticket
        await kiosk.leave(ticket.id)
        await until(lambda: len(told) >= 2)
        assert all(FROM_HUB in message.headers for message in told)
        assert all(message.headers["Nats-Sequence"].isdigit() for message in told)


async def test_a_client_without_its_own_inbox_reads_why_in_the_hubs_list(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        assert world.hub is not None
        kiosk = await world.connect_as(Role.KIOSK, "kiosk1")
        await kiosk.publish("svc.k.kiosk1.services", b"{}", reply="_INBOX.mine.1")
        await _answered(kiosk)
        refused = world.hub.flood_watch.refused.of("kiosk1", "k")
        assert [(one.code, one.why) for one in refused] == [
            ("not_allowed", "no reply subject in its own inbox")
        ]


async def test_an_answer_of_a_vault_led_elsewhere_starts_nothing(tmp_path: Path) -> None:
    """In the vault's own account it is not given; over the import of another one the server hides
    where it goes, and takes it to no third account.
    """
    async with sealed_world(tmp_path) as sealed:
        world = sealed.world
        assert world.hub is not None
        assert world.connection is not None
        assert sealed.server is not None
        said: list[str] = []
        for subject in ("svc.>", "all.>", "hb.>", "ses.>"):
            await world.connection.bus.subscribe(subject, lambda one: said.append(one.subject))
        await world.connection.settle()
        at_home = await world.connect_as(Role.KIOSK, "kiosk1")
        elsewhere = await world.connect_as(Role.KIOSK, "kiosk1", "network")
        for kiosk, subject in (
            (at_home, "vin.valdore.k.kiosk1.log"),
            (elsewhere, "vto.valdore.k.kiosk1.log"),
        ):
            for reply in ("hb.k.other", "hb.a.bob", "svc.k.other.services", "ses.k.other.s.chunk"):
                await kiosk.publish(subject, b"{}", reply=reply)
            await kiosk.request(subject, b"{}", 30.0)
        await _answered(at_home)
        assert (sealed.server.dropped, sealed.server.refused) == (4, 6)
        assert set(said) <= {"svc.valdore.k.kiosk1.services", "hb.valdore.v.coffre"}


async def test_the_second_question_says_which_computer_asks_as_the_first_does(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path, with_hub=False) as world:
        heard: list[Mapping[str, str]] = []
        hub = HubConnection([world.server.url], world.hub_seed, tasks=world.tasks)
        await hub.connect()

        def answer(message: Incoming) -> None:
            heard.append(message.headers)
            world.tasks.start(hub.bus.publish(message.reply, encode(Done())), name="answer")

        await hub.hear("svc.*.*.*.*", lambda message: heard.append(message.headers))
        await hub.hear("all.*.*.*.*", answer)
        await hub.settle()
        client = await world.client(Role.AGENT, "alice")
        await client.ask_once(OnlyDone())
        assert len(heard) == 2
        first, second = (
            {name: text for name, text in headers.items() if name != SECONDS_LEFT}
            for headers in heard
        )
        assert first == second
        assert {COMPUTER, PROGRAM, TRACE} <= second.keys()
        assert float(heard[1][SECONDS_LEFT]) < float(heard[0][SECONDS_LEFT])
        await hub.close()
