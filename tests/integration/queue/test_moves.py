# SPDX-License-Identifier: GPL-3.0-only
"""A waiting caller goes to another organisation, on a real server;
nobody is lost, nobody waits twice.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from session.core.clock import ManualClock
from session.core.errors import (
    NotAllowed,
    QueueClosed,
    StoreUnreachable,
    TicketTaken,
    TicketUnknown,
)
from session.hub.composition import Hub
from session.hub.storage.interfaces import StoredTicket
from session.hub.storage.ticket_store import NatsCallerStore
from session.protocol.hub.board import QueueStateRequest, TicketSeen
from session.protocol.hub.network import MoveRequest
from session.protocol.hub.requests import SessionEnded, SessionFacts, TicketChanged
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.wire.roles import Role
from tests.integration.supervision.at_the_board import only, to_organisation
from tests.support.askers import a_supervisor
from tests.support.hub_world import World, hub_world
from tests.support.waiting import until

WHY = "wrong house"


def _hub(world: World) -> Hub:
    assert world.hub is not None
    return world.hub


async def _die(old: Ticket) -> StoredTicket:
    """In the place of the second write: the hub is gone between the two."""
    raise StoreUnreachable(why="killed by the test")


async def test_a_moved_caller_keeps_the_arrival_and_the_kiosk_follows_by_itself(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        kiosk = await world.kiosk("kiosk1")
        alice = await world.desk("alice")
        zoe = await world.desk("zoe", "marais")
        _queue, boss = await world.supervisor()
        told: list[TicketChanged] = []
        opened: list[SessionFacts] = []
        kiosk.ticket_changed.connect(told.append)
        kiosk.session_opened.connect(opened.append)
        old = (await kiosk.call("rights", "1234567", "r1")).ticket
        [target] = await boss.move_targets("rights")
        assert (target.ref, target.organisation_name, target.closed) == (
            "marais/care",
            "Mutuelle du Marais",
            False,
        )
        assert (target.wait_s, zoe.is_ready) == (0, True), "zoe is free"
        moved = await to_organisation(boss, old, target.ref, WHY)
        ended = (await _hub(world).queue.core.changes.read("valdore", old.id)).ticket
        assert (ended.state, ended.moved_to, ended.reason) == ("closed", "marais/care", WHY)

        await until(lambda: len(zoe.queue) == 1 and not alice.queue)
        new = zoe.queue[0]
        assert (new.service, new.arrived_at_utc, new.reason) == ("care", old.arrived_at_utc, WHY)
        assert (new.moved_from, new.from_organisation, new.kiosk_home) == (
            old.id,
            "valdore",
            "valdore",
        )
        assert new.number == moved.number == "S001"
        await until(lambda: any(change.ticket.id == new.id for change in told))
        assert kiosk.ticket is not None
        assert kiosk.ticket.id == new.id
        assert (await kiosk.status(old.id)).ticket.id == new.id  # as after a restart

        facts = await zoe.accept(new.id)
        await until(lambda: bool(opened))
        assert (opened[0].id, opened[0].organisation_name) == (facts.id, "Mutuelle du Marais")
        assert await kiosk.append_log(facts.id, 0, [b"{}"]) == 1
        await kiosk.hang_up(facts.id)
        await zoe.close(facts.id)


async def test_the_callers_number_stays_with_the_organisation_it_was_given_to(
    tmp_path: Path,
) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, zoe = await world.kiosk("kiosk1"), await world.desk("zoe", "marais")
        _queue, boss = await world.supervisor()
        old = (await kiosk.call("rights", "1234567", "r1")).ticket
        await to_organisation(boss, old, "marais/care", WHY)
        await until(lambda: bool(zoe.queue))
        assert not zoe.queue[0].caller_number_given
        assert (await zoe.accept(zoe.queue[0].id)).caller_number == ""
        assert world.connection is not None
        callers = NatsCallerStore(world.connection)
        assert (await callers.get("valdore", old.id)).number == ""


async def test_the_same_move_again_is_the_same_ticket(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, zoe = await world.kiosk("kiosk1"), await world.desk("zoe", "marais")
        _queue, boss = await world.supervisor()
        old = (await kiosk.call("rights", "", "r1")).ticket
        first = await to_organisation(boss, old, "marais/care", WHY)
        assert await to_organisation(boss, old, "marais/care", WHY) == first
        await zoe.accept((await kiosk.status(old.id)).ticket.id)
        assert await to_organisation(boss, old, "marais/care", WHY) == first
        assert len(zoe.queue) == 1


@pytest.mark.parametrize("by", ["timer", "request", "kiosk"])
async def test_a_hub_killed_between_the_two_writes_loses_nobody(tmp_path: Path, by: str) -> None:
    async with hub_world(tmp_path, tick_s=0.1 if by == "timer" else 60.0) as world:
        kiosk, zoe = await world.kiosk("kiosk1"), await world.desk("zoe", "marais")
        client = await world.client(Role.SUPERVISOR, "boss")
        old = (await kiosk.call("rights", "1234567", "r1")).ticket
        request = MoveRequest(
            tickets=[TicketSeen.of(old)], target="marais/care", reason=WHY, act_id="m1"
        )
        _hub(world).queue.moved.arrive = _die  # type: ignore[method-assign]
        with pytest.raises(StoreUnreachable):
            await client.ask_once(request)
        await world.stop_hub()
        await world.start_hub()
        if by == "request":
            assert only(await client.ask(request)).number == "S001"
        elif by == "kiosk":
            assert (await kiosk.status(old.id)).ticket.number == "S001"
        await until(lambda: [ticket.number for ticket in zoe.queue] == ["S001"])
        assert zoe.queue[0].arrived_at_utc == old.arrived_at_utc
        await until(lambda: kiosk.ticket is not None and kiosk.ticket.id == zoe.queue[0].id)


async def test_a_caller_who_leaves_in_between_leaves_the_new_queue_too(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, zoe = await world.kiosk("kiosk1"), await world.desk("zoe", "marais")
        _queue, boss = await world.supervisor()
        old = (await kiosk.call("rights", "", "r1")).ticket
        await to_organisation(boss, old, "marais/care", WHY)
        await until(lambda: bool(zoe.queue))
        await kiosk.leave(old.id)  # it has not heard of the move
        await until(lambda: not zoe.queue)
        assert (await kiosk.status(old.id)).ticket.reason == "left"


async def test_only_what_both_conventions_allow_is_done(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, zoe = await world.kiosk("kiosk9", "marais"), await world.desk("zoe", "marais")
        alice_kiosk, alice = await world.kiosk("kiosk1"), await world.desk("alice")
        _queue, boss = await world.supervisor()
        ours = (await alice_kiosk.call("rights", "", "r1")).ticket
        theirs = (await kiosk.call("care", "", "r1")).ticket
        for target in ("marais/nothing", "network/care", "valdore/housing", "care"):
            with pytest.raises(NotAllowed):
                await to_organisation(boss, ours, target, WHY)
        with pytest.raises(TicketUnknown):
            await to_organisation(boss, theirs, "marais/care", WHY)
        with pytest.raises(TicketTaken):
            await to_organisation(
                boss, msgspec.structs.replace(ours, priority=3), "marais/care", WHY
            )
        agent = await world.client(Role.AGENT, "alice")
        request = MoveRequest(
            tickets=[TicketSeen.of(ours)], target="marais/care", reason=WHY, act_id="m1"
        )
        with pytest.raises(NotAllowed):
            await agent.ask_once(request)
        await _hub(world).supervision.board.close_queue(
            a_supervisor("zoes_boss", "marais"),
            QueueStateRequest(service="care", reason="no doctor"),
        )
        with pytest.raises(QueueClosed):
            await to_organisation(boss, ours, "marais/care", WHY)
        assert [one.closed for one in await boss.move_targets("rights")] == [True]
        assert [ticket.id for ticket in alice.queue] == [ours.id]
        assert [ticket.id for ticket in zoe.queue] == [theirs.id]


async def test_an_agent_passes_its_caller_on_and_goes_to_the_wrap_up(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk = await world.kiosk("kiosk1")
        alice = await world.desk("alice")
        zoe = await world.desk("zoe", "marais")
        ended: list[SessionEnded] = []
        kiosk.session_ended.connect(ended.append)
        old = (await kiosk.call("rights", "1234567", "r1")).ticket
        facts = await alice.accept(old.id)
        moves = _hub(world).transfers.moves
        there = {"target": "marais/care", "reason": WHY}
        new = await moves.pass_on("valdore", "alice", facts.id, **there)
        assert (await moves.pass_on("valdore", "alice", facts.id, **there)).id == new.id
        with pytest.raises(TicketUnknown):
            await moves.pass_on("valdore", "bob", facts.id, **there)
        await until(lambda: bool(ended) and len(zoe.queue) == 1)
        assert (ended[0].reason, ended[0].by) == ("passed_on", "agent")
        resumed = await alice.resume()
        assert (resumed.states, resumed.sessions[0].caller_number) == (["wrap_up"], "1234567")
        assert (await kiosk.status(old.id)).ticket.id == new.id
        assert (await zoe.accept(new.id)).caller_number == ""
        await alice.close(facts.id)


async def test_both_organisations_can_read_what_happened(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        kiosk, zoe = await world.kiosk("kiosk1"), await world.desk("zoe", "marais")
        _queue, boss = await world.supervisor()
        old = (await kiosk.call("rights", "", "r1")).ticket
        await to_organisation(boss, old, "marais/care", WHY)
        await until(lambda: bool(zoe.queue))
        await kiosk.leave(zoe.queue[0].id)
        projection = _hub(world).history.projection
        await until(lambda: projection.is_open)  # opened beside the hub's work
        history = projection.history
        # the history counts days where the hub is
        day, one = old.arrived_at_utc.date(), timedelta(days=1)
        # Counted once, where the story ended: not as somebody whom the first organisation lost.
        await until(lambda: history.organisations(day - one, day + one) == ["marais"])


async def test_a_move_of_long_ago_is_not_made_again(tmp_path: Path) -> None:
    clock = ManualClock()
    async with hub_world(tmp_path, clock=clock) as world:
        kiosk = await world.kiosk("kiosk1")
        client = await world.client(Role.SUPERVISOR, "boss")
        old = (await kiosk.call("rights", "", "r1")).ticket
        _hub(world).queue.moved.arrive = _die  # type: ignore[method-assign]
        request = MoveRequest(
            tickets=[TicketSeen.of(old)], target="marais/care", reason=WHY, act_id="m1"
        )
        with pytest.raises(StoreUnreachable):
            await client.ask_once(request)
        await world.stop_hub()
        clock.advance(3000)
        await world.start_hub()
        assert (await kiosk.status(old.id)).ticket.state is TicketState.CLOSED
