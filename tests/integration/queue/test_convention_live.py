# SPDX-License-Identifier: GPL-3.0-only
"""A convention that changes while the hub runs: kiosk, queue, overflow, retention.
Real server, real hub.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import msgspec
import pytest

from session.core.errors import ServiceClosed
from session.hub.convention.catalogue import Catalogue
from session.protocol.hub.requests import ServicesChanged, ServicesRequest, TicketChanged
from session.protocol.hub.tickets import TicketState
from tests.support.hub_world import World, catalogue_text, hub_world
from tests.support.waiting import until

DAY_NS = 24 * 3600 * 1_000_000_000


async def take(world: World, *changes: tuple[str, str]) -> None:
    """Another convention from now on."""
    text = catalogue_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    assert world.hub is not None
    await world.hub.take_catalogue(Catalogue.parse(text))


async def test_a_cell_that_closes_switches_its_button_off_and_refuses_calls(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        assert all(
            service.open_now for service in (await kiosk.bus.ask(ServicesRequest())).services
        )
        waiting = (await kiosk.call("housing", "", "r1")).ticket
        told: list[ServicesChanged] = []
        kiosk.services_changed.connect(told.append)
        closure = (
            "closures = [{ first = 2020-01-01, last = 2099-01-01, "
            'services = ["housing"], message = "Travaux" }]'
        )
        await take(
            world,
            ('[[organisations]]\nid = "valdore"', f'[[organisations]]\n{closure}\nid = "valdore"'),
        )
        await until(lambda: bool(told))
        housing = {
            service.id: service for service in (await kiosk.bus.ask(ServicesRequest())).services
        }["housing"]
        assert (housing.open_now, housing.message, housing.opens_at) == (False, "Travaux", "")
        with pytest.raises(ServiceClosed):
            await kiosk.call("housing", "", "r2")
        await desk.accept(waiting.id)  # who waited when it closed is answered


async def test_a_service_gets_another_name_at_desk_and_kiosk(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        told: list[str] = []
        desk.convention_changed.connect(told.append)
        await asyncio.sleep(0.3)  # a pulse, so that the desk knows the version it began with
        await take(world, ("Aide au logement", "Logement"))
        assert [one.name for one in (await kiosk.bus.ask(ServicesRequest())).services] == [
            "Mes droits",
            "Logement",
        ]
        await until(lambda: bool(told))
        assert [one.name for one in desk.services] == ["Mes droits", "Logement"]
        assert told == [world.catalogue.version]


async def test_another_retention_is_the_streams_at_once(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        assert world.connection is not None
        await take(world, ('id = "marais"', 'id = "marais"\nlog_days = 30'))
        answer = await world.connection.bus.request("$JS.API.STREAM.INFO.LOGS_marais", b"", 5.0)
        assert json.loads(answer.payload)["config"]["max_age"] == 30 * DAY_NS


async def test_who_waits_too_long_is_answered_by_the_other_organisation_when_both_say_so(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, zoe = await world.kiosk("kiosk1"), await world.desk("zoe", "marais")
        moved: list[TicketChanged] = []
        kiosk.ticket_changed.connect(moved.append)
        ticket = (await kiosk.call("housing", "", "r1")).ticket
        await take(
            world,
            (
                'letter = "L"',
                'letter = "L", overflow = [{ to = "marais/care", after_s = 600, when_nobody = true '
                "}]",
            ),
            ('letter = "S"', 'letter = "S", overflow_from = ["valdore/housing"]'),
        )
        await until(lambda: bool(zoe.queue))
        [arrived] = zoe.queue
        assert (arrived.from_organisation, arrived.service, arrived.reason) == (
            "valdore",
            "care",
            "overflow",
        )
        assert arrived.arrived_at_utc == ticket.arrived_at_utc
        await until(lambda: any(notifications.ticket.id == arrived.id for notifications in moved))
        await zoe.accept(arrived.id)
        assert (await kiosk.status(arrived.id)).ticket.state is TicketState.IN_SESSION


async def test_nobody_overflows_to_where_nobody_is_free(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, other = await world.kiosk("kiosk1"), await world.kiosk("kiosk2")
        zoe = await world.desk("zoe", "marais")
        await take(
            world,
            ('letter = "L"', 'letter = "L", overflow = [{ to = "marais/care", after_s = 0 }]'),
            ('letter = "S"', 'letter = "S", overflow_from = ["valdore"]'),
        )
        await kiosk.call("housing", "", "r1")
        await until(lambda: bool(zoe.queue))
        await zoe.accept(zoe.queue[0].id)
        second = (await other.call("housing", "", "r2")).ticket
        assert world.hub is not None
        for _ in range(3):
            await world.hub.tick()
        assert (await other.status(second.id)).ticket.organisation == "valdore"


async def test_who_waits_for_what_is_no_longer_offered_is_told_and_the_others_go_on(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        kiosk = await world.kiosk("kiosk1")
        other = await world.kiosk("kiosk2")
        desk = await world.desk("alice")
        shared = await world.kiosk("kiosk1", "network")
        told: list[TicketChanged] = []
        for one in (kiosk, shared):
            one.ticket_changed.connect(told.append)
        gone = (await kiosk.call("housing", "", "r1")).ticket
        away = (await shared.call("marais/care", "", "r2")).ticket
        stays = (await other.call("rights", "1234567", "r3")).ticket
        catalogue = Catalogue.parse(catalogue_text())
        entries = {name: catalogue.organisation(name) for name in catalogue.organisations}
        valdore, network = entries["valdore"], entries["network"]
        left = [
            msgspec.structs.replace(
                valdore,
                services=[one for one in valdore.services if one.id == "rights"],
                sites=[
                    msgspec.structs.replace(site, services=["rights"]) for site in valdore.sites
                ],
                people=[one for one in valdore.people if one.id != "bob"],
            ),
            msgspec.structs.replace(
                network,
                sites=[
                    msgspec.structs.replace(site, services=["valdore/rights"])
                    for site in network.sites
                ],
            ),
        ]
        assert world.hub is not None
        await world.hub.take_catalogue(Catalogue(left))
        await until(
            lambda: (
                {gone.id, away.id}
                <= {
                    notifications.ticket.id for notifications in told if notifications.position == 0
                }
            )
        )
        assert {
            notifications.ticket.reason
            for notifications in told
            if notifications.ticket.state is TicketState.ABANDONED
        } == {"no_longer_offered"}
        await until(lambda: [ticket.id for ticket in desk.queue] == [stays.id])
        await desk.accept(stays.id)
