# SPDX-License-Identifier: GPL-3.0-only
"""Reconnection storms, messages said again and again, wrong clocks:
clear answers, nothing lost, others unaffected.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from expert_app.hub.flood_ban import FloodBan
from session.bus.client import BusClient
from session.bus.transport.connection import Connection
from session.bus.transport.nkeys import new_seed
from session.core.clock import ManualClock
from session.core.errors import BusRefusedIdentity, BusUnreachable, TicketTaken
from session.core.tasks import Tasks
from session.desk.hub.client import DeskClient
from session.kiosk.hub.client import KioskClient
from session.protocol.codec import decode_answer, encode
from session.protocol.hub.requests import (
    AcceptRequest,
    CloseRequest,
    HangUpRequest,
    QueueRequest,
    SessionAnswer,
    TicketAnswer,
    TicketRequested,
)
from session.protocol.hub.tickets import TicketState
from session.protocol.wire import subjects
from session.protocol.wire.roles import Role
from tests.integration.supervision.at_the_board import prioritise
from tests.support.hub_world import World, hub_world, one_computer_each
from tests.support.waiting import until

RECONNECTS = 4000
OTHERS_S = 10.0
"""So long at most four answers to another organisation take meanwhile, on two processors that make
the storm, too, and whatever else is tested: nobody is given up on.
"""


async def _storm(port: int, rate: list[float]) -> None:
    """Thousands of times: connect, say a wrong identity, be gone."""
    since_s = time.monotonic()
    gate = asyncio.Semaphore(50)

    async def once() -> None:
        async with gate:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            await reader.readline()
            writer.write(b'CONNECT {"verbose":false,"nkey":"UNOBODY","sig":"x"}\r\nPING\r\n')
            await reader.read(200)
            writer.close()

    await asyncio.gather(*(once() for _ in range(RECONNECTS)))
    rate.append(RECONNECTS / (time.monotonic() - since_s))


async def test_a_thousand_reconnections_a_second_leave_the_others_alone(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, zoe = await world.kiosk("kiosk9", "marais"), await world.desk("zoe", "marais")
        port = int(world.server.url.rpartition(":")[2])
        rate: list[float] = []
        slowest_s, served = 0.0, 0
        storm = asyncio.create_task(_storm(port, rate))
        while not storm.done():
            since_s = time.monotonic()
            ticket = (await kiosk.call("care", "", f"r{served}")).ticket
            facts = await zoe.accept(ticket.id)
            await zoe.hang_up(facts.id)
            await zoe.close(facts.id)
            slowest_s, served = max(slowest_s, time.monotonic() - since_s), served + 1
        await storm
        print(
            f"{rate[0]:.0f} reconnections a second, {served} callers of others served, slowest "
            f"{slowest_s:.2f} s"
        )
        assert served > 3
        assert slowest_s < OTHERS_S
        wrong = Connection(
            [world.server.url], new_seed(), tasks=world.tasks, inbox="_I.a.alice", name="stranger"
        )
        with pytest.raises(BusRefusedIdentity):
            await wrong.open()
        await wrong.close()


FLOODED = 30_000
"""As fast as one connection can: a second's worth and more."""


async def _flood(connection: Connection, shut: FloodBan) -> int:
    """One kiosk calls without end, until it is cut off; how often."""
    request = encode(TicketRequested(request_id="again", service="rights"))
    for said in range(FLOODED):
        if said % 100 == 0:
            await asyncio.sleep(0)
            if shut.keys and not connection.is_connected:
                return said
        try:
            await connection.publish("svc.k.kiosk1.call", request, reply="_I.k.kiosk1.x")
        except BusUnreachable:
            return said
    return FLOODED


