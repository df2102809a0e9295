# SPDX-License-Identifier: GPL-3.0-only
"""One kiosk, several organisations: each serves its own callers and knows of no others.
Real server, real hub.

The kiosk lives in the account "network" and has the same id as one of Val-Doré's:
an id is unique in its account only.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from session.core.errors import NotAllowed, QueueClosed, ServiceUnknown, TicketUnknown
from session.protocol.conversation.messages import CallOffered, GrantRequested, SessionMessage
from session.protocol.conversation.messages import Grant as GrantName
from session.protocol.hub.board import QueueStateRequest
from session.protocol.hub.requests import (
    QueueRequest,
    ServicesChanged,
    ServicesRequest,
    SessionFacts,
    TicketChanged,
)
from session.protocol.hub.tickets import TicketState
from session.protocol.wire.roles import Role
from tests.support.hub_world import hub_world
from tests.support.waiting import until


async def test_each_organisation_serves_its_own_callers_of_a_shared_kiosk(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk = await world.kiosk("kiosk1", "network")
        alice, zoe = await world.desk("alice"), await world.desk("zoe", "marais")
        offer = await kiosk.bus.ask(ServicesRequest())
        assert [(one.id, one.organisation_name) for one in offer.services] == [
            ("valdore/rights", "Caisse d'entraide du Val-Doré"),
            ("marais/care", "Mutuelle du Marais"),
        ]
        ticket = (await kiosk.call("valdore/rights", "1234567", "r1")).ticket
        assert (ticket.organisation, ticket.service, ticket.kiosk_home) == (
            "valdore",
            "rights",
            "network",
        )
        assert ticket.site == "Médiathèque d'Arvenne"
        await until(lambda: [seen.id for seen in alice.queue] == [ticket.id])
        assert zoe.queue == []

        opened: list[SessionFacts] = []
        kiosk.session_opened.connect(opened.append)
        facts = await alice.accept(ticket.id)
        await until(lambda: bool(opened))
        assert opened[0].allowed_addresses == ["https://www.valdore.example/"]
        assert (opened[0].organisation_name, opened[0].caller_number) == (
            "Caisse d'entraide du Val-Doré",
            "",
        )

        to_desk: list[SessionMessage] = []
        to_kiosk: list[SessionMessage] = []
        alice.bus.channel(facts.id).on_message("call", to_desk.append)
        kiosk.bus.channel(facts.id).on_message("grant", to_kiosk.append)
        await kiosk.bus.channel(facts.id).send("call", CallOffered(call_id="c1", sdp="v=0"))
        await alice.bus.channel(facts.id).send("grant", GrantRequested(grant=GrantName.SCAN))
        await until(lambda: bool(to_desk) and bool(to_kiosk))
        assert await kiosk.append_log(facts.id, 0, [b'{"n":0}']) == 1
        assert [json.loads(record) for record in await world.kept_log(facts.id)] == [{"n": 0}]

        await kiosk.hang_up(facts.id)
        await alice.close(facts.id, "helped")
        assert (await kiosk.status(ticket.id)).ticket.state is TicketState.CLOSED
        assert await kiosk.append_log(facts.id, 1, [b'{"n":1}']) == 2


async def test_a_shared_kiosk_has_one_caller_whoever_serves(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, zoe = await world.kiosk("kiosk1", "network"), await world.desk("zoe", "marais")
        first = (await kiosk.call("marais/care", "", "r1")).ticket
        await until(lambda: bool(zoe.queue))
        assert (await kiosk.call("marais/care", "", "r1")).ticket == first
        await kiosk.call("valdore/rights", "", "r2")
        await until(lambda: not zoe.queue)


async def test_a_namesake_in_another_account_has_no_part_in_it(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        assert world.hub is not None
        kiosk, namesake = await world.kiosk("kiosk1", "network"), await world.kiosk("kiosk1")
        alice, homonym = await world.desk("alice"), await world.desk("alice", "network")
        told: list[TicketChanged] = []
        namesake.ticket_changed.connect(told.append)
        ticket = (await kiosk.call("valdore/rights", "", "r1")).ticket
        with pytest.raises(TicketUnknown):
            await namesake.status(ticket.id)
        with pytest.raises(TicketUnknown):
            await namesake.leave(ticket.id)
        with pytest.raises(TicketUnknown):
            await homonym.accept(ticket.id)
        facts = await alice.accept(ticket.id)
        with pytest.raises(TicketUnknown):
            await namesake.hang_up(facts.id)
        with pytest.raises(NotAllowed):
            await namesake.append_log(facts.id, 0, [b"{}"])
        got: list[SessionMessage] = []
        alice.bus.channel(facts.id).on_message("call", got.append)
        kiosk.bus.channel(facts.id).on_message("call", got.append)
        before = world.hub.network.relay.dropped
        await namesake.bus.channel(facts.id).send("call", CallOffered(call_id="bad", sdp="v=0"))
        await homonym.bus.channel(facts.id).send("call", CallOffered(call_id="bad", sdp="v=0"))
        relay = world.hub.network.relay
        await until(lambda: relay.dropped == before + 2)
        assert got == []
        assert (await homonym.resume()).sessions == []
        assert told == []


async def test_who_serves_is_the_catalogues_word_and_not_the_kiosks(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, own = await world.kiosk("kiosk1", "network"), await world.kiosk("kiosk1")
        for ref in ("valdore/housing", "rights", "network/rights", "nobody/care"):
            with pytest.raises(ServiceUnknown):
                await kiosk.call(ref, "", "r1")
        with pytest.raises(ServiceUnknown):
            await own.call("marais/care", "", "r1")


async def test_a_service_closed_by_its_organisation_is_closed_on_shared_kiosks(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        kiosk = await world.kiosk("kiosk1", "network")
        heard: list[ServicesChanged] = []
        kiosk.services_changed.connect(heard.append)
        boss = await world.client(Role.SUPERVISOR, "boss")
        await boss.ask_once(QueueStateRequest(service="rights", reason="no heating"))
        await until(lambda: bool(heard))
        assert [
            (one.id, one.closed) for one in (await kiosk.bus.ask(ServicesRequest())).services
        ] == [
            ("valdore/rights", True),
            ("marais/care", False),
        ]
        with pytest.raises(QueueClosed):
            await kiosk.call("valdore/rights", "", "r1")


async def test_the_account_of_the_kiosk_hears_of_no_callers(tmp_path: Path) -> None:
    """Who runs the network sees that its kiosk talks to the hub, and nothing of the queues."""
    async with hub_world(tmp_path) as world:
        spy = await world.connect_as(Role.AGENT, "alice", "network")
        heard: list[object] = []
        await spy.subscribe("evt.q.*", heard.append)
        kiosk, alice = await world.kiosk("kiosk1", "network"), await world.desk("alice")
        facts = await alice.accept((await kiosk.call("valdore/rights", "1234567", "r1")).ticket.id)
        await alice.hang_up(facts.id)
        await alice.close(facts.id)
        client = await world.client(Role.AGENT, "alice", "network")
        assert (await client.ask_once(QueueRequest())).total == 0
        await asyncio.sleep(0.1)
        assert heard == []
