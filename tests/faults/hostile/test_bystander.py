# SPDX-License-Identifier: GPL-3.0-only
"""Who asks a real hub beside a kiosk that floods it gets every answer; the kiosk is shut out."""

from __future__ import annotations

import asyncio
from pathlib import Path

from session.bus.transport.connection import Connection
from session.core.errors import BusUnreachable
from session.protocol.codec import encode
from session.protocol.hub.requests import QueueAnswer, QueueRequest, ServicesRequest
from session.protocol.wire import subjects
from session.protocol.wire.roles import Role
from tests.support.programs import HubFolder, people
from tests.support.waiting import until

FLOOD = 40_000
"""As fast as one connection can."""


async def _flood(connection: Connection) -> None:
    request = encode(ServicesRequest())
    subject = subjects.service(Role.KIOSK, "kiosk1", "services")
    for number in range(FLOOD):
        try:
            await connection.publish(subject, request, reply="_I.k.kiosk1.x")
        except BusUnreachable:
            return
        if number % 200 == 0:
            await asyncio.sleep(0)


async def test_beside_a_flood_no_request_is_lost_and_the_flood_is_shut_out(tmp_path: Path) -> None:
    place = HubFolder(tmp_path / "hub")
    async with place.hub(), people(place) as them:
        bystander = await them.client("alice")
        noisy = Connection(
            [f"nats://127.0.0.1:{place.port}"],
            place.seeds["kiosk1"],
            tasks=them.tasks,
            inbox=subjects.inbox(Role.KIOSK, "kiosk1"),
            name="noisy",
        )
        await noisy.open()
        flood = asyncio.create_task(_flood(noisy))
        asked = 0
        while not flood.done() or noisy.is_connected:
            await bystander.request(
                "queue", QueueRequest(), QueueAnswer
            )  # raises where one is lost
            asked += 1
        await until(lambda: not noisy.is_connected)
        await flood
        await noisy.close()
        assert asked > 0