async def test_a_kiosk_that_floods_is_shut_out_the_others_are_served_and_it_may_come_back(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        assert world.hub is not None
        key = world.keys["valdore", Role.KIOSK, "kiosk1"]
        found: list[str] = []

        async def take_keys() -> None:
            await world.server.reload(
                world.catalogue.accounts(one_computer_each(world.keys), shut.keys)
            )

            if not shut.keys:
                let_in.set()

        let_in, shut = asyncio.Event(), FloodBan(take_keys, world.tasks, ban_s=2.0)
        world.hub.flood_watch.found.connect(found.append)
        world.hub.flood_watch.found.connect(lambda _who: shut.ban(key))
        noisy = await world.connect_as(Role.KIOSK, "kiosk1")
        kiosk, zoe = await world.kiosk("kiosk9", "marais"), await world.desk("zoe", "marais")
        flood = asyncio.create_task(_flood(noisy, shut))
        slowest_s, served = 0.0, 0
        while not flood.done() or not shut.keys:
            since_s = time.monotonic()
            ticket = (await kiosk.call("care", "", f"r{served}")).ticket
            facts = await zoe.accept(ticket.id)
            await zoe.hang_up(facts.id)
            await zoe.close(facts.id)
            slowest_s, served = max(slowest_s, time.monotonic() - since_s), served + 1
        print(
            f"{await flood} calls of one kiosk, {served} callers of others served, slowest "
            f"{slowest_s:.2f} s"
        )
        assert (set(found), served > 0) == ({"valdore.k.kiosk1"}, True)
        assert slowest_s < OTHERS_S
        assert world.hub.server.counts.dropped > 500
        await until(lambda: not noisy.is_connected)
        await noisy.close()
        await until(let_in.is_set)
        again = await world.kiosk("kiosk1")
        assert (await again.call("rights", "", "calm")).ticket.state == "waiting"


async def test_one_identity_that_reconnects_all_the_time_loses_nothing(tmp_path: Path) -> None:
    """Each time another connection, the same request: it is the same ticket."""
    async with hub_world(tmp_path) as world:
        seed, found = world.seeds["valdore", Role.KIOSK, "kiosk1"], set()
        for _ in range(40):
            tasks = Tasks()
            client = BusClient(
                [world.server.url],
                Role.KIOSK,
                user="kiosk1",
                seed=seed,
                tasks=tasks,
                clock=world.clock,
            )
            await client.connect()
            request = TicketRequested(request_id="r1", service="housing")
            found.add((await client.ask_once(request)).ticket.id)
            await client.close()
            await tasks.close()
        assert len(found) == 1
        assert world.hub is not None
        assert [ticket.id for ticket in world.hub.queue.view.waiting("valdore")] == list(found)


async def _replay(
    connection: Connection, role: Role, user: str, *, verb: str, payload: bytes, times: int = 30
) -> list[bytes]:
    subject = subjects.service(role, user, verb)
    return [(await connection.request(subject, payload, 5.0)).payload for _ in range(times)]


async def test_messages_that_are_said_again_do_nothing_more(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk = await world.connect_as(Role.KIOSK, "kiosk1")
        alice = await world.connect_as(Role.AGENT, "alice")
        call = encode(TicketRequested(request_id="r1", service="housing"))
        calls = await _replay(kiosk, Role.KIOSK, "kiosk1", verb="call", payload=call)
        ticket = _ticket_id(calls[0])
        assert {_ticket_id(answer) for answer in calls} == {ticket}
        accepted = await _replay(
            alice,
            Role.AGENT,
            "alice",
            verb="accept",
            payload=encode(AcceptRequest(ticket_id=ticket)),
        )
        session = _session_id(accepted[0])
        assert {_session_id(answer) for answer in accepted} == {session}
        hang_up = encode(HangUpRequest(session_id=session))
        assert (
            len(set(await _replay(alice, Role.AGENT, "alice", verb="hang_up", payload=hang_up)))
            == 1
        )
        close = encode(CloseRequest(session_id=session, outcome="done"))
        await _replay(alice, Role.AGENT, "alice", verb="close", payload=close, times=3)
        await asyncio.sleep(2.0)  # the rate limit's room comes back
        again = await _replay(
            alice,
            Role.AGENT,
            "alice",
            verb="accept",
            payload=encode(AcceptRequest(ticket_id=ticket)),
            times=3,
        )
        # what is over does not begin anew
        assert all(b"ticket_taken" in answer for answer in again)
        calls = await _replay(kiosk, Role.KIOSK, "kiosk1", verb="call", payload=call, times=3)
        assert {_ticket_id(answer) for answer in calls} == {ticket}  # nor does an old call
        assert world.hub is not None
        assert world.hub.queue.view.open_count("valdore") == 0


def _ticket_id(answer: bytes) -> str:
    return decode_answer(TicketAnswer, answer).ticket.id


def _session_id(answer: bytes) -> str:
    return decode_answer(SessionAnswer, answer).session.id


async def _at(world: World, clock: ManualClock, role: Role, user: str) -> BusClient:
    """Somebody whose computer has this clock."""
    client = BusClient(
        [world.server.url],
        role,
        user=user,
        seed=world.seeds["valdore", role, user],
        tasks=world.tasks,
        clock=clock,
    )
    await client.connect()
    return client


@pytest.mark.parametrize("year", [1970, 2001, 2199])
async def test_a_kiosk_and_a_desk_with_wrong_clocks_are_served_in_the_right_order(
    tmp_path: Path, year: int
) -> None:
    wrong = ManualClock(datetime(year, 1, 2, tzinfo=UTC))
    async with hub_world(tmp_path) as world:
        client = await _at(world, wrong, Role.KIOSK, "kiosk1")
        desk_client = await _at(world, wrong, Role.AGENT, "alice")
        kiosk = KioskClient(client, wrong, tasks=world.tasks)
        desk = DeskClient(desk_client, wrong, tasks=world.tasks)
        await kiosk.start()
        await desk.start()
        right = await world.kiosk("kiosk2")
        first = (await kiosk.call("housing", "", "r1")).ticket
        second = (await right.call("housing", "", "r2")).ticket
        # the hub's time, nobody else's
        assert abs(first.arrived_at_utc - datetime.now(UTC)) < timedelta(minutes=1)
        await until(lambda: [ticket.id for ticket in desk.queue] == [first.id, second.id])
        facts = await desk.accept(first.id)
        assert abs(facts.opened_at_utc - datetime.now(UTC)) < timedelta(minutes=1)
        await desk.hang_up(facts.id)
        await desk.close(facts.id)
        for one in (client, desk_client):
            await one.close()


async def test_a_supervisor_s_act_on_what_has_just_changed_is_refused_with_what_it_is_now(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        link, board = await world.supervisor()
        kiosk, alice = await world.kiosk("kiosk1"), await world.desk("alice")
        await kiosk.call("housing", "", "r1")
        await until(lambda: len(link.queue) == 1)
        seen = link.queue[0]
        await alice.accept(seen.id)
        with pytest.raises(TicketTaken):
            await prioritise(board, seen, 5, "was waiting a moment ago")
        queue = await alice.bus.ask_once(QueueRequest(limit=10))
        assert [(one.state, one.priority) for one in queue.tickets] == [(TicketState.IN_SESSION, 0)]
