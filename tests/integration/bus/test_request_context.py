# SPDX-License-Identifier: GPL-3.0-only
"""A request says how long its answer is waited for, and to which act it belongs: to the hub, to a
vault, and to whom these ask on the way.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from session.bus import client as bus_client
from session.bus.hub_connection import HubConnection
from session.bus.transport.connection import Connection, Incoming
from session.core.errors import ServiceUnknown, TicketUnknown
from session.protocol.codec import encode
from session.protocol.hub.requests import (
    ANSWER_S,
    DossierRequest,
    LeaveRequest,
    ServicesRequest,
    TicketRequested,
)
from session.protocol.wire.program import SECONDS_LEFT, TRACE
from session.protocol.wire.roles import Role
from tests.support.hub_world import hub_world
from tests.support.sealed_world import sealed_world
from tests.support.waiting import LONGEST_S, until


class HastyLook(DossierRequest, frozen=True, kw_only=True, tag="DossierRequest", answer_s=4.0):
    """A question after a dossier that waits less than the vault's own to the hub."""


async def overheard(connection: Connection, subject: str) -> list[Incoming]:
    """Return what comes on this subject from now on; it grows."""
    messages: list[Incoming] = []
    await connection.subscribe(subject, messages.append)
    await connection.settle()
    return messages


async def test_each_question_of_one_act_has_its_trace_and_says_the_seconds_that_are_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus_client, "SECOND_S", 0.1)
    async with hub_world(tmp_path, with_hub=False) as world:
        hub = HubConnection([world.server.url], world.hub_seed, tasks=world.tasks)
        await hub.connect()
        messages = await overheard(hub.bus, "*.*.k.kiosk1.services")
        client = await world.client(Role.KIOSK, "kiosk1")
        question = asyncio.create_task(client.ask(ServicesRequest()))
        await until(lambda: len(messages) == 2)
        first, second = messages
        assert (first.subject.partition(".")[0], second.subject.partition(".")[0]) == ("svc", "all")
        assert first.headers[TRACE] == second.headers[TRACE] != ""
        assert float(second.headers[SECONDS_LEFT]) <= float(first.headers[SECONDS_LEFT]) - 0.1
        assert first.payload == second.payload, "a repeat is known by its payload"
        assert TRACE.encode() not in first.payload
        question.cancel()
        await hub.close()


async def test_a_hub_begins_nothing_for_which_nobody_waits(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        assert world.hub is not None
        kiosk = await world.connect_as(Role.KIOSK, "kiosk1")
        call = encode(TicketRequested(request_id="r1", service="rights"))
        question = kiosk.request("svc.k.kiosk1.call", call, LONGEST_S, {SECONDS_LEFT: "0"})
        asking = asyncio.create_task(question)
        await until(lambda: world.hub is not None and world.hub.server.counts.late == 1)
        assert world.hub.queue.view.open_tickets("valdore") == []
        assert world.hub.server.counts.answered == 0
        asking.cancel()


async def test_a_nonsense_value_is_counted_and_the_request_is_answered(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        assert world.hub is not None
        kiosk = await world.connect_as(Role.KIOSK, "kiosk1")
        answer = await kiosk.request(
            "svc.k.kiosk1.services",
            encode(ServicesRequest()),
            30.0,
            {SECONDS_LEFT: "soon", TRACE: "a b"},
        )
        assert b'"ServicesAnswer"' in answer.payload
        assert world.hub.server.counts.odd_headers == 2


async def test_the_hubs_log_shows_the_trace_of_a_press_and_of_a_refusal(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "session.hub")
    async with hub_world(tmp_path) as world:
        client = await world.client(Role.KIOSK, "kiosk1")
        request = TicketRequested(request_id="r1", service="housing")
        ticket = (await client.ask(request, trace="press-1")).ticket
        assert f"ticket {ticket.id} waits, trace press-1" in caplog.text
        with pytest.raises(ServiceUnknown):
            await client.ask(TicketRequested(request_id="r2", service="none"), trace="press-2")
        assert "call of valdore.k.kiosk1 is refused: service_unknown, trace press-2" in caplog.text


async def test_what_must_arrive_is_asked_until_a_hub_is_there_and_what_is_refused_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus_client, "AGAIN_S", 0.02)
    async with hub_world(tmp_path, with_hub=False) as world:
        client = await world.client(Role.KIOSK, "kiosk1")
        call = TicketRequested(request_id="r1", service="housing")
        troubles: list[str] = []
        calling = asyncio.create_task(
            client.keep_asking(
                lambda: client.ask_once(call), lambda error: troubles.append(error.code)
            )
        )
        await until(lambda: len(troubles) > bus_client.TRIES)
        assert set(troubles) == {"hub_unreachable"}
        await world.start_hub()
        ticket = (await calling).ticket
        await client.deliver(LeaveRequest(ticket_id=ticket.id))
        with pytest.raises(TicketUnknown):
            await client.deliver(LeaveRequest(ticket_id="none"))


async def test_a_vault_asks_the_hub_under_the_trace_and_the_time_of_whom_it_answers(
    tmp_path: Path,
) -> None:
    async with sealed_world(tmp_path) as sealed:
        kiosk, desk = await sealed.kiosk(), await sealed.desk("alice")
        facts = await desk.accept((await kiosk.call("valdore/rights", "1234567", "r1")).ticket.id)
        assert sealed.world.connection is not None
        messages = await overheard(sealed.world.connection.bus, "svc.*.v.*.vault_owned")
        await desk.bus.ask(HastyLook(session_id=facts.id), trace="look-1")
        await until(lambda: messages)
        assert messages[0].headers[TRACE] == "look-1"
        assert float(messages[0].headers[SECONDS_LEFT]) <= HastyLook.answer_s < ANSWER_S
