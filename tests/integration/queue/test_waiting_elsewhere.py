# SPDX-License-Identifier: GPL-3.0-only
"""Callers who do not stay in front of the kiosk:
come back, are called by telephone, or ask for a callback while it is closed.

Real server, real hub, several kiosks of one site, desks and the waiting room's display.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from session.core.clock import ManualClock
from session.core.errors import (
    AgentBusy,
    CallerNumberInvalid,
    NotAllowed,
    TicketAway,
    TicketTaken,
    TicketUnknown,
)
from session.hub.convention.catalogue import Catalogue
from session.hub.parts import COME_S, KIOSK_RETURN_S
from session.kiosk.hub.display import DisplayClient
from session.protocol.hub.board import OpenQueueRequest, QueueStateRequest
from session.protocol.hub.requests import SessionEnded, SessionFacts
from session.protocol.hub.routing import may_serve
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.hub.waiting import (
    AwayRequest,
    CallLaterRequest,
    CallNowRequest,
    DisplayAnswer,
    DisplayRequest,
    PromisedCallsRequest,
)
from session.protocol.wire.roles import Role
from tests.support.hub_world import World, catalogue_text, hub_world
from tests.support.waiting import until

PHONE = "0612345678"


def _states(world: World) -> dict[str, TicketState]:
    assert world.hub is not None
    return {ticket.number: ticket.state for ticket in world.hub.queue.view.tickets("valdore")}


def _ticket(world: World, ticket: str) -> Ticket:
    assert world.hub is not None
    stored = world.hub.queue.view.get("valdore", ticket)
    assert stored is not None
    return stored.ticket


async def _beats(world: World, clock: ManualClock, seconds: float) -> None:
    """Time passes, and everybody who is connected goes on giving signs of life."""
    hub = world.hub
    assert hub is not None
    while seconds > 0:
        clock.advance(min(10.0, seconds))
        seconds -= 10.0
        for client in world.clients():
            hub.queue.presence.mark_alive("valdore", client.role, client.user)
        await hub.tick()


async def test_a_caller_goes_keeps_the_place_is_called_and_comes_back_to_another_kiosk(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        one, two = await world.kiosk("kiosk1"), await world.kiosk("kiosk2")
        desk = await world.desk("alice")
        first = (await one.call("housing", "", "r1")).ticket
        away = await one.step_away(first.id, "back")
        assert (away.ticket.away, away.position) == ("back", 1)
        assert one.ticket is None

        second = (await one.call("housing", "", "r2")).ticket  # the kiosk is free: its next caller
        assert _states(world)[first.number] is TicketState.WAITING
        with pytest.raises(TicketAway):
            await desk.accept(first.id)
        assert not may_serve(0, away.ticket, world.clock.utc_now())

        coming = (await two.bus.ask(AwayRequest())).tickets
        assert [ticket.number for ticket in coming] == [first.number]
        screen = await world.client(Role.DISPLAY, "screen1")

        async def shown() -> DisplayAnswer:
            return await screen.ask_once(DisplayRequest())

        await until(lambda: _ticket(world, first.id).called_at_utc is not None)
        answer = await shown()
        assert [(called.number, called.kiosk_place) for called in answer.called] == [
            (first.number, 1)
        ]
        assert answer.following == [second.number]

        back = await two.come_back(first.number)
        assert (back.ticket.kiosk, back.ticket.away, back.position) == ("kiosk2", "", 1)
        # the first answer may have been lost
        assert (await two.come_back(first.number)).ticket.id == first.id
        assert (await shown()).called == []
        with pytest.raises(TicketUnknown):
            await one.come_back(first.number)
        opened: list[SessionFacts] = []
        two.session_opened.connect(opened.append)
        await desk.accept(first.id)
        await until(lambda: bool(opened))


async def test_who_does_not_come_when_called_loses_the_place_only_when_it_is_the_turn(
    tmp_path: Path,
) -> None:
    clock = ManualClock()
    async with hub_world(tmp_path, clock=clock, tick_s=3600) as world:
        hub = world.hub
        assert hub is not None
        one = await world.kiosk("kiosk1")
        two = await world.kiosk("kiosk2")
        desk = await world.desk("alice")
        before = (await two.call("housing", "", "r0")).ticket
        clock.advance(1)
        gone = (await one.step_away((await one.call("housing", "", "r1")).ticket.id, "back")).ticket
        await _beats(world, clock, COME_S * 2)
        # somebody is before: not the turn yet
        assert _states(world)[gone.number] is TicketState.WAITING
        await desk.accept(before.id)
        await _beats(world, clock, COME_S - 20)
        assert _states(world)[gone.number] is TicketState.WAITING
        await _beats(world, clock, 60)
        assert _states(world)[gone.number] is TicketState.ABANDONED
        assert _ticket(world, gone.id).reason == "not_back"


async def test_time_to_come_does_not_run_while_somebody_else_stands_at_the_kiosk(
    tmp_path: Path,
) -> None:
    clock = ManualClock()
    async with hub_world(tmp_path, clock=clock, tick_s=3600) as world:
        one, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        gone = (await one.step_away((await one.call("housing", "", "r1")).ticket.id, "back")).ticket
        clock.advance(1)
        other = (await one.call("housing", "", "r2")).ticket
        await desk.accept(other.id)
        await _beats(world, clock, COME_S * 2)
        assert _states(world)[gone.number] is TicketState.WAITING


async def test_a_caller_is_called_by_telephone_and_the_number_is_nowhere_else(
    tmp_path: Path,
) -> None:
    clock = ManualClock()
    async with hub_world(tmp_path, clock=clock, tick_s=3600) as world:
        hub = world.hub
        assert hub is not None
        kiosk = await world.kiosk("kiosk1")
        alice = await world.desk("alice")
        bob = await world.desk("bob")
        ticket = (await kiosk.call("rights", "1234567", "r1")).ticket
        with pytest.raises(CallerNumberInvalid):
            await kiosk.step_away(ticket.id, "phone", "0812345678")
        away = (await kiosk.step_away(ticket.id, "phone", "06 12 34 56 78")).ticket
        assert PHONE.encode() not in msgspec.json.encode(away)
        next_caller = (await kiosk.call("rights", "", "r2")).ticket
        ended: list[SessionEnded] = []
        opened: list[SessionFacts] = []
        kiosk.session_ended.connect(ended.append)
        kiosk.session_opened.connect(opened.append)

        await _beats(world, clock, KIOSK_RETURN_S)
        facts = await alice.accept(ticket.id)
        assert (facts.phone, facts.caller_number) == (PHONE, "1234567")
        with pytest.raises(TicketTaken):
            await bob.accept(ticket.id)
        await alice.hang_up(facts.id)
        await alice.close(facts.id, "done")
        assert (await hub._stores.callers.get("valdore", ticket.id)).phone == ""
        assert (opened, ended) == ([], []), (
            "the kiosk was told of a talk that is not in front of it"
        )
        assert kiosk.ticket is not None
        assert kiosk.ticket.id == next_caller.id


async def test_a_caller_who_was_not_reached_is_called_again_later(tmp_path: Path) -> None:
    clock = ManualClock()
    async with hub_world(tmp_path, clock=clock, tick_s=3600) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        ticket = (await kiosk.call("rights", "1234567", "r1")).ticket
        await kiosk.step_away(ticket.id, "phone", PHONE)
        facts = await desk.accept(ticket.id)
        await desk.bus.ask(CallLaterRequest(session_id=facts.id, minutes=15))
        await desk.bus.ask(CallLaterRequest(session_id=facts.id, minutes=15))
        assert _states(world)[ticket.number] is TicketState.CLOSED
        await _beats(world, clock, 14 * 60)
        assert list(_states(world).values()) == [TicketState.CLOSED]
        await _beats(world, clock, 120)
        await until(
            lambda: [t.away for t in desk.queue if t.state is TicketState.WAITING] == ["phone"]
        )
        [again] = [t for t in desk.queue if t.state is TicketState.WAITING]
        facts = await desk.accept(again.id)
        assert (facts.phone, facts.caller_number) == (PHONE, "1234567")
        await _beats(world, clock, 3600)
        assert len(_states(world)) <= 2, "one callback became two tickets"


async def test_an_agent_promises_a_caller_at_the_kiosk_to_call_and_finds_the_ticket_again(
    tmp_path: Path,
) -> None:
    clock = ManualClock()
    async with hub_world(tmp_path, clock=clock, tick_s=3600) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        ticket = (await kiosk.call("rights", "1234567", "r1")).ticket
        facts = await desk.accept(ticket.id)
        await desk.hang_up(facts.id)
        with pytest.raises(CallerNumberInvalid):
            await desk.bus.ask(
                CallLaterRequest(session_id=facts.id, minutes=60, phone="0812345678")
            )
        await desk.bus.ask(
            CallLaterRequest(session_id=facts.id, minutes=60, phone="06 12 34 56 78")
        )
        assert _states(world)[ticket.number] is TicketState.CLOSED
        [call] = (await desk.bus.ask(PromisedCallsRequest())).calls
        assert call.due_at_utc == clock.utc_now() + timedelta(minutes=60)
        assert (call.number, call.service) == (ticket.number, "rights")
        assert call.masked_phone == "06 •• •• 56 78", "the rest stays at the hub"
        await _beats(world, clock, 61 * 60)
        await until(
            lambda: [t.away for t in desk.queue if t.state is TicketState.WAITING] == ["phone"]
        )
        [again] = [t for t in desk.queue if t.state is TicketState.WAITING]
        assert again.preferred == "alice"
        facts = await desk.accept(again.id)
        assert (facts.phone, facts.caller_number) == (PHONE, "1234567")


async def test_an_agent_makes_a_promised_call_before_its_time_and_no_colleague_can(
    tmp_path: Path,
) -> None:
    clock = ManualClock()
    async with hub_world(tmp_path, clock=clock, tick_s=3600) as world:
        kiosk = await world.kiosk("kiosk1")
        alice, bob = await world.desk("alice"), await world.desk("bob")
        facts = await alice.accept((await kiosk.call("rights", "1234567", "r1")).ticket.id)
        await alice.bus.ask(CallLaterRequest(session_id=facts.id, minutes=60, phone=PHONE))
        [call] = (await alice.bus.ask(PromisedCallsRequest())).calls
        assert (await bob.bus.ask(PromisedCallsRequest())).calls == ()
        with pytest.raises(TicketUnknown):
            await bob.bus.ask(CallNowRequest(ticket_id=call.ticket_id))
        second = await alice.accept((await kiosk.call("rights", "7654321", "r2")).ticket.id)
        with pytest.raises(AgentBusy):
            await alice.bus.ask(CallNowRequest(ticket_id=call.ticket_id))
        assert len(_states(world)) == 2, "a refused call leaves no ticket"
        await alice.close(second.id)
        talk = (await alice.bus.ask(CallNowRequest(ticket_id=call.ticket_id))).session
        assert (talk.phone, talk.caller_number) == (PHONE, "1234567")
        again = (await alice.bus.ask(CallNowRequest(ticket_id=call.ticket_id))).session
        assert again.id == talk.id, "a lost answer is given once more"
        assert (await alice.bus.ask(PromisedCallsRequest())).calls == ()
        await alice.close(talk.id)
        await _beats(world, clock, 61 * 60)
        assert len(_states(world)) <= 3, "one promise became two tickets"


async def test_another_agent_s_session_and_a_talk_without_a_number_are_not_called_later(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        kiosk = await world.kiosk("kiosk1")
        alice = await world.desk("alice")
        bob = await world.desk("bob")
        ticket = (await kiosk.call("rights", "", "r1")).ticket
        facts = await alice.accept(ticket.id)
        with pytest.raises(NotAllowed):
            await alice.bus.ask(CallLaterRequest(session_id=facts.id, minutes=15))
        with pytest.raises(TicketUnknown):
            await bob.bus.ask(CallLaterRequest(session_id=facts.id, minutes=15))


HOURS = ', callback = true, hours = ["mon-fri 08:30-12:00,13:30-17:00"] },'
"""In March Paris is one hour before UTC; the manual clock begins on Monday at 10 o'clock there."""


