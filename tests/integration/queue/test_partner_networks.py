# SPDX-License-Identifier: GPL-3.0-only
"""Two networks, each with its own nats-server and hub, joined by a leaf connection:
one caller crosses, nothing else.

"cnav" has the kiosk and lets partners connect; "cnaf" connects to it.
A caller of cnav's organisation "valdore" is sent to cnaf's "marais".
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from session.bus.hub_connection import HubConnection
from session.bus.server.config import ServerSettings
from session.bus.server.leaf_links import Partner
from session.bus.server.process import BusServer
from session.bus.transport.connection import Incoming
from session.bus.transport.nkeys import new_seed, public_key
from session.core.clock import SystemClock
from session.core.errors import HubUnreachable, QueueClosed, SessionError, VaultOutOfReach
from session.core.tasks import Tasks
from session.hub.convention.catalogue import Catalogue
from session.hub.network.outgoing_callers import ASK_S
from session.protocol.codec import encode
from session.protocol.conversation.messages import CallOffered, GrantRequested, SessionMessage
from session.protocol.conversation.messages import Grant as GrantName
from session.protocol.hub.board import QueueStateRequest, TicketResult, TicketSeen
from session.protocol.hub.network import MoveRequest
from session.protocol.hub.partner_links import Arrival, ArrivalCheck
from session.protocol.hub.requests import SessionEnded, SessionFacts, StatusRequest, TicketChanged
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.wire.program import SECONDS_LEFT, TRACE
from session.protocol.wire.roles import Role
from tests.integration.supervision.at_the_board import only
from tests.support.askers import a_supervisor
from tests.support.hub_world import LinkSettings, World, free_port
from tests.support.sealed_world import SigningKeys
from tests.support.tls_files import tls_files
from tests.support.waiting import until

WHY = "their file"

CNAV = """
[[organisations]]
id = "valdore"
name = "Caisse d'entraide du Val-Doré"
transfers_to = ["marais"]
services = [{ id = "rights", name = "Mes droits", number_kind = "allocataire", letter = "D" }]
sites = [{ id = "townhall", name = "Mairie de Saint-Oyen", services = ["rights"] }]
kiosks = [{ id = "kiosk1", site = "townhall" }, { id = "kiosk2", site = "townhall" }]
people = [
  { id = "alice", name = "Alice M." },
  { id = "boss", name = "Chantal V.", role = "supervisor" },
]

[[organisations]]
id = "marais"
name = "Mutuelle du Marais"
network = "cnaf"
services = [{ id = "care", name = "Soins", letter = "S" }]
sites = []
kiosks = []
people = []
transfers_from = ["valdore"]
"""

CNAF = """
[[organisations]]
id = "marais"
name = "Mutuelle du Marais"
allowed_addresses = ["https://www.marais.example/"]
services = [{ id = "care", name = "Soins", letter = "S" }]
sites = [{ id = "hall", name = "Maison commune de Sableuse", services = ["care"] }]
kiosks = [{ id = "kiosk1", site = "hall" }]
people = [{ id = "zoe", name = "Zoé K.", skills = ["ar"] }]
transfers_from = ["valdore"]

[[organisations]]
id = "valdore"
name = "Caisse d'entraide du Val-Doré"
network = "cnav"
services = []
sites = []
kiosks = []
people = []

