# SPDX-License-Identifier: GPL-3.0-only
"""Kiosk, hub and desk on a real bus: from the button to the end of the wrap-up."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from session.core.clock import ManualClock
from session.core.errors import (
    CallerNumberInvalid,
    ServiceUnknown,
    SessionError,
    TicketTaken,
    TicketUnknown,
)
from session.core.signals import Signal
from session.desk.hub.client import DeskClient
from session.kiosk.hub.client import KioskClient
from session.protocol.conversation.messages import CallOffered, GrantRequested, SessionMessage
from session.protocol.conversation.messages import Grant as GrantName
from session.protocol.hub.requests import (
    PeerPresence,
    ServicesRequest,
    SessionEnded,
    SessionFacts,
    TicketChanged,
)
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.wire.roles import Role
from tests.support.hub_world import RACERS, hub_world
from tests.support.waiting import LONGEST_S, until


async def test_from_the_button_to_the_end_of_the_wrap_up(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk = await world.kiosk("kiosk1")
        desk = await world.desk("alice")
        other = await world.desk("bob")
        opened: list[SessionFacts] = []
        ended: list[SessionEnded] = []
        kiosk.session_opened.connect(opened.append)
        kiosk.session_ended.connect(ended.append)

        offer = await kiosk.bus.ask(ServicesRequest())
        assert [service.id for service in offer.services] == ["rights", "housing"]
        answer = await kiosk.call("rights", "1234567", "r1")
        assert (answer.ticket.number, answer.position) == ("D001", 1)
        await until(lambda: len(desk.queue) == 1 and len(other.queue) == 1)
        seen = desk.queue[0]
        assert seen == answer.ticket
        assert seen.caller_number_given

        facts = await desk.accept(seen.id)
        assert (facts.caller_number, facts.agent_name) == ("1234567", "Alice M.")
        await until(lambda: bool(opened))
        assert opened[0].id == facts.id
        assert opened[0].caller_number == ""
        await until(lambda: other.queue[0].state is TicketState.IN_SESSION)

        await _exchange(kiosk, desk, facts.id)

        await kiosk.hang_up(facts.id)
        await until(lambda: bool(ended))
        assert (ended[0].by, ended[0].session_id) == ("kiosk", facts.id)
        assert (await desk.resume()).states == ["wrap_up"]
        await desk.close(facts.id, "helped")
        await until(lambda: not desk.queue and not other.queue)
        final = await kiosk.status(seen.id)
        assert (final.ticket.state, final.ticket.reason) == (TicketState.CLOSED, "helped")
        repeated = await kiosk.call("rights", "1234567", "r1")
        assert repeated.ticket == final.ticket


async def _exchange(kiosk: KioskClient, desk: DeskClient, session: str) -> None:
    """Both ends hear what the other one says, and chunks come in order."""
    to_desk: list[SessionMessage] = []
    to_kiosk: list[SessionMessage] = []
    chunks: list[tuple[bytes, Mapping[str, str]]] = []
    desk.bus.channel(session).on_message("call", to_desk.append)
    desk.bus.channel(session).on_raw(
        "chunk", lambda payload, headers: chunks.append((payload, headers))
    )
    kiosk.bus.channel(session).on_message("grant", to_kiosk.append)
    await kiosk.bus.channel(session).send("call", CallOffered(call_id="c1", sdp="v=0"))
    for index in range(20):
        await kiosk.bus.channel(session).send_raw(
            "chunk", bytes([index]) * 1000, {"Item": "p1", "Index": str(index)}
        )
    await desk.bus.channel(session).send("grant", GrantRequested(grant=GrantName.SCAN))
    await until(lambda: bool(to_desk) and bool(to_kiosk) and len(chunks) == 20)
    assert to_desk == [CallOffered(call_id="c1", sdp="v=0")]
    assert [payload[0] for payload, _ in chunks] == list(range(20))
    assert chunks[7][1]["Index"] == "7"


async def test_one_of_twenty_agents_wins_the_ticket(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk = await world.kiosk("kiosk1")
        desks = [await world.desk(f"agent{n}") for n in range(RACERS)]
        ticket = (await kiosk.call("housing", "", "r1")).ticket

        async def race(n: int) -> str:
            try:
                return (await desks[n].accept(ticket.id)).agent
            except TicketTaken:
                return ""

        winners = [
            agent for agent in await asyncio.gather(*(race(n) for n in range(RACERS))) if agent
        ]
        assert len(winners) == 1
        again = await desks[int(winners[0].removeprefix("agent"))].accept(ticket.id)
        assert again.agent == winners[0]
        assert (await kiosk.status(ticket.id)).ticket.agent == winners[0]


async def test_a_repeated_call_is_the_same_ticket_and_a_new_one_replaces_it(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        first, second = await asyncio.gather(
            kiosk.call("housing", "", "r1"), kiosk.call("housing", "", "r1")
        )
        assert first.ticket.id == second.ticket.id
        third = await kiosk.call("rights", "", "r2")
        await until(lambda: [ticket.id for ticket in desk.queue] == [third.ticket.id])
        await kiosk.leave(third.ticket.id)
        await kiosk.leave(third.ticket.id)
        await until(lambda: not desk.queue)


async def test_a_kiosk_hears_its_place_in_the_queue(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        first = await world.kiosk("kiosk1")
        second = await world.kiosk("kiosk2")
        desk = await world.desk("alice")
        places: list[TicketChanged] = []
        second.ticket_changed.connect(places.append)
        ticket = (await first.call("housing", "", "r1")).ticket
        assert (await second.call("housing", "", "r1")).position == 2
        await desk.accept(ticket.id)
        await until(lambda: bool(places) and places[-1].position == 1)
        assert places[-1].wait_s is not None


async def test_wrong_wishes_are_refused_by_name(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk = await world.kiosk("kiosk1")
        other = await world.kiosk("kiosk2")
        desk = await world.desk("alice")
        with pytest.raises(CallerNumberInvalid):
            await kiosk.call("rights", "12345678", "r1")
        with pytest.raises(ServiceUnknown):
            await kiosk.call("care", "", "r1")
        ticket = (await kiosk.call("housing", "", "r1")).ticket
        with pytest.raises(TicketUnknown):
            await other.status(ticket.id)
        with pytest.raises(TicketUnknown):
            await other.leave(ticket.id)
        facts = await desk.accept(ticket.id)
        with pytest.raises(TicketUnknown):
            await (await world.desk("bob")).hang_up(facts.id)
        with pytest.raises(TicketTaken):
            await kiosk.leave(ticket.id)


async def test_an_organisation_sees_nothing_of_another(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, zoe = await world.kiosk("kiosk1"), await world.desk("zoe", "marais")
        ticket = (await kiosk.call("housing", "", "r1")).ticket
        theirs = (await (await world.kiosk("kiosk9", "marais")).call("care", "", "r1")).ticket
        await until(lambda: bool(zoe.queue))
        assert [seen.id for seen in zoe.queue] == [theirs.id]
        with pytest.raises(TicketUnknown):
            await zoe.accept(ticket.id)


async def test_a_silent_desk_is_told_and_then_loses_its_caller_to_the_next_agent(
    tmp_path: Path,
) -> None:
    clock = ManualClock()
    async with hub_world(tmp_path, clock=clock, tick_s=0.05) as world:
        kiosk = await world.kiosk("kiosk1")
        desk = await world.desk("alice")
        next_desk = await world.desk("bob")
        heard: list[PeerPresence] = []
        ended: list[SessionEnded] = []
        kiosk.peer_presence.connect(heard.append)
        kiosk.session_ended.connect(ended.append)
        ticket = (await kiosk.call("housing", "", "r1")).ticket
        facts = await desk.accept(ticket.id)
        assert world.hub is not None

        clock.advance(30)
        world.hub.queue.presence.mark_alive("valdore", Role.KIOSK, "kiosk1")
        await until(lambda: bool(heard))
        assert heard[-1] == PeerPresence(session_id=facts.id, present=False)
        world.hub.queue.presence.mark_alive("valdore", Role.AGENT, "alice")
        await until(lambda: heard[-1].present)

        clock.advance(61)
        world.hub.queue.presence.mark_alive("valdore", Role.KIOSK, "kiosk1")
        await until(lambda: bool(ended))
        assert (ended[0].by, ended[0].reason) == ("hub", "desk_lost")
        await until(lambda: next_desk.queue[0].state is TicketState.WAITING)
        waiting: Ticket = next_desk.queue[0]
        assert waiting.priority > 0
        second = await next_desk.accept(waiting.id)
        assert second.id != facts.id
        assert (await desk.resume()).sessions == []


async def test_a_silent_kiosk_is_told_to_the_agent(tmp_path: Path) -> None:
    clock = ManualClock()
    async with hub_world(tmp_path, clock=clock, tick_s=0.05) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        heard: list[PeerPresence] = []
        desk.peer_presence.connect(heard.append)
        facts = await desk.accept((await kiosk.call("housing", "", "r1")).ticket.id)
        assert world.hub is not None
        clock.advance(30)
        world.hub.queue.presence.mark_alive("valdore", Role.AGENT, "alice")
        await until(lambda: bool(heard))
        assert heard[0] == PeerPresence(session_id=facts.id, present=False)


async def test_the_other_end_hears_nothing_of_a_stranger(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk = await world.kiosk("kiosk1")
        desk = await world.desk("alice")
        stranger = await world.desk("bob")
        facts = await desk.accept((await kiosk.call("housing", "", "r1")).ticket.id)
        got: list[SessionMessage] = []
        kiosk.bus.channel(facts.id).on_message("grant", got.append)
        await stranger.bus.channel(facts.id).send("grant", GrantRequested(grant=GrantName.SCAN))
        await desk.bus.channel(facts.id).send("grant", GrantRequested(grant=GrantName.PRINT))
        await until(lambda: bool(got))
        assert got == [GrantRequested(grant=GrantName.PRINT)]
        assert world.hub is not None
        await until(lambda: world.hub is not None and world.hub.network.relay.dropped == 1)


async def test_an_agent_who_comes_back_finds_the_session(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        facts = await desk.accept((await kiosk.call("rights", "1234567", "r1")).ticket.id)
        await desk.dossier(facts.id)
        again = await world.desk("alice")
        answer = await again.resume()
        assert [(session.id, session.dossier) for session in answer.sessions] == [
            (facts.id, "D-2026-0001")
        ]
        assert answer.states == ["in_session"]


async def test_what_the_kiosk_says_before_the_desk_listens_is_kept(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")

        def offer(facts: SessionFacts) -> None:
            message = CallOffered(call_id="early", sdp="v=0")
            world.tasks.start(
                kiosk.bus.channel(facts.id).send("call", message), name="offer at once"
            )

        kiosk.session_opened.connect(offer)
        facts = await desk.accept((await kiosk.call("housing", "", "r1")).ticket.id)
        await kiosk.bus.ask(ServicesRequest())  # what was sent before has passed the hub
        got: list[SessionMessage] = []
        desk.bus.channel(facts.id).on_message("call", got.append)
        await until(lambda: got)
        assert got == [CallOffered(call_id="early", sdp="v=0")]


async def test_a_lost_piece_of_news_is_found_by_asking(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, desk = await world.kiosk("kiosk1", poll_s=0.1), await world.desk("alice")
        opened: list[SessionFacts] = []
        ended: list[SessionEnded] = []
        kiosk.session_opened.connect(opened.append)
        kiosk.session_ended.connect(ended.append)
        ticket = (await kiosk.call("housing", "", "r1")).ticket
        kiosk.bus.notifications = Signal()  # the kiosk listens to the one before
        facts = await desk.accept(ticket.id)
        await until(lambda: bool(opened))
        await desk.hang_up(facts.id, "agent_done")
        await until(lambda: bool(ended))
        assert (ended[0].by, ended[0].reason) == ("agent", "agent_done")


class LongServices(
    ServicesRequest, frozen=True, kw_only=True, tag="ServicesRequest", answer_s=LONGEST_S
):
    """A question with more patience than the test has."""


async def test_no_hub_is_said_at_once(tmp_path: Path) -> None:
    async with hub_world(tmp_path, with_hub=False) as world:
        client = await world.client(Role.KIOSK, "kiosk1")
        with pytest.raises(SessionError, match="hub_unreachable"):
            async with asyncio.timeout(LONGEST_S / 2):
                await client.ask_once(LongServices())