async def test_a_wish_of_a_closed_hour_becomes_the_first_ticket_of_the_opening(
    tmp_path: Path,
) -> None:
    clock = ManualClock()
    text = catalogue_text().replace('letter = "L" },', f'letter = "L"{HOURS}')
    async with hub_world(tmp_path, clock=clock, tick_s=3600, with_hub=False) as world:
        world.catalogue = Catalogue.parse(text)
        await world.start_hub()
        kiosk = await world.kiosk("kiosk1")
        clock.advance(2 * 3600 + 60)  # 12:01
        with pytest.raises(NotAllowed):
            await kiosk.ask_callback("rights", PHONE, "r0")
        kiosk.needs = ("uk",)
        due = await kiosk.ask_callback("housing", PHONE, "r1")
        assert due == "2026-03-02T13:30:00+01:00"
        assert await kiosk.ask_callback("housing", PHONE, "r1") == due
        await world.stop_hub()
        hub = await world.start_hub()  # a callback outlives the hub
        await hub.tick()
        assert _states(world) == {}
        kiosk.needs = ()
        clock.advance(89 * 60 + 5)
        await hub.tick()
        await hub.tick()
        early = (await kiosk.call("housing", "", "r2")).ticket
        waiting = hub.queue.view.waiting("valdore")
        assert [(ticket.away, ticket.reason, ticket.needs) for ticket in waiting] == [
            ("phone", "callback", ("uk",)),
            ("", "", ()),
        ]
        assert waiting[1].id == early.id
        desk = await world.desk("alice")
        facts = await desk.accept(waiting[0].id)
        assert facts.phone == PHONE
        await desk.close(facts.id, "not_reached")
        await world.stop_hub()
        hub = await world.start_hub()
        await hub.tick()
        assert len(hub.queue.view.waiting("valdore")) == 1, (
            "a callback that was a ticket already came again"
        )


