# SPDX-License-Identifier: GPL-3.0-only
"""Who asks a real hub beside kiosks that flood it, one after the other, gets every answer; each is
shut out.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from session.bus.client import BusClient
from session.bus.transport.connection import Connection
from session.bus.transport.nkeys import new_seed, public_key
from session.core.errors import BusUnreachable
from session.protocol.codec import encode
from session.protocol.hub.requests import QueueRequest, ServicesRequest
from session.protocol.wire import subjects
from session.protocol.wire.roles import Role
from tests.support.programs import HubFolder, people

FLOOD = 40_000
"""As fast as one connection can."""

MARAIS = """
[[organisations]]
id = "marais"
name = "Mutuelle du Marais"
services = [
  {{ id = "rights", name = "Mes droits", letter = "D", number_kind = "allocataire" }},
]
sites = []
kiosks = []
people = [{{ id = "carol", name = "Carole B.", key = "{carol}" }}]
"""


async def _flood(connection: Connection, kiosk: str) -> None:
    request = encode(ServicesRequest())
    subject = subjects.service(Role.KIOSK, kiosk, "services")
    for number in range(FLOOD):
        try:
            await connection.publish(subject, request, reply=f"_I.k.{kiosk}.x")
        except BusUnreachable:
            return
        if number % 200 == 0:
            await asyncio.sleep(0)


def _with_another_organisation(folder: Path) -> HubFolder:
    """A hub's folder with a second organisation, whose agent is carol."""
    place = HubFolder(folder)
    place.seeds["carol"] = new_seed()
    text = place.catalogue.read_text(encoding="utf-8")
    more = MARAIS.format(carol=public_key(place.seeds["carol"]))
    place.catalogue.write_text(text + more, encoding="utf-8")
    return place


async def _asks_beside(flood: asyncio.Task[None], noisy: Connection, bystander: BusClient) -> int:
    """How many answers the bystander got; one that is lost raises."""
    asked = 0
    while not flood.done() or noisy.is_connected:
        await bystander.ask_once(QueueRequest())
        asked += 1
    return asked


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("alice", marks=pytest.mark.long, id="colleague"),
        pytest.param("carol", id="other organisation"),
    ],
)
async def test_beside_two_floods_no_request_is_lost_and_each_is_shut_out(
    tmp_path: Path, name: str
) -> None:
    place = _with_another_organisation(tmp_path / "hub")
    async with place.hub(), people(place) as them:
        bystander = BusClient(
            [f"nats://127.0.0.1:{place.port}"],
            Role.AGENT,
            user=name,
            seed=place.seeds[name],
            tasks=them.tasks,
            clock=them.clock,
        )
        await bystander.connect()
        for kiosk in ("kiosk1", "kiosk2"):
            noisy = Connection(
                [f"nats://127.0.0.1:{place.port}"],
                place.seeds[kiosk],
                tasks=them.tasks,
                inbox=subjects.inbox(Role.KIOSK, kiosk),
                name="noisy",
            )
            await noisy.open()
            flood = asyncio.create_task(_flood(noisy, kiosk))
            assert await _asks_beside(flood, noisy, bystander) > 0
            await flood
            await noisy.close()
        await bystander.close()
