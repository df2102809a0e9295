# SPDX-License-Identifier: GPL-3.0-only
"""A supervisor, agents and kiosks on a real bus:
acts reach everybody, and only a supervisor's acts are done.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from session.core.clock import ManualClock
from session.core.errors import (
    HubUnreachable,
    MessageMalformed,
    NotAllowed,
    QueueClosed,
    ServiceUnknown,
    SessionError,
    TicketKept,
    TicketTaken,
)
from session.desk.hub.board import BoardClient
from session.protocol.hub.board import (
    BOARD_REQUESTS,
    AgentState,
    AgentStateRequest,
    AskSupervisorRequest,
    BoardAnswer,
    BoardRequest,
    QueueStateRequest,
)
from session.protocol.hub.requests import (
    Announcement,
    Request,
    ServicesChanged,
    ServicesRequest,
    type_of,
)
from session.protocol.verbs import ALL_VERBS
from session.protocol.wire.roles import Role
from tests.integration.supervision.at_the_board import prioritise, to_agent, to_service
from tests.support.hub_world import World, hub_world
from tests.support.waiting import until


def agent_of(answer: BoardAnswer, user: str) -> AgentState:
    return next(agent.state for agent in answer.agents if agent.id == user)


async def looked(board: BoardClient) -> BoardAnswer:
    """Looks again while a hub that was just started opens its door, as the board's window does all
    the time.
    """
    async with asyncio.timeout(30):
        while True:
            try:
                return await board.poll()
            except HubUnreachable:
                await asyncio.sleep(0.05)


async def test_a_ticket_given_to_one_agent_is_refused_to_the_others_for_a_minute(
    tmp_path: Path,
) -> None:
    clock = ManualClock()
    async with hub_world(tmp_path, clock=clock) as world:
        kiosk = await world.kiosk("kiosk1")
        alice = await world.desk("alice")
        bob = await world.desk("bob")
        link, board = await world.supervisor()
        ticket = (await kiosk.call("housing", "", "r1")).ticket
        await until(lambda: len(link.queue) == 1)
        await to_agent(board, link.queue[0], "bob", "speaks sign language")
        await until(lambda: alice.queue[0].assigned_to == "bob")
        given = alice.queue[0]
        assert (given.changed_by, given.reason) == ("s.boss", "speaks sign language")
        with pytest.raises(TicketKept):
            await alice.accept(ticket.id)
        clock.advance(61)
        facts = await alice.accept(ticket.id)
        assert facts.agent == "alice"
        await until(lambda: bob.queue[0].agent == "alice" and bob.queue[0].assigned_to is None)


async def test_the_agent_whom_a_supervisor_named_accepts(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, bob = await world.kiosk("kiosk1"), await world.desk("bob")
        link, board = await world.supervisor()
        await kiosk.call("housing", "", "r1")
        await until(lambda: len(link.queue) == 1 and len(bob.queue) == 1)
        await to_agent(board, link.queue[0], "bob", "knows the case")
        await until(lambda: bob.queue[0].assigned_to == "bob")
        assert (await bob.accept(bob.queue[0].id)).agent == "bob"
        looks: list[BoardAnswer] = []
        board.board_changed.connect(looks.append)
        await until(lambda: bool(looks) and agent_of(looks[-1], "bob") is AgentState.IN_SESSION)
        bobs = next(agent for agent in looks[-1].agents if agent.id == "bob")
        assert bobs.ticket == bob.queue[0].number
        await until(lambda: (looks[-1].day.answered, looks[-1].day.within) == (1, 1))


async def test_an_act_on_a_ticket_that_has_just_changed_is_refused(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        link, board = await world.supervisor()
        await kiosk.call("housing", "", "r1")
        await until(lambda: len(link.queue) == 1)
        seen = link.queue[0]
        await prioritise(board, seen, 5, "pregnant and standing")
        with pytest.raises(TicketTaken):
            await to_service(board, seen, "rights", "too late for this")
        await desk.accept(seen.id)
        with pytest.raises(TicketTaken):
            await prioritise(
                board, msgspec.structs.replace(seen, priority=5), 9, "too late for this too"
            )


async def test_of_two_supervisors_acts_and_an_accept_at_once_nothing_is_overwritten(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        link, board = await world.supervisor()
        for turn in range(8):
            ticket = (await kiosk.call("housing", "", f"r{turn}")).ticket
            await until(lambda: [one.id for one in link.queue] == [ticket.id])  # noqa: B023 - awaited in this turn
            acts = (
                prioritise(board, ticket, 5, "first act"),
                to_service(board, ticket, "rights", "second act"),
                desk.accept(ticket.id),
            )
            _first, _second, facts = results = await asyncio.gather(*acts, return_exceptions=True)
            # a priority or a service never takes a ticket from an agent
            assert not isinstance(facts, BaseException)
            refused = [one for one in results[:2] if isinstance(one, BaseException)]
            assert refused
            assert all(isinstance(one, TicketTaken) for one in refused)
            await desk.close(facts.id, "helped")
            await until(lambda: not link.queue)


async def test_a_whole_queue_moves_and_keeps_its_order(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        first, second = await world.kiosk("kiosk1"), await world.kiosk("kiosk2")
        link, board = await world.supervisor()
        one = (await first.call("housing", "", "r1")).ticket
        two = (await second.call("housing", "", "r1")).ticket
        moved = await board.move_queue("housing", "rights", "the agency closes")
        assert (moved.moved, moved.left) == (2, 0)
        await until(
            lambda: (
                [(t.id, t.service) for t in link.queue] == [(one.id, "rights"), (two.id, "rights")]
            )
        )
        assert {ticket.reason for ticket in link.queue} == {"the agency closes"}
        with pytest.raises(ServiceUnknown):
            await board.move_queue("rights", "care", "another organisation's service")


async def test_a_closed_queue_takes_no_call_and_stays_closed_over_a_restart_of_the_hub(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        kiosk = await world.kiosk("kiosk1")
        _link, board = await world.supervisor()
        notifications: list[ServicesChanged] = []
        kiosk.services_changed.connect(notifications.append)
        waiting = (await kiosk.call("housing", "", "r0")).ticket
        await board.set_queue("housing", True, "no agent until two")
        await until(lambda: bool(notifications))
        offered = {
            service.id: service.closed
            for service in (await kiosk.bus.ask(ServicesRequest())).services
        }
        assert offered == {"rights": False, "housing": True}
        # who waits keeps the place
        assert (await kiosk.call("housing", "", "r0")).ticket == waiting
        with pytest.raises(QueueClosed):
            await kiosk.call("housing", "", "r1")
        with pytest.raises(QueueClosed):
            await board.move_queue("rights", "housing", "not into a closed one")

        await world.stop_hub()
        await world.start_hub()
        facts = next(queue for queue in (await looked(board)).queues if queue.service == "housing")
        assert (facts.closed, facts.changed_by, facts.reason) == (
            True,
            "Chantal V.",
            "no agent until two",
        )
        with pytest.raises(QueueClosed):
            await kiosk.call("housing", "", "r2")
        await board.set_queue("housing", False, "the agents are back")
        assert (await kiosk.call("housing", "", "r3")).ticket.service == "housing"


async def test_a_message_reaches_every_agent_once_and_nobody_of_another_organisation(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        desks = [
            await world.desk("alice"),
            await world.desk("bob"),
            await world.desk("zoe", "marais"),
        ]
        _link, board = await world.supervisor()
        heard: list[list[Announcement]] = [[], [], []]
        for desk, said in zip(desks, heard, strict=True):
            desk.announced.connect(said.append)
        await board.broadcast("The line to the mountain villages is slow today.", "network works")
        await until(lambda: all(len(said) == 1 for said in heard[:2]))
        assert (heard[0][0].by_name, heard[0][0].text[:8]) == ("Chantal V.", "The line")
        assert heard[2] == []


async def test_the_board_shows_what_each_agent_does(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        alice, bob = await world.desk("alice"), await world.desk("bob")
        _link, board = await world.supervisor()
        await alice.bus.ask(AgentStateRequest(available=False, reason="training"))
        looks: list[BoardAnswer] = []
        board.board_changed.connect(looks.append)
        await until(lambda: bool(looks) and agent_of(looks[-1], "alice") is AgentState.TRAINING)
        paused = next(agent for agent in looks[-1].agents if agent.id == "alice")
        assert (paused.name, paused.reason) == ("Alice M.", "training")
        assert agent_of(looks[-1], "bob") is AgentState.AVAILABLE
        assert agent_of(looks[-1], "agent3") is AgentState.OFFLINE
        await bob.bus.ask(AgentStateRequest(available=True))
        await bob.bus.ask(AskSupervisorRequest(reason="advice"))
        await until(lambda: next(a for a in looks[-1].agents if a.id == "bob").help == "advice")
        await alice.bus.ask(AgentStateRequest(available=True))
        await until(lambda: agent_of(looks[-1], "alice") is AgentState.AVAILABLE)


async def test_an_agent_is_free_since_its_last_work_not_since_it_said_so(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, alice = await world.kiosk("kiosk1"), await world.desk("alice")
        _link, board = await world.supervisor()
        await alice.bus.ask(AgentStateRequest(available=True))
        declared_at = world.clock.utc_now()
        called = await kiosk.call("housing", "1234567", "r1")
        facts = await alice.accept(called.ticket.id)
        await until(lambda: world.clock.utc_now() - declared_at > timedelta(seconds=1))
        await alice.hang_up(facts.id)
        ended_at = world.clock.utc_now().replace(microsecond=0)
        await alice.close(facts.id, "done")
        looks: list[BoardAnswer] = []
        board.board_changed.connect(looks.append)
        await until(lambda: bool(looks) and agent_of(looks[-1], "alice") is AgentState.AVAILABLE)
        free = next(agent for agent in looks[-1].agents if agent.id == "alice")
        assert free.since_utc is not None
        assert free.since_utc >= ended_at


EXAMPLES: dict[str, dict[str, object]] = {
    "act_on_tickets": {
        "tickets": [{"ticket_id": "t", "state": "waiting", "service": "housing", "priority": 0}],
        "act_id": "a1",
        "priority": 3,
    },
    "move_queue": {"service": "housing", "to": "rights"},
    "close_queue": {"service": "housing"},
    "open_queue": {"service": "housing"},
    "broadcast": {"broadcast_id": "b1", "text": "good morning"},
    "message": {"message_id": "m1", "to": "agent", "target": "bob", "text": "good morning"},
    "set_agent_state": {"agent": "bob", "available": False},
    "set_agent_services": {"agent": "bob", "services": ["rights"]},
    "board": {},
}


async def refusal(world: World, role: Role, user: str, verb: str, reason: str) -> str:
    kind = ALL_VERBS[verb]
    fields = EXAMPLES[verb] | ({} if verb == "board" else {"reason": reason})
    request: Request[Any] = msgspec.convert({"type": type_of(kind), **fields}, kind)
    client = await world.client(role, user)
    try:
        await client.ask_once(request)
    except SessionError as error:
        return error.code
    finally:
        await client.close()
    return ""


async def test_agents_kiosks_and_the_helpdesk_may_do_nothing_of_a_supervisor(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        for role, user in ((Role.AGENT, "alice"), (Role.KIOSK, "kiosk1"), (Role.HELPDESK, "help")):
            codes = {
                verb: await refusal(world, role, user, verb, "because I can") for verb in EXAMPLES
            }
            assert codes == dict.fromkeys(EXAMPLES, NotAllowed.code)
        assert set(EXAMPLES) | {"agent_state", "ask_supervisor"} == {
            request.verb for request in BOARD_REQUESTS
        }


async def test_an_act_without_a_reason_is_refused(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        boss = await world.client(Role.SUPERVISOR, "boss")
        for reason in ("", "ab", "     ", "x" * 201):
            with pytest.raises(MessageMalformed):
                await boss.ask_once(QueueStateRequest(service="housing", reason=reason))
        answer = await boss.ask_once(BoardRequest())
        assert not any(queue.closed for queue in answer.queues)