async def test_a_wish_waits_while_a_supervisor_keeps_the_service_closed(tmp_path: Path) -> None:
    text = catalogue_text().replace('letter = "L" },', 'letter = "L", callback = true },')
    async with hub_world(tmp_path, with_hub=False) as world:
        world.catalogue = Catalogue.parse(text)
        hub = await world.start_hub()
        kiosk, boss = await world.kiosk("kiosk1"), await world.client(Role.SUPERVISOR, "boss")
        act = QueueStateRequest(service="housing", reason="panne de réseau")
        await boss.ask_once(act)
        assert await kiosk.ask_callback("housing", PHONE, "r1") == ""
        await hub.tick()
        assert _states(world) == {}
        await boss.ask_once(OpenQueueRequest(service="housing", reason="panne de réseau"))
        await until(lambda: list(_states(world).values()) == [TicketState.WAITING])


async def test_the_display_says_when_nobody_answers_and_goes_on_when_the_hub_is_back(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        link = DisplayClient(await world.client(Role.DISPLAY, "screen1"), world.tasks, poll_s=0.05)
        told: list[str] = []
        link.answered.connect(lambda answer: told.append(answer.site))
        link.lost.connect(told.append)
        link.start()
        await until(lambda: told[-1:] == ["Mairie de Saint-Oyen"])
        await world.stop_hub()
        await until(lambda: told[-1:] == ["hub_unreachable"])
        await world.start_hub()
        await until(lambda: told[-1:] == ["Mairie de Saint-Oyen"])
