# SPDX-License-Identifier: GPL-3.0-only
"""A hub that is told to stop under load hands over:
no client sees an error that the other hub could have answered.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from pathlib import Path

import pytest

from session.bus.client import BusClient
from session.core.clock import SystemClock
from session.core.errors import SessionError
from session.core.tasks import Tasks
from session.protocol.hub.requests import (
    AcceptRequest,
    CloseRequest,
    HangUpRequest,
    HubMessage,
    QueueRequest,
    Request,
    StatusRequest,
    TicketRequested,
)
from session.protocol.wire.roles import Role
from tests.faults.cluster import Cluster, Size, cluster
from tests.faults.cluster_world import SERVICE

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")

PAIRS = 6
STOPS = 2


class Seen:
    """What clients without any second try heard."""

    def __init__(self) -> None:
        self.answers, self.slowest_s = 0, 0.0
        self.errors: list[str] = []

    async def ask[Answer: HubMessage](
        self, client: BusClient, request: Request[Answer]
    ) -> Answer | None:
        since_s = time.monotonic()
        try:
            answer = await client.ask_once(request)
        except SessionError as error:
            self.errors.append(
                f"{request.verb}: {error.code} {error.detail}"
                f" after {time.monotonic() - since_s:.2f} s"
            )
            return None
        self.answers += 1
        self.slowest_s = max(self.slowest_s, time.monotonic() - since_s)
        return answer


async def work(kiosk: BusClient, desk: BusClient, seen: Seen) -> None:
    """Calls, looks, is accepted and closed, again and again; each request is asked once.

    A desk asks at most 16 times a second then, and may ask 20 times.
    """
    number = 0
    while True:
        number += 1
        await asyncio.sleep(0.2)
        call = TicketRequested(request_id=f"{kiosk.user}-{number}", service=SERVICE)
        made = await seen.ask(kiosk, call)
        if made is None:
            continue
        name = made.ticket.id
        await seen.ask(kiosk, StatusRequest(ticket_id=name))
        await seen.ask(desk, QueueRequest(offset=0, limit=50))
        opened = await seen.ask(desk, AcceptRequest(ticket_id=name))
        if opened is None:
            continue
        session = opened.session.id
        await seen.ask(desk, HangUpRequest(session_id=session))
        await seen.ask(desk, CloseRequest(session_id=session, outcome="done"))


async def stop_in_turn(world: Cluster) -> float:
    """Each hub is told to stop and started again, in turn; the longest time a stop took."""
    longest_s = 0.0
    for number in range(STOPS):
        hub, since_s = world.hubs[number % 2], time.monotonic()
        await hub.end(signal.SIGTERM)
        longest_s = max(longest_s, time.monotonic() - since_s)
        assert hub.code == 0
        await asyncio.sleep(0.5)
        await hub.start(wait_for=b"ready")
        await asyncio.sleep(0.5)
    return longest_s


@pytest.mark.long  # in every run: the lease that is given back
async def test_a_hub_that_stops_under_load_hands_over_without_an_error(tmp_path: Path) -> None:
    tasks, clock, seen = Tasks(), SystemClock(), Seen()
    async with cluster(tmp_path, Size(kiosks=PAIRS, agents=PAIRS, loads=0, nodes=1)) as world:
        clients: list[BusClient] = []
        for name, role, seed in [
            *((name, Role.KIOSK, seed) for name, seed in world.world.kiosks.items()),
            *((name, Role.AGENT, seed) for name, seed in world.world.agents.items()),
        ]:
            client = BusClient(
                world.world.urls, role, user=name, seed=seed.encode(), tasks=tasks, clock=clock
            )
            await client.connect()
            client.beat()
            clients.append(client)
        kiosks, desks = clients[:PAIRS], clients[PAIRS:]
        working = [
            tasks.start(work(kiosk, desk, seen), name=f"work of {kiosk.user}")
            for kiosk, desk in zip(kiosks, desks, strict=True)
        ]
        longest_s = await stop_in_turn(world)
        for task in working:
            task.cancel()
        await asyncio.wait(working)
        for client in clients:
            await client.close()
        await tasks.close()
    print(f"{seen.answers} answers, slowest {seen.slowest_s:.2f} s, longest stop {longest_s:.2f} s")
    assert seen.errors[:5] == []
    assert seen.answers > 50


async def test_a_hub_that_stops_gives_its_lease_back_at_once(tmp_path: Path) -> None:
    """The next one offers callers at its next renewal, not when the server forgets the lease."""
    tasks = Tasks()
    async with cluster(tmp_path, Size(kiosks=1, agents=1, loads=0, nodes=1)) as world:
        async with asyncio.timeout(30):
            while await world.lease_holder() is None:  # noqa: ASYNC110 - taken some time after the hub is ready
                await asyncio.sleep(0.05)
        await asyncio.gather(*(hub.end(signal.SIGTERM) for hub in world.hubs))
        assert await world.lease_holder() is None
    await tasks.close()