[[organisations]]
id = "inland"
name = "Nobody's partner"
services = [{ id = "care", name = "Soins", letter = "I" }]
sites = []
kiosks = []
people = []
"""


@dataclass
class Networks:
    """Both of them."""

    cnav: World
    cnaf: World

    async def linked(self) -> None:
        """Returns once a word crosses."""
        assert self.cnav.connection is not None
        request = encode(
            ArrivalCheck(organisation="marais", service="care", from_organisation="valdore")
        )
        async with asyncio.timeout(30):
            while True:
                try:
                    await self.cnav.connection.bus.request("xfer.cnaf.cnav.check", request, 1.0)
                except SessionError:
                    await asyncio.sleep(0.1)
                else:
                    return


@asynccontextmanager
async def two_networks(folder: Path) -> AsyncIterator[Networks]:
    key, leaf_port = new_seed(), free_port()
    lets_in = LinkSettings("cnav", (Partner("cnaf", key=public_key(key)),), leaf_port)
    connects = LinkSettings(
        "cnaf", (Partner("cnav", address=f"nats-leaf://127.0.0.1:{leaf_port}", seed=key),)
    )
    both = Networks(
        World(
            folder / "cnav",
            SystemClock(),
            tick_s=0.1,
            port=free_port(),
            catalogue=CNAV,
            link=lets_in,
        ),
        World(
            folder / "cnaf",
            SystemClock(),
            tick_s=0.1,
            port=free_port(),
            catalogue=CNAF,
            link=connects,
        ),
    )
    try:
        for world in (both.cnav, both.cnaf):
            await world.server.start()
            await world.start_hub()
        await both.linked()
        yield both
    finally:
        await both.cnaf.close()
        await both.cnav.close()


async def _move(world: World, old: Ticket) -> TicketResult:
    boss = await world.client(Role.SUPERVISOR, "boss")
    request = MoveRequest(
        tickets=[TicketSeen.of(old)], target="marais/care", reason=WHY, act_id="m1"
    )
    return only(await boss.ask_once(request))


async def test_a_caller_is_answered_by_the_other_network_and_the_kiosk_notices_nothing(
    tmp_path: Path,
) -> None:
    async with two_networks(tmp_path) as both:
        kiosk, zoe = await both.cnav.kiosk("kiosk1"), await both.cnaf.desk("zoe", "marais")
        told: list[TicketChanged] = []
        opened: list[SessionFacts] = []
        ended: list[SessionEnded] = []
        kiosk.ticket_changed.connect(told.append)
        kiosk.session_opened.connect(opened.append)
        kiosk.session_ended.connect(ended.append)
        old = (await kiosk.call("rights", "1234567", "r1")).ticket
        moved = await _move(both.cnav, old)
        assert moved.number == "S001"

        await until(lambda: len(zoe.queue) == 1)
        new = zoe.queue[0]
        assert (new.site, new.arrived_at_utc, new.reason) == (
            "Mairie de Saint-Oyen",
            old.arrived_at_utc,
            WHY,
        )
        assert (new.from_organisation, new.kiosk_home, new.caller_number_given) == (
            "valdore",
            "cnav:valdore",
            False,
        )
        await until(lambda: any(change.ticket.id == new.id for change in told))
        assert (await kiosk.status(old.id)).position == 1

        facts = await zoe.accept(new.id)
        await until(lambda: bool(opened))
        assert (opened[0].id, opened[0].allowed_addresses) == (
            facts.id,
            ["https://www.marais.example/"],
        )
        to_desk: list[SessionMessage] = []
        to_kiosk: list[SessionMessage] = []
        chunks: list[tuple[bytes, Mapping[str, str]]] = []
        zoe.bus.channel(facts.id).on_message("call", to_desk.append)
        zoe.bus.channel(facts.id).on_raw(
            "chunk", lambda payload, headers: chunks.append((payload, headers))
        )
        kiosk.bus.channel(facts.id).on_message("grant", to_kiosk.append)
        await kiosk.bus.channel(facts.id).send("call", CallOffered(call_id="c1", sdp="v=0"))
        for index in range(20):
            await kiosk.bus.channel(facts.id).send_raw(
                "chunk", bytes([index]) * 1000, {"Item": "p1", "Index": str(index)}
            )
        await zoe.bus.channel(facts.id).send("grant", GrantRequested(grant=GrantName.SCAN))
        await until(lambda: bool(to_desk) and bool(to_kiosk) and len(chunks) == 20)
        assert [payload[0] for payload, _ in chunks] == list(range(20))
        assert chunks[7][1]["Index"] == "7"
        assert await kiosk.append_log(facts.id, 0, [b'{"n":0}']) == 1
        assert [json.loads(record) for record in await both.cnaf.kept_log(facts.id, "marais")] == [
            {"n": 0}
        ]

        await kiosk.hang_up(facts.id)
        await until(lambda: bool(ended))
        await zoe.close(facts.id)
        assert await kiosk.append_log(facts.id, 1, [b'{"n":1}']) == 2
        assert (await kiosk.call("rights", "", "r2")).ticket.organisation == "valdore"


async def test_what_goes_over_has_the_trace_and_the_time_of_what_the_kiosk_asked(
    tmp_path: Path,
) -> None:
    async with two_networks(tmp_path) as both:
        kiosk, zoe = await both.cnav.kiosk("kiosk1"), await both.cnaf.desk("zoe", "marais")
        old = (await kiosk.call("rights", "1234567", "r1")).ticket
        await _move(both.cnav, old)
        await until(lambda: len(zoe.queue) == 1)
        crossed: list[Incoming] = []
        assert both.cnaf.connection is not None
        await both.cnaf.connection.bus.subscribe("xfer.cnaf.cnav.svc.>", crossed.append)
        await both.cnaf.connection.settle()
        await kiosk.bus.ask(StatusRequest(ticket_id=old.id), trace="look-1")
        await until(lambda: crossed)
        assert crossed[0].headers[TRACE] == "look-1"
        assert 0 < float(crossed[0].headers[SECONDS_LEFT]) <= ASK_S


async def test_needs_go_along_and_a_kiosk_that_leaves_or_calls_again_leaves_the_other_queue(
    tmp_path: Path,
) -> None:
    async with two_networks(tmp_path) as both:
        kiosk, zoe = await both.cnav.kiosk("kiosk1"), await both.cnaf.desk("zoe", "marais")
        kiosk.needs = ("lsf", "ar")
        old = (await kiosk.call("rights", "", "r1")).ticket
        await _move(both.cnav, old)
        await until(lambda: len(zoe.queue) == 1)
        new = zoe.queue[0]
        assert (old.skills, new.needs, new.skills) == ((), ("lsf", "ar"), ("ar",))
        kiosk.needs = ("ar", "write")  # chosen while waiting over there
        assert (await kiosk.send_needs(old.id)).ticket.needs == ("ar", "write")
        await until(lambda: zoe.queue[0].needs == ("ar", "write"))
        await kiosk.leave(old.id)
        await until(lambda: not zoe.queue)
        await _move(both.cnav, (await kiosk.call("rights", "", "r2")).ticket)
        await until(lambda: len(zoe.queue) == 1)
        await kiosk.call("rights", "", "r3")
        await until(lambda: not zoe.queue)


async def test_only_what_both_say_is_taken_and_only_under_the_networks_own_name(
    tmp_path: Path,
) -> None:
    async with two_networks(tmp_path) as both:
        hub, zoe = both.cnav.connection, await both.cnaf.desk("zoe", "marais")
        assert hub is not None

        async def code_of(rest: str, request: ArrivalCheck | Arrival, source: str = "cnav") -> str:
            said = await hub.bus.request(f"xfer.cnaf.{source}.{rest}", encode(request), 1.0)
            return str(json.loads(said.payload).get("code", ""))

        good = ArrivalCheck(organisation="marais", service="care", from_organisation="valdore")
        assert await code_of("check", good) == ""
        for bad in (
            ArrivalCheck(organisation="inland", service="care", from_organisation="valdore"),
            ArrivalCheck(organisation="marais", service="care", from_organisation="marais"),
            ArrivalCheck(organisation="marais", service="care", from_organisation="nobody"),
            ArrivalCheck(organisation="valdore", service="rights", from_organisation="valdore"),
        ):
            assert await code_of("check", bad) == "not_allowed"
        nothing = ArrivalCheck(
            organisation="marais", service="nothing", from_organisation="valdore"
        )
        assert await code_of("check", nothing) == "service_unknown"
        for forged in ("carsat", "cnaf"):
            with pytest.raises(HubUnreachable):
                await code_of("check", good, forged)
        assert zoe.queue == []
        assert both.cnaf.hub is not None
        seal = (keys := SigningKeys("marais")).toml([keys.key(secret) for secret in keys.secrets])
        sealed = CNAF.replace('id = "marais"\n', f'id = "marais"\n{seal}', 1)
        await both.cnaf.hub.take_catalogue(Catalogue.parse(sealed))
        # a kiosk's log could not get into the vault
        assert await code_of("check", good) == "vault_out_of_reach"
        kiosk = await both.cnav.kiosk("kiosk1")
        old = (await kiosk.call("rights", "", "r1")).ticket
        with pytest.raises(VaultOutOfReach):
            await _move(both.cnav, old)
        assert (await kiosk.status(old.id)).ticket.state is TicketState.WAITING


async def test_the_other_networks_services_streams_and_kiosks_cannot_be_reached(
    tmp_path: Path,
) -> None:
    async with two_networks(tmp_path) as both:
        assert both.cnaf.connection is not None
        assert both.cnav.hub is not None
        attacker = both.cnaf.connection.bus
        kiosk, other = await both.cnav.kiosk("kiosk1"), await both.cnav.kiosk("kiosk2")
        ticket = (await kiosk.call("rights", "", "r1")).ticket
        heard: list[TicketChanged] = []
        for each in (kiosk, other):
            each.ticket_changed.connect(heard.append)
        request = encode(StatusRequest(ticket_id=ticket.id))

        async def answered(subject: str) -> str:
            try:
                return str(
                    json.loads((await attacker.request(subject, request, 0.7)).payload).get(
                        "code", "answered"
                    )
                )
            except SessionError as error:
                return error.code

        # Its own hub answers its own names; what has only the other's names has nobody to answer.
        assert await answered("svc.valdore.k.kiosk1.status") != "answered"
        assert await answered("xfer.cnav.cnaf.svc.valdore.k.kiosk1.status") == "ticket_unknown"
        assert await answered("xfer.cnav.cnaf.svc.valdore.a.alice.queue") == "hub_unreachable"
        assert await answered("xfer.cnav.cnaf.svc.valdore.k.kiosk1.call") in (
            "bus_unreachable",
            "hub_unreachable",
        )
        assert await answered("$JS.cnav.API.INFO") == "hub_unreachable"
        for rest in ("hub", "ses.s1.call"):
            notifications = encode(TicketChanged(ticket=ticket, position=7))
            await attacker.publish(
                f"xfer.cnav.cnaf.tell.valdore.k.kiosk2.{rest}", notifications, {"From-Hub": "1"}
            )
        got: list[Incoming] = []
        spy = await both.cnaf.connect_as(Role.AGENT, "zoe", "marais")
        for subject in ("xfer.>", "evt.valdore.>"):
            await spy.subscribe(subject, got.append)
        await attacker.subscribe("evt.valdore.>", got.append)
        await attacker.subscribe("$KV.tk.valdore.>", got.append)
        await kiosk.call("rights", "", "r2")
        await asyncio.sleep(0.3)
        assert got == []
        assert [change.position for change in heard if change.position == 7] == []


async def test_local_work_goes_on_while_the_link_is_down_and_it_comes_back(tmp_path: Path) -> None:
    async with two_networks(tmp_path) as both:
        kiosk, zoe = await both.cnav.kiosk("kiosk1"), await both.cnaf.desk("zoe", "marais")
        local = await both.cnaf.kiosk("kiosk1", "marais")
        old = (await kiosk.call("rights", "", "r1")).ticket
        await both.cnaf.server.stop()
        with pytest.raises(SessionError):
            await _move(both.cnav, old)
        # nothing was written
        assert (await kiosk.status(old.id)).ticket.state is TicketState.WAITING
        alice = await both.cnav.desk("alice")
        facts = await alice.accept(old.id)
        await alice.hang_up(facts.id)
        await alice.close(facts.id)

        await both.cnaf.server.start()
        await until(lambda: local.connection_changed is not None and zoe.is_ready)
        await both.linked()
        assert (await local.call("care", "", "r1")).ticket.number == "S001"
        await _move(both.cnav, (await kiosk.call("rights", "", "r2")).ticket)
        await until(lambda: len(zoe.queue) == 2)


async def _troubles(world: World) -> list[tuple[str, str]]:
    assert world.hub is not None
    await world.hub.network.outgoing.watch.poll()
    return [
        (trouble.code, str(trouble.detail.get("why", "")))
        for trouble in await world.hub.monitoring.health.check()
    ]


async def _comes_to(world: World, wanted: list[tuple[str, str]]) -> None:
    """A link takes a moment to be noticed as lost, and to be made again."""
    async with asyncio.timeout(30):
        while True:
            if await _troubles(world) == wanted:
                return
            await asyncio.sleep(0.1)


async def test_health_says_which_partner_is_away_on_both_sides_and_when_it_is_back(
    tmp_path: Path,
) -> None:
    async with two_networks(tmp_path) as both:
        await _comes_to(both.cnav, [])
        await _comes_to(both.cnaf, [])
        await both.cnaf.stop_hub()
        assert await _troubles(both.cnav) == [("partner_away", "")]
        await both.cnaf.start_hub()
        await _comes_to(both.cnav, [])
        await both.cnav.server.stop()
        await _comes_to(both.cnaf, [("partner_away", "")])
        await both.cnav.server.start()
        await _comes_to(both.cnaf, [])


async def test_health_says_that_a_partner_does_not_take_whom_our_convention_sends(
    tmp_path: Path,
) -> None:
    async with two_networks(tmp_path) as both:
        assert both.cnaf.hub is not None
        await _comes_to(both.cnav, [])
        await both.cnaf.hub.take_catalogue(
            Catalogue.parse(CNAF.replace('transfers_from = ["valdore"]', ""))
        )
        assert await _troubles(both.cnav) == [("partner_refuses", "transfer")]
        await both.cnaf.hub.take_catalogue(Catalogue.parse(CNAF.replace('network = "cnav"', "")))
        assert await _troubles(both.cnav) == [("partner_refuses", "network")]
        await both.cnaf.hub.take_catalogue(Catalogue.parse(CNAF.replace('"care"', '"help"')))
        assert await _troubles(both.cnav) == [("partner_refuses", "service_unknown")]
        closed = QueueStateRequest(service="care", reason="no doctor")
        await both.cnaf.hub.take_catalogue(Catalogue.parse(CNAF))
        await both.cnaf.hub.supervision.board.close_queue(a_supervisor("x", "marais"), closed)
        assert await _troubles(both.cnav) == []  # of today, and no fault of the link


async def test_our_hub_killed_before_the_caller_arrived_there_sends_it_again(
    tmp_path: Path,
) -> None:
    async with two_networks(tmp_path) as both:
        kiosk, zoe = await both.cnav.kiosk("kiosk1"), await both.cnaf.desk("zoe", "marais")
        old = (await kiosk.call("rights", "", "r1")).ticket
        assert both.cnav.hub is not None

        async def die(old: Ticket) -> Ticket:
            raise HubUnreachable(why="killed by the test")

        both.cnav.hub.network.outgoing.arrive = die  # type: ignore[method-assign]
        with pytest.raises(HubUnreachable):
            await _move(both.cnav, old)
        await both.cnav.stop_hub()
        await both.cnav.start_hub()
        await until(lambda: len(zoe.queue) == 1)
        await until(lambda: kiosk.ticket is not None and kiosk.ticket.id == zoe.queue[0].id)
        # And a hub that starts later finds what is there.
        await both.cnav.stop_hub()
        await both.cnav.start_hub()
        facts = await zoe.accept(zoe.queue[0].id)
        await until(lambda: kiosk._session == facts.id)
        assert len(zoe.queue) == 1


async def test_a_closed_queue_over_there_takes_nobody(tmp_path: Path) -> None:
    async with two_networks(tmp_path) as both:
        kiosk = await both.cnav.kiosk("kiosk1")
        old = (await kiosk.call("rights", "", "r1")).ticket
        assert both.cnaf.hub is not None
        await both.cnaf.hub.supervision.board.close_queue(
            a_supervisor("x", "marais"), QueueStateRequest(service="care", reason="no doctor")
        )
        with pytest.raises(QueueClosed):
            await _move(both.cnav, old)
        assert (await kiosk.status(old.id)).ticket.state is TicketState.WAITING


@pytest.mark.parametrize("scheme", ["tls", "wss"])
async def test_the_link_is_encrypted_on_the_partners_port_or_on_443(
    tmp_path: Path, scheme: str
) -> None:
    files, tasks, key = tls_files(tmp_path / "ca"), Tasks(), new_seed()
    leaf_port, web_port = free_port(), free_port()
    address = f"{scheme}://127.0.0.1:{leaf_port if scheme == 'tls' else web_port}"
    seeds = new_seed(), new_seed()
    lets_in = ServerSettings(
        tmp_path / "a",
        free_port(),
        network="cnav",
        leaf_port=leaf_port,
        websocket_port=web_port,
        partners=(Partner("cnaf", key=public_key(key)),),
        tls_certificate=files.certificate,
        tls_key=files.key,
    )
    partner = Partner("cnav", address=address, seed=key, ca_file=files.ca)
    connects = ServerSettings(tmp_path / "b", free_port(), network="cnaf", partners=(partner,))
    servers = [
        BusServer(settings, [], hub_key=public_key(seed), tasks=tasks)
        for settings, seed in zip((lets_in, connects), seeds, strict=True)
    ]
    lines = []
    for server, seed in zip(servers, seeds, strict=True):
        await server.start()
        lines.append(HubConnection([server.url], seed, tasks=tasks, tls=server.tls))
        await lines[-1].connect()
    try:
        got: list[str] = []
        await lines[0].serve("xfer.cnav.>", lambda message: got.append(message.subject))
        async with asyncio.timeout(30):
            while not got:
                await lines[1].bus.publish("xfer.cnav.cnaf.ses.h.k.k1.s1.call", b"{}")
                await lines[1].bus.publish("xfer.cnav.carsat.ses.h.k.k1.s1.call", b"{}")
                await asyncio.sleep(0.1)
        assert set(got) == {"xfer.cnav.cnaf.ses.h.k.k1.s1.call"}
        assert key.decode() not in (tmp_path / "b" / "nats-server.conf").read_text(encoding="utf-8")
    finally:
        for line in lines:
            await line.close()
        for server in servers:
            await server.stop()
        await tasks.close()
